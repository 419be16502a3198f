"""advisor plan on a recorded public suite, against a calculation by hand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT, Ended, Program

SAMPLE = ROOT / "sample_reports/fixtures"
SETUP_S = 25  # models/machines: of every machine
PRICE = 0.002  # models/prices: of github-linux-1-core, for each started minute
ONE_CORE = "github-linux-1-core"


@pytest.fixture
def plan(advisor: Program) -> Any:
    profile = str(SAMPLE / "profile.json")
    words = "plan", "--profile", profile, "--no-calibration", "--target", "2m", "--json"
    asked = "--configuration", "sequential", "--configuration", "processes=2,dist=worksteal"
    ended = advisor(*words, *asked)
    assert ended.code == 0, ended.err
    return ended.document


def point(plan: Any, machine: str, spec: str) -> Any:
    (found,) = (
        each
        for each in plan["points"]
        if each["machine"]["name"] == machine and each["configuration"]["spec"] == spec
    )
    return found


def test_what_is_billed_and_chosen_is_what_a_hand_calculation_says(plan: Any) -> None:
    # The suite took 38.0 s, of which 0.1 s were the recorder's; with the 25 s of a machine that is
    # 62.9 s: two started minutes.
    alone = point(plan, ONE_CORE, "sequential")
    assert alone["wall_s"]["mid"] == pytest.approx(62.9, abs=0.05)
    assert (alone["billed_minutes"], alone["cost"]) == (2, 2 * PRICE)
    # It waits, so that two processes save 9.2 s even on one core: 53.7 s, one started minute. No
    # other machine has a minute for less, and nothing costs less than one minute.
    two = point(plan, ONE_CORE, "processes=2,dist=worksteal")
    assert two["wall_s"]["mid"] == pytest.approx(53.65, abs=0.05)
    assert (two["billed_minutes"], two["cost"]) == (1, PRICE)
    # Two machines of 53.9 s: each is billed for itself.
    divided = point(plan, ONE_CORE, "shards=2,sequential")
    assert divided["wall_s"]["mid"] == pytest.approx(53.9, abs=0.05)
    assert (divided["billed_minutes"], divided["cost"]) == (2, 2 * PRICE)
    assert plan["points"][plan["chosen"]] == two


def test_every_point_is_billed_in_whole_minutes_at_its_price(plan: Any) -> None:
    prices = json.loads((ROOT / "models/prices/github_prices.json").read_text())["prices"]
    price = {each["name"]: each["price_per_minute"] for each in prices}
    assert len(plan["points"]) > 100
    for each in plan["points"]:
        shards = re.match(r"shards=(\d+)", each["configuration"]["spec"])
        machines = int(shards[1]) if shards else 1
        longest = -(-each["wall_s"]["mid"] // 60)
        assert machines <= each["billed_minutes"] <= machines * longest
        cost = each["billed_minutes"] * price[each["machine"]["name"]]
        assert each["cost"] == pytest.approx(cost)
        assert each["meets_target"] == (each["wall_s"]["high"] <= 120)
    fit = [each for each in plan["points"] if each["meets_target"] and each["fits_memory"]]
    assert plan["points"][plan["chosen"]]["cost"] == min(each["cost"] for each in fit)


def test_the_set_up_of_a_machine_is_mentioned(advisor: Program) -> None:
    profile = str(SAMPLE / "profile.json")
    ended = advisor("plan", "--profile", profile, "--no-calibration", "--target", "2m")
    assert f"all seconds hold {SETUP_S}.0 s to set a machine up" in " ".join(ended.out.split())


def ran_by(line: str, directory: Path) -> list[str]:
    environment = dict(os.environ, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    ended = subprocess.run(
        f"{line} -v", shell=True, cwd=directory, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return re.findall(r"^(\S+) PASSED", ended.stdout, re.MULTILINE)


@pytest.mark.parametrize("given", ["the directory", "its files"])
def test_shards_run_every_test_once_and_unknown_files_everywhere(
    advisor: Program, given: str
) -> None:
    tests = advisor.directory / "tests"
    tests.mkdir()
    (advisor.directory / "pytest.ini").write_text("[pytest]\n")
    for name, length in (("a", 0.05), ("b", 0.02), ("c", 0.04), ("ab", 0.01)):
        (tests / f"test_{name}.py").write_text(
            "import pytest, time\n"
            "@pytest.mark.parametrize('n', range(3))\n"
            f"def test_it(n): time.sleep({length})\n"
        )
    files = sorted(str(path.relative_to(advisor.directory)) for path in tests.iterdir())
    words = ["tests"] if given == "the directory" else files
    point = "--machine", "github-linux-2-core", "--configuration", "shards=2,sequential"
    ended = advisor.suite("plan", *point, "--shards-out", "out", pytest_words=tuple(words))
    assert ended.code == 0, ended.err
    assert "what each machine runs is in out" in ended.err

    jobs = json.loads((advisor.directory / "out/matrix.json").read_text())["include"]
    assert [job["shard"] for job in jobs] == ["1-of-2", "2-of-2"]
    ran = [ran_by(job["run"], advisor.directory) for job in jobs]
    every = [f"{file}::test_it[{n}]" for file in files for n in range(3)]
    assert sorted(ran[0] + ran[1]) == every and ran[0] and ran[1]

    if given == "the directory":
        (tests / "test_new.py").write_text("def test_new(): pass\n")
        for job, known in zip(jobs, ran, strict=True):
            new = ran_by(job["run"], advisor.directory)
            assert set(new) == {*known, "tests/test_new.py::test_new"}
    shown = advisor("report", "out/shards.json")
    assert shown.code == 0 and jobs[1]["run"] in shown.out


def two_shards(advisor: Program, configuration: str, *pytest_words: str) -> Ended:
    advisor.write(test_a="def test_1(): pass\n", test_b="def test_2(): pass\n")
    point = "--machine", "github-linux-2-core", "--configuration", f"shards=2,{configuration}"
    return advisor.suite("plan", *point, "--shards-out", "out", pytest_words=pytest_words)


@pytest.mark.parametrize(
    ("configuration", "because"),
    [
        ("threads=2,runner=pytest-parallel", "it is not installed for"),
        ("processes=2,dist=planned", "each machine would be without it"),
        ("processes=2,dist=load", "the arguments turn pytest-xdist off"),
    ],
)
def test_no_shards_are_written_that_would_run_otherwise(
    advisor: Program, configuration: str, because: str
) -> None:
    no_xdist = ["-p", "no:xdist"] if "turn" in because else []
    ended = two_shards(advisor, configuration, *no_xdist)
    assert ended.code == 2 and because in ended.err, ended.err
    assert not (advisor.directory / "out").exists()


def test_shards_of_a_file_that_is_gone_are_refused_and_old_ones_removed(advisor: Program) -> None:
    assert two_shards(advisor, "sequential").code == 0
    out = advisor.directory / "out"
    assert len(list(out.iterdir())) == 4
    point = "--machine", "github-linux-2-core", "--configuration", "shards=2,sequential"
    met = advisor.suite("plan", *point, "--target", "1s", "--shards-out", "out")
    assert met.code == 1 and list(out.iterdir()) == []
    (advisor.directory / "test_b.py").rename(advisor.directory / "test_c.py")
    ended = advisor.suite("plan", *point, "--shards-out", "out")
    assert ended.code == 2 and "'test_b.py', which is no file there" in ended.err
    assert advisor.suite("plan", *point, "--shards-out", "").code == 2


def test_shards_from_another_directory_name_their_files_from_the_suite(advisor: Program) -> None:
    advisor.write(test_a="def test_1(): pass\n", test_b="def test_2(): pass\n")
    assert advisor.suite("profile", "--output", "../p.json").code == 0
    suite, advisor.directory = advisor.directory, advisor.directory.parent
    words = "plan", "--profile", "p.json", "--no-calibration", "--machine", "github-linux-2-core"
    ended = advisor(*words, "--configuration", "shards=2,sequential", "--shards-out", "out")
    assert ended.code == 0, ended.err
    jobs = json.loads((advisor.directory / "out/matrix.json").read_text())["include"]
    ran = [ran_by(job["run"], suite) for job in jobs]
    assert sorted(ran[0] + ran[1]) == ["test_a.py::test_1", "test_b.py::test_2"]


def test_shards_of_several_points_are_refused(advisor: Program) -> None:
    profile = str(SAMPLE / "profile.json")
    words = "plan", "--profile", profile, "--no-calibration", "--shards-out", "out"
    ended = advisor(*words)
    assert ended.code == 2 and "give --target" in ended.err
    assert not (advisor.directory / "out").exists()
