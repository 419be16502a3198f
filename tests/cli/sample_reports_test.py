"""What advisor makes of the recordings in sample_reports is, byte by byte, what stands there.

Run as a script it writes the outputs again: script/update_sample_reports.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted(path.parent for path in ROOT.glob("sample_reports/*/profile.json"))

COMMON = ["--profile", "profile.json", "--no-calibration"]
OUTPUTS = {
    "advice.txt": ["analyze", *COMMON],
    "advice.json": ["analyze", *COMMON, "--json"],
    "plan.txt": ["plan", *COMMON, "--target", "2m"],
}


def made_of(sample: Path, words: list[str], advisor: str) -> bytes:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    ended = subprocess.run(
        [advisor, *words],
        cwd=sample,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert ended.returncode in (0, 1), ended.stderr.decode()
    return ended.stdout


def test_there_are_samples_of_three_kinds() -> None:
    assert len(SAMPLES) >= 3


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_output_is_what_is_kept(sample: Path, output: str) -> None:
    from .conftest import binary

    made = made_of(sample, OUTPUTS[output], str(binary()))
    assert made == (sample / output).read_bytes()


def write_again(advisor: str) -> None:
    for sample in SAMPLES:
        for output, words in OUTPUTS.items():
            (sample / output).write_bytes(made_of(sample, words, advisor))
            print(sample.name, output)


if __name__ == "__main__":
    write_again(sys.argv[1] if len(sys.argv) > 1 else os.environ["ADVISOR"])
