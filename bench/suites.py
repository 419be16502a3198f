"""The public suites of bench/corpus, for the benchmarks that run them."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Where pytest finds the plugin of forked workers.
LANES = os.pathsep.join(str(ROOT / "src/dialect/plugin" / folder) for folder in ("lanes", "."))


@dataclass
class Suite:
    name: str
    about: str
    package: str
    directory: Path
    python: Path
    arguments: list[str]
    environment: dict[str, str]

    def call(self, words: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        # As in a shell where the suite's environment is active: suites call each other's scripts.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment["PATH"] = f"{self.python.parent}:{environment['PATH']}"
        if "advisor_lanes" in words:
            environment["PYTHONPATH"] = LANES
        return subprocess.run(
            words,
            cwd=self.directory,
            env=environment | self.environment,
            stdin=subprocess.DEVNULL,
            check=False,
            **options,
        )


def suites(names: list[str], into: Path) -> list[Suite]:
    manifest = tomllib.loads((ROOT / "bench/corpus/suites.toml").read_text())
    known = {suite["name"]: suite for suite in manifest["suite"]}
    wanted = list(known) if names == ["all"] else names
    subprocess.run(
        [ROOT / "bench/corpus/install", "--into", into, *wanted], check=True, stdout=sys.stderr
    )
    return [
        Suite(
            name,
            known[name]["about"],
            known[name]["package"],
            into / name / "src" / known[name].get("tests_dir", "."),
            into / name / "venv/bin/python",
            ["-p", "no:cacheprovider", *known[name]["args"]],
            known[name].get("env", {}),
        )
        for name in wanted
    ]


def runner_words(spec: str) -> list[str] | None:
    """What pytest itself is told to run a configuration; None where it needs more than that."""
    if spec == "sequential":
        return ["-n0"]
    keys = dict(part.split("=") for part in spec.split(","))
    if keys.keys() == {"processes", "dist"} and keys["dist"] != "planned":
        return ["-n", keys["processes"], "--dist", keys["dist"]]
    if keys.keys() == {"forked"}:
        return ["-n0", "-p", "advisor_lanes", "--forked-workers", keys["forked"]]
    return None
