"""Runs suites sequentially, on forked workers and on threads, in .venv and in every environment
that tests/python/environments/make made, and collects what pytest reported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = [str(ROOT / "src/dialect/plugin/lanes"), str(ROOT / "src/dialect/plugin")]
SUITES = ROOT / "tests/suites"
ENVIRONMENTS = sorted((ROOT / "build/environments").glob("*/list.txt"))
PYTHONS = {".venv": sys.executable} | {
    list_.parent.name: str(list_.parent / "bin/python") for list_ in ENVIRONMENTS
}

# Writes what it hears, in the process that the user started, as a line of JSON each.
LOG = """
import json, os, re
_file = open(os.environ.pop("REPORT_LOG"), "w", encoding="ascii")
_pid = os.getpid()

def write(*line):
    assert os.getpid() == _pid, "heard in a worker"
    _file.write(json.dumps(line) + "\\n")
    _file.flush()

def pytest_unconfigure():
    _file.close()

def pytest_runtest_logstart(nodeid):
    write("start", nodeid)

def pytest_runtest_logreport(report):
    write("report", report.nodeid, report.when, report.outcome, hasattr(report, "wasxfail"),
          re.sub(r"0x[0-9a-f]+", "0x", str(report.longrepr)), report.sections,
          [[name, str(value)] for name, value in report.user_properties])

def pytest_runtest_logfinish(nodeid):
    write("finish", nodeid)

def pytest_warning_recorded(warning_message, when, nodeid):
    write("warning", nodeid, when, warning_message.category.__name__,
          re.sub(r"0x[0-9a-f]+|pid=\\d+", "0x", str(warning_message.message)),
          warning_message.filename, warning_message.lineno)
"""


@dataclass
class Ended:
    code: int
    out: str
    said: list[list[Any]] = field(default_factory=list)

    def of(self, kind: str) -> list[list[Any]]:
        return [line[1:] for line in self.said if line[0] == kind]

    @property
    def reports(self) -> list[list[Any]]:
        return self.of("report")

    def outcomes(self) -> dict[str, str]:
        """Of each test the worst that was reported, by the last part of its name."""
        worst: dict[str, str] = {}
        for nodeid, _, outcome, *_ in self.reports:
            name = nodeid.rpartition("::")[2]
            if worst.get(name) != "failed":
                worst[name] = outcome
        return worst

    def failed(self) -> set[str]:
        return {name for name, outcome in self.outcomes().items() if outcome == "failed"}


class Suite:
    """A directory of tests of its own, so that none of this project's settings are found."""

    def __init__(self, directory: Path, python: str) -> None:
        self.directory, self.python = directory, python
        directory.mkdir()
        (directory / "pytest.ini").write_text("[pytest]\nmarkers = xdist_group: as of xdist\n")
        (directory.parent / "report_log_plugin.py").write_text(LOG)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.directory / f"{name}.py").write_text(text)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST_", "ADVISOR_"))
        }
        kept["PYTHONPATH"] = os.pathsep.join([*PLUGINS, str(self.directory.parent)])
        kept["REPORT_LOG"] = str(self.directory.parent / "said")
        fixed = ["-p", "report_log_plugin", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
        return subprocess.Popen(
            [self.python, "-m", "pytest", *fixed, *words],
            cwd=self.directory,
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def ended(self, process: subprocess.Popen[bytes]) -> Ended:
        try:
            out = process.communicate(timeout=120)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        log = self.directory.parent / "said"
        said = [json.loads(line) for line in log.read_text().splitlines()]
        return Ended(process.returncode, out.decode("utf-8", "replace"), said)

    def sequential(self, *words: str, **environment: str) -> Ended:
        return self.ended(self.start(*words, **environment))

    def forked(self, workers: int, *words: str, **environment: str) -> Ended:
        words = ("-p", "advisor_lanes", "--forked-workers", str(workers), *words)
        return self.ended(self.start(*words, **environment))

    def threads(self, lanes: int, *words: str, **environment: str) -> Ended:
        words = ("-p", "advisor_lanes", "--threads", str(lanes), *words)
        return self.ended(self.start(*words, **environment))


@pytest.fixture(params=PYTHONS)
def python(request: pytest.FixtureRequest) -> str:
    return PYTHONS[request.param]


@pytest.fixture
def suite(tmp_path: Path, python: str) -> Suite:
    return Suite(tmp_path / "suite", python)


@pytest.fixture
def copy_of(tmp_path: Path, python: str) -> Callable[[str], Suite]:
    def make(name: str) -> Suite:
        import shutil

        made = Suite(tmp_path / "suite", python)
        shutil.copytree(SUITES / name, made.directory, dirs_exist_ok=True)
        return made

    return make
