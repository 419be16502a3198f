"""What a recording can be asked for, and what is said of what it found."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

from .conftest import Program, binary

LEAVING = """
import subprocess, sys, threading, time

KEPT = []

def test_thread():
    event = threading.Event()
    threading.Thread(target=event.wait, name="left-thread", daemon=True).start()
    KEPT.append(event)

def test_process():
    KEPT.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))

def test_last():
    time.sleep(0.05)
"""


def test_what_tests_leave_behind_are_findings(advisor: Program) -> None:
    advisor.write(test_leaving=LEAVING)
    ended = advisor.suite("analyze", "--json")
    assert ended.code == 0, ended.err
    found = {finding["code"]: finding for finding in ended.document["findings"]}
    assert any("test_thread" in subject for subject in found["threads-left"]["subjects"])
    assert "thread left-thread" in found["threads-left"]["message"]
    assert found["processes-left"]["numbers"]["left"] == 1


def test_the_gil_is_left_alone_where_that_is_asked_for(advisor: Program) -> None:
    advisor.write(test_it="def test(): pass\n")
    ended = advisor.suite("profile", "--gil", "none", "--json")
    assert ended.code == 0, ended.err
    profile = ended.document
    (because,) = [m["because"] for m in profile["missing"] if m["what"] == "time holding the GIL"]
    assert because == "it was not asked for"
    assert profile["tests"]["call"]["gil_held_s"] is None


def test_a_way_to_read_the_gil_that_there_is_not_is_refused(advisor: Program) -> None:
    advisor.write(test_it="def test(): pass\n")
    ended = advisor.suite("profile", "--gil", "often")
    assert ended.code == 2 and ended.out == ""
    assert "it is neither auto nor exact nor none" in ended.err


@pytest.mark.parametrize("code", [0, 2, 4, 5])
def test_an_end_amid_tests_keeps_what_ran_whatever_the_exit_code(
    advisor: Program, code: int
) -> None:
    """Codes that pytest uses for a wrong option, or for no tests, may be a test's own."""
    advisor.write(test_it=f"import os\ndef test_1(): pass\ndef test_2(): os._exit({code})\n")
    ended = advisor.suite("profile", "--json")
    assert ended.code == 3, ended.err
    assert ended.document["tests"]["outcome"] == ["passed", "interrupted"]
    assert f"exit code {code}" in ended.document["run"]["incomplete_because"]


def test_a_module_that_ends_the_interpreter_is_found_out(advisor: Program) -> None:
    advisor.write(test_it="import os\nos._exit(0)\n")
    ended = advisor.suite("profile")
    assert ended.code != 0
    assert "pytest ended with exit code 0 during collection" in ended.err


GROWING = """
import time

def test_small(): time.sleep(0.05)

def test_large():
    block = bytearray(100 << 20)
    block[::4096] = b"x" * len(block[::4096])
    time.sleep(0.05)

def test_small_again(): time.sleep(0.05)
"""


def test_the_peak_of_memory_is_that_of_each_test(advisor: Program) -> None:
    advisor.write(test_growing=GROWING)
    ended = advisor.suite("profile", "--json")
    assert ended.code == 0, ended.err
    small, large, again = ended.document["tests"]["peak_rss_bytes"]
    assert small + (90 << 20) < large <= ended.document["run"]["peak_rss_bytes"]
    assert again < large - (90 << 20)


def test_an_exit_code_that_hides_a_failure_is_found_out(advisor: Program) -> None:
    advisor.write(
        test_it="import atexit, os\natexit.register(os._exit, 0)\ndef test(): assert False\n"
    )
    ended = advisor.suite("profile")
    assert ended.code == 3
    assert "Tests failed, but pytest exited with code 0." in ended.out
    assert "the suite failed: 1 test failed, but pytest exited with 0" in ended.err


def test_workers_that_are_not_started_are_named(advisor: Program) -> None:
    advisor.write(test_it="def test(): pass\n")
    for words, named in ((("-n", "2"), "-n 2"), (("-d", "--tx", "2*popen"), "--tx 2*popen")):
        ended = advisor.suite("profile", "--json", pytest_words=words)
        assert ended.code == 0, ended.err
        assert any(named in missing["what"] for missing in ended.document["missing"])


def test_an_item_that_runs_twice_is_named(advisor: Program) -> None:
    advisor.write(
        conftest="def pytest_collection_modifyitems(items): items.append(items[0])\n",
        test_it="def test_1(): pass\ndef test_2(): pass\n",
    )
    ended = advisor.suite("profile", "--json")
    assert ended.code == 0, ended.err
    assert any(gap["what"] == "each run of 1 test alone" for gap in ended.document["missing"])


@pytest.mark.parametrize(
    "words",
    [("profile", "--output"), ("analyze", "--html"), ("run", "--json-out")],
    ids=lambda words: words[0],
)
def test_a_file_that_cannot_be_written_is_seen_before_the_suite_runs(
    advisor: Program, words: tuple[str, ...]
) -> None:
    advisor.write(test_it="open('ran', 'w').close()\ndef test(): pass\n")
    ended = advisor.suite(*words, str(advisor.directory / "absent/file"))
    assert ended.code == (125 if words[0] == "run" else 2), ended.err
    assert "absent/file': No such file or directory" in ended.err
    assert not (advisor.directory / "ran").exists()


def test_a_command_that_prints_its_words_is_no_launcher(advisor: Program) -> None:
    ended = advisor("profile", "--command", "echo hello")
    assert ended.code == 2
    assert "'echo hello' does not start Python as expected" in ended.err
    assert "PYTHONPATH" not in ended.err


LAUNCHER = """
import subprocess, sys
block = bytearray(200 << 20)
block[::4096] = b"x" * len(block[::4096])
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


def test_the_memory_of_a_launcher_is_not_that_of_the_suite(advisor: Program) -> None:
    advisor.write(launcher=LAUNCHER, test_it="def test(): pass\n")
    launcher = f"{sys.executable} launcher.py {sys.executable} -m pytest"
    ended = advisor("profile", "--command", launcher, "--json", "--", "-p", "no:cacheprovider")
    assert ended.code == 0, ended.err
    assert ended.document["run"]["peak_rss_bytes"] < 200 << 20
    assert ended.document["tests"]["peak_rss_bytes"] < 200 << 20


READS_PEAKS = """
import mmap, resource
import json
import sys

import pytest

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

@pytest.fixture(scope="module")
def loaded():
    with mmap.mmap(-1, 100 << 20) as block:
        for at in range(0, len(block), 4096): block[at] = 1
    return peak()

def test_peak(loaded): assert peak() >= loaded
"""


def test_a_suite_that_reads_peaks_of_memory_can_have_them_left_alone(advisor: Program) -> None:
    advisor.write(test_reads=READS_PEAKS)
    ended = advisor.suite("profile", "--no-peaks", "--json")
    assert ended.code == 0, ended.err
    gaps = {gap["what"]: gap["because"] for gap in ended.document["missing"]}
    assert gaps["the peak of memory of each test"] == "it was not asked for"
    assert ended.document["run"]["peak_rss_bytes"] > 100 << 20


ON_ANOTHER_THREAD = """
import threading
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    def run():
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        runtestprotocol(item, nextitem=nextitem)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return True
"""


def test_a_suite_that_runs_on_another_thread_did_not_fail(advisor: Program) -> None:
    advisor.write(conftest=ON_ANOTHER_THREAD, test_it="def test_1(): pass\ndef test_2(): pass\n")
    ended = advisor.suite("profile")
    assert ended.code == 2
    assert "2 passed" in ended.err
    assert "pytest ran its tests on another thread" in ended.err


def test_tests_that_were_only_set_up_did_not_pass(advisor: Program) -> None:
    advisor.write(test_it="def test_1(): assert False\ndef test_2(): pass\n")
    ended = advisor.suite("profile", pytest_words=("--setup-only",))
    assert ended.code == 2
    assert "pytest ran no test that could be seen: of 2 that it collected" in ended.err


@pytest.mark.parametrize("code", [4, 5])
def test_a_module_may_end_the_interpreter_with_any_code(advisor: Program, code: int) -> None:
    advisor.write(test_it=f"import os\nos._exit({code})\n")
    ended = advisor.suite("profile")
    assert f"pytest ended with exit code {code} during collection" in ended.err


def test_a_deadline_before_the_first_end_of_a_test_is_named(advisor: Program) -> None:
    advisor.write(test_it="import time\ndef test(): time.sleep(600)\n")
    ended = advisor.suite("profile", "--deadline", "3s")
    assert ended.code == 3
    assert "no test ended before the deadline" in ended.err
    assert "give it more time: --deadline" in ended.err


BURNING = """
import subprocess, sys, time

BURN = "import time\\nend = time.process_time() + 0.6\\nwhile time.process_time() < end: pass"
STARTED = []

def test_starts():
    STARTED.append(subprocess.Popen([sys.executable, "-c", BURN]))

def test_waits_until_it_ended():
    while open(f"/proc/{STARTED[0].pid}/stat").read().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)

def test_quick():
    pass

def test_reaps():
    STARTED[0].wait()

def test_quick_again():
    pass
"""


def test_the_cpu_of_a_child_belongs_to_the_tests_in_whose_time_it_ran(advisor: Program) -> None:
    advisor.write(test_burning=BURNING)
    ended = advisor.suite("profile", "--output", "p.json")
    assert ended.code == 0, ended.err
    tests = json.loads((advisor.directory / "p.json").read_text())["tests"]
    used = dict(zip(tests["name"], tests["call"]["children_cpu_s"], strict=True))
    assert sum(used.values()) > 0.57
    assert used["::test_waits_until_it_ended"] > 0.3
    # No more than what it used since it was looked at last, and it was over before.
    assert used["::test_reaps"] < 0.3
    assert used["::test_quick"] < 0.01 and used["::test_quick_again"] < 0.01


FIXTURES = """
import time, pytest

@pytest.fixture(autouse=True)
def always():
    time.sleep(0.02)

@pytest.fixture(params=["a", "b"])
def costly(request, tmp_path):
    time.sleep(0.05)
    yield request.param
    time.sleep(0.01)

def setup_function(function):
    time.sleep(0.03)

@pytest.mark.parametrize("argument", [1, 2])
def test_it(costly, argument):
    time.sleep(0.001)
"""


def test_fixtures_of_function_scope_have_times_of_their_own(advisor: Program) -> None:
    advisor.write(test_fixtures=FIXTURES)
    ended = advisor.suite("profile", "--output", "p.json")
    assert ended.code == 0, ended.err
    document = json.loads((advisor.directory / "p.json").read_text())
    table = document["function_fixtures"]
    names = [each["name"] for each in document["fixture_definitions"]]
    by_name: dict[str, list[tuple[int, list[int], float, float]]] = {}
    rows = zip(table["test"], table["use"], table["setup_s"], table["teardown_s"], strict=True)
    for test, use, setup, teardown in rows:
        by_name.setdefault(names[use[0]], []).append((test, use[1:], setup, teardown))
    (xunit,) = [name for name in by_name if "setup_function" in name]
    assert set(by_name) >= {"always", "costly", "tmp_path", xunit}
    assert "argument" not in by_name
    for name, least_setup, least_teardown in (
        ("always", 0.02, 0.0),
        ("costly", 0.05, 0.01),
        (xunit, 0.03, 0.0),
    ):
        fixtures = by_name[name]
        assert [test for test, *_ in fixtures] == [0, 1, 2, 3]
        assert all(setup >= least_setup for _, _, setup, _ in fixtures), fixtures
        assert all(teardown >= least_teardown for *_, teardown in fixtures), fixtures
    for phase in ("setup", "teardown"):
        for test, wall in enumerate(document["tests"][phase]["wall_s"]):
            times = zip(table["test"], table[f"{phase}_s"], strict=True)
            assert sum(seconds for of, seconds in times if of == test) <= wall
    assert sorted(use for _, use, _, _ in by_name["costly"]) == [[0], [0], [1], [1]]
    text = advisor("report", "p.json").out
    assert "costly" in text.partition("Most expensive fixtures")[2]


def test_a_test_that_hangs_has_the_time_that_it_took(advisor: Program) -> None:
    advisor.write(test_it="import time\ndef test_a(): pass\ndef test_hangs(): time.sleep(60)\n")
    ended = advisor.suite("profile", "--deadline", "4s", "--output", "p.json")
    assert ended.code == 3, ended.err
    tests = json.loads((advisor.directory / "p.json").read_text())["tests"]
    assert tests["outcome"][1] == "interrupted"
    assert tests["call"]["wall_s"][1] > 0.1


def test_a_deadline_after_the_last_test_is_named(advisor: Program) -> None:
    advisor.write(test_it="import atexit, time\ndef test_a(): atexit.register(time.sleep, 600)\n")
    ended = advisor.suite("profile", "--deadline", "4s", "--output", "p.json")
    assert ended.code == 3, ended.err
    said = " ".join(ended.err.split())
    assert "the suite did not end by itself: the deadline of 4 s passed after its last test" in said
    assert "signal" not in said
    run = json.loads((advisor.directory / "p.json").read_text())["run"]
    assert run["complete"] and run["cut_off_because"] == "the deadline of 4 s passed"
    assert "the deadline of 4 s passed." in ended.out


def test_processes_that_advisor_ends_are_named(advisor: Program, nothing_left: str) -> None:
    advisor.write(
        test_it=f"""
import subprocess, sys
def test_leaves():
    subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", "{nothing_left}"],
        start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
"""
    )
    ended = advisor.suite("profile", "--output", "p.json")
    assert ended.code == 0, ended.err
    said = " ".join(ended.out.split())
    assert "1 process still ran a second after pytest had ended, and advisor ended it: " in said
    assert nothing_left in said.replace(" ", "")
    (command,) = json.loads((advisor.directory / "p.json").read_text())["run"]["ended"]
    assert command.endswith(nothing_left)


@pytest.mark.parametrize(("command", "code"), [("profile", 2), ("analyze", 2), ("run", 125)])
def test_too_few_descriptors_are_named(advisor: Program, command: str, code: int) -> None:
    advisor.write(test_it="def test(): pass\n")
    ended = subprocess.run(
        [str(binary()), command, "--python", sys.executable],
        cwd=advisor.directory,
        env=advisor.environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (17, 17)),
    )
    assert ended.returncode == code
    assert "only 17 files may be open at once, and it takes 32" in ended.stderr
    assert "hint: raise the limit: ulimit -n 1024" in ended.stderr


@pytest.mark.parametrize("words", [["profile"], ["profile", "--repeat", "2"], ["analyze"], ["run"]])
def test_what_cannot_be_saved_is_said_once(advisor: Program, words: list[str]) -> None:
    advisor.write(test_it="def test(): pass\n")
    (advisor.directory / ".advisor").write_text("")  # where the directory would be
    ended = advisor.suite(*words)
    assert ended.code == (2 if words[0] == "profile" else 0), ended.err
    assert ended.err.count("advisor: error: cannot make the directory '.advisor'") == 1


OVERWRITING = """
import os, time

def overwrite(begin, size):
    for name in os.listdir(f"/proc/{os.getppid()}/fd"):
        path = f"/proc/{os.getppid()}/fd/{name}"
        if "advisor-ring" in os.readlink(path):
            memory = os.open(path, os.O_RDWR)
            os.pwrite(memory, b"\\xff" * size, begin)
            os.close(memory)

def test_1(): pass
def test_2():
    time.sleep(0.3)  # what was recorded so far is taken out meanwhile
    overwrite(0, SIZE)
    LAST
def test_3(): pass
"""


# The header, whose words the writer writes again, and all; what is never written again is lost.
@pytest.mark.parametrize("size", ["4096", "4 << 20"])
@pytest.mark.parametrize("last", ["pass", "os._exit(0)"])
def test_a_suite_that_writes_over_its_recording_is_told_so(
    advisor: Program, size: str, last: str
) -> None:
    advisor.write(test_it=OVERWRITING.replace("SIZE", size).replace("LAST", last))
    ended = advisor.suite("profile", "--output", "p.json")
    assert ended.code == 3
    assert "the suite wrote over its recording" in ended.err
    assert "wrote into memory that advisor shares with pytest" in ended.err
    profile = json.loads((advisor.directory / "p.json").read_text())
    assert not profile["run"]["complete"]
    outcomes = profile["tests"]["outcome"]
    if last == "pass":
        assert outcomes == "passed"  # of all
    else:
        assert "which stops during the call of test_it.py::test_2: a test" in ended.err
        assert outcomes == ["passed", "interrupted", "not_run"]
