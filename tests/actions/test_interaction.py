"""Magnesium together with a medicine."""

from __future__ import annotations

import pytest

from actions.interaction import GROUP, PHARMACIST, SHOWN, interactions
from bot.dialogue.reply import Kind

MANY = "magnesium with doxycycline, ciprofloxacin, levothyroxine, alendronate and gabapentin"

pytestmark = pytest.mark.usefixtures("knowledge_database")


def test_what_the_table_says_comes_with_its_severity_its_source_and_whom_to_ask() -> None:
    reply = interactions("magnesium with doxycycline")
    assert reply
    assert reply.kind is Kind.LOOKUP
    assert reply.topics == (GROUP,)
    assert reply.text.startswith("Magnesium with doxycycline (")
    assert " importance): " in reply.text
    assert reply.text.endswith(PHARMACIST)
    assert reply.sources
    assert reply.consult == ("pharmacist", "doctor")
    assert reply.lookup
    assert reply.lookup["unknown"] == []
    (row,) = reply.lookup["found"]
    assert row["medicines"] == ["doxycycline"]


def test_a_brand_is_answered_by_its_generic_name() -> None:
    reply = interactions("can I take magnesium with Synthroid")
    assert reply
    assert "levothyroxine" in reply.text
    assert "Synthroid" not in reply.text


def test_only_so_many_rows_are_said_and_all_are_in_the_data() -> None:
    reply = interactions(MANY)
    assert reply
    assert reply.text.count(" importance): ") == SHOWN
    assert reply.lookup
    assert len(reply.lookup["found"]) > SHOWN
    said = [row["severity"] for row in reply.lookup["found"]]
    assert said == sorted(said, key=["high", "moderate", "low"].index)


def test_each_source_is_named_once() -> None:
    reply = interactions(MANY)
    assert reply
    named = [source.id for source in reply.sources]
    assert len(named) == len(set(named))


def test_of_a_medicine_without_a_row_nothing_is_guessed() -> None:
    reply = interactions("magnesium with ibuprofen and doxycycline")
    assert reply
    assert "nothing on magnesium with ibuprofen" in reply.text
    assert "Magnesium with doxycycline" in reply.text
    assert reply.lookup
    assert reply.lookup["unknown"] == ["ibuprofen"]


def test_a_word_that_may_be_anything_is_not_said_back() -> None:
    reply = interactions("magnesium with zzyxomycin")
    assert reply
    assert "zzyxomycin" not in reply.text
    assert "nothing on magnesium with that medicine" in reply.text


@pytest.mark.parametrize("text", ["", "does magnesium help", "magnesium with food"])
def test_without_a_medicine_there_is_no_look_up(text: str) -> None:
    assert interactions(text) is None
