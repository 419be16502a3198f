"""What changes or watches the process runs alone, and is stopped before it happens on a lane."""

from __future__ import annotations

import json

import pytest

from .conftest import Suite

# Each test finds the process as it was, whatever its neighbours do.
WATCHED = """
import os, sys, threading, time, warnings, pytest
from unittest import mock
PID, HERE, OUT = os.getpid(), os.getcwd(), sys.stdout
@pytest.mark.parametrize("i", range(40))
def test_watches(i):
    time.sleep(0.002)
    assert "MINE" not in os.environ and os.getcwd() == HERE and threading.current_thread().ident
    assert sys.stdout is OUT and time.time() > 5
@pytest.mark.parametrize("i", range(6))
def test_changes(i):
    {change}
    time.sleep(0.01)
    {back}
"""


@pytest.mark.parametrize(
    ("change", "back", "why"),
    [
        ("os.environ['MINE'] = '1'", "del os.environ['MINE']", "it changes the environment"),
        ("os.chdir('/')", "os.chdir(HERE)", "it changes the working directory"),
        ("sys.stdout = sys.__stdout__", "sys.stdout = OUT", "it assigns sys.stdout"),
        ("p = mock.patch('time.time'); p.start()", "p.stop()", "it patches with mock"),
        (
            "p = pytest.MonkeyPatch(); p.setenv('MINE', '1')",
            "p.undo()",
            "it patches with MonkeyPatch",
        ),
        (
            "try: os.environ['MINE'] = '1'\n    except BaseException: pass",
            "os.environ.pop('MINE', None)",
            "it changes the environment",
        ),
        (
            "t = threading.Thread(target=os.chdir, args='/'); t.start(); t.join()",
            "os.chdir(HERE)",
            "it changes the working directory",
        ),
        ("time.sleep, kept = print, time.sleep", "time.sleep = kept", "it assigns time.sleep"),
        (
            "import test_it; test_it.OUT = None",
            "time.sleep(0.01); test_it.OUT = sys.stdout",
            "it assigns test_it.OUT",
        ),
        ("os.write(1, b'raw')", "pass", "it writes to descriptor 1 or 2"),
        ("w = warnings.catch_warnings(); w.__enter__()", "w.__exit__()", "it catches warnings"),
    ],
)
def test_a_change_is_made_alone(suite: Suite, change: str, back: str, why: str) -> None:
    suite.write(test_it=WATCHED.format(change=change, back=back))
    ended = suite.threads(4, "--exclusive-found", "found")
    assert ended.code == 0, ended.out
    assert len(ended.of("start")) == 46 and len(ended.reports) == 3 * 46
    assert f"6 tests ran alone: {why} (6)" in ended.out
    found = json.loads((suite.directory / "found").read_text())
    assert set(found.values()) == {why} and len(found) == 6


def test_found_tests_are_alone_from_the_beginning(suite: Suite) -> None:
    suite.write(
        test_it="import os\ndef test_changes():\n    open('runs', 'a').write('x')\n"
        "    os.environ['MINE'] = '1'\ndef test_other(): pass"
    )
    runs = suite.directory / "runs"
    assert suite.threads(2, "--exclusive-found", "found").code == 0
    assert runs.read_text() == "xx"  # on a lane up to the change, and alone
    runs.unlink()
    ended = suite.threads(2, "--exclusive-tests", "found")
    assert ended.code == 0 and runs.read_text() == "x"
    assert "1 test ran alone: it changes the environment (1)" in ended.out


def test_a_file_of_node_ids_names_tests(suite: Suite) -> None:
    suite.write(test_it="def test_a(): pass\ndef test_b(): pass")
    (suite.directory / "alone").write_text('["test_it.py::test_a"]')
    ended = suite.threads(2, "--exclusive-tests", "alone")
    assert list(ended.outcomes()) == ["test_b", "test_a"]
    (suite.directory / "alone").write_text("3")
    assert suite.threads(2, "--exclusive-tests", "alone").code == 4


def test_an_item_begins_anew(suite: Suite) -> None:
    suite.write(
        test_it="import os, pytest\nclass Test:\n    value = 0\n"
        "    @pytest.fixture\n    def made(self): self.value += 1; return self.value\n"
        "    def test(self, made, record_property, request):\n"
        "        record_property('a', 1); print('once')\n"
        "        request.node.add_marker('added')\n"
        "        os.environ['MINE'] = '1'\n"
        "        assert self.value == made == 1 and len(request.node.own_markers) == 1\n"
        "    def test_other(self): pass",
    )
    ended = suite.threads(2)
    assert ended.code == 0, ended.out
    report = next(line for line in ended.reports if line[1] == "call" and line[0].endswith("test"))
    assert report[5] == [["Captured stdout call", "once\n"]] and report[6] == [["a", "1"]]


def test_a_fixture_that_changes_the_process_takes_its_users_along(suite: Suite) -> None:
    suite.write(
        test_it="import os, pytest\n@pytest.fixture(scope='session')\ndef changed():\n"
        "    os.environ['MINE'] = '1'\n    yield 3\n    del os.environ['MINE']\n"
        "@pytest.mark.parametrize('i', range(6))\ndef test_uses(changed, i): assert changed == 3\n"
        "@pytest.mark.parametrize('i', range(6))\ndef test_other(i): pass"
    )
    ended = suite.threads(3)
    assert ended.code == 0 and "6 tests ran alone: it changes the environment (6)" in ended.out


def test_a_unit_is_alone_as_a_whole(suite: Suite) -> None:
    suite.write(
        test_it="import os\nclass Test:\n    @classmethod\n    def setup_class(cls): cls.n = 0\n"
        "    def test_a(self): type(self).n += 1; assert self.n == 1\n"
        "    def test_b(self): os.environ['MINE'] = '1'; assert self.n == 1\n"
        "    def test_c(self): assert self.n == 1\ndef test_other(): pass"
    )
    ended = suite.threads(3)
    assert ended.code == 0, ended.out
    assert len(ended.of("start")) == 4 and "3 tests ran alone" in ended.out


def test_what_a_child_prints_is_captured_alone(suite: Suite) -> None:
    suite.write(
        test_it="import os\ndef test_prints(): os.system('echo child'); assert 0\n"
        "def test_other(): pass"
    )
    ended = suite.threads(2)
    report = next(line for line in ended.reports if line[2] == "failed")
    assert report[5] == [["Captured stdout call", "child\n"]]


def test_the_main_threads_event_loop_is_used_there(suite: Suite) -> None:
    suite.write(
        test_it="import asyncio, warnings\nwarnings.simplefilter('ignore')\n"
        "def test():\n    loop = asyncio.get_event_loop_policy().get_event_loop()\n"
        "    assert loop.run_until_complete(asyncio.sleep(0, 3)) == 3\n    loop.close()\n"
        "def test_other(): pass"
    )
    sequential, threads = suite.sequential(), suite.threads(2)
    assert threads.outcomes() == sequential.outcomes()


def test_objects_of_the_main_thread_are_used_there(suite: Suite) -> None:
    suite.write(
        test_it="import sqlite3\nopened = sqlite3.connect(':memory:')\n"
        "def test(): opened.execute('select 1')\ndef test_other(): pass"
    )
    ended = suite.threads(2)
    assert ended.code == 0 and "it needs the main thread (1)" in ended.out


NEIGHBOURS = """
import subprocess, sys, time, pytest
RAN: list = []
@pytest.mark.parametrize("i", range(8))
def test_writes(i):
    subprocess.run([sys.executable, "-S", "-c", "print('child')"], check=True)
@pytest.mark.xdist_group("steps")
@pytest.mark.parametrize("i", range(40))
def test_step(i):
    time.sleep(0.005)
    assert len(RAN) == i
    RAN.append(i)
"""


def test_neighbours_of_what_a_child_writes_do_not_run_again(suite: Suite) -> None:
    suite.write(test_it=NEIGHBOURS)
    ended = suite.threads(4, "--exclusive-found", "found")
    assert ended.code == 0, ended.out
    found = json.loads((suite.directory / "found").read_text())
    assert {name.partition("[")[0] for name in found} == {"test_it.py::test_writes"}
