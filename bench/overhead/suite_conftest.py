"""The conftest of the generated suites: tells their times, to the file that OVERHEAD_TIMES names.

Where the recorder is loaded and OVERHEAD_ALTERNATING is set, takes its hooks out and puts them back
every ten tests.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

TIMES: dict[str, Any] = {"with": [], "without": [], "announced": 0.0}


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    TIMES["start_cpu"], TIMES["began"] = time.process_time(), time.perf_counter()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_finish() -> Iterator[None]:
    began = time.perf_counter()
    yield
    TIMES["announced"] = time.perf_counter() - began


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    plugins, name = session.config.pluginmanager, "advisor_recorder_hooks"
    recorder = plugins.get_plugin(name)
    if recorder is None or "OVERHEAD_ALTERNATING" not in os.environ:
        return None
    for at in range(0, len(session.items) - 10, 10):
        attached = at // 10 % 2 == 0
        if attached and at > 0:
            plugins.register(recorder, name)
        elif not attached:
            plugins.unregister(recorder)
        times = TIMES["with" if attached else "without"]
        for number in range(at, at + 10):
            item, following = session.items[number : number + 2]
            began = time.perf_counter()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            times.append(time.perf_counter() - began)
    return True


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    TIMES["session"] = time.perf_counter() - TIMES["began"]
    TIMES["session_cpu"] = time.process_time() - TIMES["start_cpu"]
    with open(os.environ["OVERHEAD_TIMES"], "w") as out:
        json.dump(TIMES, out)
