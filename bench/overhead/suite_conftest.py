"""The conftest of the generated suites: tells the times of whole runs, to the file that
OVERHEAD_TIMES names."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

TIMES: dict[str, Any] = {"announced": 0.0, "tests_cpu": 0.0}


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    TIMES["start_cpu"] = time.process_time()


def with_its_cpu() -> Iterator[None]:
    began = time.process_time()
    yield
    TIMES["tests_cpu"] += time.process_time() - began


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    yield from with_its_cpu()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtestloop() -> Iterator[None]:
    yield from with_its_cpu()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_finish() -> Iterator[None]:
    began = time.perf_counter()
    yield
    TIMES["announced"] = time.perf_counter() - began


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    with open(os.environ["OVERHEAD_TIMES"], "w") as out:
        json.dump(TIMES, out)
