"""The recorder beside plugins that run tests, or clocks, in ways of their own."""

from __future__ import annotations

from collections import Counter

import pytest

from .recording import (
    CALL,
    FAILED,
    MILLISECOND,
    PASSED,
    RERUN,
    Recorded,
    Suite,
    has,
    phase_cpu,
    require,
)


def test_a_subtest_is_marked_and_does_not_end_its_test(recorded: Recorded, python: str) -> None:
    if not has(python, "_pytest.subtests"):
        require(python, "pytest_subtests")
    run = recorded("unittests", "test_subtests.py")
    reports = [r for r in run.reports() if r[0].endswith("test_one_fails") and r[1] == CALL]
    subtests = [r for r in reports if r[3] & 2]
    assert [outcome for _, _, outcome, _ in subtests].count(FAILED) == 1
    assert len(reports) - len(subtests) == 1


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
    assert "bringing up nodes" not in run.output and len(run.of("finished")) == 1


def test_addopts_that_ask_for_xdist_are_undone(
    recorded: Recorded, python: str, suite: Suite
) -> None:
    require(python, "xdist")
    (suite("scopes") / "pytest.ini").write_text("[pytest]\naddopts = -n2 --dist loadscope\n")
    run = recorded("scopes")
    assert len(run.of("test_begin")) == len(run.ids()) == 14


def test_a_conftest_that_runs_tests_itself_gets_each_its_own(
    recorded: Recorded, suite: Suite
) -> None:
    """Where it is asked first and answers, pytest asks nobody else to run the test."""
    with (suite("scopes") / "conftest.py").open("a") as conftest:
        conftest.write(
            "\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_protocol(item, nextitem):\n"
            "    if len(item.name) % 2:\n"
            "        from _pytest.runner import runtestprotocol\n"
            "        runtestprotocol(item, nextitem=nextitem)\n"
            "        return True\n"
        )
    run = recorded("scopes")
    assert run.exit_code == 0, run.output
    assert {len(name.rpartition("::")[2]) % 2 for name in run.ids()} == {0, 1}
    assert [f.test for f in run.of("test_begin")] == list(range(len(run.ids())))
    assert [f.test for f in run.of("phase_end") if f.phase == CALL] == list(range(len(run.ids())))


def test_reports_that_another_plugin_makes_are_those_of_their_tests(
    recorded: Recorded, suite: Suite
) -> None:
    (suite("outcomes") / "conftest.py").write_text(
        "import pytest\nfrom _pytest.reports import TestReport\n"
        "@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_protocol(item, nextitem):\n"
        "    if item.name in ('test_passed', 'test_failed'):\n"
        "        for when in ('setup', 'call', 'teardown'):\n"
        "            fails = when == 'call' and item.name == 'test_failed'\n"
        "            outcome = 'failed' if fails else 'passed'\n"
        "            told = TestReport(item.nodeid, item.location, {}, outcome, 'told', when)\n"
        "            item.ihook.pytest_runtest_logreport(report=told)\n"
        "        return True\n"
    )
    run = recorded("outcomes")
    assert set(Counter((test, phase) for test, phase, _, _ in run.reports()).values()) == {1}
    told = {(test.partition("::")[2], phase): outcome for test, phase, outcome, _ in run.reports()}
    assert told["test_passed", CALL] == PASSED and told["test_failed", CALL] == FAILED
    assert sorted(f.test for f in run.of("test_begin")) == list(range(len(run.ids())))


def test_reports_with_names_of_a_plugins_own_are_those_of_the_running_test(
    recorded: Recorded, suite: Suite
) -> None:
    (suite("outcomes") / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n"
        "    (yield).get_result().nodeid = item.name.replace('_', ' ')\n"
    )
    run = recorded("outcomes")
    ended = [(f.test, f.phase) for f in run.of("phase_end")]
    assert [(f.test, f.phase) for f in run.of("report")] == ended


def test_workers_of_xdist_do_not_write_into_the_ring(
    recorded: Recorded, python: str, suite: Suite
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
    module: str, recorded: Recorded, python: str, suite: Suite
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
