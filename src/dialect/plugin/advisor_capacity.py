"""Measures how much computing this machine does with 1, 2, ... processes at once.

    advisor_capacity.py ROUNDS SECONDS COUNT...

Each round visits every COUNT in turn: that many forked processes begin together and work for
SECONDS. What they work on is what tests do, dictionaries, strings and lists in a few megabytes, so
that shared caches and hyper-threads count as they do for tests. Prints, for each visit, a line of
JSON: {"processes": j, "units": work done by all of them in a second}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Callable


def unit(table: dict[str, list[int]], seed: int) -> int:
    """A millisecond or so of ordinary Python."""
    total = 0
    for number in range(400):
        key = f"name-{(seed * 7919 + number * 104729) % 20011}"
        row = table.setdefault(key, [])
        row.append(number)
        if len(row) > 12:
            table[key] = sorted(row[6:], reverse=True)
        total += len(key.split("-")[1]) + sum(row)
    return total


def work(ready: int, go: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> float:
    """Units done per second: with a warm table, from the moment that all others are ready, too."""
    table: dict[str, list[int]] = {}
    for seed in range(60):
        unit(table, seed)
    os.close(ready)
    os.read(go, 1)  # comes to its end when the parent lets go
    begin = now = clock()
    done = 0
    while now - begin < seconds or done == 0:
        unit(table, done)
        done += 1
        now = clock()
    return done / (now - begin)


def together(count: int, seconds: float) -> float:
    """The sum over `count` processes that all begin to work at a common moment."""
    read_end, write_end = os.pipe()
    ready, is_ready = os.pipe()
    go, hold = os.pipe()
    children = []
    for _ in range(count):
        child = os.fork()
        if child == 0:
            os.close(hold)
            os.write(write_end, b"%.6f\n" % work(is_ready, go, seconds))
            os._exit(0)
        children.append(child)
    for end in (write_end, is_ready, go):
        os.close(end)
    os.read(ready, 1)  # comes to its end when every child has closed its own
    os.close(ready)
    os.close(hold)
    with os.fdopen(read_end) as results:
        rates = [float(line) for line in results]
    for child in children:
        os.waitpid(child, 0)
    if len(rates) != count:
        raise SystemExit("a process of the capacity measurement died")
    return sum(rates)


def main(rounds: int, seconds: float, counts: list[int]) -> None:
    for _ in range(rounds):
        for count in counts:
            print(json.dumps({"processes": count, "units": together(count, seconds)}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), [int(word) for word in sys.argv[3:]])
