"""A recording that the user stops ends the command, and replaces nothing."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from .conftest import Program

SLOW = """
import pathlib, time
import pytest

@pytest.mark.parametrize("number", range(4))
def test_waits(number):
    with open("runs", "a") as file:
        file.write("x")
    if pathlib.Path("slow").exists() and number == int(pathlib.Path("slow").read_text()):
        time.sleep(60)
"""


def stopped(advisor: Program, command: str, *words: str, in_test: int = 0) -> tuple[int, str, str]:
    """Sends SIGINT once that test runs, which then is slow."""
    directory = advisor.directory
    (directory / "runs").unlink(missing_ok=True)
    (directory / "slow").write_text(str(in_test))
    python = "--python", sys.executable
    process = advisor.start(command, *python, *words, "--", "-p", "no:cacheprovider")
    until = time.monotonic() + 60
    while runs_of(directory) <= in_test and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def runs_of(directory: Path) -> int:
    path = directory / "runs"
    return len(path.read_text()) if path.exists() else 0


@pytest.mark.parametrize(
    ("command", "in_test", "code"),
    [
        ("run", 0, 125),
        ("run", 2, 125),
        ("verify", 2, 2),
        ("plan", 2, 2),
        ("analyze", 0, 2),
        ("analyze", 2, 3),
    ],
)
def test_no_command_goes_on(command: str, in_test: int, code: int, advisor: Program) -> None:
    advisor.write(test_it=SLOW)
    ended, out, err = stopped(advisor, command, "--no-calibration", in_test=in_test)
    assert ended == code, err
    assert "the recording was stopped" in err
    assert out == ""
    assert runs_of(advisor.directory) == in_test + 1  # of the recording alone


def test_a_whole_recording_and_its_advice_stay(advisor: Program) -> None:
    advisor.write(test_it=SLOW)
    assert advisor.suite("analyze").code == 0
    before = kept(advisor.directory)
    assert len(before) == 2
    assert stopped(advisor, "analyze", "--no-calibration", in_test=2)[0] == 3
    assert kept(advisor.directory) == before


def kept(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (directory / ".advisor").glob("*.json")}


def test_what_pytest_says_of_a_suite_without_tests_is_what_run_says(advisor: Program) -> None:
    assert advisor.suite("run").code == 5
    assert advisor.suite("run", pytest_words=("nowhere",)).code == 4
    advisor.write(test_it="import nothing_of_that_name")
    ended = advisor.suite("run")
    assert ended.code == 2
    assert "nothing_of_that_name" in ended.out
