"""All that the package touches of pytest's inside, in one place.

Each has a probe. A pytest in which one of them is missing is refused: a guess could lose a test.
Tried with pytest 7.4 to 9.2.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest


def unknown(session: pytest.Session) -> list[str]:
    """What this pytest does not have, as reasons to refuse."""
    capture = session.config.pluginmanager.getplugin("capturemanager")
    factory = getattr(session.config, "_tmp_path_factory", None)
    has = {
        "Session._setupstate.teardown_exact": hasattr(
            getattr(session, "_setupstate", None), "teardown_exact"
        ),
        "Function._fixtureinfo.name2fixturedefs": all(
            hasattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs")
            for item in session.items
            if isinstance(item, pytest.Function)
        ),
        "CaptureManager._global_capturing": capture is None
        or hasattr(capture, "_global_capturing"),
        "TempPathFactory._basetemp": factory is None or hasattr(factory, "_basetemp"),
    }
    return [
        f"pytest {pytest.__version__} has no {name}, which this version of advisor_lanes needs"
        for name, there in has.items()
        if not there
    ]


def tear_down_all(session: pytest.Session) -> None:
    """Tears down every fixture that is still set up; nothing after a last test."""
    session._setupstate.teardown_exact(None)


def cached_fixtures(session: pytest.Session) -> list[str]:
    """Names of fixtures that hold a value now, which forked workers would share."""
    found = [getattr(item, "_fixtureinfo", None) for item in session.items]
    infos = {id(info): info for info in found if info is not None}
    return sorted(
        {
            name
            for info in infos.values()
            for name, definitions in info.name2fixturedefs.items()
            if any(getattr(one, "cached_result", None) is not None for one in definitions)
        }
    )


def renew_capture(session: pytest.Session) -> None:
    """Gives this process files of its own for what tests print.

    Those made before the fork, and their offsets, are shared with all other workers. The objects
    stay: handlers of logging may hold them since they were made.
    """
    capture = session.config.pluginmanager.getplugin("capturemanager")
    capturing = getattr(capture, "_global_capturing", None)
    for one in () if capturing is None else (capturing.out, capturing.err):
        stream: Any = getattr(one, "tmpfile", None)
        with contextlib.suppress(OSError, AttributeError):  # (--capture=sys writes to memory)
            stream.flush()
            with tempfile.TemporaryFile(buffering=0) as file:
                os.dup2(file.fileno(), stream.fileno(), inheritable=False)


def base_of_temporary_paths(session: pytest.Session) -> Path | None:
    """The directory of tmp_path for the whole run, made now if it was not yet."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    return None if factory is None else factory.getbasetemp()


def set_base_of_temporary_paths(session: pytest.Session, base: Path) -> None:
    session.config._tmp_path_factory._basetemp = base  # type: ignore[attr-defined]


def forget_callers(session: pytest.Session, names: Sequence[str]) -> None:
    """The hook proxies of items keep a caller once it was used, as the parent of a replacement
    worker has done; and a proxy may stand before another one."""
    proxies = [session.config.hook, *(item.ihook for item in session.items)]
    for proxy in {id(one): one for one in proxies}.values():
        inner: Any = proxy
        while inner is not None and inner is not session.config.pluginmanager.hook:
            for name in names:
                vars(inner).pop(name, None)
            inner = vars(inner).get(
                "_PathAwareHookProxy__hook_relay", vars(inner).get("_hook_relay")
            )


def failed_subtests(item: pytest.Item) -> Any:
    """pytest 9 fails a passed test whose subtests failed, from counts that it keeps where they ran:
    the counts, and the key of this test in them; None before pytest 9."""
    try:
        from _pytest.subtests import failed_subtests_key
    except ImportError:
        return None
    counts = item.config.stash.get(failed_subtests_key, None)
    return None if counts is None else (counts, item.id if hasattr(item, "id") else item.nodeid)


def count_failed_subtests(item: pytest.Item) -> int:
    found = failed_subtests(item)
    return found[0].get(found[1], 0) if found else 0


def set_failed_subtests(item: pytest.Item, count: int) -> None:
    found = failed_subtests(item)
    if found:
        found[0][found[1]] = count
