#pragma once

// What a program that starts others does about signals that it was told to ignore.

namespace advisor {

/// To be called once, before anything is started. From here on a closed pipe is an error of a
/// write, and children are there to be waited for, however this process was started. What it
/// starts still gets each signal as this process was given it: under nohup, or behind a shell's &,
/// the ignored ones are ignored.
void take_signals();

}  // namespace advisor
