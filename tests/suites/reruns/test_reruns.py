"""For pytest-rerunfailures with --reruns 2."""

import time

ATTEMPTS = []


def spend(milliseconds):
    until = time.thread_time_ns() + milliseconds * 1000000
    while time.thread_time_ns() < until:
        pass


def test_passes_at_third():
    spend(10)
    ATTEMPTS.append(1)
    assert len(ATTEMPTS) == 3


def test_never_passes():
    raise AssertionError


def test_passes():
    pass
