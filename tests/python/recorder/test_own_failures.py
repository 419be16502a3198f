"""The recorder's own failures, and those of the parent that reads."""

from __future__ import annotations

import os
import subprocess

import pytest

from .recording import Recorded, Suite, command_of
from .ring import record


def test_without_a_ring_nothing_happens(python: str, plugin: str, suite: Suite) -> None:
    for ring in ("", "/dev/null", "/nonexistent"):
        env = dict(os.environ, PYTHONPATH=plugin, ADVISOR_RECORDER_RING=ring)
        done = subprocess.run(
            command_of(python, ["-p", "advisor_recorder"]),
            cwd=suite("groups"), env=env, capture_output=True,
        )  # fmt: skip
        assert done.returncode == 0 and done.stderr == b""


def test_a_failure_inside_is_the_last_frame_and_no_tests_failure(
    recorded: Recorded, suite: Suite
) -> None:
    with (suite("groups") / "conftest.py").open("a") as conftest:
        conftest.write(
            "\ndef pytest_collection_modifyitems(items):\n    items[2].getparent = None\n"
        )
    run = recorded("groups")
    assert run.exit_code == 0, run.output
    assert run.frames[-1].kind == "failed"
    assert run.frames[-1].reason == "TypeError: 'NoneType' object is not callable"


def test_moments_with_and_without_the_gil_are_shown_to_who_watches(recorded: Recorded) -> None:
    holding, released = 2, 3
    watched = recorded("groups", watch=True)
    assert watched.exit_code == 0 and watched.moments == [holding, released]
    assert recorded("groups").moments == []


def test_a_small_ring_wraps_and_loses_nothing(recorded: Recorded) -> None:
    run = recorded("hostile", capacity=1 << 16)
    assert run.dropped == 0 and len(run.of("finished")) == 1


def test_a_parent_that_does_not_read_costs_two_seconds_and_no_test(
    python: str, plugin: str, suite: Suite
) -> None:
    run = record(
        command_of(python, ["-p", "advisor_recorder"]),
        str(suite("hostile")), plugin, capacity=1 << 12, drain=False,
    )  # fmt: skip
    assert run.exit_code in (0, 1) and run.dropped > 0


def test_the_library_in_c_is_used_where_it_is(
    python_and_writer: tuple[str, str], recorded: Recorded, suite: Suite
) -> None:
    with (suite("groups") / "conftest.py").open("a") as conftest:
        conftest.write(
            "\ndef pytest_sessionfinish(session):\n"
            "    manager = session.config.pluginmanager\n"
            "    hooks = manager.get_plugin('advisor_recorder_hooks')\n"
            "    functions = [hooks.point]\n"
            "    for name in ('protocol', 'setup', 'makereport', 'logreport'):\n"
            "        caller = getattr(manager.hook, 'pytest_runtest_' + name)\n"
            "        own = [one for one in caller.get_hookimpls() if one.plugin is hooks]\n"
            "        functions += [one.function for one in own]\n"
            "    words = ['python' if hasattr(one, '__code__') else 'c' for one in functions]\n"
            "    print('written in', *words)\n"
        )
    run = recorded("groups", "-s")
    assert run.exit_code == 0
    assert "written in" + 5 * f" {python_and_writer[1]}" in run.output


def test_a_failure_in_a_hook_of_every_test_ends_the_recording_alone(
    recorded: Recorded, suite: Suite
) -> None:
    with (suite("groups") / "conftest.py").open("a") as conftest:
        conftest.write(
            "\nimport pytest\n"
            "class Odd(str):\n"
            "    __hash__ = None\n"
            "class Before:\n"
            "    @pytest.hookimpl(tryfirst=True)\n"
            "    def pytest_runtest_makereport(self, call):\n"
            "        call.when = Odd(call.when)\n"
            "def pytest_configure(config):\n"
            "    config.pluginmanager.register(Before())\n"
            "def pytest_runtest_makereport(call):\n"
            "    call.when = str(call.when)\n"
        )
    run = recorded("groups")
    assert run.exit_code == 0, run.output
    assert run.frames[-1].kind == "failed"
    assert run.frames[-1].reason.startswith("TypeError: unhashable type: 'Odd'")


def test_modules_that_the_suite_wipes_are_no_tests_failure(
    recorded: Recorded, suite: Suite
) -> None:
    (suite("empty") / "test_wiping.py").write_text(
        "import pytest, sys\n"
        "@pytest.fixture(scope='module')\ndef wide(): yield\n"
        "@pytest.fixture\ndef narrow(): yield\n"
        "def test_wipes(wide, narrow):\n"
        "    for name in [name for name in sys.modules if name.startswith('advisor_')]:\n"
        "        vars(sys.modules.pop(name)).clear()\n"
        "def test_after(wide, narrow): pass\n"
    )
    run = recorded("empty")
    if any(fact.name == "python" and fact.value.startswith(b"3.9.") for fact in run.of("fact")):
        pytest.skip("CPython 3.9 looks even builtins up in the module that was wiped")
    assert run.exit_code == 0, run.output
    assert "2 passed" in run.output and "Error" not in run.output


def test_memory_that_is_written_cannot_be_closed(recorded: Recorded, suite: Suite) -> None:
    (suite("empty") / "test_memory.py").write_text(
        "import gc, mmap\n"
        "def test_close():\n"
        "    for each in gc.get_objects():\n"
        "        if type(each) is memoryview and type(each.obj) is mmap.mmap:\n"
        "            each.release()\n"
        "    for each in gc.get_objects():\n"
        "        if type(each) is mmap.mmap:\n"
        "            try:\n"
        "                each.close()\n"
        "            except BufferError:\n"
        "                pass\n"
        "def test_after(): pass\n"
    )
    run = recorded("empty")
    assert run.exit_code == 0, run.output


def test_an_interrupt_is_heard_while_the_parent_does_not_read(
    python: str, plugin: str, suite: Suite
) -> None:
    """The handler finds that no frame was given up: it runs while one is still waited for."""
    (suite("empty") / "test_interrupt.py").write_text(
        "import pytest, signal, struct\n"
        "@pytest.mark.parametrize('n', range(300))\n"
        "def test_one(n, pytestconfig):\n"
        "    if n == 10:\n"
        "        hooks = pytestconfig.pluginmanager.get_plugin('advisor_recorder_hooks')\n"
        "        cells = [cell.cell_contents for cell in hooks.mark.__closure__]\n"
        "        (memory,) = [each for each in cells if type(each).__name__ == 'mmap']\n"
        "        def heard(*_):\n"
        "            (dropped,) = struct.unpack_from('Q', memory, 72)\n"
        "            raise KeyboardInterrupt(f'{dropped} dropped')\n"
        "        signal.signal(signal.SIGALRM, heard)\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0.5)\n"
    )
    run = record(
        command_of(python, ["-p", "advisor_recorder"]),
        str(suite("empty")), plugin, capacity=1 << 15, drain=False,
    )  # fmt: skip
    assert run.exit_code == 2 and "KeyboardInterrupt: 0 dropped" in run.output
