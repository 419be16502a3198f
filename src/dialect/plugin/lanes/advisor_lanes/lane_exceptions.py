"""Exceptions that nobody catches, in threads and in finalizers: pytest makes warnings of them, each
told with the test on whose lane it was raised.

pytest 8.4 began to keep them in a deque for the process, which each phase of a test empties;
before, each phase put a hook of its own in its place. Either is replaced by one for each lane.
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from collections import deque
from contextlib import ExitStack
from typing import Any

from . import lane
from .lane_guards import replace

HOOKS = {"threadexception": threading, "unraisableexception": sys}
HOOK_NAMES = {"threadexception": "excepthook", "unraisableexception": "unraisablehook"}
DEQUES = {"threadexception": "thread_exceptions", "unraisableexception": "unraisable_exceptions"}
CATCHERS = {
    "threadexception": "catch_threading_exception",
    "unraisableexception": "catch_unraisable_exception",
}


def module_named(plugin: str) -> Any:
    return importlib.import_module(f"_pytest.{plugin}")


def kept_by() -> str | None:
    """None: in a way that is not known here."""
    try:
        for way, names in (("deque", DEQUES), ("catcher", CATCHERS)):
            if all(hasattr(module_named(plugin), name) for plugin, name in names.items()):
                return way
    except ImportError:
        pass
    return None


def unknown() -> list[str]:
    if kept_by() is None:
        return ["this pytest catches exceptions of threads in a way that lanes do not know"]
    return []


class LaneDeque:
    def __init__(self, name: str, outside: deque[Any]) -> None:
        self.name, self.outside = name, outside

    def here(self) -> deque[Any]:
        on = lane.current()
        return self.outside if on is None else on.own.setdefault(self.name, deque())

    def append(self, value: Any) -> None:
        self.here().append(value)

    def pop(self) -> Any:
        return self.here().pop()


def catch_by_lane(stack: ExitStack, config: Any) -> None:
    for plugin in HOOKS:
        if config.pluginmanager.hasplugin(plugin):
            if kept_by() == "deque":
                keep_deque_by_lane(stack, config, plugin)
            else:
                use_catcher_by_lane(stack, plugin)


def keep_deque_by_lane(stack: ExitStack, config: Any, plugin: str) -> None:
    key = getattr(module_named(plugin), DEQUES[plugin])
    outside = config.stash[key]
    kept = LaneDeque(plugin, outside)
    config.stash[key] = kept
    stack.callback(config.stash.__setitem__, key, outside)
    owner, name = HOOKS[plugin], HOOK_NAMES[plugin]
    hook = getattr(owner, name)
    if isinstance(hook, functools.partial) and "append" in hook.keywords:
        replace(stack, owner, name, functools.partial(hook.func, append=kept.append))


def use_catcher_by_lane(stack: ExitStack, plugin: str) -> None:
    module, owner, name = module_named(plugin), HOOKS[plugin], HOOK_NAMES[plugin]
    outside = getattr(owner, name)

    class Catcher:
        def __init__(self) -> None:
            self.args = self.unraisable = None

        def __enter__(self) -> Catcher:
            on = lane.current()
            assert on is not None, "no test runs elsewhere while lanes run"
            self.on = on
            on.own[plugin] = self
            return self

        def __exit__(self, *exc_info: object) -> None:
            self.on.own[plugin] = None
            self.args = self.unraisable = None

    def hook(args: Any) -> None:
        on = lane.current()
        catcher = None if on is None else on.own.get(plugin)
        if catcher is None:
            outside(args)
        else:
            catcher.args = catcher.unraisable = args

    replace(stack, module, CATCHERS[plugin], Catcher)
    replace(stack, owner, name, hook)
