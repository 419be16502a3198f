"""Runs a suite on workers forked from one collected pytest process, or on threads of it.
PYTEST_DONT_REWRITE

    pytest -p advisor_lanes --forked 4
    pytest -p advisor_lanes --threads 4
    pytest -p advisor_lanes --forked 2 --threads 4

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

A lane is a thread of this process with fixtures of its own. Tests that change or watch what all
threads share run alone, on the main thread, when all lanes have ended: those that are known by
their fixtures and marks or named in a file, and those that a guard stops before they do it. The
parts: lane (who is a lane), lane_units (what runs together and what alone), lane_run (a lane at
work), lane_guards; lane_output, lane_streams, lane_warnings, lane_exceptions and private_threads
(what is a lane's own); lane_refusals, threads (the main thread).
"""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

import advisor_hazards  # now: it remembers which sockets this process was started with
import pytest

if TYPE_CHECKING:
    from .plan import Plan
    from .pool import Pool
    from .threads import Threads

WORKERS = "forked_workers"
LANES = "lane_threads"
RUN = pytest.StashKey[Any]()  # the Threads or Pool of this session


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
    group = parser.getgroup("threads", "lanes: threads of the collected process")
    names = ["--lane-threads"]
    if importlib.util.find_spec("pytest_freethreaded") is None:  # whose own option has that name
        names.append("--threads")
    group.addoption(
        *names,
        dest=LANES,
        type=count,
        metavar="L",
        help="run the tests on L threads, and those alone that would disturb others",
    )
    group.addoption(
        "--exclusive-tests",
        metavar="FILE",
        help="run these tests alone: a JSON array of node ids, or an object, id to reason",
    )
    group.addoption(
        "--exclusive-found",
        metavar="FILE",
        help="write which tests ran alone and why, as --exclusive-tests reads it",
    )
    group.addoption(
        "--threads-order",
        metavar="FILE",
        help="take the tests in the order of this JSON array of node ids",
    )


def refuse(reasons: list[str], on: str = "forked workers") -> None:
    if reasons:
        raise pytest.UsageError(
            f"cannot run on {on}: {'; '.join(reasons)}"
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
    config.addinivalue_line("markers", "exclusive: no other test runs at the same time (--threads)")
    workers, lanes = config.getoption(WORKERS), config.getoption(LANES)
    if not workers and not lanes:
        return
    from . import lane_refusals, plugins, xdist_fixtures

    if lanes:
        refuse(lane_refusals.refused_options(config), "threads")
    if workers:
        refuse(plugins.refused_options(config))
    if lanes or not config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(xdist_fixtures, "advisor_lanes_fixtures")


def pytest_report_header(config: pytest.Config) -> str | None:
    workers, lanes = config.getoption(WORKERS), config.getoption(LANES)
    parts = []
    if workers:
        parts.append(f"forked: {workers} worker{'s' if workers > 1 else ''}")
    if lanes:
        parts.append(f"threads: {lanes} lane{'s' if lanes > 1 else ''}")
    return ", each with ".join(parts) or None


def pytest_report_collectionfinish(config: pytest.Config) -> str | None:
    if not config.getoption(LANES):
        return None
    from . import lane_refusals

    if not lane_refusals.gil_is_back():
        return None
    return "threads: an extension module has switched the GIL on: one lane runs at a time"


def is_ours(session: pytest.Session, option: str) -> bool:
    options = session.config.option
    if not session.config.getoption(option) or options.collectonly or not session.items:
        return False
    # Else pytest's own loop says what is to be said.
    return not session.testsfailed or bool(options.continue_on_collection_errors)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if is_ours(session, WORKERS):
        run_on_workers(session)
    elif is_ours(session, LANES):
        run_on_lanes(session)
    else:
        return None
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
    return True


def run_on_workers(session: pytest.Session) -> None:
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
    if session.config.getoption(LANES):
        refuse_lanes(session)
    made: Plan = plan.of(session)
    run = session.config.stash[RUN] = pool.Pool(session, made)
    run.run()


def refuse_lanes(session: pytest.Session) -> None:
    from . import lane_refusals, private, threads

    refuse([*private.unknown(session), *threads.unknown(session)], "threads")
    refuse(lane_refusals.refusals(session), "threads")


def run_on_lanes(session: pytest.Session) -> None:
    from . import threads

    refuse_lanes(session)
    run = session.config.stash[RUN] = threads.of(session)
    run.run()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    from . import replay

    run: Threads | Pool | None = terminalreporter.config.stash.get(RUN, None)
    line = replay.summary(run.ran_alone()) if run is not None else None
    if line:
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    run: Threads | Pool | None = session.config.stash.get(RUN, None)
    path = session.config.getoption("--exclusive-found")
    if run is not None and path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(run.ran_alone(), file, indent=1)
