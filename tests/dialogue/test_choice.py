from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.choice import place, titled, wants_all, wants_other
from bot.dialogue.reply import Button

BUTTONS = [
    Button(title="What are the symptoms?", payload="#topic:symptoms"),
    Button(title="Does magnesium help?", payload="#topic:magnesium_evidence"),
    Button(title="Soap", payload="#topic:soap"),
]


@pytest.mark.parametrize(
    ("text", "index"),
    [("1", 0), ("2.", 1), ("Number 3 please", 2), ("the latter", 2), ("the bottom one", 2), ("a", 0), ("middle", 1)],
)
def test_a_place(text: str, index: int) -> None:
    assert place(text, 3) == index


@pytest.mark.parametrize("text", ["", "4", "twelve", "yes", "0", "२", "the other"])
def test_no_place(text: str) -> None:
    assert place(text, 3) is None


@pytest.mark.parametrize("text", ["a", "A.", "a please", "option a", "(a)", "I'd say a", "a, thanks", "answer A!"])
def test_a_letter(text: str) -> None:
    assert place(text, 3) == 0


@pytest.mark.parametrize(
    "text", ["I have a headache", "I am a man", "a cup of tea please", "a lot", "I'd rather not", "they'd know"]
)
def test_an_article_or_an_ending_is_no_letter(text: str) -> None:
    assert place(text, 4) is None


@pytest.mark.parametrize(("text", "index"), [("a second one", 1), ("one, no, the third", 2), ("1 no 2", 1), ("I'd take b", 1)])
def test_what_is_said_last_and_plainest_counts(text: str, index: int) -> None:
    assert place(text, 3) == index


@given(st.text(max_size=40), st.integers(0, 8))
def test_a_place_is_always_one_of_the_choices(text: str, count: int) -> None:
    assert place(text, count) in (None, *range(count))


@given(st.text(max_size=40))
def test_a_title_that_is_typed_as_it_stands_is_found(title: str) -> None:
    button = Button(title=f"About {title}", payload="#topic:x")
    found = titled(button.title, [*BUTTONS, button])
    assert found is not None
    assert found.title.casefold() == button.title.casefold() or found.payload == "#topic:x"


def test_of_two_titles_the_same_one_that_was_typed_exactly_is_taken() -> None:
    near = [Button(title="Does magnesium helps?", payload="#topic:near"), *BUTTONS]
    found = titled("does magnesium help", near)
    assert found is not None
    assert found.payload == "#topic:magnesium_evidence"


def test_no_place_among_no_choices() -> None:
    assert place("1", 0) is None
    assert place("last", 0) is None


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("What are the symptoms?", "#topic:symptoms"),
        ("what are the symptoms", "#topic:symptoms"),
        ("what are teh symptoms", "#topic:symptoms"),
        ("DOES MAGNESIUM HELP", "#topic:magnesium_evidence"),
        ("does magnesum help", "#topic:magnesium_evidence"),
        ("soap", "#topic:soap"),
    ],
)
def test_a_typed_title(text: str, payload: str) -> None:
    found = titled(text, BUTTONS)
    assert found is not None
    assert found.payload == payload


@pytest.mark.parametrize("text", ["", "?!", "what are the causes?", "soup", "magnesium", "does it help", "x" * 10_000])
def test_no_typed_title(text: str) -> None:
    assert titled(text, BUTTONS) is None


def test_all_and_other() -> None:
    assert wants_all("all of them")
    assert wants_all("both please")
    assert not wants_all("the ball")
    assert wants_other("no the other one")
    assert not wants_other("another")
