"""What is run together, in which order, and how workers take it."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import pytest


@dataclass
class Plan:
    """Units of tests, as indices into session.items; the tests of a unit stay on one worker."""

    units: list[list[int]]
    workers: int
    one_by_one: bool  # else each worker begins with a run of neighbours, and idle ones steal
    lanes: int = 0  # threads of each worker; 0: its tests run on its main thread
    alone: list[list[int]] = field(default_factory=list)  # units for after the lanes have ended
    reasons: dict[int, str] = field(default_factory=dict)  # of the tests in `alone`


def group_of(item: pytest.Item) -> str | None:
    """The xdist_group of an item as pytest-xdist names it."""
    names = {
        str(mark.args[0] if mark.args else mark.kwargs.get("name", "default"))
        for mark in item.iter_markers("xdist_group")
    }
    return "_".join(sorted(names)) or None


def key_of(index: int, item: pytest.Item, dist: str) -> Hashable:
    group = group_of(item)
    if group is not None:
        return ("group", group)
    if dist == "loadfile":
        return item.nodeid.split("::", 1)[0]
    if dist == "loadscope":
        return item.nodeid.rsplit("::", 1)[0]
    return index


def units_of(items: Sequence[pytest.Item], dist: str) -> list[list[int]]:
    """In the order of collection, a unit where its first test stands."""
    units: dict[Hashable, list[int]] = {}
    for index, item in enumerate(items):
        units.setdefault(key_of(index, item, dist), []).append(index)
    return list(units.values())


def in_order(
    units: list[list[int]], items: Sequence[pytest.Item], wanted: Sequence[str]
) -> list[list[int]]:
    """A unit where its first test is wanted; what is not wanted anywhere comes last."""
    place = {nodeid: number for number, nodeid in reversed(list(enumerate(wanted)))}
    last = len(place)
    return sorted(units, key=lambda unit: min(place.get(items[i].nodeid, last) for i in unit))


def read_order(path: str, option: str = "--forked-order") -> list[str]:
    try:
        with open(path, encoding="utf-8") as file:
            order = json.load(file)
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"cannot read {option} {path}: {error}") from error
    if not isinstance(order, list) or not all(isinstance(name, str) for name in order):
        raise pytest.UsageError(f"{option} {path} is not a JSON array of node ids")
    return order


def of(session: pytest.Session) -> Plan:
    config = session.config
    if config.getoption("lane_threads"):
        return of_lanes(session)
    units = units_of(session.items, config.getoption("--forked-dist"))
    workers = config.getoption("--forked-workers")
    if config.getoption("stepwise", False):
        workers = 1  # it goes on from the first failure: what stands before must have run
    path = config.getoption("--forked-order")
    if path:
        units = in_order(units, session.items, read_order(path))
    return Plan(units, min(workers, len(units)), bool(path))


def of_lanes(session: pytest.Session) -> Plan:
    """For workers that have lanes: each runs alone what it takes when its lanes have ended."""
    from . import lane_units

    option, items = session.config.getoption, session.items
    named, order = option("--exclusive-tests"), option("--threads-order")
    path = order or option("--forked-order")
    made = lane_units.divided(items, lane_units.read_named(named) if named else {})
    units = (
        in_order(made.lanes, items, read_order(path, "the order of tests")) if path else made.lanes
    )
    workers = min(option("--forked-workers") or 1, max(len(units), len(made.alone)))
    return Plan(units, workers, bool(path), option("lane_threads"), made.alone, made.reasons)
