"""Holds every include, and every link in CMake, against the table of rooms in src/README.md."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

# How a third party of the table is named in an #include, and how in CMake.
LIBRARIES = {
    "fmt": ("fmt/", "fmt_once"),
    "nlohmann_json": ("nlohmann/", "nlohmann_json::nlohmann_json"),
    "pugixml": ("pugixml.hpp", "pugixml::pugixml"),
    "libpfm4": ("perfmon/", "pfm"),
    "Eigen": ("Eigen/", "Eigen3::Eigen"),
    "Boost.Program_options": ("boost/program_options", "Boost::program_options"),
}

PURE_ROOMS = {"domain", "model", "advise", "report"}
IMPURE_HEADERS = {
    *("chrono", "ctime", "filesystem", "fstream", "iostream", "cstdio", "random"),
    *("thread", "future", "mutex", "condition_variable", "csignal"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
ROOM_CALL = re.compile(r"^advisor_room\(\s*(\w+)\s*(.*?)^\)", re.MULTILINE | re.DOTALL)


class Room(NamedTuple):
    may_include: frozenset[str]  # transitive, with the room itself
    libraries: frozenset[str]


def rooms_of(tree: Path) -> dict[str, Room]:
    """The table in src/README.md, its second column read and its third made transitive."""
    direct: dict[str, tuple[set[str], set[str]]] = {}
    for line in (tree / "src/README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and re.fullmatch(r"[a-z]+", cells[0]):
            lists = [{word.strip() for word in cell.split(",")} - {"-"} for cell in cells[2:]]
            if cells[0] != "room":
                direct[cells[0]] = (lists[0], lists[1])

    def reach(room: str) -> set[str]:
        return {room}.union(*(reach(lower) for lower in direct[room][0]))

    return {room: Room(frozenset(reach(room)), frozenset(direct[room][1])) for room in direct}


def library_of(header: str) -> str | None:
    """The third party a header belongs to; None for C++, C, Linux and our own."""
    for library, (prefix, _) in LIBRARIES.items():
        if header.startswith(prefix):
            return library
    from_system = re.fullmatch(r"[a-z0-9_]+|([a-z0-9_-]+/)*[a-z0-9_-]+\.h", header)
    return None if from_system else header


def door_faults(file: Path, header: str, room: str, allowed: Room) -> Iterator[str]:
    owner = header.split("/")[1]
    if owner not in allowed.may_include:
        yield f"{file}: {room} may not include {owner} ({header})"


def angle_faults(file: Path, header: str, room: str, allowed: Room) -> Iterator[str]:
    library = library_of(header)
    if library == "tl/expected.hpp":
        return  # every room sees it through Result
    if library and file.parts[0] == "include":
        yield f"{file}: a public header includes the third-party <{header}>"
    elif library and library not in allowed.libraries:
        yield f"{file}: {room} may not use {library} (<{header}>)"
    if room in PURE_ROOMS and not library and (header in IMPURE_HEADERS or header[-2:] == ".h"):
        yield f"{file}: {room} is pure and may not include <{header}>"


def quoted_faults(tree: Path, file: Path, header: str, room: str) -> Iterator[str]:
    beside = "/" not in header and ((tree / file).parent / header).is_file()
    if not beside and not header.startswith(f"{room}/"):
        yield f'{file}: "{header}" is neither beside the file nor private to {room}'


def include_faults(tree: Path) -> Iterator[str]:
    rooms = rooms_of(tree)
    for source in sorted([*tree.glob("include/advisor/**/*.hpp"), *tree.glob("src/**/*.[ch]pp")]):
        file = source.relative_to(tree)
        room = file.parts[2] if file.parts[0] == "include" else file.parts[1]
        if room not in rooms:
            yield f"{file}: the room {room} is not in the table"
            continue
        for bracket, header in INCLUDE.findall(source.read_text()):
            if header.startswith("advisor/"):
                yield from door_faults(file, header, room, rooms[room])
            elif bracket == "<":
                yield from angle_faults(file, header, room, rooms[room])
            else:
                yield from quoted_faults(tree, file, header, room)


def link_faults(tree: Path) -> Iterator[str]:
    rooms = rooms_of(tree)
    for lists in sorted(tree.glob("src/*/CMakeLists.txt")):
        for room, body in ROOM_CALL.findall(re.sub(r"#.*", "", lists.read_text())):
            words: dict[str, list[str]] = {"": []}
            key = ""
            for word in body.split():
                if word in ("ROOMS", "PRIVATE", "SOURCES"):
                    key = word
                else:
                    words.setdefault(key, []).append(word)
            for lower in set(words.get("ROOMS", [])) - rooms[room].may_include:
                yield f"{lists.relative_to(tree)}: {room} may not link the room {lower}"
            links = {LIBRARIES[name][1] for name in rooms[room].libraries}
            for link in set(words.get("PRIVATE", [])) - links:
                yield f"{lists.relative_to(tree)}: {room} may not link {link}"


def faults(tree: Path) -> list[str]:
    return [*include_faults(tree), *link_faults(tree)]


def test_the_table_names_exactly_the_rooms_of_the_tree() -> None:
    assert set(rooms_of(ROOT)) == {f.parent.name for f in ROOT.glob("src/*/CMakeLists.txt")}


def test_every_third_party_of_the_table_is_known_here() -> None:
    assert {name for room in rooms_of(ROOT).values() for name in room.libraries} <= set(LIBRARIES)


def test_every_include_and_every_link_is_allowed_by_the_table() -> None:
    assert faults(ROOT) == []


def test_may_include_is_transitive() -> None:
    assert rooms_of(ROOT)["advise"].may_include == {"advise", "model", "domain", "base"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of one source per room, each with nothing to complain about."""
    (tmp_path / "src").mkdir()
    shutil.copy(ROOT / "src/README.md", tmp_path / "src/README.md")
    for room in rooms_of(ROOT):
        (tmp_path / "src" / room).mkdir()
        (tmp_path / "src" / room / "a.cpp").write_text("#include <vector>\n")
        (tmp_path / "include/advisor" / room).mkdir(parents=True)
        (tmp_path / "include/advisor" / room / "a.hpp").write_text("#include <string>\n")
    assert faults(tmp_path) == []
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("src/base/a.cpp", "#include <advisor/domain/a.hpp>"),
        ("src/model/a.cpp", "#include <advisor/host/a.hpp>"),
        ("src/advise/a.cpp", '#include "advisor/store/a.hpp"'),
        ("src/advise/a.cpp", '#include "model/a.hpp"'),
        ("src/advise/a.cpp", '#include "../model/a.hpp"'),
        ("src/cli/a.cpp", "#  include <model/a.hpp>"),
        ("src/domain/a.cpp", "#include <nlohmann/json.hpp>"),
        ("src/model/a.cpp", "#include <boost/container/flat_map.hpp>"),
        ("src/model/a.cpp", "#include <chrono>"),
        ("src/report/a.cpp", "#include <unistd.h>"),
        ("include/advisor/model/a.hpp", "#include <Eigen/Dense>"),
        ("include/advisor/domain/a.hpp", "#include <advisor/model/a.hpp>"),
    ],
)
def test_a_forbidden_include_is_found(tree: Path, file: str, line: str) -> None:
    with (tree / file).open("a") as source:
        source.write(f"{line}\n")
    assert [fault.partition(":")[0] for fault in faults(tree)] == [file]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("src/advise/a.cpp", "#include <advisor/base/a.hpp>"),
        ("src/advise/a.cpp", '#include "advisor/advise/a.hpp"'),
        ("src/host/a.cpp", "#include <sys/syscall.h>"),
        ("src/host/a.cpp", "#include <perfmon/pfmlib_perf_event.h>"),
        ("src/model/a.cpp", "#include <Eigen/Dense>"),
        ("include/advisor/base/a.hpp", "#include <tl/expected.hpp>"),
    ],
)
def test_an_allowed_include_is_let_through(tree: Path, file: str, line: str) -> None:
    with (tree / file).open("a") as source:
        source.write(f"{line}\n")
    assert faults(tree) == []


@pytest.mark.parametrize(
    "arguments",
    ["ROOMS domain host SOURCES a.cpp", "ROOMS domain PRIVATE nlohmann_json::nlohmann_json"],
)
def test_a_forbidden_link_is_found(tree: Path, arguments: str) -> None:
    (tree / "src/model/CMakeLists.txt").write_text(
        f"advisor_room(\n    model\n    {arguments}\n)\n"
    )
    assert len(faults(tree)) == 1
