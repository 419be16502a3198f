"""Runs suites under the recorder, in .venv and in every environment that
tests/python/environments/make made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .recording import LIBRARIES, PLUGIN, PYTHONS, ROOT, WRITERS, Recorded, Suite, command_of
from .ring import Run, record


@pytest.fixture(params=WRITERS, ids="-".join)
def python_and_writer(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def python(python_and_writer: tuple[str, str]) -> str:
    return PYTHONS[python_and_writer[0]]


@pytest.fixture
def plugin(python_and_writer: tuple[str, str], tmp_path: Path) -> str:
    """The directory of the recorder."""
    if python_and_writer[1] == "python":
        return PLUGIN
    if not LIBRARIES:
        pytest.skip("there is no build/*/src/dialect/libadvisor_writer.so")
    beside = tmp_path / "plugin"
    beside.mkdir()
    for file in (*Path(PLUGIN).glob("*.py"), LIBRARIES[-1]):
        shutil.copy(file, beside)
    return str(beside)


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
def recorded(python: str, plugin: str, suite: Suite) -> Recorded:
    def run(name: str, *words: str, **options: object) -> Run:
        command = command_of(python, ["-p", "advisor_recorder", *words])
        return record(command, str(suite(name)), plugin, **options)  # type: ignore[arg-type]

    return run
