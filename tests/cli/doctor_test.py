"""advisor doctor and advisor calibrate."""

from __future__ import annotations

import sys

import pytest

from .conftest import Program


def test_doctor_lists_what_it_looked_at(advisor: Program) -> None:
    ended = advisor.suite("doctor", "--json")
    assert ended.code == 0
    checks = {check["code"]: check for check in ended.document["checks"]}
    assert {"cores", "memory", "counters", "interpreter", "pytest-installed"} <= set(checks)
    for check in checks.values():
        assert check["found"]
        assert check["health"] == "pass" or check["fix"]


def test_doctor_fails_where_the_interpreter_cannot_be_used(advisor: Program) -> None:
    ended = advisor("doctor", "--python", "/bin/false")
    assert ended.code == 1
    assert "fix:" in ended.out


def test_a_calibration_is_cached_and_taken(advisor: Program) -> None:
    ended = advisor("calibrate", "--python", sys.executable, "--json", timeout=400)
    assert ended.code == 0
    document = ended.document
    assert document["format"] == "advisor.calibration"
    spawn = document["spawn"]
    stages = ("interpreter", "pytest", "plugins", "collection", "exit")
    assert all(spawn[stage]["median_s"] > 0 for stage in stages)
    assert spawn["whole"]["median_s"] > spawn["interpreter"]["median_s"]
    modules = {imported["module"] for imported in spawn["imported"]}
    assert any(module.startswith("_pytest") for module in modules)
    if "not kept" in ended.err:
        pytest.skip("other processes disturbed the calibration, which is then not kept")
    cached = list((advisor.directory.parent / "cache" / "advisor").glob("calibration-*.json"))
    assert len(cached) == 1
    checks = advisor.suite("doctor", "--json").document["checks"]
    found = next(check["found"] for check in checks if check["code"] == "calibrated")
    assert document["measured_utc"] in found
