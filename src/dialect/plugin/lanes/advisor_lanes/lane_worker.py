"""A forked worker with lanes: its threads take units together, then it runs alone what must be.

Lanes of all workers take from the same shares. A worker whose lanes find nothing more to take
takes tests that run alone from shares of their own: in its process nothing else runs then. Which
test ended a worker cannot be known while lanes run, so none is blamed; what is missing then runs
on workers without lanes, where it can.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from . import lane
from .lane_run import Test, Units
from .plan import Plan
from .shares import Shares
from .threads import Threads
from .worker import Worker


class SharedUnits(Units):
    """What is left for the lanes of all workers."""

    def __init__(self, worker: LanesWorker, failed: int, most: int) -> None:
        super().__init__([], failed, most)
        self.worker = worker

    @property
    def stopped(self) -> bool:
        return self.told_to_stop or self.worker.shares.stopped

    def stop(self) -> None:
        super().stop()
        self.worker.shares.stop()

    def take(self) -> list[int] | None:
        with self.lock:  # that of the shares is one of processes
            if self.told_to_stop:
                return None
            unit = self.worker.shares.claim(self.worker.slot)
        return None if unit is None else self.worker.plan.units[unit]


class WorkerThreads(Threads):
    """Tells the parent, by the listener that hears what pytest is told here."""

    def __init__(self, worker: LanesWorker, units: Units, lanes: list[lane.Lane]) -> None:
        super().__init__(worker.session, units, {}, lanes)
        self.worker = worker

    grace_s = 4.0  # less than the parent waits for its workers

    def listen_on(self) -> None:
        # The parent repeats Ctrl-C for those that did not hear a terminal's.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        super().listen_on()

    def tell(self, test: Test) -> None:
        self.worker.listener.item = self.items[test.index]
        super().tell(test)
        self.worker.send_events("test", test.index)

    def tell_late(self, index: int, report: Any) -> None:
        self.worker.listener.item = self.items[index]
        super().tell_late(index, report)
        self.worker.send_events("late", index)

    def move(self, indices: list[int], why: str) -> None:
        super().move(indices, why)
        self.worker.send(("alone", indices, why))


class LanesWorker(Worker):
    def __init__(
        self,
        session: pytest.Session,
        plan: Plan,
        shares: Shares,
        alone: Shares,
        slot: int,
        pipe: int,
        first: int,
    ) -> None:
        """`first` is the number of the first lane, which no lane of another worker has."""
        super().__init__(session, plan, shares, slot, pipe)
        self.shares_alone, self.moved = alone, list[int]()
        self.first = first

    def run_tests(self) -> None:
        lanes = [lane.Lane(self.first + number) for number in range(self.plan.lanes)]
        most = self.session.config.getoption("maxfail")
        threads = WorkerThreads(self, SharedUnits(self, self.session.testsfailed, most), lanes)
        if self.plan.units:
            threads.run_lanes()
        if threads.raised is not None:
            raise threads.raised
        if threads.first_reason:
            self.session.shouldfail = threads.first_reason
        if not threads.over:
            self.moved = sorted(threads.alone)
            super().run_tests()

    def claims(self) -> Iterator[int]:
        """Of the second part."""
        yield from self.moved
        while not self.shares.stopped:
            unit = self.shares_alone.claim(self.slot)
            if unit is None:
                return
            yield from self.plan.alone[unit]

    def send_events(self, kind: str, index: int) -> None:
        self.send((kind, index, self.listener.events))
        self.listener.events.clear()
