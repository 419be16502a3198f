"""The hooks that every test pays for, and the points that they write.  PYTEST_DONT_REWRITE

A test has ten of them or so, a step each: it began, a phase began, a phase ended, and, which begins
the next phase, all plugins have heard of its report.

`advisor_steps.c` does the same in C, where it can be loaded, once pytest has registered these.
What a test then pays is mostly pluggy, which calls eight of them (callgrind, CPython 3.11: 24,000
instructions less than with those in Python, of 2.3 million of an empty test).
"""

from __future__ import annotations

import _thread
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from advisor_native import native
from advisor_ring import NO_TEST
from advisor_writer import TO_FORK

# Points of a test, in the lowest byte of their word; above it one byte each for the phase, the
# outcome and the flags of a report, and 32 bits for the test.
BEGUN, SET_UP, ENDED, REPORTED = 0, 1, 2, 3

PHASES = {"setup": 0, "call": 1, "teardown": 2}
OUTCOMES = {"passed": 0, "failed": 1, "skipped": 2, "rerun": 3}
WAS_XFAIL, IS_SUBTEST = 1, 2
END_OF_CALL = ENDED | PHASES["call"] << 8


class Talk(NamedTuple):
    """What the hooks need of the recorder."""

    tests: dict[int, int]  # numbers of those that are known, by the id() of their item
    announce: Callable[[pytest.Item], int]  # makes one known
    # Told which begins: how many children the process has, or -1 if they were not counted, and
    # until when it need not be told.
    children: Callable[[int], tuple[int, int]]
    find: Callable[[str], pytest.Item | None]  # by its node id
    add_needs: Callable[[pytest.Item], None]  # told of those that have used fixtures
    stop: Callable[[Exception], None]


HOOKS = ("protocol", "setup", "makereport", "logreport")  # the first of Steps


class Steps(NamedTuple):
    protocol: Callable[[pytest.Item], None]
    setup: Callable[[pytest.Item], None]
    make_report: Callable[[pytest.Item, Any], None]
    log_report: Callable[[Any], None]
    test: Callable[[], int]  # the number of that which runs
    leave: Callable[[], None]  # writes no more


def fixtures_of(item: pytest.Item) -> dict[str, Any] | None:
    """Definitions of those that it has asked for, by name."""
    return getattr(getattr(item, "_request", None), "_fixture_defs", None)


def in_c(talk: Talk) -> Steps | None:
    """None where that is not possible."""
    with suppress(Exception):
        return Steps(*native("advisor_steps")((*talk, PHASES, OUTCOMES)))
    return None


def in_python(talk: Talk, point: Callable[[int], int], tell_reaped: Callable[[], None]) -> Steps:
    """Closures, with the door within: only the thread and process that made them write, and no
    failure leaves them."""
    get_ident, tests = _thread.get_ident, talk.tests
    ends = {when: ENDED | phase << 8 for when, phase in PHASES.items()}
    thread = get_ident()
    here, phase_began, count_at = NO_TEST << 32, 1, 0
    may_reap = True
    begun: pytest.Item | None = None
    node_id = ""  # of it

    def begin(item: pytest.Item) -> None:
        nonlocal here, begun, node_id, count_at, may_reap
        known = tests.get(id(item))
        next_ = talk.announce(item) if known is None else known
        if phase_began > count_at:
            children, count_at = talk.children(next_)
            may_reap = children > 0 or (children < 0 and may_reap)
        here, begun, node_id = next_ << 32, item, item.nodeid
        point(BEGUN | here)

    def protocol(item: pytest.Item) -> None:
        if get_ident() == thread:
            try:
                begin(item)
            except Exception as error:
                talk.stop(error)

    def setup(item: pytest.Item) -> None:
        nonlocal phase_began
        if get_ident() == thread:
            try:
                if item is not begun:  # another plugin ran it, and ours was not asked
                    begin(item)
                phase_began = point(SET_UP | here)
            except Exception as error:
                talk.stop(error)

    def make_report(item: pytest.Item, call: Any) -> None:
        nonlocal may_reap
        if get_ident() == thread:
            try:
                what = ends.get(call.when, END_OF_CALL)
                # A child to reap was there when they were counted, or was started since then in a
                # phase that was not too short for it.
                if point(what | here) - phase_began > TO_FORK:
                    may_reap = True
                if may_reap:
                    tell_reaped()
                if what == END_OF_CALL and fixtures_of(item):
                    talk.add_needs(item)
            except Exception as error:
                talk.stop(error)

    def log_report(report: Any) -> None:
        nonlocal phase_began
        if get_ident() == thread:
            try:
                told = getattr(report, "nodeid", node_id)
                if told != node_id:  # another plugin ran that one, or gives its tests other names
                    other = talk.find(told)
                    if other is not None:
                        begin(other)
                # Another plugin's phases count as calls, its outcomes as passed.
                what = REPORTED | PHASES.get(report.when, 1) << 8
                what |= OUTCOMES.get(report.outcome, 0) << 16
                if hasattr(report, "wasxfail"):
                    what |= WAS_XFAIL << 24
                if hasattr(report, "context"):  # not its test's end
                    what |= IS_SUBTEST << 24
                phase_began = point(what | here)
            except Exception as error:
                talk.stop(error)

    def test() -> int:
        return here >> 32

    def leave() -> None:
        nonlocal thread
        thread = 0

    return Steps(protocol, setup, make_report, log_report, test, leave)
