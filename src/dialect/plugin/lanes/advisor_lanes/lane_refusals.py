"""What is known of options, settings and other plugins that lanes must not meet.

A refusal is a sentence that names who it is about. Where it is enough that some tests run alone,
nothing is refused: see lane_units.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from .plugins import module_of

# Options, by destination: value -> why not. Only of those that are set.
OPTIONS = {
    "usepdb": "--pdb needs the terminal, which all lanes share",
    "trace": "--trace needs the terminal, which all lanes share",
    "setupshow": "--setup-show writes where tests run, and lanes would mix their lines",
    "setuponly": "--setup-only writes where tests run, and lanes would mix their lines",
    "setupplan": "--setup-plan writes where tests run, and lanes would mix their lines",
    "stepwise": "--stepwise goes on from the first failure: what stands before must have run",
    "looponfail": "--looponfail runs pytest again and again by itself",
    "lsof": "--lsof counts the open files of each test",
    "forked": "pytest-forked's --forked gives every test a process",
    "lanes": "pytest-threadlanes runs the tests itself",
    "tests_per_worker": "pytest-parallel runs the tests itself",
    "workers": "pytest-parallel runs the tests itself",
    "parallel_threads": "pytest-run-parallel runs every test on many threads itself",
    "memray": "pytest-memray measures one test after the other",
    "cov_context": "pytest-cov's --cov-context tells which one test ran",
    "reruns": "pytest-rerunfailures runs the protocol of a test itself",
    "force_flaky": "flaky runs the protocol of a test itself",
}
# Plugins that replace or surround pytest's protocol of a test, and what they then do of that.
SURROUND_NOTHING = ("_pytest.", "pytest_timeout", "pytest_rerunfailures", "pytest_forked", "flaky")
# Plugins whose state is one test's at a time, by their name.
PLUGINS = {
    "django": "pytest-django's connections and settings are those of a thread or of the process",
    "randomly": "pytest-randomly sets the seed of all threads before each test (-p no:randomly)",
    "dependency": "pytest-dependency needs the results of other tests where a test runs",
    "check": "pytest-check keeps the failures of one test at a time",
    "assume": "pytest-assume keeps the failures of one test at a time",
    "pytest-qt": "Qt runs on the main thread only",
    "memray": "pytest-memray measures one test after the other",
    "advisor_recorder": "a recorder of one test after the other is at work",
}
# Marks that ask a plugin to run the test itself: mark, name of the plugin, package.
MARKS = (
    ("flaky", "rerunfailures", "pytest-rerunfailures"),
    ("flaky", "flaky", "flaky"),
    ("forked", "pytest_forked", "pytest-forked"),
    ("timeout", "timeout", "pytest-timeout"),
)


def refused_options(config: pytest.Config) -> list[str]:
    found = [why for name, why in OPTIONS.items() if getattr(config.option, name, None)]
    if getattr(config.option, "dist", "no") != "no" or getattr(config.option, "tx", None):
        found.append("pytest-xdist was told to run the tests, too (-n, --dist or --tx)")
    if config.getoption("forked_workers") and config.getoption("--forked-dist") != "load":
        found.append("--forked-dist divides tests for workers without lanes")
    return found


def refusals(session: pytest.Session) -> list[str]:
    """The same of what is known once tests are collected."""
    return [
        *of_timeouts(session.config),
        *of_settings(session.config),
        *of_plugins(session),
        *of_protocols(session),
    ]


def setting(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (ValueError, KeyError):
        return None


def of_timeouts(config: pytest.Config) -> list[str]:
    if not config.pluginmanager.hasplugin("timeout"):
        return []
    set_by = {
        "--timeout": getattr(config.option, "timeout", None),
        "the setting timeout": setting(config, "timeout"),
        "PYTEST_TIMEOUT": os.environ.get("PYTEST_TIMEOUT"),
    }
    return [
        f"pytest-timeout stops a test on the main thread, or the process ({name})"
        for name, value in set_by.items()
        if value and str(value) != "0"
    ]


def of_settings(config: pytest.Config) -> list[str]:
    found = []
    live = getattr(config.option, "log_cli_level", None) is not None
    if live or setting(config, "log_cli"):
        found.append("live logs (log_cli) show the logs of one test after the other")
    reruns = setting(config, "reruns")
    if reruns and str(reruns) != "0":
        found.append("pytest-rerunfailures runs the protocol of a test itself (reruns)")
    return found


def of_plugins(session: pytest.Session) -> list[str]:
    manager, items = session.config.pluginmanager, session.items
    found = [why for name, why in PLUGINS.items() if manager.hasplugin(name)]
    for mark, plugin, package in MARKS:
        if manager.hasplugin(plugin) and any(item.get_closest_marker(mark) for item in items):
            found.append(f"tests with the mark {mark} need {package} to run them")
    return found


def of_protocols(session: pytest.Session) -> list[str]:
    names: dict[str, None] = {}
    seen: set[int] = set()
    for item in session.items:
        caller: Any = item.ihook.pytest_runtest_protocol
        if id(caller) in seen:
            continue
        seen.add(id(caller))
        for implementation in caller.get_hookimpls():
            module = module_of(implementation.plugin)
            own = type(implementation.plugin).__module__
            if not module.startswith(SURROUND_NOTHING) and not own.startswith(SURROUND_NOTHING):
                names[implementation.plugin_name] = None
    return [
        f"{name} surrounds the protocol of each test (pytest_runtest_protocol), which is another "
        "one on lanes"
        for name in names
    ]


def gil_is_back() -> bool:
    """Whether an extension module has switched the GIL on in a build that can do without."""
    import sysconfig

    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return free and bool(getattr(sys, "_is_gil_enabled", lambda: True)())
