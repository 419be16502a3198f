"""A lane at work: takes units of tests, runs pytest's protocol for each and hands over what came
of it. The main thread tells it to pytest.

What follows a test is asked for when the test has been called, just before its tear-down, which is
all that depends on it: so no lane keeps a test from the others while it runs one.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from queue import SimpleQueue
from typing import Any

import pytest
from _pytest.runner import CallInfo, check_interactive_exception

from . import lane, private_threads
from .lane_output import Output

# Words of exceptions that only a thread other than the main one meets.
NEEDS_MAIN_THREAD = (
    "only works in main thread",
    "signal only works",
    "There is no current event loop in thread",
    "SQLite objects created in a thread",
    "main thread is not in main loop",
    "Cannot add child handler, the child watcher does not have a loop attached",
)
PASSED_BY = (pytest.exit.Exception, KeyboardInterrupt)  # not results of a test but of the run
reporting = threading.RLock()  # plugins that make reports know of one thread


class Units:
    """What is left to take, and whether it still may be."""

    def __init__(self, units: list[list[int]], failed: int, most: int) -> None:
        self.lock, self.left = threading.Lock(), deque(units)
        self.failed, self.most = failed, most
        self.told_to_stop = False

    @property
    def stopped(self) -> bool:
        return self.told_to_stop

    def stop(self) -> None:
        self.told_to_stop = True

    def take(self) -> list[int] | None:
        with self.lock:
            return None if self.stopped or not self.left else self.left.popleft()

    def count(self, failed: int) -> None:
        with self.lock:
            self.failed += failed
            if self.most and self.failed >= self.most:
                self.stop()

    def would_stop(self, failed: int) -> bool:
        return self.stopped or bool(self.most and self.failed + failed >= self.most)


class Test:
    """What came of one test: what there is to tell, in its order."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.told: list[tuple[str, Any]] = []
        self.failed = 0

    def report(self, report: Any) -> None:
        self.told.append(("report", report))
        self.failed += bool(report.failed and not hasattr(report, "wasxfail"))


class Runner:
    def __init__(
        self,
        session: pytest.Session,
        on: lane.Lane,
        units: Units,
        output: Output,
        heard: SimpleQueue[tuple[str, Any]],
    ) -> None:
        self.session, self.on, self.units, self.output = session, on, units, output
        self.heard = heard
        self.last: int | None = None  # the index of the test that ran last
        on.own.update(between=[], warnings=[], warned=set())
        output.prepare(on)

    def run(self) -> None:
        """The thread of the lane."""
        lane.be(self.on)
        if "decimal" in sys.modules:  # its context is an object, and this one is another lane's
            decimal = sys.modules["decimal"]
            decimal.setcontext(decimal.getcontext().copy())
        try:
            try:
                unit = self.units.take()
                while unit is not None and not self.units.stopped:
                    unit = self.run_unit(unit)
            finally:
                self.tear_down_all()
        except BaseException as error:
            self.units.stop()
            self.heard.put(("raised", error))
        finally:
            self.heard.put(("ended", self.on))

    def tear_down_all(self) -> None:
        """What a stopped run left set up: errors are told as those of the last test's tear-down,
        where they would have been had the stop been known."""
        call = CallInfo.from_call(
            lambda: private_threads.tear_down(self.session, None), when="teardown"
        )
        if call.excinfo is None or isinstance(call.excinfo.value, lane.RunAlone):
            return
        if isinstance(call.excinfo.value, PASSED_BY) or self.last is None:
            raise call.excinfo.value
        item = self.session.items[self.last]
        with reporting:
            report = item.ihook.pytest_runtest_makereport(item=item, call=call)
        self.heard.put(("late", (self.last, report)))

    # --- units

    def run_unit(self, unit: list[int]) -> list[int] | None:
        """Tells of its tests when the last has run; gives the next unit. Where one test must run
        alone all do, and what came of those before is not told."""
        tests: list[Test] = []
        befores: list[private_threads.Before] = []
        self.next_unit: list[int] | None = None
        try:
            for place, index in enumerate(unit):
                befores.append(private_threads.Before(self.session.items[index]))
                test, failed = Test(index), sum(test.failed for test in tests)
                self.run_test(test, partial(self.following, test, failed, unit[place + 1 :]))
                if self.on.why_alone is not None:
                    tests = []
                    self.leave(unit, befores)
                    return self.next_unit
                tests.append(test)
                if self.units.would_stop(failed + test.failed):
                    break
        finally:
            self.units.count(sum(test.failed for test in tests))
            for test in tests:
                self.heard.put(("test", test))
        return self.next_unit

    def following(self, test: Test, failed: int, rest: list[int]) -> pytest.Item | None:
        if self.units.would_stop(failed + test.failed):
            return None
        if rest and self.on.why_alone is None:
            return self.session.items[rest[0]]
        return self.first_of_next()

    def first_of_next(self) -> pytest.Item | None:
        if self.next_unit is None:
            self.next_unit = self.units.take()
        return self.session.items[self.next_unit[0]] if self.next_unit else None

    def leave(self, unit: list[int], befores: list[private_threads.Before]) -> None:
        why = self.on.why_alone
        try:
            private_threads.tear_down(self.session, self.first_of_next())
        except PASSED_BY:
            raise
        except BaseException:  # (its tests run again, and with them this)
            pass
        self.on.why_alone = None
        self.output.forget(self.on)
        for before in befores:
            before.restore()
        self.heard.put(("alone", (unit, why)))

    # --- a test

    def run_test(self, test: Test, following: Callable[[], pytest.Item | None]) -> None:
        """pytest's runtestprotocol, with the look-ahead as late as it can be."""
        on, item = self.on, self.session.items[test.index]
        self.last = test.index
        on.item, on.why_alone, on.began = item, None, time.monotonic()
        on.own.update(between=[], warnings=[], warned=set())
        descriptors = self.output.descriptors
        size = descriptors.size if descriptors else 0
        request: Any = item
        if hasattr(item, "_request") and not request._request:
            request._initrequest()
        try:
            with private_threads.explained(item) as on.own["explained"]:
                if self.phase(test, item, "setup"):
                    self.phase(test, item, "call")
                self.phase(test, item, "teardown", nextitem=following())
        finally:
            on.own["explained"] = None
            on.item, on.when = None, ""
            if hasattr(item, "_request"):
                request._request = False
                request.funcargs = None
        if descriptors and descriptors.may_be_of(on, size) and on.why_alone is None:
            on.why_alone = "something was written to descriptor 1 or 2 while it ran"
        on.child_may_write = False
        test.told += [("warning", said) for said in on.own["warnings"]]

    def phase(self, test: Test, item: pytest.Item, when: Any, **words: Any) -> bool:
        """One of the three parts of a test; whether it passed."""
        on = self.on
        on.when = when
        ihook = item.ihook
        hook = getattr(ihook, f"pytest_runtest_{when}")
        call = CallInfo.from_call(lambda: hook(item=item, **words), when=when, reraise=PASSED_BY)
        if call.excinfo is not None and on.why_alone is None:
            on.why_alone = why_not_here(call.excinfo.value)
        if on.why_alone is not None:
            return False
        try:
            with reporting:
                report = ihook.pytest_runtest_makereport(item=item, call=call)
                if check_interactive_exception(call, report):
                    ihook.pytest_exception_interact(node=item, call=call, report=report)
        except lane.RunAlone:
            return False
        self.output.take_between(on)
        test.told += [("text", text) for text in on.own["between"]]
        on.own["between"] = []
        test.report(report)
        return bool(report.passed)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        yield from getattr(error, "exceptions", ())
        error = error.__cause__ or error.__context__


def why_not_here(error: BaseException) -> str | None:
    """Why an exception is a lane's doing, if it is."""
    for one in causes(error):
        if isinstance(one, lane.RunAlone):
            return str(one).partition(": ")[2] or "it needs what a test that runs alone set up"
        try:
            text = str(one)
        except Exception:
            continue
        if any(words in text for words in NEEDS_MAIN_THREAD):
            return "it needs the main thread"
    return None
