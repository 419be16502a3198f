"""Describes the interpreter that runs pytest, as lines of JSON.

Run as a script by an interpreter, or loaded by ``-p advisor_probe`` where only a launcher is known
(``uv run pytest``). Writes one object to the file that ADVISOR_PROBE_FILE names, else to standard
output. It looks packages up and imports none of the suite's.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig


def installed_plugins() -> list[tuple[str, str]]:
    """Distributions with a pytest11 entry point, and py, which some plugins need besides pytest's
    own small copy of it; with their versions."""
    import importlib.metadata as metadata

    found = {}
    for distribution in metadata.distributions():
        try:
            name = str(distribution.metadata["Name"])
            points = distribution.entry_points
            if name == "py" or any(point.group == "pytest11" for point in points):
                found[name] = str(distribution.version)
        except Exception:  # a broken installation of something else
            continue
    return sorted(found.items())


def version_of(name: str) -> str:
    import importlib.metadata as metadata
    import importlib.util

    if importlib.util.find_spec(name.replace("-", "_").replace("pytest_xdist", "xdist")) is None:
        return ""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def description() -> dict[str, object]:
    return {
        "executable": sys.executable,
        "version": ".".join(map(str, sys.version_info[:3])),
        "implementation": sys.implementation.name,
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "pytest": version_of("pytest"),
        "xdist": version_of("pytest-xdist"),
        "plugins": installed_plugins(),
    }


def main() -> None:
    text = json.dumps(description()) + "\n"
    path = os.environ.get("ADVISOR_PROBE_FILE")
    if path:
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    else:
        sys.stdout.write(text)


main()
