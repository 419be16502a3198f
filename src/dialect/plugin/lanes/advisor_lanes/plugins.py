"""What is known of options, fixtures and other plugins that forked workers must not meet."""

from __future__ import annotations

from typing import Any

import pytest

from . import coverage_data

# Options, by destination: value -> why not. Only of those that are set.
OPTIONS = {
    "usepdb": "--pdb needs the terminal, which all workers share",
    "trace": "--trace needs the terminal, which all workers share",
    "setupshow": "--setup-show writes where tests run, and workers would mix their lines",
    "setuponly": "--setup-only writes where tests run, and workers would mix their lines",
    "setupplan": "--setup-plan writes where tests run, and workers would mix their lines",
    "looponfail": "--looponfail runs pytest again and again by itself",
    "forked": "pytest-forked's --forked gives every test a process already",
    "lanes": "pytest-threadlanes runs the tests itself",
    "memray": "pytest-memray measures one process",
}
# Plugins that prepare workers of pytest-xdist by pytest_configure_node and need nothing of it here:
# pytest-cov measures in the forks as it did before (coverage_data.py), pytest-randomly's seed is
# settled, pytest-rerunfailures asks its server for nothing but tests that crashed.
PREPARE_NOTHING = ("pytest_cov", "pytest_randomly", "pytest_rerunfailures", "xdist", "advisor_")
# Fixtures that write into a report of the process that they run in (pytest's junitxml.py).
JUNIT_FIXTURES = ("record_xml_attribute", "record_testsuite_property")


def module_of(plugin: Any) -> str:
    return str(getattr(plugin, "__module__", None) or getattr(plugin, "__name__", ""))


def refused_options(config: pytest.Config) -> list[str]:
    """Reasons, each a sentence that names who it is about."""
    found = [why for name, why in OPTIONS.items() if getattr(config.option, name, None)]
    if getattr(config.option, "dist", "no") != "no" or getattr(config.option, "tx", None):
        found.append("pytest-xdist was told to run the tests, too (-n, --dist or --tx)")
    return found


def refusals(session: pytest.Session) -> list[str]:
    """The same of what is known once tests are collected."""
    coverage = coverage_data.refusal(session.config)
    found = [*of_node_hooks(session.config), *of_plugins(session)]
    return [*found, coverage] if coverage else found


def of_node_hooks(config: pytest.Config) -> list[str]:
    caller = getattr(config.hook, "pytest_configure_node", None)
    names = [
        implementation.plugin_name
        if "." not in module_of(implementation.plugin)
        else module_of(implementation.plugin)
        for implementation in (caller.get_hookimpls() if caller is not None else ())
        if not module_of(implementation.plugin).startswith(PREPARE_NOTHING)
    ]
    return [
        f"{name} prepares each worker of pytest-xdist (pytest_configure_node) and reads that when "
        "a worker configures, which a forked worker does not do again"
        for name in names
    ]


def of_plugins(session: pytest.Session) -> list[str]:
    config, items = session.config, session.items
    found = []
    if config.pluginmanager.hasplugin("benchmark"):
        off = ("benchmark_disable", "benchmark_skip")
        uses = any("benchmark" in getattr(item, "fixturenames", ()) for item in items)
        if uses and not any(getattr(config.option, name, False) for name in off):
            found.append("pytest-benchmark times tests, and workers would disturb each other")
    if any(item.get_closest_marker("dependency") for item in items) and (
        config.pluginmanager.hasplugin("dependency")
    ):
        found.append("pytest-dependency needs the results of other tests where a test runs")
    if getattr(config.option, "xmlpath", None):
        names = {name for item in items for name in getattr(item, "fixturenames", ())}
        found += [
            f"the fixture {name} writes into the JUnit report of the worker, where it is lost"
            for name in JUNIT_FIXTURES
            if name in names
        ]
    return found
