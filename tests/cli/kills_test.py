"""A part of the campaign bench/kills: what remains of an advisor that was killed."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.kills.point import calls_of, wrong_at

from .conftest import binary


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False).returncode == 0


@pytest.mark.skipif("not can_trace()", reason="strace is not installed or not allowed")
@pytest.mark.parametrize("spec", ["sequential", "processes=2,dist=load"])
def test_a_killed_run_leaves_no_process_and_no_half_document(spec: str) -> None:
    advisor = str(binary())
    calls = calls_of(advisor, spec)
    points = [1 + at * calls // 25 for at in range(25)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda call: wrong_at(advisor, spec, call), points))
    assert {call: wrong for call, wrong in zip(points, found, strict=True) if wrong} == {}
