"""--repeat of advisor profile and advisor analyze."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Program

# Counts the runs of the suite in a file; `this_run` is the number of the present one, from 1.
COUNTING = """
import os, signal
import pytest

def count():
    with open("runs.txt", "a") as file:
        file.write(".")
    return os.path.getsize("runs.txt")

this_run = count()
"""


def runs_in(directory: Path) -> int:
    return (directory / "runs.txt").stat().st_size


def saved_profile(advisor: Program) -> Any:
    return json.loads(next((advisor.directory / ".advisor").glob("profile-*.json")).read_text())


def test_several_runs_are_one_profile(advisor: Program) -> None:
    advisor.write(conftest=COUNTING, test_it="def test_a(): pass\ndef test_b(): sum([1, 2])\n")
    ended = advisor.suite("profile", "--repeat", "3", "--output", "out.json")
    assert ended.code == 0, ended.err
    assert runs_in(advisor.directory) == 3
    for number in (1, 2, 3):
        assert f"recording {number} of 3 sequential runs: " in ended.err
    profile = json.loads((advisor.directory / "out.json").read_text())
    assert profile == saved_profile(advisor)
    assert profile["repeats"]["runs"] == 3
    assert profile["repeats"]["unsteady"] == []
    assert profile["tests"]["name"] == ["::test_a", "::test_b"]
    assert "medians of " in ended.out
    left = 3 - profile["repeats"]["disturbed"]
    spread = profile["tests"].get("wall_spread_fraction")
    assert (spread is None) == (left < 2)


def test_a_single_run_is_recorded_as_without_the_option(advisor: Program) -> None:
    advisor.write(conftest=COUNTING, test_it="def test_a(): pass\n")
    ended = advisor.suite("profile", "--repeat", "1", "--json")
    plain = advisor.suite("profile", "--json")
    assert runs_in(advisor.directory) == 2
    assert list(ended.document) == list(plain.document)
    assert list(ended.document["tests"]) == list(plain.document["tests"])
    assert "repeats" not in ended.document
    assert "recording one sequential run: " in ended.err


def test_a_flaky_test_is_named_and_the_suite_has_failed(advisor: Program) -> None:
    advisor.write(
        conftest=COUNTING,
        test_it="import conftest\ndef test_a(): assert conftest.this_run != 2\n",
    )
    ended = advisor.suite("analyze", "--repeat", "3", "--json")
    assert ended.code == 3
    assert "1 of 3 runs did not succeed: the suite failed" in ended.err
    findings = {finding["code"]: finding for finding in ended.document["findings"]}
    assert findings["flaky-tests"]["subjects"] == ["test_it.py::test_a"]
    assert findings["flaky-tests"]["severity"] == "breaks"
    assert "failing-suite" not in findings
    profile = saved_profile(advisor)
    assert profile["tests"]["outcome"] == "passed"
    unsteady = profile["repeats"]["unsteady"]
    assert unsteady == [
        {"id": "test_it.py::test_a", "outcomes": {"failed": 1, "passed": 2}, "absent": 0}
    ]


def test_tests_that_only_some_runs_collect_are_named(advisor: Program) -> None:
    advisor.write(
        conftest=COUNTING,
        test_it="""
import conftest, pytest
@pytest.mark.parametrize("name", ["usual", "rare"] if conftest.this_run == 2 else ["usual"])
def test_a(name): pass
""",
    )
    ended = advisor.suite("analyze", "--repeat", "3", "--json")
    assert ended.code == 0, ended.err
    findings = {finding["code"]: finding for finding in ended.document["findings"]}
    assert findings["unsteady-collection"]["subjects"] == ["test_it.py::test_a[rare]"]
    assert ended.document["suite"]["tests"] == 1


def test_an_order_of_collection_that_changes_is_named(advisor: Program) -> None:
    advisor.write(
        conftest=COUNTING,
        test_it="""
import conftest, pytest
@pytest.mark.parametrize("name", ["a", "b"] if conftest.this_run == 2 else ["b", "a"])
def test_a(name): pass
""",
    )
    ended = advisor.suite("analyze", "--repeat", "3", "--json")
    assert ended.code == 0, ended.err
    findings = {finding["code"]: finding for finding in ended.document["findings"]}
    assert findings["unsteady-order"]["numbers"] == {"orders": 2, "runs": 3}
    assert not ended.document["recommended"].startswith("processes")


def test_a_run_that_was_killed_is_left_out(advisor: Program) -> None:
    advisor.write(
        conftest=COUNTING,
        test_it="""
import conftest, os
def test_a(): pass
def test_b():
    if conftest.this_run == 2:
        os.kill(os.getpid(), 9)
""",
    )
    ended = advisor.suite("profile", "--repeat", "3", "--json")
    assert ended.code == 3
    assert "1 of 3 runs did not succeed: the recording is incomplete" in ended.err
    profile = ended.document
    assert profile["run"]["complete"] is True
    assert profile["repeats"]["incomplete"] == 1
    assert profile["tests"]["outcome"] == "passed"


def test_runs_that_failed_in_different_ways_are_both_told(advisor: Program) -> None:
    advisor.write(
        conftest=COUNTING,
        test_it="""
import conftest, os
def test_a(): assert False
def test_b():
    if conftest.this_run == 2:
        os.kill(os.getpid(), 9)
""",
    )
    ended = advisor.suite("profile", "--repeat", "2", "--json")
    assert ended.code == 3
    assert "2 of 2 runs did not succeed: the suite failed: 1 test failed" in ended.err
    assert "in another run the recording is incomplete: signal 9 ended pytest" in ended.err


def test_a_later_run_of_which_nothing_came_is_left_out(advisor: Program) -> None:
    advisor.write(
        conftest=COUNTING,
        test_it="import conftest\nassert conftest.this_run != 2\ndef test_a(): pass\n",
    )
    ended = advisor.suite("profile", "--repeat", "3", "--json")
    assert ended.code == 3
    assert runs_in(advisor.directory) == 3
    assert "1 of 3 runs did not succeed" in ended.err
    repeats = ended.document["repeats"]
    assert (repeats["runs"], repeats["unrecorded"]) == (3, 1)
    assert "medians of 2 of 3 runs of " in ended.err
    assert "; 1 could not be recorded" in ended.err


def test_a_suite_without_tests_is_not_run_again(advisor: Program) -> None:
    advisor.write(conftest=COUNTING)
    ended = advisor.suite("profile", "--repeat", "3")
    assert ended.code == 2
    assert "pytest collected no tests" in ended.err
    assert runs_in(advisor.directory) == 1


def test_an_interrupt_ends_the_series(advisor: Program) -> None:
    os.mkfifo(advisor.directory / "reached")
    advisor.write(
        conftest=COUNTING,
        test_it="""
import conftest, signal
def test_a(): pass
def test_b():
    if conftest.this_run == 2:
        open("reached", "w").close()
        signal.pause()
""",
    )
    words = ("--python", sys.executable, "--repeat", "3", "--json", "--", "-p", "no:cacheprovider")
    reached = select.poll()
    reached.register(os.open(advisor.directory / "reached", os.O_RDONLY | os.O_NONBLOCK))
    process = advisor.start("profile", *words)
    assert reached.poll(60_000)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert runs_in(advisor.directory) == 2
    assert "1 of 2 runs did not succeed: the recording is incomplete" in err
    repeats = json.loads(out)["repeats"]
    assert (repeats["runs"], repeats["incomplete"]) == (2, 1)


@pytest.mark.parametrize("value", ["0", "-1", "x", "100", ""])
def test_what_is_no_number_of_runs_is_refused(advisor: Program, value: str) -> None:
    advisor.write(conftest=COUNTING, test_it="def test_a(): pass\n")
    ended = advisor.suite("profile", f"--repeat={value}")
    assert ended.code == 2
    assert "--repeat" in ended.err
    assert not (advisor.directory / "runs.txt").exists()


def test_a_saved_profile_is_not_repeated(advisor: Program) -> None:
    ended = advisor("analyze", "--profile", "any.json", "--repeat", "2")
    assert ended.code == 2
    assert "--profile and --repeat contradict each other" in ended.err
