/* The hooks that every test pays for, as advisor_steps.py has and describes them, but sooner. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "advisor_python.h"
#include "advisor_writer.h"

/* Points of a test, and what is above them in a word, as in advisor_steps.py. */
enum { begun = 0, set_up = 1, ended = 2, reported = 3 };
enum { of_phase = 8, of_outcome = 16, of_flags = 24, of_test = 32 };
enum { phase_of_call = 1, was_xfail = 1, is_subtest = 2 };
static const uint64_t to_fork = 300000; /* ns */

static struct {
    PyObject *tests, *announce, *count, *find, *add_needs, *stop; /* see Talk in advisor_steps.py */
    PyObject *phases, *outcomes;                                  /* numbers, by pytest's words */
    PyObject *when, *outcome, *wasxfail, *context;                /* names of attributes */
    PyObject *request, *fixture_defs, *nodeid;                    /* likewise */
    unsigned long thread;                                         /* that writes; 0: none */
    PyObject* item;                                               /* the last that begun */
    PyObject* node_id;                                            /* its name */
    uint64_t test;                                                /* in its place in a word */
    uint64_t phase_began;                                         /* ns */
    uint64_t count_at;                                            /* likewise */
    bool may_reap;
} at;

/* The end of a hook: no failure leaves it, but what pytest itself stops for. */
static PyObject* finished(bool did) {
    if (!did) {
        if (!PyErr_ExceptionMatches(PyExc_Exception)) {
            return NULL;
        }
        PyObject* type;
        PyObject* value;
        PyObject* trace;
        PyErr_Fetch(&type, &value, &trace);
        PyErr_NormalizeException(&type, &value, &trace);
        PyObject* told = PyObject_CallFunctionObjArgs(at.stop, value, NULL);
        Py_DecRef(told);
        Py_DecRef(type);
        Py_DecRef(value);
        Py_DecRef(trace);
        if (told == NULL) { /* an interrupt was heard meanwhile */
            return NULL;
        }
    }
    return none();
}

static bool is_ours(void) {
    return PyThread_get_thread_ident() == at.thread;
}

/* `otherwise` where the word is none of these; false with Python's error set. */
static bool number_of(PyObject* words, PyObject* word, uint64_t otherwise, uint64_t* number) {
    PyObject* known = PyDict_GetItemWithError(words, word);
    *number = known != NULL ? PyLong_AsUnsignedLongLong(known) : otherwise;
    return PyErr_Occurred() == NULL;
}

static bool write_point(uint64_t what) {
    uint64_t now;
    return advisor_point(what | at.test, &now);
}

static bool begin_phase(uint64_t what) {
    return advisor_point(what | at.test, &at.phase_began);
}

static bool count(PyObject* test) {
    PyObject* counted = PyObject_CallFunctionObjArgs(at.count, test, NULL);
    long long children;
    unsigned long long again;
    const bool did = counted != NULL && PyArg_ParseTuple(counted, "LK", &children, &again);
    Py_DecRef(counted);
    if (did) {
        at.count_at = again;
        at.may_reap = children > 0 || (children < 0 && at.may_reap);
    }
    return did;
}

/* The attribute, or NULL where there is none; false with Python's error set. Without making an
 * AttributeError, which takes longer than a point. What tells so before 3.13 takes any error for
 * none; from 3.13 on that would show it to the suite. */
static bool find(PyObject* object, PyObject* name, PyObject** found) {
    *found = NULL;
    if (&PyObject_GetOptionalAttr != NULL) {
        return PyObject_GetOptionalAttr(object, name, found) >= 0;
    }
    if (PyObject_HasAttr(object, name) != 0) {
        *found = PyObject_GetAttr(object, name);
        return *found != NULL;
    }
    return true;
}

/* Adds `flag` to the flags where the object has the attribute. */
static bool add_flag(PyObject* object, PyObject* name, uint64_t flag, uint64_t* flags) {
    PyObject* value;
    const bool did = find(object, name, &value);
    *flags |= value != NULL ? flag : 0;
    Py_DecRef(value);
    return did;
}

/* Whether the item has asked for a fixture; what has no such attributes has none. */
static bool find_use(PyObject* item, bool* uses) {
    PyObject* request;
    PyObject* used = NULL;
    bool did = find(item, at.request, &request);
    if (request != NULL) {
        did = find(request, at.fixture_defs, &used);
    }
    const int is_used = used != NULL ? PyObject_IsTrue(used) : 0;
    *uses = is_used > 0;
    Py_DecRef(request);
    Py_DecRef(used);
    return did && is_used >= 0;
}

static bool begin(PyObject* item) {
    PyObject* key = PyLong_FromVoidPtr(item);
    if (key == NULL) {
        return false;
    }
    PyObject* test = PyDict_GetItemWithError(at.tests, key);
    Py_DecRef(key);
    if (test != NULL) {
        Py_IncRef(test);
    } else if (PyErr_Occurred() == NULL) {
        test = PyObject_CallFunctionObjArgs(at.announce, item, NULL);
    }
    if (test == NULL) {
        return false;
    }
    const uint64_t number = PyLong_AsUnsignedLongLong(test);
    const bool is_counted = at.phase_began <= at.count_at || count(test);
    Py_DecRef(test);
    if (!is_counted) {
        return false;
    }
    PyObject* node_id = PyObject_GetAttr(item, at.nodeid);
    if (node_id == NULL) {
        return false;
    }
    PyObject* last = at.item;
    Py_IncRef(item);
    at.item = item;
    Py_DecRef(last);
    Py_DecRef(at.node_id);
    at.node_id = node_id;
    at.test = number << of_test;
    return PyErr_Occurred() == NULL && write_point(begun);
}

static bool end_phase(PyObject* item, PyObject* call) {
    PyObject* when = PyObject_GetAttr(call, at.when);
    uint64_t phase;
    const bool is_known = when != NULL && number_of(at.phases, when, phase_of_call, &phase);
    Py_DecRef(when);
    const uint64_t began = at.phase_began;
    uint64_t now;
    if (!is_known || !advisor_point(ended | phase << of_phase | at.test, &now)) {
        return false;
    }
    at.may_reap = at.may_reap || (int64_t)(now - began) > (int64_t)to_fork;
    if (at.may_reap && !advisor_tell_reaped()) {
        return false;
    }
    bool uses = false;
    if (phase == phase_of_call && !find_use(item, &uses)) {
        return false;
    }
    if (!uses) {
        return true;
    }
    PyObject* added = PyObject_CallFunctionObjArgs(at.add_needs, item, NULL);
    Py_DecRef(added);
    return added != NULL;
}

/* To the test that the report is of, where another plugin ran it and ours was not asked. A name
 * that is no test's is one that such a plugin gives to those of the running one. */
static bool turn_to_test_of(PyObject* report) {
    PyObject* node_id;
    if (!find(report, at.nodeid, &node_id)) {
        return false;
    }
    const int is_same = node_id == NULL || node_id == at.node_id
                            ? 1
                            : PyObject_RichCompareBool(node_id, at.node_id, Py_EQ);
    bool did = is_same >= 0;
    if (is_same == 0) {
        PyObject* item = PyObject_CallFunctionObjArgs(at.find, node_id, NULL);
        did = item != NULL && (item == &_Py_NoneStruct || begin(item));
        Py_DecRef(item);
    }
    Py_DecRef(node_id);
    return did;
}

static bool tell_report(PyObject* report) {
    if (!turn_to_test_of(report)) {
        return false;
    }
    PyObject* when = PyObject_GetAttr(report, at.when);
    PyObject* outcome = when != NULL ? PyObject_GetAttr(report, at.outcome) : NULL;
    uint64_t phase = phase_of_call;
    uint64_t result = 0;
    const bool did = outcome != NULL && number_of(at.phases, when, phase_of_call, &phase)
                     && number_of(at.outcomes, outcome, 0, &result);
    Py_DecRef(when);
    Py_DecRef(outcome);
    if (!did) {
        return false;
    }
    uint64_t flags = 0;
    if (!add_flag(report, at.wasxfail, was_xfail, &flags)
        || !add_flag(report, at.context, is_subtest, &flags)) {
        return false;
    }
    return begin_phase(reported | phase << of_phase | result << of_outcome | flags << of_flags);
}

/* Functions of Python */

static PyObject* py_protocol(PyObject* self, PyObject* arguments) {
    (void)self;
    PyObject* item;
    return finished(!is_ours() || (PyArg_ParseTuple(arguments, "O", &item) && begin(item)));
}

static PyObject* py_setup(PyObject* self, PyObject* arguments) {
    (void)self;
    PyObject* item;
    return finished(
        !is_ours()
        || (PyArg_ParseTuple(arguments, "O", &item) && (item == at.item || begin(item))
            && begin_phase(set_up))
    );
}

static PyObject* py_make_report(PyObject* self, PyObject* arguments) {
    (void)self;
    PyObject* item;
    PyObject* call;
    return finished(
        !is_ours() || (PyArg_ParseTuple(arguments, "OO", &item, &call) && end_phase(item, call))
    );
}

static PyObject* py_log_report(PyObject* self, PyObject* arguments) {
    (void)self;
    PyObject* report;
    return finished(
        !is_ours() || (PyArg_ParseTuple(arguments, "O", &report) && tell_report(report))
    );
}

static PyObject* py_test(PyObject* self, PyObject* argument) {
    (void)self;
    (void)argument;
    return PyLong_FromUnsignedLongLong(at.test >> of_test);
}

static PyObject* py_leave(PyObject* self, PyObject* argument) {
    (void)self;
    (void)argument;
    at.thread = 0;
    return none();
}

static PyMethodDef methods[] = {
    {"protocol", py_protocol, METH_VARARGS, NULL},
    {"setup", py_setup, METH_VARARGS, NULL},
    {"make_report", py_make_report, METH_VARARGS, NULL},
    {"log_report", py_log_report, METH_VARARGS, NULL},
    {"test", py_test, METH_NOARGS, NULL},
    {"leave", py_leave, METH_NOARGS, NULL},
};

/* The functions of Steps in advisor_steps.py, in that order; NULL with Python's error set. They
 * keep what they are given, (*Talk, phases, outcomes), until the process ends, and write for the
 * thread that calls this. */
__attribute__((visibility("default"))) PyObject* advisor_steps(PyObject* given) {
    if (!PyArg_ParseTuple(
            given,
            "OOOOOOOO",
            &at.tests,
            &at.announce,
            &at.count,
            &at.find,
            &at.add_needs,
            &at.stop,
            &at.phases,
            &at.outcomes
        )) {
        return NULL;
    }
    Py_IncRef(given);
    at.when = PyUnicode_InternFromString("when");
    at.outcome = PyUnicode_InternFromString("outcome");
    at.wasxfail = PyUnicode_InternFromString("wasxfail");
    at.context = PyUnicode_InternFromString("context");
    at.request = PyUnicode_InternFromString("_request");
    at.fixture_defs = PyUnicode_InternFromString("_fixture_defs");
    at.nodeid = PyUnicode_InternFromString("nodeid");
    at.item = none();
    at.node_id = none();
    at.test = (uint64_t)0xFFFFFFFF << of_test; /* NO_TEST */
    at.phase_began = 1;                        /* after count_at */
    at.count_at = 0;
    at.may_reap = true;
    at.thread = PyThread_get_thread_ident();
    return functions(methods, sizeof methods / sizeof *methods);
}
