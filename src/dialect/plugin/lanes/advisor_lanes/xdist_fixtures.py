"""The two fixtures of pytest-xdist, for suites that ask for them where it is not loaded."""

from __future__ import annotations

import uuid

import pytest

from . import lane


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The id of this worker or lane: "gw0", "gw1" and so on; "master" outside of one."""
    on = lane.current()
    if on is not None:
        return f"gw{on.number}"
    workerinput = getattr(request.config, "workerinput", None)
    return workerinput["workerid"] if workerinput else "master"


@pytest.fixture(scope="session")
def testrun_uid(request: pytest.FixtureRequest) -> str:
    """The same in all workers of a run, and different in each run."""
    workerinput = getattr(request.config, "workerinput", None)
    return workerinput["testrunuid"] if workerinput else uuid.uuid4().hex
