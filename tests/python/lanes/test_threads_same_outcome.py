"""A run on lanes says of every test what a sequential run says."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as xml
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import SUITES, Ended, Suite
from .test_same_outcome import sorted_lines

KINDS = ("start", "report", "finish", "warning")


@pytest.fixture
def semantics(suite: Suite) -> Suite:
    """The suite tests/suites/threads, with three modules that do the same at the same time."""
    shutil.copytree(SUITES / "threads", suite.directory, dirs_exist_ok=True)
    for name in ("second", "third"):
        module = suite.directory / "test_semantics.py"
        shutil.copy(module, suite.directory / f"test_{name}.py")
    return suite


def in_one_piece(said: list[list[Any]]) -> bool:
    """Whether nothing is told of a test between the beginning and the end of another."""
    running = None
    for kind, nodeid, *_ in said:
        if kind == "start":
            if running is not None:
                return False
            running = nodeid
        elif kind in ("report", "finish"):
            if running != nodeid:
                return False
            running = None if kind == "finish" else running
    return running is None


def last_line(run: Ended) -> str:
    return run.out.splitlines()[-1].partition(" in ")[0]


def test_reports_are_those_of_a_sequential_run(semantics: Suite) -> None:
    sequential = semantics.sequential()
    assert len(sequential.of("start")) > 400 and sequential.code == 1
    for lanes in (2, 4, 8):
        threads = semantics.threads(lanes)
        for kind in KINDS:
            assert sorted_lines(threads.of(kind)) == sorted_lines(sequential.of(kind)), lanes
        assert in_one_piece(threads.said)
        assert threads.code == 1 and last_line(threads) == last_line(sequential)
        assert f"threads: {lanes} lanes" in threads.out and "tests ran alone: " in threads.out


def cases_of(path: Path) -> list[Any]:
    """All that a report of JUnit holds but times and addresses, in an order of its own."""
    return sorted(
        (
            sorted((name, value) for name, value in case.items() if name != "time"),
            [(e.tag, e.get("message"), re.sub("0x[0-9a-f]+", "", e.text or "")) for e in case],
        )
        for case in xml.parse(path).iter("testcase")
    )


def test_junit_xml_holds_the_same(semantics: Suite) -> None:
    found = []
    for run in (semantics.sequential, lambda *words: semantics.threads(4, *words)):
        run("--junitxml=out.xml", "-o", "junit_logging=all")
        found.append(cases_of(semantics.directory / "out.xml"))
    assert len(found[0]) > 400 and found[0] == found[1]


@pytest.mark.parametrize("words", [("--capture=sys",), ("--capture=tee-sys",), ("-s",)])
def test_any_way_of_capturing(suite: Suite, words: tuple[str, ...]) -> None:
    suite.write(
        test_it="import sys, pytest\n@pytest.mark.parametrize('i', range(20))\ndef test(i):\n"
        "    sys.stdout.write(f'<out {i}>'); sys.stderr.write(f'err {i}\\n'); assert i % 2"
    )
    sequential, threads = suite.sequential(*words), suite.threads(4, *words)
    assert sorted_lines(threads.reports) == sorted_lines(sequential.reports)
    for i in range(20):
        # (What goes to the terminal at once may be broken by others between two writes.)
        assert threads.out.count(f"<out {i}>") == sequential.out.count(f"<out {i}>")


@pytest.mark.parametrize("words", [(), ("-Werror",), ("-Wonce",), ("-p", "no:warnings")])
def test_filters_of_warnings(suite: Suite, words: tuple[str, ...]) -> None:
    suite.write(
        test_it="import warnings, pytest\n@pytest.mark.parametrize('i', range(12))\n"
        "def test(i):\n    for _ in range(3): warnings.warn('text')\n"
        "    for _ in range(3): warnings.warn('old', DeprecationWarning)"
    )
    sequential, threads = suite.sequential(*words), suite.threads(4, *words)
    assert sorted_lines(threads.of("warning")) == sorted_lines(sequential.of("warning"))
    assert threads.outcomes() == sequential.outcomes() and threads.code == sequential.code


@pytest.mark.parametrize("name", ["outcomes", "scopes", "unittests", "groups", "empty", "nested"])
def test_suites_have_the_outcomes_of_a_sequential_run(
    copy_of: Callable[[str], Suite], name: str
) -> None:
    suite = copy_of(name)
    sequential, threads = suite.sequential(), suite.threads(4)
    assert sorted_lines([line[:4] for line in threads.reports]) == sorted_lines(
        [line[:4] for line in sequential.reports]
    )
    assert threads.code == sequential.code


SUBTESTS = """
import unittest
class TestUnit(unittest.TestCase):
    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
def test_fixture(request):
    try: subtests = request.getfixturevalue("subtests")
    except Exception: return
    for i in range(3):
        with subtests.test(i=i): assert i != 1
def test_other(): pass
"""


def test_subtests_are_told(suite: Suite) -> None:
    suite.write(test_it=SUBTESTS)
    sequential, threads = suite.sequential(), suite.threads(2)
    assert sorted_lines([line[:4] for line in threads.reports]) == sorted_lines(
        [line[:4] for line in sequential.reports]
    )
    assert threads.code == sequential.code and last_line(threads) == last_line(sequential)


def test_one_lane_keeps_the_order(suite: Suite) -> None:
    suite.write(
        test_it="import warnings, pytest\n@pytest.mark.parametrize('i', range(8))\n"
        "def test(i): warnings.warn('text'); assert i != 3"
    )
    assert suite.threads(1).said == suite.sequential().said


def test_hooks_print_to_the_terminal(suite: Suite) -> None:
    suite.write(
        conftest="def pytest_runtest_makereport(item, call): print(f'<{item.name} {call.when}>')",
        test_it="import pytest\n@pytest.mark.parametrize('i', range(9))\ndef test(i): pass",
    )
    sequential, threads = suite.sequential("-q"), suite.threads(3, "-q")
    for i in range(9):
        for when in ("setup", "call", "teardown"):
            text = f"<test[{i}] {when}>"
            assert threads.out.count(text) == sequential.out.count(text) == 1


def test_an_order_can_be_given(suite: Suite) -> None:
    suite.write(test_it="def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass")
    (suite.directory / "order").write_text('["test_it.py::test_c", "test_it.py::test_a"]')
    ended = suite.threads(1, "--threads-order", "order")
    assert list(ended.outcomes()) == ["test_c", "test_a", "test_b"]


def test_the_next_run_knows_what_failed(suite: Suite) -> None:
    suite.write(test_it="def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass")
    suite.threads(2, "-p", "cacheprovider")
    again = suite.threads(2, "-p", "cacheprovider", "--lf")
    assert again.outcomes() == {"test_b": "failed"}


def test_lanes_really_run_at_the_same_time(suite: Suite) -> None:
    suite.write(
        test_it="import threading, pytest\nmeeting = threading.Barrier(4)\n"
        "@pytest.mark.parametrize('i', range(8))\ndef test(i): meeting.wait(60)"
    )
    assert suite.threads(4).code == 0
