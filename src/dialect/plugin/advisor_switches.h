/* Whether the kernel took its core from this thread, asked without a call of the kernel.
 *
 * A thread that glibc (2.35 or later) has registered for restartable sequences may point to one in
 * its `struct rseq` (linux/rseq.h). When the kernel next resumes the thread after it switched to
 * another, it finds that the thread is not within that sequence, and clears the pointer. Ours has
 * no instructions, so that the thread never is. Not all kernels do so after a call of theirs:
 * advisor_watch_switches() tries it.
 *
 * Both functions are for one thread of the process.
 */
#pragma once

#include <stdbool.h>

/* False where switches cannot be seen: advisor_was_switched() is always true then. */
__attribute__((visibility("hidden"))) bool advisor_watch_switches(void);

/* Since it was asked last. */
__attribute__((visibility("hidden"))) bool advisor_was_switched(void);
