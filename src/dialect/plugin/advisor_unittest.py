"""Times setUp and tearDown of unittest's test cases, which no hook of pytest sees.

They are told as fixtures of function scope, named as pytest names what it makes of setUpClass.  Of
cases that another framework runs in its own way (Twisted's trial, testtools) nothing is told.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

__unittest = True  # pytest and unittest show no frames of such a module in tracebacks


class Definition(NamedTuple):
    """As much of pytest's FixtureDef as is told."""

    argname: str
    baseid: str
    scope: str = "function"


def bases() -> list[Any]:
    """unittest's classes of test cases, as far as the suite has imported them."""
    found = (
        getattr(sys.modules.get(module), name, None)
        for module, name in (
            ("unittest.case", "TestCase"),
            ("unittest.async_case", "IsolatedAsyncioTestCase"),
        )
    )
    return [base for base in found if isinstance(base, type)]


def has_own(case: type, names: tuple[str, ...]) -> bool:
    """Whether any is not unittest's own, which do nothing."""
    functions = (getattr(case, name, None) for name in names)
    return any(
        function is not None
        and getattr(function, "__module__", "") not in ("unittest.case", "unittest.async_case")
        for function in functions
    )


def definitions(items: list[Any]) -> dict[type, Definition]:
    """Of the classes of these tests that set up or tear down anything."""
    known: dict[type, Definition] = {}
    kinds = tuple(bases())
    parents = {id(item.parent): item.parent for item in items} if kinds else {}
    for parent in parents.values():
        case = getattr(parent, "obj", None)
        if (
            isinstance(case, type)
            and issubclass(case, kinds)
            and has_own(case, ("setUp", "tearDown", "asyncSetUp", "asyncTearDown"))
        ):
            name = f"_unittest_setUp_fixture_{case.__qualname__}"
            known[case] = Definition(name, parent.nodeid)
    return known


def watch(begin: Callable[[type, bool], Any], end: Callable[[Any, bool], Any]) -> None:
    """Has unittest call `begin` with the class of a case and whether it is torn down, before it is
    set up or torn down, and thereafter `end` with what that returned, unless it was None."""

    def watched(function: Callable[[Any], Any], down: bool) -> Callable[[Any], Any]:
        def call(self: Any) -> Any:
            span = begin(self.__class__, down)  # looks nothing up: a suite may wipe this module
            try:
                return function(self)
            finally:
                if span is not None:
                    end(span, down)

        call.__name__, call.__qualname__ = function.__name__, function.__qualname__
        call.__module__, call.__doc__ = function.__module__, function.__doc__
        return call

    for base in bases():
        for name, down in (("_callSetUp", False), ("_callTearDown", True)):
            function = vars(base).get(name)
            if function is not None:
                setattr(base, name, watched(function, down))
