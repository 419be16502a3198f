"""advisor run on threads: outcomes and exit codes of a sequential run."""

from __future__ import annotations

import json

import pytest

from .conftest import Ended, Program

SUITE = """
import os
import time
import pytest

@pytest.mark.parametrize("number", range(12))
def test_waits(number):
    time.sleep(0.05)

def test_patches(monkeypatch):
    monkeypatch.setenv("SEEN", "1")
    time.sleep(0.05)

def test_sets_the_environment():
    os.environ["SET"] = "1"
    del os.environ["SET"]
"""
THREADS = "--configuration", "threads=4"
HYBRID = "--configuration", "forked=2,threads=2"


def run(advisor: Program, *words: str, pytest_words: tuple[str, ...] = ()) -> Ended:
    return advisor.suite("run", *words, pytest_words=pytest_words)


@pytest.mark.parametrize("words", [THREADS, HYBRID])
def test_every_test_has_one_outcome_and_what_ran_alone_is_said(
    advisor: Program, words: tuple[str, ...]
) -> None:
    advisor.write(test_it=SUITE)
    ended = run(advisor, *words, "--json-out", "outcome.json")
    assert ended.code == 0, ended.out + ended.err
    outcome = json.loads((advisor.directory / "outcome.json").read_text())
    assert outcome["conservation"]["collected"] == outcome["conservation"]["final"] == 14
    assert "it uses the fixture monkeypatch" in ended.out
    assert "it changes the environment" in ended.out


@pytest.mark.parametrize("words", [THREADS, HYBRID])
def test_exit_codes_are_those_of_a_sequential_run(advisor: Program, words: tuple[str, ...]) -> None:
    advisor.write(test_it=SUITE + "\ndef test_fails():\n    assert 0\n")
    assert run(advisor, *words).code == 1
    assert run(advisor, *words, pytest_words=("-k", "nothing_of_that_name")).code == 5
    assert run(advisor, *words, pytest_words=("--pdb",)).code == 4


def test_a_crash_is_never_a_success_and_what_is_missing_is_named(advisor: Program) -> None:
    advisor.write(test_it=SUITE + "\ndef test_ends_it_all():\n    os._exit(0)\n")
    ended = run(advisor, *THREADS, "--json-out", "outcome.json")
    assert ended.code == 125, ended.out + ended.err
    outcome = json.loads((advisor.directory / "outcome.json").read_text())
    assert "test_it.py::test_ends_it_all" in outcome["conservation"]["lost"]


def test_threads_are_recommended_once_they_were_tried(advisor: Program) -> None:
    advisor.write(test_it=SUITE.replace("range(12)", "range(60)"))
    asked = "--workers", "8"
    assert "threads" not in advisor.suite("analyze", *asked, "--json").document["recommended"]
    assert run(advisor, "--configuration", "threads=8").code == 0
    tried = advisor.suite("analyze", *asked, "--json").document
    rows = {row["configuration"]["spec"]: row["wall_s"]["mid"] for row in tried["predictions"]}
    fastest = min(rows, key=lambda spec: rows[spec])
    assert fastest.startswith(("threads", "forked"))
    assert tried["learned_from_runs"] == 1
