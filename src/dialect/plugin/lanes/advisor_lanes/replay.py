"""Says again in the parent what pytest said of a test in a worker, through the same hooks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from . import carry, private


def replay(item: pytest.Item, index: int, worker: str, events: list[tuple[str, Any]]) -> None:
    for kind, value in events:
        if kind == "report":
            say(item, index, worker, carry.report_in(item, value))
        elif kind == "failed subtests":
            private.set_failed_subtests(item, value)
        elif kind == "start":
            item.ihook.pytest_runtest_logstart(nodeid=value[0], location=value[1])
        elif kind == "finish":
            item.ihook.pytest_runtest_logfinish(nodeid=value[0], location=value[1])
        else:
            warning, when, nodeid, location = value
            item.ihook.pytest_warning_recorded.call_historic(
                kwargs={
                    "warning_message": carry.warning_in(warning),
                    "when": when,
                    "nodeid": nodeid,
                    "location": location,
                }
            )


def say(item: pytest.Item, index: int, worker: str, report: Any) -> None:
    report.worker_id, report.item_index = worker, index  # as pytest-xdist names them
    item.ihook.pytest_runtest_logreport(report=report)


def fail(item: pytest.Item, index: int, worker: str, why: str) -> None:
    """One failure for a test that no report came from."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    say(item, index, worker, carry.failure(item, "???", why))
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def reasons(items: list[pytest.Item], alone: dict[int, str], missing: set[int]) -> dict[str, str]:
    """Why tests ran alone that have an outcome, by node id."""
    return {
        items[index].nodeid: " ".join(why.split())
        for index, why in sorted(alone.items())
        if index not in missing
    }


def summary(ran: dict[str, str]) -> str | None:
    """One line about tests that ran alone, with the most frequent reasons."""
    if not ran:
        return None
    frequent = Counter(ran.values()).most_common()
    parts = [f"{why} ({number})" for why, number in frequent[:3]]
    others = sum(number for _, number in frequent[3:])
    more = [f"other reasons ({others})"] if others else []
    return f"{len(ran)} test{'s' * (len(ran) > 1)} ran alone: {', '.join([*parts, *more])}"
