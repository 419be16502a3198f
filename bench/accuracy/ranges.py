"""How wide ranges must be, told by where the measured values of suites lay in the model's own.

The quantile is that of advisor's ``model/ranges.hpp``, which describes it; here it is taken without
the suite in question, so that its coverage is that of a suite which was never seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.accuracy.score import Point, Score

SHARE = 0.9
LEAST_SUITES = 19


def kind_of(spec: str) -> str:
    return spec.partition("=")[0]


def place(low: float, mid: float, high: float, measured: float) -> float:
    """0 at mid, 1 on the edge of the range, logarithmically between and beyond."""
    edge = high if measured >= mid else low
    return math.log(measured / mid) / math.log(edge / mid)


@dataclass
class Places:
    """Of the points of one kind of one suite."""

    kind: str
    wall: list[float]
    speedup: list[float]


def places_of(each: Score) -> list[Places]:
    found: dict[str, Places] = {}
    for point in each.parallel:
        places = found.setdefault(kind_of(point.spec), Places(kind_of(point.spec), [], []))
        places.wall.append(round(place(*point.wall_range, point.measured), 4))
        places.speedup.append(round(place(*point.speedup_range, each.measured_speedup(point)), 4))
    return list(found.values())


def conformal_quantile(suites: list[list[float]]) -> float | None:
    """None where the suites are too few."""
    if len(suites) < LEAST_SUITES:
        return None
    weighted = sorted(
        (score, 1 / ((len(suites) + 1) * len(scores))) for scores in suites for score in scores
    )
    below = 1e-12
    for score, weight in weighted:
        below += weight
        if below >= SHARE:
            return score
    return None


@dataclass
class Coverage:
    covered: int = 0
    points: int = 0
    stretched: int = 0  # of them; the rest had too few other suites

    @property
    def percent(self) -> float:
        return round(100 * self.covered / self.points, 1)


def coverage_of(scores: list[Score], which: str) -> Coverage:
    """Of the ranges of `which`, "wall" or "speedup", each with the factor of all other suites."""
    places = {each.record.name: places_of(each) for each in scores}
    coverage = Coverage()
    for name, own in places.items():
        for kind in own:
            others = [
                list(getattr(other, which))
                for suite, all_kinds in places.items()
                for other in all_kinds
                if suite != name and other.kind == kind.kind
            ]
            factor = conformal_quantile(others)
            own_places = getattr(kind, which)
            coverage.points += len(own_places)
            coverage.stretched += 0 if factor is None else len(own_places)
            coverage.covered += sum(one <= (factor or 1.0) for one in own_places)
    return coverage


def is_covered(point: Point) -> bool:
    low, _, high = point.wall_range
    return low <= point.measured <= high
