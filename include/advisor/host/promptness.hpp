#pragma once

namespace advisor {

/// Asks the kernel to run the calling thread at the very time to which it sleeps: its timers have
/// no slack, and its turns are 0.1 ms long, so that it comes before threads with the usual, longer
/// ones (Linux 6.12; older kernels leave the length of turns as it is). No privilege is needed.
///
/// A sampler that waits for a core gets one when a thread of the suite lets go of it, which is when
/// that thread waits or gives up the GIL: samples would mostly be of such moments. Measured with
/// two threads that compute in turns on two cores: held in 94 % of samples instead of 99.4 %.
void make_thread_prompt();

}  // namespace advisor
