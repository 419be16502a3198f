"""setUp and tearDown of unittest's cases, which no hook of pytest sees."""

from __future__ import annotations

import pytest

from .recording import CALL, MILLISECOND, Recorded, Suite, phase_cpu
from .ring import EDGES, Frame, Run

SPENDING = (
    "import time, unittest\n"
    "def spend(ms):\n"
    "    end = time.thread_time() + ms / 1000\n"
    "    while time.thread_time() < end: pass\n"
)


def told(run: Run) -> list[Frame]:
    return [f for f in run.of("fixture") if f.name.startswith("_unittest_setUp_fixture_")]


def parts(run: Run, base: str) -> list[tuple[float, float]]:
    """Milliseconds of CPU of each setting up and tearing down of a class, in turn."""
    (definition,) = [f for f in told(run) if f.base.endswith(base)]
    assert definition.scope == 0
    times = [
        [f.thread for f in run.of(edge) if f.definition == definition.index]
        for edge in ("make_begin", "make_end", "drop_begin", "drop_end")
    ]
    return [
        ((made - begun) / MILLISECOND, (dropped - left) / MILLISECOND)
        for begun, made, left, dropped in zip(*times, strict=True)
    ]


def test_a_case_is_set_up_and_torn_down_within_its_call(recorded: Recorded, suite: Suite) -> None:
    (suite("empty") / "test_case.py").write_text(
        SPENDING + "class Case(unittest.TestCase):\n"
        "    def setUp(self): spend(20)\n"
        "    def tearDown(self): spend(10)\n"
        "    def test_first(self): spend(5)\n"
        "    def test_second(self): pass\n"
        "class Heir(Case):\n"
        "    def test_first(self): pass\n"
        "    test_second = None\n"
    )
    run = recorded("empty")
    assert run.exit_code == 0, run.output
    assert len(parts(run, "::Case")) == 2 and len(parts(run, "::Heir")) == 1
    for setup, teardown in parts(run, "::Case") + parts(run, "::Heir"):
        assert 20 <= setup < 35 and 10 <= teardown < 25
    assert phase_cpu(run, 0, CALL) >= 35 * MILLISECOND


def test_what_is_awaited_belongs_to_it(recorded: Recorded, suite: Suite) -> None:
    (suite("empty") / "test_case.py").write_text(
        SPENDING + "class Case(unittest.IsolatedAsyncioTestCase):\n"
        "    async def asyncSetUp(self): spend(20)\n"
        "    async def asyncTearDown(self): spend(10)\n"
        "    async def test_it(self): pass\n"
    )
    run = recorded("empty")
    assert run.exit_code == 0, run.output
    ((setup, teardown),) = parts(run, "::Case")
    assert setup >= 20 and teardown >= 10


def test_cases_that_set_nothing_up_are_not_told(recorded: Recorded, suite: Suite) -> None:
    (suite("empty") / "test_case.py").write_text(
        "import unittest\n"
        "class Case(unittest.TestCase):\n"
        "    def test_it(self): pass\n"
        "class Sleeper(unittest.IsolatedAsyncioTestCase):\n"
        "    async def test_it(self): pass\n"
    )
    run = recorded("empty")
    assert run.exit_code == 0, run.output
    assert told(run) == []


def test_one_that_fails_is_not_torn_down_and_shows_no_frame_of_ours(
    recorded: Recorded, suite: Suite
) -> None:
    (suite("empty") / "test_case.py").write_text(
        "import unittest\n"
        "class Case(unittest.TestCase):\n"
        "    def setUp(self): raise ValueError('here')\n"
        "    def tearDown(self): raise AssertionError('never')\n"
        "    def test_it(self): pass\n"
    )
    run = recorded("empty", "--tb=long")
    assert run.exit_code == 1
    assert "ValueError: here" in run.output and "advisor_unittest" not in run.output
    assert len(told(run)) == 1
    index = told(run)[0].index
    of_it = [kind for kind in EDGES if any(f.definition == index for f in run.of(kind))]
    assert of_it == ["make_begin", "make_end"]


def test_a_suite_that_wipes_our_modules_still_passes(recorded: Recorded, suite: Suite) -> None:
    (suite("empty") / "test_case.py").write_text(
        "import sys, unittest\n"
        "class Case(unittest.TestCase):\n"
        "    def setUp(self): pass\n"
        "    def test_wipes(self):\n"
        "        for name in [name for name in sys.modules if name.startswith('advisor_')]:\n"
        "            vars(sys.modules.pop(name)).clear()\n"
        "    def test_xafter(self): pass\n"
    )
    run = recorded("empty")
    if any(fact.name == "python" and fact.value.startswith(b"3.9.") for fact in run.of("fact")):
        pytest.skip("CPython 3.9 looks even builtins up in the module that was wiped")
    assert run.exit_code == 0, run.output
    assert "2 passed" in run.output
