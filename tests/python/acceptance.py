"""Profiles of tests/suites/acceptance, which knows the truth of each of its tests.

With the interpreter of .venv, and with one environment of tests/python/environments/make for each
other version.
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
WITH_GIL = {name: python for name, python in PYTHONS.items() if not name.endswith("t")}

# The label that nearly all of a test's blocked time must have.
LABELS = {
    "test_sleep": {"sleep"},
    "test_pipe": {"pipe"},
    "test_pipe_beside_a_child": {"pipe"},
    "test_child": {"child"},
    "test_children": {"child"},
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
    truth: dict[str, Any]

    def number(self, test: str, column: str) -> float:
        return float(self.rows[test][column])

    def missing(self) -> dict[str, str]:
        return {each["what"]: each["because"] for each in self.document["missing"]}

    def free_threaded(self) -> bool:
        return bool(self.document["interpreter"]["free_threaded"])

    def limit(self, quiet: float, busy: float) -> float:
        """`busy` where others took some of the cores: then the samples of a thread that waits for
        one look like another's."""
        disturbance = self.document["disturbance"]
        others = sum(disturbance[f"{who}_fraction"] or 0.0 for who in ("foreign", "steal"))
        return busy if others > 0.05 else quiet

    def waits(self, test: str) -> dict[str, float]:
        names = self.document["tests"]["name"]
        return dict(self.document["tests"]["waits"][names.index("::" + test)])


def check_it_held_the_gil_while_it_ran(seen: Seen, within: float) -> None:
    """As long as it was on a core, and at most as long again as the hypervisor had that core:
    neither the thread's CPU clock nor the queue for a core knows of that time."""
    held, cpu = seen.number("test_pure", "gil_s"), seen.number("test_pure", "cpu_s")
    stolen = seen.number("test_pure", "blocked_s")
    assert (1 - within) * cpu <= held <= (1 + within) * (cpu + stolen), (held, cpu, stolen)


def check_who_computes_holds_the_gil(seen: Seen, within: float) -> None:
    check_it_held_the_gil_while_it_ran(seen, within)
    if seen.free_threaded():
        return  # Of other threads it is not known.
    # Two threads take turns; the main thread only waits for them.
    threads = seen.number("test_threads", "gil_s") / seen.number("test_threads", "wall_s")
    assert threads > 0.5, threads


def check_who_hashes_or_waits_does_not(seen: Seen, at_most: float) -> None:
    # To make what is hashed takes some milliseconds.
    assert seen.number("test_hash", "gil_s") < 0.05 * seen.number("test_hash", "cpu_s") + 0.02
    for test in ("test_sleep", "test_pipe", "test_socket", "test_lock", "test_asyncio"):
        assert seen.number(test, "gil_s") / seen.number(test, "wall_s") < at_most, test


def binary() -> str | None:
    built = sorted(ROOT.glob("build/*/advisor"), key=lambda file: file.stat().st_mtime)
    return os.environ.get("ADVISOR") or (str(built[-1]) if built else None)


def profiled(
    tmp: Path,
    python: str,
    *words: str,
    gil: str = "auto",
    command: str = "",
    before: Callable[[], None] | None = None,
) -> Seen:
    advisor = binary()
    if advisor is None:
        pytest.skip("there is neither $ADVISOR nor a build/*/advisor")
    suite = tmp / "acceptance"
    shutil.copytree(SUITE, suite)
    (suite / "pytest.ini").write_text("[pytest]\n")
    truth, output = tmp / "truth.json", tmp / "profile.json"
    launch = ["--command", command] if command else ["--python", python]
    options = ["--quiet", "--gil", gil, "--output", str(output)]
    done = subprocess.run(
        [advisor, "profile", *launch, *options, "--", "-p", "no:cacheprovider", *words],
        cwd=suite, env={**os.environ, "ADVISOR_ACCEPTANCE": str(truth)}, preexec_fn=before,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = subprocess.run(
        [advisor, "report", "--tests-csv", str(output)], capture_output=True, check=True, text=True
    ).stdout
    rows = {row["id"].split("::")[-1]: row for row in csv.DictReader(table.splitlines())}
    return Seen(json.loads(output.read_text()), rows, json.loads(truth.read_text()))


def refuse_process_vm_readv() -> None:
    refuse({"x86_64": 310, "aarch64": 270})


def refuse_perf_event_open() -> None:
    refuse({"x86_64": 298, "aarch64": 241})


def refuse(numbers: dict[str, int]) -> None:
    """In this process and all it starts, the system call with that number is not permitted."""
    number = numbers[platform.machine()]
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
