"""What the recorder's tests have in common: the interpreters, and what frames say together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from .ring import Frame, Run

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = str(ROOT / "src/dialect/plugin")
ENVIRONMENTS = sorted((ROOT / "build/environments").glob("*/list.txt"))
PYTHONS = {".venv": sys.executable} | {
    list_.parent.name: str(list_.parent / "bin/python") for list_ in ENVIRONMENTS
}
LIBRARIES = sorted(
    ROOT.glob("build/*/src/dialect/libadvisor_writer.so"), key=lambda path: path.stat().st_mtime
)
# Each interpreter with the writer in C, as users have it, and one also with that in Python.
WRITERS = [(name, "c") for name in PYTHONS] + [(".venv", "python")]
MILLISECOND = 1_000_000
SETUP, CALL, TEARDOWN = 0, 1, 2
PASSED, FAILED, SKIPPED, RERUN = 0, 1, 2, 3

Recorded = Callable[..., Run]
Suite = Callable[[str], Path]


def command_of(python: str, words: Sequence[str]) -> list[str]:
    return [python, "-m", "pytest", "-p", "no:cacheprovider", *words]


def has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def require(python: str, module: str) -> None:
    if not has(python, module):
        pytest.skip(f"{module} is not installed in this environment")


def index_of(run: Run, end: str) -> int:
    (index,) = [i for i, name in enumerate(run.ids()) if name.endswith(end)]
    return index


def phase_cpu(run: Run, test: int, phase: int) -> int:
    """CPU nanoseconds of the thread between the beginning of a phase and its end."""
    began = 0
    total = 0
    for frame in run.frames:
        if frame.kind not in ("test_begin", "phase_begin", "phase_end", "report"):
            continue
        if frame.kind == "phase_end" and (frame.test, frame.phase) == (test, phase):
            total += frame.thread - began
        began = frame.thread
    return total


def spans(run: Run, name: str, kind: str) -> list[tuple[Frame, Frame]]:
    """The (begin, end) marks of the set-ups or tear-downs of a fixture."""
    (definition,) = [f.index for f in run.of("fixture") if f.name == name]
    instances = {f.a for f in run.of("setup_begin") if f.b == definition}
    begins = {f.a: f for f in run.of(f"{kind}_begin") if f.a in instances}
    ends = {f.a: f for f in run.of(f"{kind}_end") if f.a in instances}
    assert begins.keys() == ends.keys()
    return [(begins[a], ends[a]) for a in sorted(begins)]


def cpu(span: tuple[Frame, Frame]) -> float:
    """Milliseconds of CPU of the thread."""
    return float(span[1].thread - span[0].thread) / MILLISECOND
