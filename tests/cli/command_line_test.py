"""What a user meets first: help, and messages about words that are wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Program, binary

COMMANDS = ("analyze", "run", "profile", "report", "gate", "plan", "doctor", "calibrate")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_one_screen(advisor: Program, command: str) -> None:
    ended = advisor(command, "--help")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].startswith(f"usage: advisor {command}")
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100


def test_help_is_also_asked_for_in_other_words(advisor: Program) -> None:
    asked = advisor("run", "--help")
    assert asked.code == 0
    for words in (["run", "-h"], ["help", "run"]):
        assert advisor(*words).out == asked.out
    assert "did you mean advisor analyze?" in advisor("help", "analyse").err


def test_the_overview_names_every_command(advisor: Program) -> None:
    ended = advisor("--help")
    assert ended.code == 0
    for command in COMMANDS:
        assert f"  {command} " in ended.out
    assert advisor().code == 2
    assert advisor("--version").out.startswith("advisor ")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["analyse"], 2, "did you mean advisor analyze?"),
        (["frobnicate"], 2, "advisor --help lists the commands"),
        (["analyze", "--jsn"], 2, "did you mean --json?"),
        (["analyze", "--js"], 2, "unknown option '--js'"),
        (["analyze", "--maxfail=1"], 2, "options of pytest stand after --"),
        (["analyze", "tests"], 2, "advisor analyze -- tests"),
        (["analyze", "--configuration", "processes=0"], 2, "processes"),
        (["analyze", "--workers", "many"], 2, "--workers takes a whole number from 1 to"),
        (["analyze", "--color", "blue"], 2, "it takes auto, always or never"),
        (["analyze", "--profile", "missing.json"], 2, "missing.json"),
        (["analyze", "--python", "no/such/python"], 2, "there is no interpreter"),
        (["analyze", "--python", "/bin/true"], 2, "--python"),
        (["analyze", "--python", "a", "--command", "b"], 2, "cannot both be given"),
        (["analyze", "--command", "'uv run"], 2, "a quote is open"),
        (["plan", "--calibration", "a", "--no-calibration"], 2, "cannot be given with --cal"),
        (["run", "--jsn"], 125, "did you mean --json?"),
        (["run", "--python", "no/such/python"], 125, "there is no interpreter"),
        (["gate", "--base", "a.json"], 2, "a.json"),
        (["gate"], 2, "advisor gate needs --base"),
        (["gate", "--", "tests"], 2, "takes nothing after --"),
        (["plan", "--target", "soon"], 2, "for example 300, 90s, 500ms, 5m or 1h30m"),
        (["plan", "--machine", "ubuntu-latst"], 2, "no machine type"),
        (["report"], 2, "advisor report needs a document"),
        (["report", "missing.json"], 2, "missing.json"),
        (["report", "a", "b"], 2, "unexpected 'b'"),
        (["profile", "--output"], 2, "output"),
        (["profile", "--gil", "exact", "--gil", "none"], 2, "--gil was given twice"),
        (["analyze", "--workers", "2", "--workers=3"], 2, "--workers was given twice"),
        (["run", *["--configuration", "sequential"] * 2], 125, "--configuration was given twice"),
        (["report", "--tests-csv", "a.json", "--format", "html"], 2, "--format cannot be given"),
        (["report", "--tests-csv", "a.json", "--json"], 2, "--json cannot be given"),
    ],
)
def test_wrong_words_get_their_code_and_a_hint(
    advisor: Program, words: list[str], code: int, says: str
) -> None:
    ended = advisor(*words)
    assert says in ended.err
    assert ended.code == code
    assert ended.out == ""
    assert ended.err.startswith("advisor: error: ")
    assert list(advisor.directory.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "JSON"),
        ("not json", "JSON"),
        ('{"format": "other.thing", "major": 1}', "other.thing"),
        ('{"format": "advisor.profile", "major": 99}', "newer"),
    ],
)
def test_foreign_and_newer_documents_are_refused(advisor: Program, text: str, says: str) -> None:
    (advisor.directory / "file.json").write_text(text)
    for words in (["report", "file.json"], ["analyze", "--profile", "file.json"]):
        ended = advisor(*words)
        assert ended.code == 2
        assert "file.json" in ended.err
    assert says.lower() in advisor("report", "file.json").err.lower()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["report", "--help"], ["doctor"]])
def test_a_reader_that_goes_away_is_no_error(advisor: Program, words: list[str]) -> None:
    whole = advisor(*words)
    read_end, write_end = os.pipe()
    os.close(read_end)
    ended = subprocess.run(
        [str(binary()), *words],
        cwd=advisor.directory,
        env=advisor.environment,
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert (ended.returncode, ended.stderr) == (whole.code, whole.err)


def test_a_full_standard_output_is_an_error(advisor: Program) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [str(binary()), "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 2
    assert "cannot write to standard output" in ended.stderr


def test_a_closed_standard_output_is_an_error_and_no_file_takes_its_place(advisor: Program) -> None:
    advisor.write(test_one="def test_one():\n    pass\n")
    words = ("profile", "--quiet", "--python", sys.executable, "--output", "kept.json")
    ended = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&-', "sh", str(binary()), *words],
        cwd=advisor.directory,
        env=advisor.environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "cannot write to standard output: Bad file descriptor" in ended.stderr
    kept = json.loads((advisor.directory / "kept.json").read_text())
    assert kept["run"]["complete"]


def test_a_limit_of_files_is_an_error_and_no_signal(advisor: Program) -> None:
    advisor.write(test_one="def test_one():\n    pass\n")
    ended = subprocess.run(
        ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", str(binary()), "profile"],
        cwd=advisor.directory,
        env=advisor.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "File too large" in ended.stderr
    assert "ulimit -f" in ended.stderr
