"""One test for each thing that a sampler must tell apart; each repeats it for TURN seconds.

Nothing here is asserted about time: whatever profiles this suite compares what it saw with what the
tests say of themselves, which they write to the file that ADVISOR_ACCEPTANCE names.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time

import pytest

TURN = float(os.environ.get("ADVISOR_ACCEPTANCE_TURN", "0.5"))


def repeat(body):
    end = time.monotonic() + TURN
    while time.monotonic() < end:
        body()


@pytest.fixture(autouse=True, scope="module")
def truth():
    facts = {}
    yield facts
    path = os.environ.get("ADVISOR_ACCEPTANCE")
    if path:
        with open(path, "w") as out:
            json.dump(facts, out)


def wait(truth, test, call):
    """Says of itself how long the call took, which does nothing but wait."""
    begin = time.monotonic()
    try:
        call()
    finally:
        waited = truth.setdefault("waited_s", {})
        waited[test] = waited.get(test, 0.0) + time.monotonic() - begin


def test_pure():
    repeat(lambda: sum(number * number for number in range(1000)))


def test_hash():
    block = b"x" * (4 << 20)
    repeat(lambda: hashlib.sha256(block).digest())


def test_sleep(truth):
    repeat(lambda: wait(truth, "test_sleep", lambda: time.sleep(0.02)))


def read_of_a_pipe(truth, test):
    read, write = os.pipe()
    timer = threading.Timer(TURN, os.write, (write, b"x"))
    timer.start()
    wait(truth, test, lambda: os.read(read, 1))
    timer.join()


def test_pipe(truth):
    read_of_a_pipe(truth, "test_pipe")


def test_pipe_beside_a_child(truth):
    words = [sys.executable, "-c", "input()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        read_of_a_pipe(truth, "test_pipe_beside_a_child")
        child.communicate(b"\n")


def cpu_of_children(*turns):
    """Runs a child for each, one after the other, that computes for so many seconds."""
    program = (
        "import sys, time\n"
        "end = time.process_time() + float(sys.argv[1])\n"
        "while time.process_time() < end:\n"
        "    sum(range(5000))\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for turn in turns:
        subprocess.run([sys.executable, "-c", program, str(turn)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after[0] + after[1] - before[0] - before[1]


def test_child(truth):
    truth.setdefault("children_cpu_s", {})["test_child"] = cpu_of_children(TURN)


def test_children(truth):
    truth.setdefault("children_cpu_s", {})["test_children"] = cpu_of_children(*[TURN / 5] * 8)


def test_socket(truth):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        client.settimeout(TURN)
        with pytest.raises(OSError):
            wait(truth, "test_socket", lambda: client.recv(1))


def test_lock(truth):
    lock = threading.Lock()
    lock.acquire()
    wait(truth, "test_lock", lambda: lock.acquire(timeout=TURN))
    assert lock.locked()


def test_file_lock(tmp_path):
    path = tmp_path / "lock"
    program = (
        "import fcntl, sys, time\n"
        "with open(sys.argv[1], 'w') as file:\n"
        "    fcntl.flock(file, fcntl.LOCK_EX)\n"
        "    print(flush=True)\n"
        "    time.sleep(float(sys.argv[2]))\n"
    )
    words = [sys.executable, "-c", program, str(path), str(TURN)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child, open(path, "w") as file:
        child.stdout.readline()
        fcntl.flock(file, fcntl.LOCK_EX)


def test_small_io(tmp_path):
    def body():
        with open(tmp_path / "file", "wb", buffering=0) as file:
            for _ in range(100):
                file.write(b"x" * 100)

    repeat(body)


def test_fsync(tmp_path):
    with open(tmp_path / "file", "wb", buffering=0) as file:

        def body():
            file.write(b"x" * 4096)
            os.fsync(file.fileno())

        repeat(body)


def test_threads():
    threads = [threading.Thread(target=test_pure) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_asyncio():
    async def body():
        await asyncio.gather(*[asyncio.sleep(TURN) for _ in range(10)])

    asyncio.run(body())
