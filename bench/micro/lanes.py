"""A pytest plugin that runs tests on threads as the model describes it, for the suites beside it.

    pytest -p bench.micro.lanes --lanes N

Collected once; lane i begins with the i-th test; all further ones are pulled from one list in the
order of collection, one ahead, because pytest must know the next test to tear fixtures down; each
lane has its own instances of every fixture. Nothing else is made safe: output is not captured,
and log records, warnings and the errors of other threads are not told apart by test.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from _pytest import fixtures, runner


class OfLane:
    """An attribute of which each thread has its own value."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def _values(self, owner: Any) -> threading.local:
        # setdefault() of a dict is atomic, so that two lanes do not make two of it.
        values: threading.local = owner.__dict__.setdefault(f"_{self.name}", threading.local())
        return values

    def __get__(self, owner: Any, _: type) -> Any:
        values = self._values(owner)
        if not hasattr(values, "value"):
            values.value = self.make()
        return values.value

    def __set__(self, owner: Any, value: Any) -> None:
        self._values(owner).value = value


def give_each_lane_its_own() -> None:
    for owner, name, make in (
        (pytest.Session, "_setupstate", runner.SetupState),
        (fixtures.FixtureDef, "cached_result", lambda: None),
        (fixtures.FixtureDef, "_finalizers", list),
    ):
        attribute = OfLane(make)
        attribute.__set_name__(owner, name)
        setattr(owner, name, attribute)
    # PYTEST_CURRENT_TEST is one for the process, and taken out of it by whoever ends first.
    runner._update_current_test_var = lambda *_: None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lanes", type=int, default=0)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    lanes = session.config.getoption("lanes")
    if not lanes or session.testsfailed:
        return None
    give_each_lane_its_own()
    first = session.items[:lanes]
    rest = iter(session.items[lanes:])
    pulling = threading.Lock()

    def pull() -> pytest.Item | None:
        with pulling:
            return next(rest, None)

    def run(item: pytest.Item | None) -> None:
        while item is not None:
            following = pull()
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            item = following

    threads = [threading.Thread(target=run, args=(item,)) for item in first]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return True
