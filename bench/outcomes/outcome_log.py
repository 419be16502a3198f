"""A pytest plugin that writes every report as a line of JSON into the file OUTCOME_LOG names."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

_path = os.environ.pop("OUTCOME_LOG", None)  # nested runs of pytest find none
_pid = os.getpid()
_file = open(_path, "w") if _path else None  # noqa: SIM115 (it is closed with the process)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: Any) -> None:
    if _file is not None and os.getpid() == _pid:
        line = [report.nodeid, report.when, report.outcome, hasattr(report, "wasxfail")]
        _file.write(json.dumps(line) + "\n")
        _file.flush()
