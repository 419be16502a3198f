"""Runs clang-tidy over the project's sources, each only when something it depends on has changed.

    clang_tidy.py BUILD_DIR [FILE ...]      (default: every source of src/ in the compile database)

A clean result is remembered under a hash of all that clang-tidy reads: the file, every header of
this project it reaches, each .clang-tidy, the compile command, and the versions of the installed
packages. Paths are hashed relative to the tree, so that a second clone profits as well. The
stamps stand in ${XDG_CACHE_HOME:-~/.cache}/advisor-lint; deleting them is always safe.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "advisor-lint"
INCLUDE = re.compile(rb'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
STAMP_LIFE_S = 30 * 24 * 3600


def toolbox() -> str:
    """The versions of clang-tidy and of the packages whose headers it reads."""
    tidy = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True)
    names = (ROOT / "script/packages.txt").read_text().splitlines()
    wanted = [name for name in names if name and not name.startswith("#")]
    try:
        query = ["dpkg-query", "--show", *wanted]
        packages = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        packages = ""
    return tidy.stdout + packages


def project_files(source: Path) -> Iterator[Path]:
    """The source and every header of this tree that it reaches, in a fixed order."""
    seen: set[Path] = set()
    pending = [source]
    while pending:
        file = pending.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in INCLUDE.findall(file.read_bytes()):
            for folder in (file.parent, ROOT / "include", ROOT / "src"):
                header = folder / name.decode()
                if header.is_file():
                    pending.append(header)
                    break
    yield from sorted(seen)


def configuration(source: Path) -> Iterator[str]:
    """That of the tree, then those of folders within, which add to it."""
    folders = [folder for folder in source.parents if folder.is_relative_to(ROOT)]
    for folder in reversed(folders):
        file = folder / ".clang-tidy"
        if file.is_file():
            yield file.read_text()


def fingerprint(source: Path, command: str, build: Path, tools: str) -> str:
    arguments = "\n".join(shlex.split(command))  # split first: a shell's quotes hide a path
    relative = arguments.replace(str(build), "BUILD").replace(str(ROOT), ".")
    digest = hashlib.sha256()
    for part in (tools, relative, *configuration(source)):
        digest.update(part.encode() + b"\0")
    for file in project_files(source):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def check(source: Path, build: Path, stamp: Path) -> bool:
    """True if clang-tidy finds nothing; what it finds is printed in one piece."""
    command = ["clang-tidy", "--quiet", "-p", str(build), str(source)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print(run.stdout or run.stderr, end="", flush=True)
        return False
    stamp.touch()
    return True


def forget_old_stamps() -> None:
    oldest = time.time() - STAMP_LIFE_S
    for stamp in CACHE.iterdir():
        if stamp.stat().st_mtime < oldest:
            stamp.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    build = Path(arguments[0]).resolve()
    database = build / "compile_commands.json"
    if not database.is_file():
        print(f"error: there is no {database}; hint: build first, as script/build dev does")
        return 2
    entries = json.loads(database.read_text())
    commands = {Path(entry["file"]): entry["command"] for entry in entries}
    asked = [Path(name).resolve() for name in arguments[1:]]
    sources = asked or sorted(file for file in commands if (ROOT / "src") in file.parents)
    unknown = [str(file) for file in sources if file not in commands]
    if unknown or not sources:
        print(f"error: not in the compile database of {build}: {unknown or 'any source of src/'}")
        return 2

    CACHE.mkdir(parents=True, exist_ok=True)
    forget_old_stamps()
    tools = toolbox()
    stamps = {file: CACHE / fingerprint(file, commands[file], build, tools) for file in sources}
    stale = [file for file in sources if not stamps[file].exists()]
    for file in set(sources) - set(stale):
        stamps[file].touch()
    cores = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        clean = list(pool.map(lambda file: check(file, build, stamps[file]), stale))
    failed = clean.count(False)
    remembered = len(sources) - len(stale)
    print(f"clang-tidy: {len(sources)} files, {remembered} remembered, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
