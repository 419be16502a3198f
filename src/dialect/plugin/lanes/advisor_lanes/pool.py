"""The parent: forks workers, repeats what they report, and makes good what dead ones left.

A worker that dies fails the test that it ran, by name. A new one is forked from this process,
which runs no test and so is as it was after collection, while there are few enough deaths
(pytest-xdist's limit: four for each worker). Tests that a dead worker had taken and not begun are
run when all others are through. In the end every collected test has one outcome, unless the run
was stopped.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import sys
import time
import uuid
import warnings
from dataclasses import dataclass, field
from typing import Any

import pytest

from . import identity, private, replay
from .plan import Plan
from .shares import Shares
from .wire import Damaged, Unpacker
from .worker import Worker

DEATHS_PER_WORKER = 4
LOOK_S = 0.1  # how often to look for workers whose pipe somebody else still holds open
GRACE_S = 5.0  # for tests to end after Ctrl-C
# A terminal's Ctrl-C reaches the workers by itself. One more at once would hit them between the
# first and their tear-down, which they begin by ignoring it; this much later, only who heard none.
HEARD_S = 0.3
PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031  # fcntl has no name for it before Python 3.10


class WorkerError(Exception):
    """An internal error of pytest or a plugin, in a worker."""


@dataclass
class Seat:
    """A worker as its parent sees it."""

    name: str
    slot: int
    pid: int
    pipe: int
    unpacker: Unpacker = field(default_factory=Unpacker)
    ended: bool = False  # it said so
    open: bool = True


class Pool:
    def __init__(self, session: pytest.Session, plan: Plan) -> None:
        self.session, self.plan = session, plan
        self.deaths_left = DEATHS_PER_WORKER * plan.workers
        self.temporary = private.base_of_temporary_paths(session)
        option = getattr(session.config.option, "testrunuid", None)
        self.run_id = option or uuid.uuid4().hex
        self.selector = selectors.DefaultSelector()
        self.seats: list[Seat] = []
        self.seated = 0
        self.missing = set(range(len(session.items)))
        self.raised: BaseException | None = None
        self.first_reason: bool | str = False  # of -x; later failures would count on

    def run(self) -> None:
        reporter: Any = self.session.config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None and self.plan.workers > 1:
            reporter.showfspath = False  # files would alternate
        gc.freeze()  # objects of before the fork stay out of collections, and so shared
        try:
            self.run_plan(self.plan)
            while self.missing and not self.over and self.deaths_left:
                self.run_plan(self.rest())
            if not self.over:
                for index in sorted(self.missing):
                    self.fail(index, "", "it was not run: too many workers died before")
        except KeyboardInterrupt:
            self.interrupt()
            raise
        finally:
            self.kill()
            gc.unfreeze()
        if self.raised is not None:
            raise self.raised
        if self.first_reason:
            self.session.shouldfail = self.first_reason

    def ran_alone(self) -> dict[str, str]:
        """Node ids and reasons, of those that have an outcome."""
        return replay.reasons(self.session.items, self.plan.reasons, self.missing)

    @property
    def over(self) -> bool:
        session = self.session
        return bool(self.raised or session.shouldfail or session.shouldstop)

    def rest(self) -> Plan:
        all_units = [*self.plan.units, *self.plan.alone]
        units = [[i for i in unit if i in self.missing] for unit in all_units]
        units = [unit for unit in units if unit]
        return Plan(units, min(self.plan.workers, len(units)), True)

    def run_plan(self, plan: Plan) -> None:
        slots = plan.workers + self.deaths_left
        self.shares = Shares(len(plan.units), plan.workers, slots, plan.one_by_one)
        self.shares_alone = Shares(len(plan.alone), plan.workers, slots, True)
        self.running_plan = plan
        for slot in range(plan.workers):
            self.fork(slot)
        taken = plan.workers
        while self.seats:
            for key, _ in self.selector.select(LOOK_S):
                self.read(key.data)
            for seat in list(self.seats):
                if self.is_gone(seat) and not seat.ended and self.may_fork(taken, slots):
                    self.fork(taken)
                    taken += 1
        self.shares.close()
        self.shares_alone.close()

    def may_fork(self, taken: int, slots: int) -> bool:
        left = self.deaths_left and self.shares.unclaimed
        return bool(left) and not self.over and taken < slots

    # --- workers come and go

    def fork(self, slot: int) -> None:
        reading, writing = os.pipe()
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            fcntl.fcntl(writing, F_SETPIPE_SZ, PIPE_BYTES)
        sys.stdout.flush()
        sys.stderr.flush()
        # Lanes are workers in the eyes of a suite, and so is the main thread when they have ended.
        name = f"gw{self.seated}"
        self.seated += self.running_plan.lanes + 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads: advisor_hazards has looked
            pid = os.fork()
        if pid == 0:
            self.be_worker(name, slot, reading, writing)
        os.close(writing)
        os.set_blocking(reading, False)
        seat = Seat(name, slot, pid, reading)
        self.seats.append(seat)
        self.selector.register(reading, selectors.EVENT_READ, seat)

    def be_worker(self, name: str, slot: int, reading: int, writing: int) -> None:
        try:
            end_with_parent()
            os.close(reading)
            self.selector.close()
            for seat in self.seats:
                if seat.open:
                    os.close(seat.pipe)
            private.renew_capture(self.session)
            plan = self.running_plan
            workers = self.plan.workers * (self.plan.lanes + 1)
            own = identity.Identity(name, workers, self.run_id)
            identity.take_on(self.session, own, self.temporary)
            if plan.lanes:
                from .lane_worker import LanesWorker

                first, alone = int(name[2:]) + 1, self.shares_alone
                LanesWorker(self.session, plan, self.shares, alone, slot, writing, first).run()
            Worker(self.session, plan, self.shares, slot, writing).run()
        finally:
            os._exit(70)

    def is_gone(self, seat: Seat) -> bool:
        """Whether the worker's process has ended; then its last messages are read, too."""
        pid, status = os.waitpid(seat.pid, os.WNOHANG)
        if pid == 0:
            return False
        self.read(seat)
        self.leave(seat)
        running = self.shares.running(seat.slot)
        if not seat.ended:
            self.deaths_left = max(0, self.deaths_left - 1)
            if running is not None and running in self.missing:
                how = describe(status)
                self.fail(running, seat.name, f"worker {seat.name!r} {how} while it ran this test")
        return True

    def leave(self, seat: Seat) -> None:
        self.close(seat)
        self.seats.remove(seat)

    def close(self, seat: Seat) -> None:
        if seat.open:
            seat.open = False
            self.selector.unregister(seat.pipe)
            os.close(seat.pipe)

    # --- what they say

    def read(self, seat: Seat) -> None:
        """All that is there now."""
        while seat.open:
            try:
                data = os.read(seat.pipe, PIPE_BYTES)
            except BlockingIOError:
                return
            if not data:
                self.close(seat)
                return
            try:
                for message in seat.unpacker.feed(data):
                    self.hear(seat, message)
            except Damaged:
                os.kill(seat.pid, signal.SIGKILL)
                self.close(seat)

    def hear(self, seat: Seat, message: tuple[Any, ...]) -> None:
        kind = message[0]
        if kind == "test":
            _, index, events = message
            if index in self.missing:
                self.missing.discard(index)
                replay.replay(self.session.items[index], index, seat.name, events)
                self.stop_if_over()
            return
        if kind == "late":
            _, index, events = message
            replay.replay(self.session.items[index], index, seat.name, events)
            self.stop_if_over()
            return
        if kind == "alone":
            self.plan.reasons.update(dict.fromkeys(message[1], message[2]))
            return
        seat.ended = True
        if kind == "done":
            session = self.session
            session.shouldfail = session.shouldfail or message[1]
            session.shouldstop = session.shouldstop or message[2]
        elif self.raised is None:
            self.raised = raised_by(seat, message)
        self.stop_if_over()

    def fail(self, index: int, worker: str, why: str) -> None:
        self.missing.discard(index)
        replay.fail(self.session.items[index], index, worker, why)
        self.stop_if_over()

    def stop_if_over(self) -> None:
        if self.over:
            self.shares.stop()
            self.first_reason = self.first_reason or self.session.shouldfail

    # --- the end that was not planned

    def interrupt(self) -> None:
        """After Ctrl-C: tests end now, fixtures are torn down, and what is complete is told."""
        self.shares.stop()
        began = time.monotonic()
        told = False
        while self.seats and time.monotonic() < began + GRACE_S:
            if not told and time.monotonic() > began + HEARD_S:
                told = True
                for seat in self.seats:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(seat.pid, signal.SIGINT)
            for key, _ in self.selector.select(LOOK_S):
                self.read(key.data)
            for seat in list(self.seats):
                if os.waitpid(seat.pid, os.WNOHANG)[0]:
                    self.read(seat)
                    self.leave(seat)

    def kill(self) -> None:
        for seat in list(self.seats):
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(seat.pid, signal.SIGKILL)
                os.waitpid(seat.pid, 0)
            self.leave(seat)
        self.selector.close()


def raised_by(seat: Seat, message: tuple[Any, ...]) -> BaseException:
    if message[0] == "interrupt":
        return KeyboardInterrupt()
    if message[0] == "exit":
        return pytest.exit.Exception(message[1], message[2])
    return WorkerError(f"in worker {seat.name}:\n{message[1]}")


def describe(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(number).name}"
        return f"was ended by signal {number}"
    return f"exited with {os.WEXITSTATUS(status)}"


def end_with_parent() -> None:
    """Linux: a worker does not outlive its parent."""
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
