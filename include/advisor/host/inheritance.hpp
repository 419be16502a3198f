#pragma once

// What a program that starts others does about how it was started itself: which signals it was told
// to ignore, and which of the standard streams it lacks.

namespace advisor {

/// To be called once, before anything is started. From here on a closed pipe and a file that may
/// not grow are errors of a write, and children are there to be waited for, however this process
/// was started. What it starts still gets each signal as this process was given it: under nohup, or
/// behind a shell's &, the ignored ones are ignored.
void take_signals();

/// To be called once, before anything is opened, which would otherwise become the stream that the
/// shell has closed (`>&-`). To write to it, or to read from it, stays an error.
void fill_standard_streams();

}  // namespace advisor
