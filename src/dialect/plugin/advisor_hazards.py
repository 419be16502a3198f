"""What makes a fork of a collected process unsafe.  PYTEST_DONT_REWRITE

Forked workers look for it before they are made, and the recorder when all is collected: so that
nothing is recommended which would be refused. Nothing is imported for it that pytest has not: what
a module's objects could do is asked only where the suite has imported it.
"""

from __future__ import annotations

import gc
import os
import stat
import sys
import threading
from typing import Any

# Threads that wait for something the forks do without, by the module that runs in them.
HARMLESS_THREADS = {
    "pytest_rerunfailures",  # answers workers of pytest-xdist about tests that crashed
    "tqdm._monitor",  # redraws progress bars
}
# Modules whose threads or devices do not survive a fork, by their own documentation.
NOT_AFTER_FORK = {
    "grpc": "gRPC does not support a fork of a process that has used it",
    "jax": "JAX is multithreaded, and says that a fork of it deadlocks",
    "tensorflow": "TensorFlow is not fork-safe",
    "ray": "a process connected to Ray cannot be forked",
    "pyspark.java_gateway": "a connection to the JVM cannot be shared",
}


def found() -> list[str]:
    """Reasons, each a sentence that names who it is about."""
    return [
        *(f"the thread {name} is running" for name in threads()),
        *(why for module, why in NOT_AFTER_FORK.items() if module in sys.modules),
        *event_loops(),
        *locks_between_processes(),
        *cuda(),
        *connections(),
        *databases(),
    ]


def module_running_in(thread: threading.Thread) -> str:
    """The module of the outermost function that is not the threading module's own."""
    module, frame = "", sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        module = module if name == "threading" else name
        frame = frame.f_back
    return module


def threads() -> list[str]:
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    return [
        f"{thread.name!r} of {module}" if module else repr(thread.name)
        for thread in others
        for module in [module_running_in(thread)]
        if module not in HARMLESS_THREADS
    ]


def event_loops() -> list[str]:
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is not None and asyncio._get_running_loop() is not None:
        return ["an event loop of asyncio is running"]
    return []


def locks_between_processes() -> list[str]:
    """A lock, event or queue of multiprocessing lies in memory that forked workers would share: one
    would wait for another's (pyftpdlib keeps an event in a class, and its tests stop for ever)."""
    synchronize: Any = sys.modules.get("multiprocessing.synchronize")
    if synchronize is None or not any(
        issubclass(type(thing), synchronize.SemLock) for thing in gc.get_objects()
    ):
        return []
    return ["a lock of multiprocessing was made before the tests, and all workers would share it"]


def cuda() -> list[str]:
    torch: Any = sys.modules.get("torch")
    initialized = getattr(getattr(torch, "cuda", None), "is_initialized", None)
    return (
        ["CUDA is initialized, and cannot be after a fork"] if initialized and initialized() else []
    )


def descriptors() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2]
    except OSError:  # no /proc: nothing can be said
        return []


def is_socket(fd: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False


def peer_of(fd: int) -> Any:
    """The other end of a network connection; None of anything else."""
    socket: Any = sys.modules.get("socket")
    try:
        if socket is None or not is_socket(fd):
            return None
        with socket.socket(fileno=os.dup(fd)) as copy:
            if copy.family not in (socket.AF_INET, socket.AF_INET6):
                return None
            return copy.getpeername()[:2]
    except OSError:
        return None


_inherited = {fd for fd in descriptors() if is_socket(fd)}


def connections() -> list[str]:
    peers = [peer_of(fd) for fd in descriptors() if fd not in _inherited]
    return [
        f"a connection to {host[0]} port {host[1]} is open, and all workers would share it"
        for host in peers
        if host is not None
    ]


def is_database(fd: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(fd).st_mode) and os.pread(fd, 16, 0) == b"SQLite format 3\0"
    except OSError:
        return False


def databases() -> list[str]:
    """SQLite forbids to carry an open database across a fork (sqlite.org/howtocorrupt.html)."""
    if "sqlite3" not in sys.modules:
        return []
    names = {os.readlink(f"/proc/self/fd/{fd}") for fd in descriptors() if is_database(fd)}
    return [
        f"the SQLite database {name} is open, and must not be carried across a fork"
        for name in sorted(names)
        if not os.path.basename(name).startswith(".coverage")
    ]
