"""The parent's end of the recorder's ring, for tests: makes one, runs pytest on it, decodes it."""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

HEADER_BYTES = 4096
CAPACITY = 4 << 20
MAGIC = 0x474E495256444121
VERSION = 1
MARK = struct.Struct("=IIIIQQQddQQQQdd56p")
MARK_NAMES = [
    *("test", "a", "b", "c", "wall", "thread", "process", "utime", "stime", "maxrss", "majflt"),
    *("nvcsw", "nivcsw", "cutime", "cstime", "schedstat"),
]
KINDS = {
    1: "fact", 2: "fixture", 3: "item", 4: "need", 5: "points", 6: "failed", 7: "holdings",
    8: "gil", 9: "alone",
    16: "imported", 17: "configured", 18: "collected", 19: "finished", 20: "unconfigured",
    32: "counters",
    48: "setup_begin", 49: "setup_end", 50: "teardown_begin", 51: "teardown_end",
}  # fmt: skip


STEPS = ["test_begin", "phase_begin", "phase_end", "report"]
EDGES = ["make_begin", "make_end", "drop_begin", "drop_end"]  # of a fixture of function scope


@dataclass
class Frame:
    kind: str
    values: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


class Ring:
    def __init__(self, capacity: int = CAPACITY) -> None:
        self.fd = os.memfd_create("ring", os.MFD_CLOEXEC)
        os.ftruncate(self.fd, HEADER_BYTES + capacity)
        self.capacity = capacity
        self.memory = mmap.mmap(self.fd, HEADER_BYTES + capacity)
        self.words = memoryview(self.memory).cast("Q")
        self.words[0], self.words[1], self.words[2] = MAGIC, VERSION, capacity
        self.data = b""

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    def drain(self) -> None:
        read, written = self.words[16], self.words[8]
        begin, end = read % self.capacity, written % self.capacity
        data = self.memory[HEADER_BYTES:]
        if read != written:
            self.data += data[begin:end] if begin < end else data[begin:] + data[:end]
        self.words[16] = written

    def frames(self) -> list[Frame]:
        at, sequence, found = 0, 0, []
        while at < len(self.data):
            size, kind, number = struct.unpack_from("=IHH", self.data, at)
            assert number == sequence & 0xFFFF and size >= 8 and size % 8 == 0
            payload = self.data[at + 8 : at + size]
            if KINDS.get(kind) == "points":
                found += [point(payload[i : i + 24]) for i in range(0, len(payload), 24)]
            elif kind:
                found.append(decoded(KINDS[kind], payload))
            at, sequence = at + size, sequence + 1
        assert at == len(self.data)
        return found


def point(payload: bytes) -> Frame:
    if payload[0] >= len(STEPS):
        word, definition, wall, thread = struct.unpack("=IIQQ", payload)
        values = {"definition": definition, "parameter": word >> 8, "wall": wall, "thread": thread}
        return Frame(EDGES[payload[0] - len(STEPS)], values)
    step, phase, outcome, flags, test, wall, thread = struct.unpack("=BBBBIQQ", payload)
    values = {"test": test, "phase": phase, "wall": wall, "thread": thread}
    if step == STEPS.index("report"):
        values.update(outcome=outcome, flags=flags)
    return Frame(STEPS[step], values)


def decoded(kind: str, payload: bytes) -> Frame:
    if kind == "holdings":
        counted = ("since", "threads", "descriptors", "children")
        return Frame(kind, dict(zip(counted, struct.unpack("=4I", payload), strict=True)))
    if kind == "alone":
        test, length = struct.unpack_from("=II", payload)
        return Frame(kind, {"test": test, "because": payload[8 : 8 + length].decode()})
    if kind not in ("fact", "fixture", "item", "need", "failed"):
        return Frame(kind, dict(zip(MARK_NAMES, MARK.unpack(payload), strict=True)))
    if kind == "fact":
        key, value = struct.unpack_from("=II", payload)
        text = payload[8 : 8 + key + value]
        return Frame(kind, {"name": text[:key].decode(), "value": text[key:]})
    if kind == "failed":
        return Frame(kind, {"reason": payload.rstrip(b"\0").decode()})
    if kind == "need":
        test, definition, parameter = struct.unpack_from("=III", payload)
        return Frame(kind, {"test": test, "definition": definition, "parameter": parameter})
    if kind == "fixture":
        index, scope, name, base = struct.unpack_from("=4I", payload)
        text = payload[16 : 16 + name + base]
        values = {"index": index, "scope": scope, "name": text[:name].decode()}
        return Frame(kind, {**values, "base": text[name:].decode()})
    names: Sequence[str] = ("index", "module", "class_", "uses", "groups", "length")
    values = dict(zip(names, struct.unpack_from("=6I", payload), strict=True))
    at = 24
    values["uses"] = [struct.unpack_from("=II", payload, at + 8 * i) for i in range(values["uses"])]
    at += 8 * len(values["uses"])
    names_end, groups = at + values["groups"], []
    while at < names_end:
        (length,) = struct.unpack_from("=I", payload, at)
        groups.append(payload[at + 4 : at + 4 + length].decode())
        at += 4 + length
    values["groups"] = groups
    values["id"] = payload[at : at + values["length"]]
    return Frame(kind, values)


@dataclass
class Run:
    exit_code: int
    output: str
    frames: list[Frame]
    dropped: int = 0
    moments: list[int] = field(default_factory=list)

    def of(self, kind: str) -> list[Frame]:
        return [frame for frame in self.frames if frame.kind == kind]

    def ids(self) -> list[str]:
        return [frame.id.decode("utf-8", "surrogateescape") for frame in self.of("item")]

    def reports(self) -> list[tuple[str, int, int, int]]:
        ids = self.ids()
        return [(ids[f.test], f.phase, f.outcome, f.flags) for f in self.of("report")]


def record(
    command: Sequence[str],
    cwd: str,
    plugin: str,
    env: dict[str, str] | None = None,
    capacity: int = CAPACITY,
    timeout: float = 60,
    drain: bool = True,
    watch: bool = False,
) -> Run:
    """Runs `command`, which loads the recorder, and reads the ring meanwhile if `drain`.

    If `watch`, it answers the moments with and without the GIL that the recorder shows.
    """
    ring = Ring(capacity)
    ring.words[17] = int(watch)
    moments: list[int] = []
    environment = dict(os.environ if env is None else env)
    if "PYTHONPATH" in environment:
        environment["ADVISOR_RECORDER_PYTHONPATH"] = environment["PYTHONPATH"]
    inherited = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = plugin + (os.pathsep + inherited if inherited else "")
    environment["ADVISOR_RECORDER_RING"] = ring.path
    child = subprocess.Popen(
        list(command),
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    done = threading.Event()

    def reader() -> None:
        while not done.wait(0.002):
            if drain:
                ring.drain()
            if ring.words[12] and ring.words[12] not in moments:
                moments.append(ring.words[12])
                ring.words[17] = moments[-1]

    draining = threading.Thread(target=reader)
    draining.start()
    try:
        output = child.communicate(timeout=timeout)[0]
    except subprocess.TimeoutExpired:
        child.kill()
        output = child.communicate()[0] + b"\n(timeout)"
    finally:
        done.set()
        draining.join()
    ring.drain()
    text = output.decode("utf-8", "replace")
    return Run(child.returncode, text, ring.frames(), ring.words[9], moments)
