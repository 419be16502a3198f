"""What the recorder writes of a run, in real runs."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from .recording import (
    CALL,
    FAILED,
    MILLISECOND,
    PASSED,
    SETUP,
    SKIPPED,
    TEARDOWN,
    Recorded,
    index_of,
    phase_cpu,
)
from .ring import Frame


def run_delay(frame: Frame) -> int:
    return int(frame.schedstat.split()[1])


def test_a_run_has_all_its_points_in_order(recorded: Recorded) -> None:
    run = recorded("outcomes")
    kinds = [f.kind for f in run.frames if f.kind not in ("item", "fixture", "counters")]
    assert kinds[:5] == ["imported", "fact", "fact", "fact", "configured"]
    assert kinds[5] == "collected"
    assert kinds[-2:] == ["finished", "unconfigured"]
    assert run.of("finished")[0].a == run.exit_code == 1
    assert run.of("failed") == [] and run.dropped == 0


def test_times_never_run_backwards(recorded: Recorded) -> None:
    run = recorded("scopes")
    walls = [f.wall for f in run.frames if "wall" in f.values]
    threads = [f.thread for f in run.frames if "thread" in f.values]
    read = [f.thread for f in run.frames if "process" in f.values]
    assert walls == sorted(walls) and read == sorted(read)
    # Points may run ahead, until the clock is read.
    assert all(after > before - MILLISECOND for before, after in pairwise(threads))
    for mark in (f for f in run.frames if "process" in f.values):
        # The thread's clock is read first.
        assert mark.process + MILLISECOND >= mark.thread


def test_every_phase_of_every_test_is_reported_once(recorded: Recorded) -> None:
    run = recorded("outcomes")
    reports = Counter((test, phase) for test, phase, _, _ in run.reports())
    assert set(reports.values()) == {1}
    assert {(name, phase) for name in run.ids() for phase in (SETUP, TEARDOWN)} <= set(reports)
    ended = [(f.test, f.phase) for f in run.of("phase_end")]
    assert [(f.test, f.phase) for f in run.of("report")] == ended


def test_outcomes_are_those_of_the_names(recorded: Recorded) -> None:
    run = recorded("outcomes")
    for name in run.ids():
        test = name.partition("::")[2]
        outcomes = {p: (o, flags) for t, p, o, flags in run.reports() if t == name}
        call = outcomes.get(CALL)
        if test.startswith("test_passed"):
            assert call == (PASSED, 0)
        elif test.startswith("test_failed"):
            assert call == (FAILED, 0)
        elif test.startswith("test_skipped"):
            assert (call or outcomes[SETUP]) == (SKIPPED, 0)
        elif test.startswith("test_xfailed"):
            assert (call or outcomes[SETUP]) == (SKIPPED, 1)
        elif test == "test_xpassed":
            assert call == (PASSED, 1)
        elif test == "test_error_in_setup":
            assert outcomes[SETUP] == (FAILED, 0) and call is None
        else:
            assert test == "test_error_in_teardown" and outcomes[TEARDOWN] == (FAILED, 0)


def test_groups_are_as_xdist_reads_them(recorded: Recorded) -> None:
    run = recorded("groups")
    groups = [(f.id.decode().rpartition("::")[2], f.groups) for f in run.of("item")]
    assert groups == [
        ("test_two_groups", ["outer", "inner"]),
        ("test_outer_group", ["outer"]),
        ("test_default_group", ["default"]),
        ("test_no_group", []),
    ]


def test_waiting_and_computing_are_told_apart(recorded: Recorded) -> None:
    run = recorded("waiting")

    def span(name: str) -> tuple[Frame, Frame]:
        """The marks around a call of 60 ms: the last before it, and the first at its end."""
        test = index_of(run, f"::{name}")
        frames = run.frames
        (end,) = [
            i for i, f in enumerate(frames) if f.kind == "phase_end" and f.test == test
            and f.phase == CALL
        ]  # fmt: skip
        before = [f for f in frames[:end] if "process" in f.values][-1]
        after = next(f for f in frames[end:] if "process" in f.values)
        assert after.kind == "counters"
        return before, after

    for name in ("test_computes", "test_system_time", "test_sleeps", "test_child_computes"):
        begin, end = span(name)
        wall, thread = end.wall - begin.wall, end.thread - begin.thread
        waited = run_delay(end) - run_delay(begin)
        blocked = wall - thread - waited
        # The kernel counts in ticks of its own, each time that somebody else got the core.
        assert blocked >= -2 * MILLISECOND - waited // 5
        assert wall >= 59 * MILLISECOND
        if name in ("test_computes", "test_system_time"):
            assert thread >= 59 * MILLISECOND
        if name in ("test_sleeps", "test_child_computes"):
            # The mark before it may be that before the test that computes.
            of_call = phase_cpu(run, index_of(run, f"::{name}"), CALL)
            assert blocked >= 30 * MILLISECOND and of_call < 40 * MILLISECOND
        children = end.cutime + end.cstime - begin.cutime - begin.cstime
        if name == "test_child_computes":
            assert children >= 0.05
        else:  # the mark after the last of them may be the child's
            assert children < 0.05 or end is span("test_child_computes")[1]
    begin, end = span("test_thread_computes")
    others = (end.process - begin.process) - (end.thread - begin.thread)
    assert others >= 55 * MILLISECOND
