"""Tests that leave something behind, each one kind of it, and some that only seem to."""

import os
import subprocess
import sys
import threading
import time

import pytest

KEPT = []


@pytest.fixture(autouse=True)
def long_enough():
    """Longer than the recorder's pause between two counts."""
    yield
    begin = time.perf_counter()
    while time.perf_counter() - begin < 0.03:
        pass


@pytest.fixture(scope="module")
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_leaves_nothing():
    pass


def test_leaves_a_thread():
    event = threading.Event()
    thread = threading.Thread(target=event.wait, name="left-thread", daemon=True)
    thread.start()
    KEPT.append((thread, event))


def test_joins_its_thread():
    thread = threading.Thread(target=len, args=("",))
    thread.start()
    thread.join()


def test_leaves_files():
    KEPT.extend(open(__file__) for _ in range(20))


def test_closes_its_file():
    with open(__file__):
        pass


def test_uses_the_fixture(pipe):
    assert len(pipe) == 2


def test_leaves_a_process():
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", "left-process"]
    KEPT.append(subprocess.Popen(command, stdin=subprocess.PIPE))


def test_leaves_a_process_that_has_ended():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # seen to have ended, still to be waited for


def test_leaves_a_process_of_a_thread():
    started, ended = threading.Event(), threading.Event()

    def serve():
        command = [sys.executable, "-c", "import sys; sys.stdin.read()", "left-by-a-thread"]
        KEPT.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        started.set()
        ended.wait()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    started.wait()
    KEPT.append((thread, ended))


def test_waits_for_its_process():
    subprocess.run([sys.executable, "-c", ""], check=True)
