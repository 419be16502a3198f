"""The exit code of advisor run is that of a sequential run, whatever the runner itself would say.

Where a row has two codes, the second one is that of workers, and a third one that of loadscope.
They differ where the suite ends its own process: sequentially pytest dies of it, under workers it
costs one test, which is a failure; and where workers cannot do what a sequential run can, which is
advisor's own failure, 125. So it is where loadscope runs a test that crashes again and again and
never its neighbours.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest

from .conftest import Program

KINDS = {
    "sequential": "sequential",
    "load": "processes=2,dist=load",
    "worksteal": "processes=2,dist=worksteal",
    "loadscope": "processes=2,dist=loadscope",
    "planned": "processes=2,dist=planned",
}
IMPORTS = "import atexit, os, pytest, signal, sys\n"
NO_RESTART = ("--max-worker-restart", "0")  # each costs a second
SURROGATE = "b'\\xff'.decode('utf8', 'surrogateescape')"


@dataclass
class Row:
    code: int
    workers: int | None = None  # if it is another
    loadscope: int | None = None  # if it is another again
    text: str = "def test_1(): pass\ndef test_2(): pass\n"
    words: tuple[str, ...] = ()
    conftest: str = ""
    says: str = ""  # under workers


def in_workers(hook: str) -> str:
    return f"def {hook}:\n    if 'PYTEST_XDIST_WORKER' in os.environ: os._exit(1)\n"


MANY = "@pytest.mark.parametrize('n', range(20))\ndef test(n): "
ROWS = {
    "passing": Row(0),
    "failing": Row(1, text="def test_1(): pass\ndef test_2(): assert 0\n"),
    "stopped by -x": Row(1, text="def test_1(): assert 0\ndef test_2(): pass\n", words=("-x",)),
    "stopped by --maxfail": Row(1, text=MANY + "assert n % 3\n", words=("--maxfail=2",)),
    "broken collection": Row(2, text="import no_such_module\n"),
    "missing path": Row(4, words=("missing",)),
    "unknown option": Row(4, words=("--no-such-option",)),
    "no tests": Row(5, text=""),
    "all deselected": Row(5, words=("-k", "nothing")),
    "all skipped": Row(0, text="def test_1(): pytest.skip()\n"),
    "all expected to fail": Row(0, text="@pytest.mark.xfail\ndef test_1(): assert 0\n"),
    "strict pass": Row(1, text="@pytest.mark.xfail(strict=True)\ndef test_1(): pass\n"),
    "set-up fails": Row(1, text="@pytest.fixture\ndef f(): assert 0\ndef test_1(f): pass\n"),
    "conftest raises": Row(4, conftest="raise ValueError\n"),
    "conftest raises in workers": Row(
        0,
        125,
        words=NO_RESTART,
        conftest="if 'PYTEST_XDIST_WORKER' in os.environ: raise ValueError\n",
        says="workers cannot start here",
    ),
    "workers die at configure": Row(
        0,
        125,
        words=NO_RESTART,
        conftest=in_workers("pytest_configure()"),
        says="workers cannot start here",
    ),
    "workers die at their end": Row(
        0, words=NO_RESTART, conftest=in_workers("pytest_sessionfinish()")
    ),
    "os._exit(0)": Row(125, 1, 125, text="def test_1(): os._exit(0)\ndef test_2(): pass\n"),
    "os._exit(3)": Row(3, 1, 125, text="def test_1(): os._exit(3)\ndef test_2(): pass\n"),
    "SIGSEGV": Row(
        139, 1, 125, text="def test_1(): os.kill(os.getpid(), 11)\ndef test_2(): pass\n"
    ),
    "SIGTERM": Row(
        143, 1, 125, text="def test_1(): os.kill(os.getpid(), 15)\ndef test_2(): pass\n"
    ),
    "SIGINT to itself": Row(2, text="def test_1(): signal.raise_signal(2)\ndef test_2(): pass\n"),
    "KeyboardInterrupt": Row(2, text="def test_1(): raise KeyboardInterrupt\n"),
    "pytest.exit(7)": Row(7, text="def test_1(): pytest.exit('x', returncode=7)\n"),
    "pytest.exit(0)": Row(125, text="def test_1(): pytest.exit('x', returncode=0)\n"),
    "pytest.exit()": Row(2, text="def test_1(): pytest.exit('x')\n"),
    "sys.exit(0)": Row(1, text="def test_1(): sys.exit(0)\ndef test_2(): pass\n"),
    "a fixture's tear-down crashes": Row(
        139,
        1,
        text="@pytest.fixture(scope='session')\ndef f():\n    yield\n"
        "    os.kill(os.getpid(), 11)\ndef test_1(f): pass\ndef test_2(f): pass\n",
        words=NO_RESTART,
    ),
    "every test crashes": Row(1, 125, text=MANY + "os._exit(1)\n", words=NO_RESTART, says="LOST"),
    "collections that differ": Row(
        0,
        125,
        text="@pytest.mark.parametrize('n', [os.getpid()])\ndef test(n): pass\n",
        says="collected different tests",
    ),
    # Where pytest-xdist 3.8 loses a failure, or believes another, and says 0.
    "a failure that cannot be sent": Row(
        1, 125, text=f"def test_1(): pass\ndef test_2(): assert 0, {SURROGATE}\n", says="LOST"
    ),
    "a property that cannot be sent": Row(
        0,
        125,
        text="def test_1(): pass\ndef test_2(record_property): record_property('k', object())\n",
        says="LOST",
    ),
    "a failure that is withheld": Row(
        1,
        125,
        text="def test_1(): pass\ndef test_2(): assert 0\n",
        conftest="import pytest\n@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_runtest_logreport(report): report.outcome = 'passed'\n",
        says="CONTRADICTED",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ROWS)
def test_the_exit_code_is_that_of_a_sequential_run(advisor: Program, name: str, kind: str) -> None:
    row = ROWS[name]
    advisor.write(test_a=IMPORTS + row.text, conftest="import os\n" + row.conftest)
    ended = advisor.suite("run", "--configuration", KINDS[kind], pytest_words=row.words)
    expected = row.code
    if kind != "sequential" and row.workers is not None:
        expected = row.workers
    if kind == "loadscope" and row.loadscope is not None:
        expected = row.loadscope
    assert ended.code == expected, ended.out + ended.err
    if kind != "sequential":
        assert row.says in re.sub(r"\s+", " ", ended.out), ended.out


# Forked workers collect nothing themselves and report to pytest itself: all is as sequentially, but
# that a test which ends its process is a failure.
FORKED = {name: row.code for name, row in ROWS.items() if row.workers is None} | dict.fromkeys(
    ["os._exit(0)", "os._exit(3)", "SIGSEGV", "SIGTERM", "every test crashes"], 1
)


@pytest.mark.parametrize("name", FORKED)
def test_the_exit_code_of_forked_workers_is_that_of_a_sequential_run(
    advisor: Program, name: str
) -> None:
    row = ROWS[name]
    advisor.write(test_a=IMPORTS + row.text, conftest="import os\n" + row.conftest)
    words = [word for word in row.words if word not in NO_RESTART]
    ended = advisor.suite("run", "--configuration", "forked=2", pytest_words=tuple(words))
    assert ended.code == FORKED[name], ended.out + ended.err


def test_lost_tests_run_once_more_where_that_is_asked_for(advisor: Program) -> None:
    advisor.write(
        test_a="def test_1(): pass\n"
        "def test_2(record_property): record_property('k', object())\n"
        "def test_3(): pass\n"
    )
    words = ["--configuration", KINDS["load"], "--rerun-lost", "--json-out", "outcome.json"]
    ended = advisor.suite("run", *words)
    assert ended.code == 0, ended.out + ended.err
    assert "lost tests ran once more" in re.sub(r"\s+", " ", ended.out)


def test_a_lost_test_that_ends_its_process_keeps_no_other_from_running_once_more(
    advisor: Program,
) -> None:
    advisor.write(
        test_a="import os\n"
        "def test_1(): pass\n"
        "def test_2(): os._exit(0)\n"
        "def test_3(): pass\n"
        "def test_4(): pass\n"
    )
    words = ["--configuration", "sequential", "--rerun-lost", "--json-out", "outcome.json"]
    (advisor.directory / "report.xml").write_text("as the first run left it")
    ended = advisor.suite("run", *words, pytest_words=("--junitxml", "report.xml"))
    assert ended.code == 125, ended.out + ended.err
    assert (advisor.directory / "report.xml").read_text() == "as the first run left it"
    outcome = json.loads((advisor.directory / "outcome.json").read_text())
    assert outcome["conservation"]["lost"] == ["test_a.py::test_2"]
    assert outcome["outcomes"] == {"passed": 3}


def test_a_failure_that_was_seen_and_lost_is_not_forgiven(advisor: Program) -> None:
    # It fails in a worker, where it is lost, and passes when it runs once more.
    advisor.write(
        test_a="import os\ndef test_1(): pass\n"
        f"def test_2(): assert 'PYTEST_XDIST_WORKER' not in os.environ, {SURROGATE}\n"
    )
    ended = advisor.suite("run", "--configuration", KINDS["load"], "--rerun-lost")
    assert ended.code == 125, ended.out + ended.err
    assert "CONTRADICTED" in ended.out
