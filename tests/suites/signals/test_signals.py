"""What the suite was given by who started it, in $IGNORED."""

import os
import signal

import pytest

NAMES = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGCHLD", "SIGTSTP")


@pytest.mark.parametrize("name", NAMES)
def test_given(name):
    is_ignored = signal.getsignal(getattr(signal, name)) is signal.SIG_IGN
    assert is_ignored == (name in os.environ["IGNORED"].split())
