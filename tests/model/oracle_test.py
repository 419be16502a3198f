"""The model's policies agree with what runs: bench/oracle and bench/deal, in short."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


INSTALLED = "3.8.0"
SHARES = 10  # so that the workers of the test run have something to share
CASES = [(version, 3, 1_000) for version in ("3.1.0", "3.6.1")]
CASES += [(INSTALLED, 3 + share, 100_000 // SHARES) for share in range(SHARES)]


@pytest.mark.skipif("ADVISOR" not in os.environ, reason="needs a build: ADVISOR names its binary")
@pytest.mark.parametrize(("version", "seed", "scenarios"), CASES)
def test_random_scenarios_run_as_under_xdist_itself(
    version: str, seed: int, scenarios: int
) -> None:
    command = [sys.executable, str(ROOT / "bench/oracle/run"), "--json"]
    command += ["--scenarios", str(scenarios), "--seed", str(seed), "--xdist", version]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(run.stdout.splitlines()[-1])["figures"]
    assert figures == {"scenarios": scenarios, "mismatches": 0}


@pytest.mark.skipif("ADVISOR" not in os.environ, reason="needs a build: ADVISOR names its binary")
def test_the_plugin_of_planned_deals_as_the_model_does() -> None:
    command = [sys.executable, str(ROOT / "bench/deal/run"), "--json", "--scenarios", "400"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(run.stdout.splitlines()[-1])["figures"]
    assert figures == {"scenarios": 400, "mismatches": 0}
