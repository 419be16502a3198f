"""Answers ``-n auto`` of pytest-xdist with what this machine can give.  PYTEST_DONT_REWRITE

Loaded by ``-p advisor_auto``; stands alone, needs no advisor. Saved advice for this directory and
number of cores counts first (``.advisor/advice-*.json``, the newest). Else the smallest of the
cores that this process may use, the quota of its cgroups (version 1 and 2) and the memory for
workers of 256 MB. pytest-xdist asks psutil or the affinity, and reads neither quota nor memory.
PYTEST_XDIST_AUTO_NUM_WORKERS wins over all, as without this plugin.
"""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import Any

import pytest

WORKER_BYTES = 256 << 20


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError):
        return ""


def workers_of(advice: Any) -> int | None:
    """0 if it is to run sequentially. Where another runner is best, what is best of sequential and
    pytest-xdist's processes; None if neither was predicted."""

    def workers(spec: str) -> int | None:
        found = re.match(r"processes=(\d+)", spec)
        return int(found.group(1)) if found else 0 if spec == "sequential" else None

    best = workers(advice["recommended"])
    if best is None:
        walls = {}
        for prediction in advice["predictions"]:
            spec = prediction["configuration"]["spec"]
            if workers(spec) is not None:
                walls[spec] = prediction["wall_s"]["mid"]
        best = workers(min(walls, key=walls.__getitem__)) if walls else None
    return best


def advised(directory: Path, cores: int) -> int | None:
    """Workers of the newest advice that is for so many cores."""
    found = sorted(directory.glob(".advisor/advice-*.json"), key=lambda path: path.stat().st_mtime)
    for path in reversed(found):
        try:
            advice = json.loads(path.read_text())
            host = advice["host"]
            advised_for = host.get("cores_of_suite", host["cores_allowed"])
            if advice["format"] != "advisor.advice" or advised_for != cores:
                continue
            workers = workers_of(advice)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if workers is not None:
            return workers
    return None


def groups_above(root: Path, controller: str) -> list[Path]:
    """The directories of this process's cgroup and of those above it; "" is version 2."""
    for line in text_of(root / "proc/self/cgroup").splitlines():
        _, names, path = line.split(":", 2)
        if controller in names.split(","):
            base = root / "sys/fs/cgroup" / controller
            inner = base / path.lstrip("/")
            return [inner, *(above for above in inner.parents if above.is_relative_to(base))]
    return []


def quota_of(root: Path) -> float:
    """Cores, infinite without a quota."""
    cores = math.inf
    for group in groups_above(root, ""):
        quota, _, period = text_of(group / "cpu.max").partition(" ")
        if quota.isdigit():
            cores = min(cores, int(quota) / int(period or 100_000))
    for group in groups_above(root, "cpu"):
        quota = text_of(group / "cpu.cfs_quota_us").strip()
        period = text_of(group / "cpu.cfs_period_us").strip()
        if quota.isdigit() and period.isdigit():
            cores = min(cores, int(quota) / int(period))
    return cores


def memory_of(root: Path) -> float:
    """Bytes that are still to be had."""
    free = math.inf
    found = re.search(r"^MemAvailable:\s+(\d+) kB", text_of(root / "proc/meminfo"), re.MULTILINE)
    if found:
        free = int(found.group(1)) * 1024
    names = (
        ("", "memory.max", "memory.current"),
        ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    )
    for controller, limit_name, used_name in names:
        for group in groups_above(root, controller):
            limit = text_of(group / limit_name).strip()
            used = text_of(group / used_name).strip()
            if limit.isdigit() and used.isdigit():
                free = min(free, int(limit) - int(used))
    return free


def workers_for(root: Path, cores: int) -> int:
    most = min(cores, math.ceil(quota_of(root)) if quota_of(root) < math.inf else cores)
    memory = memory_of(root)
    if memory < math.inf:
        most = min(most, int(memory // WORKER_BYTES))
    return max(1, most)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: Any) -> int | None:
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    cores = len(os.sched_getaffinity(0))
    saved = advised(Path(config.invocation_params.dir), cores)
    return saved if saved is not None else workers_for(Path("/"), cores)
