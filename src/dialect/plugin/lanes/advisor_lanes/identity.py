"""What makes a forked process a worker in the eyes of a suite: that of pytest-xdist."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import private


@dataclass
class Identity:
    name: str  # "gw0"
    workers: int
    run: str  # the same in all workers of a run


def take_on(session: pytest.Session, identity: Identity, temporary: Path | None) -> None:
    """In the worker, before its first test. `temporary`: the run's directory of tmp_path."""
    os.environ["PYTEST_XDIST_WORKER"] = identity.name
    os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(identity.workers)
    os.environ["PYTEST_XDIST_TESTRUNUID"] = identity.run
    config: Any = session.config
    config.workerinput = {
        "workerid": identity.name,
        "workercount": identity.workers,
        "testrunuid": identity.run,
        "mainargv": list(sys.argv),
    }
    config.workeroutput = {}
    if temporary is not None:
        own = temporary / f"popen-{identity.name}"
        own.mkdir(mode=0o700, exist_ok=True)
        private.set_base_of_temporary_paths(session, own)
    reseed()


def reseed() -> None:
    """Random states that would be the same in all workers. CPython does it for `random`."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    core = sys.modules.get("hypothesis.core")
    if core is not None and getattr(core, "_hypothesis_global_random", None) is not None:
        core._hypothesis_global_random.seed()
