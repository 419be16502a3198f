/* Preloaded where instructions are counted, so that every run has the same number of them: what is
 * recorded follows the time that passes, and valgrind makes everything take fifty times as long.
 * Clocks go on by a nanosecond each time, since one that stands still never gets past a deadline. */
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec* time) {
    static long passed;
    (void)clock;
    passed += 1;
    time->tv_sec = 1 + passed / 1000000000;
    time->tv_nsec = passed % 1000000000;
    return 0;
}
