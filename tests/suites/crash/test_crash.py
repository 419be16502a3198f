"""Each way to die, to be run alone by -k after the tests before it; DIE_IN says in which phase."""

import os
import signal
import sys

import pytest

PHASE = os.environ.get("DIE_IN", "call")


def die(how):
    if how == "exit":
        os._exit(0)
    if how == "exit_three":
        os._exit(3)
    if how == "abort":
        os.abort()
    os.kill(os.getpid(), {"kill": signal.SIGKILL, "segv": signal.SIGSEGV}[how])


@pytest.fixture
def maybe(request):
    how = request.node.callspec.params["how"]
    if PHASE == "setup":
        die(how)
    yield
    if PHASE == "teardown":
        die(how)


@pytest.fixture(scope="session")
def kept():
    yield
    sys.stdout.write("torn down\n")


@pytest.mark.parametrize("number", range(3))
def test_before(number, kept):
    pass


@pytest.mark.parametrize("how", ["exit", "exit_three", "abort", "kill", "segv"])
def test_dies(maybe, how):
    if PHASE == "call":
        die(how)


def test_after(kept):
    pass
