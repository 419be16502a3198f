"""The conftest.py of a hostile suite: what became of each test, in the process that ran it."""

from __future__ import annotations

import os
from typing import Any

import pytest

_write, _open, _getpid = os.write, os.open, os.getpid
_path = os.environ.get("FAULTS_LOG")
_flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_pid = _getpid()


def _note(text: str, path: str | None = _path) -> None:
    if path and _getpid() == _pid:
        try:
            fd = _open(path, _flags, 0o600)
        except OSError:
            return
        _write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
        os.close(fd)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    outcome = yield
    try:
        report = outcome.get_result()
        _note(f"{report.when} {report.outcome} {item.nodeid!a}")
    except BaseException:
        _note(f"{call.when} failed {item.nodeid!a}")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: Any) -> None:
    for item in session.items:
        _note(f"collected {_pid} {item.nodeid!a}")
