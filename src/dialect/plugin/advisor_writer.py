"""How the recorder's frames get into the ring, and what a point is.  PYTEST_DONT_REWRITE

A frame becomes visible as a whole: its bytes first, the ring's position last. Whoever writes one
takes a place, fills in what follows the head, and publishes it.

A point is one step of a test, ten of them in each. It reads the clock; and the CPU clock of this
thread if it was not read for 0.1 ms: so long it is taken to have run as the other did. Once a
millisecond has passed, a point also looks whether there is more to tell: 0.1 ms, and a thirty-
second more, in which this thread did not run, or 0.1 s of anything. Every 20 ms, or each time once
they did, it looks whether other threads ran so much, and whether the peak of memory has grown.

`advisor_writer.c` does all this in C (measured, one after another: 0.4 us for a point instead of
2.4; after a test that had the caches for itself both take more). Where the kernel tells that it did
not take the core from this thread (``advisor_switches.h``), it lets the CPU clock be for a
millisecond: to read it takes longer than all else of a point. Where the library cannot be loaded
(``advisor_native``), these functions do.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from advisor_native import native
from advisor_ring import CAPACITY, DROPPED, HEADER_BYTES, MILLISECOND, READ, SECOND, WRITTEN
from advisor_standard import mmap, resource

PATIENCE_MS = 2000  # in total, for a parent that does not read
PADDING, POINT = 0, 5  # kinds of frames
SHORT = MILLISECOND // 10
TO_FORK = 3 * SHORT  # a child that is started takes more (measured: 0.36 ms at least)
NEVER = 0xFFFFFFFFFFFFFFFF  # does memory grow to it

Tell = Callable[[int], object]  # given the us since which a new peak may have come about
Usage = resource.struct_rusage


Frame = Callable[[int, bytes], None]


class Writer(NamedTuple):
    frame: Frame  # kind, payload
    # Offset in memory of a frame of so many bytes, head included, in whole words; 0 if the parent
    # left no room for it.
    place: Callable[[int], int]
    publish: Callable[[int], None]  # the frame that was placed last: its size | its kind << 32
    point: Callable[[int], int]  # returns the time
    tell_reaped: Callable[[], None]  # if a child process was reaped that used CPU
    # What a mark has told: time, CPU of this thread and of the process, s of CPU of reaped
    # children; and the KiB at which a peak of memory is to be told, or NEVER.
    remember: Callable[[int, int, int, float, int], None]
    in_c: bool


def in_c(memory: mmap.mmap, tell: Tell, status: int) -> Writer:
    functions = native("advisor_writer")(memory, PATIENCE_MS, status, tell)
    return Writer._make((*functions, True))


def in_python(memory: mmap.mmap, tell: Tell, peak_of: Callable[[Usage], int]) -> Writer:
    """Closures: a variable of a closure costs less than an attribute, and what is bound in one,
    libraries that fake clocks cannot replace."""
    words = memoryview(memory).cast("Q")
    capacity = words[CAPACITY]
    pack_point, point_head = struct.Struct("=4Q").pack_into, 32 | POINT << 32
    clock, monotonic = time.clock_gettime_ns, time.CLOCK_MONOTONIC
    thread, sleep = time.thread_time_ns, time.sleep
    usage, everyone, reaped = resource.getrusage, resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    position = sequence = 0
    shift, edge = HEADER_BYTES, capacity  # up to the edge, position + shift is a place in memory
    patience = PATIENCE_MS
    latest = latest_cpu = latest_of_all = 0  # of the last mark
    of_children = 0.0  # likewise
    due = due_of_all = 0  # when to look again: at this thread, and at all
    looked = 0  # when the peak of memory was last known
    grown_at = NEVER
    read_at = read_cpu = 0  # when the CPU clock was read, and what it showed

    def place(size: int) -> int:
        nonlocal position, shift, edge, patience
        if position + size > edge:
            lap_end = len(memory) - shift
            begin = position if position + size <= lap_end else lap_end  # a frame is never split
            while begin + size > words[READ] + capacity:
                if patience <= 0:
                    words[DROPPED] += 1
                    return 0
                patience -= 1
                sleep(0.001)
            if begin == lap_end:
                if position < lap_end:
                    put_head(lap_end - position | PADDING << 32)
                shift = HEADER_BYTES - lap_end
            edge = min(words[READ] + capacity, len(memory) - shift)
        return position + shift

    def frame(kind: int, payload: bytes) -> None:
        size = 8 + (len(payload) + 7) // 8 * 8
        at = place(size)
        if at:
            memory[at + 8 : at + 8 + len(payload)] = payload
            publish(size | kind << 32)

    def put_head(head: int) -> None:
        nonlocal position, sequence
        words[(position + shift) // 8] = head | (sequence & 0xFFFF) << 48
        sequence += 1
        position += head & 0xFFFFFFFF

    def publish(head: int) -> None:
        put_head(head)
        words[WRITTEN] = position

    def point(what: int) -> int:
        nonlocal position, sequence, read_at, read_cpu
        now = clock(monotonic)
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
            tell((clock(monotonic) - looked) // 1000)

    def look(now: int, cpu: int) -> None:
        nonlocal due, due_of_all, looked
        due = now + MILLISECOND
        passed, used = now - latest, cpu - latest_cpu
        unnoticed = SHORT + passed // 32  # interrupts and the hypervisor take that much
        tells, since = passed > 100 * MILLISECOND or passed - used > unnoticed, looked
        if now > due_of_all:
            of_all, looked = usage(everyone), now
            others_ran = (of_all[0] + of_all[1]) * SECOND - latest_of_all - used > unnoticed
            due_of_all = now if others_ran else now + 20 * MILLISECOND
            tells = tells or others_ran or (grown_at != NEVER and peak_of(of_all) > grown_at)
        if tells:
            tell((now - since) // 1000)

    def remember(now: int, cpu: int, of_all: int, children: float, at: int) -> None:
        nonlocal latest, latest_cpu, latest_of_all, of_children, grown_at
        nonlocal due, looked, read_at, read_cpu
        latest, latest_cpu, latest_of_all, of_children, grown_at = now, cpu, of_all, children, at
        due, looked, read_at, read_cpu = now + MILLISECOND, now, now, cpu

    return Writer(frame, place, publish, point, tell_reaped, remember, in_c=False)


def writer(memory: mmap.mmap, tell: Tell, peak_of: Callable[[Usage], int], status: int) -> Writer:
    """`peak_of` tells the peak of memory in KiB; it reads the file `status`, or none if that is -1,
    and then it is in what it is given."""
    with suppress(Exception):
        return in_c(memory, tell, status)
    return in_python(memory, tell, peak_of)
