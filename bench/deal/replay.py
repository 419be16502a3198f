"""Our own scheduler's plugin, asked what the model's policy was asked.

Node ids of the driver's suites end in the number of the test, and are collected by that number.
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src/dialect/plugin"))

import advisor_planned


class Node:
    def __init__(self, number: int, said: list[str]) -> None:
        self.number, self.said = number, said
        self.shutting_down = False
        self.gateway = types.SimpleNamespace(id=f"gw{number}")

    def send_runtest_some(self, indices: list[int]) -> None:
        self.said += [f"{self.number}:{test}" for test in indices]

    def shutdown(self) -> None:
        self.shutting_down = True
        self.said.append(f"{self.number}!")


def number_of(node_id: str) -> int:
    return int(node_id.rpartition("_")[2])


def replay(deal: str, commands: str, workers: int) -> str:
    """What the plugin commands where the completions are those of `commands`."""
    families: list[dict[str, Any]] = json.loads(deal)["families"]
    ids = sorted(
        (test for family in families for unit in family["units"] for test, _ in unit["tests"]),
        key=number_of,
    )
    config = types.SimpleNamespace(getoption={"numprocesses": workers}.__getitem__)
    scheduler = advisor_planned.PlannedScheduling(config, lambda *_: None, families)
    said: list[str] = []
    nodes = [Node(number, said) for number in range(workers)]
    for node in nodes:
        scheduler.add_node(node)
    for node in nodes:
        scheduler.add_node_collection(node, ids)
    scheduler.schedule()
    events = [part.split()[0] for part in commands.split(" | ")[1:]]
    for event in events:
        number, _, test = event.partition("=")
        said += ["|", event]
        try:
            scheduler.mark_test_complete(nodes[int(number)], int(test))
        except ValueError:
            said.append("(it has not got this test)")
            break
    return " ".join(said)
