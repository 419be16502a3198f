"""Kills one recorded run at one moment and compares its profile with the suite's own journal."""

from __future__ import annotations

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST_S = 1.2  # from the suite's first word to the kill; an undisturbed run takes about as long
PATIENCE_S = 30.0
TESTS = """
import subprocess, sys, time, pytest

@pytest.mark.parametrize("number", range(25))
def test_computes(number, slow):
    sum(range(20000 * (number % 4)))

@pytest.mark.parametrize("number", range(15))
def test_waits(number, slow):
    time.sleep(0.01 * (number % 3))
"""
CHILD = """
def test_leaves_a_child():
    subprocess.Popen(["sleep", "600"])
"""


@dataclass
class Journal:
    """What the suite wrote about itself; each list in order."""

    pid: int = 0
    begun: list[str] = field(default_factory=list)
    ending: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


def read_journal(path: Path) -> Journal:
    journal = Journal()
    text = path.read_text() if path.exists() else ""
    for line in text.split("\n")[:-1]:  # the last is not whole
        event, _, node_id = line.partition(" ")
        if event.startswith("pid:"):
            journal.pid = int(event[4:])
        else:
            {"begins": journal.begun, "ending": journal.ending, "ended": journal.ended}[
                event
            ].append(node_id)
    return journal


def write_suite(base: Path, tests: str) -> None:
    (base / "pytest.ini").write_text("[pytest]\n")
    shutil.copy(HERE / "suite_conftest.py", base / "conftest.py")
    for number in range(3):
        (base / f"test_{number}.py").write_text(tests)


def processes_with(mark: str) -> list[int]:
    """Processes of the run: its directory is in their command line or is where they are."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
                if mark in words or mark in os.readlink(entry / "cwd"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def outcomes(advisor: str, profile: Path) -> dict[str, str]:
    if not profile.exists():
        return {}
    command = [advisor, "report", "--tests-csv", str(profile)]
    table = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return {row["id"]: row["outcome"] for row in csv.DictReader(table.splitlines(keepends=True))}


def wait_for_suite(journal: Path, process: subprocess.Popen[bytes]) -> int:
    """The pid of pytest, once it is there; 0 if the run has ended."""
    limit = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < limit:
        pid = read_journal(journal).pid
        if pid:
            return pid
        time.sleep(0.002)
    return 0


def kill_once(advisor: str, base: Path, whom: str, chance: random.Random) -> Counter[str]:
    """Runs the suite in `base`, a new directory, and counts what is wrong with its profile."""
    base.mkdir()
    mark = str(base)
    write_suite(base, TESTS + CHILD if whom == "suite" else TESTS)
    log, profile = base / "journal", base / "profile.json"
    options = ["--quiet", "--python", sys.executable, "--output", str(profile)]
    with (base / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [advisor, "profile", *options, "--", "-q", "-p", "no:cacheprovider"],
            cwd=base, env=os.environ | {"KILLS_JOURNAL": str(log), "TMPDIR": str(base)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip
    pid = wait_for_suite(log, process)
    time.sleep(chance.uniform(0, LONGEST_S))
    killed = bool(pid) and process.poll() is None
    if killed:
        try:
            os.kill(pid if whom == "suite" else process.pid, signal.SIGKILL)
        except ProcessLookupError:  # the suite has ended, and advisor is about to
            killed = False
    code = process.wait()
    limit = time.monotonic() + 2
    while processes_with(mark) and time.monotonic() < limit:
        time.sleep(0.01)
    left = processes_with(mark)
    for leftover in left:
        os.kill(leftover, signal.SIGKILL)
    wrong = Counter(runs=1, killed=int(killed), left_behind=len(left))
    if whom == "suite":
        wrong.update(compare(read_journal(log), outcomes(advisor, profile), killed, code))
        errors_text = (base / "stderr").read_text(errors="replace")
        if killed and "signal 9 ended pytest" not in errors_text and code != 0:
            wrong["wrong_end"] += 1
    return wrong


def compare(journal: Journal, told: dict[str, str], killed: bool, code: int) -> Counter[str]:
    ended = {test for test, outcome in told.items() if outcome not in ("interrupted", "not_run")}
    wrong = Counter(
        finished=len(journal.ended),
        lost=len(set(journal.ended) - ended) if told or journal.ended else 0,
        invented=len(ended - set(journal.ending)),
    )
    interrupted = [test for test, outcome in told.items() if outcome == "interrupted"]
    unfinished = [test for test in journal.begun if test not in ended]
    if told and interrupted != unfinished:
        # Killed after the last test began for the recorder, and before it did for the journal.
        wrong["unnamed"] += int(not (len(interrupted) == 1 and not unfinished))
    wrong["within_a_test"] += int(killed and bool(interrupted))
    wrong["wrong_end"] += int(not killed and code != 0)
    return wrong
