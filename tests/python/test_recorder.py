"""The recorder inside real pytest runs: what it writes, and that nobody notices it.

Runs in .venv, and in every environment that tests/python/environments/make made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from .ring import Frame, Run, record

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = str(ROOT / "src/dialect/plugin")
ENVIRONMENTS = sorted((ROOT / "build/environments").glob("*/list.txt"))
PYTHONS = {".venv": sys.executable} | {
    list_.parent.name: str(list_.parent / "bin/python") for list_ in ENVIRONMENTS
}
MILLISECOND = 1_000_000
SETUP, CALL, TEARDOWN = 0, 1, 2
PASSED, FAILED, SKIPPED, RERUN = 0, 1, 2, 3

Recorded = Callable[..., Run]


@pytest.fixture(params=PYTHONS)
def python(request: pytest.FixtureRequest) -> str:
    return PYTHONS[request.param]


@pytest.fixture
def suite(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a suite, outside of this project, so that none of its settings are found."""

    def copied(name: str) -> Path:
        to = tmp_path / name
        if not to.exists():
            shutil.copytree(ROOT / "tests/suites" / name, to)
            (to / "pytest.ini").write_text("[pytest]\n")
        return to

    return copied


def command_of(python: str, words: Sequence[str]) -> list[str]:
    return [python, "-m", "pytest", "-p", "no:cacheprovider", *words]


@pytest.fixture
def recorded(python: str, suite: Callable[[str], Path]) -> Recorded:
    def run(name: str, *words: str, **options: object) -> Run:
        command = command_of(python, ["-p", "advisor_recorder", *words])
        return record(command, str(suite(name)), PLUGIN, **options)  # type: ignore[arg-type]

    return run


def has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def require(python: str, module: str) -> None:
    if not has(python, module):
        pytest.skip(f"{module} is not installed in this environment")


def index_of(run: Run, end: str) -> int:
    (index,) = [i for i, name in enumerate(run.ids()) if name.endswith(end)]
    return index


def phase_cpu(run: Run, test: int, phase: int) -> int:
    """CPU nanoseconds of the thread between the beginning of a phase and its end."""
    began = 0
    total = 0
    for frame in run.frames:
        if frame.kind not in ("test_begin", "phase_begin", "phase_end", "report"):
            continue
        if frame.kind == "phase_end" and (frame.test, frame.phase) == (test, phase):
            total += frame.thread - began
        began = frame.thread
    return total


def spans(run: Run, name: str, kind: str) -> list[tuple[Frame, Frame]]:
    """The (begin, end) marks of the set-ups or tear-downs of a fixture."""
    (definition,) = [f.index for f in run.of("fixture") if f.name == name]
    instances = {f.a for f in run.of("setup_begin") if f.b == definition}
    begins = {f.a: f for f in run.of(f"{kind}_begin") if f.a in instances}
    ends = {f.a: f for f in run.of(f"{kind}_end") if f.a in instances}
    assert begins.keys() == ends.keys()
    return [(begins[a], ends[a]) for a in sorted(begins)]


def cpu(span: tuple[Frame, Frame]) -> float:
    """Milliseconds of CPU of the thread."""
    return float(span[1].thread - span[0].thread) / MILLISECOND


def run_delay(frame: Frame) -> int:
    return int(frame.schedstat.split()[1])


# What is written


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
    assert walls == sorted(walls) and threads == sorted(threads)
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


def test_wide_fixtures_are_spans_of_their_own(recorded: Recorded) -> None:
    run = recorded("scopes")
    (session,) = spans(run, "session_wide", "setup")
    assert 40 <= cpu(session) < 60
    assert 20 <= cpu(spans(run, "session_wide", "teardown")[0]) < 40
    # test_scopes.py and the package's module need one each, without the session fixture's 40 ms.
    modules = spans(run, "module_wide", "setup")
    assert len(modules) == 2 and all(30 <= cpu(span) < 50 for span in modules)
    assert all(10 <= cpu(span) < 30 for span in spans(run, "class_wide", "setup"))
    assert len(spans(run, "parametrised", "setup")) == 2
    assert len(spans(run, "package_wide", "setup")) == 1
    # Their tear-downs are without those of the fixtures that depend on them.
    assert all(10 <= cpu(span) < 30 for span in spans(run, "module_wide", "teardown"))


def test_fixtures_of_function_scope_are_part_of_their_test(recorded: Recorded) -> None:
    run = recorded("scopes")
    assert "narrow" not in [f.name for f in run.of("fixture")]
    assert phase_cpu(run, index_of(run, "::test_again"), SETUP) >= 10 * MILLISECOND


def test_parameters_are_told_apart(recorded: Recorded) -> None:
    run = recorded("scopes")
    (definition,) = [f.index for f in run.of("fixture") if f.name == "parametrised"]
    begins = [f for f in run.of("setup_begin") if f.b == definition]
    assert [f.c for f in begins] == [0, 1]
    uses = [use for f in run.of("item") for use in f.uses if use[0] == definition]
    assert sorted(uses) == [(definition, 0)] * 2 + [(definition, 1)] * 2


def test_an_overriding_fixture_needs_the_one_it_overrides(recorded: Recorded) -> None:
    run = recorded("scopes")
    overridden = [f.index for f in run.of("fixture") if f.name == "overridden"]
    item = run.of("item")[index_of(run, "::test_override")]
    assert [use[0] for use in item.uses] == overridden and len(overridden) == 2


def test_a_fixture_asked_for_by_name_is_a_need_of_every_test_that_asks(recorded: Recorded) -> None:
    run = recorded("scopes")
    names = {f.index: f.name for f in run.of("fixture")}
    needs = [(run.ids()[f.test].partition("::")[2], names[f.definition]) for f in run.of("need")]
    assert ("test_dynamic", "dynamic_outer") in needs
    assert ("test_dynamic_again", "dynamic_outer") in needs
    outer, inner = (spans(run, name, "setup")[0] for name in ("dynamic_outer", "dynamic_inner"))
    assert outer[0].wall < inner[0].wall < inner[1].wall < outer[1].wall


def test_unittest_and_xunit_fixtures_are_recorded(recorded: Recorded) -> None:
    run = recorded("unittests", "test_unittest.py")
    scopes = Counter(f.scope for f in run.of("fixture"))
    assert scopes[1] >= 2 and scopes[2] >= 1  # setup_class, setUpClass, setup_module
    assert len(run.of("setup_begin")) == len(run.of("teardown_end")) >= 3
    items = {f.id.decode().partition("::")[2]: f for f in run.of("item")}
    item = items["Case::test_case"]
    assert item.id[: item.module] == b"test_unittest.py"
    assert item.id[: item.class_] == b"test_unittest.py::Case"
    assert items["Case::test_expected_failure"] is not None


def test_a_subtest_is_marked_and_does_not_end_its_test(recorded: Recorded, python: str) -> None:
    if not has(python, "_pytest.subtests"):
        require(python, "pytest_subtests")
    run = recorded("unittests", "test_subtests.py")
    reports = [r for r in run.reports() if r[0].endswith("test_one_fails") and r[1] == CALL]
    subtests = [r for r in reports if r[3] & 2]
    assert [outcome for _, _, outcome, _ in subtests].count(FAILED) == 1
    assert len(reports) - len(subtests) == 1


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
        assert blocked >= -2 * MILLISECOND  # the kernel counts in ticks of its own
        assert wall >= 59 * MILLISECOND
        if name in ("test_computes", "test_system_time"):
            assert thread >= 59 * MILLISECOND
        if name in ("test_sleeps", "test_child_computes"):
            assert blocked >= 30 * MILLISECOND and thread < 40 * MILLISECOND
        children = end.cutime + end.cstime - begin.cutime - begin.cstime
        assert (children >= 0.05) == (name == "test_child_computes")
    begin, end = span("test_thread_computes")
    others = (end.process - begin.process) - (end.thread - begin.thread)
    assert others >= 55 * MILLISECOND


# What is not disturbed


def plain(python: str, directory: Path, words: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run(
        command_of(python, words), cwd=directory, capture_output=True, stdin=subprocess.DEVNULL
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def stable(output: str) -> list[str]:
    """Lines without times, addresses, and the names of temporary directories."""
    dropped = (" in 0.", " in 1.", " in 2.", "0x", "pytest-of-", "plugins:", "rerunfailures")
    return [line for line in output.splitlines() if not any(word in line for word in dropped)]


@pytest.mark.parametrize(
    "name", ["scopes", "outcomes", "unittests", "groups", "collection_error", "empty", "hostile"]
)
def test_a_suite_prints_and_exits_the_same(
    name: str, recorded: Recorded, python: str, suite: Callable[[str], Path]
) -> None:
    words = ["-v", "-ra", "--tb=short", "-p", "no:randomly"]
    expected = plain(python, suite(name), words)
    run = recorded(name, *words)
    assert run.exit_code == expected[0]
    assert stable(run.output) == stable(expected[1])
    assert run.of("failed") == []


def test_hostile_tests_leave_the_recording_whole(recorded: Recorded) -> None:
    run = recorded("hostile")
    ids = run.ids()
    assert any(name.endswith("[new\nline]") or "new" in name for name in ids)
    ended = [f.test for f in run.of("phase_end") if f.phase == TEARDOWN]
    assert ended == list(range(len(ids)))  # none twice, although a child ran on
    assert run.of("finished") and run.of("failed") == []
    pids = Counter(f.kind for f in run.frames)
    assert pids["unconfigured"] == 1


def test_nested_pytest_runs_are_not_recorded(recorded: Recorded) -> None:
    run = recorded("nested")
    assert run.exit_code == 0, run.output
    assert len(run.ids()) == 5 and not any("inner" in name for name in run.ids())
    assert len(run.of("finished")) == len(run.of("imported")) == 1


def test_the_users_pythonpath_is_kept(recorded: Recorded, tmp_path: Path) -> None:
    own = str(tmp_path / "own")
    env = dict(os.environ, PYTHONPATH=own, EXPECTED_PYTHONPATH=own)
    run = recorded("nested", "-k", "untouched", env=env)
    assert run.exit_code == 0, run.output


@pytest.mark.parametrize(
    "words", [["-n2"], ["-n", "auto"], ["-n2", "--dist=loadfile"], ["-d", "--tx=2*popen"]]
)
def test_a_run_that_asks_for_xdist_is_recorded_sequentially(
    words: list[str], recorded: Recorded, python: str
) -> None:
    require(python, "xdist")
    run = recorded("scopes", *words)
    assert run.exit_code == 0, run.output
    assert [f.test for f in run.of("test_begin")] == list(range(len(run.ids())))
    assert "gw0" not in run.output and len(run.of("finished")) == 1


def test_addopts_that_ask_for_xdist_are_undone(
    recorded: Recorded, python: str, suite: Callable[[str], Path]
) -> None:
    require(python, "xdist")
    (suite("scopes") / "pytest.ini").write_text("[pytest]\naddopts = -n2 --dist loadscope\n")
    run = recorded("scopes")
    assert len(run.of("test_begin")) == len(run.ids()) == 14


def test_workers_of_xdist_do_not_write_into_the_ring(
    recorded: Recorded, python: str, suite: Callable[[str], Path]
) -> None:
    """Where a conftest starts xdist behind our back, its controller records what it sees."""
    require(python, "xdist")
    with (suite("scopes") / "conftest.py").open("a") as conftest:
        conftest.write(
            "\n@pytest.hookimpl(tryfirst=True)\ndef pytest_configure(config):\n"
            "    if not hasattr(config, 'workerinput'):\n"
            "        config.option.dist, config.option.tx = 'load', ['popen'] * 2\n"
        )
    run = recorded("scopes")
    assert run.exit_code == 0, run.output
    assert len(run.of("imported")) == len(run.of("finished")) == 1
    assert run.of("test_begin") == []


def test_forked_tests_have_reports_and_no_phases(recorded: Recorded, python: str) -> None:
    require(python, "pytest_forked")
    run = recorded("outcomes", "--forked")
    assert len(run.of("test_begin")) == len(run.ids())
    assert run.of("phase_end") == []
    failed = {
        name.partition("::")[2] for name, p, o, _ in run.reports() if (p, o) == (CALL, FAILED)
    }
    assert {"test_failed", "test_failed_xpass_strict"} <= failed


def test_reruns_are_told_apart(recorded: Recorded, python: str) -> None:
    require(python, "pytest_rerunfailures")
    run = recorded("reruns", "--reruns=2")
    calls = [(n.partition("::")[2], o) for n, p, o, _ in run.reports() if p == CALL]
    assert calls == [
        *[("test_passes_at_third", RERUN)] * 2,
        ("test_passes_at_third", PASSED),
        *[("test_never_passes", RERUN)] * 2,
        ("test_never_passes", FAILED),
        ("test_passes", PASSED),
    ]
    assert phase_cpu(run, 0, CALL) >= 30 * MILLISECOND


@pytest.mark.parametrize("module", ["freezegun", "time_machine"])
def test_faked_clocks_do_not_reach_the_recorder(
    module: str, recorded: Recorded, python: str, suite: Callable[[str], Path]
) -> None:
    require(python, module)
    freeze = {
        "freezegun": "import freezegun\nfreeze = lambda: freezegun.freeze_time('2001-01-01')",
        "time_machine": "import time_machine\n"
        "freeze = lambda: time_machine.travel('2001-01-01', tick=False)",
    }[module]
    (suite("empty") / "test_frozen.py").write_text(
        f"{freeze}\nimport pytest\n"
        "@pytest.fixture(autouse=True, scope='module')\n"
        "def frozen():\n    with freeze():\n        yield\n"
        "def test_one(): sum(range(500000))\n"
        "def test_two(): sum(range(500000))\n"
    )
    run = recorded("empty")
    walls = [f.wall for f in run.frames if "wall" in f.values]
    assert walls == sorted(walls)
    ends = [f for f in run.of("phase_end") if f.phase == CALL]
    assert ends[1].wall - ends[0].wall >= MILLISECOND
    assert len(run.of("finished")) == 1


# How a run can end


@pytest.mark.parametrize("how", ["exit", "exit_three", "abort", "kill", "segv"])
@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
def test_a_crash_leaves_the_recording_up_to_it(how: str, phase: str, recorded: Recorded) -> None:
    words = ["-k", f"before or after or [{how}]", "-p", "no:faulthandler"]
    run = recorded("crash", *words, env=dict(os.environ, DIE_IN=phase))
    assert run.exit_code == {"exit": 0, "exit_three": 3, "abort": -6, "kill": -9, "segv": -11}[how]
    ids = run.ids()
    assert len(ids) == 5 and ids[3].endswith(f"[{how}]")
    assert run.of("test_begin")[-1].test == 3 and run.of("finished") == []
    done = {"setup": [], "call": [SETUP], "teardown": [SETUP, CALL]}[phase]
    assert [f.phase for f in run.of("phase_end") if f.test == 3] == done
    # The phase it died in has begun: what is before it was heard of.
    assert [p for name, p, _, _ in run.reports() if name == ids[3]] == done


def test_stopping_early_leaves_the_others_unrun(recorded: Recorded) -> None:
    run = recorded("outcomes", "-x")
    assert run.exit_code == 1
    assert len(run.of("test_begin")) == 2 < len(run.ids())
    assert len(run.of("finished")) == 1


def test_a_collection_error_is_the_sessions_exit_status(recorded: Recorded) -> None:
    run = recorded("collection_error")
    assert run.exit_code == run.of("finished")[0].a == 2
    assert run.of("test_begin") == []


def test_a_usage_error_ends_before_the_session(recorded: Recorded) -> None:
    run = recorded("empty", "--no-such-option")
    assert run.exit_code == 4
    assert run.of("imported") and run.of("configured") == []


def test_a_suite_without_tests_is_recorded(recorded: Recorded) -> None:
    run = recorded("empty")
    assert run.exit_code == run.of("finished")[0].a == 5
    assert run.ids() == []


# The recorder's own failures


def test_without_a_ring_nothing_happens(python: str, suite: Callable[[str], Path]) -> None:
    for ring in ("", "/dev/null", "/nonexistent"):
        env = dict(os.environ, PYTHONPATH=PLUGIN, ADVISOR_RECORDER_RING=ring)
        done = subprocess.run(
            command_of(python, ["-p", "advisor_recorder"]),
            cwd=suite("groups"), env=env, capture_output=True,
        )  # fmt: skip
        assert done.returncode == 0 and done.stderr == b""


def test_a_failure_inside_is_the_last_frame_and_no_tests_failure(
    recorded: Recorded, suite: Callable[[str], Path]
) -> None:
    with (suite("groups") / "conftest.py").open("a") as conftest:
        conftest.write(
            "\ndef pytest_collection_modifyitems(items):\n    items[2].getparent = None\n"
        )
    run = recorded("groups")
    assert run.exit_code == 0, run.output
    assert run.frames[-1].kind == "failed"
    assert run.frames[-1].reason == "TypeError: 'NoneType' object is not callable"


def test_moments_with_and_without_the_gil_are_shown_to_who_watches(recorded: Recorded) -> None:
    holding, released = 2, 3
    watched = recorded("groups", watch=True)
    assert watched.exit_code == 0 and watched.moments == [holding, released]
    assert recorded("groups").moments == []


def test_a_small_ring_wraps_and_loses_nothing(recorded: Recorded) -> None:
    run = recorded("hostile", capacity=1 << 16)
    assert run.dropped == 0 and len(run.of("finished")) == 1


def test_a_parent_that_does_not_read_costs_two_seconds_and_no_test(
    python: str, suite: Callable[[str], Path]
) -> None:
    run = record(
        command_of(python, ["-p", "advisor_recorder"]),
        str(suite("hostile")), PLUGIN, capacity=1 << 12, drain=False,
    )  # fmt: skip
    assert run.exit_code in (0, 1) and run.dropped > 0
