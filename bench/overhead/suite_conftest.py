"""The conftest of the generated suites: tells the times of whole sessions, to the file that
OVERHEAD_TIMES names."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

TIMES: dict[str, Any] = {"announced": 0.0}


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    TIMES["start_cpu"], TIMES["began"] = time.process_time(), time.perf_counter()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_finish() -> Iterator[None]:
    began = time.perf_counter()
    yield
    TIMES["announced"] = time.perf_counter() - began


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    TIMES["session"] = time.perf_counter() - TIMES["began"]
    TIMES["session_cpu"] = time.process_time() - TIMES["start_cpu"]
    with open(os.environ["OVERHEAD_TIMES"], "w") as out:
        json.dump(TIMES, out)
