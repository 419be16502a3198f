"""How a run can end, and what the recording has of it."""

from __future__ import annotations

import os

import pytest

from .recording import CALL, SETUP, Recorded


@pytest.mark.parametrize("how", ["exit", "exit_three", "abort", "kill", "segv"])
@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
def test_a_crash_leaves_the_recording_up_to_it(how: str, phase: str, recorded: Recorded) -> None:
    words = ["-k", f"before or after or [{how}]", "-p", "no:faulthandler"]
    run = recorded("crash", *words, env=dict(os.environ, DIE_IN=phase))
    assert run.exit_code == {"exit": 0, "exit_three": 3, "abort": -6, "kill": -9, "segv": -11}[how]
    ids = run.ids()
    assert len(ids) == 5 and ids[3].endswith(f"[{how}]")
    assert run.of("test_begin")[-1].test == 3 and run.of("finished") == []
    done = {"setup": [], "call": [SETUP], "teardown": [SETUP, CALL]}[phase]
    assert [f.phase for f in run.of("phase_end") if f.test == 3] == done
    # The phase it died in has begun: what is before it was heard of.
    assert [p for name, p, _, _ in run.reports() if name == ids[3]] == done


def test_stopping_early_leaves_the_others_unrun(recorded: Recorded) -> None:
    run = recorded("outcomes", "-x")
    assert run.exit_code == 1
    assert len(run.of("test_begin")) == 2 < len(run.ids())
    assert len(run.of("finished")) == 1


def test_a_collection_error_is_the_sessions_exit_status(recorded: Recorded) -> None:
    run = recorded("collection_error")
    assert run.exit_code == run.of("finished")[0].a == 2
    assert run.of("test_begin") == []


def test_a_usage_error_ends_before_the_session(recorded: Recorded) -> None:
    run = recorded("empty", "--no-such-option")
    assert run.exit_code == 4
    assert run.of("imported") and run.of("configured") == []


def test_a_suite_without_tests_is_recorded(recorded: Recorded) -> None:
    run = recorded("empty")
    assert run.exit_code == run.of("finished")[0].a == 5
    assert run.ids() == []
