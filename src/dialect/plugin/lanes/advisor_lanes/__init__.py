"""Runs a suite on workers forked from one collected pytest process.  PYTEST_DONT_REWRITE

    pytest -p advisor_lanes --forked 4

pytest starts, imports and collects once; then that process forks workers, each of which takes the
next tests from a share in common memory and sends what came of them over a pipe. This process
repeats the reports through pytest's own hooks, each test in one piece, so that the terminal, JUnit
XML, --lf, -x and all other plugins see what they would see in a sequential run, and the exit code
is a sequential run's. A worker is to the suite what a worker of pytest-xdist is: it has its own
fixtures of every scope, PYTEST_XDIST_WORKER, config.workerinput and a tmp_path of its own.

What cannot be forked safely is refused before the fork, with the reason: see advisor_hazards and
plugins.py. The parts, each in a file: units (what is run together), shares (who runs what),
worker, identity and coverage_data (inside a worker), carry and wire (reports on their way), pool
and replay (this process), private (all that is touched of pytest's inside).
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import advisor_hazards  # now: it remembers which sockets this process was started with
import pytest

if TYPE_CHECKING:
    from .plan import Plan

WORKERS = "forked_workers"


def count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1024:
        raise ValueError(text)
    return number


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("forked", "workers forked from the collected process")
    names = ["--forked-workers"]
    if importlib.util.find_spec("pytest_forked") is None:  # whose own option has that name
        names.append("--forked")
    group.addoption(
        *names, dest=WORKERS, type=count, metavar="P", help="run the tests on P forked workers"
    )
    group.addoption(
        "--forked-dist",
        choices=["load", "loadscope", "loadfile"],
        default="load",
        help="what a worker takes at once: a test or xdist_group (load, the default), the tests "
        "of a class or module (loadscope), or those of a file (loadfile)",
    )
    group.addoption(
        "--forked-order",
        metavar="FILE",
        help="take the tests in the order of this JSON array of node ids, one by one",
    )


def refuse(reasons: list[str]) -> None:
    if reasons:
        raise pytest.UsageError(
            f"cannot run on forked workers: {'; '.join(reasons)}"
            "\nrun it sequentially, or with pytest-xdist (-n)"
        )


class Hooks:
    """What other plugins may want to know."""

    @pytest.hookspec
    def pytest_forked_worker(self, session: pytest.Session, name: str) -> object:
        """In a worker, before its first test. A plugin that is returned hears of the tests that
        run in it; all others hear of them in the parent, when they have ended."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Hooks)


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption(WORKERS):
        return
    from . import plugins, xdist_fixtures

    refuse(plugins.refused_options(config))
    if not config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(xdist_fixtures, "advisor_lanes_fixtures")


def pytest_report_header(config: pytest.Config) -> str | None:
    workers = config.getoption(WORKERS)
    return f"forked: {workers} worker{'s' if workers > 1 else ''}" if workers else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    option = session.config.option
    if not session.config.getoption(WORKERS) or option.collectonly or not session.items:
        return None
    if session.testsfailed and not option.continue_on_collection_errors:
        return None  # pytest's own loop says what is to be said
    from . import plan, plugins, pool, private

    refuse(private.unknown(session))
    refuse(plugins.refusals(session))
    refuse(
        [
            *advisor_hazards.found(),
            *(
                f"the fixture {name} is set up already, and all workers would share it"
                for name in private.cached_fixtures(session)
            ),
        ]
    )
    made: Plan = plan.of(session)
    pool.Pool(session, made).run()
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
    return True
