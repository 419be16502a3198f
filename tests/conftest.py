"""What holds for every test."""

from __future__ import annotations

import signal

# A shell's background job ignores interrupts and quits, and what runs under nohup hang-ups; so
# would each process that a test starts. A signal that is handled here begins by its default there.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _ignored in (signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_ignored) is signal.SIG_IGN:
        signal.signal(_ignored, lambda *_: None)
