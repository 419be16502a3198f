"""Random scenarios: what a run is given, and what both sides must answer."""

from __future__ import annotations

import random
from typing import NamedTuple

TICKS_EACH_S = 4096
STOCK = ("load", "loadscope", "loadfile", "loadgroup", "worksteal")
PARAMETERS = ("", "", "", "[a]", "[1-2]", "[x@y]", "[p::q]", "[a::b@c]", "@plain")


class Test(NamedTuple):
    ticks: int
    id: str
    groups: tuple[str, ...] = ()
    fails: bool = False


class Scenario(NamedTuple):
    dist: str
    workers: int
    maxschedchunk: int | None
    reorder: bool
    maxfail: int  # 0: never stops
    latency: int
    service: int
    ready: tuple[int, ...]  # workers in the order in which they report ready
    tests: tuple[Test, ...]


class Outcome(NamedTuple):
    wall: int
    order: list[list[int]]  # of each worker, in the order in which they were ready


class Abilities(NamedTuple):
    """What a version of xdist has."""

    version: tuple[int, int]

    @property
    def distributions(self) -> tuple[str, ...]:
        return STOCK if self.version >= (3, 2) else STOCK[:-1]

    @property
    def maxschedchunk(self) -> bool:
        return self.version >= (3, 2)

    @property
    def reorder(self) -> bool:
        return self.version >= (3, 8)

    @property
    def atomic_steal(self) -> bool:
        """Before 3.7 a worker gives back what is left of the tests that it is asked for."""
        return self.version >= (3, 7)

    @property
    def merged_groups(self) -> bool:
        """Before 3.7 only the innermost xdist_group mark counts."""
        return self.version >= (3, 7)

    @property
    def orderly_stop(self) -> bool:
        """Before 3.6 -x kills whatever runs; since then workers finish what they hold."""
        return self.version >= (3, 6)


def node_ids(rng: random.Random, count: int) -> list[str]:
    """In collection order: files, classes inside, parameters with what splits ids in them."""
    files = rng.randint(1, max(1, count // rng.choice((1, 3, 10, 40))))
    ids = []
    for index in range(count):
        module = f"tests/test_{index * files // count}.py"
        where = rng.choice((module, module, f"{module}::TestA", f"{module}::TestA::TestB"))
        ids.append(f"{where}::test_{index}{rng.choice(PARAMETERS)}")
    return ids


def durations(rng: random.Random, count: int) -> list[int]:
    """Equal ones, short ones, ones around xdist's threshold of 0.1 s, and heavy tails."""
    kind = rng.choice(("equal", "short", "threshold", "tail", "late", "zero"))
    if kind == "equal":
        return [rng.choice((1, 41, 410, 4096))] * count
    if kind == "short":
        return [rng.randint(1, 200) for _ in range(count)]
    if kind == "threshold":
        return [rng.randint(380, 440) for _ in range(count)]
    if kind == "tail":
        return [1 + int(min(40 * TICKS_EACH_S, rng.paretovariate(0.8) * 20)) for _ in range(count)]
    if kind == "late":
        return [rng.randint(1, 50) * (1 + 400 * (index * 4 > count * 3)) for index in range(count)]
    return [rng.choice((0, 0, 5)) for _ in range(count)]


def groups(rng: random.Random, dist: str) -> tuple[str, ...]:
    if dist != "loadgroup" or rng.random() < 0.6:
        return ()
    return tuple(rng.choice("abcdefgh") for _ in range(rng.choice((1, 1, 1, 2, 3))))


def scenario(rng: random.Random, xdist: Abilities) -> Scenario:
    dist = rng.choice(xdist.distributions)
    workers = rng.choice((1, 2, 2, 3, 4, 5, 8, 13, 16, 40))
    count = rng.choice(
        (
            rng.randint(0, 2 * workers + 2),
            rng.randint(0, 60),
            rng.randint(0, 60),
            rng.randint(50, rng.choice((100, 100, 300, 1000))),
        )
    )
    failing = rng.choice((0.0, 0.02, 0.3)) if xdist.orderly_stop else 0.0
    tests = zip(node_ids(rng, count), durations(rng, count), strict=True)
    return Scenario(
        dist=dist,
        workers=workers,
        maxschedchunk=(
            rng.choice((None, None, 1, 2, 5)) if dist == "load" and xdist.maxschedchunk else None
        ),
        reorder=rng.random() < 0.7 if xdist.reorder else True,
        maxfail=rng.choice((1, 1, 2, 5)) if failing else 0,
        latency=rng.choice((0, 1, 2, 40)),
        service=rng.choice((0, 1, 3, 60)),
        ready=tuple(rng.sample(range(workers), workers)),
        tests=tuple(
            Test(ticks, node_id, groups(rng, dist), rng.random() < failing)
            for node_id, ticks in tests
        ),
    )
