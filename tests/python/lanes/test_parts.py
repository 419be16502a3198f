"""The parts that need no pytest run: shares of work, messages, values on their way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from .conftest import PLUGINS, ROOT

sys.path.insert(0, PLUGINS[0])
sys.path.insert(0, PLUGINS[1])

from advisor_lanes.carry import Told, plain, restored
from advisor_lanes.shares import Lost, Shares
from advisor_lanes.wire import Damaged, Unpacker, packed


@pytest.fixture
def shares() -> Iterator[Shares]:
    made = Shares(units=10, workers=2, slots=3)
    yield made
    made.close()


def test_each_worker_begins_with_a_run_of_neighbours(shares: Shares) -> None:
    assert [shares.claim(0) for _ in range(3)] == [0, 1, 2]
    assert [shares.claim(1) for _ in range(2)] == [5, 6]


def test_an_idle_worker_steals_the_later_half_of_the_longest_range(shares: Shares) -> None:
    # 0 has 0..4, 1 has 5..9: the first of the longest is robbed, of 7, 8 and 9 by halves.
    for _ in range(2):
        shares.claim(1)
    for _ in range(5):
        shares.claim(0)
    assert [shares.claim(0) for _ in range(2)] == [8, 9]
    assert [shares.claim(2), shares.claim(1), shares.claim(1)] == [7, None, None]


def test_nobody_steals_the_first_unit_of_a_worker_that_has_not_begun() -> None:
    shares = Shares(units=2, workers=2, slots=2)
    assert [shares.claim(0), shares.claim(0), shares.claim(1)] == [0, None, 1]
    shares.close()


def test_every_unit_is_claimed_once(shares: Shares) -> None:
    turns = [0, 1, 1, 2, 0, 2, 1, 0, 2, 2, 0, 1, 2]
    claimed = [unit for slot in turns if (unit := shares.claim(slot)) is not None]
    assert sorted(claimed) == list(range(10)) and shares.unclaimed == 0


def test_a_pool_is_taken_singly_in_order() -> None:
    shares = Shares(units=4, workers=2, slots=2, one_by_one=True)
    assert [shares.claim(slot) for slot in (1, 0, 0, 1, 0)] == [0, 1, 2, 3, None]
    shares.close()


def test_nothing_is_claimed_after_a_stop(shares: Shares) -> None:
    shares.stop()
    assert shares.claim(0) is None


def test_processes_share_it(shares: Shares) -> None:
    pid = os.fork()
    if pid == 0:
        shares.claim(0)
        shares.begins(0, 7)
        os._exit(0)
    os.waitpid(pid, 0)
    assert shares.claim(0) == 1 and shares.running(0) == 7


def test_a_lock_that_a_test_closed_is_noticed(shares: Shares) -> None:
    fd = shares._lock.fd
    copy = os.dup(fd)
    os.close(fd)
    try:
        with pytest.raises(Lost):
            shares.claim(0)
    finally:
        os.dup2(copy, fd)
        os.close(copy)


def test_messages_may_come_in_any_pieces() -> None:
    sent = [("test", 1, ["\udc80", (1, 2.5, None, b"\0")]), ("done", "", False)]
    data = b"".join(map(packed, sent))
    for size in (1, 3, len(data)):
        unpacker = Unpacker()
        pieces = [data[i : i + size] for i in range(0, len(data), size)]
        assert [m for piece in pieces for m in unpacker.feed(piece)] == sent


def test_a_message_that_was_changed_is_noticed() -> None:
    data = bytearray(packed("text"))
    data[-1] ^= 1
    with pytest.raises(Damaged):
        list(Unpacker().feed(bytes(data)))


def test_values_of_other_types_are_told() -> None:
    class Number(int):
        def __repr__(self) -> str:
            return "<number>"

    told = restored(plain({"a": (Number(3), [object])}))["a"]
    assert isinstance(told[0], Told) and repr(told[0]) == "<number>"
    assert str(told[1][0]) == "<class 'object'>"


def test_builtin_values_stay_what_they_are() -> None:
    value = {"a": [1, 2.5, (None, "\udc80", b"x"), {"b": True}]}
    assert restored(plain(value)) == value


def test_the_readme_says_where_the_plugin_and_what_it_imports_are() -> None:
    places = ":".join(f"TREE/{os.path.relpath(place, ROOT)}" for place in PLUGINS)
    readme = (ROOT / "README.md").read_text()
    assert f"PYTHONPATH={places} python -m pytest -p advisor_lanes" in readme
