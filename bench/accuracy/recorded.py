"""The recorded set: what was measured of each suite, so that any model can be scored against it.

A directory NAME of suites/ holds, for one suite:

- ``profile-K.json.xz``  recordings by ``advisor profile``: the first before all else, one amid each
                         later block of measured runs
- ``calibration.json``   what ``advisor calibrate --json`` found with the suite's interpreter
- ``measured.json``      every measured run, and the predictions that were made before any of them
"""

from __future__ import annotations

import json
import lzma
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).resolve().parent / "suites"

# A run is disturbed if others took more of the machine than this while it ran.
MOST_STEAL = 0.02
MOST_FOREIGN = 0.05

USAGE_ERROR = 4  # of pytest
REPEATS = 3  # of each configuration, at least


def is_disturbed(steal: float, foreign: float, throttled_s: float) -> bool:
    return steal > MOST_STEAL or foreign > MOST_FOREIGN or throttled_s > 0


@dataclass
class Run:
    """One run of pytest itself; shares are of all cores, over the run."""

    spec: str
    repeat: int
    wall_s: float
    exit_code: int
    steal: float
    foreign: float
    throttled_s: float
    spin_s: float  # of a fixed piece of computing just before: how fast the machine was

    @property
    def is_refused(self) -> bool:
        """The suite may not be run so: pytest ended with a usage error before any test."""
        return self.exit_code == USAGE_ERROR

    @property
    def is_disturbed(self) -> bool:
        return is_disturbed(self.steal, self.foreign, self.throttled_s)


@dataclass
class Record:
    name: str
    about: dict[str, Any]
    frozen: dict[str, Any]
    runs: list[Run] = field(default_factory=list)

    @property
    def directory(self) -> Path:
        return RECORDED / self.name

    @property
    def specs(self) -> list[str]:
        return list(dict.fromkeys(run.spec for run in self.runs if not run.is_refused))

    def walls(self, spec: str) -> list[float]:
        """Of the undisturbed runs, or of all where every one was disturbed."""
        runs = [run for run in self.runs if run.spec == spec]
        return [run.wall_s for run in runs if not run.is_disturbed] or [run.wall_s for run in runs]

    def measured_s(self, spec: str) -> float:
        return statistics.median(self.walls(spec))

    @property
    def is_complete(self) -> bool:
        """A suite that is still being recorded is not scored."""
        done = {(run.spec, run.repeat) for run in self.runs}
        repeats = [sum(spec == each for each, _ in done) for spec in self.specs]
        return min(repeats, default=0) >= REPEATS

    def exit_codes(self, spec: str) -> list[int]:
        return sorted({run.exit_code for run in self.runs if run.spec == spec})

    def profile(self, number: int) -> Path:
        return self.directory / f"profile-{number}.json.xz"

    def profiles(self) -> list[Path]:
        """The undisturbed recordings, or all where every one was disturbed."""
        made = sorted(self.directory.glob("profile-*.json.xz"))
        return [path for path in made if not is_disturbed_profile(path)] or made

    def save(self) -> None:
        document = {"suite": self.about, "frozen": self.frozen}
        head = json.dumps(document, indent=1)[:-2]
        runs = ",\n  ".join(json.dumps(vars(run)) for run in self.runs)
        text = f'{head},\n "runs": [\n  {runs}\n ]\n}}\n'
        self.directory.mkdir(parents=True, exist_ok=True)
        part = self.directory / "measured.json.part"
        part.write_text(text)
        part.rename(self.directory / "measured.json")


def load(name: str) -> Record | None:
    path = RECORDED / name / "measured.json"
    if not path.exists():
        return None
    document = json.loads(path.read_text())
    return Record(
        name, document["suite"], document["frozen"], [Run(**run) for run in document["runs"]]
    )


def names() -> list[str]:
    return sorted(path.parent.name for path in RECORDED.glob("*/measured.json"))


def complete() -> list[Record]:
    records = [load(name) for name in names()]
    return [record for record in records if record is not None and record.is_complete]


def pack(document: Path, packed: Path, installed: Path) -> None:
    """The directory in which suites are installed is called /suites in what is kept."""
    text = document.read_bytes().replace(bytes(installed), b"/suites")
    packed.write_bytes(lzma.compress(text, preset=9))


def unpack(packed: Path) -> bytes:
    return lzma.decompress(packed.read_bytes())


def is_disturbed_profile(packed: Path) -> bool:
    seen = json.loads(unpack(packed))["disturbance"]
    return is_disturbed(seen["steal_fraction"], seen["foreign_fraction"], seen["throttled_s"])
