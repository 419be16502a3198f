"""Fixtures of every scope. Each burns its own amount, so that a cost found elsewhere is seen."""

import time

import pytest


def spend(milliseconds):
    """CPU time of this thread, whatever else runs on the machine."""
    until = time.thread_time_ns() + milliseconds * 1000000
    while time.thread_time_ns() < until:
        pass


@pytest.fixture(scope="session")
def session_wide():
    spend(40)
    yield "session"
    spend(20)


@pytest.fixture(scope="package")
def package_wide(session_wide):
    spend(10)
    yield "package"


@pytest.fixture(scope="module")
def module_wide(session_wide):
    spend(30)
    yield "module"
    spend(10)


@pytest.fixture(scope="module", params=["a", "b"])
def parametrised(request):
    spend(5)
    yield request.param


@pytest.fixture(scope="class")
def class_wide(module_wide):
    spend(10)
    yield "class"


@pytest.fixture
def narrow(module_wide):
    spend(10)
    yield "function"


@pytest.fixture(scope="session")
def dynamic_outer(request):
    spend(10)
    inner = request.getfixturevalue("dynamic_inner")
    spend(10)
    return inner


@pytest.fixture(scope="session")
def dynamic_inner():
    spend(20)
    return "inner"


@pytest.fixture(scope="module")
def overridden():
    spend(5)
    return "base"
