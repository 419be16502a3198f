"""Stops a test on a lane before it changes what all threads of the process share.

What is in the lists of lane_guarded is replaced while lanes run; the interpreter's audit events
tell of the environment, the working directory, forks and signals, whoever asks for them; and
modules that tests patch by hand do not let them assign. On the main thread and on threads that
belong to no lane everything does what it always does. What no guard can see is an assignment to a
class or into a container of others: a test that does that without monkeypatch or mock needs the
mark `exclusive`.
"""

from __future__ import annotations

import functools
import importlib
import logging
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from . import lane
from .lane_guarded import AUDITED, EARLY, LATE, OPTIONAL, PATCHED, REQUIRED


def unknown() -> list[str]:
    found = []
    if not callable(getattr(subprocess.Popen, "_get_handles", None)):
        found.append("there is no subprocess.Popen._get_handles, which must be watched")
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


class GuardedModule(types.ModuleType):
    """A module whose names no test on a lane may assign: patches made by hand."""

    def __setattr__(self, name: str, value: object) -> None:
        on = lane.current()
        if on is not None and not is_harmless(self, name, value):
            on.must_be_alone(f"it assigns {self.__name__}.{name}")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        on = lane.current()
        if on is not None and not is_harmless(self, name, None):
            on.must_be_alone(f"it deletes {self.__name__}.{name}")
        super().__delattr__(name)


def is_harmless(module: types.ModuleType, name: str, value: object) -> bool:
    if name.startswith("__") or vars(module).get(name, is_harmless) is value:
        return True
    if module is sys:  # where pytest notes the last exception, for people at a prompt
        return name.startswith("last_")
    # The import of a submodule assigns it.
    return value is not None and sys.modules.get(f"{module.__name__}.{name}") is value


def guard_modules(stack: ExitStack, root: Path) -> None:
    """The suite's own and those of the standard library that suites are known to patch."""
    for name, module in list(sys.modules.items()):
        if type(module) is types.ModuleType and (name in PATCHED or is_within(module, root)):
            stack.callback(setattr, module, "__class__", types.ModuleType)
            module.__class__ = GuardedModule


def is_within(module: types.ModuleType, root: Path) -> bool:
    file = vars(module).get("__file__")
    if not isinstance(file, str) or not file.startswith(f"{root}{os.sep}"):
        return False
    return not any(part in file for part in ("site-packages", "dist-packages"))


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


def guard_descriptors(stack: ExitStack) -> None:
    """What is written past Python's streams cannot be told apart by tests afterwards
    (lane_streams)."""
    write, handles = os.write, subprocess.Popen._get_handles  # type: ignore[attr-defined]

    def write_guarded(fd: int, data: Any, /) -> int:
        on = lane.current()
        if on is not None and fd in (1, 2):
            on.must_be_alone("it writes to descriptor 1 or 2")
        return write(fd, data)

    def handles_watched(self: Any, stdin: Any, stdout: Any, stderr: Any) -> Any:
        on = lane.current()
        if on is not None and (stdout is None or stderr is None):
            on.child_may_write = True
        return handles(self, stdin, stdout, stderr)

    replace(stack, os, "write", write_guarded)
    replace(stack, subprocess.Popen, "_get_handles", handles_watched)


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
def installed(root: Path) -> Iterator[None]:
    begin_audit()
    for module in EARLY:
        with suppress(ImportError):
            importlib.import_module(module)
    with ExitStack() as stack:
        replace_all(stack)
        guard_loggers(stack)
        guard_descriptors(stack)
        guard_event_loops(stack)
        guard_modules(stack, root)
        yield
