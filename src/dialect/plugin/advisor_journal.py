"""Writes what became of each test of a run for advisor, as lines of JSON.  PYTEST_DONT_REWRITE

Loaded by ``-p advisor_journal`` from a private directory on PYTHONPATH, in the process that the
user started and, by xdist, in each of its workers. All append to one file; a line is one write, so
lines of different processes never mix. The reader is advisor's ``store/journal.hpp``, where the
events are described. A test's own failure, crash or exit never keeps an earlier line from it.
"""

from __future__ import annotations

import json
import os
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
        encode: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":")).encode,
    ) -> None:
        self.path = path
        self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self.owner = os.getpid()
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
            self.fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            self.write(self.fd, line)


def node_id(text: str) -> str:
    """The bytes of the id, each as the character of its number: JSON cannot carry bytes."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("latin-1")


class Controller:
    """In the process that the user started, sequential or a controller of xdist."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.phases: dict[str, list[list[Any]]] = {}
        self.has_collection = False
        self.collect_errors = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self.journal.event("session")

    def collected(self, worker: str, ids: list[str]) -> None:
        if self.has_collection:
            self.journal.event("collected", worker=worker, count=len(ids))
        else:
            self.has_collection = True
            self.journal.event("collected", worker=worker, count=len(ids), ids=ids)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not session.config.option.collectonly:
            self.collected("", [node_id(item.nodeid) for item in session.items])

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        node = getattr(report, "node", None)
        worker = node.gateway.id if node is not None else ""
        subtest = getattr(report, "context", None) is not None
        flags = (1 if hasattr(report, "wasxfail") else 0) | (2 if subtest else 0)
        phase = [str(report.when), str(report.outcome), flags, getattr(report, "duration", 0.0)]
        key = report.nodeid + "\0" + worker
        self.phases.setdefault(key, []).append(phase)
        if report.when in ("teardown", "???"):
            phases = self.phases.pop(key)
            self.journal.event("final", id=node_id(report.nodeid), worker=worker, phases=phases)

    def pytest_collectreport(self, report: Any) -> None:
        self.collect_errors += bool(report.failed)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        for key, phases in self.phases.items():  # neither torn down nor said to have crashed
            test, _, worker = key.partition("\0")
            self.journal.event("open", id=node_id(test), worker=worker, phases=phases)
        dsession = session.config.pluginmanager.getplugin("dsession")
        stopped = getattr(dsession, "shouldstop", False) or session.shouldfail
        self.journal.event(
            "finished",
            status=int(exitstatus),
            collect_errors=self.collect_errors,
            continues=bool(session.config.getoption("continue_on_collection_errors", False)),
            stopped_after_failures="stopping after" in str(stopped),
        )

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self.journal.event("unconfigured")


class XdistController:
    """What only xdist calls; registered where it is loaded."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.journal = controller.journal

    def pytest_xdist_newgateway(self, gateway: Any) -> None:
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
    """In a worker of xdist."""

    def __init__(self, journal: Journal, imported_ns: int, imported_cpu_ns: int) -> None:
        self.journal = journal
        journal.event("imported", imported_ns=imported_ns, imported_cpu_ns=imported_cpu_ns)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self.journal.event("session")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.journal.event("collected", count=len(session.items))

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        code = getattr(excinfo.value, "returncode", None)  # of pytest.exit()
        if isinstance(code, int):
            self.journal.event("exit", status=code)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
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


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    global _path
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        own = os.path.dirname(__file__)
        sys.path[:] = [entry for entry in sys.path if entry != own]
        journal = Journal(workerinput[JOURNAL], workerinput["workerid"])
        config.pluginmanager.register(Worker(journal, *_imported), "advisor_journal_hooks")
        return
    if not _path:  # a nested session of the suite's own
        return
    journal = Journal(_path, "")
    _path = ""
    journal.event("configured", imported_ns=_imported[0], imported_cpu_ns=_imported[1])
    controller = Controller(journal)
    config.pluginmanager.register(controller, "advisor_journal_hooks")
    if config.pluginmanager.hasplugin("dsession") or config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(XdistController(controller), "advisor_journal_xdist_hooks")
