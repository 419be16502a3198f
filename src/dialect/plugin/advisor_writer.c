/* Writes into the recorder's ring, as advisor_writer.py does and describes, but sooner.
 *
 * advisor_native.py loads it. Of the C library only what has the same name in glibc and in musl is
 * called. Nothing is linked. All functions are called with the GIL held, by the one thread that
 * writes.
 */
#include "advisor_writer.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "advisor_python.h"
#include "advisor_switches.h"

/* Of the ring (host/shared_ring.hpp) and its frames (store/record_stream.hpp). */
enum { written = 8, dropped = 9, taken = 16, header_bytes = 4096 };
enum { padding = 0, point_kind = 5, point_bytes = 32 };

/* As in advisor_writer.py, in ns. */
static const uint64_t millisecond = 1000000, brief = 100000;
static const uint64_t at_most_unseen = 100000000, others_each = 20000000;

static struct {
    char* memory;
    uint64_t* words; /* the same */
    uint64_t length, capacity;
    uint64_t position, sequence;
    uint64_t shift, edge; /* up to the edge, position + shift is a place in memory */
    uint64_t patience;    /* ns */
} ring;

static struct {
    uint64_t latest, latest_cpu, latest_of_all; /* of the last mark */
    double of_children;                         /* likewise, in seconds */
    uint64_t grown_at;                          /* KiB of peak that are to be told */
    uint64_t due, due_of_all;                   /* when to look again: at this thread, at all */
    uint64_t looked;                            /* when the peak was last known */
    uint64_t read_at, read_cpu;                 /* when the CPU clock was read, what it showed */
    int status;                                 /* the file that tells the peak; -1: getrusage */
    PyObject* call;
} known;

static uint64_t now_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double seconds(const struct rusage* usage) {
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
           + (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1e-6;
}

/* Nobody but this thread writes, and so others may run while it waits for the reader. False where a
 * signal's handler failed. */
static bool wait_millisecond(void) {
    const struct timespec time = {0, (long)millisecond};
    void* thread = PyEval_SaveThread();
    const uint64_t began = now_ns(CLOCK_MONOTONIC);
    nanosleep(&time, NULL);
    PyEval_RestoreThread(thread);
    const uint64_t passed = now_ns(CLOCK_MONOTONIC) - began;
    ring.patience -= passed < ring.patience ? passed : ring.patience;
    return PyErr_CheckSignals() == 0;
}

static void put_head(uint64_t size, uint64_t kind) {
    *(uint64_t*)(ring.memory + ring.position + ring.shift) =
        size | kind << 32 | (ring.sequence & 0xFFFF) << 48;
    ring.sequence += 1;
    ring.position += size;
}

enum Room { failed, refused, found };

static enum Room make_room(uint64_t size) {
    const uint64_t lap_end = ring.length - ring.shift;
    const uint64_t begin = ring.position + size <= lap_end ? ring.position : lap_end;
    uint64_t given;
    while (given = __atomic_load_n(&ring.words[taken], __ATOMIC_ACQUIRE) + ring.capacity,
           begin + size > given) {
        if (ring.patience == 0) {
            ring.words[dropped] += 1;
            return refused;
        }
        if (!wait_millisecond()) {
            return failed;
        }
    }
    if (begin == lap_end) {
        if (ring.position < lap_end) {
            put_head(lap_end - ring.position, padding);
        }
        ring.shift = header_bytes - lap_end;
    }
    const uint64_t end = ring.length - ring.shift;
    ring.edge = given < end ? given : end;
    return found;
}

/* failed: with Python's error set; refused: the reader left none. */
static enum Room room_for(uint64_t size) {
    return ring.position + size <= ring.edge ? found : make_room(size);
}

static void publish(uint64_t size, uint64_t kind) {
    put_head(size, kind);
    __atomic_store_n(&ring.words[written], ring.position, __ATOMIC_RELEASE);
}

static uint64_t peak_of_status(void) {
    char text[4096];
    const ssize_t size = pread(known.status, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    const char* at = strstr(text, "VmHWM:");
    if (at == NULL) {
        return 0; /* the suite closed the file, or it is another by now */
    }
    while (*at != '\0' && (*at < '0' || *at > '9')) {
        ++at;
    }
    uint64_t peak = 0;
    for (; *at >= '0' && *at <= '9'; ++at) {
        peak = 10 * peak + (uint64_t)(*at - '0');
    }
    return peak;
}

static bool tell(uint64_t since) {
    PyObject* told = PyObject_CallFunction(known.call, "K", (unsigned long long)(since / 1000));
    if (told == NULL) {
        return false;
    }
    Py_DecRef(told);
    return true;
}

static bool look(uint64_t now, uint64_t cpu) {
    known.due = now + millisecond;
    const uint64_t passed = now - known.latest, used = cpu - known.latest_cpu;
    const uint64_t unnoticed = brief + passed / 32, since = known.looked;
    bool tells = passed > at_most_unseen || (int64_t)(passed - used) > (int64_t)unnoticed;
    if (now > known.due_of_all) {
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        known.looked = now;
        const uint64_t of_all = (uint64_t)(seconds(&usage) * 1e9);
        const bool others_ran = (int64_t)(of_all - known.latest_of_all - used) > (int64_t)unnoticed;
        known.due_of_all = others_ran ? now : now + others_each;
        const bool may_grow = known.grown_at != UINT64_MAX;
        const uint64_t peak = !may_grow           ? 0
                              : known.status >= 0 ? peak_of_status()
                                                  : (uint64_t)usage.ru_maxrss;
        tells = tells || others_ran || peak > known.grown_at;
    }
    return !tells || tell(now - since);
}

/* Functions of Python */

static bool is_number(PyObject* argument, uint64_t* number) {
    *number = PyLong_AsUnsignedLongLong(argument);
    return *number != UINT64_MAX || PyErr_Occurred() == NULL;
}

static PyObject* py_place(PyObject* self, PyObject* argument) {
    (void)self;
    uint64_t size;
    if (!is_number(argument, &size)) {
        return NULL;
    }
    const enum Room room = size <= ring.capacity ? room_for(size) : refused;
    if (room == failed) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(room == found ? ring.position + ring.shift : 0);
}

static PyObject* py_publish(PyObject* self, PyObject* argument) {
    (void)self;
    uint64_t head;
    if (!is_number(argument, &head)) {
        return NULL;
    }
    publish(head & 0xFFFFFFFF, head >> 32);
    return none();
}

static PyObject* py_frame(PyObject* self, PyObject* arguments) {
    (void)self;
    unsigned int kind;
    PyObject* payload;
    char* bytes;
    ptrdiff_t length;
    if (!PyArg_ParseTuple(arguments, "IO", &kind, &payload)
        || PyBytes_AsStringAndSize(payload, &bytes, &length) != 0) {
        return NULL;
    }
    const uint64_t size = 8 + ((uint64_t)length + 7) / 8 * 8;
    const enum Room room = size <= ring.capacity ? room_for(size) : refused;
    if (room == failed) {
        return NULL;
    }
    if (room == found) {
        memcpy(ring.memory + ring.position + ring.shift + 8, bytes, (size_t)length);
        publish(size, kind);
    }
    return none();
}

bool advisor_point(uint64_t what, uint64_t* now) {
    *now = now_ns(CLOCK_MONOTONIC);
    const uint64_t passed = *now - known.read_at;
    uint64_t cpu = known.read_cpu + passed;
    if (passed > brief && (advisor_was_switched() || passed > millisecond)) {
        cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);
        known.read_at = *now;
        known.read_cpu = cpu;
    }
    const enum Room room = room_for(point_bytes);
    if (room == failed) {
        return false;
    }
    if (room == found) {
        uint64_t* at = (uint64_t*)(ring.memory + ring.position + ring.shift);
        at[1] = what;
        at[2] = *now;
        at[3] = cpu;
        publish(point_bytes, point_kind);
    }
    return *now <= known.due || look(*now, cpu);
}

static PyObject* py_point(PyObject* self, PyObject* argument) {
    (void)self;
    uint64_t what;
    uint64_t now;
    if (!is_number(argument, &what) || !advisor_point(what, &now)) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(now);
}

bool advisor_tell_reaped(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    const bool more = seconds(&usage) - known.of_children > 0.5e-6; /* a sum of doubles */
    return !more || tell(now_ns(CLOCK_MONOTONIC) - known.looked);
}

static PyObject* py_tell_reaped(PyObject* self, PyObject* argument) {
    (void)self;
    (void)argument;
    return advisor_tell_reaped() ? none() : NULL;
}

static PyObject* py_remember(PyObject* self, PyObject* arguments) {
    (void)self;
    unsigned long long now, cpu, of_all, grown_at;
    double of_children;
    if (!PyArg_ParseTuple(arguments, "KKKdK", &now, &cpu, &of_all, &of_children, &grown_at)) {
        return NULL;
    }
    known.latest = known.looked = known.read_at = now;
    known.latest_cpu = known.read_cpu = cpu;
    known.latest_of_all = of_all;
    known.of_children = of_children;
    known.grown_at = grown_at;
    known.due = now + millisecond;
    return none();
}

static PyMethodDef methods[] = {
    {"frame", py_frame, METH_VARARGS, NULL},
    {"place", py_place, METH_O, NULL},
    {"publish", py_publish, METH_O, NULL},
    {"point", py_point, METH_O, NULL},
    {"tell_reaped", py_tell_reaped, METH_NOARGS, NULL},
    {"remember", py_remember, METH_VARARGS, NULL},
};

/* The functions, in that order, which write into `memory`; NULL with Python's error set where
 * that is not possible. They keep `memory` and `call` until the process ends. */
__attribute__((visibility("default"))) PyObject*
advisor_writer(PyObject* memory, int patience_ms, int status, PyObject* call) {
    static Py_buffer view; /* while it is not released, nobody can close the memory */
    if (PyObject_GetBuffer(memory, &view, PyBUF_WRITABLE) != 0) {
        return NULL;
    }
    ring.memory = view.buf;
    ring.words = view.buf;
    ring.length = (uint64_t)view.len;
    ring.capacity = ring.length - header_bytes;
    ring.position = ring.sequence = 0;
    ring.shift = header_bytes;
    ring.edge = ring.capacity;
    ring.patience = (uint64_t)patience_ms * millisecond;
    known.grown_at = UINT64_MAX;
    known.status = status;
    known.call = call;
    Py_IncRef(call);
    advisor_watch_switches();
    return functions(methods, sizeof methods / sizeof *methods);
}
