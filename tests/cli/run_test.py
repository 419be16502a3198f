"""advisor run: exit codes mean what they mean sequentially, and nothing is lost or left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Ended, Program, descendants_marked

PROCESSES = "processes=2,dist=load"
FORKED = "forked=2"


def run(advisor: Program, configuration: str, *words: str) -> Ended:
    return advisor.suite("run", "--configuration", configuration, pytest_words=words)


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)


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
    assert outcome["conservation"] == {
        "collected": 2,
        "final": 2,
        "lost": [],
        "not_run": [],
        "duplicated": [],
        "contradicted": [],
        "sightings": [],
    }


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


def test_a_test_that_stalls_is_ended_and_its_stack_shown(advisor: Program) -> None:
    advisor.write(
        test_a="import time\ndef test_1(): pass\ndef test_2(): waits()\n"
        "def waits(): time.sleep(600)\ndef test_3(): pass\n"
    )
    for configuration in ("sequential", PROCESSES, FORKED):
        ended = advisor.suite("run", "--configuration", configuration, "--stall", "2s")
        assert ended.code == 125, ended.out + ended.err
        assert "STALLED: test_a.py::test_2" in ended.out
        assert "in waits" in " ".join(ended.out.split())  # its stack
        assert "_pytest" not in ended.out.partition("STALLED")[2]
        assert "2 passed" in ended.out or configuration == "sequential"


def test_a_pytest_that_does_not_exit_is_ended(advisor: Program) -> None:
    advisor.write(
        test_a="import threading, time\n"
        "def test_1(): threading.Thread(target=time.sleep, args=(600,)).start()\n"
    )
    ended = advisor.suite("run", "--configuration", "sequential", "--stall", "2s")
    assert ended.code == 125, ended.out + ended.err
    assert "1 passed" in ended.out
    assert "did not exit" in ended.out


@pytest.mark.parametrize("configuration", ["sequential", PROCESSES, FORKED])
def test_a_deadline_ends_the_run_and_names_what_ran(advisor: Program, configuration: str) -> None:
    advisor.write(test_a="import time\ndef test_1(): pass\ndef test_2(): time.sleep(600)\n")
    options = ("--configuration", configuration, "--deadline", "6s", "--json-out", "out.json")
    ended = advisor.suite("run", *options)
    assert ended.code == 125, ended.out + ended.err
    assert "RUNNING AT THE DEADLINE OF 6.0 s: test_a.py::test_2" in ended.out
    assert "STALLED" not in ended.out and "LOST" not in ended.out
    assert "1 passed, 1 not run, exit code 125: the deadline passed" in ended.out
    assert "ended early after" in ended.out
    outcome = json.loads((advisor.directory / "out.json").read_text())
    assert [stall["id"] for stall in outcome["at_deadline"]] == ["test_a.py::test_2"]
    assert outcome["deadline_s"] == 6 and outcome["stalls"] == []


def test_a_path_that_is_not_there_is_named_as_a_sequential_run_names_it(advisor: Program) -> None:
    ended = advisor.suite("run", "--configuration", PROCESSES, pytest_words=("absent.py",))
    assert ended.code == 4
    assert "file or directory not found: absent.py" in " ".join(ended.out.split())


def test_tests_that_the_recording_does_not_know_are_counted(advisor: Program) -> None:
    advisor.write(test_a="def test_1(): pass\n")
    assert advisor.suite("profile").code == 0
    advisor.write(test_b="def test_2(): pass\ndef test_3(): pass\n")
    ended = advisor.suite("run", "--configuration", "sequential", "--no-calibration")
    assert ended.code == 0, ended.err
    assert "2 tests are not in the recording" in ended.out


def test_the_suite_ends_with_an_advisor_that_is_killed(advisor: Program, nothing_left: str) -> None:
    ready = advisor.directory / "ready"
    advisor.write(
        test_it=f"""
import pathlib, subprocess, sys
def test_hangs():
    pathlib.Path({str(ready)!r}).touch()
    words = [sys.executable, "-c", "import time; time.sleep(600)", "{nothing_left}"]
    subprocess.Popen(words, start_new_session=True)
    subprocess.run(words)
"""
    )
    process = advisor.start(
        *("run", "--python", sys.executable, "--configuration", PROCESSES),
        *("--no-calibration", "--", "-p", "no:cacheprovider"),
    )
    wait_for(ready, process)
    process.kill()
    process.communicate(timeout=60)  # whoever holds its streams has ended
    until = time.monotonic() + 60
    while descendants_marked(nothing_left):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_forked_workers_keep_what_xdist_loses(advisor: Program) -> None:
    advisor.write(
        test_it="def test_a(record_property): record_property('k', object())\n"
        "def test_b(): assert 0, b'\\xff'.decode('utf8', 'surrogateescape')"
    )
    ended = advisor.suite("run", "--configuration", FORKED, "--json", "--quiet")
    assert ended.code == 1
    assert ended.document["outcomes"] == {"failed": 1, "passed": 1}
    assert ended.document["conservation"]["lost"] == []
    assert [worker["name"] for worker in ended.document["workers"]] == ["gw0", "gw1"]


def test_advised_forked_workers_that_a_suite_refuses_give_way(advisor: Program) -> None:
    advisor.write(
        test_it="import pytest, time\n@pytest.mark.parametrize('n', range(40))\n"
        "def test(n): time.sleep(0.05)"
    )
    analyzed = advisor.suite("analyze", "--json")
    assert analyzed.document["recommended"].startswith("forked=")
    advisor.write(
        conftest="import threading\nwaiting = threading.Event()\n"
        "threading.Thread(target=waiting.wait, name='pump', daemon=True).start()"
    )
    ended = advisor.suite("run")
    assert ended.code == 0, ended.out + ended.err
    assert "the thread 'pump'" in ended.err and "running instead: " in ended.err
    assert run(advisor, FORKED).code == 4


def test_what_cannot_be_run_says_why(advisor: Program) -> None:
    advisor.write(test_it="def test_a(): pass")
    ended = run(advisor, "threads=4,runner=pytest-parallel")
    assert ended.code == 125
    assert "it is not installed for" in ended.err
    assert run(advisor, "nonsense=4").code == 125
    assert run(advisor, PROCESSES, "-p", "no:xdist").code == 125


@pytest.mark.parametrize("configuration", ["sequential", PROCESSES])
@pytest.mark.parametrize("word", ["--setup-only", "--setup-plan", "--fixtures", "--collect-only"])
def test_what_only_shows_tests_runs_none(advisor: Program, word: str, configuration: str) -> None:
    advisor.write(test_a="def test_1(tmp_path): pass\ndef test_2(): pass\n")
    ended = run(advisor, configuration, word)
    assert ended.code == 0, ended.out
    assert "no test was run, exit code 0" in ended.out
    assert " passed" not in ended.out
    assert "LOST" not in ended.out


def test_a_set_up_that_fails_has_pytests_exit_code_when_only_shown(advisor: Program) -> None:
    advisor.write(test_a="import pytest\n@pytest.fixture\ndef f(): assert 0\ndef test_1(f): pass\n")
    ended = run(advisor, "sequential", "--setup-only")
    assert ended.code == 1
    assert "no test was run, exit code 1" in ended.out


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


# What the signal leaves: pytest handles INT alone, and dies of the others.
SIGNALS = {"INT": 2, "TERM": 143, "HUP": 129, "QUIT": 131}


@pytest.mark.parametrize("configuration", ["sequential", PROCESSES, FORKED])
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_reaches_pytest_and_leaves_nothing(
    advisor: Program, nothing_left: str, name: str, configuration: str
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
        *("run", "--python", sys.executable, "--configuration", configuration),
        *("--no-calibration", "--", "-p", "no:cacheprovider"),
    )
    wait_for(ready, process)
    process.send_signal(signal.Signals["SIG" + name])
    try:
        out, _ = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == SIGNALS[name], out
    assert "exit code" in out  # the results so far are reported
    assert descendants_marked(nothing_left) == []


def test_a_second_interrupt_ends_at_once(advisor: Program, nothing_left: str) -> None:
    ready = advisor.directory / "ready"
    deaf = advisor.directory / "deaf"
    advisor.write(
        test_it=f"""
import pathlib, signal, time
def test_hangs():
    signal.signal(signal.SIGINT, lambda *_: pathlib.Path({str(deaf)!r}).touch())
    pathlib.Path({str(ready)!r}).touch()
    until = time.monotonic() + 600
    while time.monotonic() < until: time.sleep(0.05)  # {nothing_left}
"""
    )
    process = advisor.start(
        *("run", "--python", sys.executable, "--configuration", "sequential"),
        *("--no-calibration", "--", "-p", "no:cacheprovider"),
    )
    wait_for(ready, process)
    process.send_signal(signal.SIGINT)
    wait_for(deaf, process)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 137, out
    assert "signal 9 ended pytest" in out


def test_run_without_advice_analyses_first(advisor: Program) -> None:
    advisor.write(test_it="def test_a(): pass")
    ended = advisor.suite("run")
    assert ended.code == 0
    assert "analysing first" in ended.err
    again = advisor.suite("run")
    assert "analysing first" not in again.err
    assert "advice of .advisor/advice-" in again.err
