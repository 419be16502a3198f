"""Functions in C that do what the recorder's modules do, but sooner.  PYTEST_DONT_REWRITE

They are in one library beside this file, and known by what `ctypes` is made of: a suite may look
whether that is imported, or have one. An interpreter that is not CPython or was built without
ctypes, or a directory from which nothing may be executed, has none; the modules do without.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from advisor_standard import standard


def native(name: str) -> Callable[..., Any]:
    """A function that takes objects and integers that fit an int, and returns an object."""
    if sys.implementation.name != "cpython":
        raise ImportError("the library is for CPython")
    if TYPE_CHECKING:
        import _ctypes as c
    else:
        c = standard("_ctypes")

    class Number(c._SimpleCData):  # type: ignore[type-arg]
        _type_ = "i"

    class Object(c._SimpleCData):  # type: ignore[type-arg]
        _type_ = "O"

    class Function(c.CFuncPtr):
        _flags_ = c.FUNCFLAG_CDECL | c.FUNCFLAG_PYTHONAPI
        _restype_ = Object

    path = os.path.join(os.path.dirname(__file__), "libadvisor_writer.so")
    function = Function(c.dlsym(c.dlopen(path, os.RTLD_NOW), name))

    def call(*given: Any) -> Any:
        return function(*(Number(one) if type(one) is int else Object(one) for one in given))

    return call
