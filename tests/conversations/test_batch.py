"""A batch as a line of the spool, and the names of batches."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations.batch import Batch, new_key
from bot.conversations.tables import events

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(blacklist_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(blacklist_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)
PLAIN = st.dictionaries(st.text(st.characters(blacklist_categories=["Cs"]), max_size=8), VALUES, max_size=3)


@settings(deadline=None)
@given(st.lists(PLAIN, max_size=3), st.lists(PLAIN, max_size=3), PLAIN)
def test_it_comes_back_from_its_line_as_it_was(said: list[dict], turns: list[dict], state: dict) -> None:  # type: ignore[type-arg]
    batch = Batch(new_key(), "a", said, turns, state)
    assert Batch.from_line(batch.as_line()) == batch


@pytest.mark.parametrize("text", ["two\nlines", "\r\n", "\u2028 and \x85", "😀 é", "\x00"])
def test_it_is_one_line_whatever_was_written(text: str) -> None:
    line = Batch(new_key(), "a", [{"text": text}], [], {}).as_line()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert Batch.from_line(line).events == [{"text": text}]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b'{"key":"half',
        b"[1]\n",
        b"5\n",
        b"null\n",
        b"{}\n",
        b'{"key":"k","conversation":"a","events":[],"turns":[]}\n',
        b'{"key":"k","conversation":"a","events":[],"turns":[],"state":{},"more":1}\n',
        b"\xff\xfe\n",
    ],
)
def test_a_line_that_is_no_batch_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Batch.from_line(line)


def test_later_keys_sort_after_earlier_ones_and_none_comes_twice() -> None:
    keys = []
    for _ in range(50):
        keys.append(new_key())
        time.sleep(0.0001)
    assert keys == sorted(keys)
    assert len({new_key() for _ in range(1000)}) == 1000


def test_a_key_fits_its_column_and_tells_when_it_was_made() -> None:
    before = time.time()
    batch = Batch(new_key(), "a", [], [], {})
    assert before - 0.001 <= batch.at <= time.time() + 0.001
    assert len(batch.key) <= events.c.key.type.length


def test_keys_are_as_long_in_a_hundred_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """As texts they would not sort by time otherwise."""
    now = new_key()
    monkeypatch.setattr(time, "time_ns", lambda: 4_900_000_000 * 10**9)
    later = new_key()
    assert len(later) == len(now)
    assert later > now
    assert Batch(later, "a", [], [], {}).at == 4_900_000_000
