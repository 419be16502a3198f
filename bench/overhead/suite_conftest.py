"""The conftest of the generated suites: tells the times of whole runs, to the file that
OVERHEAD_TIMES names. While the recorder is taken out in turns, advisor itself is stopped."""

from __future__ import annotations

import json
import os
import signal
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


def stop_advisor(stops: bool) -> None:
    os.kill(os.getppid(), signal.SIGSTOP if stops else signal.SIGCONT)


class InTurns:
    """Loaded where the recorder is taken out and put back."""

    stopped = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        stops = not item.config.pluginmanager.has_plugin("advisor_recorder_hooks")
        if stops != self.stopped:
            self.stopped = stops
            stop_advisor(stops)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        stop_advisor(False)


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.has_plugin("advisor_recorder_cost"):
        config.pluginmanager.register(InTurns())
