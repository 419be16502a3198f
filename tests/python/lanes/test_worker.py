"""What a suite sees of its worker: that of a worker of pytest-xdist."""

from __future__ import annotations

import json

import pytest

from .conftest import Suite

SHOW = """
import json, os, pathlib, random, sys
import pytest

@pytest.fixture(scope="session")
def session_count(request):
    request.config.count = getattr(request.config, "count", 0) + 1
    return request.config.count

@pytest.mark.parametrize("i", range(8))
def test(i, request, worker_id, testrun_uid, tmp_path, session_count):
    seen = {
        "worker": worker_id, "uid": testrun_uid, "tmp": str(tmp_path.parent),
        "pid": os.getpid(), "sessions": session_count,
        "environment": [
            os.environ[f"PYTEST_XDIST_{n}"] for n in ("WORKER", "WORKER_COUNT", "TESTRUNUID")
        ],
        "input": request.config.workerinput, "random": random.random(),
    }
    pathlib.Path(f"seen-{i}").write_text(json.dumps(seen))
"""


@pytest.mark.parametrize("xdist", [(), ("-p", "no:xdist")])
def test_it_has_the_identity_of_xdist(suite: Suite, xdist: tuple[str, ...]) -> None:
    suite.write(test_it=SHOW)
    assert suite.forked(2, *xdist).code == 0
    seen = [json.loads((suite.directory / f"seen-{i}").read_text()) for i in range(8)]
    by_worker = {one["worker"]: one for one in seen}
    assert set(by_worker) == {"gw0", "gw1"}
    for one in seen:
        assert one["environment"] == [one["worker"], "2", one["uid"]]
        assert one["input"]["workerid"] == one["worker"] and one["input"]["workercount"] == 2
        assert one["tmp"].endswith("popen-" + one["worker"])
        assert one["sessions"] == 1
    for what in ("pid", "tmp", "random"):
        assert by_worker["gw0"][what] != by_worker["gw1"][what]
    assert len({one["uid"] for one in seen}) == 1


def test_each_scope_is_set_up_once_a_worker_and_torn_down(suite: Suite) -> None:
    suite.write(
        conftest="""
import pathlib, pytest
def log(text):
    with open("log", "a") as file: file.write(text + "\\n")
@pytest.fixture(scope="session", autouse=True)
def session(worker_id): log(f"{worker_id} up session"); yield; log(f"{worker_id} down session")
@pytest.fixture(scope="module", autouse=True)
def module(request, worker_id):
    log(f"{worker_id} up {request.node.name}"); yield; log(f"{worker_id} down {request.node.name}")
""",
        **{
            f"test_{name}": "import pytest\n"
            "@pytest.mark.parametrize('i', range(10))\ndef test(i): pass"
            for name in "abcd"
        },
    )
    assert suite.forked(2).code == 0
    lines = [line.split() for line in (suite.directory / "log").read_text().splitlines()]
    for worker in {line[0] for line in lines}:
        stack: list[str] = []
        for _, step, name in [line for line in lines if line[0] == worker]:
            if step == "up":
                stack.append(name)
            else:
                assert stack.pop() == name
        assert not stack
    assert len([line for line in lines if line[1:] == ["up", "session"]]) == 2


@pytest.mark.parametrize(
    ("options", "same"),
    [(("--forked-dist=loadfile",), "file"), (("--forked-dist=loadscope",), "class"), ((), "group")],
)
def test_what_belongs_together_stays_on_one_worker(
    suite: Suite, options: tuple[str, ...], same: str
) -> None:
    suite.write(
        conftest="def pytest_runtest_makereport(item, call):\n"
        "    import os; item.user_properties = [('pid', os.getpid())]",
        **{
            f"test_{name}": """
import pytest, time
class TestOne:
    @pytest.mark.parametrize("i", range(6))
    def test(self, i): time.sleep(0.002)
class TestTwo:
    @pytest.mark.parametrize("i", range(6))
    @pytest.mark.xdist_group("together")
    def test(self, i): time.sleep(0.002)
"""
            for name in "abc"
        },
    )
    ended = suite.forked(3, *options)
    assert ended.code == 0
    pids: dict[str, set[str]] = {}
    for nodeid, *_, properties in ended.reports:
        file, name, _ = nodeid.split("::")
        group = "together" if name == "TestTwo" else None
        key = {"file": group or file, "class": group or f"{file}::{name}", "group": group}[same]
        if key is not None:
            pids.setdefault(key, set()).add(properties[0][1])
    assert pids and all(len(of_one) == 1 for of_one in pids.values())


def test_a_plans_order_is_kept(suite: Suite) -> None:
    suite.write(test_it="\n".join(f"def test_{name}(): pass" for name in "abcdef"))
    wanted = [f"test_it.py::test_{name}" for name in "ecx"]
    (suite.directory / "order.json").write_text(json.dumps(wanted))
    ended = suite.forked(1, "--forked-order=order.json")
    order = [nodeid[-1] for nodeid, when, *_ in ended.reports if when == "call"]
    assert order == list("ecabdf")


HEARS = """
import pytest

class Hears:
    def __init__(self, name): self.name = name
    def pytest_runtest_logstart(self, nodeid):
        with open("heard", "a") as file: file.write(f"{self.name} {nodeid}\\n")

@pytest.hookimpl(optionalhook=True)
def pytest_forked_worker(session, name): return Hears(name)
"""


def test_a_plugin_may_hear_of_tests_where_they_run(suite: Suite) -> None:
    suite.write(conftest=HEARS, test_it="def test_1(): pass\ndef test_2(): pass\n")
    assert suite.forked(2).code == 0
    heard = dict(
        line.split()[::-1] for line in (suite.directory / "heard").read_text().splitlines()
    )
    assert set(heard) == {"test_it.py::test_1", "test_it.py::test_2"}
    assert set(heard.values()) <= {"gw0", "gw1"}
