"""What lanes touch of pytest's inside, each with a probe: the state of set-ups and fixtures, the
explanations of assertions and the name of the running test.

pytest keeps the state of set-ups in the session and that of fixtures in their definitions. Both
get descriptors that find a lane's own; on the main thread they find what pytest put there.
"""

from __future__ import annotations

import os
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import _pytest.assertion as assertion
import _pytest.capture
import _pytest.fixtures
import _pytest.logging
import _pytest.main
import _pytest.runner as runner
import _pytest.warnings
import pytest
from _pytest.assertion import util

from . import lane
from .lane_guards import replace

FIXTURE = ("cached_result", "_finalizers")
CURRENT_TEST = "PYTEST_CURRENT_TEST"
WORKER = "PYTEST_XDIST_WORKER"


def unknown(session: pytest.Session) -> list[str]:
    """What this pytest or interpreter does not have, as reasons to refuse."""
    manager = session.config.pluginmanager
    capture, logs = manager.getplugin("capturemanager"), manager.getplugin("logging-plugin")
    reporter: Any = manager.getplugin("terminalreporter")
    explaining: Any = assertion.pytest_runtest_protocol
    definitions = [
        definition
        for item in session.items
        if isinstance(item, pytest.Function)
        for found in item._fixtureinfo.name2fixturedefs.values()
        for definition in found
    ][:1]
    has = {
        "SetupState": hasattr(runner, "SetupState") and "_setupstate" in vars(session),
        "FixtureDef": hasattr(_pytest.fixtures, "FixtureDef")
        and all(set(FIXTURE) <= set(vars(one)) for one in definitions),
        "runner._update_current_test_var": hasattr(runner, "_update_current_test_var"),
        "runner.check_interactive_exception": hasattr(runner, "check_interactive_exception"),
        "util._reprcompare": hasattr(util, "_reprcompare") and hasattr(util, "_assertion_pass"),
        "assertion.pytest_runtest_protocol": not explaining.__code__.co_freevars,
        "CaptureManager.item_capture": capture is None or hasattr(capture, "item_capture"),
        "LoggingPlugin._runtest_for": logs is None
        or all(hasattr(logs, name) for name in ("_runtest_for", "formatter", "log_level")),
        "LogCaptureHandler": hasattr(_pytest.logging, "LogCaptureHandler")
        and hasattr(_pytest.logging, "caplog_records_key"),
        "TerminalReporter._tw": reporter is None
        or hasattr(getattr(reporter, "_tw", None), "_file"),
        "catch_warnings_for_item": hasattr(_pytest.warnings, "catch_warnings_for_item"),
        "threading._active": isinstance(getattr(threading, "_active", None), dict),
        "os._Environ": type(os.environ).__name__ == "_Environ",
    }
    return [
        f"pytest {pytest.__version__} on Python {sys.version.split()[0]} has no {name}, which "
        "this version of advisor_lanes needs"
        for name, there in has.items()
        if not there
    ]


# --- set-ups and fixtures


class ByLane:
    """An attribute that has a value for each lane, and one for all other threads."""

    def __init__(self, name: str, fresh: Callable[[], Any]) -> None:
        self.name, self.fresh = name, fresh

    def key(self, on: lane.Lane) -> str:
        return f"{self.name} of lane {on.number}"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        on = lane.current()
        values = vars(instance)
        if on is None:
            try:
                return values[self.name]
            except KeyError:
                raise AttributeError(self.name) from None
        key = self.key(on)
        try:
            return values[key]
        except KeyError:
            return values.setdefault(key, self.fresh())

    def __set__(self, instance: Any, value: Any) -> None:
        on = lane.current()
        vars(instance)[self.name if on is None else self.key(on)] = value

    def __delete__(self, instance: Any) -> None:
        on = lane.current()
        del vars(instance)[self.name if on is None else self.key(on)]


def keep_state_by_lane() -> None:
    """For the rest of the process: a lane that could not be stopped must not meet others' state."""
    if not isinstance(vars(pytest.Session).get("_setupstate"), ByLane):
        setattr(pytest.Session, "_setupstate", ByLane("_setupstate", runner.SetupState))  # noqa: B010
        definition: Any = _pytest.fixtures.FixtureDef
        definition.cached_result = ByLane("cached_result", lambda: None)
        definition._finalizers = ByLane("_finalizers", list)


def tear_down(session: pytest.Session, nextitem: pytest.Item | None) -> None:
    session._setupstate.teardown_exact(nextitem)


def separate_class_cleanups(session: pytest.Session) -> None:
    """Before Python 3.11 all classes of unittest had one list of class clean-ups, which whoever
    tears a class down empties."""
    for item in session.items:
        cls = getattr(item, "cls", None)
        if hasattr(cls, "_class_cleanups") and "_class_cleanups" not in vars(cls):
            cls._class_cleanups = []  # type: ignore[union-attr]


# --- a test that runs again


class Before:
    """An item as it was before its first attempt."""

    def __init__(self, item: pytest.Item) -> None:
        self.item, self.values = item, dict(vars(item))
        self.lists = {
            name: list(value) for name, value in self.values.items() if isinstance(value, list)
        }
        self.stash = dict(item.stash._storage)
        self.keywords = dict(item.keywords._markers)  # type: ignore[attr-defined]

    def restore(self) -> None:
        item: Any = self.item
        vars(item).clear()
        vars(item).update(self.values)
        for name, value in self.lists.items():
            getattr(item, name)[:] = value
        for mapping, before in (
            (item.stash._storage, self.stash),
            (item.keywords._markers, self.keywords),
        ):
            mapping.clear()
            mapping.update(before)
        if isinstance(item, pytest.Function):
            if isinstance(item.parent, pytest.Class):  # its instance was used
                for name in ("_instance", "_obj"):
                    vars(item).pop(name, None)
            item._initrequest()


# --- explanations of assertions

Callbacks = tuple[Any, Any]


@contextmanager
def explained(item: pytest.Item) -> Iterator[Callbacks]:
    """The two functions that pytest's assertion plugin makes for an item.

    It puts them into a module, where lanes would overwrite each other's: its hook is run with a
    module of its own.
    """
    hook: Any = assertion.pytest_runtest_protocol
    own = types.SimpleNamespace(**vars(util))
    generator = types.FunctionType(hook.__code__, {**hook.__globals__, "util": own})(item)
    next(generator)
    try:
        yield own._reprcompare, own._assertion_pass
    finally:
        generator.close()


def explain_by_lane(stack: ExitStack, config: pytest.Config) -> None:
    def compare(op: str, left: object, right: object) -> Any:
        on = lane.current()
        callbacks = None if on is None else on.own.get("explained")
        return None if callbacks is None else callbacks[0](op, left, right)

    def passed(lineno: int, orig: str, expl: str) -> None:
        on = lane.current()
        callbacks = None if on is None else on.own.get("explained")
        if callbacks is not None and callbacks[1] is not None:
            callbacks[1](lineno, orig, expl)

    replace(stack, util, "_reprcompare", compare)
    if config.hook.pytest_assertion_pass.get_hookimpls():
        replace(stack, util, "_assertion_pass", passed)
    replace(stack, util, "_config", config)


# --- the environment


def tell_current_test(stack: ExitStack) -> None:
    """A lane reads its own test and name in the environment. What processes inherit can be only
    one for all, and says that tests run."""
    kind: Any = type(os.environ)

    class Environ(kind):  # type: ignore[misc]
        def __getitem__(self, key: Any) -> Any:
            if key in (CURRENT_TEST, WORKER):
                on = lane.current()
                if on is not None:
                    if key == WORKER:
                        return f"gw{on.number}"
                    if on.item is not None and on.when:
                        return f"{on.item.nodeid} ({on.when})".replace("\x00", "(null)")
            return super().__getitem__(key)

    update = runner._update_current_test_var

    def update_outside(item: pytest.Item, when: Any) -> None:
        if lane.current() is None:
            update(item, when)

    replace(stack, runner, "_update_current_test_var", update_outside)
    os.environ[CURRENT_TEST] = "on a lane (call)"
    stack.callback(os.environ.pop, CURRENT_TEST, None)
    stack.callback(setattr, os.environ, "__class__", kind)
    os.environ.__class__ = Environ


@contextmanager
def one_at_a_time(session: pytest.Session) -> Iterator[None]:
    """Numbered directories are made by looking for the next number."""
    factory: Any = getattr(session.config, "_tmp_path_factory", None)
    if factory is None:
        yield
        return
    factory.getbasetemp()
    lock, make = threading.RLock(), factory.mktemp

    def mktemp(*args: Any, **words: Any) -> Any:
        with lock:
            return make(*args, **words)

    object.__setattr__(factory, "mktemp", mktemp)
    try:
        yield
    finally:
        object.__delattr__(factory, "mktemp")
