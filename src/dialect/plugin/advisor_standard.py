"""Modules of the standard library that pytest has not imported itself.  PYTEST_DONT_REWRITE

A suite may have a module of its own called `resource` or `mmap`. `import` would find that one
where it is on sys.path by now, and where it comes later, leave the standard one in its place. So
these are loaded from where the standard library is, and sys.modules stays as it was.
"""

from __future__ import annotations

import os
import sys
from importlib import machinery, util
from typing import TYPE_CHECKING, Any

__all__ = ["fcntl", "mmap", "resource", "standard"]


def standard(name: str) -> Any:
    """A module of the standard library's own: built in, or an extension."""
    library = os.path.dirname(os.__file__)
    places = [os.path.join(library, "lib-dynload"), library]
    spec = machinery.BuiltinImporter.find_spec(name) or machinery.PathFinder.find_spec(name, places)
    if spec is None or spec.loader is None:
        raise ImportError(f"the standard library of this interpreter has no {name}")
    before = sys.modules.get(name)
    try:
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        if before is None:
            sys.modules.pop(name, None)  # older extensions put themselves there
        else:
            sys.modules[name] = before
    return module


if TYPE_CHECKING:
    import fcntl
    import mmap
    import resource
else:
    fcntl, mmap, resource = standard("fcntl"), standard("mmap"), standard("resource")
