"""The questions inside a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.clauses import MOST, Reading, questions, readings
from bot.nlu.text import clean


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("what causes it and is it hereditary", ["what causes it", "is it hereditary"]),
        ("symptoms? treatment?", ["symptoms?", "treatment?"]),
        ("how common is it, and who gets it", ["how common is it", "who gets it"]),
        ("does yoga help or does massage help", ["does yoga help", "does massage help"]),
        ("Is there a cure? What about alcohol?", ["Is there a cure?", "What about alcohol?"]),
        ("tell me what brings it on as well as whether it is inherited", ["whether it is inherited"]),
    ],
)
def test_it_works(text: str, parts: list[str]) -> None:
    assert questions(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "salt and pepper",
        "does magnesium and zinc help",
        "type 2 diabetic here, are we more prone to it",
        "when the nights are long, what helps",
        "I walk a lot. I eat well. Why do my legs twitch",
        "",
    ],
)
def test_a_message_with_one_question_stays_whole(text: str) -> None:
    assert len(questions(text)) < 2


def test_when_may_ask() -> None:
    assert questions("when should I take it, and how much is safe") == ["when should I take it", "how much is safe"]


def test_only_so_many_are_read() -> None:
    assert len(questions("".join(f"why {number}? " for number in range(40)))) == MOST


def test_what_is_asked_twice_is_one_question() -> None:
    assert questions("why? does it last? why?") == ["why?", "does it last?"]


def test_a_question_that_names_its_subject_is_read_as_it_stands() -> None:
    assert readings("does magnesium help", "what is rls") == [Reading("does magnesium help")]


@pytest.mark.parametrize(
    ("question", "before", "read"),
    [
        ("who gets it?", "what is rls?", ["who gets it?", "who gets restless legs?"]),
        ("does it cause weight gain", "what is pregabalin", ["does pregabalin cause weight gain"]),
        ("is it safe", "does magnesium work for rls", ["is magnesium safe"]),
        ("how much is safe?", "does magnesium help", ["how much is safe?", "how much is safe magnesium",
                                                      "how much is safe restless legs"]),
        ("what about vitamin D?", "does vitamin B12 help?", ["vitamin D?"]),
        ("and chocolate?", "does tea make rls worse?", ["chocolate?", "chocolate restless legs"]),
    ],
)  # fmt: skip
def test_what_is_left_out_is_put_in(question: str, before: str, read: list[str]) -> None:
    assert [reading.text for reading in readings(question, before)] == read


def test_what_was_put_in_is_marked() -> None:
    assert [reading.completed for reading in readings("how much is safe", "does magnesium help")] == [False, True, True]


@given(st.text(alphabet="abc wh?.,!;\n'", max_size=120) | st.text(max_size=60))
def test_questions_are_parts_of_the_message_in_their_order_and_once_each(text: str) -> None:
    found = questions(text)
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    assert all(part and part in " ".join(text.split()) for part in found)


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_a_question_has_a_reading_whatever_it_is(question: str, before: str) -> None:
    assert readings(question, before)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("WHAT CAUSES IT? IS IT HEREDITARY?", ["WHAT CAUSES IT?", "IS IT HEREDITARY?"]),
        ("what helps & what does not", ["what helps", "what does not"]),
        ("does it hurt; can it spread", ["does it hurt;", "can it spread"]),
        ("please, what is it? also, is there a test?", ["what is it?", "is there a test?"]),
        ("is 2.5 mg fine? why?", ["is 2.5 mg fine?", "why?"]),
    ],
)
def test_questions_are_parted_by_any_end(text: str, parts: list[str]) -> None:
    assert questions(text) == parts


@pytest.mark.parametrize(
    ("question", "before", "read"),
    [
        ("are they safe", "does gabapentin help", ["are gabapentin safe"]),
        ("does it help", "is ropinirole or PREGABALIN better", ["does pregabalin help"]),
        ("does it help", "what are restless legs", ["does it help", "does restless legs help"]),
        ("what about magnesium", "is iron safe", ["magnesium"]),
        ("", "", ["", " restless legs"]),
    ],
)
def test_the_last_that_was_named_is_meant(question: str, before: str, read: list[str]) -> None:
    assert [reading.text for reading in readings(question, before)] == read


def test_two_lines_of_a_message_are_two_questions() -> None:
    assert questions(clean("what helps\nwhat makes it worse")) == ["what helps", "what makes it worse"]
