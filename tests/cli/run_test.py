"""advisor run: exit codes mean what they mean sequentially, and nothing is lost or left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from .conftest import Ended, Program

PROCESSES = "processes=2,dist=load"

# Name: files, pytest's words, pytest's exit code when it runs sequentially.
SUITES: dict[str, tuple[dict[str, str], tuple[str, ...], int]] = {
    "passing": ({"test_it": "def test_a(): pass\ndef test_b(): pass"}, (), 0),
    "failing": ({"test_it": "def test_a(): pass\ndef test_b(): assert 0"}, (), 1),
    "stopping": (
        {"test_it": "def test_a(): assert 0\ndef test_b(): pass\ndef test_c(): pass"},
        ("-x",),
        1,
    ),
    "broken collection": (
        {"test_it": "import no_such_module", "test_b": "def test(): pass"},
        (),
        2,
    ),
    "nothing": ({"test_it": ""}, (), 5),
    "missing path": ({"test_it": "def test(): pass"}, ("missing",), 4),
    "exit by itself": (
        {"test_it": "import pytest\ndef test(): pytest.exit('x', returncode=7)"},
        (),
        7,
    ),
    "skipped": ({"test_it": "import pytest\ndef test(): pytest.skip()"}, (), 0),
    "expected to fail": (
        {"test_it": "import pytest\n@pytest.mark.xfail(strict=True)\ndef test(): pass"},
        (),
        1,
    ),
}


def run(advisor: Program, configuration: str, *words: str) -> Ended:
    return advisor.suite("run", "--configuration", configuration, pytest_words=words)


@pytest.mark.parametrize("configuration", ["sequential", PROCESSES])
@pytest.mark.parametrize("name", SUITES)
def test_exit_codes_are_those_of_a_sequential_run(
    advisor: Program, name: str, configuration: str
) -> None:
    files, words, code = SUITES[name]
    advisor.write(**files)
    ended = run(advisor, configuration, *words)
    assert ended.code == code, ended.out + ended.err


def test_what_pytest_prints_stays_and_the_sentence_is_last(advisor: Program) -> None:
    advisor.write(test_it="def test_a(): pass\ndef test_b(): pass")
    assert advisor.suite("analyze").code == 0
    ended = advisor.suite("run", "--json-out", "outcome.json")
    assert ended.code == 0
    assert "2 passed" in ended.out
    last = ended.out.splitlines()[-1]
    assert last.startswith("predicted ")
    assert ", measured " in last
    assert ", sequential " in last
    outcome = json.loads((advisor.directory / "outcome.json").read_text())
    assert outcome["format"] == "advisor.outcome"
    assert outcome["exit_codes"] == {"own": 0, "runner": 0, "runner_signal": None, "because": ""}
    assert outcome["outcomes"] == {"passed": 2}
    assert outcome["conservation"] == {"collected": 2, "final": 2, "lost": [], "duplicated": []}


def test_workers_are_accounted_for(advisor: Program) -> None:
    advisor.write(
        test_it="import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test(n): pass"
    )
    ended = advisor.suite("run", "--configuration", PROCESSES, "--json", "--quiet")
    assert ended.code == 0
    outcome = ended.document
    assert {worker["name"] for worker in outcome["workers"]} == {"gw0", "gw1"}
    assert sum(worker["tests"] for worker in outcome["workers"]) == 6
    assert all(worker["boot_s"] > 0 for worker in outcome["workers"])


def test_a_session_that_ends_early_with_zero_is_not_a_success(advisor: Program) -> None:
    advisor.write(
        test_it="import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\ndef test_c(): pass"
    )
    ended = run(advisor, "sequential")
    assert ended.code == 125
    assert "before the end of its session" in " ".join(ended.out.split())


def test_a_failing_test_that_xdist_loses_is_not_a_success(advisor: Program) -> None:
    # The report of the last test cannot be serialised, and pytest-xdist exits with 0.
    advisor.write(
        test_it="def test_a(): pass\n"
        "def test_b(): assert 0, b'\\xff'.decode('utf8', 'surrogateescape')"
    )
    ended = run(advisor, PROCESSES)
    assert ended.code not in (0, 5)
    outcome_line = next(line for line in ended.out.splitlines() if "exit code" in line)
    assert "exit code" in outcome_line


def test_a_worker_that_crashes_is_a_failure(advisor: Program) -> None:
    advisor.write(test_it="import os\ndef test_a(): pass\ndef test_b(): os.kill(os.getpid(), 11)")
    ended = run(advisor, PROCESSES)
    assert ended.code == 1
    assert "1 failed" in ended.out


def test_what_cannot_be_run_says_why(advisor: Program) -> None:
    advisor.write(test_it="def test_a(): pass")
    ended = run(advisor, "threads=4")
    assert ended.code == 125
    assert "predicts it only" in ended.err
    assert run(advisor, "nonsense=4").code == 125
    assert run(advisor, PROCESSES, "-p", "no:xdist").code == 125


def test_processes_that_tests_leave_behind_are_ended(advisor: Program, nothing_left: str) -> None:
    advisor.write(
        test_it=f"""
import subprocess, sys
def test_leaves():
    subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", "{nothing_left}"],
        start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
"""
    )
    ended = run(advisor, "sequential")
    assert ended.code == 0
    assert "outlived the run" in ended.out


@pytest.mark.parametrize("configuration", ["sequential", PROCESSES])
def test_an_interrupt_reaches_pytest_and_leaves_nothing(
    advisor: Program, nothing_left: str, configuration: str
) -> None:
    ready = advisor.directory / "ready"
    advisor.write(
        test_it=f"""
import pathlib, subprocess, sys
def test_a(): pass
def test_hangs():
    pathlib.Path({str(ready)!r}).touch()
    subprocess.run([sys.executable, "-c", "import time; time.sleep(600)", "{nothing_left}"])
"""
    )
    process = advisor.start(
        "run",
        "--python",
        sys.executable,
        "--configuration",
        configuration,
        "--no-calibration",
        "--",
        "-p",
        "no:cacheprovider",
    )
    until = time.monotonic() + 60
    while not ready.exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 2


def test_run_without_advice_analyses_first(advisor: Program) -> None:
    advisor.write(test_it="def test_a(): pass")
    ended = advisor.suite("run")
    assert ended.code == 0
    assert "analysing first" in ended.err
    again = advisor.suite("run")
    assert "analysing first" not in again.err
    assert "advice of .advisor/advice-" in again.err
