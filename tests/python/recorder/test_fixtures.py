"""What the recorder writes of fixtures: each set-up and tear-down of class scope or wider."""

from __future__ import annotations

from collections import Counter

from .recording import MILLISECOND, SETUP, Recorded, cpu, index_of, phase_cpu, spans


def test_wide_fixtures_are_spans_of_their_own(recorded: Recorded) -> None:
    run = recorded("scopes")
    (session,) = spans(run, "session_wide", "setup")
    assert 40 <= cpu(session) < 60
    assert 20 <= cpu(spans(run, "session_wide", "teardown")[0]) < 40
    # test_scopes.py and the package's module need one each, without the session fixture's 40 ms.
    modules = spans(run, "module_wide", "setup")
    assert len(modules) == 2 and all(30 <= cpu(span) < 50 for span in modules)
    assert all(10 <= cpu(span) < 30 for span in spans(run, "class_wide", "setup"))
    assert len(spans(run, "parametrised", "setup")) == 2
    assert len(spans(run, "package_wide", "setup")) == 1
    # Their tear-downs are without those of the fixtures that depend on them.
    assert all(10 <= cpu(span) < 30 for span in spans(run, "module_wide", "teardown"))


def test_fixtures_of_function_scope_are_part_of_their_test(recorded: Recorded) -> None:
    run = recorded("scopes")
    (narrow,) = [f.index for f in run.of("fixture") if f.name == "narrow"]
    assert narrow not in [use[0] for f in run.of("item") for use in f.uses]
    assert narrow not in [f.b for f in run.of("setup_begin")]
    times = [
        [f.thread for f in run.of(edge) if f.definition == narrow]
        for edge in ("make_begin", "make_end", "drop_begin", "drop_end")
    ]
    ((begun, made, left, dropped),) = zip(*times, strict=True)
    assert made - begun >= 10 * MILLISECOND and made <= left <= dropped
    assert phase_cpu(run, index_of(run, "::test_again"), SETUP) >= 10 * MILLISECOND


def test_parameters_are_told_apart(recorded: Recorded) -> None:
    run = recorded("scopes")
    (definition,) = [f.index for f in run.of("fixture") if f.name == "parametrised"]
    begins = [f for f in run.of("setup_begin") if f.b == definition]
    assert [f.c for f in begins] == [0, 1]
    uses = [use for f in run.of("item") for use in f.uses if use[0] == definition]
    assert sorted(uses) == [(definition, 0)] * 2 + [(definition, 1)] * 2


def test_an_overriding_fixture_needs_the_one_it_overrides(recorded: Recorded) -> None:
    run = recorded("scopes")
    overridden = [f.index for f in run.of("fixture") if f.name == "overridden"]
    item = run.of("item")[index_of(run, "::test_override")]
    assert [use[0] for use in item.uses] == overridden and len(overridden) == 2


def test_a_fixture_asked_for_by_name_is_a_need_of_every_test_that_asks(recorded: Recorded) -> None:
    run = recorded("scopes")
    names = {f.index: f.name for f in run.of("fixture")}
    needs = [(run.ids()[f.test].partition("::")[2], names[f.definition]) for f in run.of("need")]
    assert ("test_dynamic", "dynamic_outer") in needs
    assert ("test_dynamic_again", "dynamic_outer") in needs
    outer, inner = (spans(run, name, "setup")[0] for name in ("dynamic_outer", "dynamic_inner"))
    assert outer[0].wall < inner[0].wall < inner[1].wall < outer[1].wall


def test_unittest_and_xunit_fixtures_are_recorded(recorded: Recorded) -> None:
    run = recorded("unittests", "test_unittest.py")
    scopes = Counter(f.scope for f in run.of("fixture"))
    assert scopes[1] >= 2 and scopes[2] >= 1  # setup_class, setUpClass, setup_module
    assert len(run.of("setup_begin")) == len(run.of("teardown_end")) >= 3
    items = {f.id.decode().partition("::")[2]: f for f in run.of("item")}
    item = items["Case::test_case"]
    assert item.id[: item.module] == b"test_unittest.py"
    assert item.id[: item.class_] == b"test_unittest.py::Case"
    assert items["Case::test_expected_failure"] is not None
