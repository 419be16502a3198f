"""advisor_auto answers -n auto by advice, quota, memory and affinity."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src/dialect/plugin"))

import advisor_auto

PLUGINS = Path(advisor_auto.__file__).parent


def put(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_quota_of_version_2_counts_also_from_above(tmp_path: Path) -> None:
    root = put(
        tmp_path,
        {
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/cpu.max": "250000 100000\n",
            "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
        },
    )
    assert advisor_auto.workers_for(root, 8) == 3


def test_a_quota_of_version_1_counts(tmp_path: Path) -> None:
    root = put(
        tmp_path,
        {
            "proc/self/cgroup": "4:cpu,cpuacct:/job\n0::/\n",
            "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "200000\n",
            "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        },
    )
    assert advisor_auto.workers_for(root, 8) == 2


def test_memory_limits_the_workers_and_one_is_the_least(tmp_path: Path) -> None:
    root = put(
        tmp_path,
        {
            "proc/self/cgroup": "0::/job\n",
            "proc/meminfo": "MemTotal: 9999999 kB\nMemAvailable: 8388608 kB\n",
            "sys/fs/cgroup/job/memory.max": str(2 << 30),
            "sys/fs/cgroup/job/memory.current": str(1 << 30),
        },
    )
    assert advisor_auto.workers_for(root, 8) == 4
    (root / "sys/fs/cgroup/job/memory.current").write_text(str(2 << 30))
    assert advisor_auto.workers_for(root, 8) == 1


def test_nothing_readable_leaves_the_cores(tmp_path: Path) -> None:
    assert advisor_auto.workers_for(tmp_path, 8) == 8
    put(tmp_path, {"proc/self/cgroup": "0::/job\n", "sys/fs/cgroup/job/cpu.max": "nonsense"})
    assert advisor_auto.workers_for(tmp_path, 8) == 8


def advice(recommended: str, cores: int, walls: dict[str, float] | None = None) -> str:
    predictions = [
        {"configuration": {"spec": spec}, "wall_s": {"mid": wall}}
        for spec, wall in (walls or {}).items()
    ]
    document = {
        "format": "advisor.advice",
        "recommended": recommended,
        "predictions": predictions,
    }
    return json.dumps(document | {"host": {"cores_allowed": cores}})


@pytest.mark.parametrize(
    ("recommended", "workers"), [("processes=6,dist=worksteal", 6), ("sequential", 0)]
)
def test_advice_counts_for_the_same_number_of_cores(
    tmp_path: Path, recommended: str, workers: int
) -> None:
    put(tmp_path, {".advisor/advice-1.json": advice(recommended, 4)})
    assert advisor_auto.advised(tmp_path, 4) == workers
    assert advisor_auto.advised(tmp_path, 8) is None
    put(tmp_path, {".advisor/advice-1.json": "damaged"})
    assert advisor_auto.advised(tmp_path, 4) is None


@pytest.mark.parametrize(
    ("walls", "workers"),
    [
        ({"forked=4": 1, "processes=4": 2, "processes=3,dist=loadfile": 1.5, "sequential": 3}, 3),
        ({"forked=4": 1, "processes=4": 2, "sequential": 1.8}, 0),
        ({"forked=4": 1}, None),
    ],
)
def test_where_another_runner_is_advised_the_best_without_it_counts(
    tmp_path: Path, walls: dict[str, float], workers: int | None
) -> None:
    put(tmp_path, {".advisor/advice-1.json": advice("forked=4", 4, walls)})
    assert advisor_auto.advised(tmp_path, 4) == workers


def test_xdist_asks_it(tmp_path: Path) -> None:
    cores = len(os.sched_getaffinity(0))
    put(
        tmp_path,
        {
            "test_a.py": "def test_1(): pass\ndef test_2(): pass\n",
            ".advisor/advice-1.json": advice("processes=3,dist=load", cores),
        },
    )
    words = ["-p", "advisor_auto", "-n", "auto", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PLUGINS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 workers" in ended.stdout
