"""Hostile suites as data. A suite is a few files and pytest's words; see README.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OBSERVER = Path(__file__).with_name("observer.py").read_text()


@dataclass
class Suite:
    name: str
    files: dict[str, str]
    words: tuple[str, ...] = ()
    # Whether a test passes depends on what ran in its process before, or pytest itself says 0
    # although it did not come to its end: then a sequential run is no measure.
    depends: bool = False
    blind: bool = False  # the observer cannot write any more
    conftest: str = ""

    def write(self, directory: Path) -> None:
        files = {"test_b.py": PLAIN, "conftest.py": OBSERVER + self.conftest} | self.files
        for name, text in files.items():
            (directory / name).write_text(text)


PLAIN = "def test_4(): pass\ndef test_5(): pass\n"
HEAD = """\
import atexit, ctypes, gc, io, logging, os, random, resource, signal, socket, subprocess
import sys, threading, time, warnings
import pytest
"""
PLACES = {
    "first": "def test_1():\n{fault}\ndef test_2(): pass\ndef test_3(): pass\n",
    "middle": "def test_1(): pass\ndef test_2():\n{fault}\ndef test_3(): pass\n",
    "last": "def test_1(): pass\ndef test_2(): pass\ndef test_3():\n{fault}\n",
    "set-up": "@pytest.fixture\ndef bad():\n{fault}\ndef test_1(): pass\ndef test_2(bad): pass\n",
    "tear-down": "@pytest.fixture\ndef bad():\n    yield\n{fault}\n"
    "def test_1(): pass\ndef test_2(bad): pass\ndef test_3(): pass\n",
    "module tear-down": "@pytest.fixture(scope='module', autouse=True)\ndef bad():\n    yield\n"
    "{fault}\ndef test_1(): pass\ndef test_2(): pass\n",
    "session tear-down": "@pytest.fixture(scope='session')\ndef bad():\n    yield\n{fault}\n"
    "def test_1(bad): pass\ndef test_2(bad): pass\n",
    "atexit": "def end():\n{fault}\ndef test_1(): atexit.register(end)\ndef test_2(): pass\n",
}
IN_TESTS = ("first", "middle", "last")


def placed(
    name: str, fault: str, places: tuple[str, ...], depends: bool = False, blind: bool = False
) -> Iterator[Suite]:
    lines = "".join(f"    {line}\n" for line in fault.splitlines())
    for place in places:
        text = HEAD + PLACES[place].format(fault=lines)
        yield Suite(f"{name} in {place}", {"test_a.py": text}, depends=depends, blind=blind)


def deaths() -> Iterator[Suite]:
    everywhere = tuple(PLACES)
    for signal in (4, 6, 7, 8, 9, 11, 15):
        fault = f"os.kill(os.getpid(), {signal})"
        yield from placed(f"signal {signal}", fault, everywhere, depends=True)
    for code in (0, 1, 2, 5, 77):
        yield from placed(f"os._exit({code})", f"os._exit({code})", everywhere, depends=True)
    yield from placed("abort", "os.abort()", ("middle", "set-up"), depends=True)
    yield from placed("null pointer", "ctypes.string_at(0)", ("middle", "last"), depends=True)


def exceptions() -> Iterator[Suite]:
    raised = {
        "SystemExit(0)": "raise SystemExit(0)",
        "SystemExit(3)": "sys.exit(3)",
        "KeyboardInterrupt": "raise KeyboardInterrupt",
        "pytest.exit(7)": "pytest.exit('x', returncode=7)",
        "pytest.exit(0)": "pytest.exit('x', returncode=0)",
        "pytest.exit()": "pytest.exit('x')",
        "BaseException": "raise BaseException('x')",
        "GeneratorExit": "raise GeneratorExit",
        "recursion": "def f(): f()\nf()",
        "failure": "assert 0",
        "skip": "pytest.skip('x')",
        "fail": "pytest.fail('x')",
    }
    for name, fault in raised.items():
        depends = name in ("pytest.exit(0)",)
        yield from placed(name, fault, ("middle", "last", "set-up", "tear-down"), depends=depends)


def unsendable() -> Iterator[Suite]:
    """Reports that xdist cannot serialise."""
    surrogate = "b'\\xff'.decode('utf8', 'surrogateescape')"
    faults = {
        "surrogate in a message": f"assert 0, {surrogate}",
        "surrogate in a log of a failure": f"logging.warning({surrogate})\nassert 0",
        "surrogate on stdout of a failure": f"sys.stdout.write({surrogate})\nassert 0",
        "surrogate in a skip": f"pytest.skip({surrogate})",
        "surrogate in an exit": f"pytest.exit({surrogate}, returncode=1)",
    }
    for name, fault in faults.items():
        yield from placed(name, fault, IN_TESTS)
    for position in (1, 2, 3):
        body = "".join(
            f"def test_{n}(record_property):\n"
            + ("    record_property('k', object())\n" if n == position else "    pass\n")
            for n in (1, 2, 3)
        )
        yield Suite(f"object as property of test {position}", {"test_a.py": body})
    many = "import pytest\n@pytest.mark.parametrize('n', range(20))\ndef test(n):\n"
    for at in (0, 10, 18, 19):
        text = many + f"    assert n != {at}, {surrogate}\n"
        yield Suite(f"surrogate in test {at} of 20", {"test_a.py": text, "test_b.py": ""})


def processes() -> Iterator[Suite]:
    sleeper = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    faults = {
        "child ends by itself": "pid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)",
        "child is killed": "pid = os.fork()\nif pid == 0: os.kill(os.getpid(), 9)\n"
        "os.waitpid(pid, 0)",
        "daemon with our streams": f"subprocess.Popen({sleeper})",
        "daemon with none": f"subprocess.Popen({sleeper}, stdin=-3, stdout=-3, stderr=-3, "
        "start_new_session=True)",
        "daemon deaf to TERM": "pid = os.fork()\nif pid == 0:\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    time.sleep(60)\n    os._exit(0)",
        "double fork": "pid = os.fork()\nif pid == 0:\n    if os.fork() == 0: time.sleep(60)\n"
        "    os._exit(0)\nos.waitpid(pid, 0)",
        "zombie": "pid = os.fork()\nif pid == 0: os._exit(0)",
        "daemon thread": "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    }
    for name, fault in faults.items():
        yield from placed(name, fault, ("middle",))


def state() -> Iterator[Suite]:
    """What a test may do to its process without failing."""
    faults = {
        "descriptors 3 and up closed": "os.closerange(3, 256)",
        "all descriptors closed": "os.closerange(0, 256)",
        "stdin closed": "os.close(0)",
        "stdout closed": "os.close(1)",
        "stderr closed": "os.close(2)",
        "directory gone": "os.mkdir('gone')\nos.chdir('gone')\nos.rmdir('../gone')",
        "umask": "os.umask(0o777)",
        "no environment": "os.environ.clear()",
        "no stdout": "sys.stdout = None",
        "signals ignored": "for s in (1, 2, 3, 15): signal.signal(s, signal.SIG_IGN)",
        "signals blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))",
        "alarm": "signal.signal(signal.SIGALRM, lambda *_: None)\nsignal.alarm(1)",
        "frozen objects": "gc.freeze()",
        "tracing": "sys.settrace(None)",
        "no descriptors left": "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))",
        "no files may grow": "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))",
        "modules gone": "sys.modules.clear()",
        "process group": "os.setpgid(0, 0)",
    }
    for name, fault in faults.items():
        blind = "setrlimit" in fault
        yield from placed(name, fault, ("first", "middle"), depends=True, blind=blind)


def fakes() -> Iterator[Suite]:
    faked = {
        "time.time": "lambda: -1.0",
        "time.perf_counter": "lambda: -1.0",
        "time.monotonic": "lambda: 0.0",
        "time.monotonic_ns": "lambda: 0",
        "time.sleep": "lambda s: None",
        "os.write": "lambda *a: 0",
        "os.open": "None",
        "os.getpid": "lambda: 1",
        "os.fork": "None",
        "os._exit": "None",
        "os.kill": "None",
        "subprocess.Popen": "None",
        "socket.socket": "None",
        "threading.Thread": "None",
        "builtins.open": "None",
        "builtins.print": "None",
        "json.dumps": "None",
        "random.random": "lambda: 0.5",
    }
    for name, fake in faked.items():
        module, _, attribute = name.rpartition(".")
        text = f"import {module}, os, json, random, socket, subprocess, threading, time\n"
        text += f"def test_1(): {module}.{attribute} = {fake}\ndef test_2(): pass\n"
        yield Suite(f"{name} replaced", {"test_a.py": text}, depends=True)


def identities() -> Iterator[Suite]:
    for name, parameter in {
        "a newline": "'a\\nb'",
        "an escape": "'\\x1b[31m'",
        "a zero": "'\\0'",
        "colons": "'a::b::c'",
        "brackets": "'[x]['",
        "an at sign": "'a@b'",
        "a slash": "'../x'",
        "other letters": "'\\u00e4\\u4e2d\\U0001f600'",
        "nothing": "''",
        "100 kB": "'x' * 100000",
        "blanks": "'   '",
        "a quote": "'\"\\''",
    }.items():
        text = f"import pytest\n@pytest.mark.parametrize('p', ['plain', {parameter}])\n"
        for outcome in ("pass", "assert p == 'plain'"):
            yield Suite(
                f"id with {name}: {outcome}", {"test_a.py": text + f"def test(p): {outcome}\n"}
            )
    same = "def pytest_collection_modifyitems(items):\n    for item in items[:2]:\n"
    same += "        item._nodeid = items[0].nodeid\n"
    yield Suite(
        "two tests of one id",
        {"test_a.py": "def test_1(): pass\ndef test_2(): pass\n"},
        conftest=same,
    )
    random_ids = (
        "import os, pytest\n@pytest.mark.parametrize('n', [os.getpid()])\ndef test(n): pass\n"
    )
    yield Suite("ids that differ by process", {"test_a.py": random_ids})


def structures() -> Iterator[Suite]:
    def suite(name: str, text: str, *words: str, **more: str) -> Suite:
        return Suite(name, {"test_a.py": HEAD + text}, words, conftest=more.get("conftest", ""))

    failing = "def test_1(): pass\ndef test_2(): assert 0\ndef test_3(): assert 0\n"
    passing = "def test_1(): pass\ndef test_2(): pass\n"
    many = "@pytest.mark.parametrize('n', range(40))\ndef test(n): assert n % 7\n"
    yield suite("stop at a failure", failing, "-x")
    yield suite("stop at two", many, "--maxfail=2")
    yield suite("nothing matches", passing, "-k", "nothing")
    yield suite("some match", failing, "-k", "test_1")
    yield suite("missing path", passing, "missing")
    yield suite("unknown option", passing, "--no-such-option")
    yield suite("one node id", failing, "test_a.py::test_1")
    yield suite("import fails", "import no_such_module\n")
    yield suite("import fails, go on", "import no_such_module\n", "--continue-on-collection-errors")
    yield suite("import exits", "sys.exit(0)\n")
    yield suite("import skips", "pytest.skip('x', allow_module_level=True)\n")
    yield suite("syntax", "def test_1(:\n")
    yield suite("all skip", "@pytest.mark.skip\ndef test_1(): pass\n")
    yield suite("xfail", "@pytest.mark.xfail\ndef test_1(): assert 0\n")
    yield suite("strict", "@pytest.mark.xfail(strict=True)\ndef test_1(): pass\n")
    yield suite("xpass", "@pytest.mark.xfail\ndef test_1(): pass\n")
    yield suite("only collect", passing, "--collect-only")
    yield suite("conftest raises", passing, conftest="raise ValueError\n")
    yield suite(
        "conftest raises in workers",
        passing,
        conftest="if 'PYTEST_XDIST_WORKER' in os.environ: raise ValueError\n",
    )
    dies = "def pytest_configure(config):\n    if hasattr(config, 'workerinput'): os._exit(1)\n"
    yield suite("workers die at configure", passing, conftest=dies)
    for hook in ("pytest_sessionfinish", "pytest_unconfigure"):
        end = f"def {hook}():\n    if 'PYTEST_XDIST_WORKER' in os.environ: os._exit(1)\n"
        yield suite(f"workers die in {hook}", passing, conftest=end)
        yield suite(f"{hook} raises", passing, conftest=f"def {hook}(): raise ValueError\n")
    yield suite("set-up fails", "@pytest.fixture\ndef f(): assert 0\ndef test_1(f): pass\n")
    yield suite(
        "call and tear-down fail",
        "@pytest.fixture\ndef f():\n    yield\n    assert 0\ndef test_1(f): assert 0\n",
    )
    subtests = "    def test_2(self):\n        with self.subTest(i=1): self.fail()\n"
    unittests = "import unittest\nclass T(unittest.TestCase):\n    def test_1(self): pass\n"
    yield suite("unittest", unittests + subtests)
    withheld = "@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_logreport(report):\n"
    withheld += "    if report.failed: report.outcome = 'passed'\n"
    yield suite("reports withheld", failing, conftest=withheld)
    yield suite(
        "protocol replaced",
        passing,
        conftest="def pytest_runtest_protocol(item, nextitem): return True\n",
    )
    yield suite(
        "items dropped late",
        passing,
        conftest="def pytest_collection_finish(session): del session.items[1:]\n",
    )
    yield suite(
        "every test crashes", "@pytest.mark.parametrize('n', range(8))\ndef test(n): os._exit(1)\n"
    )
    yield suite(
        "a class crashes",
        "class TestA:\n    def test_1(self): os._exit(1)\n    def test_2(self): pass\n",
    )
    yield suite(
        "restarts forbidden",
        "def test_1(): os._exit(1)\ndef test_2(): os._exit(1)\ndef test_3(): pass\n",
        "--max-worker-restart",
        "0",
    )
    yield suite(
        "much output",
        "def test_1(): print('x' * 10_000_000)\ndef test_2(): print('y' * 10_000_000); assert 0\n",
    )
    yield suite("addopts with workers", passing, "-o", "addopts=-n 3")
    yield suite("quiet", failing, "-qq")
    yield suite("no terminal", passing, "-p", "no:terminal")
    yield suite("junit", failing, "--junitxml", "out.xml")


def suites() -> list[Suite]:
    groups = (deaths, exceptions, unsendable, processes, state, fakes, identities, structures)
    return [suite for group in groups for suite in group()]


def sample(count: int) -> list[Suite]:
    """Every k-th suite, so that a part is like the whole."""
    every = suites()
    count = min(count, len(every))
    return [every[i * len(every) // count] for i in range(count)]
