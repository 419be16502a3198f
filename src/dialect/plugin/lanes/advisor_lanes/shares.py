"""Which units each worker runs: ranges in memory that all processes of a run share.

Every worker owns a range and takes units from its front, so that tests of one module or with one
parameter stay together. One whose range is empty steals the later half of the longest range, but
not the first unit of a worker that has yet to begin: the look-ahead of a quick one would take it.
With `one_by_one` all units lie in a pool and are taken singly, from its front. The range of a
worker that dies stays there for the others.

The lock is a record lock (fcntl), which the kernel gives back when its holder dies.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

CELL_BYTES = 4
STOP = 0
POOL = 1
FIRST = 3  # then the cells of each worker: begin, end, running, begun
WIDTH = 4


class Lost(Exception):
    """The suite closed a descriptor of ours, or another file has its number now."""


class Descriptor:
    """A descriptor that notices when a test has closed or replaced it."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.identity = self._identity()

    def _identity(self, fstat=os.fstat) -> tuple[int, int]:  # type: ignore[no-untyped-def]
        status = fstat(self.fd)
        return status.st_dev, status.st_ino

    def checked(self) -> int:
        try:
            same = self._identity() == self.identity
        except OSError:
            same = False
        if not same:
            raise Lost
        return self.fd


class Shares:
    def __init__(self, units: int, workers: int, slots: int, one_by_one: bool = False) -> None:
        """`slots` are the workers that may ever be, `workers` those that begin."""
        self.slots = slots
        self._memory = mmap.mmap(-1, CELL_BYTES * (FIRST + WIDTH * slots))
        self._cells = memoryview(self._memory).cast("i")
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the object)
        self._lock = Descriptor(self._file.fileno())
        if one_by_one:
            self._cells[POOL], self._cells[POOL + 1] = 0, units
            return
        for slot in range(workers):
            self._set(slot, units * slot // workers, units * (slot + 1) // workers)

    def close(self) -> None:
        self._cells.release()
        self._memory.close()
        self._file.close()

    def _range(self, slot: int) -> tuple[int, int]:
        at = FIRST + WIDTH * slot
        return self._cells[at], self._cells[at + 1]

    def _stealable(self, slot: int) -> tuple[int, int]:
        at = FIRST + WIDTH * slot
        return self._cells[at] + (not self._cells[at + 3]), self._cells[at + 1]

    def _left(self, slot: int) -> int:
        begin, end = self._stealable(slot)
        return end - begin

    def _set(self, slot: int, begin: int, end: int) -> None:
        at = FIRST + WIDTH * slot
        self._cells[at], self._cells[at + 1] = begin, end

    @contextmanager
    def _locked(self, lockf=fcntl.lockf) -> Iterator[None]:  # type: ignore[no-untyped-def]
        fd = self._lock.checked()
        lockf(fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            lockf(fd, fcntl.LOCK_UN)

    def claim(self, slot: int) -> int | None:
        """The next unit of a worker, which nobody else gets; None if there is none."""
        with self._locked():
            if self.stopped:
                return None
            begin, end = self._range(slot)
            if begin == end:
                begin, end = self._from_pool() or self._stolen() or (0, 0)
            if begin == end:
                return None
            self._set(slot, begin + 1, end)
            self._cells[FIRST + WIDTH * slot + 3] = 1
            return begin

    def _from_pool(self) -> tuple[int, int] | None:
        begin, end = self._cells[POOL], self._cells[POOL + 1]
        if begin == end:
            return None
        self._cells[POOL] = begin + 1
        return begin, begin + 1

    def _stolen(self) -> tuple[int, int] | None:
        victim = max(range(self.slots), key=self._left)
        begin, end = self._stealable(victim)
        if begin >= end:
            return None
        middle = begin + (end - begin) // 2
        self._set(victim, self._range(victim)[0], middle)
        return middle, end

    @property
    def unclaimed(self) -> int:
        """As of this moment; without the lock, so for decisions that may be wrong."""
        pool = self._cells[POOL + 1] - self._cells[POOL]
        ranges = map(self._range, range(self.slots))
        return pool + sum(end - begin for begin, end in ranges)

    def begins(self, slot: int, test: int) -> None:
        """Says which test a worker runs, for the case that it dies."""
        self._cells[FIRST + WIDTH * slot + 2] = test + 1

    def ends(self, slot: int) -> None:
        self._cells[FIRST + WIDTH * slot + 2] = 0

    def running(self, slot: int) -> int | None:
        return (
            self._cells[FIRST + WIDTH * slot + 2] - 1
            if self._cells[FIRST + WIDTH * slot + 2]
            else None
        )

    def stop(self) -> None:
        """No worker begins another test."""
        self._cells[STOP] = 1

    @property
    def stopped(self) -> bool:
        return bool(self._cells[STOP])
