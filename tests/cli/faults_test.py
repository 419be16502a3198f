"""A part of the campaign bench/faults: advisor never says 0 where a test was lost or changed."""

from __future__ import annotations

import pytest

from bench.faults.judge import judge, pytest_alone
from bench.faults.suites import Suite, sample, suites

from .conftest import binary

SUITES = sample(60)


def test_the_table_has_many_suites_and_each_its_name() -> None:
    names = [suite.name for suite in suites()]
    assert len(names) >= 200
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_zero_is_never_a_lie(suite: Suite) -> None:
    code = pytest_alone(suite)
    for kind in ("sequential", "load", "planned"):
        verdict = judge(str(binary()), suite, kind, code)
        assert verdict.wrong == [], f"{kind}: {verdict.output}"
