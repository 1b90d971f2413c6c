from __future__ import annotations

import pytest

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
