"""What stays on one lane, and what runs alone, as far as it can be told before a test runs.

Lanes have fixtures of their own, but a class and a module are one object for all: what a set-up
stores there is stored for every lane. So tests stay together where a class or module has a set-up
or tear-down in the style of xunit, where a fixture reaches for `request.cls` or `request.module`,
and where a global name is assigned. They are begun and told as one unit.
"""

from __future__ import annotations

import dis
import inspect
import json
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from advisor_alone import because as why_alone
from advisor_alone import definitions_of

from .plan import group_of

CLASS_SETUP = ("setup_class", "teardown_class", "setUpClass", "tearDownClass")
MODULE_SETUP = ("setup_module", "teardown_module", "setUpModule", "tearDownModule")
FUNCTION_SETUP = ("setup_function", "teardown_function")

STORE_GLOBAL = dis.opmap["STORE_GLOBAL"]


# --- alone


def read_named(path: str) -> dict[str, str]:
    """Node ids and reasons of a file: an object of them, or an array of node ids."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"cannot read --exclusive-tests {path}: {error}") from error
    if isinstance(found, list):
        found = dict.fromkeys(found, "it is named by --exclusive-tests")
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise pytest.UsageError(
            f"--exclusive-tests {path} is neither an array of node ids nor an object with them"
        )
    return {key: str(why) for key, why in found.items()}


# --- together


def stores(function: Any) -> set[str]:
    """Which shared objects a function seems to store into: "class", "module"."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    found: set[str] = set()
    pending = [] if code is None else [code]
    while pending:
        code = pending.pop()
        if "cls" in code.co_names or code.co_varnames[:1] == ("cls",):
            found.add("class")
        if "module" in code.co_names or STORE_GLOBAL in code.co_code[::2]:
            found.add("module")
        pending += [inner for inner in code.co_consts if inspect.iscode(inner)]
    return found


def has(owner: Any, names: Sequence[str]) -> bool:
    return any(name in vars(owner) for name in names)


def class_is_shared(cls: type) -> bool:
    """unittest's own empty set-ups do not count, but its classes do: they are made for state."""
    for base in inspect.getmro(cls):
        if base.__module__ in ("unittest.case", "unittest.async_case"):
            return True
        if has(base, CLASS_SETUP):
            return True
    return False


def package_setup(node: Any) -> bool:
    path = Path(node.path)
    source = path if path.is_file() else path / "__init__.py"
    try:
        text = source.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(name in text for name in MODULE_SETUP)


class Together:
    """What holds each item, remembered for nodes and fixtures that many share."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Any, Any]] = {}  # by id of what is asked about, which is kept

    def of(self, subject: Any, ask: Any) -> Any:
        if id(subject) not in self.known:
            self.known[id(subject)] = subject, ask(subject)
        return self.known[id(subject)][1]

    def holders(self, item: pytest.Item) -> Iterator[Hashable]:
        group = group_of(item)
        if group is not None:
            yield ("group", group)
        if not isinstance(item, pytest.Function):
            return
        wanted = set(self.of(inspect.unwrap(item.function), stores))
        for definition in definitions_of(item):
            if not getattr(definition.func, "__module__", "").startswith("_pytest."):
                wanted |= self.of(definition.func, stores)
        cls, module = item.getparent(pytest.Class), item.getparent(pytest.Module)
        for node in item.listchain():
            if isinstance(node, pytest.Package) and self.of(node, package_setup):
                yield node
        if module is not None and (
            "module" in wanted or has(module.obj, (*MODULE_SETUP, *FUNCTION_SETUP))
        ):
            yield module
        if cls is None:
            if "class" in wanted and module is not None:
                yield module
        elif "class" in wanted or self.of(cls.obj, class_is_shared):
            yield cls


def units_of(items: Sequence[pytest.Item]) -> list[list[int]]:
    """In the order of collection, a unit where its first test stands."""
    together, joined = Together(), list(range(len(items)))
    first: dict[Hashable, int] = {}

    def root(index: int) -> int:
        while joined[index] != index:
            joined[index] = joined[joined[index]]
            index = joined[index]
        return index

    for index, item in enumerate(items):
        for holder in together.holders(item):
            other = root(first.setdefault(holder, index))
            here = root(index)
            joined[max(here, other)] = min(here, other)
    units: dict[int, list[int]] = {}
    for index in range(len(items)):
        units.setdefault(root(index), []).append(index)
    return list(units.values())


@dataclass
class Division:
    lanes: list[list[int]]  # units for lanes
    alone: list[list[int]]  # units whose tests run alone
    reasons: dict[int, str]  # of each of those tests


def divided(items: Sequence[pytest.Item], named: dict[str, str]) -> Division:
    """A test that runs alone takes its unit with it, whose set-up it would otherwise find in
    another state."""
    made, times = Division([], [], {}), Counter(map(id, items))
    for unit in units_of(items):
        reasons = {
            i: named.get(items[i].nodeid)
            or ("it is there twice" if times[id(items[i])] > 1 else why_alone(items[i]))
            for i in unit
        }
        if not any(reasons.values()):
            made.lanes.append(unit)
            continue
        made.alone.append(unit)
        for i in unit:
            made.reasons[i] = reasons[i] or "it belongs with tests that run alone"
    return made
