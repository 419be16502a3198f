#pragma once

namespace advisor {

/// In a child between fork and exec: undoes take_signals().
void give_back_signals();

/// Whether this process was started with the signal ignored, or has chosen to ignore it.
[[nodiscard]] bool is_ignored(int signal);

}  // namespace advisor
