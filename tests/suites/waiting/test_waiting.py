"""Where time goes: the name says what a test does, for about 60 ms each."""

import os
import subprocess
import sys
import threading
import time


def spend(milliseconds):
    until = time.thread_time_ns() + milliseconds * 1000000
    while time.thread_time_ns() < until:
        pass


def test_computes():
    spend(60)


def test_sleeps():
    time.sleep(0.06)


def test_system_time():
    until = time.thread_time_ns() + 60000000
    descriptor = os.open("/dev/zero", os.O_RDONLY)
    while time.thread_time_ns() < until:
        os.read(descriptor, 1 << 20)
    os.close(descriptor)


def test_child_computes():
    code = (
        "import time\nuntil = time.process_time_ns() + 60000000\n"
        "while time.process_time_ns() < until: pass"
    )
    subprocess.run([sys.executable, "-S", "-c", code], check=True)


def test_thread_computes():
    thread = threading.Thread(target=spend, args=(60,))
    thread.start()
    thread.join()


def test_short():
    pass
