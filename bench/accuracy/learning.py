"""What `advisor verify` teaches: its runs of the recommended configuration and of a sequential one
move the predictions of all others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bench.accuracy.advice import Document, advice_from
from bench.accuracy.recorded import Record, unpack
from bench.accuracy.score import SEQUENTIAL, Score, score_of


@dataclass
class Lesson:
    """Scores of the configurations that were not run, from one recording."""

    before: Score
    after: Score


def measured_runs(record: Record, profile: Document, before: Score) -> Document:
    """As advisor keeps them; predicted by the model alone."""
    predicted = {point.spec: point.predicted for point in before.points}
    return {
        "format": "advisor.measured_runs",
        "major": 1,
        "minor": 0,
        "producer": "bench",
        "host": profile["host"],
        "interpreter": profile["interpreter"],
        "calibration": "",
        "runs": [
            {
                "configuration": {"spec": spec},
                "predicted_s": predicted[spec],
                "wall_s": wall,
                "exit_code": 0,
                "ended_utc": "",
            }
            for spec in (SEQUENTIAL, before.chosen)
            for wall in record.walls(spec)
        ],
    }


def others(score: Score) -> Score:
    kept = [point for point in score.points if point.spec not in (SEQUENTIAL, score.chosen)]
    return Score(score.record, kept, score.recommended, score.chosen)


def lesson(record: Record) -> Lesson:
    packed = unpack(record.profiles()[0])
    calibration = (record.directory / "calibration.json").read_bytes()
    before = score_of(record, [advice_from(packed, calibration, record.specs)])
    runs = measured_runs(record, json.loads(packed), before)
    after = score_of(record, [advice_from(packed, calibration, record.specs, runs)])
    after.chosen = before.chosen
    return Lesson(others(before), others(after))


def print_lessons(lessons: list[Lesson]) -> dict[str, Any]:
    """A line for each suite; the mean errors before and after."""
    print(f"\n{'other configurations, error of':34} {'before':>7} {'after verify':>13}")
    sums = {"before": [0.0, 0], "after": [0.0, 0]}
    for each in lessons:
        means = {}
        for name, score in vars(each).items():
            means[name] = sum(score.errors) / len(score.errors)
            sums[name][0] += sum(score.errors)
            sums[name][1] += len(score.errors)
        print(f"{each.before.record.name:34} {means['before']:6.1f}% {means['after']:12.1f}%")
    found = {name: round(total / count, 2) for name, (total, count) in sums.items()}
    print(f"{'all':34} {found['before']:6.1f}% {found['after']:12.1f}%")
    return {f"learning_{name}_percent": value for name, value in found.items()}
