"""Small suites that each do one thing, in a directory of their own."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

FILES = 6
TESTS_EACH = 10
BLOCK = 1 << 20

# Nothing that lanes would share is switched on, in any of the runs.
OPTIONS = (
    "-q -s -p no:cacheprovider -p no:logging -p no:warnings "
    "-p no:threadexception -p no:unraisableexception"
)

HEAD = """
import hashlib, os, socket, time
import pytest

BLOCK = bytes({block})
# Of each test, relative: files begin with short ones.
LENGTHS = [0.5 + each / {tests} for each in range({tests})]

def compute(seconds):
    total = 0
    for number in range(int(seconds * {loops_each_s})):
        total += number * number
    return total

def digest(seconds):
    for _ in range(max(1, round(seconds * {blocks_each_s}))):
        hashlib.sha256(BLOCK).digest()

def request(seconds):
    with socket.create_connection(("127.0.0.1", int(os.environ["MICRO_PORT"]))) as connection:
        connection.sendall(bytes([round(seconds * 1000)]))
        assert connection.recv(1)
"""

HEAVY = """
import time
import pytest

@pytest.fixture(scope="session")
def heavy():
    time.sleep(1.5)
"""

TEST = """
@pytest.mark.parametrize("length", LENGTHS)
def test_it(length{fixture}):
    {body}
"""

BODIES = {
    "cpu": "compute(0.05 * length)",
    "sleep": "time.sleep(0.05 * length)",
    "socket": "request(0.04 * length)",
    "hash": "digest(0.04 * length)",
    "mixed": "compute(0.012 * length); time.sleep(0.035 * length)",
    "fixture": "time.sleep(0.05 * length)",
}


def loops_each_s() -> int:
    """How far a loop like that of compute() comes in a second, about."""
    began = time.perf_counter()
    total = 0
    for number in range(1_000_000):
        total += number * number
    return int(1_000_000 / (time.perf_counter() - began))


def blocks_each_s() -> int:
    block = bytes(BLOCK)
    began = time.perf_counter()
    for _ in range(40):
        hashlib.sha256(block).digest()
    return int(40 / (time.perf_counter() - began))


def write(base: Path) -> dict[str, Path]:
    """The suites by name."""
    head = HEAD.format(
        block=BLOCK, tests=TESTS_EACH, loops_each_s=loops_each_s(), blocks_each_s=blocks_each_s()
    )
    suites = {}
    for name, body in BODIES.items():
        directory = base / name
        directory.mkdir()
        (directory / "pytest.ini").write_text(f"[pytest]\naddopts = {OPTIONS}\n")
        fixture = ", heavy" if name == "fixture" else ""
        if fixture:
            (directory / "conftest.py").write_text(HEAVY)
        text = head + TEST.format(fixture=fixture, body=body)
        for number in range(FILES):
            (directory / f"test_{name}_{number}.py").write_text(text)
        suites[name] = directory
    return suites
