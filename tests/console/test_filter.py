"""What a list is narrowed to, as it stands in an address."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.console.filter import STATUSES, THUMBS, Filter
from bot.console.listing import Count, Key

WORD = st.text("abcxyzäö019_.@:+-", min_size=1, max_size=64)
DAY = st.none() | st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31))
NUMBER = st.none() | st.integers(0, 999_999)


@given(
    st.builds(
        Filter,
        words=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200).map(str.strip),
        since=DAY,
        until=DAY,
        channel=WORD,
        topic=WORD,
        safety=WORD,
        unclear=st.booleans(),
        low=st.booleans(),
        thumbs=st.sampled_from(["", *THUMBS]),
        least=NUMBER,
        most=NUMBER,
        tag=WORD,
        status=st.sampled_from(["", *STATUSES]),
        open=st.booleans(),
        assignee=WORD,
        language=WORD,
        knowledge=WORD,
    )
)
@settings(deadline=None, max_examples=60)
def test_it_comes_back_from_its_address_as_it_was(chosen: Filter) -> None:
    assert Filter.read(dict(parse_qsl(chosen.query))) == (chosen, [])


def test_nothing_narrows_nothing() -> None:
    empty, problems = Filter.read({"words": "  ", "since": "", "low": "0", "unclear": "no", "page": "3"})
    assert (empty, problems) == (Filter(), [])
    assert (empty.values, empty.query, empty.names) == ({}, "", "")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("since", "yesterday", "'since' is not a day such as 2026-11-24"),
        ("until", "2027-02-29", "'until' is not a day"),
        ("until", "2026-13-01", "'until' is not a day"),
        ("least", "-1", "'least' is not a number"),
        ("most", "1e3", "'most' is not a number"),
        ("most", "٣", "'most' is not a number"),
        ("most", "9999999", "'most' is not a number"),
        ("status", "gone", "'status' can't be that"),
        ("thumbs", "sideways", "'thumbs' can't be that"),
        ("tag", "x" * 65, "'tag' can't be that"),
        ("channel", "web'--", "'channel' can't be that"),
        ("topic", "<b>", "'topic' can't be that"),
        ("assignee", "a\nb", "'assignee' can't be that"),
    ],
)
def test_what_can_not_be_is_left_out_and_named(name: str, value: str, told: str) -> None:
    chosen, problems = Filter.read({name: value, "language": "en"})
    assert chosen == Filter(language="en")
    (problem,) = problems
    assert problem.startswith(told)
    assert problem.endswith("so it was left out.")


def test_a_leap_day_is_a_day() -> None:
    assert Filter.read({"since": "2028-02-29"})[0].since == datetime.date(2028, 2, 29)


def test_none_at_all_is_a_number_that_narrows() -> None:
    chosen, _ = Filter.read({"most": "0", "least": "000000"})
    assert (chosen.most, chosen.least) == (0, 0)


def test_words_are_cut_where_they_are_very_long_and_never_hold_nul() -> None:
    chosen, problems = Filter.read({"words": "le\0gs " + "x" * 500})
    assert (len(chosen.words) <= 200, "\0" in chosen.words, problems) == (True, False, [])


def test_what_was_looked_for_is_not_in_its_name() -> None:
    """The name goes to the audit log, which holds nothing that a visitor may have written."""
    chosen, _ = Filter.read({"words": "swollen ankles", "safety": "any", "low": "1"})
    assert chosen.names == "words, safety=any, low=1"


@given(st.floats(allow_nan=False), st.text(min_size=1))
@settings(deadline=None)
def test_a_place_in_the_list_comes_back_from_its_address(last: float, conversation: str) -> None:
    key = Key(last, conversation)
    assert Key.read(str(key)) == key


@pytest.mark.parametrize(
    ("count", "shown"), [(Count(0), "0"), (Count(12345), "12,345"), (Count(10_000, True), "more than 10,000")]
)
def test_a_count_is_read_aloud(count: Count, shown: str) -> None:
    assert str(count) == shown
