"""One run of advisor that is killed at its k-th system call; see README.md."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.faults.judge import environment, left_behind

SUITE = """
import time
def test_1(): pass
def test_2(): time.sleep(0.3)
def test_3(): time.sleep(0.3)
"""
OLD = '{"format": "old"}\n'
ORPHANS_MAY_LAST_S = 2.0


def run(
    advisor: str, base: Path, spec: str, strace: list[str]
) -> subprocess.CompletedProcess[bytes]:
    options = ["--python", sys.executable, "--no-calibration", "--configuration", spec]
    command = [advisor, "run", *options, "--json-out", "outcome.json"]
    return subprocess.run(
        [*strace, *command, "--", "-p", "no:cacheprovider"],
        cwd=base / "suite",
        env=environment(base / "log"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


def prepare(base: Path) -> None:
    (base / "suite").mkdir()
    (base / "suite/test_a.py").write_text(SUITE)
    (base / "suite/outcome.json").write_text(OLD)


def calls_of(advisor: str, spec: str) -> int:
    """How many system calls a run makes."""
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        base = Path(name)
        prepare(base)
        ended = run(advisor, base, spec, ["strace", "-qq", "-o", str(base / "trace")])
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return len((base / "trace").read_text().splitlines())


def wrong_at(advisor: str, spec: str, call: int) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        base = Path(name)
        prepare(base)
        inject = f"inject=all:signal=SIGKILL:when={call}"
        run(advisor, base, spec, ["strace", "-qq", "-o", "/dev/null", "-e", inject])
        until = time.monotonic() + ORPHANS_MAY_LAST_S
        while (left := left_behind(base / "log")) and time.monotonic() < until:
            time.sleep(0.02)
        wrong = [f"left behind: {words}" for words in left]
        text = (base / "suite/outcome.json").read_text()
        if text != OLD:
            try:
                assert json.loads(text)["format"] == "advisor.outcome"
            except (ValueError, KeyError, AssertionError):
                wrong.append("half an outcome document")
        if call % 10 == 0:
            again = run(advisor, base, spec, [])
            if again.returncode != 0:
                wrong.append(f"the next run exits with {again.returncode}")
        return wrong
