"""That a suite does not notice the recorder."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from .recording import TEARDOWN, Recorded, Suite, command_of


def plain(python: str, directory: Path, words: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run(
        command_of(python, words), cwd=directory, capture_output=True, stdin=subprocess.DEVNULL
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def stable(output: str) -> list[str]:
    """Lines without times, addresses, and the names of temporary directories."""
    dropped = re.compile(r" in \d+\.\d+s|0x|pytest-of-|plugins:|rerunfailures")
    return [line for line in output.splitlines() if not dropped.search(line)]


@pytest.mark.parametrize(
    "name", ["scopes", "outcomes", "unittests", "groups", "collection_error", "empty", "hostile"]
)
def test_a_suite_prints_and_exits_the_same(
    name: str, recorded: Recorded, python: str, suite: Suite
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


def test_a_suite_may_start_its_own_command_line_again(recorded: Recorded, suite: Suite) -> None:
    (suite("empty") / "test_again.py").write_text(
        "import os, subprocess, sys\n"
        "def test_again():\n"
        "    if 'INNER' not in os.environ and hasattr(sys, 'orig_argv'):\n"
        "        subprocess.run(sys.orig_argv, env={**os.environ, 'INNER': '1'}, check=True)\n"
    )
    run = recorded("empty")
    assert run.exit_code == 0, run.output


# What the recorder needs, and neither pytest nor a plugin imports.
OWN_MODULES = ("mmap", "resource")


@pytest.mark.parametrize("comes", ["first", "later"])
def test_a_suite_may_have_modules_named_as_those_of_the_recorder(
    comes: str, recorded: Recorded, suite: Suite
) -> None:
    """`python -m pytest` has the directory on sys.path before any plugin is imported; where it is
    the directory of a test, pytest inserts it when that is collected."""
    directory = suite("empty")
    beside = directory if comes == "first" else directory / "later"
    beside.mkdir(exist_ok=True)
    for name in OWN_MODULES:
        (beside / f"{name}.py").write_text("OWN = True\n")
    (beside / "test_own.py").write_text(
        "import pytest\n"
        f"@pytest.mark.parametrize('name', {OWN_MODULES})\n"
        "def test_own(name):\n"
        "    assert __import__(name).OWN\n"
    )
    run = recorded("empty")
    assert run.exit_code == 0, run.output
    assert run.of("finished") and run.of("failed") == []
