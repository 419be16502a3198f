"""What script/clang_tidy.py remembers: a clean file is checked again exactly when it has to be."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "script/clang_tidy.py"


@pytest.fixture
def tidy() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clang_tidy", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """src/a/a.cpp includes a door, which includes another door."""
    root = tmp_path / "one"
    for file, text in {
        ".clang-tidy": "Checks: '-*'\n",
        "include/advisor/b/b.hpp": "#pragma once\n",
        "include/advisor/a/a.hpp": "#include <advisor/b/b.hpp>\n",
        "include/advisor/c/c.hpp": "#pragma once\n",
        "src/a/a.cpp": '#include "advisor/a/a.hpp"\n#include <vector>\n',
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    return root


def fingerprint(tidy: ModuleType, root: Path, flags: str = "-O1", tools: str = "14") -> str:
    tidy.__dict__["ROOT"] = root
    build = root / "build/dev"
    source = root / "src/a/a.cpp"
    command = f"g++ {flags} -I'{root}/include' -o '{build}/a.o' '{source}'"
    return str(tidy.fingerprint(source, command, build, tools))


def test_a_clone_elsewhere_has_the_same_fingerprint(tidy: ModuleType, tree: Path) -> None:
    elsewhere = tree.parent / "another place"
    shutil.copytree(tree, elsewhere)
    assert fingerprint(tidy, tree) == fingerprint(tidy, elsewhere)


@pytest.mark.parametrize("file", ["src/a/a.cpp", "include/advisor/b/b.hpp", ".clang-tidy"])
def test_a_change_in_what_is_read_is_noticed(tidy: ModuleType, tree: Path, file: str) -> None:
    before = fingerprint(tidy, tree)
    with (tree / file).open("a") as changed:
        changed.write("// changed\n")
    assert fingerprint(tidy, tree) != before


def test_another_flag_or_tool_is_noticed(tidy: ModuleType, tree: Path) -> None:
    seen = {
        fingerprint(tidy, tree),
        fingerprint(tidy, tree, flags="-O2"),
        fingerprint(tidy, tree, tools="15"),
    }
    assert len(seen) == 3


def test_a_header_that_is_not_reached_changes_nothing(tidy: ModuleType, tree: Path) -> None:
    before = fingerprint(tidy, tree)
    (tree / "include/advisor/c/c.hpp").write_text("// changed\n")
    assert fingerprint(tidy, tree) == before
