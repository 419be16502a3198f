"""The lists of public suites, bench/*/suites.toml, are complete and pinned."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

MANIFESTS = sorted((Path(__file__).resolve().parent.parent / "bench").glob("*/suites.toml"))
SUITES: list[dict[str, Any]] = [
    suite for manifest in MANIFESTS for suite in tomllib.loads(manifest.read_text())["suite"]
]
PIN = re.compile(r"[A-Za-z0-9._-]+(\[[a-z]+\])?==[0-9][0-9A-Za-z.]*")


def test_no_two_suites_have_one_name() -> None:
    names = [suite["name"] for suite in SUITES]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: str(suite["name"]))
def test_a_suite_is_pinned_and_its_sdist_hashed(suite: dict[str, Any]) -> None:
    pins = [suite["package"], *suite["requirements"]]
    assert [pin for pin in pins if not PIN.fullmatch(pin)] == []
    assert suite["tests"] in ("sdist", "package")
    if suite["tests"] == "sdist":
        assert re.fullmatch(r"[0-9a-f]{64}", suite["sha256"])
