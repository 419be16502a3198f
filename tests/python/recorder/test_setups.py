"""Set-ups that no test asks for by name: xunit-style, unittest's, autouse; and asynchronous ones.

tests/suites/setups spends a known amount of CPU time in each.
"""

from __future__ import annotations

import pytest

from .recording import CALL, SETUP, Recorded, cpu, phase_cpu, spans
from .ring import Run

CLASS, MODULE, SESSION = 1, 2, 4


def definition_of(run: Run, part: str, base: str) -> str:
    """The name of the fixture that pytest made of a set-up; it varies with its version."""
    names = [f.name for f in run.of("fixture") if part in f.name and f.base.endswith(base)]
    (name,) = set(names)
    return str(name)


@pytest.mark.parametrize(
    ("file", "part", "base", "scope", "setup_ms", "teardown_ms", "asked_by"),
    [
        ("test_xunit_style.py", "setup_module", ".py", MODULE, 40, 30, "::test_function"),
        ("test_xunit_style.py", "setup_class", "::TestClass", CLASS, 20, 10, "::test_first"),
        ("test_unittest_style.py", "setup_module", ".py", MODULE, 40, 30, "::test_first"),
        ("test_unittest_style.py", "setUpClass", "::Case", CLASS, 20, 10, "::test_first"),
        ("test_async.py", "auto_session", "", SESSION, 40, 30, "::test_first"),
        ("test_async.py", "auto_module", "", MODULE, 20, 0, "::test_first"),
        ("test_async.py", "async_wide", "", MODULE, 20, 10, "::test_first"),
    ],
)
def test_a_set_up_is_an_instance_of_its_own(
    file: str,
    part: str,
    base: str,
    scope: int,
    setup_ms: int,
    teardown_ms: int,
    asked_by: str,
    recorded: Recorded,
) -> None:
    run = recorded("setups", file)
    assert run.exit_code == 0, run.output
    name = definition_of(run, part, base)
    ((begin, end),) = spans(run, name, "setup")
    assert setup_ms <= cpu((begin, end)) < setup_ms + 20
    (teardown,) = spans(run, name, "teardown")
    assert teardown_ms <= cpu(teardown) < teardown_ms + 20
    (definition,) = [f for f in run.of("fixture") if f.name == name]
    assert definition.scope == scope
    assert run.ids()[begin.test].endswith(asked_by)
    # With setUp, which unittest itself calls: 10 ms.
    assert phase_cpu(run, begin.test, CALL) < 20_000_000


def test_every_test_in_its_reach_uses_an_autouse_fixture(recorded: Recorded) -> None:
    run = recorded("setups")
    names = {f.index: f.name for f in run.of("fixture")}
    for item in run.of("item"):
        used = {names[definition] for definition, _ in item.uses}
        assert {"auto_session", "auto_module"} <= used
        assert ("async_wide" in used) == (b"test_async" in item.id)
    assert len(spans(run, "auto_session", "setup")) == 1
    assert len(spans(run, "auto_module", "setup")) == 3  # one for each file


def test_set_ups_of_each_test_belong_to_the_test(recorded: Recorded) -> None:
    """setup_method, setUp, setup_function and autouse fixtures of function scope."""
    for file in ("test_xunit_style.py", "test_unittest_style.py"):
        run = recorded("setups", file)
        ends = {(f.test, f.phase) for f in run.of("phase_end")}
        for test, name in enumerate(run.ids()):
            assert (test, SETUP) in ends
            own = phase_cpu(run, test, SETUP) + phase_cpu(run, test, CALL)
            assert own >= 20_000_000, name  # auto_function, and its own


def test_waiting_in_an_asynchronous_set_up_is_not_its_tests(recorded: Recorded) -> None:
    run = recorded("setups", "test_async.py")
    ((begin, end),) = spans(run, "async_wide", "setup")
    assert end.wall - begin.wall >= 70_000_000  # 20 ms of CPU and 50 ms asleep
