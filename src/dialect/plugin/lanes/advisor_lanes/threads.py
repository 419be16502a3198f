"""The main thread while lanes run: starts them, tells pytest what they report, each test in one
piece, and then runs alone what must be alone, as pytest does.

In the end every collected test has one outcome, unless the run was stopped.
"""

from __future__ import annotations

import contextvars
import sys
import threading
import time
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from . import lane, lane_exceptions, lane_guards, lane_warnings, plan, private_threads, replay
from .lane_output import Output
from .lane_run import Runner, Test, Units

LOOK_S = 1.0  # how often to look for tests that take too long


def unknown(session: pytest.Session) -> list[str]:
    """What this pytest or interpreter does not have, as reasons to refuse."""
    return [
        *private_threads.unknown(session),
        *lane_warnings.unknown(),
        *lane_exceptions.unknown(),
        *lane_guards.unknown(),
    ]


def of(session: pytest.Session) -> Threads:
    made = plan.of_lanes(session)
    lanes = [lane.Lane(number) for number in range(min(made.lanes, len(made.units)))]
    left = Units(made.units, session.testsfailed, session.config.getoption("maxfail"))
    return Threads(session, left, made.reasons, lanes)


class LostTest(Exception):
    """A test without an outcome, or with two: a defect of this plugin."""


class Threads:
    grace_s = 5.0  # for tests to end after Ctrl-C

    def __init__(
        self, session: pytest.Session, units: Units, alone: dict[int, str], lanes: list[lane.Lane]
    ) -> None:
        self.session, self.alone = session, dict(alone)
        self.items = session.items
        self.units, self.lanes = units, lanes
        self.output = Output(session.config)
        self.heard: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self.missing = set(range(len(self.items)))
        self.waiting: set[lane.Lane] = set()  # lanes that have not ended
        self.raised: BaseException | None = None
        self.first_reason: bool | str = False  # of -x; later failures would count on
        self.timeout = faulthandler_timeout(session.config)

    def run(self) -> None:
        if self.lanes:
            self.run_lanes()
        if self.raised is not None:
            raise self.raised
        if not self.over:
            self.run_alone()
        if self.first_reason:
            self.session.shouldfail = self.first_reason
        if self.missing and not self.over:
            names = ", ".join(self.items[index].nodeid for index in sorted(self.missing))
            raise LostTest(f"these tests have no outcome: {names}")

    @property
    def over(self) -> bool:
        session = self.session
        return bool(self.raised or session.shouldfail or session.shouldstop)

    # --- lanes

    def run_lanes(self) -> None:
        session = self.session
        reporter: Any = session.config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None and len(self.lanes) > 1:
            reporter.showfspath = False  # files would alternate
        for item in self.items:
            item.ihook.pytest_runtest_setup  # noqa: B018 (made now, not by all lanes at once)
        private_threads.keep_state_by_lane()
        private_threads.separate_class_cleanups(session)
        with ExitStack() as stack:
            stack.enter_context(private_threads.one_at_a_time(session))
            private_threads.explain_by_lane(stack, session.config)
            private_threads.tell_current_test(stack)
            stack.enter_context(self.output.by_lane())
            stack.enter_context(lane_warnings.by_lane(session.config))
            stack.enter_context(lane_guards.installed(session.config.rootpath))
            lane_exceptions.catch_by_lane(stack, session.config)
            lane_warnings.let_pytest_be_quiet(stack)
            stack.enter_context(lane.running())
            try:
                self.start()
                self.listen()
            except BaseException:
                self.listen_on()
                raise
            if self.raised is not None:
                self.listen_on()

    def start(self) -> None:
        for on in self.lanes:
            runner = Runner(self.session, on, self.units, self.output, self.heard)
            # As on the main thread: variables of its context are there, and logs name the thread.
            thread = threading.Thread(
                target=contextvars.copy_context().run,
                args=(runner.run,),
                name=threading.current_thread().name,
                daemon=True,
            )
            self.waiting.add(on)
            thread.start()

    def listen(self) -> None:
        while self.waiting and self.raised is None:
            with suppress(Empty):
                self.hear(*self.heard.get(timeout=LOOK_S))
            self.look_at_clock()

    def listen_on(self) -> None:
        """After Ctrl-C and the like: tests end, fixtures are torn down, and what is complete is
        told. One more Ctrl-C leaves."""
        self.units.stop()
        until = time.monotonic() + self.grace_s
        while self.waiting and time.monotonic() < until:
            with suppress(Empty):
                self.hear(*self.heard.get(timeout=max(0.0, until - time.monotonic())))

    def hear(self, kind: str, what: Any) -> None:
        if kind == "test":
            self.tell(what)
        elif kind == "alone":
            self.move(*what)
        elif kind == "late":
            self.tell_late(*what)
        elif kind == "ended":
            self.waiting.discard(what)
        elif self.raised is None:
            self.raised = what
            self.units.stop()

    def look_at_clock(self) -> None:
        if self.timeout is None:
            return
        seconds, file = self.timeout
        now = time.monotonic()
        for on in self.lanes:
            if on.item is not None and 0 < on.began < now - seconds:
                on.began = 0.0  # once for each test
                import faulthandler

                faulthandler.dump_traceback(file=file, all_threads=True)

    # --- what pytest is told

    def tell(self, test: Test) -> None:
        self.done(test.index)
        item = self.items[test.index]
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for kind, what in test.told:
            if kind == "text":
                name, text = what
                getattr(sys, name).write(text)
            elif kind == "report":
                hook.pytest_runtest_logreport(report=what)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        for kind, what in test.told:
            if kind == "warning":
                hook.pytest_warning_recorded.call_historic(
                    kwargs={
                        "warning_message": what,
                        "when": "runtest",
                        "nodeid": item.nodeid,
                        "location": None,
                    }
                )
        if self.over:
            self.units.stop()
            self.first_reason = self.first_reason or self.session.shouldfail

    def tell_late(self, index: int, report: Any) -> None:
        self.items[index].ihook.pytest_runtest_logreport(report=report)

    def move(self, indices: list[int], why: str) -> None:
        """To those that run alone."""
        self.alone.update(dict.fromkeys(indices, why))

    def done(self, index: int) -> None:
        if index not in self.missing:
            raise LostTest(f"this test has two outcomes: {self.items[index].nodeid}")
        self.missing.discard(index)

    # --- alone

    def run_alone(self) -> None:
        """As pytest's own loop does."""
        indices = sorted(self.alone)
        for index, following in zip(indices, [*indices[1:], None]):
            item = self.items[index]
            nextitem = None if following is None else self.items[following]
            self.done(index)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            if self.over:
                return

    def ran_alone(self) -> dict[str, str]:
        """Node ids and reasons."""
        return replay.reasons(self.items, self.alone, self.missing)


def faulthandler_timeout(config: pytest.Config) -> tuple[float, Any] | None:
    """After how long pytest shows where all threads are, and where to."""
    try:
        from _pytest.faulthandler import fault_handler_stderr_fd_key

        seconds = float(config.getini("faulthandler_timeout") or 0)
        file = config.stash[fault_handler_stderr_fd_key]
    except (ImportError, KeyError, ValueError):
        return None
    return (seconds, file) if seconds > 0 else None
