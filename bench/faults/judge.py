"""Runs one hostile suite by advisor and says what is wrong with the answer; see README.md."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.faults.suites import Suite

KINDS = {
    "sequential": "sequential",
    "load": "processes=2,dist=load",
    "worksteal": "processes=2,dist=worksteal",
    "planned": "processes=2,dist=planned",
    "loadscope": "processes=2,dist=loadscope",
    "loadfile": "processes=2,dist=loadfile",
    "loadgroup": "processes=2,dist=loadgroup",
}
PATIENCE_S = 200


@dataclass
class Verdict:
    suite: str
    kind: str
    code: int | None
    pytest_code: int | None = None
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    output: str = ""


@dataclass
class Observed:
    collected: Counter[str]
    started: Counter[str]
    failed: list[str]


def observed(log: Path) -> Observed:
    by_process: dict[str, Counter[str]] = {}
    started: Counter[str] = Counter()
    failed = []
    for line in log.read_text().splitlines() if log.exists() else []:
        what, how, test = line.split(" ", 2)
        if what == "collected":
            by_process.setdefault(how, Counter())[test] += 1
            continue
        started[test] += what == "setup"
        if how == "failed":
            failed.append(f"{test} at {what}")
    return Observed(next(iter(by_process.values()), Counter()), started, failed)


def environment(log: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "ADVISOR_", "VIRTUAL_ENV"))
    }
    return kept | {"FAULTS_LOG": str(log), "XDG_CACHE_HOME": str(log.parent), "LC_ALL": "C.UTF-8"}


def left_behind(log: Path) -> list[str]:
    """Processes with the environment of this run."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(log).encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def run_to_end(command: list[str], directory: Path, log: Path) -> tuple[int | None, str]:
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=environment(log),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        output, _ = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        return None, output.decode("utf-8", "replace")
    return process.returncode, output.decode("utf-8", "replace")


def pytest_alone(suite: Suite) -> int | None:
    """The exit code of a sequential run without advisor."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        directory = Path(name) / "suite"
        directory.mkdir()
        suite.write(directory)
        words = ["-p", "no:cacheprovider", *suite.words]
        # As advisor does where addopts may ask for workers.
        command = [sys.executable, "-m", "pytest", *words, "-n0"]
        return run_to_end(command, directory, Path(name) / "log")[0]


def judge(advisor: str, suite: Suite, kind: str, pytest_code: int | None) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        directory = Path(name) / "suite"
        directory.mkdir()
        suite.write(directory)
        log = Path(name) / "log"
        options = ["--python", sys.executable, "--no-calibration", "--configuration", KINDS[kind]]
        limits = ["--stall", "20s", "--deadline", "120s"]
        command = [advisor, "run", *options, *limits, "--", "-p", "no:cacheprovider", *suite.words]
        began = time.monotonic()
        code, output = run_to_end(command, directory, log)
        verdict = Verdict(suite.name, kind, code, pytest_code, time.monotonic() - began)
        verdict.output = output
        if code is None:
            verdict.wrong.append(f"no end within {PATIENCE_S} s")
        elif code < 0:
            verdict.wrong.append(f"advisor died of signal {-code}")
        verdict.wrong += [f"left behind: {words}" for words in left_behind(log)]
        if code == 0:
            verdict.wrong += why_not_zero(suite, observed(log), pytest_code)
        return verdict


def why_not_zero(suite: Suite, seen: Observed, pytest_code: int | None) -> list[str]:
    wrong = [] if suite.blind else [f"failed: {what}" for what in seen.failed]
    if "--collect-only" not in suite.words and not suite.blind:
        for test, count in seen.collected.items():
            if seen.started[test] != count:
                wrong.append(f"{test} was collected {count} times, ran {seen.started[test]} times")
    if not suite.depends and pytest_code != 0:
        wrong.append(f"pytest alone exits with {pytest_code}")
    return wrong
