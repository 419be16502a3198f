"""What holds for every test."""

from __future__ import annotations

import signal

# A shell's background job ignores interrupts, and so would each process that a test starts. A
# signal that is handled here begins by its default there.
signal.signal(signal.SIGINT, signal.default_int_handler)
