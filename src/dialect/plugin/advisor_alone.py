"""Which tests must not run beside others on threads of one process.  PYTEST_DONT_REWRITE

What a test patches, captures or sets for the whole process, the tests on other threads would see.
The recorder says of each test whether that is known of it, so that predictions count it, and lanes
run it by itself when they have ended. What can be known without running a test is known here, by
what its item asks for; what a test does unasked, lanes see when it does it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType, MethodType
from typing import Any

import pytest

# Fixtures that change or watch what all threads share.
# fmt: off
FIXTURES = frozenset((
    "capsys", "capsysbinary", "capteesys", "capfd", "capfdbinary", "recwarn", "monkeypatch",
    "caplog", "pytester", "testdir", "subtests", "record_xml_attribute",
    "record_testsuite_property", "mocker", "class_mocker", "module_mocker", "package_mocker",
    "session_mocker", "benchmark", "benchmark_weave", "no_cover", "fs", "fs_class", "fs_module",
    "fs_session", "freezer", "time_machine", "requests_mock", "httpx_mock", "respx_mock",
    "responses", "aioresponses", "fake_process", "fp", "socket_disabled", "socket_enabled",
    "event_loop", "event_loop_policy",
))
# fmt: on
MARKS = {
    "exclusive": "it has the mark exclusive",
    "filterwarnings": "it has warning filters of its own",
    "asyncio": "it is run by an asyncio plugin",
    "anyio": "it is run by the anyio plugin",
    "trio": "it is run by the trio plugin",
    "twisted": "it is run by the twisted plugin",
    "tornado": "it is run by a tornado plugin",
    "vcr": "it patches network connections",
    "freeze_time": "it stops the time",
    "time_machine": "it travels in time",
    "disable_socket": "it patches sockets",
    "allow_hosts": "it patches sockets",
    "block_network": "it patches sockets",
}
ASYNCHRONOUS = "it is asynchronous"
CO_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
MOST_WRAPPERS = 100  # of a function; an odd object may claim to wrap others without end


def definitions_of(item: pytest.Function) -> Iterator[Any]:
    for found in item._fixtureinfo.name2fixturedefs.values():
        yield from found


def is_async(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def of_function(function: Any) -> str | None:
    if isinstance(function, FunctionType) and not function.__dict__:
        # Nothing marks or wraps it. What inspect asks instead takes 20 us (measured).
        return ASYNCHRONOUS if function.__code__.co_flags & CO_ASYNC else None
    if is_async(inspect.unwrap(function)):
        return ASYNCHRONOUS
    inner = function
    for _ in range(MOST_WRAPPERS):
        if getattr(inner, "patchings", None):
            return "it is decorated with mock.patch"
        if getattr(inner, "is_hypothesis_test", False):
            return "it is a test of Hypothesis, which sets the state of random"
        inner = getattr(inner, "__wrapped__", None)
        if inner is None:
            break
    return None


def of_item(item: pytest.Item) -> str | None:
    """By its kind, its fixtures and its function, which parametrisations share; a clause."""
    if not isinstance(item, pytest.Function):
        return f"it is a {type(item).__name__}"
    if not FIXTURES.isdisjoint(item.fixturenames):
        return f"it uses the fixture {next(name for name in item.fixturenames if name in FIXTURES)}"
    uses = item._fixtureinfo.name2fixturedefs
    if uses and any(is_async(one.func) for one in definitions_of(item)):
        return ASYNCHRONOUS
    function = item.obj
    return of_function(function.__func__ if isinstance(function, MethodType) else function)


def of_class(class_: type) -> str | None:
    twisted = any(base.__module__.startswith("twisted.") for base in inspect.getmro(class_))
    return "it is a test of twisted" if twisted else None


def of_marks(item: pytest.Item) -> str | None:
    return next((why for mark, why in MARKS.items() if item.get_closest_marker(mark)), None)


def because(item: pytest.Item) -> str | None:
    """Why it must be alone, as a clause; None: nothing is known against it."""
    class_ = item.getparent(pytest.Class)
    return of_item(item) or (of_class(class_.obj) if class_ else None) or of_marks(item)
