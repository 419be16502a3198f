"""Deals a suite's tests to the workers of pytest-xdist by what they are known to cost.
PYTEST_DONT_REWRITE

Loaded by ``-p advisor_planned`` beside advisor_journal. The controller asks it for a scheduler; in
workers it does nothing. What it deals stands in a file (``store/deal.hpp``): families of units of
tests with predicted times. The rule is that of ``model/planned_policy.cpp``, by which the run was
predicted: longest unit first, two tests in hand, and at the end an idle worker takes over the
later half of the longest share. bench/oracle holds the two against each other.

Suites change between a recording and a run: what is not collected any more is left out, what is
new is placed beside its neighbours and guessed to be as long as they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

import pytest

DEAL = "ADVISOR_DEAL"

AHEAD_S = 0.02  # a completion may be so long on its way to the controller and back
MOST_IN_HAND = 32
UNKNOWN_S = 0.1  # of a test where nothing at all is known


class Unit:
    """Tests dealt together, in collection order."""

    def __init__(self, family: int, setup: float, divisible: bool, tests: list[int]) -> None:
        self.family, self.setup, self.divisible, self.tests = family, setup, divisible, tests
        self.work = 0.0


class Family:
    """Units that share costly fixtures of package or session scope."""

    def __init__(self, setup: float, workers: int) -> None:
        self.setup, self.workers = setup, workers
        self.units: list[Unit] = []  # longest first
        self.taken = 0  # of the units
        self.left = 0.0  # work of the others
        self.opened_by: set[Any] = set()  # nodes


class Share:
    """The part of a unit that a node works on and that is not sent to it yet."""

    def __init__(self, unit: Unit, tests: list[int], left: float) -> None:
        self.unit, self.tests, self.left = unit, tests, left  # tests in reverse order


def module_of(node_id: str) -> str:
    return node_id.partition("::")[0]


def scope_of(node_id: str) -> str:
    return node_id.rpartition("::")[0]


def bytes_of(node_id: str) -> str:
    """As the deal spells ids, see advisor_journal.node_id."""
    try:
        return node_id.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:
        return node_id.encode("utf-8", "surrogatepass").decode("latin-1")


class Deal:
    """The deal as it fits what was collected now: every index of `ids` is in exactly one unit."""

    def __init__(self, families: Iterable[dict[str, Any]], ids: Sequence[str], nodes: int) -> None:
        self.families: list[Family] = []
        self.seconds = [UNKNOWN_S] * len(ids)
        self._unit_of: dict[int, Unit] = {}
        places: dict[str, list[int]] = {}  # an id may occur more than once
        for index in reversed(range(len(ids))):
            places.setdefault(bytes_of(ids[index]), []).append(index)
        for given in families:
            self._add_family(given, places)
        if len(self._unit_of) < len(ids):
            self._place_unknown(ids, nodes)
        for family in self.families:
            self._weigh(family)

    def _add_family(self, given: dict[str, Any], places: dict[str, list[int]]) -> None:
        family = Family(given["setup_s"], given["workers"])
        number = len(self.families)
        self.families.append(family)
        for entry in given["units"]:
            unit = Unit(number, entry["setup_s"], entry["divisible"], [])
            for test, seconds in entry["tests"]:
                if places.get(test):
                    index = places[test].pop()
                    self.seconds[index] = seconds
                    self._unit_of[index] = unit
                    unit.tests.append(index)
            if unit.tests:
                family.units.append(unit)

    def _place_unknown(self, ids: Sequence[str], nodes: int) -> None:
        """A new test joins a unit of its scope if that shares fixtures; one of a new file goes with
        that file; any other is a unit of its own in its neighbours' family."""
        known: dict[str, list[int]] = {}
        for index in sorted(self._unit_of):
            known.setdefault(scope_of(ids[index]), []).append(index)
            known.setdefault(module_of(ids[index]), []).append(index)
        everywhere = [self.seconds[index] for index in self._unit_of]
        new_files: dict[str, Unit] = {}
        plain = Family(0.0, nodes)
        for index in range(len(ids)):
            if index in self._unit_of:
                continue
            module = module_of(ids[index])
            mates = known.get(scope_of(ids[index])) or known.get(module, [])
            if mates:
                self.seconds[index] = median(self.seconds[mate] for mate in mates)
                near = self._unit_of[mates[-1]]
                if near.setup > 0 and near.divisible:
                    near.tests.append(index)
                    near.tests.sort()
                else:
                    unit = Unit(near.family, 0.0, True, [index])
                    self.families[near.family].units.append(unit)
                continue
            if everywhere:
                self.seconds[index] = median(everywhere)
            if module in new_files:
                new_files[module].tests.append(index)
            else:
                new_files[module] = Unit(len(self.families), 0.0, True, [index])
                plain.units.append(new_files[module])
        self.families.append(plain)

    def _weigh(self, family: Family) -> None:
        for unit in family.units:
            for test in unit.tests:
                unit.work += self.seconds[test]
        family.units.sort(key=lambda unit: -(unit.work + unit.setup))
        for unit in family.units:
            family.left += unit.work + unit.setup


class PlannedScheduling:
    """A scheduler by xdist's protocol (xdist/scheduler/protocol.py)."""

    def __init__(self, config: Any, log: Any, families: Iterable[dict[str, Any]]) -> None:
        self.config, self.log = config, log
        self.numnodes = int(config.getoption("numprocesses"))
        self.given = families
        self.deal: Deal | None = None
        self.collection: list[str] | None = None
        self.collections: dict[Any, list[str]] = {}
        self.in_hand: dict[Any, list[int]] = {}  # sent and not completed; the first one runs
        self.shares: dict[Any, Share] = {}
        self.returned: list[Share] = []  # of nodes that are gone
        self.closing: set[Any] = set()
        self.differs = False

    @property
    def nodes(self) -> list[Any]:
        return list(self.in_hand)

    @property
    def collection_is_completed(self) -> bool:
        return len(self.collections) >= self.numnodes

    @property
    def has_pending(self) -> bool:
        return any(self.in_hand.values()) or self._has_undealt()

    @property
    def tests_finished(self) -> bool:
        if not self.collection_is_completed or self._has_undealt():
            return False
        return all(len(tests) < 2 for tests in self.in_hand.values())

    def _has_undealt(self) -> bool:
        if self.deal is None:
            return False
        if self.returned or any(share.tests for share in self.shares.values()):
            return True
        return any(family.taken < len(family.units) for family in self.deal.families)

    def add_node(self, node: Any) -> None:
        self.in_hand[node] = []

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        ids = list(collection)
        if self.collection is not None and ids != self.collection:
            self.log("a replaced worker collected other tests", node)
            self.closing.add(node)
            node.shutdown()
            return
        self.collections[node] = ids

    def schedule(self) -> None:
        if self.differs:
            return
        if self.collection is not None:  # again, for a worker that replaces another
            for node in self.nodes:
                if node in self.collections:
                    self._refill(node)
            return
        if not self._collections_agree():
            self.differs = True
            return
        self.collection = next(iter(self.collections.values()))
        self.deal = Deal(self.given, self.collection, self.numnodes)
        # The longest go to different nodes, and who got the longest gets the shortest of the
        # second round.
        for node in self.nodes:
            self._send_one(node)
        for node in reversed(self.nodes):
            self._refill(node)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        self.in_hand[node].remove(item_index)
        self._refill(node)

    def mark_test_pending(self, item: str) -> None:
        assert self.collection is not None
        index = self.collection.index(item)
        self._give_back([index], Unit(0, 0.0, True, [index]))
        for node in self.nodes:
            self._refill(node)

    def remove_pending_tests_from_node(self, node: Any, indices: Sequence[int]) -> None:
        raise NotImplementedError("it never asks for tests back")

    def remove_node(self, node: Any) -> str | None:
        """The test that a crashed node was running; what it had besides is dealt anew."""
        tests = self.in_hand.pop(node)
        share = self.shares.pop(node, None)
        if share is not None and share.tests:
            self.returned.append(share)
        if not tests:
            return None
        assert self.collection is not None
        crashed, *others = tests
        if others:
            self._give_back(others, share.unit if share else Unit(0, 0.0, True, others))
        for other in self.nodes:
            self._refill(other)
        return self.collection[crashed]

    def _give_back(self, tests: list[int], unit: Unit) -> None:
        assert self.deal is not None
        seconds = sum(self.deal.seconds[test] for test in tests)
        self.returned.append(Share(unit, tests[::-1], seconds))

    def _collections_agree(self) -> bool:
        (first, ids), *others = self.collections.items()
        agree = True
        for node, collection in others:
            if collection != ids:
                agree = False
                self._report_difference(first, ids, node, collection)
        return agree

    def _report_difference(
        self, first: Any, ids: list[str], node: Any, collection: list[str]
    ) -> None:
        from xdist.report import report_collection_diff  # type: ignore[import-untyped]

        message = report_collection_diff(ids, collection, first.gateway.id, node.gateway.id)
        report = pytest.CollectReport(
            nodeid=node.gateway.id, outcome="failed", longrepr=message, result=[]
        )
        self.config.hook.pytest_collectreport(report=report)

    def _refill(self, node: Any) -> None:
        # xdist shuts nodes down itself after -x; what follows the order is never run.
        if node in self.closing or node.shutting_down:
            return
        while self._wants_more(node) and self._send_one(node):
            pass
        if len(self.in_hand[node]) < 2:
            self.closing.add(node)
            node.shutdown()

    def _wants_more(self, node: Any) -> bool:
        in_hand = self.in_hand[node]
        if len(in_hand) < 2:
            return True
        assert self.deal is not None
        ahead = 0.0
        for test in in_hand[1:]:
            ahead += self.deal.seconds[test]
        return ahead < AHEAD_S and len(in_hand) < MOST_IN_HAND

    def _send_one(self, node: Any) -> bool:
        assert self.deal is not None
        share = self.shares.get(node)
        if share is None or not share.tests:
            share = self._take_returned() or self._take_unit(node) or self._take_over(node)
            if share is None:
                return False
            self.shares[node] = share
        test = share.tests.pop()
        share.left -= self.deal.seconds[test]
        self.in_hand[node].append(test)
        node.send_runtest_some([test])
        return True

    def _take_returned(self) -> Share | None:
        return self.returned.pop() if self.returned else None

    def _opening_cost(self, node: Any, family: Family) -> float:
        return 0.0 if node in family.opened_by else family.setup

    def _may_open(self, node: Any, family: Family, at_the_end: bool) -> bool:
        """More nodes than planned may open a family once nothing else is left, if its rest,
        divided once more, outweighs the set-up."""
        cost = self._opening_cost(node, family)
        opened = len(family.opened_by)
        return (
            cost <= 0.0
            or opened < family.workers
            or (at_the_end and family.left > cost * (opened + 1))
        )

    def _best_family(self, node: Any, at_the_end: bool) -> Family | None:
        assert self.deal is not None
        best, best_length = None, 0.0
        for family in self.deal.families:
            if family.taken == len(family.units) or not self._may_open(node, family, at_the_end):
                continue
            unit = family.units[family.taken]
            length = unit.work + unit.setup + self._opening_cost(node, family)
            if best is None or length > best_length:
                best, best_length = family, length
        return best

    def _take_unit(self, node: Any) -> Share | None:
        family = self._best_family(node, False) or self._best_family(node, True)
        if family is None:
            return None
        unit = family.units[family.taken]
        family.taken += 1
        family.left -= unit.work + unit.setup
        family.opened_by.add(node)
        return Share(unit, unit.tests[::-1], unit.work)

    def _take_over(self, node: Any) -> Share | None:
        assert self.deal is not None
        divisible = [
            share
            for share in map(self.shares.get, self.nodes)
            if share and share.unit.divisible and len(share.tests) > 1
        ]
        longest = max(divisible, key=lambda share: share.left, default=None)
        if longest is None:
            return None
        family = self.deal.families[longest.unit.family]
        again = longest.unit.setup + self._opening_cost(node, family)
        if longest.left / 2 <= again:
            return None
        wanted, left, count = (longest.left - again) / 2, 0.0, 0
        while True:
            left += self.deal.seconds[longest.tests[count]]
            count += 1
            if left >= wanted or len(longest.tests) - count <= 1:
                break
        taken = Share(longest.unit, longest.tests[:count], left)
        del longest.tests[:count]
        longest.left -= left
        family.opened_by.add(node)
        return taken


_path = os.environ.pop(DEAL, "")


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> PlannedScheduling:
    with open(_path, encoding="utf-8") as file:
        return PlannedScheduling(config, log, json.load(file)["families"])
