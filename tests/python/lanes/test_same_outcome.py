"""A run on forked workers says of every test what a sequential run says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Suite

SEMANTIC = """
import logging, sys, unittest, warnings
import pytest

class Odd:
    def __str__(self): return "odd"
    def __repr__(self): return "<odd>"

class Own(UserWarning):
    def __init__(self, a, b): super().__init__(a)
    def __str__(self): return "own text"

@pytest.fixture(scope="session")
def session(): return []
@pytest.fixture(scope="module", params=["x", "y"])
def module(request, session): return request.param
@pytest.fixture
def broken(): raise RuntimeError("set-up")
@pytest.fixture
def breaking(): yield; raise RuntimeError("tear-down")

def test_captures():
    print("to out"); print("to err", file=sys.stderr); logging.warning("to log"); assert 0
def test_compares(): assert {"a": [1, 2]} == {"a": [1, 3]}
def test_chained():
    try: 1 / 0
    except ZeroDivisionError as error: raise ValueError("then") from error
def test_skips(): pytest.skip("why")
@pytest.mark.skip(reason="mark")
def test_is_skipped(): pass
@pytest.mark.xfail(reason="known")
def test_xfails(): assert 0
@pytest.mark.xfail(reason="known")
def test_xpasses(): pass
@pytest.mark.xfail(strict=True)
def test_xpasses_strictly(): pass
def test_cannot_be_set_up(broken): pass
def test_cannot_be_torn_down(breaking): pass
def test_fails_twice(breaking): assert 0
def test_leaves(): sys.exit(3)
def test_lacks(no_such_fixture): pass
def test_odd_properties(record_property):
    record_property("object", Odd()); record_property("text", "\\udc80"); record_property("n", 1)
def test_odd_message(): assert 0, "lone \\udc80 surrogate"
def test_warns(): warnings.warn("plain"); warnings.warn(Own(1, 2))
def test_warns_of_its_own_kind():
    class Inner(Warning): pass
    warnings.warn(Inner("inner"))
@pytest.mark.filterwarnings("error")
def test_warning_is_an_error(): warnings.warn("is raised")
def test_recorded(recwarn): warnings.warn("x"); assert len(recwarn) == 1
def test_patches(monkeypatch, tmp_path, capsys, caplog):
    monkeypatch.setenv("X", "1"); monkeypatch.chdir(tmp_path)
    print("a"); assert capsys.readouterr().out == "a\\n"
    logging.error("b"); assert caplog.messages == ["b"]
def test_of_file_descriptors(capfd):
    import os; os.write(1, b"raw"); assert capfd.readouterr().out == "raw"
def test_on_a_file_descriptor():
    import os; os.write(1, b"raw\\n"); assert 0
@pytest.mark.parametrize("i", range(5))
def test_parametrized(i, module): assert i != 3

class TestXunit:
    @classmethod
    def setup_class(cls): cls.state = []
    def setup_method(self): self.state.append(1)
    def test_a(self): assert self.state
    def test_b(self): assert self.state

class TestUnit(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.value = 1
    def setUp(self): self.addCleanup(print, "cleaned")
    def test_passes(self): assert self.value
    def test_fails(self): self.assertEqual(self.value, 2)
    @unittest.expectedFailure
    def test_is_expected(self): assert 0
"""


def sorted_lines(lines: list[list[Any]]) -> list[str]:
    return sorted(map(repr, lines))


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_reports_are_those_of_a_sequential_run(suite: Suite, workers: int) -> None:
    suite.write(test_semantic=SEMANTIC)
    sequential, forked = suite.sequential(), suite.forked(workers)
    assert len(sequential.reports) > 100
    for kind in ("start", "report", "finish", "warning"):
        assert sorted_lines(forked.of(kind)) == sorted_lines(sequential.of(kind))
    assert forked.code == sequential.code == 1
    assert (
        forked.out.splitlines()[-1].partition(" in ")[0]
        == (sequential.out.splitlines()[-1].partition(" in ")[0])
    )


def test_one_worker_keeps_the_order(suite: Suite) -> None:
    suite.write(test_semantic=SEMANTIC)
    assert suite.forked(1).said == suite.sequential().said


@pytest.mark.parametrize("name", ["outcomes", "scopes", "unittests", "groups", "empty"])
def test_suites_have_the_outcomes_of_a_sequential_run(
    copy_of: Callable[[str], Suite], name: str
) -> None:
    suite = copy_of(name)
    sequential, forked = suite.sequential(), suite.forked(2)
    outcomes = [sorted(line[:4] for line in run.reports) for run in (sequential, forked)]
    assert outcomes[0] == outcomes[1]
    assert forked.code == sequential.code


def test_a_test_is_told_in_one_piece(suite: Suite) -> None:
    suite.write(
        test_many="import pytest\n@pytest.mark.parametrize('i', range(60))\ndef test(i): pass"
    )
    said = suite.forked(3).said
    assert len(said) == 60 * 5
    for at in range(0, len(said), 5):
        assert [line[0] for line in said[at : at + 5]] == ["start", *["report"] * 3, "finish"]
        assert len({line[1] for line in said[at : at + 5]}) == 1


def test_junit_xml_holds_the_same_cases(suite: Suite) -> None:
    import xml.etree.ElementTree as xml

    suite.write(test_semantic=SEMANTIC)
    found = []
    for run in (suite.sequential, lambda *words: suite.forked(2, *words)):
        run("--junitxml=out.xml", "-o", "junit_logging=all")
        cases = xml.parse(suite.directory / "out.xml").iter("testcase")
        found.append(
            sorted(
                (case.get("classname"), case.get("name"), [(e.tag, e.get("message")) for e in case])
                for case in cases
            )
        )
    assert found[0] == found[1]


def test_the_next_run_knows_what_failed(suite: Suite) -> None:
    suite.write(test_it="def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass")
    suite.forked(2, "-p", "cacheprovider")
    again = suite.forked(2, "-p", "cacheprovider", "--lf")
    assert again.outcomes() == {"test_b": "failed"}


def test_stepwise_goes_on_from_the_first_failure(suite: Suite) -> None:
    tests = "\n".join(f"def test_{i:02}(): assert {i} != 7" for i in range(20))
    suite.write(test_it=tests)
    first = suite.forked(4, "-p", "cacheprovider", "-p", "stepwise", "--sw")
    assert first.failed() == {"test_07"} and len(first.outcomes()) == 8
    second = suite.forked(4, "-p", "cacheprovider", "-p", "stepwise", "--sw")
    assert list(second.outcomes()) == ["test_07"]
