"""A forked worker: runs what it claims and sends what came of each test."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from . import carry, coverage_data, private
from .plan import Plan
from .shares import Descriptor, Lost, Shares
from .wire import packed, write_all

EVENTS = (
    "pytest_runtest_logstart",
    "pytest_runtest_logreport",
    "pytest_runtest_logfinish",
    "pytest_warning_recorded",
)
GONE = 70  # exit code of a worker that cannot report any more


class Listener:
    """Writes down what pytest says of the running test, for the parent to say again."""

    def __init__(self) -> None:
        self.item: pytest.Item | None = None
        self.events: list[tuple[str, Any]] = []

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self.events.append(("start", carry.plain((nodeid, location))))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if self.item is not None:
            failed = private.count_failed_subtests(self.item)
            if failed:
                self.events.append(("failed subtests", failed))
            self.events.append(("report", carry.report_out(self.item, report)))

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        self.events.append(("finish", carry.plain((nodeid, location))))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: Any
    ) -> None:
        said = carry.warning_out(warning_message)
        self.events.append(("warning", (said, when, nodeid, carry.plain(location))))


def listen_alone(session: pytest.Session) -> Listener:
    """In this process only those still hear of reports whose state the tests here depend on. The
    plugins that write reports somewhere are to hear of each once, in the parent."""
    listener = Listener()
    manager = session.config.pluginmanager
    name = os.environ["PYTEST_XDIST_WORKER"]
    listeners = [listener, *session.config.hook.pytest_forked_worker(session=session, name=name)]
    for each in listeners:
        manager.register(each)
    kept = [session, *listeners, *map(manager.getplugin, ("logging-plugin", "stepwiseplugin"))]
    others = [plugin for plugin in manager.get_plugins() if plugin not in kept]
    for name in EVENTS:
        setattr(manager.hook, name, manager.subset_hook_caller(name, others))
    private.forget_callers(session, EVENTS)
    # Warnings of before the fork are the parent's to tell.
    listener.events.clear()
    return listener


def how_it_ended(error: BaseException) -> tuple[Any, ...]:
    if isinstance(error, KeyboardInterrupt):
        return ("interrupt",)
    if isinstance(error, pytest.exit.Exception):
        code = None if error.returncode is None else int(error.returncode)
        return ("exit", carry.plain(str(error.msg)), code)
    return (
        "error",
        carry.plain("".join(traceback.format_exception(None, error, error.__traceback__))),
    )


class Worker:
    """What is called while tests run is bound here, before a suite can replace it."""

    def __init__(
        self, session: pytest.Session, plan: Plan, shares: Shares, slot: int, pipe: int
    ) -> None:
        self.session, self.plan, self.shares, self.slot = session, plan, shares, slot
        self.pipe = Descriptor(pipe)
        self.pid = os.getpid()
        self.getpid, self.leave = os.getpid, os._exit
        self.listener = listen_alone(session)

    def run(self) -> NoReturn:
        """To be called in the fork; never returns to the parent's own stack."""
        try:
            ending = self.ending()
            self.send(ending)
        except BaseException:  # the pipe is gone: the parent sees that we are
            self.leave(GONE)
        self.leave(0)
        raise AssertionError

    def ending(self) -> tuple[Any, ...]:
        """Runs all there is; says how it ended: its kind, then what belongs to it."""
        try:
            try:
                self.run_tests()
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # what follows is short and needed
                if self.getpid() == self.pid:
                    self.finish()
        except Lost:
            raise
        except BaseException as error:
            self.shares.stop()
            return how_it_ended(error)
        return ("done", *map(carry.plain, (self.session.shouldfail, self.session.shouldstop)))

    def finish(self) -> None:
        private.tear_down_all(self.session)
        coverage_data.save(self.session.config)
        sys.stdout.flush()
        sys.stderr.flush()

    def claims(self) -> Iterator[int]:
        """Indices of tests, a unit after the other."""
        while True:
            unit = self.shares.claim(self.slot)
            if unit is None:
                return
            yield from self.plan.units[unit]

    def run_tests(self) -> None:
        """A test is begun when the next one is known: what it leaves set up depends on that."""
        claims = self.claims()
        following = next(claims, None)
        while following is not None and not self.shares.stopped:
            index, following = following, next(claims, None)
            self.run_test(index, following)
            if self.session.shouldfail or self.session.shouldstop:
                self.shares.stop()

    def run_test(self, index: int, following: int | None) -> None:
        items = self.session.items
        item = items[index]
        nextitem = None if following is None else items[following]
        self.listener.item = item
        self.shares.begins(self.slot, index)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        if self.getpid() != self.pid:  # a fork of the test's own that came back into pytest
            self.leave(0)
        self.send(("test", index, self.listener.events))
        self.shares.ends(self.slot)
        self.listener.events.clear()

    def send(self, message: tuple[Any, ...]) -> None:
        write_all(self.pipe.checked(), packed(message))
