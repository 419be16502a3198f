/* Counts how the GIL of CPython is held, exactly. Preloaded into the interpreter (LD_PRELOAD).
 *
 * take_gil() signals one condition variable when it has got the lock and drop_gil() another one
 * when it has given it up, each while it holds the mutex of the lock (Python/ceval_gil.c, 3.9
 * to 3.14). Both signals cross into the C library even from a static libpython, and so they can be
 * taken over from outside. Which two conditions these are is not looked up but watched: the
 * recorder's thread says that it will sleep some times, and then signals the one and the other in
 * turn (advisor_gil.py). No offset of any version has to be known, and a lock that does not work
 * like this one (PyPy's; none, in a free-threaded build) is not mistaken for it.
 *
 * It costs two reads of the clock for each release of the lock. The CPU clock of the thread, which
 * takes a system call, is read no more than twice in 50 us: so much may a hold of the lock be off
 * in what it was not on a core.
 *
 * What is counted goes into shared memory, whose layout is in host/shared_ring.hpp, and to which
 * ADVISOR_GIL_COUNTERS is the path. A forked child does not count: its page of `watch` is zero.
 * Nothing is linked: what is called here has the same name in glibc and in musl, and any version of
 * either will do. In a process that never asks, such as a launcher, signals are only passed on.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { counters_at = 256, page = 4096, rounds = 3 };

static const uint64_t precision_ns = 50000;

/* In shared memory. Written under the lock's mutex, but for the first two. */
struct counters {
    volatile uint64_t asked;    /* id of the thread that shows the lock's signals; 0: none does */
    volatile uint64_t counting; /* 1 once they are known */
    uint64_t held_ns;           /* by those that have released it */
    uint64_t idle_ns;           /* part of held_ns in which the holder was on no core */
    uint64_t releases;
    uint64_t taken_ns;     /* CLOCK_MONOTONIC when the holder took it; 0: nobody holds it */
    uint64_t taken_cpu_ns; /* what the clock of the holder's thread showed then */
};

/* In a page that a fork wipes. */
struct watch {
    struct counters* counters;
    pthread_cond_t* released;
    pthread_cond_t* taken;
    pthread_cond_t* seen[2]; /* while they are being learnt */
    unsigned signals;
};

static struct watch* watch;
static int (*pass_on)(pthread_cond_t*); /* what was taken over */

/* Of this thread's CPU clock, the last reading. */
static __thread __attribute__((tls_model("initial-exec"))) uint64_t read_ns, read_cpu_ns;

#pragma weak dlsym
#pragma weak dlvsym

static uint64_t now_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The next pthread_cond_signal. Before glibc 2.36 dlsym() finds the one of 2.2.5, which takes
 * another structure. */
static void find_next(void) {
    if (dlvsym != NULL) {
        *(void**)&pass_on = dlvsym(RTLD_NEXT, "pthread_cond_signal", "GLIBC_2.3.2");
    }
    if (pass_on == NULL && dlsym != NULL) {
        *(void**)&pass_on = dlsym(RTLD_NEXT, "pthread_cond_signal");
    }
}

__attribute__((constructor)) static void begin(void) {
    find_next();
    const char* path = getenv("ADVISOR_GIL_COUNTERS");
    int file = path != NULL && pass_on != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) {
        return;
    }
    char* shared = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    struct watch* own =
        mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    close(file);
    if (shared == MAP_FAILED || own == MAP_FAILED || madvise(own, page, MADV_WIPEONFORK) != 0) {
        return;
    }
    own->counters = (struct counters*)(shared + counters_at);
    watch = own;
}

static void take(struct counters* counters) {
    const uint64_t now = now_ns(CLOCK_MONOTONIC);
    if (now - read_ns > precision_ns) {
        read_ns = now;
        read_cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
    }
    counters->taken_cpu_ns = read_cpu_ns + (now - read_ns);
    counters->taken_ns = now;
}

static void release(struct counters* counters) {
    if (counters->taken_ns == 0) {
        return;
    }
    const uint64_t now = now_ns(CLOCK_MONOTONIC);
    const uint64_t held = now - counters->taken_ns;
    if (held > precision_ns) {
        read_ns = now;
        read_cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
        const uint64_t used = read_cpu_ns - counters->taken_cpu_ns;
        counters->idle_ns += held > used ? held - used : 0;
    }
    counters->held_ns += held;
    counters->releases += 1;
    counters->taken_ns = 0;
}

/* The thread that asked signals nothing but: released, taken, released, taken. */
static void learn(struct watch* own, pthread_cond_t* condition) {
    pthread_cond_t** seen = &own->seen[own->signals % 2];
    if (own->signals < 2) {
        *seen = condition;
    } else if (*seen != condition) {
        own->counters->asked = 0;
        return;
    }
    own->signals += 1;
    if (own->signals == 2 * rounds && own->seen[0] != own->seen[1]) {
        own->released = own->seen[0];
        own->taken = own->seen[1];
        own->counters->asked = 0;
        take(own->counters);
        own->counters->counting = 1;
    }
}

int pthread_cond_signal(pthread_cond_t* condition) {
    struct watch* own = watch;
    if (own != NULL && own->counters != NULL) {
        if (condition == own->released) {
            release(own->counters);
        } else if (condition == own->taken) {
            take(own->counters);
        } else if (own->counters->asked != 0 && own->counters->asked == (uint64_t)syscall(SYS_gettid)) {
            learn(own, condition);
        }
    }
    if (pass_on == NULL) {
        find_next();
    }
    return pass_on != NULL ? pass_on(condition) : ENOSYS;
}
