"""Records one sequential pytest run for advisor, without changing it.  PYTEST_DONT_REWRITE

The parent starts pytest with ``-p advisor_recorder`` and these variables:

- ``ADVISOR_RECORDER_RING``: the ring of shared memory to write into, "/proc/<pid>/fd/<n>".
- ``PYTHONPATH``: this file's private directory, then what the user had in it.
- ``ADVISOR_RECORDER_PYTHONPATH``: what the user had in it; unset if there was none.
- ``ADVISOR_RECORDER_NO_PEAKS``: the kernel's count of peak memory is the suite's alone.
- ``ADVISOR_GIL_COUNTERS``: the ring again, where the GIL is to be counted. Then ``LD_PRELOAD`` ends
  with the library beside this file, and ``ADVISOR_GIL_LD_PRELOAD`` is what the user had in it.

The parent reads and computes; this file does neither.  How it writes is in ``advisor_marks``, what
tests leave behind is counted in ``advisor_leftovers``.  What it promises the suite:

- The process looks untouched: environment, sys.path and the lists of arguments are put back at
  import. Only ADVISOR_RUN_ID stays, by which advisor finds processes that a test leaves behind.
- The first session of the process is recorded, and runs without xdist; nested ones are left alone.
- It never prints and never fails a test.  Whatever goes wrong inside it ends the recording, and
  the reason is the last frame.
- Only the thread and process that loaded it write, so that a forked child or a thread runner
  cannot mix its frames in.
- Suites wipe modules and fake functions: what is needed while tests run is bound at import.
"""

from __future__ import annotations

import _thread
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import advisor_alone
import pytest
from advisor_gil import begin_counting, counter
from advisor_hazards import found as hazards
from advisor_leftovers import leftovers
from advisor_marks import Counter, writers
from advisor_ring import HEADER_BYTES, NO_TEST, moments, open_ring
from advisor_standard import mmap
from advisor_writer import TO_FORK

# Kinds of frames.
FACT, FIXTURE, ITEM, NEED, FAILED, ALONE = 1, 2, 3, 4, 6, 9
IMPORTED, CONFIGURED, COLLECTED, FINISHED, UNCONFIGURED = 16, 17, 18, 19, 20
SETUP_BEGIN, SETUP_END, TEARDOWN_BEGIN, TEARDOWN_END = 48, 49, 50, 51

# Points of a test, in the lowest byte of their word; above it one byte each for the phase, the
# outcome and the flags of a report, and 32 bits for the test.
BEGUN, SET_UP, ENDED, REPORTED = 0, 1, 2, 3

# Points of a fixture of function scope, likewise; above it 24 bits for the parameter and 32 for the
# definition.
MAKE_BEGIN, MAKE_END, DROP_BEGIN, DROP_END = 4, 5, 6, 7

PHASES = {"setup": 0, "call": 1, "teardown": 2}
OUTCOMES = {"passed": 0, "failed": 1, "skipped": 2, "rerun": 3}
SCOPES = {"function": 0, "class": 1, "module": 2, "package": 3, "session": 4}
WAS_XFAIL, IS_SUBTEST = 1, 2
END_OF_CALL = ENDED | PHASES["call"] << 8
NO_PARAMETER = 0xFFFFFFFF
NO_NARROW = 0xFFFFFF  # likewise, in 24 bits


def encoded(text: str) -> bytes:
    """The bytes that pytest made `text` of; ids may hold lone surrogates of either origin."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


class Recorder:
    """The hooks.  Plain ones wherever the end of a span can be taken from the next hook."""

    def __init__(self, memory: mmap.mmap, counter: Counter | None, peaks: bool) -> None:
        self.frame, self.mark, self.point, self.tell_reaped = writers(memory, counter, peaks)
        self.show_gil = moments(memory)
        self.longest = (len(memory) - HEADER_BYTES) // 2  # of the frames that are written
        self.get_ident, self.pack = _thread.get_ident, struct.pack
        self.thread = _thread.get_ident()  # that writes; 0 when none does any more
        self.next_test, self.left = leftovers(
            self.frame, lambda because: self.fact("uncounted", because)
        )
        self.test = NO_TEST
        self.tests: dict[int, int] = {}
        self.kept: list[object] = []  # so that an id() is never another object's later
        self.definitions: dict[int, int] = {}
        self.uses: tuple[object, list[tuple[str, int]]] = (None, [])
        self.parent: tuple[object, tuple[int, int, bool, bool]] = (None, (0, 0, False, False))
        self.alone: tuple[object, str | None] = (None, None)
        self.instances = 0
        self.spans_of = (
            (self.begin_narrow, self.end_narrow),
            (self.begin_fixture, self.end_fixture),
        )
        self.watch_tests()
        os.register_at_fork(after_in_child=self.leave)

    def leave(self) -> None:
        self.thread = 0

    def stop(self, error: Exception) -> None:
        self.leave()
        with suppress(Exception):
            reason = f"{type(error).__name__}: {error}"
            self.frame(FAILED, encoded(reason)[:1000])

    def guarded(self, body: Callable[..., Any], *args: Any) -> Any:
        """The door of every hook: no failure leaves it."""
        if self.get_ident() != self.thread:
            return None
        try:
            return body(*args)
        except Exception as error:
            self.stop(error)
        return None

    # Session

    def fact(self, name: str, value: str) -> None:
        key, text = encoded(name), encoded(value)[: self.longest - 1000]
        self.frame(FACT, self.pack("=II", len(key), len(text)) + key + text)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.guarded(self.fact, "rootdir", str(session.config.rootpath))
        self.guarded(self.mark, CONFIGURED)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.guarded(self.mark, COLLECTED)
        self.guarded(self.announce_all, session.items)
        self.guarded(self.tell_hazards)
        self.guarded(self.show_gil)

    def finish(self, status: int) -> None:
        self.next_test(NO_TEST, False)
        self.mark(FINISHED, NO_TEST, status & 0xFFFFFFFF)
        with suppress(Exception):  # a name less is no reason to stop
            left = "\n".join(self.left())
            if left:
                self.fact("left", left)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.guarded(lambda: self.finish(int(exitstatus)))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self.guarded(self.mark, UNCONFIGURED)

    # Collected items

    def tell_hazards(self) -> None:
        """What forked workers would refuse."""
        with suppress(Exception):  # what they say of an odd suite is no reason to stop
            reasons = "\n".join(reason.replace("\n", " ") for reason in hazards())
            if reasons:
                self.fact("unforkable", reasons)

    def announce_all(self, items: list[pytest.Item]) -> None:
        for item in items:
            if id(item) not in self.tests:
                self.announce(item)

    def announce(self, item: pytest.Item) -> int:
        index = self.tests[id(item)] = len(self.tests)
        self.kept.append(item)
        node_id = encoded(item.nodeid)[: self.longest // 2]
        module, class_, in_group, marked = self.of_parent(item)
        groups = self.groups(item) if in_group or item.own_markers else b""
        uses = self.fixtures(item)
        head = self.pack("=6I", index, module, class_, len(uses) // 8, len(groups), len(node_id))
        self.frame(ITEM, head + uses + groups + node_id)
        self.tell_alone(item, index, marked)
        return index

    def tell_alone(self, item: pytest.Item, index: int, marked: bool) -> None:
        """Why the test must not run beside others on threads, where that is known of it."""
        because = None
        with suppress(Exception):  # what it says of an odd item is no reason to stop
            known = getattr(item, "_fixtureinfo", None)
            if known is None or self.alone[0] is not known:  # parametrisations may share one
                self.alone = (known, advisor_alone.of_item(item))
            because = self.alone[1]
            if because is None:
                own = (mark.name in advisor_alone.MARKS for mark in item.own_markers)
                because = advisor_alone.of_marks(item) if marked or any(own) else None
        if because is not None:
            text = encoded(because)[:1000]
            self.frame(ALONE, self.pack("=II", index, len(text)) + text)

    def of_parent(self, item: pytest.Item) -> tuple[int, int, bool, bool]:
        """Byte lengths of the parts of the node id that name its module and innermost class;
        whether one of its parents is in a group of xdist, and has a mark to run alone."""
        parent = item.parent
        if self.parent[0] is not parent:
            nodes = [item.getparent(kind) for kind in (pytest.File, pytest.Class)]
            module, class_ = [len(encoded(node.nodeid)) if node else 0 for node in nodes]
            marks = parent.keywords if parent is not None else ()
            in_group = "xdist_group" in marks
            marked = any(name in marks for name in advisor_alone.MARKS)
            self.parent = (parent, (module, class_, in_group, marked))
        return self.parent[1]

    def groups(self, item: pytest.Item) -> bytes:
        """Names of the xdist_group marks as xdist reads them, outermost first."""
        marks = list(item.iter_markers("xdist_group"))[::-1]
        names = [str((*mark.args, mark.kwargs.get("name", "default"))[0]) for mark in marks]
        texts = [encoded(name)[:1000] for name in names]
        return b"".join([self.pack("=I", len(text)) + text for text in texts])

    def fixtures(self, item: pytest.Item) -> bytes:
        """(definition, parameter) of the wide fixtures known to be needed, in order of set-up."""
        known = getattr(item, "_fixtureinfo", None)
        if known is None:
            return b""
        if self.uses[0] is not known:  # parametrisations may share one
            self.uses = (known, list(self.wide_fixtures(known)))
        if not self.uses[1]:
            return b""
        at = item.callspec.indices if hasattr(item, "callspec") else {}
        uses = [(definition, at.get(name, NO_PARAMETER)) for name, definition in self.uses[1]]
        return b"".join([self.pack("=II", *use) for use in uses])

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
        self.frame(FIXTURE, self.pack("=4I", *head) + name + base)
        return index

    # Tests

    def watch_tests(self) -> None:
        """Makes the hooks that every test pays for: closures, with the door within."""
        get_ident, point, tests = self.get_ident, self.point, self.tests
        next_test, tell_reaped, add_needs = self.next_test, self.tell_reaped, self.add_needs
        ends = {when: ENDED | phase << 8 for when, phase in PHASES.items()}
        told = {
            (when, outcome): REPORTED | phase << 8 | result << 16
            for when, phase in PHASES.items()
            for outcome, result in OUTCOMES.items()
        }
        here = phase_began = 0
        may_reap = True
        begun: pytest.Item | None = None

        def begin(item: pytest.Item) -> None:
            nonlocal here, begun, may_reap
            known = tests.get(id(item))
            next_ = self.announce(item) if known is None else known
            children = next_test(next_, True)
            if children is not None:
                may_reap = children > 0
            self.test, here, begun = next_, next_ << 32, item
            point(BEGUN | here)

        @pytest.hookimpl(tryfirst=True)
        def protocol(item: pytest.Item) -> None:
            if get_ident() == self.thread:
                try:
                    begin(item)
                except Exception as error:
                    self.stop(error)

        @pytest.hookimpl(tryfirst=True)
        def setup(item: pytest.Item) -> None:
            nonlocal phase_began
            if get_ident() == self.thread:
                try:
                    if item is not begun:  # another plugin ran it, and ours was not asked
                        begin(item)
                    phase_began = point(SET_UP | here)
                except Exception as error:
                    self.stop(error)

        @pytest.hookimpl(tryfirst=True)
        def make_report(item: pytest.Item, call: Any) -> None:
            nonlocal may_reap
            if get_ident() == self.thread:
                try:
                    what = ends.get(call.when, END_OF_CALL)
                    # A child to reap was there when they were counted, or was started since then
                    # in a phase that was not too short for it.
                    if point(what | here) - phase_began > TO_FORK:
                        may_reap = True
                    if may_reap:
                        tell_reaped()
                    if what == END_OF_CALL:
                        add_needs(item)
                except Exception as error:
                    self.stop(error)

        @pytest.hookimpl(trylast=True)
        def log_report(report: Any) -> None:
            nonlocal phase_began
            # The next phase begins when all have heard of this one.
            if get_ident() == self.thread:
                try:
                    what = told.get((report.when, report.outcome))
                    if what is None:  # another plugin's outcome, or phase
                        what = REPORTED | PHASES.get(report.when, 1) << 8
                    if hasattr(report, "wasxfail"):
                        what |= WAS_XFAIL << 24
                    if hasattr(report, "context"):  # not its test's end
                        what |= IS_SUBTEST << 24
                    phase_began = point(what | here)
                except Exception as error:
                    self.stop(error)

        self.pytest_runtest_protocol, self.pytest_runtest_setup = protocol, setup
        self.pytest_runtest_makereport, self.pytest_runtest_logreport = make_report, log_report

    def add_needs(self, item: pytest.Item) -> None:
        """Fixtures that were asked for by request.getfixturevalue(), be they new or not."""
        used = getattr(getattr(item, "_request", None), "_fixture_defs", None)
        named = item._fixtureinfo.name2fixturedefs if used else {}  # type: ignore[attr-defined]
        if used and not used.keys() <= named.keys():
            for name, definition in used.items():
                if name not in named and definition.scope != "function":
                    need = (self.test, self.define(definition), NO_PARAMETER, 0)
                    self.frame(NEED, self.pack("=4I", *need))

    # Fixtures

    def begin_fixture(self, definition: Any, request: Any) -> int:
        number, self.instances = self.instances, self.instances + 1
        index = self.define(definition)
        parameter = request.param_index if hasattr(request, "param") else NO_PARAMETER
        definition.addfinalizer(lambda: self.guarded(self.edge, TEARDOWN_END, number))
        self.edge(SETUP_BEGIN, number, index, parameter)
        return number

    def end_fixture(self, definition: Any, number: int) -> None:
        self.edge(SETUP_END, number)
        definition.addfinalizer(lambda: self.guarded(self.edge, TEARDOWN_BEGIN, number))

    def edge(self, kind: int, *numbers: int) -> None:
        self.next_test(self.test, False)
        self.mark(kind, self.test, *numbers)

    def begin_narrow(self, definition: Any, request: Any) -> Any:
        """What its points are written with; None for an argument of parametrize."""
        known = self.definitions.get(id(definition))
        if known is None:
            if getattr(definition.func, "__name__", "") == "get_direct_param_fixture_func":
                return None
            known = self.define(definition)
        at = request.param_index if hasattr(request, "param") else NO_NARROW
        parameter = min(at, NO_NARROW)
        what = parameter << 8 | known << 32
        definition.addfinalizer(lambda: self.guarded(self.point, DROP_END | what))
        self.point(MAKE_BEGIN | what)
        return what

    def end_narrow(self, definition: Any, what: int) -> None:
        self.point(MAKE_END | what)
        definition.addfinalizer(lambda: self.guarded(self.point, DROP_BEGIN | what))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        # Finalizers run last in, first out: what is added before the set-up ends the tear-down,
        # and what is added after it begins it, once all fixtures that depend on this one are gone.
        wide = fixturedef.scope != "function"
        begin, end = self.spans_of[wide]
        number = self.guarded(begin, fixturedef, request)
        yield
        if number is not None:
            self.guarded(end, fixturedef, number)


def without_own_words(words: list[str]) -> list[str]:
    for at, word in enumerate(words[:-1]):
        if word == "-p" and words[at + 1] == __name__:
            return [*words[:at], *words[at + 2 :]]
    return words


def workers_asked_for(options: Any) -> str:
    """In pytest-xdist's words; nothing where it is not to start any."""
    count, tx = getattr(options, "numprocesses", None), getattr(options, "tx", None)
    dist = "load" if getattr(options, "distload", False) else getattr(options, "dist", "no")
    words = [f"-n {count}"] if count else [f"--tx {word}" for word in tx or []]
    return " ".join(words + ([] if dist == "no" else [f"--dist {dist}"]))


def restore_options(recorder: Recorder, config: pytest.Config, options: Any) -> None:
    """Hides this plugin from what copies options, and undoes what they ask of pytest-xdist."""
    words = without_own_words([str(word) for word in config.invocation_params.args])
    object.__setattr__(config.invocation_params, "args", tuple(words))
    options.plugins = [name for name in options.plugins if name != __name__]
    if getattr(options, "looponfail", False):
        options.looponfail = False
    workers = workers_asked_for(options)
    if workers:
        recorder.fact("workers", workers)
        options.numprocesses, options.dist, options.tx, options.distload = 0, "no", [], False


def put_back(name: str, kept: str) -> None:
    os.environ.pop(name, None)
    if kept in os.environ:
        os.environ[name] = os.environ.pop(kept)


def restore_process() -> tuple[str, bool, bool]:
    """Puts environment, sys.path and arguments back; returns the path of the ring, or nothing,
    whether the GIL is to be counted, and whether peaks of memory may be restarted."""
    path = os.environ.pop("ADVISOR_RECORDER_RING", "")
    peaks = os.environ.pop("ADVISOR_RECORDER_NO_PEAKS", None) is None
    counts = path != "" and os.environ.get("ADVISOR_GIL_COUNTERS") == path
    if counts:
        del os.environ["ADVISOR_GIL_COUNTERS"]
    if path:
        own = os.path.dirname(__file__)
        put_back("PYTHONPATH", "ADVISOR_RECORDER_PYTHONPATH")
        if own in os.environ.get("LD_PRELOAD", ""):  # else a launcher has set its own
            put_back("LD_PRELOAD", "ADVISOR_GIL_LD_PRELOAD")
        os.environ.pop("ADVISOR_GIL_LD_PRELOAD", None)
        sys.path[:] = [entry for entry in sys.path if entry != own]
        sys.path_importer_cache.pop(own, None)
        for words in (sys.argv, getattr(sys, "orig_argv", [])):  # from 3.10 on
            words[:] = without_own_words(words)
    return path, counts, peaks


def attach() -> list[Recorder]:
    """The recorder; none where there is no ring for it: the parent sees that no frame came."""
    path, counts, peaks = restore_process()
    with suppress(Exception):
        memory = open_ring(path)
        why_not = begin_counting(memory) if counts else "it was not asked for"
        recorder = Recorder(memory, None if why_not else partial(counter, memory), peaks)
        recorder.guarded(recorder.mark, IMPORTED)
        recorder.guarded(recorder.fact, "python", sys.version.split()[0])
        recorder.guarded(recorder.fact, "pytest", pytest.__version__)
        if counts and why_not:
            recorder.guarded(recorder.fact, "gil_uncounted", why_not)
        return [recorder]
    return []


_waiting = attach()


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    # The first session of the process is the one to record; a nested one finds nothing waiting.
    for recorder in _waiting:
        recorder.guarded(restore_options, recorder, early_config, early_config.known_args_namespace)
        early_config.pluginmanager.register(recorder, "advisor_recorder_hooks")
    yield


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    while _waiting:
        recorder = _waiting.pop()
        recorder.guarded(restore_options, recorder, config, config.option)
    yield
