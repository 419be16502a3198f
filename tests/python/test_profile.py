"""What `advisor profile` makes of real runs: costs where they belong, and how a run ended."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def binary() -> str | None:
    """$ADVISOR, else the newest of build/*/advisor."""
    built = sorted(ROOT.glob("build/*/advisor"), key=lambda file: file.stat().st_mtime)
    return os.environ.get("ADVISOR") or (str(built[-1]) if built else None)


@dataclass
class Profiled:
    document: dict[str, Any]
    tests: dict[str, dict[str, str]]  # rows of --tests-csv, by the name of the test
    text: str

    @property
    def run(self) -> dict[str, Any]:
        return dict(self.document["run"])

    def cpu(self, name: str) -> float:
        return float(self.tests[name]["cpu_s"]) * 1e3

    def fixture_cpu(self, name: str, span: str) -> list[float]:
        """Milliseconds of CPU of each set-up or tear-down, in order of the set-ups."""
        definitions = [f["name"] for f in self.document["fixture_definitions"]]
        uses = self.document["fixtures"]["use"]
        costs = self.document["fixtures"][span]
        user, sys_ = (columns(costs[f"cpu_{kind}_s"], len(uses)) for kind in ("user", "sys"))
        return [
            (user[i] + sys_[i]) * 1e3
            for i, use in enumerate(columns(uses, len(uses)))
            if definitions[use[0]] == name
        ]


def columns(values: Any, count: int) -> list[Any]:
    """A column whose rows are all alike is written as one of them."""
    return list(values) if isinstance(values, list) else [values] * count


Profile = Callable[..., Profiled]


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    advisor = binary()
    if advisor is None:
        pytest.skip("there is neither $ADVISOR nor a build/*/advisor")

    def run(name: str, *words: str, ignored: str = "", **env: str) -> Profiled:
        """`ignored`: names of signals that advisor is to be started without."""
        suite = tmp_path / name
        shutil.copytree(ROOT / "tests/suites" / name, suite)
        (suite / "pytest.ini").write_text("[pytest]\n")
        output = tmp_path / "profile.json"
        options = ["--quiet", "--python", sys.executable, "--output", str(output)]
        launcher = ["env", f"--ignore-signal={','.join(ignored.split())}"] if ignored else []
        done = subprocess.run(
            [*launcher, advisor, "profile", *options, "--", "-p", "no:cacheprovider", *words],
            cwd=suite, env=dict(os.environ, IGNORED=ignored, **env), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=100,
        )  # fmt: skip
        table = subprocess.run(
            [advisor, "report", "--tests-csv", str(output)], capture_output=True, check=True
        ).stdout.decode("utf-8", "replace")
        rows = csv.DictReader(table.splitlines(keepends=True))
        tests = {row["id"].partition("::")[2]: row for row in rows}
        return Profiled(json.loads(output.read_text()), tests, done.stdout.decode())

    return run


def wall_of(costs: dict[str, Any], count: int) -> float:
    return float(sum(columns(costs["wall_s"], count)))


def test_what_tests_leave_behind_is_named(profile: Profile) -> None:
    profiled = profile("leftovers")
    names = [name.lstrip(":") for name in profiled.document["tests"]["name"]]
    kinds = ("threads", "descriptors", "children")
    left = {
        names[change["last_test"]]: tuple(change[kind] for kind in kinds)
        for change in profiled.document["leftovers"]["changes"]
        if change["fixture"] is None and change["first_test"] == change["last_test"]
    }
    assert left == {
        "test_leaves_a_thread": (1, 0, 0),
        "test_leaves_files": (0, 20, 0),
        "test_leaves_a_process": (0, 1, 1),
        "test_leaves_a_process_that_has_ended": (0, 0, 1),
        "test_leaves_a_process_of_a_thread": (1, 1, 1),
    }
    assert "thread left-thread" in profiled.document["leftovers"]["found"]
    assert "Left behind at the end of the session" in profiled.text
    assert "fixture pipe" not in profiled.text  # its tear-down closes what its set-up opened


def test_costs_are_charged_to_what_caused_them(profile: Profile) -> None:
    profiled = profile("scopes")
    assert profiled.run["complete"] and profiled.run["exit_code"] == 0
    # Each spends its amount of CPU; what comes on top is pytest's.
    for name, expected in {
        "test_first": 10,
        "test_second": 10,
        "TestClass::test_in_class": 10,
        "TestClass::test_again": 20,  # and its fixture of function scope
        "test_parametrised[a]": 5,
        "test_without_fixtures": 10,
    }.items():
        assert expected <= profiled.cpu(name) < expected + 8
    for name, setups in {
        "session_wide": [40],
        "package_wide": [10],
        "module_wide": [30, 30],
        "class_wide": [10],
        "parametrised": [5, 5],
        "overridden": [5, 5],
        "dynamic_outer": [20],
        "dynamic_inner": [20],
    }.items():
        measured = profiled.fixture_cpu(name, "setup")
        assert len(measured) == len(setups)
        assert all(s - 0.1 <= m < s + 8 for s, m in zip(setups, measured, strict=True)), name
    assert 20 <= profiled.fixture_cpu("session_wide", "teardown")[0] < 28
    assert all(10 <= cpu < 18 for cpu in profiled.fixture_cpu("module_wide", "teardown"))


def test_every_moment_of_the_loop_is_charged_once(profile: Profile) -> None:
    document = profile("scopes").document
    tests, fixtures = document["tests"], document["fixtures"]
    count, instances = len(columns(tests["name"], 0)), len(fixtures["use"])
    charged = sum(wall_of(tests[phase], count) for phase in ("setup", "call", "teardown"))
    charged += sum(columns(tests["protocol_overhead_s"], count))
    charged += sum(wall_of(fixtures[span], instances) for span in ("setup", "teardown"))
    assert charged == pytest.approx(document["session"]["loop"]["wall_s"], rel=1e-6)
    parts = sum(document["session"][part]["wall_s"] for part in document["session"])
    # All that is missing is what the recorder does between collection and the first test.
    assert 0 <= document["run"]["wall_s"] - parts < 0.25 * document["run"]["wall_s"]


def test_waiting_is_neither_cpu_nor_waiting_for_a_core(profile: Profile) -> None:
    tests = profile("waiting").tests
    for row in tests.values():
        parts = sum(float(row[part]) for part in ("cpu_s", "core_wait_s", "blocked_s"))
        assert parts == pytest.approx(float(row["wall_s"]), abs=1e-5)
    assert float(tests["test_computes"]["cpu_s"]) >= 0.059
    assert float(tests["test_system_time"]["cpu_s"]) >= 0.059
    for name in ("test_sleeps", "test_child_computes"):
        assert float(tests[name]["cpu_s"]) < 0.04
        assert float(tests[name]["blocked_s"]) > 0.03
    assert float(tests["test_computes"]["blocked_s"]) < 0.005


def test_outcomes_are_those_of_the_names(profile: Profile) -> None:
    profiled = profile("outcomes")
    for name, row in profiled.tests.items():
        expected = name.removeprefix("test_").split("_")[0]
        assert row["outcome"] == expected
    assert profiled.run["complete"] and profiled.run["exit_code"] == 1


@pytest.mark.parametrize(
    ("how", "phase", "because"),
    [
        ("exit", "call", "pytest ended with exit code 0 during the call of"),
        ("exit_three", "setup", "pytest ended with exit code 3 during the set-up of"),
        ("segv", "teardown", "signal 11 ended pytest during the tear-down of"),
        ("kill", "call", "signal 9 ended pytest during the call of"),
        ("abort", "setup", "signal 6 ended pytest during the set-up of"),
    ],
)
def test_a_crash_is_named(how: str, phase: str, because: str, profile: Profile) -> None:
    words = ["-k", f"before or after or [{how}]", "-p", "no:faulthandler"]
    profiled = profile("crash", *words, DIE_IN=phase)
    assert profiled.run["incomplete_because"] == f"{because} test_crash.py::test_dies[{how}]"
    outcomes = [row["outcome"] for row in profiled.tests.values()]
    assert outcomes == ["passed"] * 3 + ["interrupted", "not_run"]


def test_an_early_end_is_named(profile: Profile) -> None:
    profiled = profile("outcomes", "-x")
    assert profiled.run["incomplete_because"] == (
        "pytest stopped early: 2 of 16 tests ran to the end"
    )


@pytest.mark.parametrize("ignored", ["", "SIGINT SIGQUIT", "SIGHUP", "SIGUSR1", "SIGCHLD"])
def test_signals_are_ignored_as_they_were(ignored: str, profile: Profile) -> None:
    profiled = profile("signals", ignored=ignored)
    assert profiled.run["complete"] and profiled.run["exit_code"] == 0


def test_a_hostile_suite_is_recorded_whole(profile: Profile) -> None:
    profiled = profile("hostile")
    assert profiled.run["complete"], profiled.run
    assert all(float(row["wall_s"]) >= 0 for row in profiled.tests.values())
