/* Preloaded where instructions are counted, so that every run has the same number of them: what is
 * recorded follows the time that passes, and valgrind makes everything take fifty times as long. */
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec* time) {
    (void)clock;
    time->tv_sec = 1;
    time->tv_nsec = 0;
    return 0;
}
