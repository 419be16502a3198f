"""One batch of scenarios, against the xdist that this interpreter imports.

    python -m bench.oracle.batch DRIVER SEED COUNT

The last line of the output is a JSON object: the version, scenarios and tests by distribution,
and a description of each scenario that differs.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

from bench.oracle.scenarios import STOCK, Abilities, Outcome, Scenario, scenario
from bench.oracle.virtual_run import VirtualRun


def request(case: Scenario, xdist: str) -> str:
    head = (
        *(xdist, case.dist, case.workers, case.maxschedchunk or 0, int(case.reorder)),
        *(case.maxfail, case.latency, case.service, len(case.tests)),
    )
    lines = ["\t".join(map(str, head))]
    for test in case.tests:
        lines.append(f"{test.ticks}\t{int(test.fails)}\t{test.id}\t{','.join(test.groups)}")
    return "\n".join(lines) + "\n"


def predicted(driver: str, cases: list[Scenario], xdist: str) -> Iterator[Outcome]:
    questions = "".join(request(case, xdist) for case in cases)
    answer = subprocess.run([driver], input=questions, capture_output=True, text=True, check=True)
    for line in answer.stdout.splitlines():
        wall, *workers = line.split(";")
        yield Outcome(int(wall), [[int(test) for test in order.split()] for order in workers])


def describe(case: Scenario, real: Outcome, model: Outcome) -> str:
    lines = [f"{field} {value}" for field, value in case._asdict().items() if field != "tests"]
    lines += [f"  {test}" for test in case.tests[:40]]
    lines += [f"  xdist {real}", f"  model {model}"]
    return "\n".join(lines)


def main() -> None:
    driver, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    installed = version("pytest-xdist")
    major, minor, *_ = installed.split(".")
    abilities = Abilities((int(major), int(minor)))
    rng = random.Random(seed)
    cases = [scenario(rng, abilities) for _ in range(count)]
    scenarios = dict.fromkeys(STOCK, 0)
    tests = dict.fromkeys(STOCK, 0)
    wrong = []
    for case, model in zip(cases, predicted(driver, cases, installed), strict=True):
        real = VirtualRun(case, abilities).run()
        scenarios[case.dist] += 1
        tests[case.dist] += len(case.tests)
        if real != model:
            wrong.append([case.dist, describe(case, real, model)])
    answer = {"xdist": installed, "scenarios": scenarios, "tests": tests, "wrong": wrong}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
