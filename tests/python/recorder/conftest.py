"""Runs suites under the recorder, in .venv and in every environment that
tests/python/environments/make made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .recording import PLUGIN, PYTHONS, ROOT, Recorded, Suite, command_of
from .ring import Run, record


@pytest.fixture(params=PYTHONS)
def python(request: pytest.FixtureRequest) -> str:
    return PYTHONS[request.param]


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """A copy of a suite, outside of this project, so that none of its settings are found."""

    def copied(name: str) -> Path:
        to = tmp_path / name
        if not to.exists():
            shutil.copytree(ROOT / "tests/suites" / name, to)
            (to / "pytest.ini").write_text("[pytest]\n")
        return to

    return copied


@pytest.fixture
def recorded(python: str, suite: Suite) -> Recorded:
    def run(name: str, *words: str, **options: object) -> Run:
        command = command_of(python, ["-p", "advisor_recorder", *words])
        return record(command, str(suite(name)), PLUGIN, **options)  # type: ignore[arg-type]

    return run
