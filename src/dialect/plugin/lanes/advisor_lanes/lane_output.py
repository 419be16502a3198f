"""What tests print and log, told with the test whose lane did it.

pytest captures into one stream for stdout and one for stderr, which become sys.stdout and
sys.stderr, and which handlers of logging may hold since they were made. While lanes run these
streams send what a lane writes to streams of that lane, of the same kind; nothing else of them
changes. Bytes that arrive at descriptors 1 and 2 from elsewhere (C code, child processes) cannot be
told apart: a test during which some arrive runs again alone, where pytest captures them.
"""

from __future__ import annotations

import copy
import inspect
import io
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import _pytest.capture as pytest_capture
import pytest
from _pytest.logging import LogCaptureHandler, caplog_handler_key, caplog_records_key

from . import lane

STREAMS = ("stdout", "stderr")


def stream_like(stream: Any) -> Any:
    """A new stream of a lane, which a test cannot tell from pytest's."""
    if isinstance(stream, pytest_capture.EncodedFile):
        return pytest_capture.EncodedFile(
            tempfile.TemporaryFile(buffering=0),
            encoding="utf-8",
            errors="replace",
            newline="",
            write_through=True,
        )
    if isinstance(stream, pytest_capture.TeeCaptureIO):
        return pytest_capture.TeeCaptureIO(stream._other)
    return pytest_capture.CaptureIO()


def taken(stream: Any) -> str:
    """What was written since the last time."""
    stream.seek(0)
    text: str = stream.read()
    stream.seek(0)
    stream.truncate()
    return text


class Dispatch:
    """Mixed into the class of a stream of pytest's while lanes run."""

    __slots__ = ()
    places: dict[int, tuple[str, Any]] = {}  # noqa: RUF012 (id -> name, stream of the main thread)

    def _here(self) -> Any:
        name, outside = Dispatch.places[id(self)]
        on = lane.current()
        if on is not None:
            return on.own[name]
        # A thread of nobody's: sequentially, whichever test runs would be told to have printed it.
        return outside if threading.current_thread() is threading.main_thread() else Nowhere

    def write(self, text: str) -> int:
        written: int = self._here().write(text)
        return written

    def writelines(self, lines: Any) -> None:
        self._here().writelines(lines)

    def flush(self) -> None:
        self._here().flush()

    def fileno(self) -> int:
        number: int = self._here().fileno()
        return number

    def isatty(self) -> bool:
        return bool(self._here().isatty())

    @property
    def buffer(self) -> Any:
        return self._here().buffer


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)

    @property
    def buffer(self) -> Any:
        return io.BytesIO()


Nowhere = _Nowhere()


class Descriptors:
    """Descriptors 1 and 2 lead to a file that must stay as long as it is."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed by restore)
        self.flush()
        self.saved = [os.dup(1), os.dup(2)]
        for descriptor in (1, 2):
            os.dup2(self.file.fileno(), descriptor)

    def flush(self) -> None:
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            with suppress(Exception):
                stream.flush()  # type: ignore[union-attr]

    @property
    def size(self) -> int:
        return os.fstat(self.file.fileno()).st_size

    def outside(self, number: int, like: Any) -> Any:
        """A stream to where the descriptor led before."""
        return open(
            self.saved[number - 1],
            "w",
            encoding=getattr(like, "encoding", None) or "utf-8",
            errors=getattr(like, "errors", None) or "replace",
            newline="",
            closefd=False,
        )

    def restore(self) -> None:
        self.flush()
        for descriptor, saved in zip((1, 2), self.saved):
            os.dup2(saved, descriptor)
            os.close(saved)
        self.file.close()


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
        for name in STREAMS:
            # Printed between two captured phases: this is for the terminal.
            text = taken(on.own[name])
            if text:
                on.own["between"].append((name, text))
        try:
            yield
        finally:
            for name in STREAMS:
                item.add_report_section(when, name, taken(on.own[name]))

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


class Flushing:
    """pytest's terminal writer flushes by itself only where its file does not."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class LaneHandler(logging.Handler):
    """On the root logger: gives a record to the handlers of its lane."""

    def handle(self, record: logging.LogRecord) -> bool:
        on = lane.current()
        if on is not None and on.own.get("logging"):
            for handler in on.own["log"]:
                if record.levelno >= handler.level:
                    handler.handle(record)
        return True
