"""Tells for each test how long it held the GIL, as gil_hook.c counts it.  PYTEST_DONT_REWRITE

Finds the lock on its own, from within: by the offsets of the C structures, which were computed from
the headers of each version; 3.13 publishes them.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Iterator

import pytest

OFFSETS = {(3, 9): 368, (3, 10): 368, (3, 11): 376}
COND, SWITCH_COND = 16, 16 + 48 + 40  # from the word, on x86-64 with glibc


def word(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def locked_address() -> int:
    runtime = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime"))
    version = sys.version_info[:2]
    if version in OFFSETS:
        return runtime + OFFSETS[version]
    if version == (3, 12):
        return word(word(runtime + 40) + 384) + 16
    head, locked = word(runtime + 40), word(runtime + {(3, 13): 136, (3, 14): 144}[version])
    return word(runtime + head) + locked


hook = ctypes.PyDLL(None)
hook.gil_hook_held_ns.restype = hook.gil_hook_releases.restype = ctypes.c_uint64
locked = locked_address()
hook.gil_hook_watch(ctypes.c_void_p(locked + COND), ctypes.c_void_p(locked + SWITCH_COND))
TOLD: dict[str, dict[str, float]] = {}


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    held, releases = hook.gil_hook_held_ns(), hook.gil_hook_releases()
    yield
    TOLD[item.name] = {
        "held_s": (hook.gil_hook_held_ns() - held) / 1e9,
        "releases": hook.gil_hook_releases() - releases,
    }


def pytest_unconfigure() -> None:
    with open(os.environ["GIL_ORACLE"], "w") as out:
        json.dump(TOLD, out)
