"""Suites that do the worst to their process: the same exit code as without us, and a profile that
is complete or says why it is not."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from .test_profile import binary


@dataclass(frozen=True)
class Case:
    tests: str
    ran: int  # tests that ended, of `collected`
    collected: int
    because: str = ""  # how the reason for being incomplete begins
    conftest: str = ""
    words: tuple[str, ...] = ()


THREE = "def test_before(): pass\ndef test_hostile():\n    {}\ndef test_after(): pass\n"


def body(*lines: str) -> str:
    return "import os, sys, time\n" + THREE.format("\n    ".join(lines))


CASES = {
    "ids of a mebibyte": Case(
        "import pytest\n@pytest.mark.parametrize('a', 'ab', ids=[c * (1 << 20) for c in 'ab'])\n"
        "def test_long(a): pass\n",
        2, 2,
    ),
    "ids with lone surrogates": Case(
        "import pytest\n@pytest.mark.parametrize('a', ['\\ud800', '\\udcff', '\\ud83d\\ude00'])\n"
        "def test_odd(a): pass\n",
        3, 3,
        conftest="def pytest_make_parametrize_id(config, val, argname):\n    return val\n",
        words=("-p", "no:terminal"),
    ),
    "the same id twice": Case(
        body("pass"), 3, 3,
        conftest="def pytest_collection_modifyitems(items):\n"
        "    for item in items:\n        item._nodeid = 'test_case.py::test_one'\n",
    ),
    "100 MB of captured output": Case(
        body("for _ in range(100): print('x' * 1000000)"), 3, 3
    ),
    "100 MB of output": Case(
        body("for _ in range(1600): os.write(1, b'y' * 65536)"), 3, 3, words=("-s",)
    ),
    "all descriptors but the standard ones closed": Case(
        body("os.closerange(3, 4096)"), 3, 3, words=("-s",)
    ),
    "all descriptors closed": Case(
        body("os.closerange(0, 4096)"), 3, 3, words=("-s", "-p", "no:terminal")
    ),
    "exit without a word": Case(
        body("os._exit(0)"), 1, 3, "pytest ended with exit code 0 during the call of"
    ),
    "every module gone": Case(body("sys.modules.clear()"), 2, 3, "pytest ended with exit code 1"),
    "clocks that stand still": Case(
        body("time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 1.0",
             "time.clock_gettime_ns = time.thread_time_ns = time.process_time_ns = lambda *a: 1",
             "time.monotonic_ns = time.perf_counter_ns = time.time_ns = lambda: 1"),
        3, 3,
    ),
    "a child that runs on": Case(
        body("child = os.fork()", "if child == 0:", "    os.close(1)",
             "    raise KeyboardInterrupt", "os.waitpid(child, 0)"),
        3, 3,
    ),
    "nowhere, and nothing known": Case(
        body("os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')", "os.environ.clear()"), 3, 3
    ),
}  # fmt: skip


def silently(command: list[str], cwd: Path) -> int:
    """The exit code of a command whose output nobody sees."""
    nothing = subprocess.DEVNULL
    return subprocess.run(
        command, cwd=cwd, stdin=nothing, stdout=nothing, stderr=nothing
    ).returncode


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_suite_is_recorded_honestly(name: str, tmp_path: Path) -> None:
    advisor = binary()
    if advisor is None:
        pytest.skip("there is neither $ADVISOR nor a build/*/advisor")
    case = CASES[name]
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(case.conftest)
    (tmp_path / "test_case.py").write_text(case.tests, encoding="utf-8")
    words = ["-p", "no:cacheprovider", *case.words]
    plain = silently([sys.executable, "-m", "pytest", *words], tmp_path)
    options = ["--quiet", "--python", sys.executable, "--output", "profile.json"]
    silently([advisor, "profile", *options, "--", *words], tmp_path)

    run = json.loads((tmp_path / "profile.json").read_text())["run"]
    code = run["exit_code"] if run["signal"] is None else -run["signal"]
    assert code == plain
    table = subprocess.run(
        [advisor, "report", "--tests-csv", "profile.json"],
        cwd=tmp_path, capture_output=True, check=True,
    ).stdout.decode("utf-8", "replace")  # fmt: skip
    csv.field_size_limit(1 << 24)
    rows = list(csv.DictReader(table.splitlines(keepends=True)))
    assert len(rows) == case.collected
    ended = [row for row in rows if row["outcome"] not in ("interrupted", "not_run")]
    assert len(ended) == case.ran, run
    assert all(float(row["wall_s"]) >= 0 for row in ended)
    assert run["complete"] == (not run["incomplete_because"])
    if case.ran == case.collected:
        assert run["complete"], run
    else:
        assert run["incomplete_because"].startswith(case.because), run
        assert run["incomplete_because"]
