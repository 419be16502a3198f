"""Messages through a pipe: length and checksum, then a value of builtin types.

One message holds all of a test, so it is there whole or not at all. The values are written by
`marshal`, between processes of one interpreter: it is quick, keeps tuples and carries any string,
lone surrogates included. It must be given exact builtin types (carry.py sees to that).
"""

from __future__ import annotations

import marshal
import os
import struct
import zlib
from collections.abc import Iterator
from typing import Any

HEAD = struct.Struct("=II")


class Damaged(Exception):
    """Something else has written into the pipe."""


def packed(value: Any, dumps=marshal.dumps, crc32=zlib.crc32) -> bytes:  # type: ignore[no-untyped-def]
    body = dumps(value)
    return b"".join((HEAD.pack(len(body), crc32(body)), body))


def write_all(fd: int, data: bytes, write=os.write) -> None:  # type: ignore[no-untyped-def]
    view = memoryview(data)
    while view:
        view = view[write(fd, view) :]


class Unpacker:
    """Takes bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        self._buffer += data
        while len(self._buffer) >= HEAD.size:
            length, checksum = HEAD.unpack_from(self._buffer)
            end = HEAD.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[HEAD.size : end])
            if zlib.crc32(body) != checksum:
                raise Damaged
            del self._buffer[:end]
            yield marshal.loads(body)
