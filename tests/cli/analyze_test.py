"""advisor analyze and advisor profile on small suites."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from .conftest import Program

WAITING = """
import time
import pytest

@pytest.fixture(scope="module")
def server():
    time.sleep(0.05)
    yield

@pytest.mark.parametrize("number", range(8))
def test_waits(server, number):
    time.sleep(0.02)
"""


@pytest.fixture(scope="module")
def analysed(make_program: Callable[[], Program]) -> Program:
    program = make_program()
    program.write(test_waiting=WAITING)
    program.first = program.suite("analyze", "--json", "--configuration", "threads=3")  # type: ignore[attr-defined]
    return program


def test_the_document_has_the_names_of_the_contract(analysed: Program) -> None:
    ended = analysed.first  # type: ignore[attr-defined]
    assert ended.code == 0
    advice = ended.document
    assert (advice["format"], advice["major"]) == ("advisor.advice", 1)
    assert advice["suite"]["tests"] == 8
    assert advice["suite"]["files"] == 1
    assert advice["sequential_wall_s"] > 0.2
    specs = [prediction["configuration"]["spec"] for prediction in advice["predictions"]]
    assert advice["recommended"] in specs
    assert "threads=3" in specs
    assert {"sequential", "processes=2,dist=load"} <= set(specs)
    for prediction in advice["predictions"]:
        wall = prediction["wall_s"]
        assert 0 < wall["low"] <= wall["mid"] <= wall["high"]
        assert prediction["lower_bound_s"] <= wall["mid"] * 1.001
        assert sum(prediction["breakdown_s"].values()) == pytest.approx(wall["mid"], rel=1e-6)
    assert advice["measured_with"]["rung"]


def test_the_recording_is_kept_and_ignored_by_git(analysed: Program) -> None:
    kept = analysed.directory / ".advisor"
    assert (kept / ".gitignore").read_text().strip() == "*"
    names = sorted(path.name.split("-")[0] for path in kept.glob("*.json"))
    assert names == ["advice", "profile"]
    profile = json.loads(next(kept.glob("profile-*.json")).read_text())
    assert profile["format"] == "advisor.profile"


def test_a_saved_recording_gives_the_same_predictions(analysed: Program) -> None:
    profile = next((analysed.directory / ".advisor").glob("profile-*.json"))
    words = ("analyze", "--profile", str(profile), "--no-calibration", "--json")
    first, second = analysed(*words), analysed(*words)
    assert first.code == 0
    assert first.out == second.out
    original = analysed.first.document  # type: ignore[attr-defined]
    again = {p["configuration"]["spec"]: p["wall_s"] for p in first.document["predictions"]}
    for prediction in original["predictions"]:
        spec = prediction["configuration"]["spec"]
        assert again.get(spec, prediction["wall_s"]) == prediction["wall_s"]


def test_costs_that_a_file_gives_are_taken(analysed: Program) -> None:
    profile = str(next((analysed.directory / ".advisor").glob("profile-*.json")))
    words = ("analyze", "--profile", profile, "--json")
    shipped = analysed(*words, "--no-calibration").document
    calibration = {"format": "advisor.calibration", "major": 1, "minor": 0}
    slow = shipped["parameters"] | calibration | {"gateway_wall_s": 7.0}
    (analysed.directory / "slow.json").write_text(json.dumps(slow))
    given = analysed(*words, "--calibration", "slow.json").document
    assert given["parameters"]["gateway_wall_s"] == 7.0
    wall = {p["configuration"]["spec"]: p["wall_s"]["mid"] for p in given["predictions"]}
    assert wall["processes=2,dist=load"] > 14.0
    assert given["recommended"] == "sequential"
    assert analysed(*words, "--calibration", profile).code == 2


def test_every_form_of_a_report_can_be_made(analysed: Program) -> None:
    kept = analysed.directory / ".advisor"
    advice = str(next(kept.glob("advice-*.json")))
    profile = str(next(kept.glob("profile-*.json")))
    assert "Recommended" in analysed("report", advice).out
    assert analysed("report", advice, "--format", "markdown").out.startswith("#")
    assert "<html" in analysed("report", advice, "--format", "html").out
    assert analysed("report", advice, "--json").document["format"] == "advisor.advice"
    assert "traceEvents" in analysed("report", profile, "--format", "trace").document
    assert analysed("report", profile, "--format", "html").code == 2
    lines = analysed("report", "--tests-csv", profile).out.splitlines()
    header = "id,outcome,wall_s,cpu_s,core_wait_s,blocked_s,gil_s,peak_rss_bytes"
    assert lines[0].startswith(header)  # and what the machine counts
    assert len(lines) == 9


def test_what_a_wider_fixture_saves_is_said_in_every_form(
    make_program: Callable[[], Program],
) -> None:
    # Two workers set the fixture up for three files each: with session scope once, 1 s less.
    program = make_program()
    body = "def test_1(tables): pass\ndef test_2(tables): pass"
    program.write(
        conftest="import time, pytest\n"
        "@pytest.fixture(scope='module')\n"
        "def tables():\n    time.sleep(0.5)\n",
        **{f"test_{name}": body for name in "abcdef"},
    )
    ended = program.suite(
        "analyze", "--workers", "2", "--html", "page.html", "--configuration", "processes=7"
    )
    assert ended.code == 0
    told = " ".join(ended.out.split())
    said = re.search(r"the module fixture tables .*?session scope would save ([\d.]+) (m?s)", told)
    assert said, told
    assert 0.5 < float(said[1]) * {"s": 1, "ms": 0.001}[said[2]] < 1.5
    assert "7 processes, load" in told  # asked for, whatever its rank
    [kept] = (program.directory / ".advisor").glob("advice-*.json")
    advice = json.loads(kept.read_text())
    [finding] = [each for each in advice["findings"] if "tables" in each["subjects"]]
    saved = finding["numbers"]["session_scope_saves_s"]
    assert 0.5 < saved < finding["numbers"]["free_saves_s"]
    markdown = program("report", str(kept), "--format", "markdown").out
    for form in (markdown, (program.directory / "page.html").read_text()):
        assert "session scope would save" in form


def test_plan_prints_a_choice_and_says_when_there_is_none(analysed: Program) -> None:
    profile = str(next((analysed.directory / ".advisor").glob("profile-*.json")))
    words = ("plan", "--profile", profile, "--no-calibration", "--json")
    met = analysed(*words, "--target", "10m")
    assert met.code == 0
    plan = met.document
    chosen = plan["points"][plan["chosen"]]
    assert chosen["meets_target"]
    minutes = -(-chosen["wall_s"]["mid"] // 60)
    shards = re.match(r"shards=(\d+)", chosen["configuration"]["spec"])
    assert chosen["billed_minutes"] == minutes * int(shards[1] if shards else 1)
    missed = analysed(*words, "--target", "1s")
    assert missed.code == 1
    assert missed.document["chosen"] is None
    assert missed.document["reason"]


def test_a_failing_suite_is_advised_all_the_same(advisor: Program) -> None:
    advisor.write(test_it="def test_a(): pass\ndef test_b(): assert 0\n")
    ended = advisor.suite("analyze")
    assert ended.code == 3
    assert "Recommended" in ended.out
    assert "1 test failed" in ended.err
    assert "assert 0" in ended.err


@pytest.mark.parametrize(
    ("files", "words", "code", "says"),
    [
        ({}, (), 2, "pytest collected no tests"),
        ({"test_it": "def test(): pass"}, ("missing",), 2, "pytest did not start the suite"),
        ({"test_it": "def test(): pass"}, ("--no-such-option",), 2, "--no-such-option"),
        ({"test_it": "def test(): pass"}, ("-k", "nothing"), 2, "pytest collected no tests"),
        ({"test_it": "def test(): pass"}, ("--collect-only",), 2, "pytest ran no test"),
        ({"conftest": "raise SystemError('x')", "test_it": ""}, (), 2, "did not start the suite"),
        ({"test_it": "import no_such_module"}, (), 3, "before any test could be measured"),
        ({"test_it": "import os\ndef test(): os._exit(0)"}, (), 3, "before any test"),
        (
            {"test_it": "import os\ndef test_a(): pass\ndef test_b(): os.kill(os.getpid(), 9)"},
            (),
            3,
            "the recording is incomplete",
        ),
        ({"test_it": "def test_a(): pass\ndef test_b(): raise KeyboardInterrupt"}, (), 3, ""),
    ],
)
def test_suites_that_cannot_be_profiled_well(
    advisor: Program, files: dict[str, str], words: tuple[str, ...], code: int, says: str
) -> None:
    advisor.write(**files)
    ended = advisor.suite("analyze", pytest_words=words)
    assert says in ended.err
    assert ended.code == code
    assert "Traceback (most recent call last):\n  File" not in ended.err
    assert (ended.out != "") == ("incomplete" in ended.err or "KeyboardInterrupt" in str(files))


def test_a_deadline_ends_a_suite_that_hangs(advisor: Program, nothing_left: str) -> None:
    advisor.write(
        test_it=f"""
import subprocess, sys, time
def test_a(): pass
def test_b():
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    subprocess.run([sys.executable, "-c", "import time; time.sleep(600)", "{nothing_left}"])
"""
    )
    ended = advisor.suite("profile", "--deadline", "2s")
    assert ended.code == 3
    assert "the deadline of 2 s passed" in ended.err


def test_what_forked_workers_would_refuse_is_not_recommended(advisor: Program) -> None:
    """A thread that a conftest started; with one file that waits, forked workers would be best."""
    advisor.write(
        conftest="import threading, time\n"
        "threading.Thread(target=time.sleep, args=(5,), name='warm-up', daemon=True).start()\n",
        test_waiting=WAITING,
    )
    ended = advisor.suite("analyze", "--json", "--configuration", "forked=2")
    assert ended.code == 0, ended.err
    (forked,) = (
        prediction
        for prediction in ended.document["predictions"]
        if prediction["configuration"]["spec"] == "forked=2"
    )
    assert not forked["can_run"] and "'warm-up'" in forked["cannot_run_because"]
    assert not ended.document["recommended"].startswith("forked")
