"""The writer's end of the memory that the recorder shares with advisor.  PYTEST_DONT_REWRITE

The layouts of the ring and of its frames are described, once, in advisor's headers
``host/shared_ring.hpp`` and ``store/record_stream.hpp``.

The functions that write are closures: they run ten times in a test, and a variable of a closure
costs less than an attribute. Suites fake clocks, too: what is bound here, to an object and not to a
module global, freezegun cannot replace. Times come from clock_gettime_ns, the one clock that
time-machine lets through.
"""

from __future__ import annotations

import _thread
import fcntl
import mmap
import os
import resource
import struct
import time
from collections.abc import Callable
from contextlib import suppress

# Words of the ring's header, each 8 bytes wide.
MAGIC, VERSION, CAPACITY = 0, 1, 2
WRITTEN, DROPPED, WRITER_PID, WRITER_TID, MOMENT = 8, 9, 10, 11, 12
READ, WATCHED = 16, 17
HOLDING, RELEASED = 2, 3  # moments with the GIL and without it
RING_MAGIC, RING_VERSION = 0x474E495256444121, 1
HEADER_BYTES = 4096
PATIENCE_S = 2.0  # in total, for a parent that does not read

# Kinds of frames that are written here.
PADDING, POINT, COUNTERS = 0, 5, 32
NO_TEST = 0xFFFFFFFF

SECOND, MILLISECOND = 1_000_000_000, 1_000_000
SHORT = MILLISECOND // 10
TO_FORK = 3 * SHORT  # a child that is started takes more (measured: 0.36 ms at least)
KIBIBYTES = 1024  # of memory more, that are told at once

Frame = Callable[[int, bytes], None]
Point = Callable[[int], int]
Writers = tuple[Frame, Callable[..., None], Point, Callable[[], None]]
# Makes of frame() what is called before each point and mark, and what is called within a mark.
Counter = Callable[[Frame], tuple[Callable[[], None], Callable[[], None]]]


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


def nothing() -> None:
    pass


Usage = resource.struct_rusage


def peaks() -> tuple[Callable[[Usage], int], Callable[[], bool]]:
    """Two functions: one tells the peak of memory in KiB, given what getrusage says now, the other
    makes the kernel forget it."""
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
    return of_status if is_of_launcher else of_usage, restart


def writers(memory: mmap.mmap, counter: Counter | None, restarts: bool) -> Writers:
    """The functions that write: frame(kind, payload), mark(kind, ...), point(what), which returns
    the time, and tell_reaped(): a mark if a child process was reaped that used CPU.

    A frame becomes visible as a whole: its bytes first, the ring's position last.

    A mark reads all clocks and counters of this thread and process, in about 50 us where a test had
    the caches for itself. A point reads the clock; and the CPU clock of this thread, which takes
    1.2 us more, if it was not read for 0.1 ms: so long it is taken to have run as the other did.
    Once a millisecond has passed, a point also looks whether there is more to tell, and then there
    is a mark: 0.1 ms, and a sixty-fourth more, in which this thread did not run, or 50 ms of
    anything. Every 20 ms, or each time once they did, it looks whether other threads ran so much.
    What was used between two marks is known exactly, and the points say how to share it out.

    Of memory, marks have the peak, where it may be restarted. That is done where it has grown by a
    MiB, and each half second, since it may have shrunk; every 20 ms a point looks whether it has
    grown.
    """
    words = memoryview(memory).cast("Q")
    capacity = words[CAPACITY]
    pack_head = struct.Struct("=IHH").pack_into
    # The head of a point, as pack_head() writes it on x86-64, but for its number.
    pack_point, point_head = struct.Struct("=4Q").pack_into, 32 | POINT << 32
    full = struct.Struct("=IHHIIIIQQQddQQQQdd56p")
    pack_mark, mark_size = full.pack_into, full.size
    clock, sleep = time.monotonic_ns, time.sleep
    thread, process = time.thread_time_ns, time.process_time_ns
    usage, own, reaped = resource.getrusage, resource.RUSAGE_THREAD, resource.RUSAGE_CHILDREN
    everyone = resource.RUSAGE_SELF
    peak_of, restart_peak = peaks() if restarts else (lambda usage: 0, lambda: False)
    # This thread's scheduler statistics.
    pread, schedstat = os.pread, open_high("/proc/thread-self/schedstat")
    position = sequence = 0
    shift, edge = HEADER_BYTES, capacity  # up to the edge, position + shift is a place in memory
    patience = PATIENCE_S
    latest = latest_cpu = latest_of_all = 0  # of the last mark
    of_children = 0.0  # likewise, of those that were reaped, in seconds
    due = due_of_all = 0  # when to look again: at this thread, and at all
    settled = restarted = 0  # that peak in KiB, and when it was
    looked = 0  # when it was last known
    read_at = read_cpu = 0  # when the CPU clock was read, and what it showed

    def place(size: int) -> int:
        """Where in memory a frame of `size` bytes goes; 0 if the parent left no room for it."""
        nonlocal position, sequence, shift, edge, patience
        if position + size > edge:
            lap_end = len(memory) - shift
            begin = position if position + size <= lap_end else lap_end  # a frame is never split
            while begin + size > words[READ] + capacity:
                if patience <= 0:
                    words[DROPPED] += 1
                    return 0
                patience -= 0.001
                sleep(0.001)
            if begin == lap_end:
                if position < lap_end:
                    rest = lap_end - position
                    pack_head(memory, position + shift, rest, PADDING, sequence & 0xFFFF)
                    sequence += 1
                position, shift = lap_end, HEADER_BYTES - lap_end
            edge = min(words[READ] + capacity, len(memory) - shift)
        return position + shift

    def publish(size: int) -> None:
        nonlocal position, sequence
        sequence += 1
        position += size
        words[WRITTEN] = position

    def frame(kind: int, payload: bytes) -> None:
        size = 8 + (len(payload) + 7) // 8 * 8
        at = place(size)
        if at:
            pack_head(memory, at, size, kind, sequence & 0xFFFF)
            memory[at + 8 : at + 8 + len(payload)] = payload
            publish(size)

    def mark(kind: int, test: int = NO_TEST, a: int = 0, b: int = 0, c: int = 0) -> None:
        nonlocal schedstat, latest, latest_cpu, latest_of_all, due, read_at, read_cpu, looked
        nonlocal of_children
        count()
        latest = clock()
        due = latest + MILLISECOND
        latest_cpu, latest_of_all = thread(), process()
        read_at, read_cpu, looked = latest, latest_cpu, latest
        used, children = usage(own), usage(reaped)
        of_children = children[0] + children[1]
        peak = peak_of(used) if restarts else 0
        if peak - settled > KIBIBYTES or latest - restarted > SECOND // 2:
            restart(latest)
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
                *(memory, at, mark_size, kind, sequence & 0xFFFF, test, a, b, c),
                *(latest, latest_cpu, latest_of_all),
                *(used[0], used[1], peak, used[7], used[14], used[15]),
                *(children[0], children[1], waited),
            )
            publish(mark_size)

    def point(what: int) -> int:
        nonlocal position, sequence, read_at, read_cpu
        now = clock()
        cpu = read_cpu + now - read_at
        if now - read_at > SHORT:
            read_at, read_cpu = now, thread()
            cpu = read_cpu
        at = position + shift if position + 32 <= edge else place(32)
        if at:
            pack_point(memory, at, point_head | (sequence & 0xFFFF) << 48, what, now, cpu)
            sequence += 1
            position += 32
            words[WRITTEN] = position
        if now > due:
            look(now, cpu)
        return now

    def tell_reaped() -> None:
        used = usage(reaped)
        if used[0] + used[1] > of_children:
            mark(COUNTERS, NO_TEST, settled, (clock() - looked) // 1000)

    def restart(now: int) -> None:
        nonlocal restarts, restarted, settled
        restarts, restarted = restarts and restart_peak(), now
        settled = peak_of(usage(own))

    def look(now: int, cpu: int) -> None:
        nonlocal due, due_of_all, looked
        due = now + MILLISECOND
        passed, used = now - latest, cpu - latest_cpu
        unnoticed = SHORT + passed // 64  # interrupts of the kernel take that much
        tells, since = passed > 100 * MILLISECOND or passed - used > unnoticed, looked
        if now > due_of_all:
            of_all, looked = usage(everyone), now
            others_ran = (of_all[0] + of_all[1]) * SECOND - latest_of_all - used > unnoticed
            due_of_all = now if others_ran else now + 20 * MILLISECOND
            has_grown = restarts and peak_of(of_all) - settled > KIBIBYTES
            tells = tells or others_ran or has_grown
        if tells:
            mark(COUNTERS, NO_TEST, settled, (now - since) // 1000)

    def counted(write: Point) -> Point:
        def counted_point(what: int) -> int:
            count()
            return write(what)

        return counted_point if counter else write

    count, leave_out = counter(frame) if counter else (nothing, nothing)
    return frame, mark, counted(point), tell_reaped
