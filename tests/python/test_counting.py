"""What `advisor profile --gil exact` counts of the GIL, and that a suite does not notice.

In each environment as test_sampling; nothing here depends on how fast the machine is or how busy.
"""

from __future__ import annotations

import json
import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .acceptance import (
    ROOT,
    WITH_GIL,
    Seen,
    binary,
    check_it_held_the_gil_while_it_ran,
    check_who_computes_holds_the_gil,
    check_who_hashes_or_waits_does_not,
    profiled,
    refuse_process_vm_readv,
)

sys.path.insert(0, str(ROOT / "src/dialect/plugin"))

import advisor_gil

DENIED = "this machine does not permit to read the memory of a child"
OUTSIDE = "the GIL as seen from outside"


@pytest.fixture(scope="module", params=sorted(WITH_GIL))
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return profiled(tmp_path_factory.mktemp("acceptance"), WITH_GIL[request.param], gil="exact")


@pytest.fixture(params=sorted(WITH_GIL))
def python(request: pytest.FixtureRequest) -> str:
    return WITH_GIL[request.param]


def sources(seen: Seen) -> set[str]:
    source = seen.document["tests"]["call"]["gil_held_source"]
    return {source} if isinstance(source, str) else set(source)


def test_all_was_counted(seen: Seen) -> None:
    assert sources(seen) == {"measured"}
    assert seen.document["sampling"]["gil_held_source"] == "measured"
    assert not any("GIL" in what for what in seen.missing())


def test_who_computes_in_python_holds_the_gil(seen: Seen) -> None:
    check_who_computes_holds_the_gil(seen, within=0.03)


def test_who_hashes_or_waits_does_not(seen: Seen) -> None:
    check_who_hashes_or_waits_does_not(seen, at_most=0.05)


def suite_of(tmp_path: Path, tests: str) -> Path:
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "pytest.ini").write_text("[pytest]\n")
    (suite / "test_it.py").write_text(tests)
    return suite


def profile_of(suite: Path, python: str, **environment: str) -> dict[str, object]:
    advisor = binary()
    if advisor is None:
        pytest.skip("there is neither $ADVISOR nor a build/*/advisor")
    output = suite.parent / "profile.json"
    options = ["--gil", "exact", "--python", python, "--output", str(output)]
    done = subprocess.run(
        [advisor, "profile", *options, "--", "-p", "no:cacheprovider"],
        cwd=suite, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads(output.read_text())
    return dict(
        zip(document["tests"]["name"], document["tests"]["call"]["gil_releases"], strict=True)
    )


RELEASES = """
import os

OUT = os.open(os.devnull, os.O_WRONLY)

def test_none():
    pass

def test_thousand():
    for _ in range(1000):
        os.write(OUT, b"x")

def test_child():
    child = os.fork()
    if child == 0:
        for _ in range(5000):
            os.write(OUT, b"x")
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_each_release_is_counted_and_none_of_a_forked_child(python: str, tmp_path: Path) -> None:
    releases = profile_of(suite_of(tmp_path, RELEASES), python)
    none, thousand, child = (int(str(releases[f"::test_{name}"])) for name in
                             ("none", "thousand", "child"))  # fmt: skip
    assert thousand - none == 1000
    assert child - none < 100


UNTOUCHED = """
import os, subprocess, sys

EXPECTED = eval(os.environ["EXPECTED"])
OURS = ("ADVISOR_GIL", "ADVISOR_RECORDER")
SHOWN = (
    "import os; maps = open('/proc/self/maps').read();"
    "print(repr(os.environ.get('LD_PRELOAD')), 'libadvisor' in maps)"
)

def test_environment():
    assert os.environ.get("LD_PRELOAD") == EXPECTED
    assert not [name for name in os.environ if name.startswith(OURS)]

def test_child():
    words = [sys.executable, "-c", SHOWN]
    shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert shown.split() == [repr(EXPECTED), "False"]
    bare = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    assert ("LD_PRELOAD" in bare) == (EXPECTED is not None)
    assert not any(ours in bare for ours in OURS)

def test_modules():
    assert "ctypes" not in sys.modules
"""

ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # time-machine imports ctypes


@pytest.mark.parametrize("preload", [None, "", "libm.so.6"])
def test_tests_and_their_children_see_the_users_preload(
    python: str, tmp_path: Path, preload: str | None
) -> None:
    suite = suite_of(tmp_path, UNTOUCHED)
    own = ALONE if preload is None else {**ALONE, "LD_PRELOAD": preload}
    assert len(profile_of(suite, python, EXPECTED=repr(preload), **own)) == 3


def test_where_memory_may_not_be_read_it_is_counted(tmp_path: Path) -> None:
    words = ("-k", "sleep or pure")
    seen = profiled(tmp_path, sys.executable, *words, before=refuse_process_vm_readv)
    assert seen.missing()[OUTSIDE] == f"{DENIED}; a preloaded library counted it instead"
    assert sources(seen) == {"measured"}
    check_it_held_the_gil_while_it_ran(seen, within=0.03)
    assert seen.waits("test_sleep")["sleep"] > 0.9 * seen.number("test_sleep", "blocked_s")


def test_where_nothing_can_be_preloaded_it_is_sampled(tmp_path: Path) -> None:
    command = f"env -u LD_PRELOAD {sys.executable} -m pytest"
    seen = profiled(tmp_path, "", "-k", "pure", gil="exact", command=command)
    because = seen.missing()["exact time holding the GIL"]
    assert "does not pass LD_PRELOAD on" in because and "sampled instead" in because
    assert sources(seen) == {"sampled"}


def test_where_neither_can_be_both_reasons_are_said(tmp_path: Path) -> None:
    command = f"env -u LD_PRELOAD {sys.executable} -m pytest"
    before = refuse_process_vm_readv
    seen = profiled(tmp_path, "", "-k", "pure", command=command, before=before)
    because = seen.missing()["time holding the GIL"]
    assert DENIED in because and "does not pass LD_PRELOAD on" in because
    assert seen.rows["test_pure"]["gil_s"] == ""


def test_a_launchers_own_preload_stays(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, UNTOUCHED)
    advisor = binary()
    if advisor is None:
        pytest.skip("there is neither $ADVISOR nor a build/*/advisor")
    command = f"env LD_PRELOAD=libm.so.6 {sys.executable} -m pytest"
    done = subprocess.run(
        [advisor, "profile", "--gil", "exact", "--command", command],
        cwd=suite, env={**os.environ, **ALONE, "EXPECTED": "'libm.so.6'"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def begin_counting() -> str:
    """On memory that nobody else shares."""
    return advisor_gil.begin_counting(mmap.mmap(-1, mmap.PAGESIZE))


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisor_gil, "mapped", lambda: "/lib/ld-linux.so.2\n/libadvisor_gil.so\n")


@pytest.mark.usefixtures("loaded")
def test_a_lock_that_does_not_signal_is_not_counted() -> None:
    assert begin_counting() == "the interpreter's lock does not signal as that of CPython does"


@pytest.mark.usefixtures("loaded")
def test_a_free_threaded_interpreter_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert begin_counting() == "the interpreter is free-threaded: its threads run without it"


def test_a_static_interpreter_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisor_gil, "mapped", lambda: "/bin/python3\n[heap]\n")
    assert "linked statically" in begin_counting()


def test_a_process_with_the_rights_of_another_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert "another user's rights" in begin_counting()
