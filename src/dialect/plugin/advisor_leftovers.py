"""Counts what tests leave behind: threads, descriptors, child processes.  PYTEST_DONT_REWRITE

The kernel counts, and tells it of three files in /proc that stay open: together 3 us where they
are asked again and again, 15 us after a test that had the caches for itself (measured). Kernels
before 6.2 do not tell the number of descriptors; there the directory is listed. Children are told
by the thread that started them: where there are other threads, one more file is read for each.

Only changes are written. A change names the test from which on it may have come about: tests so
short that to count after each would take more than a thousandth of their time share a count, for
20 ms at most.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from advisor_ring import MILLISECOND, NO_TEST, open_high

HOLDINGS = 7  # the kind of frame
MOST_NAMED = 20  # of each kind

Links = dict[str, str]


def links(folder: str, target: Callable[[str], str]) -> Links:
    """What `target` says of each entry of a folder in /proc, but of those that are gone by then."""
    found = {}
    for name in os.listdir(folder):
        with suppress(OSError):
            found[name] = target(f"{folder}/{name}")
    return found


def read(path: str) -> str:
    with open(path, "rb") as file:
        return file.read(200).decode("utf-8", "replace").strip("\0\n ").replace("\0", " ")


def descriptor(path: str) -> str:
    """ "socket:[4026]" tells nobody more than "socket"."""
    target = os.readlink(path)
    return "descriptor " + (target if target.startswith("/") else target.partition(":")[0])


def thread(path: str) -> str:
    number = os.path.basename(path)
    for known in threading.enumerate():
        if str(known.native_id) == number:
            return f"thread {known.name}"
    return f"thread of a library, {read(path + '/comm')}"


def children() -> Links:
    """Of every thread: the kernel keeps those of each apart."""
    found = {}
    for task in os.listdir("/proc/self/task"):
        with suppress(OSError):
            for pid in read(f"/proc/self/task/{task}/children").split():
                words = read(f"/proc/{pid}/cmdline").replace(" -p advisor_recorder", "")
                found[pid] = f"process {words or 'that ended, not waited for'}"
    return found


def present() -> Links:
    descriptors = links("/proc/self/fd", descriptor)
    for standard in ("0", "1", "2"):  # which pytest's capturing moves to and fro
        descriptors.pop(standard, None)
    return {
        **descriptors,
        **{f"thread {number}": name for number, name in links("/proc/self/task", thread).items()},
        **{f"process {number}": name for number, name in children().items()},
    }


Watch = tuple[Callable[[int, bool], tuple[int, int]], Callable[[], list[str]]]


def leftovers(frame: Callable[[int, bytes], None], give_up: Callable[[str], None]) -> Watch:
    """Two functions. The first is told, between tests, which test is next, and writes what changed
    since it counted last; in a hurry it only counts if that was some time ago. It returns how many
    children there are, or -1 if it did not count, and until when it would not in a hurry. The
    second names what is there and was not when the first was called first."""
    clock, monotonic, fstat, pread = time.clock_gettime_ns, time.CLOCK_MONOTONIC, os.fstat, os.pread
    listdir, pack = os.listdir, struct.Struct("=4I").pack
    open_, read_, close, flags = os.open, os.read, os.close, os.O_RDONLY | os.O_CLOEXEC
    own = str(threading.get_native_id())
    of_tasks = open_high("/proc/self/task", os.O_DIRECTORY)
    of_descriptors = open_high("/proc/self/fd", os.O_DIRECTORY)
    of_children = open_high("/proc/thread-self/children")
    tells_size = of_descriptors >= 0 and fstat(of_descriptors).st_size > 0
    known: tuple[int, int, int] | None = None
    before: Links = {}
    since, due = NO_TEST, 0

    def children_of_others() -> int:
        count = 0
        for task in listdir(of_tasks):
            if task != own:
                try:
                    file = open_(f"/proc/self/task/{task}/children", flags)
                except OSError:  # it has just ended
                    continue
                try:
                    count += read_(file, 4096).count(b" ")
                finally:
                    close(file)
        return count

    def count() -> tuple[int, int, int]:
        threads = fstat(of_tasks).st_nlink - 2
        held = fstat(of_descriptors).st_size if tells_size else len(listdir(of_descriptors))
        children = pread(of_children, 4096, 0).count(b" ")
        return threads, held, children + (children_of_others() if threads > 1 else 0)

    def next_test(test: int, hurry: bool = False) -> tuple[int, int]:
        nonlocal known, before, since, due
        now = clock(monotonic)
        if now <= due and (hurry or known is None):
            return -1, due
        try:
            counts = count()
            done = clock(monotonic)
            due = done + min(1000 * (done - now), 20 * MILLISECOND)
            if counts != known:
                frame(HOLDINGS, pack(since, *counts))
                if known is None:
                    before = present()
                known = counts
        except (OSError, struct.error):  # closed by the suite, or another file by now
            known, due = None, 1 << 63
            give_up("/proc has no files that tell of them, or the suite closed those files")
        since = test
        return known[2] if known else -1, due

    def found() -> list[str]:
        if known is None:
            return []
        new = [name for key, name in present().items() if before.get(key) != name]
        kinds = ("thread", "descriptor", "process")
        return [
            name.replace("\n", " ")
            for kind in kinds
            for name in sorted({name for name in new if name.startswith(kind)})[:MOST_NAMED]
        ]

    return next_test, found
