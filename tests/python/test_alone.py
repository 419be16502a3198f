"""Which tests must not run beside others on threads, as the recorder tells of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .acceptance import binary

SUITE = """
import warnings
import pytest

def test_free(tmp_path): pass
def test_patches(monkeypatch): pass
def test_captures(capsys): pass

@pytest.fixture
def patched(monkeypatch): return monkeypatch

def test_patches_by_another(patched): pass

@pytest.mark.filterwarnings("error")
def test_filters(): pass

@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.exclusive)])
def test_param(n): pass

@pytest.mark.filterwarnings("ignore")
class TestAll:
    def test_in(self): pass
"""


def test_reasons_are_those_of_fixtures_and_marks(tmp_path: Path) -> None:
    advisor = binary()
    if advisor is None:
        pytest.skip("there is neither $ADVISOR nor a build/*/advisor")
    (tmp_path / "test_it.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = exclusive\n")
    words = ["profile", "--python", sys.executable, "--output", "profile.json"]
    subprocess.run([advisor, *words], cwd=tmp_path, check=True, capture_output=True, timeout=100)
    tests = json.loads((tmp_path / "profile.json").read_text())["tests"]
    reasons = [tests["alone_reasons"][index] for index in tests["alone_because"]]
    found = dict(zip(tests["name"], reasons, strict=True))
    assert {name.partition("::")[2] for name, why in found.items() if not why} == {
        "test_free",
        "test_param[1]",
    }
    assert found["::test_patches"].endswith("fixture monkeypatch")
    assert found["::test_patches_by_another"].endswith("fixture monkeypatch")
    assert found["::test_captures"].endswith("fixture capsys")
    assert found["::test_param[2]"].endswith("mark exclusive")
    assert found["::TestAll::test_in"].endswith("filters of its own")
