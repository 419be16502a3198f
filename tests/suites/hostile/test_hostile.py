"""Tests that leave the process other than they found it."""

import gc
import os
import resource
import signal
import subprocess
import sys
import threading
import time

import pytest


@pytest.mark.parametrize(
    "raw", ["new\nline", "\x1b[31mred", "zero\0byte", "日本", "\ud800lone", "<b>&amp;", "x" * 5000]
)
def test_ids(raw):
    pass


def test_fork_and_leave():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def test_fork_and_run_on():
    """The child leaves this test by an exception and goes through pytest's own code."""
    child = os.fork()
    if child == 0:
        os.environ["IS_CHILD"] = "1"
        os.close(1)
        os.close(2)
        os.open(os.devnull, os.O_WRONLY)
        os.open(os.devnull, os.O_WRONLY)
        raise KeyboardInterrupt
    os.waitpid(child, 0)


def test_threads_and_children():
    threads = [threading.Thread(target=gc.collect) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    subprocess.run([sys.executable, "-c", ""], check=True)


def test_clocks_are_faked(monkeypatch):
    for name in (
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "thread_time_ns",
        "process_time_ns",
        "clock_gettime",
        "clock_gettime_ns",
        "sleep",
    ):
        monkeypatch.setattr(time, name, lambda *args: 0)


def test_clocks_stay_faked():
    time.monotonic_ns = time.clock_gettime_ns = time.thread_time_ns = lambda *args: 0


def test_os_is_faked(monkeypatch):
    for name in ("getpid", "pread", "open", "close"):
        monkeypatch.setattr(os, name, lambda *args, **kwargs: 0)
    monkeypatch.setattr(resource, "getrusage", lambda who: None)
    monkeypatch.setattr("struct.pack", lambda *args: b"")


def test_freezegun():
    freezegun = pytest.importorskip("freezegun")
    with freezegun.freeze_time("2001-01-01"):
        assert time.localtime().tm_year == 2001


def test_changes_directory(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()


def test_clears_environment():
    os.environ.clear()


def test_closes_descriptors():
    os.closerange(600, 800)


def test_lowers_limits():
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def test_ignores_signals():
    for number in (signal.SIGALRM, signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def test_traces():
    sys.settrace(lambda *args: None)
    sys.setprofile(lambda *args: None)
    sys.settrace(None)
    sys.setprofile(None)


def test_is_replaced(monkeypatch):
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(sys, "stdout", None)


def test_wipes_modules():
    for name in ("time", "os", "struct", "resource", "mmap", "advisor_recorder"):
        sys.modules.pop(name, None)


def test_last():
    pass
