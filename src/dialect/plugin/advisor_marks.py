"""Reads all clocks and counters of the recorder's thread and process.  PYTEST_DONT_REWRITE

A mark has them all, in about 50 us where a test had the caches for itself; a point has two clocks,
and the marks are so placed that points say how to share out what was used between two of them
(``advisor_writer``).

Of memory, marks have the peak, where it may be restarted. That is done where it has grown by a MiB,
and each half second, since it may have shrunk.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from typing import NamedTuple

from advisor_ring import NO_TEST, SECOND, open_high
from advisor_standard import mmap, resource
from advisor_writer import NEVER, Frame, Usage, writer

COUNTERS = 32  # the kind of a mark between others
KIBIBYTES = 1024  # of memory more, that are told at once

# Makes of frame() what is called before each point and mark, and what is called within a mark.
Counter = Callable[[Frame], tuple[Callable[[], None], Callable[[], None]]]


class Writers(NamedTuple):
    frame: Frame  # kind, payload
    mark: Callable[..., None]  # kind, test and three numbers that its kind gives a meaning
    point: Callable[[int], int]
    tell_reaped: Callable[[], None]
    in_c: bool  # points are written in C


class Peaks(NamedTuple):
    of: Callable[[Usage], int]  # the peak of memory in KiB, given what getrusage says now
    status: int  # the file that tells it; -1: what is given does
    restart: Callable[[], bool]  # makes the kernel forget it; False where that is refused


def peaks() -> Peaks:
    open_, write, close, flags = os.open, os.write, os.close, os.O_WRONLY | os.O_CLOEXEC
    pread, status = os.pread, open_high("/proc/self/status")

    def restart() -> bool:
        """The file is opened each time: a descriptor that a suite closed may be one of its files by
        now. False where the kernel refuses."""
        try:
            file = open_("/proc/self/clear_refs", flags)
        except OSError:
            return False
        try:
            return write(file, b"5") == 1
        except OSError:
            return False
        finally:
            close(file)

    def of_usage(usage: Usage) -> int:
        return usage[2]

    def of_status(usage: Usage) -> int:
        try:
            lines = pread(status, 4096, 0)
            at = lines.index(b"VmHWM:") + 6
            return int(lines[at : lines.index(b"kB", at)])
        except (OSError, ValueError):  # closed by the suite, or another file by now
            return 0

    # What a launcher had when this process was made of it stays in getrusage for good.
    begun_anew, now = restart(), resource.getrusage(resource.RUSAGE_SELF)
    is_of_launcher = begun_anew and 0 < of_status(now) < of_usage(now) - KIBIBYTES
    if is_of_launcher:
        return Peaks(of_status, status, restart)
    if status >= 0:
        close(status)
    return Peaks(of_usage, -1, restart)


def nothing() -> None:
    pass


def writers(memory: mmap.mmap, counter: Counter | None, restarts: bool) -> Writers:
    full = struct.Struct("=IIIIQQQddQQQQdd56p")
    pack_mark, mark_size = full.pack_into, 8 + full.size
    clock, monotonic = time.clock_gettime_ns, time.CLOCK_MONOTONIC
    thread, process = time.thread_time_ns, time.process_time_ns
    usage, own, reaped = resource.getrusage, resource.RUSAGE_THREAD, resource.RUSAGE_CHILDREN
    peak_of, status, restart_peak = peaks() if restarts else Peaks(lambda usage: 0, -1, bool)
    # This thread's scheduler statistics.
    pread, schedstat = os.pread, open_high("/proc/thread-self/schedstat")
    settled = restarted = 0  # that peak in KiB, and when it was

    def mark(kind: int, test: int = NO_TEST, a: int = 0, b: int = 0, c: int = 0) -> None:
        nonlocal schedstat
        count()
        now, cpu, of_all = clock(monotonic), thread(), process()
        used, children = usage(own), usage(reaped)
        peak = peak_of(used) if restarts else 0
        if peak - settled > KIBIBYTES or now - restarted > SECOND // 2:
            restart(now)
        grown_at = settled + KIBIBYTES if restarts else NEVER
        remember(now, cpu, of_all, children[0] + children[1], grown_at)
        waited = b""
        if schedstat >= 0:
            try:
                waited = pread(schedstat, 55, 0)
            except OSError:  # the suite closed it; a descriptor is never opened twice
                schedstat = -1
            leave_out()
        at = place(mark_size)
        if at:
            pack_mark(
                *(memory, at + 8, test, a, b, c, now, cpu, of_all),
                *(used[0], used[1], peak, used[7], used[14], used[15]),
                *(children[0], children[1], waited),
            )
            publish(mark_size | kind << 32)

    def restart(now: int) -> None:
        nonlocal restarts, restarted, settled
        restarts, restarted = restarts and restart_peak(), now
        settled = peak_of(usage(own))

    def tell(since: int) -> None:
        mark(COUNTERS, NO_TEST, settled, since)

    def counted(write: Callable[[int], int]) -> Callable[[int], int]:
        def counted_point(what: int) -> int:
            count()
            return write(what)

        return counted_point if counter else write

    frame, place, publish, point, tell_reaped, remember, native = writer(
        memory, tell, peak_of, status
    )
    count, leave_out = counter(frame) if counter else (nothing, nothing)
    return Writers(frame, mark, counted(point), tell_reaped, native and counter is None)
