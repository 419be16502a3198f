"""Kills one run at one moment and compares its profile with the suite's own journal."""

from __future__ import annotations

import csv
import json
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
WHOM = ("suite", "advisor", "run")
FIRST_WORD_S = 1.0  # from the start of advisor to the suite's first word, about
LONGEST_S = 1.3  # from there to the kill; an undisturbed run takes about as long
PATIENCE_S = 60.0
ORPHANS_MAY_LAST_S = 2.0
TESTS = """
import subprocess, sys, time, pytest

@pytest.mark.parametrize("number", range(25))
def test_computes(number, slow):
    sum(range(20000 * (number % 4)))

@pytest.mark.parametrize("number", range(15))
def test_waits(number, slow):
    time.sleep(0.01 * (number % 3))

@pytest.mark.parametrize("number", range(5))
def test_fails(number, slow):
    assert number < 0

@pytest.mark.parametrize("number", range(5))
def test_skips(number, slow):
    pytest.skip()
"""
CHILD = """
def test_leaves_a_child():
    subprocess.Popen(["sleep", "600"])
"""
OUTCOMES = {"test_fails": "failed", "test_skips": "skipped"}  # the others pass


@dataclass
class Journal:
    """What the suite wrote about itself; each list in order."""

    pid: int = 0
    begun: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)  # before any plugin heard of it
    ended: list[str] = field(default_factory=list)  # after all have


def read_journal(path: Path) -> Journal:
    journal = Journal()
    text = path.read_text() if path.exists() else ""
    for line in text.split("\n")[:-1]:  # the last is not whole
        event, _, node_id = line.partition(" ")
        if event.startswith("pid:"):
            journal.pid = int(event[4:])
        else:
            {"begins": journal.begun, "torn": journal.torn, "ended": journal.ended}[event].append(
                node_id
            )
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


def wait_for_suite(journal: Path, process: subprocess.Popen[bytes]) -> int:
    """The pid of pytest, once it is there; 0 if the run has ended."""
    limit = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < limit:
        pid = read_journal(journal).pid
        if pid:
            return pid
        time.sleep(0.002)
    return 0


class Run:
    """One run of the suite, in `base`, a new directory."""

    def __init__(self, advisor: str, base: Path, whom: str, chance: random.Random) -> None:
        self.advisor, self.base, self.whom = advisor, base, whom
        self.log, self.profile = base / "journal", base / "profile.json"
        (base / "tmp").mkdir(parents=True)
        write_suite(base, TESTS if whom == "advisor" else TESTS + CHILD)
        self.process = self.start(self.words(chance))

    def words(self, chance: random.Random) -> list[str]:
        if self.whom == "run":
            spec = chance.choice(["sequential", "processes=2,dist=load", "forked=2"])
            return ["run", "--no-calibration", "--configuration", spec]
        return ["profile", "--output", str(self.profile)]

    def start(self, words: list[str]) -> subprocess.Popen[bytes]:
        options = ["--quiet", "--python", sys.executable]
        with (self.base / "stderr").open("wb") as errors:
            return subprocess.Popen(
                [self.advisor, *words, *options, "--", "-q", "-p", "no:cacheprovider"],
                cwd=self.base,
                env=os.environ | {"KILLS_JOURNAL": str(self.log), "TMPDIR": str(self.base / "tmp")},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip

    def kill(self, chance: random.Random) -> bool:
        """At a random moment; False if there was nothing left to kill."""
        if self.whom != "suite" and chance.random() < 0.2:
            time.sleep(chance.uniform(0, FIRST_WORD_S))
            pid = self.process.pid
        else:
            pid = wait_for_suite(self.log, self.process)
            time.sleep(chance.uniform(0, LONGEST_S))
        if self.process.poll() is not None:
            return False
        try:
            os.kill(pid if self.whom == "suite" else self.process.pid, signal.SIGKILL)
        except ProcessLookupError:  # the suite has ended, and advisor is about to
            return False
        return True

    def left_behind(self) -> list[str]:
        """Processes, and files for the time of a run, two seconds later; pytest keeps its own."""
        limit = time.monotonic() + ORPHANS_MAY_LAST_S
        while True:
            processes = processes_with(str(self.base))
            files = [path.name for path in (self.base / "tmp").glob("advisor-*")]
            if not processes + files or time.monotonic() > limit:
                break
            time.sleep(0.01)
        for leftover in processes:
            os.kill(leftover, signal.SIGKILL)
        return [str(pid) for pid in processes] + files

    def recover(self) -> None:
        """Leaves the profile where an undisturbed run does, if there is one."""
        command = [self.advisor, "profile", "--recover", "--output", str(self.profile)]
        ended = subprocess.run(command, cwd=self.base, capture_output=True, check=False)
        saved = list((self.base / ".advisor").glob("profile-*.json"))
        if ended.returncode == 2 and saved:  # killed when it was done
            shutil.copy(saved[0], self.profile)

    def outcomes(self) -> dict[str, str]:
        if not self.profile.exists():
            return {}
        command = [self.advisor, "report", "--tests-csv", str(self.profile)]
        table = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        rows = csv.DictReader(table.splitlines(keepends=True))
        return {row["id"]: row["outcome"] for row in rows}

    def why_incomplete(self) -> str | None:
        """Nothing where the profile is complete; where there is none, what advisor said."""
        if not self.profile.exists():
            return (self.base / "stderr").read_text(errors="replace")
        run = json.loads(self.profile.read_text())["run"]
        return None if run["complete"] else run["incomplete_because"]


def kill_once(advisor: str, base: Path, whom: str, chance: random.Random) -> Counter[str]:
    """Runs the suite in `base`, a new directory, and counts what is wrong after the kill."""
    run = Run(advisor, base, whom, chance)
    killed = run.kill(chance)
    run.process.wait()
    left = run.left_behind()
    wrong = Counter(runs=1, killed=int(killed), left_behind=len(left))
    if whom == "run":
        return wrong
    if whom == "advisor" and killed:
        run.recover()
    journal, told = read_journal(run.log), run.outcomes()
    wrong.update(compare(journal, told, killed))
    why = run.why_incomplete()
    reason = "advisor was killed" if whom == "advisor" else "signal 9 ended pytest"
    if why is None:
        wrong["wrong_end"] += int(len(journal.ended) != len(told))
    elif told or whom == "suite":
        wrong["wrong_end"] += int(not killed or reason not in why)
    return wrong


def compare(journal: Journal, told: dict[str, str], killed: bool) -> Counter[str]:
    ended = {test for test, outcome in told.items() if outcome not in ("interrupted", "not_run")}
    wrong = Counter(
        finished=len(journal.ended),
        lost=len(set(journal.ended) - ended),
        invented=len(ended - set(journal.torn)),
        unnamed=0,
        wrong_outcome=sum(told[test] != outcome_of(test) for test in ended),
    )
    interrupted = [test for test, outcome in told.items() if outcome == "interrupted"]
    unfinished = [test for test in journal.begun if test not in ended]
    if told and interrupted != unfinished:
        # Killed after the last test began for the recorder, and before it did for the journal.
        wrong["unnamed"] += int(not (len(interrupted) == 1 and not unfinished))
    wrong["within_a_test"] += int(killed and bool(interrupted))
    return wrong


def outcome_of(test: str) -> str:
    return OUTCOMES.get(test.partition("::")[2].partition("[")[0], "passed")
