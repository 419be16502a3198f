"""Reports and warnings as values of builtin types, and back.

pytest's own hooks turn a report into a dictionary, plugins' kinds of reports included. What a test
put into it (user properties, attributes) may be anything: that which is no builtin value crosses
as a `Told`, which prints as it did. Nothing here can make a report disappear: one that cannot be
carried becomes a failure of its test that says so.
"""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import pytest

EXACT = frozenset([type(None), bool, int, float, complex, str, bytes])
TOLD = "\0advisor_lanes told"


class Told:
    """Stands for a value that stayed in its process."""

    def __init__(self, text: str, shown: str) -> None:
        self.text, self.shown = text, shown

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.shown


def plain(value: Any) -> Any:
    kind = type(value)
    if kind in EXACT:
        return value
    if kind is dict:
        return {plain(key): plain(inner) for key, inner in value.items()}
    if kind is list:
        return [plain(inner) for inner in value]
    if kind is tuple:
        return tuple([plain(inner) for inner in value])
    if isinstance(value, str):
        return "".join(value)  # of the exact type, whatever __str__ does
    return {TOLD: ("".join(str(value)), "".join(repr(value)))}


def restored(value: Any) -> Any:
    """Puts `Told`s in. Values without any come back as they are."""
    kind = type(value)
    if kind is dict:
        if TOLD in value:
            return Told(*value[TOLD])
        return {key: restored(inner) for key, inner in value.items()}
    if kind is list:
        return [restored(inner) for inner in value]
    if kind is tuple:
        return tuple([restored(inner) for inner in value])
    return value


def failure(item: pytest.Item, when: Any, why: str) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, "failed", why, when)


def report_out(item: pytest.Item, report: Any) -> Any:
    hook = item.config.hook
    try:
        data = hook.pytest_report_to_serializable(config=item.config, report=report)
        if data is None:
            raise TypeError(f"no plugin can serialize a {type(report).__name__}")
        return plain(data)
    except Exception as error:
        why = f"this report could not be carried out of its worker: {error!r}"
        failed = failure(item, getattr(report, "when", "call"), why)
        return plain(hook.pytest_report_to_serializable(config=item.config, report=failed))


def report_in(item: pytest.Item, data: dict[str, Any]) -> Any:
    try:
        report = item.config.hook.pytest_report_from_serializable(
            config=item.config, data=restored(data)
        )
        if report is None:
            raise TypeError("no plugin knows this kind of report")
        return report
    except Exception as error:
        why = f"this report could not be read from its worker: {error!r}"
        return failure(item, data.get("when", "call"), why)


def warning_out(message: warnings.WarningMessage) -> Any:
    """What pytest shows of a warning: its text, the name of its category and where it was."""
    category = message.category
    return plain(
        {
            "text": str(message.message),
            "module": category.__module__,
            "category": category.__qualname__,
            "filename": message.filename,
            "lineno": message.lineno,
            "line": message.line,
        }
    )


def category_named(module: str, name: str) -> type[Warning]:
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        if isinstance(found, type) and issubclass(found, Warning):
            return found
    except Exception:  # (made in a function, or by a module that is gone)
        pass
    return type(name.rpartition(".")[2], (Warning,), {"__module__": module})


def warning_in(data: dict[str, Any]) -> warnings.WarningMessage:
    category = category_named(data["module"], data["category"])
    # Its own __init__ and __str__ may do anything; the text is that which they made.
    own = {"__str__": lambda self: data["text"]}
    said: Any = type(category.__name__, (category,), own)
    message: Warning = said.__new__(said)
    return warnings.WarningMessage(
        message=message,
        category=category,
        filename=data["filename"],
        lineno=data["lineno"],
        line=data["line"],
    )
