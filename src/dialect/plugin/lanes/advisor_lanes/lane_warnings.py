"""Warnings, told with the test whose lane raised them.

Filters are the process's. Those that pytest would set for each test are set once for all lanes (a
test with filters of its own is exclusive). Sequentially "once for each place" begins anew with
each test, because pytest sets the filters anew, and the registries that keep it are in the modules
that warn. So while lanes run no filter keeps anything: those that would are made to say "always",
and what they had left out is left out here, for each test by itself.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import _pytest.warnings
import pytest

from . import lane
from .lane_guards import replace

KEPT = ("default", "module", "once")
# pytest's own, on the way to a failure's source: it looks at a file and no test sees it.
QUIET_CALLER = "_pytest._code.source"


def unknown() -> list[str]:
    found = []
    if not hasattr(warnings, "_filters_mutated") or not hasattr(warnings, "_showwarnmsg_impl"):
        found.append("this Python keeps warning filters in a way that lanes do not know")
    if getattr(sys.flags, "context_aware_warnings", False):
        found.append("warning filters are those of a context here (-X context_aware_warnings=0)")
    return found


# --- warnings


def matches(pattern: Any, text: str) -> bool:
    """A filter has a compiled pattern, or in the interpreter's own filters a text."""
    if pattern is None:
        return True
    return text == pattern if isinstance(pattern, str) else pattern.match(text) is not None


def module_of(said: warnings.WarningMessage) -> str:
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == said.filename and frame.f_lineno == said.lineno:
            return str(frame.f_globals.get("__name__") or "<string>")
        frame = frame.f_back  # type: ignore[assignment]
    name = said.filename or "<unknown>"
    return name[:-3] if name.endswith(".py") else name


class Said:
    """Receives every warning that the filters let through."""

    def __init__(self, filters: list[Any], otherwise: str) -> None:
        self.filters, self.otherwise = filters, otherwise
        self.outside: list[warnings.WarningMessage] = []

    def action(self, said: warnings.WarningMessage) -> str:
        text, module = str(said.message), module_of(said)
        for action, message, category, where, line in self.filters:
            if (
                matches(message, text)
                and issubclass(said.category, category)
                and matches(where, module)
                and line in (0, said.lineno)
            ):
                return str(action)
        return self.otherwise

    def __call__(self, said: warnings.WarningMessage) -> None:
        on = lane.current()
        if on is None:
            self.outside.append(said)
            return
        if on.own.get("quiet"):
            return
        action = self.action(said)
        if action in KEPT:
            text, category = str(said.message), said.category
            key: tuple[Any, ...] = {
                "default": (said.filename, text, category, said.lineno),
                "module": (said.filename, text, category),
                "once": (text, category),
            }[action]
            if key in on.own["warned"]:
                return
            on.own["warned"].add(key)
        on.own["warnings"].append(said)


def keep_nothing() -> Said:
    """Within pytest's filters of the phase."""
    said = Said(list(warnings.filters), warnings.defaultaction)  # type: ignore[attr-defined]
    warnings.filters[:] = [  # type: ignore[index]
        ("always", *rest) if action in KEPT else (action, *rest)
        for action, *rest in warnings.filters
    ]
    warnings.defaultaction = "always"  # type: ignore[attr-defined]
    warnings._filters_mutated()  # type: ignore[attr-defined]
    warnings._showwarnmsg_impl = said  # type: ignore[attr-defined]
    return said


def let_pytest_be_quiet(stack: ExitStack) -> None:
    """Where it reads a failure's source it ignores warnings, which here are its own lane's only."""
    kind: Any = warnings.catch_warnings
    enter, leave, simple = kind.__enter__, kind.__exit__, warnings.simplefilter

    def asked_by_pytest() -> lane.Lane | None:
        on = lane.current()
        if on is not None and sys._getframe(2).f_globals.get("__name__") == QUIET_CALLER:
            return on
        return None

    def enter_quietly(self: Any) -> Any:
        on = asked_by_pytest()
        if on is None:
            return enter(self)
        self._quiet_lane = on
        on.own["quiet"] = on.own.get("quiet", 0) + 1
        return None

    def leave_quietly(self: Any, *exc_info: Any) -> Any:
        on = vars(self).pop("_quiet_lane", None)
        if on is None:
            return leave(self, *exc_info)
        on.own["quiet"] -= 1
        return None

    def simple_quietly(*args: Any, **words: Any) -> None:
        if asked_by_pytest() is None:
            simple(*args, **words)

    replace(stack, kind, "__enter__", enter_quietly)
    replace(stack, kind, "__exit__", leave_quietly)
    replace(stack, warnings, "simplefilter", simple_quietly)


@contextmanager
def by_lane(config: pytest.Config) -> Iterator[None]:
    """Around the guards, which then are what is called first."""
    with ExitStack() as stack:
        if config.pluginmanager.hasplugin("warnings"):
            stack.enter_context(
                _pytest.warnings.catch_warnings_for_item(
                    config=config, ihook=config.hook, when="runtest", item=None
                )
            )
            action = warnings.defaultaction  # type: ignore[attr-defined]
            stack.callback(setattr, warnings, "defaultaction", action)
            said = keep_nothing()
            stack.callback(tell, config, "", said.outside)
        yield


def tell(config: Any, nodeid: str, said: list[warnings.WarningMessage]) -> None:
    for warning in said:
        config.hook.pytest_warning_recorded.call_historic(
            kwargs={
                "warning_message": warning,
                "nodeid": nodeid,
                "when": "runtest",
                "location": None,
            }
        )
