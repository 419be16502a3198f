"""advisor verify: what was promised beside what runs take."""

from __future__ import annotations

from .conftest import Program

SUITE = """
import time
import pytest

@pytest.mark.parametrize("number", range(20))
def test_waits(number):
    time.sleep(0.05)
"""
# Fails in workers alone, of whatever kind.
ELSEWHERE = (
    "import os\ndef test_a(): assert 'PYTEST_XDIST_WORKER' not in os.environ\ndef test_b(): pass"
)


def test_configurations_run_in_rounds_and_a_kept_promise_is_0(advisor: Program) -> None:
    advisor.write(test_it=SUITE + "\nwith open('runs', 'a') as file: file.write('x')\n")
    asked = "--configuration", "processes=2,dist=load", "--configuration", "forked=4"
    ended = advisor.suite("verify", *asked, "--rounds", "2", "--json")
    document = ended.document
    # A machine that does other things may break a promise; then it must say which.
    assert ended.code == (0 if document["holds"] else 1)
    assert document["format"] == "advisor.verification"
    assert document["reason"]
    specs = [each["prediction"]["configuration"]["spec"] for each in document["configurations"]]
    assert specs == ["sequential", "processes=2,dist=load", "forked=4"]
    for each in document["configurations"]:
        assert len(each["walls_s"]) == 2
        assert each["exit_codes"] == [0, 0]
        assert each["wall_s"] > 0
    # One recording, then two rounds: sequential, two workers that collect, and one parent.
    assert len((advisor.directory / "runs").read_text()) == 1 + 2 * (1 + 2 + 1)


def test_the_best_of_each_mode_is_the_default_and_the_page_says_what_came_of_it(
    advisor: Program,
) -> None:
    advisor.write(test_it=SUITE)
    ended = advisor.suite("verify", "--rounds", "1", "--top", "1")
    assert ended.code in (0, 1), ended.err
    lines = ended.out.splitlines()
    assert "predicted s" in lines[0]
    assert lines[1].startswith("sequential")
    assert lines[2].startswith(("KEPT", "noise")) or "workers" in lines[2]
    assert ("KEPT" in ended.out) == (ended.code == 0)
    assert "noise: not known after a single round" in ended.out


def test_tests_that_fail_in_workers_alone_break_the_promise(advisor: Program) -> None:
    advisor.write(test_it=ELSEWHERE)
    asked = "--configuration", "processes=2,dist=load"
    ended = advisor.suite("verify", *asked, "--rounds", "1")
    assert ended.code == 1
    assert "WORSE THAN PROMISED" in ended.out
    said = " ".join(ended.out.split())
    assert "it exits with 1 where the sequential run exits with 0" in said


def test_a_configuration_that_cannot_run_is_refused_before_anything_runs(advisor: Program) -> None:
    advisor.write(test_it=SUITE)
    assert advisor.suite("analyze").code == 0
    ended = advisor.suite("verify", "--configuration", "shards=2,sequential")
    assert ended.code == 2
    assert "round" not in ended.err
    assert advisor.suite("verify", "--rounds", "0").code == 2
    assert advisor.suite("verify", "--top", "x").code == 2
