"""One public suite plain, and recorded or on forked workers: what is reported, and what differs."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "corpus"
INTO = HERE.parents[1] / ".cache/outcomes"
MANIFESTS = [CORPUS / "suites.toml", HERE / "suites.toml"]
PLUGIN = HERE.parents[1] / "src/dialect/plugin"
Suite = dict[str, Any]  # as its manifest has it
Row = dict[str, Any]  # counts
Report = tuple[str, str, str, bool]


def absolute(path: str) -> Path:
    return Path(path).resolve()


def known_suites() -> dict[str, Suite]:
    found = [tomllib.loads(manifest.read_text())["suite"] for manifest in MANIFESTS]
    return {suite["name"]: suite for of_manifest in found for suite in of_manifest}


def install(names: list[str], into: Path, python: str) -> bool:
    for manifest in MANIFESTS:
        known = {suite["name"] for suite in tomllib.loads(manifest.read_text())["suite"]}
        wanted = [name for name in names if name in known]
        command = [str(CORPUS / "install"), "--into", str(into), "--python", python]
        command += ["--manifest", str(manifest), *wanted]
        if wanted and subprocess.run(command, check=False).returncode != 0:
            return False
    return True


def reports_of(
    suite: Suite, base: Path, launcher: list[str], more: tuple[str, ...] = ()
) -> tuple[int, list[Report], str]:
    """Exit code and reports of one run, and the end of what it printed."""
    with tempfile.TemporaryDirectory() as directory:
        return logged(suite, base, launcher, more, Path(directory) / "reports.jsonl")


def logged(
    suite: Suite, base: Path, launcher: list[str], more: tuple[str, ...], log: Path
) -> tuple[int, list[Report], str]:
    # One order of sets in all runs: suites parametrise over them.
    environment = {"PYTHONHASHSEED": "1"} | os.environ | suite.get("env", {})
    paths = os.pathsep.join(map(str, (HERE, PLUGIN / "lanes", PLUGIN)))
    environment |= {"OUTCOME_LOG": str(log), "PYTHONPATH": paths}
    words = launcher or [str(base / "venv/bin/python"), "-m", "pytest"]
    # Without the cache, no run knows of the failures of another.
    command = [*words, "-p", "outcome_log", "-p", "no:cacheprovider", *suite["args"], *more]
    done = subprocess.run(
        command,
        cwd=base / "src" / suite.get("tests_dir", ""),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    lines = log.read_text().splitlines() if log.exists() else []
    reports = [tuple(json.loads(line)) for line in lines]
    return done.returncode, reports, done.stdout.decode("utf-8", "replace")[-2000:]


def differences(a: list[Report], b: list[Report]) -> int:
    """Reports of one run that the other has not; or those out of order, if there are none."""
    count = sum(((Counter(a) - Counter(b)) + (Counter(b) - Counter(a))).values())
    return count or sum(x != y for x, y in zip(a, b, strict=True))


def unstable_in(a: list[Report], b: list[Report]) -> set[tuple[str, str]]:
    """What differs between two runs that should not."""
    return {report[:2] for report in (Counter(a) - Counter(b)) + (Counter(b) - Counter(a))}


def recorded(suite: Suite, base: Path, advisor: str) -> Row:
    """Plain against recorded by advisor, and plain again."""
    document = base / "profile.json"
    python = base / "venv/bin/python"
    document.unlink(missing_ok=True)
    options = ["--quiet", "--python", str(python), "--output", str(document), "--"]
    plain_code, plain, output = reports_of(suite, base, [])
    _, reports, message = reports_of(suite, base, [advisor, "profile", *options])
    again_code, again, _ = reports_of(suite, base, [])

    if not document.exists():
        print(message)
        return {"reports": len(plain), "unstable": 0, "differing": len(plain), "incomplete": 1}
    if not plain:
        print(output)
    profile = json.loads(document.read_text())
    unstable = unstable_in(plain, again)
    kept = [[r for r in run if r[:2] not in unstable] for run in (plain, reports)]
    if plain_code == again_code and profile["run"]["exit_code"] != plain_code:
        print(f"  exit code {profile['run']['exit_code']}, plain {plain_code}")
        kept[0].append(("the exit code", "", "", False))
    named, reported = set(ids_of(document, advisor)), {report[0] for report in reports}
    wrong = not profile["run"]["complete"] or named != reported
    if wrong:
        print(f"  {profile['run']['incomplete_because']} {sorted(named ^ reported)[:5]}")
    return {
        "reports": len(plain),
        "unstable": len(unstable),
        "differing": differences(*kept),
        "incomplete": int(wrong),
    }


def forked(suite: Suite, base: Path, workers: list[int]) -> Row:
    """Plain against workers of each number, and plain again."""
    plain_code, plain, _ = reports_of(suite, base, [])
    again_code, again, _ = reports_of(suite, base, [])
    unstable = unstable_in(plain, again)
    differing = refused = 0
    for count in workers:
        words = ("-p", "advisor_lanes", "--forked-workers", str(count))
        code, reports, output = reports_of(suite, base, [], words)
        if "cannot run on forked workers" in output:
            print("  refused: " + output.partition("forked workers: ")[2].splitlines()[0])
            refused += 1
            continue
        kept = [Counter(r for r in run if r[:2] not in unstable) for run in (plain, reports)]
        wrong = (kept[0] - kept[1]) + (kept[1] - kept[0])
        for report in sorted(wrong)[:10]:
            print(f"  forked={count} {'lacks' if report in kept[0] else 'has'} {report}")
        if plain_code == again_code != code:
            print(f"  forked={count} exit code {code}, plain {plain_code}")
            wrong["the exit code", "", "", False] += 1
        differing += sum(wrong.values())
    return {
        "reports": len(plain),
        "unstable": len(unstable),
        "differing": differing,
        "refused": refused,
    }


def ids_of(document: Path, advisor: str) -> list[str]:
    command = [advisor, "report", "--tests-csv", str(document)]
    table = subprocess.run(command, capture_output=True, check=True).stdout
    return [row["id"] for row in csv.DictReader(table.decode("utf-8", "replace").splitlines(True))]
