"""Stops a test on a lane before it changes what all threads of the process share.

pytest's own ways to change such things, those of the standard library and of well-known packages
are replaced while lanes run; the interpreter's audit events tell of the environment, the working
directory, forks and signals, whoever asks for them. On the main thread and on threads that belong
to no lane everything does what it always does. What no guard can see is an assignment to another
module's name or to a class: a suite that does that without monkeypatch or mock needs the mark
`exclusive`.
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from . import lane

# What must be there: module, names in it, and what a test does by calling them.
REQUIRED: tuple[tuple[str, str, str], ...] = (
    ("warnings", "catch_warnings.__enter__", "it catches warnings"),
    ("warnings", "filterwarnings simplefilter resetwarnings", "it changes the warning filters"),
    (
        "_pytest.monkeypatch",
        "MonkeyPatch.setattr MonkeyPatch.delattr MonkeyPatch.setitem MonkeyPatch.delitem "
        "MonkeyPatch.setenv MonkeyPatch.delenv MonkeyPatch.syspath_prepend MonkeyPatch.chdir",
        "it patches with MonkeyPatch",
    ),
    ("_pytest.capture", "CaptureManager.set_fixture", "it captures by a fixture"),
    ("contextlib", "_RedirectStream.__enter__", "it redirects a standard stream"),
)
# What is guarded if it is there and has been imported.
OPTIONAL: tuple[tuple[str, str, str], ...] = (
    ("_pytest.logging", "LogCaptureFixture.__init__", "it captures logs by caplog"),
    ("_pytest.subtests", "Subtests.__init__ SubTests.__init__", "it has subtests"),
    ("pytest_subtests.plugin", "SubTests.__init__", "it has subtests"),
    ("_pytest.pytester", "Pytester.__init__", "it runs pytest within pytest"),
    ("unittest.mock", "_patch.__enter__ _patch_dict._patch_dict", "it patches with mock"),
    ("mock.mock", "_patch.__enter__ _patch_dict._patch_dict", "it patches with mock"),
    ("unittest._log", "_AssertLogsContext.__enter__", "it uses assertLogs"),
    ("unittest.case", "TestCase.subTest", "it has subtests"),
    ("signal", "signal set_wakeup_fd setitimer alarm pthread_sigmask", "it handles signals"),
    ("signal", "raise_signal siginterrupt pause", "it handles signals"),
    ("_thread", "interrupt_main", "it interrupts the main thread"),
    ("_thread", "start_new_thread start_new", "it starts a thread without threading"),
    ("locale", "setlocale", "it sets the locale"),
    ("_locale", "setlocale", "it sets the locale"),
    ("random", "seed setstate", "it seeds random"),
    ("numpy.random", "seed set_state", "it seeds numpy.random"),
    ("socket", "setdefaulttimeout", "it sets the default timeout of sockets"),
    ("os", "umask chroot setuid setgid seteuid setegid nice", "it changes the process"),
    ("time", "tzset", "it sets the time zone"),
    ("gc", "disable set_threshold set_debug freeze", "it changes the garbage collector"),
    ("tracemalloc", "start stop reset_peak", "it traces memory"),
    ("resource", "setrlimit", "it sets limits of the process"),
    ("faulthandler", "enable disable dump_traceback_later", "it changes the fault handler"),
    ("sys", "setswitchinterval setrecursionlimit", "it changes the interpreter"),
    ("sys", "set_int_max_str_digits", "it changes the interpreter"),
    ("threading", "settrace setprofile", "it traces threads"),
    ("threading", "active_count enumerate", "it looks at all threads"),
    ("logging", "disable basicConfig captureWarnings", "it sets logging up"),
    ("logging", "setLoggerClass setLogRecordFactory", "it sets logging up"),
    ("logging.config", "dictConfig fileConfig", "it sets logging up"),
    ("asyncio.events", "set_event_loop_policy", "it sets the event loop policy"),
    ("asyncio.events", "set_child_watcher", "it sets the child watcher"),
    ("multiprocessing.process", "BaseProcess.start", "it starts a process of multiprocessing"),
    ("freezegun.api", "_freeze_time.start", "it stops the time"),
    ("time_machine", "travel.start", "it travels in time"),
    ("requests_mock.mocker", "MockerCore.start", "it patches requests"),
    ("httpretty.core", "httpretty.enable", "it patches sockets"),
    ("vcr.cassette", "CassetteContextDecorator.__enter__", "it patches connections"),
    ("pyfakefs.fake_filesystem_unittest", "Patcher.setUp", "it fakes the file system"),
)
AUDITED = {
    "os.putenv": "it changes the environment",
    "os.unsetenv": "it changes the environment",
    "os.chdir": "it changes the working directory",
    "os.fork": "it forks",
    "os.forkpty": "it forks",
    "os.exec": "it replaces the process",
    "signal.pthread_kill": "it sends a signal to a thread",
    "sys.addaudithook": "it adds an audit hook",
}
# Imported by a test on a lane, these would come unguarded.
LATE = frozenset(module for module, *_ in OPTIONAL)
# So those that are small and that pytest itself may import are imported before.
EARLY = ("faulthandler", "locale", "random", "resource", "signal", "socket", "tracemalloc")


def unknown() -> list[str]:
    found = []
    for module, names, _ in REQUIRED:
        for name in names.split():
            owner, last = owner_of(importlib.import_module(module), name)
            if owner is None or not callable(getattr(owner, last, None)):
                found.append(f"there is no {module}.{name}, which must be guarded")
    return found


def owner_of(module: Any, name: str) -> tuple[Any, str]:
    *path, last = name.split(".")
    owner = module
    for part in path:
        owner = getattr(owner, part, None)
    return owner, last


def guarding(original: Callable[..., Any], why: str) -> Callable[..., Any]:
    @functools.wraps(original, updated=())
    def guard(*args: Any, **words: Any) -> Any:
        on = lane.current()
        if on is not None:
            on.must_be_alone(why)
        return original(*args, **words)

    return guard


def replace(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    """Until the stack is closed."""
    if name in vars(owner):
        stack.callback(setattr, owner, name, vars(owner)[name])
    else:
        stack.callback(delattr, owner, name)
    setattr(owner, name, value)


def replace_all(stack: ExitStack) -> None:
    for module, names, why in (*REQUIRED, *OPTIONAL):
        imported = sys.modules.get(module)
        for name in names.split() if imported is not None else ():
            owner, last = owner_of(imported, name)
            original = None if owner is None else getattr(owner, last, None)
            if callable(original):
                replace(stack, owner, last, guarding(original, why))


# --- audit events


_audited = False


def audit(event: str, args: tuple[Any, ...]) -> None:
    if event in AUDITED:
        on = lane.current()
        if on is not None:
            on.must_be_alone(AUDITED[event])
    elif event == "import":
        if args[0] in LATE:
            on = lane.current()
            if on is not None:
                on.must_be_alone(f"it is the first to import {args[0]}")
    elif event == "os.kill" and args[0] in (0, -1, os.getpid()):
        on = lane.current()
        if on is not None:
            on.must_be_alone("it sends a signal to its own process")


def begin_audit() -> None:
    """Once: an audit hook stays for the life of the process, and is silent where no lanes run."""
    global _audited
    if not _audited:
        _audited = True
        sys.addaudithook(audit)


# --- by their own rules


class GuardedSys(types.ModuleType):
    """The module sys, whose names no test on a lane may replace. pytest notes the last exception
    there, which is for people at a prompt."""

    def __setattr__(self, name: str, value: object) -> None:
        on = lane.current()
        if on is not None and not name.startswith("last_"):
            on.must_be_alone(f"it replaces sys.{name}")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        on = lane.current()
        if on is not None and not name.startswith("last_"):
            on.must_be_alone(f"it replaces sys.{name}")
        super().__delattr__(name)


def guard_loggers(stack: ExitStack) -> None:
    """Only changes count: applications set levels and handlers of their loggers again and again."""
    kind = logging.Logger
    set_level, add, remove = kind.setLevel, kind.addHandler, kind.removeHandler

    def change(does: bool) -> None:
        on = lane.current()
        if does and on is not None:
            on.must_be_alone("it changes a logger")

    def set_level_guarded(self: logging.Logger, level: Any) -> None:
        change(level != self.level and logging.getLevelName(self.level) != level)
        set_level(self, level)

    def add_guarded(self: logging.Logger, hdlr: logging.Handler) -> None:
        change(hdlr not in self.handlers)
        add(self, hdlr)

    def remove_guarded(self: logging.Logger, hdlr: logging.Handler) -> None:
        change(hdlr in self.handlers)
        remove(self, hdlr)

    replace(stack, kind, "setLevel", set_level_guarded)
    replace(stack, kind, "addHandler", add_guarded)
    replace(stack, kind, "removeHandler", remove_guarded)


def guard_event_loops(stack: ExitStack) -> None:
    """The main thread is given an event loop when it asks for one; no other thread is."""
    events: Any = sys.modules.get("asyncio.events")
    policy = getattr(events, "BaseDefaultEventLoopPolicy", None)
    if policy is None:
        return
    get = policy.get_event_loop

    def get_guarded(self: Any) -> Any:
        on = lane.current()
        if on is not None and getattr(self._local, "_loop", None) is None:
            on.must_be_alone("it asks for the main thread's event loop")
        return get(self)

    replace(stack, policy, "get_event_loop", get_guarded)


@contextmanager
def installed() -> Iterator[None]:
    begin_audit()
    for module in EARLY:
        with suppress(ImportError):
            importlib.import_module(module)
    with ExitStack() as stack:
        replace_all(stack)
        guard_loggers(stack)
        guard_event_loops(stack)
        kind = type(sys)
        stack.callback(setattr, sys, "__class__", kind)
        sys.__class__ = GuardedSys
        yield
