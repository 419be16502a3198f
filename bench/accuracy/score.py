"""Predictions of a recorded suite beside what was measured of it, and figures of all of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.accuracy.advice import Document, advice_from, predictions_of
from bench.accuracy.recorded import Record, unpack

SEQUENTIAL = "sequential"
SLOWER = 1.02  # times sequential: beyond what a repetition differs by


@dataclass
class Point:
    """Of one configuration. Ranges are low, mid and high, by the model alone."""

    spec: str
    wall_range: tuple[float, float, float]  # s
    speedup_range: tuple[float, float, float]
    measured: float  # s
    speedups: list[float]  # by each recording alone

    @property
    def predicted(self) -> float:
        return self.wall_range[1]

    @property
    def error(self) -> float:
        return self.predicted / self.measured - 1

    @property
    def speedup_spread(self) -> float:
        """How far the recordings are apart, over their median."""
        return (max(self.speedups) - min(self.speedups)) / statistics.median(self.speedups)


@dataclass
class Score:
    record: Record
    points: list[Point]
    recommended: str
    chosen: str  # the recommended configuration, or the best ranked one that was measured

    @property
    def parallel(self) -> list[Point]:
        return [point for point in self.points if point.spec != SEQUENTIAL]

    @property
    def errors(self) -> list[float]:
        return [100 * abs(point.error) for point in self.parallel]

    @property
    def regret(self) -> float:
        return self.record.measured_s(self.chosen) / min(p.measured for p in self.points) - 1

    @property
    def is_slower_than_sequential(self) -> bool:
        return self.record.measured_s(self.chosen) > SLOWER * self.record.measured_s(SEQUENTIAL)

    @property
    def tau(self) -> float:
        """Kendall's tau-a of the two orders of all measured configurations."""
        pairs = [(a, b) for i, a in enumerate(self.points) for b in self.points[:i]]
        agree = sum((a.predicted < b.predicted) == (a.measured < b.measured) for a, b in pairs)
        return 2 * agree / len(pairs) - 1

    def measured_speedup(self, point: Point) -> float:
        return self.record.measured_s(SEQUENTIAL) / point.measured

    @property
    def speedup_errors(self) -> list[float]:
        """How fast the machine was that day does not count here."""
        return [
            100 * abs(point.speedup_range[1] / self.measured_speedup(point) - 1)
            for point in self.parallel
        ]


def score_of(record: Record, advices: list[Document]) -> Score:
    """Of the median prediction from these advices, one for each recording; the recommendation is
    the first one's."""
    predicted = [predictions_of(advice) for advice in advices]

    def range_of(spec: str, which: str) -> tuple[float, float, float]:
        ranges = [each[spec][which] for each in predicted]
        low, mid, high = (
            statistics.median(one[key] for one in ranges) for key in ("low", "mid", "high")
        )
        return low, mid, high

    def point(spec: str) -> Point:
        ranges = range_of(spec, "wall_s"), range_of(spec, "speedup")
        speedups = [each[spec]["speedup"]["mid"] for each in predicted]
        return Point(spec, *ranges, record.measured_s(spec), speedups)

    recommended = advices[0]["recommended"]
    ranked = [spec for spec in predicted[0] if spec in record.specs]
    chosen = recommended if recommended in record.specs else ranked[0]
    return Score(record, [point(spec) for spec in record.specs], recommended, chosen)


def score(record: Record, profiles: list[Path]) -> Score:
    calibration = (record.directory / "calibration.json").read_bytes()
    return score_of(
        record, [advice_from(unpack(path), calibration, record.specs) for path in profiles]
    )


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def error_figures(errors: list[float]) -> dict[str, float]:
    return {
        "mean_percent": round(statistics.fmean(errors), 2),
        "median_percent": round(statistics.median(errors), 2),
        "p90_percent": round(quantile(errors, 0.9), 2),
        "max_percent": round(max(errors), 2),
    }


def figures_of(scores: list[Score]) -> dict[str, Any]:
    def mean(value: Callable[[Score], list[float]]) -> float:
        return round(statistics.fmean(one for each in scores for one in value(each)), 2)

    parallel = [point for each in scores for point in each.parallel]
    regrets = [100 * each.regret for each in scores]
    spreads = [100 * point.speedup_spread for point in parallel if len(point.speedups) > 1]
    return {
        "suites": len(scores),
        "points": len(parallel),
        **error_figures([error for each in scores for error in each.errors]),
        "bias_percent": mean(lambda each: [100 * point.error for point in each.parallel]),
        "speedup_mean_percent": mean(lambda each: each.speedup_errors),
        "speedup_spread_percent": round(statistics.median(spreads), 2) if spreads else None,
        "regret_mean_percent": round(statistics.fmean(regrets), 2),
        "regret_p90_percent": round(quantile(regrets, 0.9), 2),
        "kendall_tau_median": round(statistics.median(each.tau for each in scores), 3),
        "slower_than_sequential": sum(each.is_slower_than_sequential for each in scores),
    }
