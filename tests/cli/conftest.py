"""Runs the built binary as a user would: $ADVISOR, else the newest of build/*/advisor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def binary() -> Path:
    named = os.environ.get("ADVISOR")
    if named:
        return Path(named)
    built = sorted(ROOT.glob("build/*/advisor"), key=lambda path: path.stat().st_mtime)
    if not built:
        pytest.skip("advisor is not built: script/build")
    return built[-1]


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Program:
    """Calls advisor in one directory, with caches of its own and nothing of CI or a terminal."""

    def __init__(self, directory: Path, cache: Path) -> None:
        self.directory = directory
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST_", "ADVISOR_", "VIRTUAL_ENV"))
        }
        self.environment |= {"XDG_CACHE_HOME": str(cache), "LC_ALL": "C.UTF-8"}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(binary()), *words],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
        )

    def __call__(self, *words: str, timeout: float = 120) -> Ended:
        process = self.start(*words)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Ended(process.returncode, out, err)

    def suite(self, command: str, *words: str, pytest_words: tuple[str, ...] = ()) -> Ended:
        """A command that runs the suite of the directory with the interpreter of these tests."""
        options = ["--python", sys.executable]
        if command not in ("doctor", "calibrate", "profile"):
            options.append("--no-calibration")
        cached = "-p", "no:cacheprovider"
        return self(command, *options, *words, "--", *cached, *pytest_words)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.directory / f"{name}.py").write_text(text)


@pytest.fixture
def advisor(tmp_path: Path) -> Program:
    directory = tmp_path / "suite"
    directory.mkdir()
    return Program(directory, tmp_path / "cache")


@pytest.fixture(scope="session")
def make_program(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Program]:
    def make() -> Program:
        base = tmp_path_factory.mktemp("program")
        (base / "suite").mkdir()
        return Program(base / "suite", base / "cache")

    return make


def descendants_marked(mark: str) -> list[int]:
    """Processes whose command line contains `mark`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in words and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


@pytest.fixture
def nothing_left(request: pytest.FixtureRequest) -> Iterator[str]:
    """A mark for the command lines of processes; none of them may be there at the end."""
    mark = f"advisor-left-{os.getpid()}-{abs(hash(request.node.name))}"
    yield mark
    assert descendants_marked(mark) == []
