"""Runs that are killed at random moments, as script/campaign recovery does it 200 times."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from bench.recovery.kills import WHOM, kill_once

from .conftest import Program, binary

BARS = ("lost", "invented", "wrong_outcome", "unnamed", "wrong_end", "left_behind")
ENDLESS = """
import pathlib, time
def test_ends(): pass
def test_hangs():
    pathlib.Path("hangs").touch()
    time.sleep(600)
"""


@pytest.mark.parametrize("whom", WHOM)
@pytest.mark.parametrize("seed", range(10))
def test_a_kill_loses_nothing_and_leaves_nothing(whom: str, seed: int, tmp_path: Path) -> None:
    wrong: Counter[str] = kill_once(str(binary()), tmp_path / "run", whom, random.Random(seed))
    assert {bar: wrong[bar] for bar in BARS} == dict.fromkeys(BARS, 0)


def recordings(advisor: Program) -> list[Path]:
    return sorted((advisor.directory / ".advisor").glob("recording-*"))


def kill_in_second_test(advisor: Program) -> None:
    """Leaves the recording of a suite whose advisor was killed while its second test ran."""
    advisor.write(test_a=ENDLESS)
    known, reached = recordings(advisor), advisor.directory / "hangs"
    cached = "-p", "no:cacheprovider"
    process = advisor.start("profile", "--python", sys.executable, "--", *cached)
    while not reached.exists() and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()  # the suite has our pipes until it is ended
    reached.unlink()
    while len(recordings(advisor)) == len(known):
        time.sleep(0.01)


def recover(advisor: Program, *words: str) -> tuple[str, str]:
    """What `profile --recover` says, once the guard has let go of the recording."""
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        ended = advisor("profile", "--recover", *words)
        if "no recording to recover" not in ended.err:
            break
        time.sleep(0.01)
    assert ended.code == 3, ended.err
    return ended.out, ended.err


def test_the_recording_of_a_killed_advisor_is_recovered_and_named(advisor: Program) -> None:
    kill_in_second_test(advisor)
    out, err = recover(advisor)
    assert "advisor was killed, during the call of test_a.py::test_hangs" in out
    assert "the recording is incomplete: advisor was killed" in err
    document = advisor("profile", "--recover", str(recordings(advisor)[0]), "--json").document
    assert document["tests"]["outcome"] == ["passed", "interrupted"]
    assert document["run"]["exit_code"] is None


def test_a_whole_recording_replaces_an_interrupted_one(advisor: Program) -> None:
    kill_in_second_test(advisor)
    recover(advisor)
    kill_in_second_test(advisor)
    recover(advisor)
    newest = max(recordings(advisor), key=lambda path: path.stat().st_mtime_ns)
    advisor.write(test_a="def test(): pass")
    ended = advisor.suite("profile")
    assert ended.code == 0
    told = [line for line in ended.err.splitlines() if "--recover" in line]
    assert len(told) == 1
    assert f"advisor profile --recover .advisor/{newest.name}" in told[0]
    assert recordings(advisor) == []
    assert "--recover" not in advisor.suite("profile").err


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"#!/bin/sh\n", "cannot read the recording"),
        (b'{"format": "advisor.profile", "major": 1}', "format 'advisor.profile'"),
        (b'{"format": "advisor.recording", "major": 1, "command"', "cannot read the recording"),
        (b'{"format": "advisor.recording", "major": 9}\0', "major 9, newer than"),
    ],
)
def test_what_is_no_recording_is_refused(content: bytes, because: str, advisor: Program) -> None:
    (advisor.directory / "f").write_bytes(content)
    ended = advisor("profile", "--recover", "f")
    assert ended.code == 2
    assert because in ended.err
    assert "advisor: hint: " in ended.err


def test_recover_has_nothing_to_run_and_may_find_nothing(advisor: Program) -> None:
    nothing = advisor("profile", "--recover")
    assert nothing.code == 2
    assert "there is no recording to recover" in nothing.err
    both = advisor("profile", "--recover", "--", "tests")
    assert both.code == 2
    assert "takes nothing after --" in both.err
    misplaced = advisor("profile", "tests")
    assert misplaced.code == 2
    assert "arguments of pytest stand after --" in misplaced.err


def test_report_says_how_a_recording_is_read(advisor: Program) -> None:
    kill_in_second_test(advisor)
    recover(advisor)
    name = f".advisor/{recordings(advisor)[0].name}"
    ended = advisor("report", name)
    assert ended.code == 2
    assert f"advisor profile --recover {name}" in ended.err
