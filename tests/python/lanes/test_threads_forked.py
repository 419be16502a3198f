"""Forked workers, each with lanes: what is claimed is run together, what is alone is alone."""

from __future__ import annotations

import os
import signal

import pytest

from .conftest import Ended, Suite
from .test_faults import TWENTY, wait_for
from .test_same_outcome import sorted_lines
from .test_threads_faults import INTERRUPTED
from .test_threads_same_outcome import KINDS, in_one_piece, last_line, semantics

__all__ = ["semantics"]


def forked(suite: Suite, workers: int, lanes: int, *words: str) -> Ended:
    return suite.forked(workers, "--lane-threads", str(lanes), *words)


def test_reports_are_those_of_a_sequential_run(semantics: Suite) -> None:
    # Which test ends a module depends on the worker, and whether threads were left before a fork.
    words = ("-k", "not module_ends and not forks")
    sequential = semantics.sequential(*words)
    for workers, lanes in ((1, 3), (2, 2), (3, 4)):
        both = forked(semantics, workers, lanes, *words)
        for kind in KINDS:
            assert sorted_lines(both.of(kind)) == sorted_lines(sequential.of(kind))
        assert in_one_piece(both.said)
        assert both.code == 1 and last_line(both) == last_line(sequential)
        assert "tests ran alone: " in both.out


@pytest.mark.parametrize(
    ("fault", "how"),
    [
        ("os._exit(3)", "exited with 3"),
        ("os.abort()", "was ended by SIGABRT"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was ended by SIGKILL"),
    ],
)
def test_a_dead_worker_fails_the_test_it_ran(suite: Suite, fault: str, how: str) -> None:
    suite.write(test_it=TWENTY.format(fault=fault))
    ended = forked(suite, 2, 4)
    assert ended.code == 1 and ended.failed() == {"test[5]"} and len(ended.outcomes()) == 20
    assert how in ended.out


@pytest.mark.parametrize(
    ("fault", "code"), [("raise KeyboardInterrupt", 2), ("pytest.exit('enough', returncode=7)", 7)]
)
def test_a_test_can_end_the_run(suite: Suite, fault: str, code: int) -> None:
    suite.write(test_it=TWENTY.format(fault=fault))
    ended = forked(suite, 2, 2)
    assert ended.code == code and not ended.failed()


def test_failures_stop_the_run_within_a_test_of_each_lane(suite: Suite) -> None:
    suite.write(
        test_it="import time, pytest\n@pytest.mark.parametrize('i', range(400))\n"
        "def test(i): time.sleep(0.01); assert 0"
    )
    ended = forked(suite, 2, 3, "-x")
    assert ended.code == 1 and 1 <= len(ended.failed()) <= 6
    assert "stopping after 1 failures" in ended.out


def test_lanes_of_all_workers_have_names(suite: Suite) -> None:
    suite.write(
        test_it="import os, threading, pytest\nmeeting = threading.Barrier(3)\n"
        "@pytest.mark.parametrize('i', range(12))\n@pytest.mark.xdist_group('g')\n"
        "def test_stays(i, worker_id, record_property):\n"
        "    assert os.environ['PYTEST_XDIST_WORKER'] == worker_id\n"
        "    record_property('worker', worker_id)\n"
        "@pytest.mark.parametrize('i', range(12))\ndef test_meets(i, worker_id, record_property):\n"
        "    record_property('worker', f'{worker_id} of {os.getpid()}')\n"
        "@pytest.mark.exclusive\ndef test_alone(worker_id, record_property):\n"
        "    record_property('worker', f'{worker_id} of {os.getpid()}')"
    )
    ended = forked(suite, 2, 3)
    assert ended.code == 0, ended.out
    names = [line[6][0][1] for line in ended.reports if line[1] == "teardown"]
    assert len({name for name in names if " of " not in name}) == 1  # a group stays together
    places = {name for name in names if " of " in name}
    assert len({name.partition(" of ")[0] for name in places}) == len(places)


def test_an_interrupt_ends_tests_and_tears_down(suite: Suite) -> None:
    suite.write(test_it=INTERRUPTED)
    words = ("-p", "advisor_lanes", "--forked-workers", "2", "--lane-threads", "2")
    process = suite.start(*words)
    lanes = ("gw1", "gw2", "gw4", "gw5")
    for lane in lanes:
        wait_for(suite.directory / f"up-{lane}")
    os.killpg(process.pid, signal.SIGINT)
    (suite.directory / "end").touch()
    ended = suite.ended(process)
    assert ended.code == 2 and "KeyboardInterrupt" in ended.out
    assert {path.name for path in suite.directory.glob("down-*")} == {f"down-{x}" for x in lanes}
