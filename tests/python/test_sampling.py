"""What `advisor profile` sees of the GIL and of waits, in a suite that knows the truth of each.

Runs with the interpreter of .venv, and with one environment of tests/python/environments/make for
each other version. Shares are of the CPU time or of the blocked time that a test had, whatever that
was. On a busy machine, where some samples fall on a thread that waits for a core, limits are wider.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .acceptance import (
    LABELS,
    PYTHONS,
    Seen,
    check_who_computes_holds_the_gil,
    check_who_hashes_or_waits_does_not,
    profiled,
    refuse_perf_event_open,
)

WHOLE = "when waits began and ended"


@pytest.fixture(scope="module", params=sorted(PYTHONS))
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return profiled(tmp_path_factory.mktemp("acceptance"), PYTHONS[request.param])


def test_all_was_sampled(seen: Seen) -> None:
    unsampled = {"time holding the GIL", "what blocked time waited for"}
    assert not unsampled & seen.missing().keys()
    sampling = seen.document["sampling"]
    assert sampling["samples"] > 100  # as many as 2 % of a core pay for
    assert sampling["gil_held_source"] == "sampled"
    assert sampling["core_fraction"] < 0.05


def test_who_computes_in_python_holds_the_gil(seen: Seen) -> None:
    check_who_computes_holds_the_gil(seen, within=seen.limit(0.03, 0.10))


def test_who_hashes_or_waits_does_not(seen: Seen) -> None:
    check_who_hashes_or_waits_does_not(seen, at_most=0.15)


@pytest.mark.parametrize("test", LABELS)
def test_blocked_time_has_the_right_label(seen: Seen, test: str) -> None:
    waits = seen.waits(test)
    blocked = sum(waits.values())
    if blocked < 0.1:
        pytest.skip("this machine made the test wait for too short a time")
    right = sum(time for reason, time in waits.items() if reason in LABELS[test])
    assert right >= seen.limit(0.95, 0.85) * blocked, waits


def test_split_is_of_all_blocked_time(seen: Seen) -> None:
    for test in seen.rows:
        blocked = seen.number(test, "blocked_s")
        if blocked > 0.01:
            assert sum(seen.waits(test).values()) == pytest.approx(blocked, rel=0.01), test


def test_long_waits_are_seen_from_begin_to_end(seen: Seen) -> None:
    if WHOLE in seen.missing():
        pytest.skip(seen.missing()[WHOLE])
    sampling = seen.document["sampling"]
    # All but those of test_fsync and the reads of small things last 20 ms or more.
    assert sampling["seen_whole_s"] > 0.8 * sum(wait["time_s"] for wait in sampling["waits"])


def test_wall_is_cpu_and_queue_and_blocked(seen: Seen) -> None:
    for test in seen.rows:
        parts = sum(seen.number(test, f"{name}_s") for name in ("cpu", "core_wait", "blocked"))
        assert parts == pytest.approx(seen.number(test, "wall_s"), rel=0.01, abs=0.001), test


def test_cpu_of_children_is_known(seen: Seen) -> None:
    names = seen.document["tests"]["name"]
    children = seen.document["tests"]["call"]["children_cpu_s"]
    for test, truth in seen.truth["children_cpu_s"].items():
        assert children[names.index(f"::{test}")] == pytest.approx(truth, rel=0.05), test


def test_a_watched_run_looks_like_any_other(tmp_path: Path) -> None:
    seen = profiled(tmp_path, sys.executable, "-k", "pure", "-W", "error")
    assert seen.rows["test_pure"]["outcome"] == "passed"


def test_waits_are_sampled_where_switch_records_are_refused(tmp_path: Path) -> None:
    seen = profiled(
        tmp_path, sys.executable, "-k", "test_sleep or test_lock", before=refuse_perf_event_open
    )
    assert "not permitted" in seen.missing()[WHOLE]
    assert seen.document["sampling"]["seen_whole_s"] == 0
    assert set(seen.waits("test_sleep")) == {"sleep"}
    assert "lock" in seen.waits("test_lock")
