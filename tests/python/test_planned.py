"""advisor_planned deals every collected test once, whatever became of the suite since."""

from __future__ import annotations

import random
import sys
import types
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src/dialect/plugin"))

import advisor_planned


class Node:
    def __init__(self) -> None:
        self.gateway = types.SimpleNamespace(id=f"gw{id(self)}")
        self.queue: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.queue += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    def can_run(self) -> bool:
        return len(self.queue) > 1 or (self.shutting_down and bool(self.queue))


def unit(ids: list[str], seconds: float = 0.1, setup: float = 0.0) -> dict[str, Any]:
    return {"setup_s": setup, "divisible": True, "tests": [[test, seconds] for test in ids]}


def family(*units: dict[str, Any]) -> dict[str, Any]:
    return {"setup_s": 0.0, "workers": 2, "units": list(units)}


class Run:
    def __init__(self, families: list[dict[str, Any]], ids: list[str], workers: int) -> None:
        config = types.SimpleNamespace(getoption={"numprocesses": workers}.__getitem__)
        self.ids = ids
        self.scheduler = advisor_planned.PlannedScheduling(config, lambda *_: None, families)
        self.nodes = [Node() for _ in range(workers)]
        self.done: list[str] = []
        for node in self.nodes:
            self.scheduler.add_node(node)
        for node in self.nodes:
            self.scheduler.add_node_collection(node, ids)
        self.scheduler.schedule()

    def step(self, rng: random.Random) -> bool:
        able = [node for node in self.nodes if node.can_run()]
        if not able:
            return False
        node = rng.choice(able)
        test = node.queue.pop(0)
        self.done.append(self.ids[test])
        self.scheduler.mark_test_complete(node, test)
        return True

    def crash(self, rng: random.Random) -> None:
        """A node dies in its first test, and another takes its place."""
        able = [node for node in self.nodes if node.can_run()]
        if not able:
            return
        node = rng.choice(able)
        self.nodes.remove(node)
        crashed = self.scheduler.remove_node(node)
        assert crashed == self.ids[node.queue[0]]
        self.done.append(crashed)
        clone = Node()
        self.nodes.append(clone)
        self.scheduler.add_node(clone)
        self.scheduler.add_node_collection(clone, self.ids)
        self.scheduler.schedule()

    def finish(self, rng: random.Random) -> list[str]:
        while self.step(rng):
            pass
        assert self.scheduler.tests_finished
        assert not self.scheduler.has_pending
        assert all(node.shutting_down for node in self.nodes)
        return sorted(self.done)


def files(count: int, tests: int) -> list[list[str]]:
    return [[f"t/f{file}.py::test_{test}" for test in range(tests)] for file in range(count)]


def test_new_gone_and_renamed_tests_are_all_run_once() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        then = files(rng.randint(1, 5), rng.randint(1, 8))
        families = [
            family(*(unit(ids, rng.random(), rng.choice((0.0, 1.0))) for ids in then[:2])),
            family(*(unit([test], rng.random()) for ids in then[2:] for test in ids)),
        ]
        now = [test for ids in files(6, 9) for test in ids if rng.random() < 0.6]
        now += rng.choices(now, k=3) if now else []  # an id that occurs twice is two tests
        run = Run(families, now, rng.randint(1, 4))
        assert run.finish(rng) == sorted(now)


def test_what_a_crashed_worker_had_is_dealt_again() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        then = files(3, 8)
        ids = [test for file in then for test in file]
        run = Run([family(*(unit(file, rng.random() / 50) for file in then))], ids, 3)
        for _ in range(rng.randint(1, 4)):
            for _ in range(rng.randint(0, 8)):
                run.step(rng)
            run.crash(rng)
        assert run.finish(rng) == sorted(ids)


def test_a_suite_of_which_nothing_is_known_goes_by_files() -> None:
    ids = [test for file in files(4, 3) for test in file]
    deal = advisor_planned.Deal([], ids, 2)
    assert [unit.tests for family in deal.families for unit in family.units] == [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [9, 10, 11],
    ]


def test_a_new_test_joins_the_unit_that_shares_its_fixtures() -> None:
    ids = ["a.py::test_1", "a.py::test_new", "a.py::test_2", "b.py::test"]
    families = [family(unit([ids[0], ids[2]], 2.0, setup=5.0)), family(unit([ids[3]]))]
    deal = advisor_planned.Deal(families, ids, 2)
    assert deal.families[0].units[0].tests == [0, 1, 2]
    assert deal.seconds[1] == 2.0


def test_an_empty_collection_ends_the_workers() -> None:
    run = Run([family(unit(["a.py::gone"]))], [], 2)
    assert run.finish(random.Random(0)) == []


def test_ids_that_are_no_text_are_found() -> None:
    ids = ["a.py::test[\udcff]", "a.py::test[ä]"]
    deal = advisor_planned.Deal(
        [family(unit(["a.py::test[\xff]"], 3.0)), family(unit(["a.py::test[\xc3\xa4]"], 4.0))],
        ids,
        2,
    )
    assert deal.seconds == [3.0, 4.0]


def test_a_node_that_xdist_shuts_down_gets_nothing_more() -> None:
    ids = [test for file in files(3, 8) for test in file]
    run = Run([family(*(unit([test], 1.0) for test in ids))], ids, 2)
    rng = random.Random(0)
    for node in run.nodes:
        node.shutdown()  # after a failure under -x
    while run.step(rng):
        pass
    assert all(not node.queue for node in run.nodes)
    assert len(run.done) == 4  # two in hand on each
    assert all(run.scheduler.remove_node(node) is None for node in run.nodes)
