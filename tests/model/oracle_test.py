"""The model's policies agree with the scheduler classes that run: bench/oracle, in short."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif("ADVISOR" not in os.environ, reason="needs a build: ADVISOR names its binary")
def test_random_scenarios_run_as_under_xdist_itself() -> None:
    command = [sys.executable, str(ROOT / "bench/oracle/run"), "--json", "--scenarios", "400"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(run.stdout.splitlines()[-1])["figures"]
    assert figures == {"scenarios": 800, "mismatches": 0}
