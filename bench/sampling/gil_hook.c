/* Counts how long the GIL is held, exactly: an oracle for the sampler. Preloaded into CPython.
 *
 * CPython's drop_gil() signals one condition variable after it has cleared the lock's word, and
 * take_gil() another one after it has set it (Python/ceval_gil.c, 3.9 to 3.14). Both calls cross into
 * the C library even from a static interpreter, so that they can be taken over from outside. Who
 * loads this tells it the two addresses; until then it only passes calls on.
 *
 * The preload is removed from the environment first: a child with another interpreter must not
 * inherit it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static int (*real_signal)(pthread_cond_t*);
static _Atomic(void*) on_release;
static _Atomic(void*) on_take;
static _Atomic uint64_t held_ns;
static _Atomic uint64_t taken_ns; /* when the one who holds it took it; 0: nobody does */
static _Atomic uint64_t releases;

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

__attribute__((constructor)) static void begin(void) {
    unsetenv("LD_PRELOAD");
    real_signal = (int (*)(pthread_cond_t*))dlsym(RTLD_NEXT, "pthread_cond_signal");
}

int pthread_cond_signal(pthread_cond_t* condition) {
    if (condition == atomic_load_explicit(&on_release, memory_order_relaxed)) {
        uint64_t taken = atomic_exchange(&taken_ns, 0);
        if (taken != 0) {
            atomic_fetch_add(&held_ns, now_ns() - taken);
            atomic_fetch_add(&releases, 1);
        }
    } else if (condition == atomic_load_explicit(&on_take, memory_order_relaxed)) {
        atomic_store(&taken_ns, now_ns());
    }
    return real_signal(condition);
}

/* The next three are called by a thread that holds the GIL. */

void gil_hook_watch(void* condition, void* switch_condition) {
    atomic_store(&taken_ns, now_ns());
    atomic_store(&on_take, switch_condition);
    atomic_store(&on_release, condition);
}

uint64_t gil_hook_held_ns(void) {
    uint64_t taken = atomic_load(&taken_ns);
    return atomic_load(&held_ns) + (taken != 0 ? now_ns() - taken : 0);
}

uint64_t gil_hook_releases(void) {
    return atomic_load(&releases);
}
