"""The writer's end of the memory that the recorder shares with advisor.  PYTEST_DONT_REWRITE

The layouts of the ring and of its frames are described, once, in advisor's headers
``host/shared_ring.hpp`` and ``store/record_stream.hpp``.

Suites fake clocks: what is bound here, to an object and not to a module global, freezegun cannot
replace. Times come from clock_gettime_ns, the one clock that time-machine lets through.
"""

from __future__ import annotations

import _thread
import os
import time
from collections.abc import Callable
from contextlib import suppress

from advisor_standard import fcntl, mmap

# Words of the ring's header, each 8 bytes wide.
MAGIC, VERSION, CAPACITY = 0, 1, 2
WRITTEN, DROPPED, WRITER_PID, WRITER_TID, MOMENT = 8, 9, 10, 11, 12
READ, WATCHED = 16, 17
HOLDING, RELEASED = 2, 3  # moments with the GIL and without it
RING_MAGIC, RING_VERSION = 0x474E495256444121, 1
HEADER_BYTES = 4096

NO_TEST = 0xFFFFFFFF

SECOND, MILLISECOND = 1_000_000_000, 1_000_000


def open_ring(path: str) -> mmap.mmap:
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        memory = mmap.mmap(fd, os.fstat(fd).st_size)
    finally:
        os.close(fd)
    words = memoryview(memory).cast("Q")
    known = (RING_MAGIC, RING_VERSION, len(memory) - HEADER_BYTES)
    if tuple(words[MAGIC : CAPACITY + 1]) != known or words[WRITER_PID]:
        raise OSError("no ring of this version, or another process writes it")
    words[WRITER_TID] = _thread.get_native_id()
    words[WRITER_PID] = os.getpid()
    return memory


def moments(memory: mmap.mmap) -> Callable[[], None]:
    words = memoryview(memory).cast("Q")
    clock, monotonic, sleep = time.clock_gettime_ns, time.CLOCK_MONOTONIC, time.sleep

    def show_gil() -> None:
        """Holds the GIL, then sleeps without it, until a parent that reads it has seen each."""
        for moment in (HOLDING, RELEASED) if words[WATCHED] else ():
            words[MOMENT], deadline = moment, clock(monotonic) + 1000000000
            while words[WATCHED] not in (0, moment) and clock(monotonic) < deadline:
                if moment == RELEASED:
                    sleep(0.001)
        words[MOMENT] = 0

    return show_gil


def open_high(path: str, flags: int = 0) -> int:
    """A descriptor to read from, high enough not to meet the suite's; -1 if there is none."""
    descriptor = -1
    with suppress(OSError):
        descriptor = low = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
        descriptor = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 700)  # fails at a low limit
        os.close(low)
    return descriptor
