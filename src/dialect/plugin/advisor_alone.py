"""Which tests must not run beside others on threads of one process.  PYTEST_DONT_REWRITE

What a test patches, captures or sets for the whole process, the tests on other threads would see.
The recorder says of each test whether that is known of it, so that predictions count it, and lanes
run it by itself when they have ended. What can be known without running a test is known here, by
what its item asks for; what a test does unasked, lanes see when it does it.
"""

from __future__ import annotations

from typing import Any

# Fixtures by name: why whoever has one must be alone.
FIXTURES = {
    "benchmark": "it measures time, which others would take from it",
    "caplog": "it sets the levels of loggers, which all threads share",
    "capfd": "it captures the descriptors of the process",
    "capfdbinary": "it captures the descriptors of the process",
    "capsys": "it replaces sys.stdout and sys.stderr",
    "capsysbinary": "it replaces sys.stdout and sys.stderr",
    "capteesys": "it replaces sys.stdout and sys.stderr",
    "fake_process": "it replaces subprocess.Popen for all threads",
    "fp": "it replaces subprocess.Popen for all threads",
    "freezer": "it stops the clocks of the process",
    "fs": "it replaces the file system for all threads",
    "mocker": "it patches objects that all threads share",
    "monkeypatch": "it patches objects that all threads share",
    "no_cover": "it stops measuring coverage for all threads",
    "pytester": "it runs pytest in the process and changes its directory",
    "recwarn": "it records the warnings of all threads",
    "requests_mock": "it replaces the transport of requests for all threads",
    "respx_mock": "it replaces the transport of httpx for all threads",
    "testdir": "it runs pytest in the process and changes its directory",
    "time_machine": "it moves the clocks of the process",
}
MARKS = {
    "exclusive": "it is marked so",
    "filterwarnings": "it sets the filters of warnings, which all threads share",
}
SCOPED = ("mocker", "monkeypatch")  # class_mocker, session_mocker, monkeypatch_session and the like


def of_fixture(name: str) -> str | None:
    known = FIXTURES.get(name)
    if known is None:
        known = next((FIXTURES[word] for word in SCOPED if word in name), None)
    return None if known is None else f"{name}: {known}"


def of_fixtures(names: Any) -> str | None:
    """Of the names that an item asks for, itself or by another fixture."""
    return next(filter(None, map(of_fixture, names)), None)


def of_marks(item: Any) -> str | None:
    for mark in item.iter_markers():
        if mark.name in MARKS:
            return f"mark {mark.name}: {MARKS[mark.name]}"
    return None


def of_item(item: Any) -> str | None:
    """Of its kind, or of the fixtures that it asks for."""
    if type(item).__module__.endswith("doctest"):
        return "doctest: it replaces sys.stdout"
    info = getattr(item, "_fixtureinfo", None)
    names = info.names_closure if info is not None else getattr(item, "fixturenames", ())
    return of_fixtures(names)


def because(item: Any) -> str | None:
    """Why it must be alone; None: nothing is known against it."""
    return of_item(item) or of_marks(item)
