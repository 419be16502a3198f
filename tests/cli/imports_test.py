"""Advice from the files of other tools: the machine and the interpreter are those here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from .conftest import Program

SLEEPING = """
import time
import pytest

@pytest.mark.parametrize("number", range(4))
def test_sleeps(number):
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def program(make_program: Callable[[], Program]) -> Program:
    program = make_program()
    program.write(test_sleeping=SLEEPING)
    durations = {f"test_sleeping.py::test_sleeps[{number}]": 20.0 for number in range(4)}
    (program.directory / ".test_durations").write_text(json.dumps(durations))
    return program


def test_imported_durations_are_advised_for_the_interpreter_given(program: Program) -> None:
    words = ("analyze", "--profile", ".test_durations", "--no-calibration", "--json")
    advice = program(*words, "--python", sys.executable, "--", "-q").document
    assert advice["interpreter"]["executable"]
    assert advice["interpreter"]["pytest_version"] == pytest.__version__
    assert advice["recommended"] != "sequential"
    (best,) = (
        p for p in advice["predictions"] if p["configuration"]["spec"] == advice["recommended"]
    )
    assert best["can_run"]
    assert "CPU and waiting time of each test" in {
        gap["what"] for gap in advice["measured_with"]["missing"]
    }


def test_where_no_interpreter_has_pytest_the_error_names_the_option(program: Program) -> None:
    bare = program.directory / "bare"
    bare.write_text("#!/bin/sh\nexit 1\n")
    bare.chmod(0o755)
    words = ("plan", "--profile", ".test_durations", "--no-calibration")
    ended = program(*words, "--python", str(bare))
    assert ended.code == 2
    assert str(bare) in ended.err


def test_a_recording_of_our_own_names_its_interpreter(program: Program) -> None:
    assert program.suite("profile", "--output", "own.json").code == 0
    words = ("analyze", "--profile", "own.json", "--no-calibration")
    assert program(*words).code == 0
    assert program(*words, "--python", sys.executable).code == 0
    own = program.directory / "own.json"
    recorded = json.loads(own.read_text())
    recorded["interpreter"]["executable"] = "/elsewhere/python"
    (program.directory / "others.json").write_text(json.dumps(recorded))
    for file, more in (
        ("others.json", ("--python", sys.executable)),
        ("own.json", ("--", "tests")),
    ):
        ended = program("analyze", "--profile", file, "--no-calibration", *more)
        assert ended.code == 2
        assert "contradict each other" in ended.err


JUNIT = """<testsuites><testsuite name="pytest" tests="1" time="3.2">
<testcase classname="tests.test_a" name="test_one" time="1.5"/></testsuite></testsuites>
"""


def test_an_imported_file_is_reported_without_what_it_does_not_hold(program: Program) -> None:
    (program.directory / "junit.xml").write_text(JUNIT)
    for form in ("text", "markdown"):
        ended = program("report", "junit.xml", "--format", form)
        assert ended.code == 0, ended.err
        assert "1.50" in ended.out
        assert "computing or waiting, which is not known" in ended.out
        for unknown in ("CPU  ", "blocked", "no xdist", "memory 0"):
            assert unknown not in ended.out
    assert program("report", "junit.xml", "--tests-csv", "junit.xml").code == 2


def test_memory_that_the_file_does_not_hold_is_no_zero(program: Program) -> None:
    words = ("analyze", "--profile", ".test_durations", "--no-calibration")
    ended = program(*words, "--python", sys.executable, "--", "-q")
    assert ended.code == 0, ended.err
    table = ended.out.split("Recommended")[0]
    assert "  -  " in table and "    0  " not in table
