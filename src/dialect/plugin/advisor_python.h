/* What the libraries here call of Python: it belongs to the stable ABI, so that one library does
 * for every CPython from 3.9 on, the free-threaded ones too. Its headers would bind to one version.
 */
#pragma once

#include <stddef.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): Python's own names. */
typedef struct _object PyObject;
typedef PyObject* (*PyFunction)(PyObject* self, PyObject* argument);
typedef struct {
    const char* name;
    PyFunction call;
    int flags;
    const char* doc;
} PyMethodDef;

typedef struct {
    void* buf;
    PyObject* obj;
    ptrdiff_t len, itemsize;
    int readonly, ndim;
    char* format;
    ptrdiff_t *shape, *strides, *suboffsets;
    void* internal;
} Py_buffer;

enum { PyBUF_WRITABLE = 1, METH_VARARGS = 1, METH_NOARGS = 4, METH_O = 8, Py_EQ = 2 };

extern PyObject _Py_NoneStruct;
extern PyObject* PyExc_Exception;
void Py_IncRef(PyObject*);
void Py_DecRef(PyObject*);
int PyArg_ParseTuple(PyObject*, const char*, ...);
int PyBytes_AsStringAndSize(PyObject*, char**, ptrdiff_t*);
PyObject* PyCFunction_NewEx(PyMethodDef*, PyObject*, PyObject*);
PyObject* PyDict_GetItemWithError(PyObject*, PyObject*);
int PyErr_CheckSignals(void);
void PyErr_Clear(void);
int PyErr_ExceptionMatches(PyObject*);
void PyErr_Fetch(PyObject**, PyObject**, PyObject**);
void PyErr_NormalizeException(PyObject**, PyObject**, PyObject**);
PyObject* PyErr_Occurred(void);
void* PyEval_SaveThread(void);
void PyEval_RestoreThread(void*);
PyObject* PyLong_FromVoidPtr(void*);
unsigned long long PyLong_AsUnsignedLongLong(PyObject*);
PyObject* PyLong_FromUnsignedLongLong(unsigned long long);
PyObject* PyObject_CallFunction(PyObject*, const char*, ...);
PyObject* PyObject_CallFunctionObjArgs(PyObject*, ...);
PyObject* PyObject_GetAttr(PyObject*, PyObject*);
int PyObject_GetBuffer(PyObject*, Py_buffer*, int);
int PyObject_GetOptionalAttr(PyObject*, PyObject*, PyObject**) __attribute__((weak)); /* 3.13 on */
int PyObject_HasAttr(PyObject*, PyObject*);
int PyObject_IsTrue(PyObject*);
int PyObject_RichCompareBool(PyObject*, PyObject*, int);
unsigned long PyThread_get_thread_ident(void);
PyObject* PyTuple_New(ptrdiff_t);
int PyTuple_SetItem(PyObject*, ptrdiff_t, PyObject*);
PyObject* PyUnicode_InternFromString(const char*);
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

static inline PyObject* none(void) {
    Py_IncRef(&_Py_NoneStruct);
    return &_Py_NoneStruct;
}

/* A tuple of a function each; NULL with Python's error set. */
static inline PyObject* functions(PyMethodDef* methods, size_t count) {
    PyObject* made = PyTuple_New((ptrdiff_t)count);
    for (size_t at = 0; made != NULL && at < count; ++at) {
        PyObject* function = PyCFunction_NewEx(&methods[at], NULL, NULL);
        if (function == NULL || PyTuple_SetItem(made, (ptrdiff_t)at, function) != 0) {
            Py_DecRef(made);
            made = NULL;
        }
    }
    return made;
}
