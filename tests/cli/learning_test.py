"""What advisor run and verify measured improves the next advice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Program

# Where it runs on workers, each test takes far longer than when it was recorded.
SUITE = """
import os
import time
import pytest

@pytest.mark.parametrize("number", range(4))
def test_waits(number):
    time.sleep(1.5 if "PYTEST_XDIST_WORKER" in os.environ else 0.1)
"""
ASKED = "--configuration", "forked=2"


def kept(advisor: Program) -> list[dict[str, Any]]:
    files = list((advisor.directory / ".advisor").glob("runs-*.json"))
    if not files:
        return []
    assert len(files) == 1
    document = json.loads(files[0].read_text())
    assert document["format"] == "advisor.measured_runs"
    runs: list[dict[str, Any]] = document["runs"]
    return runs


def prediction(document: dict[str, Any], spec: str) -> dict[str, Any]:
    found = [each for each in document["predictions"] if each["configuration"]["spec"] == spec]
    assert len(found) == 1
    one: dict[str, Any] = found[0]
    return one


def test_runs_are_kept_and_the_next_advice_learns_from_them(advisor: Program) -> None:
    advisor.write(test_it=SUITE)
    first = advisor.suite("analyze", *ASKED, "--json")
    assert first.document["learned_from_runs"] == 0
    for _ in range(3):
        assert advisor.suite("run", *ASKED).code == 0
    assert [run["configuration"]["spec"] for run in kept(advisor)] == ["forked=2"] * 3
    assert advisor.suite("verify", *ASKED, "--rounds", "1").code in (0, 1)
    assert len(kept(advisor)) == 5  # sequential, too

    second = advisor.suite("analyze", *ASKED, "--json").document
    assert second["learned_from_runs"] == 5
    slower = prediction(second, "forked=2")
    assert slower["learned_factor"] > 1.2
    assert sum(slower["breakdown_s"].values()) == pytest.approx(slower["wall_s"]["mid"])
    assert slower["speedup"]["mid"] < prediction(first.document, "forked=2")["speedup"]["mid"]

    said = " ".join(advisor.suite("analyze", *ASKED).out.split())
    assert "Learnt from 5 measured runs of this suite on this machine" in said
    assert "by the model alone)" in said
    without = advisor.suite("analyze", *ASKED, "--no-learning", "--json").document
    assert without["learned_from_runs"] == 0
    assert prediction(without, "forked=2")["learned_factor"] == 1


def test_what_is_kept_is_what_the_model_alone_predicted(advisor: Program) -> None:
    advisor.write(test_it=SUITE)
    assert advisor.suite("analyze", *ASKED).code == 0
    for _ in range(4):
        assert advisor.suite("run", *ASKED).code == 0
    first, *_, last = (run["predicted_s"] for run in kept(advisor))
    assert last == pytest.approx(first)


def test_a_run_that_does_not_say_what_all_tests_take_is_not_kept(advisor: Program) -> None:
    advisor.write(test_it=SUITE + "\ndef test_last():\n    assert 'STOP' not in os.environ\n")
    assert advisor.suite("analyze", *ASKED).code == 0
    advisor.environment["STOP"] = "1"
    failed = advisor.suite("run", *ASKED)
    assert failed.code == 1
    assert len(kept(advisor)) == 1  # it failed, but all tests ran
    (advisor.directory / "test_it.py").write_text("import os\ndef test_a():\n    os._exit(3)\n")
    assert advisor.suite("run", "--configuration", "sequential").code != 0
    assert len(kept(advisor)) == 1


def test_runs_of_a_file_are_learnt_from_and_a_broken_file_is_refused(
    advisor: Program, tmp_path: Path
) -> None:
    advisor.write(test_it=SUITE)
    assert advisor.suite("analyze", *ASKED).code == 0
    assert advisor.suite("run", *ASKED).code == 0
    (document,) = (advisor.directory / ".advisor").glob("runs-*.json")
    moved = tmp_path / "runs.json"
    document.rename(moved)
    assert advisor.suite("analyze", *ASKED, "--json").document["learned_from_runs"] == 0
    taken = advisor.suite("analyze", *ASKED, "--measured", str(moved), "--json")
    assert taken.document["learned_from_runs"] == 1
    both = advisor.suite("analyze", "--measured", str(moved), "--no-learning")
    assert both.code == 2 and "cannot be given with" in both.err
    moved.write_text(moved.read_text()[:-40])
    broken = advisor.suite("analyze", *ASKED, "--measured", str(moved))
    assert broken.code == 2 and "cannot read the list of measured runs" in broken.err
    shown = advisor("report", str(document.parent / "none.json"))
    assert shown.code == 2
