"""What tests print and log, told with the test whose lane did it.

pytest captures into one stream for stdout and one for stderr, which become sys.stdout and
sys.stderr, and which handlers of logging may hold since they were made. While lanes run these
streams send what a lane writes to streams of that lane, of the same kind; nothing else of them
changes. Bytes that arrive at descriptors 1 and 2 from elsewhere (C code, child processes) cannot be
told apart: tests that may have written them run again alone, where pytest captures them.
"""

from __future__ import annotations

import copy
import inspect
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from _pytest.logging import LogCaptureHandler, caplog_handler_key, caplog_records_key

from . import lane
from .lane_streams import STREAMS, Descriptors, Dispatch, Flushing, stream_like, taken


class Output:
    """All of it, for the time that lanes run."""

    def __init__(self, config: pytest.Config) -> None:
        manager = config.pluginmanager
        self.capture: Any = manager.getplugin("capturemanager")
        self.logs: Any = manager.getplugin("logging-plugin")
        self.reporter: Any = manager.getplugin("terminalreporter")
        self.captured: dict[str, Any] = {}  # pytest's stream of each name
        self.descriptors: Descriptors | None = None

    def prepare(self, on: lane.Lane) -> None:
        """Gives a lane what it writes to."""
        if self.descriptors is not None:
            self.descriptors.lanes.append(on)
        for name, stream in self.captured.items():
            on.own[name] = stream_like(stream)
        if self.logs is not None:
            handlers = (LogCaptureHandler(), LogCaptureHandler())
            formatter = copy.copy(self.logs.formatter)  # the coloured one keeps state
            for handler in handlers:
                handler.setFormatter(formatter)
                if self.logs.log_level is not None:
                    handler.setLevel(self.logs.log_level)
            on.own["log"] = handlers

    def forget(self, on: lane.Lane) -> None:
        """What a lane has written and nobody is told."""
        for name in self.captured:
            taken(on.own[name])

    @contextmanager
    def by_lane(self) -> Iterator[None]:
        with ExitStack() as stack:
            if self.capture is not None and self.capture.is_globally_capturing():
                self.capture_by_lane(stack)
            if self.logs is not None:
                self.log_by_lane(stack)
            yield

    # --- streams

    def capture_by_lane(self, stack: ExitStack) -> None:
        capturing = self.capture._global_capturing
        self.captured = {"stdout": capturing.out.tmpfile, "stderr": capturing.err.tmpfile}
        outside = {"stdout": sys.stdout, "stderr": sys.stderr}
        if self.capture._method == "fd":
            self.descriptors = Descriptors()
            stack.callback(self.descriptors.restore)
            for number, name in enumerate(STREAMS, 1):
                outside[name] = self.descriptors.outside(number, outside[name])
                stack.callback(outside[name].flush)
            self.keep_terminal(stack, outside["stdout"])
        for name, stream in self.captured.items():
            Dispatch.places[id(stream)] = (name, outside[name])
            kind = type(stream)
            stack.callback(setattr, stream, "__class__", kind)
            stream.__class__ = type(kind.__name__, (Dispatch, kind), {"__slots__": ()})
            stack.callback(setattr, sys, name, getattr(sys, name))
            setattr(sys, name, stream)
        stack.callback(vars(self.capture).pop, "item_capture", None)
        self.capture.item_capture = self.item_capture

    def keep_terminal(self, stack: ExitStack, stream: Any) -> None:
        """The reporter goes on to write to the terminal."""
        writer = getattr(self.reporter, "_tw", None)
        with suppress(Exception):
            if writer is not None and writer._file.fileno() == 1:
                stack.callback(setattr, writer, "_file", writer._file)
                stack.callback(stream.flush)
                writer._file = Flushing(stream)

    @contextmanager
    def item_capture(self, when: str, item: pytest.Item) -> Iterator[None]:
        on = lane.current()
        assert on is not None, "no test runs elsewhere while lanes run"
        self.take_between(on)
        try:
            yield
        finally:
            for name in STREAMS:
                item.add_report_section(when, name, taken(on.own[name]))

    def take_between(self, on: lane.Lane) -> None:
        """What was printed between two captured phases, by hooks: this is for the terminal."""
        for name in self.captured:
            text = taken(on.own[name])
            if text:
                on.own["between"].append((name, text))

    # --- logs

    def log_by_lane(self, stack: ExitStack) -> None:
        root, handler = logging.getLogger(), LaneHandler()
        level = self.logs.log_level
        if level is not None:
            stack.callback(root.setLevel, root.level)
            root.setLevel(min(root.level, level))
        root.addHandler(handler)
        stack.callback(root.removeHandler, handler)
        stack.callback(vars(self.logs).pop, "_runtest_for", None)
        # Before pytest 8 it was no context manager, but a generator to be continued.
        bare = inspect.isgeneratorfunction(type(self.logs)._runtest_for)
        self.logs._runtest_for = self.runtest_for if bare else contextmanager(self.runtest_for)

    def runtest_for(self, item: pytest.Item, when: str) -> Iterator[None]:
        on = lane.current()
        assert on is not None, "no test runs elsewhere while lanes run"
        caplog, report = on.own["log"]
        caplog.reset()
        report.reset()
        item.stash[caplog_records_key][when] = caplog.records
        item.stash[caplog_handler_key] = caplog
        on.own["logging"] = True
        try:
            yield
        finally:
            on.own["logging"] = False
            item.add_report_section(when, "log", report.stream.getvalue().strip())


class LaneHandler(logging.Handler):
    """On the root logger: gives a record to the handlers of its lane."""

    def handle(self, record: logging.LogRecord) -> bool:
        on = lane.current()
        if on is not None and on.own.get("logging"):
            for handler in on.own["log"]:
                if record.levelno >= handler.level:
                    handler.handle(record)
        return True
