"""A run of pytest-xdist in virtual time: the imported scheduler classes, fake nodes, and workers
that follow xdist.remote.WorkerInteractor.

Workers are numbered in the order in which they report ready; their names are those that the
controller gave them before.

Times are whole ticks. Of events at one time, tests end first, by worker; then orders arrive, then
the controller takes a report: any order is possible in a real run, and the model takes this one.
"""

from __future__ import annotations

import heapq
import types
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import xdist.scheduler  # type: ignore[import-untyped]
from xdist.remote import Producer  # type: ignore[import-untyped]

from bench.oracle.scenarios import TICKS_EACH_S, Abilities, Outcome, Scenario, Test

SCHEDULERS = {
    "load": "LoadScheduling",
    "loadscope": "LoadScopeScheduling",
    "loadfile": "LoadFileScheduling",
    "loadgroup": "LoadGroupScheduling",
    "worksteal": "WorkStealingScheduling",
}
NEVER = 1 << 62


@dataclass
class Worker:
    """xdist.remote: the TestQueue, the test that is held until its successor is known, and the
    test that runs."""

    queue: deque[int | None] = field(default_factory=deque)  # None: the shutdown marker
    held: int | None = None
    has_held: bool = False
    running: int | None = None
    began: int = 0
    done: list[int] = field(default_factory=list)
    failures: int = 0
    should_fail: bool = False  # pytest's own, by --maxfail
    gone: bool = False

    def step(self, now: int, tests: Sequence[Test]) -> int | None:
        """As far as run_one_test comes without waiting; when the test ends that it starts."""
        if self.running is not None or self.gone:
            return None
        if self.should_fail:
            self.gone = True
            return None
        if not self.has_held:
            if not self.queue:
                return None
            self.held, self.has_held = self.queue.popleft(), True
        if self.held is None:
            self.gone = True
        elif self.queue:
            self.running = self.held
            self.held = self.queue.popleft()
            self.began = now
            return now + tests[self.running].ticks
        return None

    def steal(self, indices: Sequence[int], all_or_nothing: bool) -> list[int]:
        requested = set(indices)
        stolen = [item for item in self.queue if item is not None and item in requested]
        if all_or_nothing and len(stolen) != len(requested):
            return []
        self.queue = deque(item for item in self.queue if item not in requested)
        return stolen


class Node:
    """What a scheduler sees of a worker."""

    def __init__(self, run: VirtualRun, number: int, name: int) -> None:
        self.gateway = types.SimpleNamespace(id=f"gw{name}")
        self.number = number
        self.shutting_down = False
        self._run = run

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self._run.order(self.number, "run", list(indices))

    def send_steal(self, indices: Sequence[int]) -> None:
        self._run.order(self.number, "steal", list(indices))

    def shutdown(self) -> None:
        # DSession.triggershutdown tells everybody once more.
        self._run.order(self.number, "again" if self.shutting_down else "shutdown", [])
        self.shutting_down = True


class VirtualRun:
    def __init__(self, scenario: Scenario, xdist_is: Abilities) -> None:
        self.scenario = scenario
        self.xdist_is = xdist_is
        self.now = 0
        self.wall = 0  # without the news that a worker is gone, which belongs to its exit
        self.orders: deque[tuple[int, int, str, list[int]]] = deque()
        self.reports: deque[tuple[int, int, str, Any]] = deque()
        self.served: tuple[int, str, Any] | None = None
        self.serves_until = NEVER
        self.ends: list[tuple[int, int]] = []  # a heap: of the tests that run, and their workers
        self.workers = [Worker() for _ in range(scenario.workers)]
        self.nodes = [Node(self, number, name) for number, name in enumerate(scenario.ready)]
        self.failures = 0
        self.shutting_down = False
        values = {"tx": ["popen"] * scenario.workers, "maxschedchunk": scenario.maxschedchunk}
        config = types.SimpleNamespace(
            getvalue=values.__getitem__,
            getoption=values.__getitem__,
            option=types.SimpleNamespace(loadscopereorder=scenario.reorder),
            hook=None,
        )
        make = getattr(xdist.scheduler, SCHEDULERS[scenario.dist])
        self.scheduler: Any = make(config, Producer("oracle", enabled=False))

    def order(self, number: int, kind: str, indices: list[int]) -> None:
        self.orders.append((self.now + self.scenario.latency, number, kind, indices))

    def report(self, number: int, kind: str, what: Any) -> None:
        self.reports.append((self.now + self.scenario.latency, number, kind, what))

    def run(self) -> Outcome:
        ids = [self.node_id(test) for test in self.scenario.tests]
        for node in self.nodes:
            self.scheduler.add_node(node)
        self.now = self.scenario.latency  # of the collections
        for node in self.nodes:
            self.scheduler.add_node_collection(node, ids)
        self.scheduler.schedule()
        self.finish_if_done()
        while self.step():
            pass
        return Outcome(self.wall, [worker.done for worker in self.workers])

    def node_id(self, test: Test) -> str:
        """xdist.remote.WorkerInteractor.pytest_collection_modifyitems."""
        if self.scenario.dist != "loadgroup" or not test.groups:
            return test.id
        names = sorted(set(test.groups)) if self.xdist_is.merged_groups else test.groups[-1:]
        return f"{test.id}@{'_'.join(names)}"

    def step(self) -> bool:
        worker_ends = self.ends[0][0] if self.ends else NEVER
        ends = min(worker_ends, self.serves_until)
        ordered = self.orders[0][0] if self.orders else NEVER
        reported = NEVER
        if self.served is None and self.reports:
            reported = max(self.reports[0][0], self.now)
        self.now = min(ends, ordered, reported, NEVER)
        if self.now == NEVER:
            return False
        if worker_ends == self.now:
            self.end_test(heapq.heappop(self.ends)[1])
        elif self.serves_until == self.now:
            self.handle()
        elif ordered == self.now:
            self.obey()
        else:
            _, number, kind, what = self.reports.popleft()
            self.served = (number, kind, what)
            self.serves_until = self.now + (self.scenario.service if kind == "complete" else 0)
        return True

    def end_test(self, number: int) -> None:
        worker = self.workers[number]
        assert worker.running is not None
        self.wall = self.now
        worker.done.append(worker.running)
        worker.failures += self.scenario.tests[worker.running].fails
        worker.should_fail = 0 < self.scenario.maxfail <= worker.failures
        self.report(number, "complete", (worker.running, self.now - worker.began))
        worker.running = None
        self.go_on(number)

    def go_on(self, number: int) -> None:
        worker = self.workers[number]
        was_gone = worker.gone
        ends = worker.step(self.now, self.scenario.tests)
        if ends is not None:
            heapq.heappush(self.ends, (ends, number))
        if worker.gone and not was_gone:
            self.report(number, "finished", None)

    def obey(self) -> None:
        _, number, kind, indices = self.orders.popleft()
        worker = self.workers[number]
        if kind != "again":
            self.wall = self.now
        if kind == "steal":
            given_back = worker.steal(indices, self.xdist_is.atomic_steal)
            self.report(number, "unscheduled", given_back)
        else:
            worker.queue.extend(indices if kind == "run" else [None])
        self.go_on(number)

    def handle(self) -> None:
        """xdist.dsession.DSession.loop_once."""
        assert self.served is not None
        number, kind, what = self.served
        self.wall = self.wall if kind == "finished" else self.now
        self.served, self.serves_until = None, NEVER
        if kind == "complete":
            index, ticks = what
            self.count_failure(index)
            self.scheduler.mark_test_complete(self.nodes[number], index, ticks / TICKS_EACH_S)
        elif kind == "unscheduled":
            self.scheduler.remove_pending_tests_from_node(self.nodes[number], what)
        elif self.nodes[number] in self.scheduler.nodes and not self.workers[number].should_fail:
            assert self.scheduler.remove_node(self.nodes[number]) is None
        self.finish_if_done()

    def count_failure(self, index: int) -> None:
        """DSession._handlefailures: the reports of a test arrive before its completion."""
        self.failures += self.scenario.tests[index].fails
        if 0 < self.scenario.maxfail <= self.failures:
            self.trigger_shutdown()

    def finish_if_done(self) -> None:
        if self.scheduler.tests_finished:
            self.trigger_shutdown()

    def trigger_shutdown(self) -> None:
        if not self.shutting_down:
            self.shutting_down = True
            for node in self.scheduler.nodes:
                node.shutdown()
