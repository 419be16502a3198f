"""The model is not worse than the accuracy that is kept of it, on the recorded runs of real suites.

Where an intended change moves the score, `script/bench accuracy --keep` keeps the new one.
"""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.accuracy.advice import ADVISOR
from bench.accuracy.recorded import complete
from bench.accuracy.score import figures_of, score

ROOT = Path(__file__).resolve().parents[1]
KEPT = json.loads((ROOT / "models/accuracy.json").read_text())
MOST_WORSE = 0.5  # points of the mean error


def test_kept_score_is_of_all_recorded_suites() -> None:
    assert {row["suite"] for row in KEPT["suites"]} == {record.name for record in complete()}


def test_no_simpler_way_is_better() -> None:
    baselines = [row["mean_percent"] for row in KEPT["rivals"] if row["kind"] == "baseline"]
    assert len(baselines) == 4 and KEPT["figures"]["mean_percent"] < min(baselines)


def test_mean_error_is_not_worse_than_the_one_that_is_kept() -> None:
    with ThreadPoolExecutor() as pool:
        scores = list(pool.map(lambda record: score(record, record.profiles()), complete()))
    figures = figures_of(scores)
    assert figures["mean_percent"] <= KEPT["figures"]["mean_percent"] + MOST_WORSE
    assert figures["slower_than_sequential"] == 0


def about_accuracy(*words: str) -> str:
    ended = subprocess.run(
        [ADVISOR, "report", "--about-accuracy", *words], capture_output=True, text=True, check=True
    )
    return ended.stdout


def test_readme_says_what_the_program_says() -> None:
    assert about_accuracy("--format", "markdown") in (ROOT / "README.md").read_text()
    assert json.loads(about_accuracy("--json")) == KEPT
    assert about_accuracy().count("%") > 10


def test_it_takes_no_document_and_no_other_form() -> None:
    for words in (["profile.json"], ["--format", "html"], ["--tests-csv", "profile.json"]):
        words = [ADVISOR, "report", "--about-accuracy", *words]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "error: " in ended.stderr and "hint: " in ended.stderr
