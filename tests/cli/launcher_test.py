"""Launch shapes: whatever starts the suite's pytest, its interpreter and its tests are the same."""

from __future__ import annotations

import json
import os
import shlex
import sys

import pytest

from .conftest import Program

PYTHON = shlex.quote(sys.executable)
SUITE = (
    f"import sys\ndef test_a(): pass\ndef test_b(): assert sys.executable == {sys.executable!r}\n"
)
# As uv, make, tox and nox start pytest: a shell or a process more, or its own entry point.
SHAPES = {
    "module": f"{PYTHON} -m pytest",
    "options": f"{PYTHON} -X dev -m pytest -p no:cacheprovider",
    "entry": f"{PYTHON} -c 'import pytest, sys; sys.exit(pytest.console_main())'",
    "replaced": f"sh -c 'exec {PYTHON} -m pytest \"$@\"' sh",
    "child": f"sh -c '{PYTHON} -m pytest \"$@\"; exit $?' sh",
    "talkative": f"sh -c 'echo py: OK; {PYTHON} -m pytest \"$@\"' sh",
    "elsewhere": f"sh -c 'cd tests && {PYTHON} -m pytest \"$@\"' sh",
    "environment": f"env SOME=THING {PYTHON} -m pytest",
}


def launched(advisor: Program, command: str, *words: str) -> tuple[int, str]:
    ended = advisor(command, *words, "--", "-p", "no:cacheprovider")
    return ended.code, ended.out + ended.err


@pytest.mark.parametrize("shape", SHAPES)
def test_a_suite_is_profiled_and_run_by_its_launcher(shape: str, advisor: Program) -> None:
    (advisor.directory / "tests").mkdir()
    (advisor.directory / "tests/test_it.py").write_text(SUITE)
    how = "--command", SHAPES[shape]
    code, said = launched(advisor, "profile", *how, "--output", "p.json", "--quiet")
    assert code == 0, said
    profile = json.loads((advisor.directory / "p.json").read_text())
    assert profile["interpreter"]["executable"] == sys.executable
    assert profile["tests"]["name"] == ["::test_a", "::test_b"]
    for configuration in ("sequential", "processes=2,dist=load", "forked=2"):
        words = "--no-calibration", "--configuration", configuration
        code, said = launched(advisor, "run", *how, *words)
        assert code == 0, said
        assert "2 passed" in said


def test_a_launcher_that_hides_the_plugin_is_named(advisor: Program) -> None:
    advisor.write(test_it=SUITE)
    code, said = launched(advisor, "profile", "--command", f"env -u PYTHONPATH {PYTHON} -m pytest")
    assert code == 2
    assert "does not pass PYTHONPATH on" in said
    assert "--python" in said


def test_a_launcher_that_is_not_pytest_is_named(advisor: Program) -> None:
    code, said = launched(advisor, "profile", "--command", "echo hello")
    assert code == 2
    assert "hello" in said


def test_the_cores_that_a_launcher_leaves_are_the_suites(advisor: Program) -> None:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip("there is one core")
    advisor.write(test_it=SUITE)
    how = "--command", f"taskset -c {cores[0]} {PYTHON} -m pytest"
    code, said = launched(advisor, "profile", *how, "--output", "p.json")
    assert code == 0, said
    host = json.loads((advisor.directory / "p.json").read_text())["host"]
    assert (host["cores_allowed"], host["cores_of_suite"]) == (len(cores), 1)
    assert "1 usable by the suite's command" in said
