"""The table of laws in laws.hpp names, for each, files in which test cases of that name hold it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
LAWS = [f"P{number}" for number in range(1, 29)]
XDIST = "P25"  # held by the comparison with xdist's own classes, which is no test case of doctest


def table() -> dict[str, list[str]]:
    """The files of each law."""
    files: dict[str, list[str]] = {}
    law = ""
    for line in (TESTS / "laws.hpp").read_text().splitlines():
        if named := re.match(r"//   (P\d+) ", line):
            law = named[1]
        if law and (found := re.findall(r"\b\w+/\w+_test\.(?:cpp|py)\b", line)):
            files.setdefault(law, []).extend(found)
        if not line.startswith("//"):
            law = ""
    return files


def cases(file: str, law: str) -> list[str]:
    """The bodies of the test cases of a law, each up to the brace that ends it."""
    text = (TESTS / file).read_text()
    return re.findall(rf'^TEST_CASE\(\s*"{law}: .*?^}}', text, re.MULTILINE | re.DOTALL)


def test_the_table_has_every_law() -> None:
    assert list(table()) == LAWS


@pytest.mark.parametrize("law", [law for law in LAWS if law != XDIST])
def test_a_law_is_held_where_the_table_says(law: str) -> None:
    for file in table()[law]:
        if file.endswith(".cpp"):
            assert cases(file, law), f"{file} has no test case of {law}"


@pytest.mark.parametrize("law", [law for law in LAWS if law not in (XDIST, "P9")])
def test_a_law_is_checked_for_ten_thousand_cases(law: str) -> None:
    for file in (each for each in table()[law] if each.endswith(".cpp")):
        checked = [each for each in cases(file, law) if re.search(r"for_all|failed_share", each)]
        assert checked, f"{law} in {file} is not drawn"


def test_no_law_is_missing_from_the_table() -> None:
    for file in TESTS.glob("*/*_test.cpp"):
        for law in re.findall(r'TEST_CASE\(\s*"(P\d+): ', file.read_text()):
            assert f"{file.parent.name}/{file.name}" in table()[law]


def test_cases_are_ten_thousand() -> None:
    rooms = (TESTS.parent / "cmake/Rooms.cmake").read_text()
    assert "set(ADVISOR_PROPERTY_CASES 10000)" in rooms
