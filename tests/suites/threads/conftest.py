"""A chain of fixtures of all scopes, which finds out when a lane meets another one's."""

import threading

import pytest


class Value:
    """Of one fixture: made and ended once, on the thread of those who use it."""

    def __init__(self, name, *under):
        self.name, self.under = name, under
        self.thread, self.alive = threading.get_ident(), True

    def check(self):
        assert self.alive, f"{self.name} was torn down"
        assert self.thread == threading.get_ident(), f"{self.name} is of another thread"
        for value in self.under:
            value.check()

    def end(self):
        self.check()
        self.alive = False


@pytest.fixture(scope="session")
def of_session():
    value = Value("session")
    yield value
    value.end()


@pytest.fixture(scope="package")
def of_package(of_session):
    value = Value("package", of_session)
    yield value
    value.end()


@pytest.fixture(scope="module")
def of_module(of_package):
    value = Value("module", of_package)
    yield value
    value.end()


@pytest.fixture(scope="class")
def of_class(of_module):
    value = Value("class", of_module)
    yield value
    value.end()


@pytest.fixture
def of_function(of_class):
    value = Value("function", of_class)
    yield value
    value.end()


@pytest.fixture(scope="module", params=["red", "green", "blue"])
def colour(request, of_session):
    value = Value(request.param, of_session)
    yield value
    value.end()


@pytest.fixture(scope="class", params=[1, 2])
def number(request, colour):
    value = Value(f"{colour.name} {request.param}", colour)
    yield value
    value.end()


def pytest_assertrepr_compare(left, right, op):
    if isinstance(left, Value) and isinstance(right, Value):
        return ["values", f"{left.name} {op} {right.name}"]
    return None


def pytest_runtest_makereport(item):
    if "is_printed_by_a_hook" in item.name:
        print("by a hook of", item.name)
