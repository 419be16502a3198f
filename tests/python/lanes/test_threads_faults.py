"""Whatever a test does, a run on lanes ends as a sequential one does."""

from __future__ import annotations

import os
import signal

import pytest

from .conftest import Suite
from .test_faults import TWENTY, wait_for


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("raise KeyboardInterrupt", 2),
        ("os.kill(os.getpid(), signal.SIGINT)", 2),
        ("pytest.exit('enough', returncode=7)", 7),
        ("pytest.exit('enough')", 2),
        ("os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("os._exit(3)", 3),
    ],
)
def test_a_test_can_end_the_run(suite: Suite, fault: str, code: int) -> None:
    suite.write(test_it=TWENTY.format(fault=fault))
    assert suite.sequential().code == code
    ended = suite.threads(4)
    assert ended.code == code and not ended.failed()


def test_leaving_the_interpreter_is_a_failure(suite: Suite) -> None:
    suite.write(test_it=TWENTY.format(fault="sys.exit(3)"))
    sequential, threads = suite.sequential(), suite.threads(4)
    assert threads.outcomes() == sequential.outcomes() and threads.code == sequential.code == 1


@pytest.mark.parametrize("option", ["-x", "--maxfail=3"])
def test_failures_stop_the_run_within_a_test_of_each_lane(suite: Suite, option: str) -> None:
    suite.write(
        test_it="import time, pytest\n@pytest.mark.parametrize('i', range(200))\n"
        "def test(i): time.sleep(0.005); assert i < 40"
    )
    most = 1 if option == "-x" else 3
    ended = suite.threads(4, option)
    assert ended.code == 1
    assert most <= len(ended.failed()) < most + 4
    assert len(ended.outcomes()) <= 40 + most + 3
    assert f"stopping after {most} failures" in ended.out


def test_errors_of_the_last_teardown_are_told(suite: Suite) -> None:
    suite.write(
        test_it="import threading, pytest\nmeeting = threading.Barrier(2)\n"
        "@pytest.fixture(scope='session')\ndef breaking(): yield; raise ValueError('at the end')\n"
        "@pytest.mark.parametrize('i', range(9))\n"
        "def test(breaking, i):\n    if i < 2: meeting.wait(60)\n    assert i > 1"
    )
    ended = suite.threads(2, "-x")
    assert ended.code == 1 and ended.out.count("ValueError: at the end") >= 2
    assert sum(line[1] == "teardown" and line[2] == "failed" for line in ended.reports) == 2


def test_failures_of_a_unit_stop_it(suite: Suite) -> None:
    suite.write(
        test_it="import pytest\nclass Test:\n    @classmethod\n    def setup_class(cls): pass\n"
        "    @pytest.mark.parametrize('i', range(9))\n    def test(self, i): assert i != 4"
    )
    ended = suite.threads(2, "-x")
    assert ended.code == 1 and len(ended.outcomes()) == 5


ERRORS = {
    "before": "def pytest_runtest_setup(item): pass\n"
    "import pytest\n@pytest.hookimpl(hookwrapper=True)\n"
    "def pytest_runtest_makereport(item):\n    if '5' in item.name: raise ValueError('mine')\n"
    "    yield",
    "log": "def pytest_runtest_logreport(report):\n"
    "    if '5' in report.nodeid: raise ValueError('mine')",
}


@pytest.mark.parametrize("conftest", ERRORS.values(), ids=ERRORS)
def test_an_error_of_a_plugin_is_an_internal_error(suite: Suite, conftest: str) -> None:
    suite.write(conftest=conftest, test_it=TWENTY.format(fault="pass"))
    assert suite.sequential().code == 3
    ended = suite.threads(4)
    assert ended.code == 3 and "mine" in ended.out


def test_no_tests_and_errors_of_collection(suite: Suite) -> None:
    suite.write(test_it="")
    assert suite.threads(4).code == suite.sequential().code == 5
    suite.write(test_it="def test(): pass", test_bad="import no_such_module")
    for words in ((), ("--continue-on-collection-errors",)):
        sequential, threads = suite.sequential(*words), suite.threads(4, *words)
        assert threads.code == sequential.code and threads.outcomes() == sequential.outcomes()


def test_plugins_can_stop_the_run(suite: Suite) -> None:
    suite.write(
        conftest="def pytest_runtest_logreport(report):\n"
        "    import conftest\n    conftest.session.shouldstop = 'enough'\n"
        "def pytest_sessionstart(session):\n    import conftest; conftest.session = session",
        test_it="import time, pytest\n@pytest.mark.parametrize('i', range(400))\n"
        "def test(i): time.sleep(0.005)",
    )
    ended = suite.threads(2, "-p", "no:threadexception")
    assert ended.code == suite.sequential().code == 2 and len(ended.of("start")) < 400


INTERRUPTED = """
import pathlib, pytest, time
@pytest.fixture(scope="session", autouse=True)
def torn_down(worker_id):
    yield
    pathlib.Path(f"down-{worker_id}").touch()
@pytest.mark.parametrize("i", range(40))
def test(i, worker_id):
    pathlib.Path(f"up-{worker_id}").touch()
    while not pathlib.Path("end").exists(): time.sleep(0.01)
"""
LANES = ("gw0", "gw1")


def test_an_interrupt_ends_tests_and_tears_down(suite: Suite) -> None:
    suite.write(test_it=INTERRUPTED)
    process = suite.start("-p", "advisor_lanes", "--threads", "2")
    for lane in LANES:
        wait_for(suite.directory / f"up-{lane}")
    process.send_signal(signal.SIGINT)
    (suite.directory / "end").touch()
    ended = suite.ended(process)
    assert ended.code == 2 and "KeyboardInterrupt" in ended.out
    assert {path.name for path in suite.directory.glob("down-*")} == {f"down-{x}" for x in LANES}
    assert set(ended.outcomes().values()) == {"passed"} and len(ended.of("start")) < 40


def test_a_second_interrupt_leaves(suite: Suite) -> None:
    suite.write(test_it=INTERRUPTED)
    process = suite.start("-p", "advisor_lanes", "--threads", "2")
    for lane in LANES:
        wait_for(suite.directory / f"up-{lane}")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    ended = suite.ended(process)
    assert ended.code == 2 and not os.path.exists(suite.directory / "down-gw0")


def test_a_test_that_does_not_end_is_shown(suite: Suite) -> None:
    suite.write(
        test_it="import threading\never = threading.Event()\ndef test_stays(): ever.wait(4)\n"
        "def test_b(): ever.wait(4)"
    )
    words = ("-p", "faulthandler", "-o", "faulthandler_timeout=1")
    # The last word counts, and the harness switches the plugin off by its first.
    ended = suite.threads(2, *words)
    assert ended.code == 0 and "in test_stays" in ended.out
