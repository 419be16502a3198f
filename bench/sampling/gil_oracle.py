"""Tells how long each test held the GIL, as the library counts it.  PYTEST_DONT_REWRITE

The recorder of the same run does not know of the library, so that it samples: one and the same run
is counted and sampled.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator

import pytest
from advisor_gil import begin_counting, counts

os.environ.pop("LD_PRELOAD", None)  # a child with another interpreter must not inherit it
with open(os.environ.pop("ADVISOR_GIL_COUNTERS"), "r+b") as file:
    memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
if because := begin_counting(memory):
    raise pytest.UsageError(f"the GIL cannot be counted: {because}")
counted = counts(memory)
TOLD: dict[str, dict[str, float]] = {}


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    before = counted()
    yield
    now = counted()
    held_ns, idle_ns, releases = (now[i] - before[i] for i in range(3))
    TOLD[item.name] = {"held_s": held_ns / 1e9, "idle_s": idle_ns / 1e9, "releases": releases}


def pytest_unconfigure() -> None:
    with open(os.environ["GIL_ORACLE"], "w") as out:
        json.dump(TOLD, out)
