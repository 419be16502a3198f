"""What no file of the tree may contain, and what every script must be."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Written so that none of them matches itself.
FORBIDDEN = {
    "a path of a developer's machine": (
        r"(?<![\w.$}>~])/(work|farm|root|Users)/|/home/(?!user\b)[a-z]+"
    ),
    "work left undone": r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b",
    "a package index or mirror": (
        r"index[-]url|pypi\.org/sim[p]le|[a-z]-pkg\.d[e]v|deb\.debi[a]n\.org"
    ),
    "a conflict left by a merge": r"^(<{7}|>{7}) ",
}


def own_files() -> list[Path]:
    """Every file git tracks or would track, so that a file is checked before it is committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    files = {ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name}
    return sorted(file for file in files if file.is_file())


def faults_in(text: str) -> list[str]:
    found = []
    for what, pattern in FORBIDDEN.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{line}: {what}: {match[0]!r}")
    return found


def test_no_file_names_what_does_not_belong_in_the_tree() -> None:
    # Recordings hold the ids of other people's tests, whatever these are named after.
    faults = [
        f"{file.relative_to(ROOT)}:{fault}"
        for file in own_files()
        if not file.match("sample_reports/*/profile.json")
        for fault in faults_in(file.read_text(errors="replace"))
    ]
    assert faults == []


@pytest.mark.parametrize(
    "text",
    ["cd /" + "work/main", "open('/" + "home/jo/x')", "# TO" + "DO: later", "--index" + "-url=x"],
)
def test_what_does_not_belong_is_found(text: str) -> None:
    assert len(faults_in(text)) == 1


@pytest.mark.parametrize("text", ["../work/x", "$root/root/", "a Todo list", "/home/user/suite"])
def test_what_looks_alike_is_let_through(text: str) -> None:
    assert faults_in(text) == []


def test_a_file_with_an_interpreter_line_is_executable_and_no_other() -> None:
    wrong = []
    for file in own_files():
        with file.open("rb") as content:
            script = content.read(2) == b"#!"
        if script != os.access(file, os.X_OK):
            wrong.append(str(file.relative_to(ROOT)))
    assert wrong == []
