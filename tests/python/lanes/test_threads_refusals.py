"""What lanes cannot do is refused, by name, before a test has run."""

from __future__ import annotations

import pytest

from .conftest import Suite

PROTOCOL = "def pytest_runtest_protocol(item): pass"
TEST = "def test(): pass\ndef test_b(): pass"


@pytest.mark.parametrize(
    ("conftest", "words", "reason"),
    [
        ("", ("--pdb",), "--pdb"),
        ("", ("--trace",), "--trace"),
        ("", ("--setup-show",), "--setup-show"),
        ("", ("-n2",), "pytest-xdist was told to run the tests"),
        ("", ("--sw", "-p", "cacheprovider", "-p", "stepwise"), "--stepwise"),
        ("", ("--forked-workers=2", "--forked-dist=loadfile"), "--forked-dist"),
        ("", ("-o", "log_cli=true"), "log_cli"),
        (PROTOCOL, (), "pytest_runtest_protocol"),
    ],
)
def test_it_is_refused(suite: Suite, conftest: str, words: tuple[str, ...], reason: str) -> None:
    suite.write(conftest=conftest, test_it=TEST)
    ended = suite.threads(2, *words)
    assert ended.code == 4, ended.out
    assert "cannot run on threads: " in ended.out and reason in ended.out
    assert not ended.reports


@pytest.mark.parametrize(
    ("plugin", "words", "test_it"),
    [
        ("pytest_timeout", ("--timeout=60",), TEST),
        ("pytest_timeout", (), f"import pytest\n@pytest.mark.timeout(9)\n{TEST}"),
        ("pytest_rerunfailures", ("--reruns=2",), TEST),
        ("pytest_rerunfailures", (), f"import pytest\n@pytest.mark.flaky(reruns=2)\n{TEST}"),
    ],
)
def test_plugins_that_run_tests_are_refused(
    suite: Suite, plugin: str, words: tuple[str, ...], test_it: str
) -> None:
    import subprocess

    if subprocess.run([suite.python, "-c", f"import {plugin}"], capture_output=True).returncode:
        pytest.skip(f"{plugin} is not installed")
    suite.write(test_it=test_it)
    assert suite.threads(2, *words).code == 4
    suite.write(test_it=TEST)
    assert suite.threads(2).code == 0


def test_a_pytest_that_is_not_known_is_refused(suite: Suite) -> None:
    suite.write(
        conftest="import _pytest.runner\ndel _pytest.runner._update_current_test_var",
        test_it=TEST,
    )
    ended = suite.threads(2)
    assert ended.code == 4 and "has no runner._update_current_test_var" in ended.out


def test_only_the_main_thread_says_what_it_collects(suite: Suite) -> None:
    suite.write(test_it=TEST)
    ended = suite.threads(2, "--collect-only", "-q")
    assert ended.code == 0 and "test_it.py::test" in ended.out and not ended.reports
