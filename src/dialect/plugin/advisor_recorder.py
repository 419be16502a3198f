"""Records one sequential pytest run for advisor, without changing it.  PYTEST_DONT_REWRITE

The parent starts pytest with ``-p advisor_recorder`` and these variables:

- ``ADVISOR_RECORDER_RING``: the ring of shared memory to write into, "/proc/<pid>/fd/<n>".
- ``PYTHONPATH``: this file's private directory, then what the user had in it.
- ``ADVISOR_RECORDER_PYTHONPATH``: what the user had in it; unset if there was none.
- ``ADVISOR_RECORDER_NO_PEAKS``: the kernel's count of peak memory is the suite's alone.
- ``ADVISOR_GIL_COUNTERS``: the ring again, where the GIL is to be counted. Then ``LD_PRELOAD`` ends
  with the library beside this file, and ``ADVISOR_GIL_LD_PRELOAD`` is what the user had in it.

The parent reads and computes; this file does neither.  How it writes is in ``advisor_marks``; what
it says of collected tests in ``advisor_items``, of their steps in ``advisor_steps``, of unittest's
cases in ``advisor_unittest``, and of what they leave behind in ``advisor_leftovers``.  What it
promises the suite:

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

import pytest
from advisor_gil import begin_counting, counter
from advisor_hazards import found as hazards
from advisor_items import NO_PARAMETER, Items, encoded
from advisor_leftovers import leftovers
from advisor_marks import Counter, writers
from advisor_ring import HEADER_BYTES, NO_TEST, moments, open_ring
from advisor_standard import mmap
from advisor_steps import HOOKS, Steps, Talk, fixtures_of, in_c, in_python
from advisor_unittest import definitions, watch

# Kinds of frames.
FACT, FAILED = 1, 6
IMPORTED, CONFIGURED, COLLECTED, FINISHED, UNCONFIGURED = 16, 17, 18, 19, 20
SETUP_BEGIN, SETUP_END, TEARDOWN_BEGIN, TEARDOWN_END = 48, 49, 50, 51

# Points of a fixture of function scope, in the lowest byte of their word; above it 24 bits for the
# parameter and 32 for the definition.
MAKE_BEGIN, MAKE_END, DROP_BEGIN, DROP_END = 4, 5, 6, 7
NO_NARROW = 0xFFFFFF  # parameter


class Recorder:
    """The hooks.  Plain ones wherever the end of a span can be taken from the next hook."""

    def __init__(self, memory: mmap.mmap, counter: Counter | None, peaks: bool) -> None:
        self.writers = writers(memory, counter, peaks)
        self.frame, self.mark, self.point = self.writers[:3]
        self.show_gil = moments(memory)
        self.longest = (len(memory) - HEADER_BYTES) // 2  # of the frames that are written
        self.get_ident, self.pack = _thread.get_ident, struct.pack
        self.thread = _thread.get_ident()  # that writes; 0 when none does any more
        self.next_test, self.left = leftovers(
            self.frame, lambda because: self.fact("uncounted", because)
        )
        self.items = Items(self.frame, self.longest)
        self.instances = 0
        self.cases: dict[type, int] = {}  # of unittest, and what their points are written with
        self.spans_of = (
            (self.begin_narrow, self.end_narrow),
            (self.begin_fixture, self.end_fixture),
        )
        self.watch_tests()
        os.register_at_fork(after_in_child=self.leave)

    def leave(self) -> None:
        self.thread = 0
        self.steps.leave()

    def stop(self, error: Exception) -> None:
        self.leave()
        try:
            reason = f"{type(error).__name__}: {error}"
            self.frame(FAILED, encoded(reason)[:1000])
        except Exception:  # a wiped module has no suppress() either
            pass

    def guarded(self, body: Callable[..., Any], *args: Any) -> Any:
        """The door of every hook: no failure leaves it, and a hook that may run when the suite has
        wiped this module looks nothing up outside it."""
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
        self.guarded(self.items.announce_all, session.items)
        self.guarded(self.tell_hazards)
        self.guarded(self.watch_cases, session.items)
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
        self.guarded(lambda: self.mark(UNCONFIGURED))

    def tell_hazards(self) -> None:
        """What forked workers would refuse."""
        with suppress(Exception):  # what they say of an odd suite is no reason to stop
            reasons = "\n".join(reason.replace("\n", " ") for reason in hazards())
            if reasons:
                self.fact("unforkable", reasons)

    # Tests

    def watch_tests(self) -> None:
        items = self.items
        talk = Talk(items.tests, items.announce, self.count, items.find, self.add_needs, self.stop)
        self.steps = in_python(talk, self.point, self.writers.tell_reaped)
        self.sooner = in_c(talk) if self.writers.in_c else None
        first, last = pytest.hookimpl(tryfirst=True), pytest.hookimpl(trylast=True)
        self.pytest_runtest_protocol = first(self.steps.protocol)
        self.pytest_runtest_setup = first(self.steps.setup)
        self.pytest_runtest_makereport = first(self.steps.make_report)
        # The next phase begins when all have heard of this one.
        self.pytest_runtest_logreport = last(self.steps.log_report)

    def count(self, test: int) -> tuple[int, int]:
        return self.next_test(test, True)

    def add_needs(self, item: pytest.Item) -> None:
        used = fixtures_of(item)
        if used:
            self.items.add_needs(self.steps.test(), item, used)

    @pytest.hookimpl
    def pytest_plugin_registered(self, plugin: object, manager: Any) -> None:
        if plugin is self and self.sooner is not None:
            with suppress(Exception):  # a pluggy that does not allow it: those in Python do
                self.replace_hooks(manager, self.sooner)

    def replace_hooks(self, manager: Any, steps: Steps) -> None:
        own = {
            name: implementation
            for name in HOOKS
            for implementation in getattr(manager.hook, f"pytest_runtest_{name}").get_hookimpls()
            if implementation.plugin is self
        }
        if len(own) == len(HOOKS):
            for implementation, function in zip(own.values(), steps[: len(HOOKS)]):
                implementation.function = function
            self.steps = steps

    # Fixtures

    def begin_fixture(self, definition: Any, request: Any) -> int:
        number, self.instances = self.instances, self.instances + 1
        index = self.items.define(definition)
        parameter = request.param_index if hasattr(request, "param") else NO_PARAMETER
        definition.addfinalizer(partial(self.guarded, self.edge, TEARDOWN_END, number))
        self.edge(SETUP_BEGIN, number, index, parameter)
        return number

    def end_fixture(self, definition: Any, number: int) -> None:
        self.edge(SETUP_END, number)
        definition.addfinalizer(partial(self.guarded, self.edge, TEARDOWN_BEGIN, number))

    def edge(self, kind: int, *numbers: int) -> None:
        test = self.steps.test()
        self.next_test(test, False)
        self.mark(kind, test, *numbers)

    def begin_narrow(self, definition: Any, request: Any) -> Any:
        """What its points are written with; None for an argument of parametrize."""
        known = self.items.definitions.get(id(definition))
        if known is None:
            if getattr(definition.func, "__name__", "") == "get_direct_param_fixture_func":
                return None
            known = self.items.define(definition)
        at = request.param_index if hasattr(request, "param") else NO_NARROW
        parameter = min(at, NO_NARROW)
        what = parameter << 8 | known << 32
        definition.addfinalizer(partial(self.guarded, self.point, DROP_END | what))
        self.point(MAKE_BEGIN | what)
        return what

    def end_narrow(self, definition: Any, what: int) -> None:
        self.point(MAKE_END | what)
        definition.addfinalizer(partial(self.guarded, self.point, DROP_BEGIN | what))

    # unittest

    def watch_cases(self, items: list[pytest.Item]) -> None:
        with suppress(Exception):  # an odd item, or an odd unittest, is no reason to stop
            for case, definition in definitions(items).items():
                self.cases[case] = NO_NARROW << 8 | self.items.define(definition) << 32
            if self.cases:
                watch(partial(self.guarded, self.begin_case), partial(self.guarded, self.end_case))

    def begin_case(self, case: type, down: bool) -> int | None:
        what = self.cases.get(case)
        if what is not None:
            self.point((DROP_BEGIN if down else MAKE_BEGIN) | what)
        return what

    def end_case(self, what: int, down: bool) -> None:
        self.point((DROP_END if down else MAKE_END) | what)

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
