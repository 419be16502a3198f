"""advisor gate between two recordings."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Program

SUITE = """
import time
import pytest

@pytest.fixture(scope="module")
def database():
    time.sleep({setup})
    yield

@pytest.mark.parametrize("number", range(20))
def test_query(database, number):
    time.sleep(0.05)
"""


def recorded(advisor: Program, name: str, setup: float) -> Path:
    advisor.write(test_queries=SUITE.format(setup=setup))
    path = advisor.directory / f"{name}.json"
    assert advisor.suite("profile", "--output", str(path)).code == 0
    return path


def as_if_undisturbed(path: Path) -> str:
    """The machine of this test may be busy with others, which the gate would rightly refuse."""
    profile = json.loads(path.read_text())
    profile["disturbance"]["foreign_fraction"] = 0.0
    profile["disturbance"]["steal_fraction"] = 0.0
    path.write_text(json.dumps(profile))
    return str(path)


def test_a_slower_fixture_is_a_regression_and_is_named(advisor: Program) -> None:
    base = recorded(advisor, "base", 0.05)
    again = recorded(advisor, "again", 0.05)
    slower = recorded(advisor, "slower", 2.05)
    passed = advisor("gate", "--base", str(base), "--head", str(again))
    refused = "durations say nothing" in passed.out
    assert passed.code == (4 if refused else 0), passed.out
    sides = ("--base", as_if_undisturbed(base), "--head", as_if_undisturbed(slower))
    failed = advisor("gate", *sides, "--json")
    assert failed.code == 1
    fixtures = {each["subject"]: each for each in failed.document["culprits"]}
    assert fixtures["database"]["kind"] == "fixture"
    assert fixtures["database"]["head_s"] - fixtures["database"]["base_s"] > 1.9
    assert fixtures["database"]["wall_loss_s"] > 1.5
    assert "database" in advisor("gate", *sides).out


def test_another_suite_cannot_be_compared(advisor: Program) -> None:
    base = recorded(advisor, "base", 0)
    profile = json.loads(base.read_text())
    other = advisor.directory / "other.json"
    profile["tests"]["modules"] = ["test_other.py"]
    other.write_text(json.dumps(profile))
    ended = advisor("gate", "--base", str(base), "--head", str(other))
    assert ended.code == 2
    assert "no test is in both" in ended.err
