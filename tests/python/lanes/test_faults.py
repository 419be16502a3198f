"""Whatever a test does to its worker, every test has one outcome and the run ends."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path

import pytest

from .conftest import Suite

TWENTY = """
import os, signal, sys, pytest
@pytest.mark.parametrize("i", range(20))
def test(i):
    if i == 5: {fault}
"""
ALL = {f"test[{i}]" for i in range(20)}


@pytest.mark.parametrize(
    ("fault", "how"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was ended by SIGSEGV"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was ended by SIGKILL"),
        ("os.abort()", "was ended by SIGABRT"),
        ("os._exit(0)", "exited with 0"),
        ("os._exit(3)", "exited with 3"),
        ("os.closerange(3, 256)", "exited with"),
    ],
)
def test_a_dead_worker_fails_the_test_it_ran(suite: Suite, fault: str, how: str) -> None:
    suite.write(test_it=TWENTY.format(fault=fault))
    ended = suite.forked(2)
    assert ended.code == 1
    assert ended.failed() == {"test[5]"}
    assert set(ended.outcomes()) == ALL
    assert [line[1] for line in ended.reports if line[2] == "failed"] == ["???"]
    assert how in ended.out


def test_only_so_many_workers_are_forked(suite: Suite) -> None:
    suite.write(test_it=TWENTY.format(fault="pass") + "    os._exit(1)")
    ended = suite.forked(2)
    assert ended.failed() == ALL and len(ended.of("report")) == 20
    reasons = [line[4] for line in ended.reports]
    died = sum("exited with 1" in reason for reason in reasons)
    assert 8 <= died <= 9  # four for each worker; two may die at once
    assert sum("too many workers died" in reason for reason in reasons) == 20 - died


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("raise KeyboardInterrupt", 2),
        ("os.kill(os.getpid(), signal.SIGINT)", 2),
        ("pytest.exit('enough', returncode=7)", 7),
        ("pytest.exit('enough')", 2),
    ],
)
def test_a_test_can_end_the_run(suite: Suite, fault: str, code: int) -> None:
    suite.write(test_it=TWENTY.format(fault=fault))
    assert suite.sequential().code == code
    ended = suite.forked(2)
    assert ended.code == code and not ended.failed()


def test_an_error_of_a_plugin_is_an_internal_error(suite: Suite) -> None:
    suite.write(
        conftest="def pytest_runtest_protocol(item):\n"
        "    if '5' in item.name: raise ValueError('of mine')",
        test_it=TWENTY.format(fault="pass"),
    )
    assert suite.sequential().code == 3
    ended = suite.forked(2)
    assert ended.code == 3 and "of mine" in ended.out


def test_an_error_of_the_last_teardown_is_told(suite: Suite) -> None:
    suite.write(
        test_it="import os, pytest\n@pytest.fixture(scope='session')\ndef f(): yield; os._exit(4)\n"
        "def test_a(f): pass\ndef test_b(f): pass"
    )
    ended = suite.forked(1)
    assert ended.code == 1 and ended.failed() == {"test_b"}
    assert len(ended.reports) == 4  # three of the first test, one of the second


def test_a_child_that_comes_back_is_not_heard(suite: Suite) -> None:
    suite.write(test_it=TWENTY.format(fault="os.fork() and os.wait()"))
    ended = suite.forked(2)
    assert ended.code == 0 and len(ended.reports) == 60


def test_a_grandchild_with_our_pipe_does_not_keep_the_run(suite: Suite) -> None:
    fault = "os.fork() or (signal.pause(), os._exit(0))"
    suite.write(test_it=TWENTY.format(fault=fault))
    process = suite.start("-p", "advisor_lanes", "--forked-workers", "2", "-s", "-q")
    try:
        assert process.wait(60) == 0
    finally:
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(("option", "most"), [("-x", 1), ("--maxfail=3", 3)])
def test_failures_stop_the_run_within_a_test_of_each_worker(
    suite: Suite, option: str, most: int
) -> None:
    suite.write(
        test_it="import time, pytest\n@pytest.mark.parametrize('i', range(200))\n"
        "def test(i): time.sleep(0.01); assert 0"
    )
    ended = suite.forked(2, option)
    assert ended.code == 1
    assert most <= len(ended.failed()) <= 2 * most  # a worker counts its own failures, too
    assert f"stopping after {most} failures" in ended.out


def wait_for(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.01)


INTERRUPTED = """
import pathlib, pytest, time
@pytest.fixture(scope="session", autouse=True)
def torn_down(worker_id):
    yield
    pathlib.Path(f"down-{worker_id}").touch()
@pytest.mark.parametrize("i", range(4))
def test(i, worker_id):
    pathlib.Path(f"up-{worker_id}").touch()
    time.sleep(60)
"""


def test_an_interrupt_ends_tests_and_tears_down(suite: Suite) -> None:
    suite.write(test_it=INTERRUPTED)
    process = suite.start("-p", "advisor_lanes", "--forked-workers", "2")
    for worker in ("gw0", "gw1"):
        wait_for(suite.directory / f"up-{worker}")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers hear it, too
    ended = suite.ended(process)
    assert ended.code == 2 and "KeyboardInterrupt" in ended.out
    assert {path.name for path in suite.directory.glob("down-*")} == {"down-gw0", "down-gw1"}


def test_workers_do_not_outlive_their_parent(suite: Suite) -> None:
    suite.write(
        test_it="import os, pathlib, time\ndef test():\n"
        "    pathlib.Path('pid').write_text(str(os.getpid()))\n"
        "    pathlib.Path('up').touch()\n    time.sleep(60)"
    )
    process = suite.start("-p", "advisor_lanes", "--forked-workers", "1")
    wait_for(suite.directory / "up")
    worker = int((suite.directory / "pid").read_text())
    pidfd = os.pidfd_open(worker)
    process.kill()
    process.communicate()
    assert select.select([pidfd], [], [], 60)[0]
