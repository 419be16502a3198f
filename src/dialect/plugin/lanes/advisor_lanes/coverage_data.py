"""Coverage measured in a worker: saved in a file of its own, which pytest-cov combines."""

from __future__ import annotations

import sys
from typing import Any

import pytest


def controller_of(config: pytest.Config) -> Any:
    """pytest-cov's, while it measures."""
    plugin = config.pluginmanager.getplugin("_cov")
    return getattr(plugin, "cov_controller", None)


def refusal(config: pytest.Config) -> str | None:
    """coverage run without --parallel-mode: all workers would write to one file."""
    coverage = sys.modules.get("coverage")
    if coverage is None or controller_of(config) is not None:
        return None
    current = coverage.Coverage.current()
    if current is None or current.get_option("run:parallel"):
        return None
    return "coverage measures into one file: use pytest-cov, or coverage run --parallel-mode"


def save(config: pytest.Config) -> None:
    coverage = sys.modules.get("coverage")
    if coverage is None:
        return
    measuring = [getattr(controller_of(config), "cov", None), coverage.Coverage.current()]
    for one in dict.fromkeys(measuring):
        if one is not None:
            one.stop()
            one.save()
