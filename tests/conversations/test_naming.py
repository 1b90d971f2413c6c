"""What a conversation is called where it is kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations.naming import LONGEST, digest, kept_name
from bot.conversations.tables import conversations, receipts


@pytest.mark.parametrize("sender", ["", "web-3f2a", "x" * LONGEST, "ü" * LONGEST])
def test_a_name_that_fits_is_kept_as_it_is(sender: str) -> None:
    assert kept_name(sender) == sender


def test_a_name_that_is_one_letter_too_long_becomes_a_digest() -> None:
    assert re.fullmatch("[0-9a-f]{64}", kept_name("x" * (LONGEST + 1)))


@settings(deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=200))
def test_every_name_fits_its_column_and_stays_the_same_when_named_again(sender: str) -> None:
    name = kept_name(sender)
    assert len(name) <= min(LONGEST, conversations.c.conversation.type.length)
    assert kept_name(name) == name


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert kept_name("x" * 100 + "a") != kept_name("x" * 100 + "b")


def test_a_digest_fits_its_column_and_tells_nothing_of_the_name() -> None:
    assert len(digest("visitor")) == receipts.c.digest.type.length
    assert "visitor" not in digest("visitor")
    assert digest("visitor") != digest("Visitor")
