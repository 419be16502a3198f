#include "advisor_switches.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* What the kernel wants to find before the place to which it would send an interrupted sequence:
 * RSEQ_SIG of glibc's headers. It never goes there. */
#if defined(__x86_64__)
enum { signature = 0x53053053 };
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
enum { signature = 0xd428bc00 };
#else
enum { signature = 0 };
#endif

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): glibc's own names. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

enum { place_in_rseq = 8, turns = 3 };

static const struct { uint32_t before, at; } landing = {(uint32_t)signature, 0};

/* struct rseq_cs of linux/rseq.h; of no length. */
static struct {
    uint32_t version, flags;
    uint64_t start, length, landing;
} __attribute__((aligned(32))) sequence;

static volatile uint64_t* pointer; /* NULL: not watched */

bool advisor_was_switched(void) {
    if (pointer == NULL) {
        return true;
    }
    const uint64_t ours = (uint64_t)&sequence;
    if (*pointer == ours) {
        return false;
    }
    *pointer = ours;
    return true;
}

bool advisor_watch_switches(void) {
    if (signature == 0 || &__rseq_size == NULL || &__rseq_offset == NULL || __rseq_size == 0) {
        return false;
    }
    sequence.start = sequence.landing = (uint64_t)&landing.at;
    pointer =
        (volatile uint64_t*)((char*)__builtin_thread_pointer() + __rseq_offset + place_in_rseq);
    advisor_was_switched();
    /* Several times: an interrupt at that moment could be what cleared it. */
    for (int turn = 0; turn < turns && pointer != NULL; ++turn) {
        const struct timespec moment = {0, 1};
        nanosleep(&moment, NULL);
        if (!advisor_was_switched()) {
            *pointer = 0;
            pointer = NULL;
        }
    }
    return pointer != NULL;
}
