"""The conftest of the suite that is killed: keeps its own journal, at the path KILLS_JOURNAL."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

JOURNAL = os.open(os.environ["KILLS_JOURNAL"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def note(event: str, node_id: str = "") -> None:
    os.write(JOURNAL, f"{event} {node_id}\n".encode())


note(f"pid:{os.getpid()}")


def pytest_runtest_logstart(nodeid: str) -> None:
    # All plugins have heard by pytest_runtest_protocol that the test begins.
    note("begins", nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":
        note("torn", report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish(nodeid: str) -> None:
    note("ended", nodeid)


@pytest.fixture(scope="module")
def slow() -> Iterator[None]:
    yield
