"""Writes what became of each test of a run for advisor, as lines of JSON.  PYTEST_DONT_REWRITE

Loaded by ``-p advisor_journal`` from a private directory on PYTHONPATH, in the process that the
user started and, by xdist, in each of its workers. All append to one file; a line is one write, so
lines of different processes never mix. The reader is advisor's ``store/journal.hpp``, where the
events are described. A test's own failure, crash or exit never keeps an earlier line from it.

On SIGRTMAX - 1 a process writes the stacks of its threads to ``stacks-PID`` beside the journal.
"""

from __future__ import annotations

import faulthandler
import fcntl
import json
import os
import signal
import sys
import time
from typing import Any, Callable

import pytest

JOURNAL = "ADVISOR_JOURNAL"


class Journal:
    """Appends events. What is needed while tests run is bound here, before a suite can fake it."""

    def __init__(
        self,
        path: str,
        worker: str,
        wall: Callable[[], int] = time.monotonic_ns,
        cpu: Callable[[], int] = time.process_time_ns,
        write: Callable[[int, bytes], int] = os.write,
        pid: Callable[[], int] = os.getpid,
        open_file: Callable[[str, int], int] = os.open,
        encode: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":")).encode,
    ) -> None:
        self.path = path
        self.open = open_file
        self.fd = open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self.owner = pid()
        self.worker = worker
        self.wall, self.cpu, self.write, self.pid, self.encode = wall, cpu, write, pid, encode

    def event(self, name: str, **fields: Any) -> None:
        if self.pid() != self.owner:  # a fork of the suite that came back into pytest
            return
        head = {"event": name, "ns": self.wall(), "cpu_ns": self.cpu()}
        if self.worker:
            head["by"] = self.worker
        line = (self.encode({**head, **fields}) + "\n").encode("ascii")
        try:
            self.write(self.fd, line)
        except OSError:  # the suite closed or replaced it
            self.write_again(line)

    def write_again(self, line: bytes) -> None:
        """Where that fails too, what is missing in the journal is found missing by its reader."""
        try:
            self.fd = self.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            self.write(self.fd, line)
        except OSError:
            pass


def node_id(text: str) -> str:
    """The bytes of the id, each as the character of its number: JSON cannot carry bytes."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("latin-1")


def dump_stacks_on_request(journal: str) -> None:
    """To a high descriptor, which tests that close "all" of them mostly leave alone."""
    path = os.path.join(os.path.dirname(journal), f"stacks-{os.getpid()}")
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200)
        os.close(fd)
        fd = high
    except OSError:  # the limit of descriptors is lower
        pass
    faulthandler.register(signal.SIGRTMAX - 1, file=fd)


class Phases:
    """What is reported of each test until its end. A test is keyed by its id and its worker."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.open: dict[str, list[list[Any]]] = {}

    def add(self, report: Any, worker: str, event: str) -> None:
        subtest = getattr(report, "context", None) is not None
        flags = (1 if hasattr(report, "wasxfail") else 0) | (2 if subtest else 0)
        phase = [str(report.when), str(report.outcome), flags, getattr(report, "duration", 0.0)]
        key = report.nodeid + "\0" + worker
        self.open.setdefault(key, []).append(phase)
        # Plugins that run a test again, also one that crashed, report its end as "rerun".
        if report.when in ("teardown", "???") and report.outcome != "rerun":
            self.write(event, key, self.open.pop(key))

    def write(self, event: str, key: str, phases: list[list[Any]]) -> None:
        test, _, worker = key.rpartition("\0")
        self.journal.event(event, id=node_id(test), worker=worker, phases=phases)

    def close(self) -> None:
        for key, phases in self.open.items():  # neither torn down nor said to have crashed
            self.write("open", key, phases)


def shows_only(config: pytest.Config) -> bool:
    """Whether pytest was asked to show something of the tests, and not to run them."""
    options = "collectonly", "setuponly", "setupplan", "showfixtures", "show_fixtures_per_test"
    return any(getattr(config.option, option, False) for option in options)


class Controller:
    """In the process that the user started, sequential or a controller of xdist."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.phases = Phases(journal)
        self.gateways: set[str] = set()
        self.has_forked = False
        self.has_collection = False
        self.shows_only = False  # then no test is to have an outcome
        self.collect_errors = 0
        self.collections_differ = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.shows_only = shows_only(session.config)
        self.journal.event("session")

    def collected(self, worker: str, ids: list[str]) -> None:
        if self.shows_only:
            return
        if self.has_collection:
            self.journal.event("collected", worker=worker, count=len(ids))
        else:
            self.has_collection = True
            self.journal.event("collected", worker=worker, count=len(ids), ids=ids)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected("", [node_id(item.nodeid) for item in session.items])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if not self.gateways and not self.has_forked and not self.shows_only:
            self.journal.event("start", id=node_id(nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        self.has_forked = bool(getattr(session.config.option, "forked_workers", 0))

    @pytest.hookimpl(optionalhook=True)
    def pytest_forked_worker(self, name: str) -> object:
        journal = Journal(self.journal.path, name)
        dump_stacks_on_request(journal.path)
        return Worker(journal, *_imported)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        if self.shows_only:  # --setup-only reports set-ups and tear-downs
            return
        node = getattr(report, "node", None)  # xdist's; forked workers name themselves
        worker = getattr(report, "worker_id", "") if node is None else node.gateway.id
        self.phases.add(report, worker, "final")

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and report.nodeid in self.gateways:  # xdist's way to say so
            self.collections_differ = True
        else:
            self.collect_errors += bool(report.failed)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        self.phases.close()
        dsession = session.config.pluginmanager.getplugin("dsession")
        stopped = getattr(dsession, "shouldstop", False) or session.shouldfail
        self.journal.event(
            "finished",
            status=int(exitstatus),
            collect_errors=self.collect_errors,
            collections_differ=self.collections_differ,
            continues=bool(session.config.getoption("continue_on_collection_errors", False)),
            stopped_after_failures="stopping after" in str(stopped),
        )

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self.journal.event("unconfigured")


class Only:
    """Keeps the tests of a list alone: those that an earlier run lost."""

    def __init__(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            self.ids = set(json.load(file))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        others = [item for item in items if node_id(item.nodeid) not in self.ids]
        items[:] = [item for item in items if node_id(item.nodeid) in self.ids]
        config.hook.pytest_deselected(items=others)


class XdistController:
    """What only xdist calls; registered where it is loaded."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.journal = controller.journal

    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        self.controller.gateways.add(gateway.id)
        self.journal.event("gateway", worker=gateway.id)

    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[JOURNAL] = self.journal.path

    def pytest_testnodeready(self, node: Any) -> None:
        self.journal.event("ready", worker=node.gateway.id)

    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        self.journal.event("down", worker=node.gateway.id, crashed=bool(error))

    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        self.controller.collected(node.gateway.id, [node_id(test) for test in ids])


class Worker:
    """In a worker, of xdist or forked."""

    def __init__(self, journal: Journal, imported_ns: int, imported_cpu_ns: int) -> None:
        self.journal = journal
        self.phases = Phases(journal)
        journal.event(
            "imported", pid=os.getpid(), imported_ns=imported_ns, imported_cpu_ns=imported_cpu_ns
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self.journal.event("session")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.journal.event("collected", count=len(session.items))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.journal.event("start", id=node_id(nodeid))

    @pytest.hookimpl(tryfirst=True)  # before xdist's, which fails where it cannot send the report
    def pytest_runtest_logreport(self, report: Any) -> None:
        self.phases.add(report, "", "ran")

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        code = getattr(excinfo.value, "returncode", None)  # of pytest.exit()
        self.journal.event("exit", status=code if isinstance(code, int) else 2)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self.phases.close()
        self.journal.event("finished")


def restore_process() -> str:
    """Puts the environment back; returns the path of the journal, or nothing.

    The directory stays on sys.path, which xdist hands to its workers, until this process ends.
    """
    path = os.environ.pop(JOURNAL, "")
    if path:
        original = os.environ.pop("ADVISOR_JOURNAL_PYTHONPATH", None)
        if original is None:
            os.environ.pop("PYTHONPATH", None)
        else:
            os.environ["PYTHONPATH"] = original
    return path


_imported = time.monotonic_ns(), time.process_time_ns()
_path = restore_process()
_only = os.environ.pop("ADVISOR_JOURNAL_ONLY", "")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    global _path
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        own = os.path.dirname(__file__)
        sys.path[:] = [entry for entry in sys.path if entry != own]
        journal = Journal(workerinput[JOURNAL], workerinput["workerid"])
        dump_stacks_on_request(journal.path)
        config.pluginmanager.register(Worker(journal, *_imported), "advisor_journal_hooks")
        return
    if not _path:  # a nested session of the suite's own
        return
    journal = Journal(_path, "")
    _path = ""
    dump_stacks_on_request(journal.path)
    journal.event(
        "configured",
        pid=os.getpid(),
        imported_ns=_imported[0],
        imported_cpu_ns=_imported[1],
    )
    controller = Controller(journal)
    config.pluginmanager.register(controller, "advisor_journal_hooks")
    if _only:
        config.pluginmanager.register(Only(_only), "advisor_journal_only")
    if config.pluginmanager.hasplugin("dsession") or config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(XdistController(controller), "advisor_journal_xdist_hooks")
