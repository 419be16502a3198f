"""Tells what was collected: tests, their groups and wide fixtures.  PYTEST_DONT_REWRITE

Each test and each definition of a fixture is told once, before anything refers to it by number.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple, Optional

import advisor_alone
import pytest

FIXTURE, ITEM, NEED, ALONE = 2, 3, 4, 9  # kinds of frames
SCOPES = {"function": 0, "class": 1, "module": 2, "package": 3, "session": 4}
NO_PARAMETER = 0xFFFFFFFF

Why = Optional[str]


def encoded(text: str) -> bytes:
    """The bytes that pytest made `text` of; ids may hold lone surrogates of either origin."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


class Parent(NamedTuple):
    """What the tests of one node of the collection have in common."""

    node: object
    module: int  # bytes of a node id that name its module
    class_: int  # and its innermost class
    in_group: bool  # of pytest-xdist
    marked: bool  # to run alone
    alone: Why  # why they must, by their class


class Items:
    def __init__(self, frame: Callable[[int, bytes], None], longest: int) -> None:
        """`longest` is the number of bytes that a frame may have."""
        self.frame, self.pack, self.longest = frame, struct.pack, longest
        self.pack_head = struct.Struct("=6I").pack
        self.tests: dict[int, int] = {}  # by the id() of their item
        self.collected: list[pytest.Item] = []
        self.by_node_id: dict[str, pytest.Item] | None = None  # of them, once one is looked for
        self.kept: list[object] = []  # so that an id() is never another object's later
        self.definitions: dict[int, int] = {}
        self.uses: tuple[object, list[tuple[str, int]]] = (None, [])
        self.alone: tuple[object, Why] = (None, None)
        self.parent = Parent(None, 0, 0, False, False, None)

    def find(self, node_id: str) -> pytest.Item | None:
        """The first one collected of that name."""
        if self.by_node_id is None:
            self.by_node_id = {item.nodeid: item for item in reversed(self.collected)}
        return self.by_node_id.get(node_id)

    def announce_all(self, items: list[pytest.Item]) -> None:
        self.collected = items
        for item in items:
            if id(item) not in self.tests:
                self.announce(item)

    def announce(self, item: pytest.Item) -> int:
        index = self.tests[id(item)] = len(self.tests)
        self.kept.append(item)
        node_id = encoded(item.nodeid)[: self.longest // 2]
        if item.parent is not self.parent.node:
            self.parent = self.parent_of(item)
        _, module, class_, in_group, marked, _ = self.parent
        own = item.own_markers
        groups = self.groups(item) if in_group or own else b""
        known = getattr(item, "_fixtureinfo", None)
        uses = self.fixtures(item, known) if known is not None and known.name2fixturedefs else b""
        head = self.pack_head(index, module, class_, len(uses) // 8, len(groups), len(node_id))
        self.frame(ITEM, head + uses + groups + node_id)
        try:
            if known is None or self.alone[0] is not known:  # parametrisations may share one
                self.alone = (known, advisor_alone.of_item(item))
            because = self.alone[1] or self.parent.alone
            if because is None and (
                marked or (own and any(mark.name in advisor_alone.MARKS for mark in own))
            ):
                because = advisor_alone.of_marks(item)
        except Exception:  # what it says of an odd item is no reason to stop
            return index
        if because is not None:
            text = encoded(because)[:1000]
            self.frame(ALONE, self.pack("=II", index, len(text)) + text)
        return index

    def parent_of(self, item: pytest.Item) -> Parent:
        nodes = [item.getparent(kind) for kind in (pytest.File, pytest.Class)]
        module, class_ = [len(encoded(node.nodeid)) if node else 0 for node in nodes]
        marks = item.parent.keywords if item.parent is not None else ()
        marked = any(name in marks for name in advisor_alone.MARKS)
        alone = None
        if nodes[1] is not None:
            with suppress(Exception):  # as above
                alone = advisor_alone.of_class(getattr(nodes[1], "obj"))  # noqa: B009
        return Parent(item.parent, module, class_, "xdist_group" in marks, marked, alone)

    def groups(self, item: pytest.Item) -> bytes:
        """Names of the xdist_group marks as xdist reads them, outermost first."""
        marks = list(item.iter_markers("xdist_group"))[::-1]
        names = [str((*mark.args, mark.kwargs.get("name", "default"))[0]) for mark in marks]
        texts = [encoded(name)[:1000] for name in names]
        return b"".join([self.pack("=I", len(text)) + text for text in texts])

    def fixtures(self, item: pytest.Item, known: Any) -> bytes:
        """(definition, parameter) of the wide fixtures known to be needed, in order of set-up."""
        if self.uses[0] is not known:  # parametrisations may share one
            self.uses = (known, list(self.wide_fixtures(known)))
        if not self.uses[1]:
            return b""
        at = item.callspec.indices if hasattr(item, "callspec") else {}
        uses = [(definition, at.get(name, NO_PARAMETER)) for name, definition in self.uses[1]]
        return b"".join([self.pack("=II", *use) for use in uses])

    def wide_fixtures(self, known: Any) -> Iterator[tuple[str, int]]:
        for name in known.names_closure:
            chain = []
            for definition in reversed(known.name2fixturedefs.get(name, ())):
                chain.append(definition)
                if name not in definition.argnames:  # else it asks for what it overrides
                    break
            for definition in reversed(chain):
                if definition.scope != "function":
                    yield name, self.define(definition)

    def define(self, definition: Any) -> int:
        known = self.definitions.get(id(definition))
        if known is not None:
            return known
        index = self.definitions[id(definition)] = len(self.definitions)
        self.kept.append(definition)
        node = getattr(definition, "node", None)
        name = encoded(definition.argname)[:65536]
        base = encoded(definition.baseid if node is None else node.nodeid)[:65536]
        head = (index, SCOPES[definition.scope], len(name), len(base))
        self.frame(FIXTURE, self.pack("=4I", *head) + name + base)
        return index

    def add_needs(self, test: int, item: pytest.Item, used: dict[str, Any]) -> None:
        """Those of the fixtures used that were asked for by request.getfixturevalue(), be they new
        or not."""
        named = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
        if not used.keys() <= named.keys():
            for name, definition in used.items():
                if name not in named and definition.scope != "function":
                    need = (test, self.define(definition), NO_PARAMETER, 0)
                    self.frame(NEED, self.pack("=4I", *need))
