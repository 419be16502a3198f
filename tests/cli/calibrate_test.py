"""What `advisor calibrate` says where a part of it cannot be measured."""

from __future__ import annotations

import sys

from .conftest import Program

# The stages are measured with a suite of one test of this name, the rest with others.
BREAKER = """
import os

def pytest_collection_modifyitems(items):
    if any(item.name == "test_one" for item in items):
        os._exit(3)
"""


def test_stages_that_could_not_be_measured_are_named_with_the_reason(advisor: Program) -> None:
    advisor.write(breaker=BREAKER)
    advisor.environment |= {"PYTEST_PLUGINS": "breaker", "PYTHONPATH": str(advisor.directory)}
    ended = advisor("calibrate", "--python", sys.executable, "--json", timeout=400)
    assert ended.code == 0, ended.err
    assert (
        "cannot measure the stages of pytest's start: on a suite of one empty test, " in ended.err
    )
    assert "hint: what is predicted does not need them" in ended.err
    assert "spawn" not in ended.document and ended.document["format"] == "advisor.calibration"
    # What stands there was measured, and is not what the program assumes.
    assert ended.document["recorder_test_cpu_s"] not in (0, 0.00007)
    assert ended.document["recorder_start_cpu_s"] not in (0, 0.035)


def test_a_quick_calibration_measures_everything_but_the_stages_of_a_start(
    advisor: Program,
) -> None:
    ended = advisor("calibrate", "--quick", "--python", sys.executable, "--json", timeout=400)
    assert ended.code == 0, ended.err
    assert ended.document["source"] == "measured" and "spawn" not in ended.document
    assert ended.document["relative_error"] >= 0.1  # once is not known to be repeatable
    assert ended.document["capacity"][0]["runnable"] == 1
    assert ended.document["worker_boot_wall_s"] > 0
