"""The tools that are compared, and how each is told to watch a run of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
INTO = HERE.parents[1] / ".cache/overhead"
# Nothing but what a row of the table names is loaded.
QUIET = ["-q", "-p", "no:cacheprovider"]


@dataclass(frozen=True)
class Tool:
    key: str  # in the names of figures
    label: str
    before: tuple[str, ...] = ()  # between the interpreter and "-m pytest"
    words: tuple[str, ...] = ()  # of pytest
    is_recorder: bool = False


PLAIN = Tool("plain", "pytest alone")
RECORDER = Tool("recorder", "advisor profile", is_recorder=True)
TOOLS = [
    PLAIN,
    Tool("again", "the same again"),  # what differs is noise
    RECORDER,
    Tool("durations", "pytest --durations=0", words=("--durations=0",)),
    Tool("timing", "pytest-timing --timing", words=("-p", "pytest_timing.plugin", "--timing")),
    Tool("cprofile", "python -m cProfile", before=("-m", "cProfile", "-o", os.devnull)),
]


def install() -> Path:
    """The interpreter of an environment with pytest and the tools, pinned by hash."""
    python = INTO / "venv/bin/python"
    pins = (HERE / "requirements.txt").read_text()
    stamp = INTO / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != pins:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(INTO / "venv")], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        wanted = ["--require-hashes", "-r", str(HERE / "requirements.txt")]
        subprocess.run([*pip, *wanted], check=True)
        stamp.write_text(pins)
    return python


def command(
    tool: Tool, python: Path, advisor: str, under: tuple[str, ...] = (), words: tuple[str, ...] = ()
) -> list[str]:
    """Runs pytest with the tool in the current directory; `under` precedes the interpreter."""
    suite = [*under, str(python), *tool.before, "-m", "pytest"]
    if not tool.is_recorder:
        return [*suite, *QUIET, *words, *tool.words]
    how = ["--command", " ".join(suite)] if under else ["--python", str(python)]
    return [advisor, "profile", "--quiet", *how, "--output", "profile.json", "--", *QUIET, *words]


def environment(**more: str) -> dict[str, str]:
    alone = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0"}
    return os.environ | alone | more
