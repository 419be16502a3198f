"""Records one sequential pytest run for advisor, without changing it.  PYTEST_DONT_REWRITE

The parent starts pytest with ``-p advisor_recorder`` and these variables:

- ``ADVISOR_RECORDER_RING``: the ring of shared memory to write into, "/proc/<pid>/fd/<n>".
- ``PYTHONPATH``: this file's private directory, then what the user had in it.
- ``ADVISOR_RECORDER_PYTHONPATH``: what the user had in it; unset if there was none.

The parent reads and computes; this file does neither.  The layouts of the ring and of its frames
are described, once, in advisor's headers ``host/shared_ring.hpp`` and ``store/record_stream.hpp``.
What it promises the suite:

- The process looks untouched: environment, sys.path and sys.argv are put back at import.
- The first session of the process is recorded, and runs without xdist; nested ones are left alone.
- It never prints and never fails a test.  Whatever goes wrong inside it ends the recording, and
  the reason is the last frame.
- Only the thread and process that loaded it write, so that a forked child or a thread runner
  cannot mix its frames in.
- Suites fake clocks and wipe modules: every function needed while tests run is bound at import,
  to an object and not to a module global, which freezegun would replace.  Times come from
  clock_gettime_ns, the one clock that time-machine lets through.
"""

from __future__ import annotations

import _thread
import fcntl
import mmap
import os
import resource
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

# Words of the ring's header, each 8 bytes wide.
MAGIC, VERSION, CAPACITY = 0, 1, 2
WRITTEN, DROPPED, WRITER_PID, WRITER_TID, MOMENT = 8, 9, 10, 11, 12
READ, WATCHED = 16, 17
HOLDING, RELEASED = 2, 3  # moments with the GIL and without it
RING_MAGIC, RING_VERSION = 0x474E495256444121, 1
HEADER_BYTES = 4096
PATIENCE_S = 2.0  # in total, for a parent that does not read

# Kinds of frames.
PADDING, FACT, FIXTURE, ITEM, NEED, POINTS, FAILED = 0, 1, 2, 3, 4, 5, 6
IMPORTED, CONFIGURED, COLLECTED, FINISHED, UNCONFIGURED = 16, 17, 18, 19, 20
COUNTERS = 32
MARK = struct.Struct("=IHHIIIIQQQddQQQQdd56p")
SETUP_BEGIN, SETUP_END, TEARDOWN_BEGIN, TEARDOWN_END = 48, 49, 50, 51

# Points of a test, in the lowest byte of the first of their three words; above it one byte each for
# the phase, the outcome and the flags of a report, and 32 bits for the test.
BEGUN, SET_UP, ENDED, REPORTED = 0, 1, 2, 3

PHASES = {"setup": 0, "call": 1, "teardown": 2}
OUTCOMES = {"passed": 0, "failed": 1, "skipped": 2, "rerun": 3}
SCOPES = {"function": 0, "class": 1, "module": 2, "package": 3, "session": 4}
WAS_XFAIL, IS_SUBTEST = 1, 2
NO_PARAMETER = NO_TEST = 0xFFFFFFFF


def encoded(text: str) -> bytes:
    """The bytes that pytest made `text` of; ids may hold lone surrogates of either origin."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


class Ring:
    """The writer's end: whole frames only, payload first, position last."""

    sleep = staticmethod(time.sleep)
    clock = staticmethod(time.clock_gettime_ns)
    pack_head = struct.Struct("=IHH").pack_into

    def __init__(self, path: str) -> None:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            size = os.fstat(fd).st_size
            self.memory = mmap.mmap(fd, size)
        finally:
            os.close(fd)
        self.words = memoryview(self.memory).cast("Q")
        self.capacity = size - HEADER_BYTES
        known = (RING_MAGIC, RING_VERSION, self.capacity)
        if tuple(self.words[0:3]) != known or self.words[WRITER_PID]:
            raise OSError("no ring of this version, or another process writes it")
        self.words[WRITER_TID] = _thread.get_native_id()
        self.words[WRITER_PID] = os.getpid()
        self.longest = self.capacity // 2
        self.position = 0
        self.limit = self.capacity
        self.sequence = 0
        self.patience = PATIENCE_S

    def place(self, size: int) -> int:
        """Where in memory a frame of `size` bytes goes; -1 if the parent left no room for it."""
        offset = self.position % self.capacity
        rest = self.capacity - offset
        needed = size if size <= rest else rest + size
        while self.position + needed > self.limit:
            self.limit = self.words[READ] + self.capacity
            if self.position + needed <= self.limit:
                break
            if self.patience <= 0:
                self.words[DROPPED] += 1
                return -1
            self.patience -= 0.001
            self.sleep(0.001)
        if size > rest:  # a frame is never split: the rest of the lap is padding
            self.pack_head(self.memory, HEADER_BYTES + offset, rest, PADDING, self.sequence)
            self.position += rest
            self.sequence = (self.sequence + 1) & 0xFFFF
            offset = 0
        return HEADER_BYTES + offset

    def show_gil(self) -> None:
        """Holds the GIL, then sleeps without it, until a parent that reads it has seen each."""
        words, clock = self.words, self.clock
        for moment in (HOLDING, RELEASED) if words[WATCHED] else ():
            words[MOMENT], deadline = moment, clock(1) + 1000000000  # ns of CLOCK_MONOTONIC
            while words[WATCHED] not in (0, moment) and clock(1) < deadline:
                if moment == RELEASED:
                    self.sleep(0.001)
        words[MOMENT] = 0

    def publish(self, size: int) -> None:
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.position += size
        self.words[WRITTEN] = self.position

    def frame(self, kind: int, payload: bytes) -> None:
        size = 8 + (len(payload) + 7) // 8 * 8
        at = self.place(size)
        if at >= 0:
            self.pack_head(self.memory, at, size, kind, self.sequence)
            self.memory[at + 8 : at + 8 + len(payload)] = payload
            self.publish(size)


def writers(ring: Ring) -> tuple[Callable[..., None], ...]:
    """The functions that write times: mark(kind, ...), point(what, is_end) and flush().

    A mark reads all clocks and counters of this thread and process, in about 50 us where a test had
    the caches for itself. A point reads two clocks and waits for the next flush. At the end of a
    phase there is a mark, too, if the last is a millisecond old and there is more to tell than a
    point does: 0.1 ms in which this thread did not run, or others did, or 50 ms of anything. What
    was used between two marks is known exactly, and the points say how to share it out.
    """
    pack, size = MARK.pack_into, MARK.size
    memory, place, publish = ring.memory, ring.place, ring.publish
    clock, monotonic = time.clock_gettime_ns, time.CLOCK_MONOTONIC
    thread, process = time.thread_time_ns, time.process_time_ns
    usage, own, reaped = resource.getrusage, resource.RUSAGE_THREAD, resource.RUSAGE_CHILDREN
    pread, schedstat = os.pread, open_schedstat()
    points: list[int] = []
    packers = [struct.Struct(f"=IHH{3 * count}Q").pack_into for count in range(9)]
    latest = latest_cpu = latest_of_all = 0

    def mark(kind: int, test: int = NO_TEST, a: int = 0, b: int = 0, c: int = 0) -> None:
        nonlocal schedstat, latest, latest_cpu, latest_of_all
        flush()
        latest = clock(monotonic)
        latest_cpu, latest_of_all = thread(), process()
        used, children = usage(own), usage(reaped)
        waited = b""
        if schedstat >= 0:
            try:
                waited = pread(schedstat, 55, 0)
            except OSError:  # the suite closed it; a descriptor is never opened twice
                schedstat = -1
        at = place(size)
        if at >= 0:
            pack(
                *(memory, at, size, kind, ring.sequence, test, a, b, c),
                *(latest, latest_cpu, latest_of_all),
                *(used[0], used[1], used[2], used[7], used[14], used[15]),
                *(children[0], children[1], waited),
            )
            publish(size)

    def point(what: int, is_end: bool = False) -> None:
        now, cpu = clock(monotonic), thread()
        points.extend((what, now, cpu))
        passed, used = now - latest, cpu - latest_cpu
        if (is_end and passed > 1000000) and (
            passed > 50000000 or passed - used > 100000 or process() - latest_of_all - used > 100000
        ):
            mark(COUNTERS)
        elif len(points) == 24:
            flush()

    def flush() -> None:
        if points:
            batch = 8 + 8 * len(points)
            at = place(batch)
            if at >= 0:
                packers[len(points) // 3](memory, at, batch, POINTS, ring.sequence, *points)
                publish(batch)
            points.clear()

    return mark, point, flush


def open_schedstat() -> int:
    """This thread's scheduler statistics, at a number high enough not to meet the suite's."""
    descriptor = -1
    with suppress(OSError):
        descriptor = low = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        descriptor = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 700)  # fails at a low limit
        os.close(low)
    return descriptor


class Recorder:
    """The hooks.  Plain ones wherever the end of a span can be taken from the next hook."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.mark, self.point, self.flush = writers(ring)
        self.enabled = True
        self.pid, self.thread = os.getpid(), _thread.get_ident()
        self.getpid, self.get_ident = os.getpid, _thread.get_ident
        self.pack = struct.pack
        self.test = NO_TEST
        self.tests: dict[int, int] = {}
        self.kept: list[object] = []  # so that an id() is never another object's later
        self.definitions: dict[int, int] = {}
        self.uses: tuple[object, list[tuple[str, int]]] = (None, [])
        self.parent: tuple[object, int, int] = (None, 0, 0)
        self.instances = 0
        os.register_at_fork(after_in_child=self.disable)

    def disable(self) -> None:
        self.enabled = False

    def guarded(self, body: Callable[..., Any], *args: Any) -> Any:
        """The door of every hook: no failure leaves it."""
        if not (self.enabled and self.get_ident() == self.thread and self.getpid() == self.pid):
            return None
        try:
            return body(*args)
        except Exception as error:
            self.enabled = False
            with suppress(Exception):
                reason = f"{type(error).__name__}: {error}"
                self.ring.frame(FAILED, encoded(reason)[:1000])
        return None

    # Session

    def fact(self, name: str, value: str) -> None:
        key, text = encoded(name), encoded(value)[: self.ring.longest - 1000]
        self.ring.frame(FACT, self.pack("=II", len(key), len(text)) + key + text)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.guarded(self.fact, "rootdir", str(session.config.rootpath))
        self.guarded(self.mark, CONFIGURED)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.guarded(self.mark, COLLECTED)
        self.guarded(self.announce_all, session.items)
        self.guarded(self.ring.show_gil)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.guarded(lambda: self.mark(FINISHED, NO_TEST, int(exitstatus) & 0xFFFFFFFF))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self.guarded(self.mark, UNCONFIGURED)

    # Collected items

    def announce_all(self, items: list[pytest.Item]) -> None:
        for item in items:
            if id(item) not in self.tests:
                self.announce(item)

    def announce(self, item: pytest.Item) -> int:
        index = self.tests[id(item)] = len(self.tests)
        self.kept.append(item)
        node_id = encoded(item.nodeid)[: self.ring.longest // 2]
        names = [encoded(name)[:1000] for name in self.groups(item)]
        groups = b"".join([self.pack("=I", len(name)) + name for name in names])
        uses = b"".join([self.pack("=II", *use) for use in self.fixtures(item)])
        head = (index, *self.prefixes(item), len(uses) // 8, len(groups), len(node_id))
        self.ring.frame(ITEM, self.pack("=6I", *head) + uses + groups + node_id)
        return index

    def prefixes(self, item: pytest.Item) -> tuple[int, int]:
        """Byte lengths of the parts of the node id that name its module and innermost class."""
        if self.parent[0] is not item.parent:
            nodes = [item.getparent(kind) for kind in (pytest.File, pytest.Class)]
            module, class_ = [len(encoded(node.nodeid)) if node else 0 for node in nodes]
            self.parent = (item.parent, module, class_)
        return self.parent[1:]

    @staticmethod
    def groups(item: pytest.Item) -> list[str]:
        """Names of the xdist_group marks as xdist reads them, outermost first."""
        if "xdist_group" not in item.keywords:  # much cheaper than to look for marks
            return []
        marks = list(item.iter_markers("xdist_group"))[::-1]
        return [str((*mark.args, mark.kwargs.get("name", "default"))[0]) for mark in marks]

    def fixtures(self, item: pytest.Item) -> Iterator[tuple[int, int]]:
        """(definition, parameter) of the wide fixtures known to be needed, in order of set-up."""
        known = getattr(item, "_fixtureinfo", None)
        if known is not None and self.uses[0] is not known:  # parametrisations may share one
            self.uses = (known, list(self.wide_fixtures(known)))
        if known is not None and self.uses[1]:
            indices = item.callspec.indices if hasattr(item, "callspec") else {}
            for name, definition in self.uses[1]:
                yield definition, indices.get(name, NO_PARAMETER)

    def wide_fixtures(self, known: Any) -> Iterator[tuple[str, int]]:
        for name in known.names_closure:
            chain = []
            for definition in reversed(known.name2fixturedefs.get(name, ())):
                chain.append(definition)
                if name not in definition.argnames:  # else it asks for what it overrides
                    break
            for definition in reversed(chain):
                if definition.scope != "function":
                    yield name, self.define(definition)

    def define(self, definition: Any) -> int:
        known = self.definitions.get(id(definition))
        if known is not None:
            return known
        index = self.definitions[id(definition)] = len(self.definitions)
        self.kept.append(definition)
        node = getattr(definition, "node", None)
        name = encoded(definition.argname)[:65536]
        base = encoded(definition.baseid if node is None else node.nodeid)[:65536]
        head = (index, SCOPES[definition.scope], len(name), len(base))
        self.ring.frame(FIXTURE, self.pack("=4I", *head) + name + base)
        return index

    # Tests

    def begin_test(self, item: pytest.Item) -> None:
        known = self.tests.get(id(item))
        self.test = self.announce(item) if known is None else known
        self.point(BEGUN | self.test << 32)

    def begin_setup(self) -> None:
        self.point(SET_UP | self.test << 32)
        self.flush()

    def end_phase(self, item: pytest.Item, when: str) -> None:
        phase = PHASES.get(when, 1)
        self.point(ENDED | phase << 8 | self.test << 32, True)
        if phase == 1:
            self.add_needs(item)

    def add_needs(self, item: pytest.Item) -> None:
        """Fixtures that were asked for by request.getfixturevalue(), be they new or not."""
        used = getattr(getattr(item, "_request", None), "_fixture_defs", None)
        named = item._fixtureinfo.name2fixturedefs if used else {}  # type: ignore[attr-defined]
        if used and not used.keys() <= named.keys():
            for name, definition in used.items():
                if name not in named and definition.scope != "function":
                    need = (self.test, self.define(definition), NO_PARAMETER, 0)
                    self.ring.frame(NEED, self.pack("=4I", *need))

    def report(self, report: Any) -> None:
        flags = WAS_XFAIL if hasattr(report, "wasxfail") else 0
        flags |= IS_SUBTEST if hasattr(report, "context") else 0  # its test reports for itself
        phase, outcome = PHASES.get(report.when, 1), OUTCOMES.get(report.outcome, 0)
        self.point(REPORTED | phase << 8 | outcome << 16 | flags << 24 | self.test << 32, True)
        self.flush()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        self.guarded(self.begin_test, item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self.guarded(self.begin_setup)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> None:
        self.guarded(self.end_phase, item, call.when)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        # The next phase begins when all have heard of this one.
        self.guarded(self.report, report)

    # Fixtures

    def begin_fixture(self, definition: Any, request: Any) -> int:
        number, self.instances = self.instances, self.instances + 1
        index = self.define(definition)
        parameter = request.param_index if hasattr(request, "param") else NO_PARAMETER
        definition.addfinalizer(lambda: self.guarded(self.mark, TEARDOWN_END, self.test, number))
        self.mark(SETUP_BEGIN, self.test, number, index, parameter)
        return number

    def end_fixture(self, definition: Any, number: int) -> None:
        self.mark(SETUP_END, self.test, number)
        definition.addfinalizer(lambda: self.guarded(self.mark, TEARDOWN_BEGIN, self.test, number))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        # Finalizers run last in, first out: what is added before the set-up ends the tear-down,
        # and what is added after it begins it, once all fixtures that depend on this one are gone.
        wide = fixturedef.scope != "function"
        number = self.guarded(self.begin_fixture, fixturedef, request) if wide else None
        yield
        if number is not None:
            self.guarded(self.end_fixture, fixturedef, number)


def without_own_words(words: list[str]) -> list[str]:
    for at, word in enumerate(words[:-1]):
        if word == "-p" and words[at + 1] == __name__:
            return [*words[:at], *words[at + 2 :]]
    return words


def restore_options(config: pytest.Config, options: Any) -> None:
    """Hides this plugin from what copies options, and undoes what they ask of pytest-xdist."""
    words = without_own_words([str(word) for word in config.invocation_params.args])
    object.__setattr__(config.invocation_params, "args", tuple(words))
    options.plugins = [name for name in options.plugins if name != __name__]
    active = getattr(options, "numprocesses", None), getattr(options, "tx", None)
    if any(active) or getattr(options, "dist", "no") != "no" or getattr(options, "distload", False):
        options.numprocesses, options.dist, options.tx, options.distload = 0, "no", [], False


def restore_process() -> str:
    """Puts environment, sys.path and sys.argv back; returns the path of the ring, or nothing."""
    path = os.environ.pop("ADVISOR_RECORDER_RING", "")
    if path:
        os.environ.pop("PYTHONPATH", None)
        if "ADVISOR_RECORDER_PYTHONPATH" in os.environ:
            os.environ["PYTHONPATH"] = os.environ.pop("ADVISOR_RECORDER_PYTHONPATH")
        own = os.path.dirname(__file__)
        sys.path[:] = [entry for entry in sys.path if entry != own]
        sys.path_importer_cache.pop(own, None)
        sys.argv[:] = without_own_words(sys.argv)
    return path


def attach() -> list[Recorder]:
    """The recorder; none where there is no ring for it: the parent sees that no frame came."""
    path = restore_process()
    with suppress(Exception):
        recorder = Recorder(Ring(path))
        recorder.guarded(recorder.mark, IMPORTED)
        recorder.guarded(recorder.fact, "python", sys.version.split()[0])
        recorder.guarded(recorder.fact, "pytest", pytest.__version__)
        return [recorder]
    return []


_waiting = attach()


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    # The first session of the process is the one to record; a nested one finds nothing waiting.
    for recorder in _waiting:
        recorder.guarded(restore_options, early_config, early_config.known_args_namespace)
        early_config.pluginmanager.register(recorder, "advisor_recorder_hooks")
    yield


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    while _waiting:
        _waiting.pop().guarded(restore_options, config, config.option)
    yield
