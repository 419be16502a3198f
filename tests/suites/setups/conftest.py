"""Autouse fixtures, and asynchronous ones as plugins run them: pytest calls a wrapper that drives
an event loop."""

import asyncio
import functools
import inspect
import time

import pytest


def spend(milliseconds):
    """CPU time of this thread, whatever else runs on the machine."""
    until = time.thread_time_ns() + milliseconds * 1000000
    while time.thread_time_ns() < until:
        pass


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef, request):
    function = fixturedef.func
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        def driven(*args, **kwargs):
            loop = asyncio.new_event_loop()
            generator = function(*args, **kwargs)
            yield loop.run_until_complete(generator.__anext__())
            with pytest.raises(StopAsyncIteration):
                loop.run_until_complete(generator.__anext__())
            loop.close()

        fixturedef.func = driven
    yield
    fixturedef.func = function


@pytest.fixture(scope="session", autouse=True)
def auto_session():
    spend(40)
    yield
    spend(30)


@pytest.fixture(scope="module", autouse=True)
def auto_module():
    spend(20)


@pytest.fixture(autouse=True)
def auto_function():
    spend(10)


@pytest.fixture(scope="module")
async def async_wide():
    spend(20)
    await asyncio.sleep(0.05)
    yield "ready"
    spend(10)
