"""Measures what the recorder costs, on a suite of short tests.  PYTEST_DONT_REWRITE

Loaded by ``-p advisor_recorder_cost`` before the recorder. Takes the recorder's hooks out and puts
them back every ten tests, so that tests with and without it see the same machine. When pytest ends
it writes ``recorder_cost.json`` beside itself, in seconds: CPU of loading the recorder, and the
wall of each test, "with" it and "without".
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest

HOOKS = "advisor_recorder_hooks"
TURN, SETTLING = 10, 3  # tests, and those of them that find other caches than they would

_began = time.process_time()
import advisor_recorder  # noqa: E402, F401

COSTS: dict[str, Any] = {"start": time.process_time() - _began, "with": [], "without": []}


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    plugins, following = session.config.pluginmanager, [*session.items[1:], None]
    recorder, clock = plugins.get_plugin(HOOKS), time.perf_counter
    if recorder is None:  # it could not be attached
        return None
    for at, item in enumerate(session.items):
        attached = at // TURN % 2 == 0
        if at and at % TURN == 0:
            if attached:
                plugins.register(recorder, HOOKS)
            else:
                plugins.unregister(recorder)
        began = clock()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following[at])
        if at % TURN >= SETTLING:
            COSTS["with" if attached else "without"].append(clock() - began)
    return True


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    path = os.path.join(os.path.dirname(__file__), "recorder_cost.json")
    with open(path, "w", encoding="ascii") as out:
        json.dump(COSTS, out)
