"""What performance counters count is told of each test, in the profile and in the table."""

from __future__ import annotations

import csv
import json
import mmap

import pytest

from .conftest import Program

PAGES = (64 << 20) // mmap.PAGESIZE

# Its neighbours wait, so that no interval between two readings has much of theirs beside its own.
TOUCHING = """
import mmap, time

def test_before(): time.sleep(0.2)

def test_touches():
    with mmap.mmap(-1, 64 << 20) as block:
        block.madvise(mmap.MADV_NOHUGEPAGE)
        for at in range(0, len(block), mmap.PAGESIZE):
            block[at] = 1

def test_after(): time.sleep(0.2)

def test_exits():
    import os
    os._exit(3)

def test_never(): pass
"""


def test_page_faults_are_those_of_the_test_that_has_them(advisor: Program) -> None:
    if not hasattr(mmap, "MADV_NOHUGEPAGE"):
        pytest.skip("this interpreter cannot ask for small pages")
    advisor.write(test_touching=TOUCHING)
    ended = advisor.suite("profile", "--output", "p.json")
    assert ended.code == 3, ended.err
    document = json.loads((advisor.directory / "p.json").read_text())
    because = {gap["what"]: gap["because"] for gap in document["missing"]}
    if "PAGE-FAULTS" in because:
        pytest.skip(f"page faults are not counted here: {because['PAGE-FAULTS']}")
    before, touches, after, exits, never = document["tests"]["counts"]["PAGE-FAULTS"]
    assert document["tests"]["counts_source"] == "derived"
    assert 0.9 * PAGES <= touches <= 1.2 * PAGES
    assert max(before, after, exits) < 0.1 * PAGES
    assert never is None
    (counted,) = [each for each in document["counters"] if each["name"] == "PAGE-FAULTS"]
    assert before + touches + after + exits <= counted["value"]
    assert f"In user space the whole run had {counted['value']:.0f} page faults" in ended.out
    table = advisor("report", "--tests-csv", "p.json").out.splitlines()
    column = [row["page_faults"] for row in csv.DictReader(table)]
    assert column == [str(before), str(touches), str(after), str(exits), ""]
