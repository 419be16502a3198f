"""Runs that are killed at random moments, as script/campaign recovery does it 200 times."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.recovery.kills import kill_once

from .conftest import binary


@pytest.mark.parametrize("whom", ["suite", "advisor"])
@pytest.mark.parametrize("seed", range(5))
def test_a_kill_loses_nothing_and_leaves_nothing(whom: str, seed: int, tmp_path: Path) -> None:
    wrong = kill_once(str(binary()), tmp_path / "run", whom, random.Random(seed))
    told = {key: wrong[key] for key in ("lost", "invented", "unnamed", "wrong_end", "left_behind")}
    assert told == dict.fromkeys(told, 0)
