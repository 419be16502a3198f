"""Counts how the GIL is held, with the library that advisor_gil.c describes.  PYTEST_DONT_REWRITE

The library is in the process where ``LD_PRELOAD`` named it. Here it is shown what the lock's
signals are, and what it has counted is read. Nothing calls into it: all goes through the memory
that it shares.
"""

from __future__ import annotations

import _thread
import os
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from advisor_standard import mmap

# Words of that memory, each 8 bytes wide.
ASKED, COUNTING, HELD_NS, IDLE_NS, RELEASES, TAKEN_NS, TAKEN_CPU_NS = range(32, 39)

GIL = 8  # the kind of frame

Counts = tuple[int, int, int]  # ns held, ns of them on no core, releases


def mapped() -> str:
    with suppress(OSError), open("/proc/self/maps") as maps:
        return maps.read()
    return ""


def why_not(maps: str) -> str:
    if "libadvisor_gil" in maps:
        if not getattr(sys, "_is_gil_enabled", lambda: True)():
            return "the interpreter is free-threaded: its threads run without it"
        return "the interpreter's lock does not signal as that of CPython does"
    if os.getuid() != os.geteuid() or os.getgid() != os.getegid():
        return (
            "the interpreter runs with another user's rights, and so nothing is preloaded into it"
        )
    if maps and "/ld-" not in maps:
        return "the interpreter is linked statically, and so nothing is preloaded into it"
    return "what starts the interpreter does not pass LD_PRELOAD on; --python names it directly"


def begin_counting(memory: mmap.mmap) -> str:
    """Shows the library the signals of the lock; returns why it does not count, or nothing."""
    words = memoryview(memory).cast("Q")
    words[ASKED] = _thread.get_native_id()
    for _ in range(4):
        time.sleep(0.0001)
    words[ASKED] = 0
    return "" if words[COUNTING] else why_not(mapped())


def counts(memory: mmap.mmap) -> Callable[[], Counts]:
    """What was counted so far. Whoever asks holds the lock: what it held until now is added."""
    words = memoryview(memory).cast("Q")
    clock, monotonic, thread = time.clock_gettime_ns, time.CLOCK_MONOTONIC, time.thread_time_ns

    def counted() -> Counts:
        held = clock(monotonic) - words[TAKEN_NS]
        idle = held - (thread() - words[TAKEN_CPU_NS])
        return words[HELD_NS] + held, words[IDLE_NS] + max(idle, 0), words[RELEASES]

    return counted


def counter(
    memory: mmap.mmap, frame: Callable[[int, bytes], None]
) -> tuple[Callable[[], None], Callable[[], None]]:
    """Two functions: one writes what was counted, and one leaves out the releases since then."""
    counted, pack = counts(memory), struct.Struct("=QQQ").pack
    seen = own = 0

    def count() -> None:
        nonlocal seen
        held, idle, seen = counted()
        frame(GIL, pack(held, idle, seen - own))

    def leave_out() -> None:
        nonlocal own
        own += counted()[2] - seen

    return count, leave_out
