"""A lane: a thread that runs tests, and how code that runs on it finds out.

What pytest keeps once for a process is kept once for each lane while lanes run. Whoever has to
choose asks `current()`. A thread that a test starts belongs to the lane of that test, so that what
it prints, logs and raises is told with that test; threads of before and the main thread belong to
none. So does what a test gives to a pool of threads, whoever started those.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

_Failed: Any = pytest.fail.Exception  # what type checkers are not told
BELONGS_TO = "_advisor_lane"  # of a threading.Thread


class RunAlone(_Failed):  # type: ignore[misc]
    """Ends a test on a lane before it changes what all lanes share.

    It is none of the exceptions that tests catch, and pytest treats it as one that it knows: other
    finalizers still run, and a fixture that it ended is not set up again on this lane.
    """


class Lane:
    def __init__(self, number: int) -> None:
        self.number = number
        self.item: pytest.Item | None = None
        self.when = ""  # "setup", "call" or "teardown" while that runs
        self.why_alone: str | None = None  # the running test must run on the main thread
        self.began = 0.0
        self.child_may_write = False  # to descriptor 1 or 2: the running test started one
        # The parts of the isolation keep what is this lane's here, each under its own name.
        self.own: dict[str, Any] = {}

    def must_be_alone(self, why: str) -> None:
        """Called by guards, also on threads of the test: remembers it, should a test swallow the
        exception."""
        if self.why_alone is None:
            self.why_alone = why
        raise RunAlone(f"this test has to run alone: {why}", pytrace=False)


class _Here(threading.local):
    lane: Lane | None = None
    known = False
    itself = False  # the thread is a lane, rather than one of a test on it


_here = _Here()
_running = threading.Event()  # while lanes run


def be(lane: Lane | None) -> None:
    """Makes the calling thread a lane, or says that it is none."""
    _here.lane, _here.known, _here.itself = lane, True, lane is not None


def current() -> Lane | None:
    """The lane of the calling thread; None on the main thread, and on threads that tests left
    behind when no lanes run."""
    if not _here.known:
        # Not threading.current_thread(), which invents a thread while one is beginning.
        thread = threading._active.get(threading.get_ident())  # type: ignore[attr-defined]
        if thread is None:
            return None
        _here.lane, _here.known = getattr(thread, BELONGS_TO, None), True
    lane = _here.lane
    return lane if lane is None or _here.itself or _running.is_set() else None


def call_as(mine: Lane, function: Any, *args: Any, **words: Any) -> Any:
    """On a thread of a pool."""
    before = _here.lane, _here.known
    _here.lane, _here.known = mine, True
    try:
        return function(*args, **words)
    finally:
        _here.lane, _here.known = before


@contextmanager
def running() -> Iterator[None]:
    """Lanes run. Threads that are started on them are theirs."""
    start = threading.Thread.start

    def start_here(self: threading.Thread) -> None:
        mine = current()
        if mine is not None:
            setattr(self, BELONGS_TO, mine)
        start(self)

    submit = ThreadPoolExecutor.submit

    def submit_here(self: Any, fn: Any, /, *args: Any, **words: Any) -> Any:
        mine = current()
        call = fn if mine is None else partial(call_as, mine, fn)
        return submit(self, call, *args, **words)

    be(None)
    _running.set()
    threading.Thread.start = start_here  # type: ignore[method-assign]
    ThreadPoolExecutor.submit = submit_here  # type: ignore[method-assign]
    try:
        yield
    finally:
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]
        threading.Thread.start = start  # type: ignore[method-assign]
        _running.clear()
