"""What our predictions are compared with: rules of thumb, a simple simulator, and the model without
one of its parts."""

from __future__ import annotations

import heapq
import json
import statistics
from collections.abc import Callable
from typing import Any

from bench.accuracy.advice import Document, advice_from
from bench.accuracy.recorded import Record, unpack
from bench.accuracy.score import SEQUENTIAL, Score, score_of

PHASES = ("setup", "call", "teardown")
AROUND = ("start", "configure", "collection", "finish", "exit")


def column(values: Any, rows: int) -> list[Any]:
    """Of a profile document; one value stands there for all rows that have the same."""
    return values if isinstance(values, list) else [values] * rows


def requested_by(profile: Document) -> list[int]:
    """The test that was the first to need it, of each instance of a fixture."""
    fixtures = profile["fixtures"]
    return column(fixtures["requested_by"], len(fixtures["use"]))


def walls_of_tests(profile: Document) -> list[float]:
    """Of each test, fixtures in the test that was the first to need them."""
    tests, fixtures = profile["tests"], profile["fixtures"]
    rows = len(tests["name"])
    parts = [column(tests[phase]["wall_s"], rows) for phase in PHASES]
    parts.append(column(tests["protocol_overhead_s"], rows))
    walls = [sum(row) for row in zip(*parts, strict=True)]
    first = requested_by(profile)
    for span in ("setup", "teardown"):
        costs = column(fixtures[span]["wall_s"], len(first))
        for test, wall in zip(first, costs, strict=True):
            walls[test] += wall
    return walls


def serial_of(profile: Document) -> float:
    return float(sum(profile["session"][part]["wall_s"] for part in AROUND))


def workers_of(spec: str) -> int:
    return int(spec.partition("=")[2].partition(",")[0])  # of every kind that is measured


def amdahl(profile: Document, workers: int) -> float:
    """With what lies around the tests as the serial part."""
    return serial_of(profile) + sum(walls_of_tests(profile)) / workers


def list_schedule(profile: Document, workers: int) -> float:
    """Each test to the worker that is free first, in the order of collection; workers cost
    nothing, and start when all is collected."""
    free = [0.0] * workers
    for wall in walls_of_tests(profile):
        heapq.heapreplace(free, free[0] + wall)
    return serial_of(profile) + max(free)


Wall = Callable[[int, int], float]  # of workers and cores


def measured_rule(record: Record, by: Callable[[int, int], int]) -> Wall:
    """The measured sequential wall over `by(workers, cores)`."""
    alone = record.measured_s(SEQUENTIAL)
    return lambda workers, cores: alone / by(workers, cores)


def median_of(record: Record, of_profile: Callable[[Document, int], float]) -> Wall:
    """From all recordings, on as many workers as have a core."""
    profiles = [json.loads(unpack(path)) for path in record.profiles()]
    return lambda workers, cores: statistics.median(
        of_profile(profile, min(workers, cores)) for profile in profiles
    )


BASELINES: dict[str, Callable[[Record], Wall]] = {
    "sequential / N": lambda record: measured_rule(record, lambda n, cores: n),
    "sequential / min(N, cores)": lambda record: measured_rule(record, min),
    "Amdahl, min(N, cores)": lambda record: median_of(record, amdahl),
    "list scheduling, min(N, cores)": lambda record: median_of(record, list_schedule),
}


def baseline_errors(
    scores: list[Score], rule: Callable[[Record], Wall]
) -> tuple[list[float], list[float]]:
    """Of walls and of speed-ups, at every measured point."""
    walls, speedups = [], []
    for each in scores:
        wall, cores = rule(each.record), each.record.about["machine"]["cores"]
        alone = wall(1, cores)
        for point in each.parallel:
            predicted = wall(workers_of(point.spec), cores)
            walls.append(100 * abs(predicted / point.measured - 1))
            speedups.append(100 * abs(alone / predicted / each.measured_speedup(point) - 1))
    return walls, speedups


def without_start(profile: Document, calibration: Document) -> None:
    for name in (
        *("interpreter_start_s", "gateway_wall_s", "gateway_cpu_s", "worker_boot_wall_s"),
        *("worker_boot_cpu_s", "worker_exit_wall_s", "worker_exit_cpu_s", "fork_wall_s"),
    ):
        calibration[name] = 0.0


def without_repeated_fixtures(profile: Document, calibration: Document) -> None:
    """Their cost is left in the test that was the first to need them, and comes no more often."""
    tests, fixtures = profile["tests"], profile["fixtures"]
    rows, first = len(tests["name"]), requested_by(profile)
    for name in ("wall_s", "cpu_user_s", "cpu_sys_s"):
        calls = list(column(tests["call"][name], rows))
        for span in ("setup", "teardown"):
            costs = column(fixtures[span][name], len(first))
            for test, cost in zip(first, costs, strict=True):
                calls[test] += cost
            fixtures[span][name] = 0.0
        tests["call"][name] = calls


def without_sharing(profile: Document, calibration: Document) -> None:
    """Every process has a core of its own, however many there are."""
    profile["host"]["cores_online"] = profile["host"]["cores_allowed"] = 32
    calibration["capacity"] = [
        {"runnable": count, "capacity_cores": float(count)} for count in (1, 2, 4, 8, 16, 32)
    ]


def without_recorder(profile: Document, calibration: Document) -> None:
    """The recorder's cost is taken for the suite's."""
    calibration["recorder_start_cpu_s"] = calibration["recorder_test_cpu_s"] = 0.0


Ablation = Callable[[Document, Document], None]
ABLATIONS: dict[str, Ablation] = {
    "without start and end of workers": without_start,
    "without repeated fixtures": without_repeated_fixtures,
    "without sharing of cores": without_sharing,
    "with the recorder's own cost": without_recorder,
}


def ablated(record: Record, change: Ablation) -> Score:
    kept = (record.directory / "calibration.json").read_bytes()
    advices = []
    for path in record.profiles():
        profile, calibration = json.loads(unpack(path)), json.loads(kept)
        change(profile, calibration)
        changed = json.dumps(calibration).encode()
        advices.append(advice_from(json.dumps(profile).encode(), changed, record.specs))
    return score_of(record, advices)
