"""Streams that send what a lane writes to streams of that lane, and descriptors that are watched.

A stream of pytest's stays the object that it is, for handlers of logging and others hold it since
they were made; while lanes run its class is one that finds the lane's stream.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
from contextlib import suppress
from typing import Any

import _pytest.capture as pytest_capture

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


def is_empty(stream: Any) -> bool:
    if isinstance(stream, pytest_capture.CaptureIO):
        buffer: Any = stream.buffer
        return not buffer.getbuffer().nbytes
    return not os.fstat(stream.fileno()).st_size


def taken(stream: Any) -> str:
    """What was written since the last time."""
    if is_empty(stream):  # as nearly always, and to read that takes long
        return ""
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
        self.lanes: list[lane.Lane] = []
        self.explained = 0  # the size when a test ended whose child may have written
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

    def may_be_of(self, on: lane.Lane, before: int) -> bool:
        """Whether the lane's test, before which the file had that size, may have written to it.
        Where a test started a child process that may, no other is suspected: tests that run again
        find what they have changed."""
        size = self.size
        if size == before:
            return False
        if on.child_may_write:
            self.explained = max(self.explained, size)
            return True
        return size > self.explained and not any(one.child_may_write for one in self.lanes)

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


class Flushing:
    """pytest's terminal writer flushes by itself only where its file does not."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
