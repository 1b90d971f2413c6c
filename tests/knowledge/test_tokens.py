"""The words of a message: whatever was typed, the same words come out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.tokens import singular, singulars, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Spinach, RAW!", ["spinach", ",", "raw", "!"]),
        ("", []),
        (" \t\r\n\u00a0\u200b", ["\u200b"]),
        ("crème brûlée jalapeño", ["creme", "brulee", "jalapeno"]),
        ("cre\u0300me", ["creme"]),
        ("ＳＰＩＮＡＣＨ ２ｇ", ["spinach", "2", "g"]),
        ("don't don’t don`t", ["dont", "dont", "dont"]),
        ("black-eyed peas", ["black", "eyed", "peas"]),
        ("stir–fry", ["stir", "fry"]),
        ("2-3 cups", ["2", "-", "3", "cups"]),
        ("30g 2.5oz", ["30", "g", "2.5", "oz"]),
        ("70% 3.5%", ["70%", "3.5%"]),
        ("1/2 cup", ["1/2", "cup"]),
        ("a.b", ["a", ".", "b"]),
        ("almonds\r\nkale", ["almonds", "kale"]),
        ("🥑 toast", ["🥑", "toast"]),
        ("Straße", ["strasse"]),
    ],
)
def test_a_text_falls_into_words(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("½", ["1/2"]),
        ("1½ cups", ["1", "1/2", "cups"]),
        ("¼cup", ["1/4", "cup"]),
        ("⅔", ["2/3"]),
        ("⅝ cup", ["5/8", "cup"]),
        ("1⅜", ["1", "3/8"]),
        ("⅕", ["1/5"]),
        ("1⁄2", ["1/2"]),
    ],
)
def test_a_fraction_of_one_sign_is_read_as_one_number(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,000 g", ["1000", "g"]),
        ("1,000g", ["1000", "g"]),
        ("12,345,678", ["12345678"]),
        ("2,5", ["2", ",", "5"]),
        ("1,0000", ["1", ",", "0000"]),
        ("1,00", ["1", ",", "00"]),
        ("30, 400", ["30", ",", "400"]),
    ],
)
def test_only_a_comma_before_three_digits_belongs_to_a_number(text: str, words: list[str]) -> None:
    assert tokens(text) == words


def test_a_trade_mark_does_not_change_a_name() -> None:
    assert tokens("Neurontin™")[0] == "neurontin"
    assert all(word == word.casefold() for word in tokens("Lyrica™ 5 ℃ Ⅳ"))


@given(st.text(max_size=60))
def test_words_are_lower_case_and_without_blanks(text: str) -> None:
    for word in tokens(text):
        assert word
        assert not any(letter.isspace() for letter in word)
        assert not any("A" <= letter <= "Z" for letter in word)


@given(st.text(max_size=60))
def test_words_written_out_again_are_the_same_words(text: str) -> None:
    plain = " ".join(tokens(text))
    assert tokens(plain) == plain.split(" ") or not plain


@given(st.text(alphabet="abcxyz ", max_size=40))
def test_case_does_not_matter(text: str) -> None:
    assert tokens(text.upper()) == tokens(text)


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("almonds", "almond"),
        ("berries", "berry"),
        ("tomatoes", "tomato"),
        ("peaches", "peach"),
        ("radishes", "radish"),
        ("boxes", "box"),
        ("glasses", "glass"),
        ("leaves", "leaf"),
        ("loaves", "loaf"),
        ("cookies", "cookie"),
        ("olives", "olive"),
        ("children", "child"),
        ("tomatos", "tomato"),
    ],
)
def test_a_plural_and_its_singular_are_one_word(many: str, one: str) -> None:
    assert singular(many) == singular(one) == one


@pytest.mark.parametrize(
    "word", ["hummus", "asparagus", "couscous", "watercress", "swiss", "gas", "is", "s", "", "rice", "tofu"]
)
def test_a_word_that_only_looks_like_a_plural_is_left_alone(word: str) -> None:
    assert singular(word) == word


def test_singulars_are_words_without_marks() -> None:
    assert singulars("Nuts, almonds (raw)!") == ("nut", "almond", "raw")
    assert singulars("½ cups") == ("1/2", "cup")
    assert singulars("?!") == ()
