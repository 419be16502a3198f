"""What cannot be forked safely is refused, by name, before a test has run."""

from __future__ import annotations

import pytest

from .conftest import Suite

THREAD = """
import threading
waiting = threading.Event()
threading.Thread(target=waiting.wait, name="pump", daemon=True).start()
"""
DATABASE = """
import sqlite3
connection = sqlite3.connect("held.db")
connection.execute("create table t (x)")
connection.commit()
"""
CONNECTION = """
import socket
listening = socket.create_server(("127.0.0.1", 0))
connection = socket.create_connection(listening.getsockname())
"""
LOCK = """
import multiprocessing
class Server:
    stopping = multiprocessing.Event()
"""
NODE_HOOK = """
import pytest
@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node): node.workerinput["database"] = "x"
"""


@pytest.mark.parametrize(
    ("conftest", "words", "reason"),
    [
        (THREAD, (), "the thread 'pump'"),
        (DATABASE, (), "held.db is open"),
        (CONNECTION, (), "a connection to 127.0.0.1"),
        (LOCK, (), "a lock of multiprocessing"),
        (NODE_HOOK, (), "pytest_configure_node"),
        ("", ("--pdb",), "--pdb"),
        ("", ("--setup-show",), "--setup-show"),
        ("", ("-n2",), "pytest-xdist was told to run the tests"),
    ],
)
def test_it_is_refused(suite: Suite, conftest: str, words: tuple[str, ...], reason: str) -> None:
    suite.write(conftest=conftest, test_it="def test(): pass\ndef test_b(): pass")
    ended = suite.forked(2, *words)
    assert ended.code == 4, ended.out
    assert "cannot run on forked workers: " in ended.out and reason in ended.out
    assert not ended.reports


def test_a_fixture_that_is_lost_in_a_worker_is_refused_where_it_matters(suite: Suite) -> None:
    suite.write(test_it="def test(record_testsuite_property): record_testsuite_property('a', 1)")
    assert suite.forked(2).code == 0
    ended = suite.forked(2, "--junitxml=out.xml")
    assert ended.code == 4 and "record_testsuite_property" in ended.out


def test_errors_of_collection_are_pytests_own_to_tell(suite: Suite) -> None:
    suite.write(test_a="import no_such_module", test_b="def test(): pass")
    for words in ((), ("--continue-on-collection-errors",)):
        sequential, forked = suite.sequential(*words), suite.forked(2, *words)
        assert forked.code == sequential.code and forked.outcomes() == sequential.outcomes()


def test_only_the_parent_says_what_it_collects(suite: Suite) -> None:
    suite.write(test_it="def test(): pass")
    ended = suite.forked(2, "--collect-only", "-q")
    assert ended.code == 0 and "test_it.py::test" in ended.out and not ended.reports
