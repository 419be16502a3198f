"""Threads, descriptors and child processes that tests leave behind, as the recorder counts them."""

from __future__ import annotations

from .recording import Recorded, Suite
from .ring import Run

KINDS = ("threads", "descriptors", "children")
NO_TEST = 0xFFFFFFFF


def changes(run: Run) -> dict[str, tuple[int, ...]]:
    """(threads, descriptors, children) by the last test that began before the count."""
    found: dict[str, tuple[int, ...]] = {}
    known: tuple[int, ...] = ()
    name = ""
    for frame in run.frames:
        if frame.kind == "test_begin":
            name = run.ids()[frame.test].partition("::")[2]
        if frame.kind == "holdings":
            counts = tuple(frame.values[kind] for kind in KINDS)
            if known:
                change = [now - before for now, before in zip(counts, known, strict=True)]
                old = found.get(name, (0, 0, 0))
                found[name] = tuple(a + b for a, b in zip(old, change, strict=True))
            known = counts
    return {name: change for name, change in found.items() if any(change)}


def test_what_each_test_leaves_is_counted(recorded: Recorded) -> None:
    run = recorded("leftovers")
    assert run.exit_code == 0, run.output
    assert run.of("holdings")[0].since == NO_TEST
    assert changes(run) == {
        "test_leaves_a_thread": (1, 0, 0),
        "test_leaves_files": (0, 20, 0),
        "test_uses_the_fixture": (0, 2, 0),
        "test_leaves_a_process": (0, 1, 1),
        "test_leaves_a_process_that_has_ended": (0, 0, 1),
        "test_leaves_a_process_of_a_thread": (1, 1, 1),
        "test_waits_for_its_process": (0, -2, 0),  # the module's fixture is torn down in it
    }


def test_what_a_wide_fixture_opens_lies_within_its_marks(recorded: Recorded) -> None:
    kinds = [f.kind for f in recorded("leftovers", "-k", "test_uses_the_fixture").frames]
    for span in ("setup", "teardown"):
        begin, end = kinds.index(f"{span}_begin"), kinds.index(f"{span}_end")
        assert kinds[begin + 1 : end] == ["holdings"]


def test_what_is_left_has_names(recorded: Recorded) -> None:
    (left,) = [f.value.decode() for f in recorded("leftovers").of("fact") if f.name == "left"]
    lines = left.splitlines()
    assert "thread left-thread" in lines
    assert sum(line.startswith("descriptor /") for line in lines) == 1  # one file, twenty times
    assert any(line.startswith("process ") and line.endswith("left-process") for line in lines)
    assert any(line.startswith("process ") and line.endswith("left-by-a-thread") for line in lines)
    assert "process that ended, not waited for" in lines


def test_what_capturing_moves_to_and_fro_is_not_left(recorded: Recorded, suite: Suite) -> None:
    """The first count is taken within a phase where a conftest runs the tests itself."""
    (suite("empty") / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_protocol(item, nextitem):\n"
        "    from _pytest.runner import runtestprotocol\n"
        "    runtestprotocol(item, nextitem=nextitem)\n"
        "    return True\n"
    )
    (suite("empty") / "test_one.py").write_text("def test_one(): pass\n")
    run = recorded("empty")
    assert len(run.of("holdings")) == 1, run.output
    assert "left" not in {frame.name for frame in run.of("fact")}


def test_short_tests_are_counted_together(recorded: Recorded, suite: Suite) -> None:
    (suite("empty") / "test_short.py").write_text(
        "import os, pytest\n"
        "@pytest.mark.parametrize('n', range(200))\n"
        "def test_short(n):\n    if n == 100: os.pipe()\n"
    )
    run = recorded("empty")
    assert run.of("holdings")[0].since == NO_TEST
    ((since, end),) = [
        (frame.since, next(f.test for f in run.frames[i:] if f.kind == "test_begin"))
        for i, frame in enumerate(run.frames)
        if frame.kind == "holdings" and frame.since != NO_TEST
    ]
    assert since <= 100 < end


def test_closed_descriptors_end_the_count_and_nothing_else(
    recorded: Recorded, suite: Suite
) -> None:
    (suite("empty") / "test_closing.py").write_text(
        "import os, time\n"
        "def test_closes():\n    os.closerange(600, 1024)\n    time.sleep(0.03)\n"
        "def test_after(): pass\n"
    )
    run = recorded("empty")
    assert run.exit_code == 0, run.output
    assert run.of("failed") == [] and len(run.of("finished")) == 1
    facts = {f.name: f.value for f in run.of("fact")}
    assert facts["uncounted"].endswith(b"or the suite closed those files")
    assert "left" not in facts
