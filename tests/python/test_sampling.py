"""What `advisor profile` sees of the GIL and of waits, in a suite that knows the truth of each.

Runs with the interpreter of .venv, and with one environment of tests/python/environments/make for
each other version. Nothing here depends on how fast the machine is or how busy: shares are of the
CPU time or of the blocked time that a test had, whatever that was.
"""

from __future__ import annotations

import csv
import ctypes
import json
import os
import platform
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = ROOT / "tests/suites/acceptance"
ENVIRONMENTS = sorted((ROOT / "build/environments").glob("python3.*/list.txt"))
PYTHONS = {
    list_.parent.name.split("-")[0]: str(list_.parent / "bin/python") for list_ in ENVIRONMENTS
}
PYTHONS[".venv"] = sys.executable

# The label that at least 95 % of a test's blocked time must have.
LABELS = {
    "test_sleep": {"sleep"},
    "test_pipe": {"pipe"},
    "test_child": {"child"},
    "test_socket": {"socket"},
    "test_lock": {"lock"},
    "test_file_lock": {"lock", "child"},  # it reads from the child first
    "test_fsync": {"disk"},
    "test_threads": {"lock"},
    "test_asyncio": {"sleep"},
}


@dataclass
class Seen:
    document: dict[str, Any]
    rows: dict[str, dict[str, str]]  # of --tests-csv, by the name of the test
    truth: dict[str, float]

    def number(self, test: str, column: str) -> float:
        return float(self.rows[test][column])

    def missing(self) -> dict[str, str]:
        return {each["what"]: each["because"] for each in self.document["missing"]}

    def waits(self, test: str) -> dict[str, float]:
        names = self.document["tests"]["name"]
        return dict(self.document["tests"]["waits"][names.index("::" + test)])


def binary() -> str | None:
    built = sorted(ROOT.glob("build/*/advisor"), key=lambda file: file.stat().st_mtime)
    return os.environ.get("ADVISOR") or (str(built[-1]) if built else None)


def profiled(tmp: Path, python: str, *words: str, before: Callable[[], None] | None = None) -> Seen:
    advisor = binary()
    if advisor is None:
        pytest.skip("there is neither $ADVISOR nor a build/*/advisor")
    suite = tmp / "acceptance"
    shutil.copytree(SUITE, suite)
    (suite / "pytest.ini").write_text("[pytest]\n")
    truth, output = tmp / "truth.json", tmp / "profile.json"
    command = [advisor, "profile", "--quiet", "--python", python, "--output", str(output), "--"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *words],
        cwd=suite, env={**os.environ, "ADVISOR_ACCEPTANCE": str(truth)}, preexec_fn=before,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = subprocess.run(
        [advisor, "report", "--tests-csv", str(output)], capture_output=True, check=True, text=True
    ).stdout
    rows = {row["id"].split("::")[-1]: row for row in csv.DictReader(table.splitlines())}
    return Seen(json.loads(output.read_text()), rows, json.loads(truth.read_text()))


@pytest.fixture(scope="module", params=sorted(PYTHONS))
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return profiled(tmp_path_factory.mktemp("acceptance"), PYTHONS[request.param])


def test_all_was_sampled(seen: Seen) -> None:
    unsampled = {"time holding the GIL", "what blocked time waited for"}
    assert not unsampled & seen.missing().keys()
    sampling = seen.document["sampling"]
    assert sampling["samples"] > 500
    assert sampling["gil_held_source"] == "sampled"
    assert sampling["core_fraction"] < 0.05


def test_who_computes_in_python_holds_the_gil(seen: Seen) -> None:
    share = seen.number("test_pure", "gil_s") / seen.number("test_pure", "cpu_s")
    assert share == pytest.approx(1, abs=0.03)
    # Two threads take turns; the main thread only waits for them.
    threads = seen.number("test_threads", "gil_s") / seen.number("test_threads", "wall_s")
    assert threads > 0.5


def test_who_hashes_or_waits_does_not(seen: Seen) -> None:
    assert seen.number("test_hash", "gil_s") / seen.number("test_hash", "cpu_s") < 0.05
    for test in ("test_sleep", "test_pipe", "test_socket", "test_lock", "test_asyncio"):
        assert seen.number(test, "gil_s") / seen.number(test, "wall_s") < 0.15, test


@pytest.mark.parametrize("test", LABELS)
def test_blocked_time_has_the_right_label(seen: Seen, test: str) -> None:
    waits = seen.waits(test)
    blocked = sum(waits.values())
    if blocked < 0.1:
        pytest.skip("this machine made the test wait for too short a time")
    right = sum(time for reason, time in waits.items() if reason in LABELS[test])
    assert right >= 0.95 * blocked, waits


def test_split_is_of_all_blocked_time(seen: Seen) -> None:
    for test in seen.rows:
        blocked = seen.number(test, "blocked_s")
        if blocked > 0.01:
            assert sum(seen.waits(test).values()) == pytest.approx(blocked, rel=0.01), test


def test_wall_is_cpu_and_queue_and_blocked(seen: Seen) -> None:
    for test in seen.rows:
        parts = sum(seen.number(test, f"{name}_s") for name in ("cpu", "core_wait", "blocked"))
        assert parts == pytest.approx(seen.number(test, "wall_s"), rel=0.01, abs=0.001), test


def test_cpu_of_a_child_is_known(seen: Seen) -> None:
    names = seen.document["tests"]["name"]
    children = seen.document["tests"]["call"]["children_cpu_s"]
    assert children[names.index("::test_child")] == pytest.approx(
        seen.truth["child_cpu_s"], rel=0.05
    )


def refuse_process_vm_readv() -> None:
    """In this process and all it starts, that system call is not permitted."""
    number = {"x86_64": 310, "aarch64": 270}[platform.machine()]
    # Load the call's number; if it is ours, return EPERM; allow. See bpf(4) and seccomp(2).
    program = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, number),
        (0x06, 0, 0, 0x00050001),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    filter_ = struct.pack("=HxxxxxxQ", len(program), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    assert libc.prctl(no_new_privileges, 1, 0, 0, 0) == 0
    assert libc.prctl(set_seccomp, filter_mode, ctypes.create_string_buffer(filter_)) == 0


def test_where_memory_may_not_be_read_the_profile_says_so(tmp_path: Path) -> None:
    words = ("-k", "sleep or pure")
    seen = profiled(tmp_path, sys.executable, *words, before=refuse_process_vm_readv)
    reason = "this machine does not permit to read the memory of a child"
    assert seen.missing()["time holding the GIL"] == reason
    assert seen.rows["test_pure"]["gil_s"] == ""
    assert seen.waits("test_sleep")["sleep"] > 0.9 * seen.number("test_sleep", "blocked_s")


def test_a_watched_run_looks_like_any_other(tmp_path: Path) -> None:
    seen = profiled(tmp_path, sys.executable, "-k", "pure", "-W", "error")
    assert seen.rows["test_pure"]["outcome"] == "passed"
