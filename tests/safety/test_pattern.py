from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.message import Message, Vocabulary
from bot.safety.pattern import PatternError, Phrase, read, read_list

LISTS: dict[str, tuple[Phrase, ...]] = {"pain": (("pain",), ("sharp", "ache"))}
VOCABULARY = Vocabulary([], ["breath"], [], {})


def found(line: str, text: str) -> bool:
    return any(pattern.found(Message(text, VOCABULARY)) for pattern in read(line, LISTS))


def test_it_works() -> None:
    assert found("chest ... <pain>", "my chest has a bad sharp ache")


def test_words_side_by_side_stay_side_by_side() -> None:
    assert found("chest pain", "chest pain")
    assert not found("chest pain", "chest and pain")


def test_either_word_will_do_and_an_underscore_joins_words() -> None:
    assert found("im/i_am cold", "i am cold")
    assert found("im/i_am cold", "im cold")


def test_an_optional_word_may_be_missing() -> None:
    assert found("a lot? more", "a more")
    assert found("a lot? more", "a lot more")


def test_a_gap_has_its_length() -> None:
    assert found("a ...2 b", "a x x b")
    assert not found("a ...2 b", "a x x x b")


def test_a_gap_stays_in_its_sentence() -> None:
    assert not found("a ... b", "a x. b")


def test_a_star_is_a_beginning() -> None:
    assert found("cant breath*", "cant breathing")


def test_plus_is_any_order_within_a_distance() -> None:
    assert found("a + b", "b x. x a")
    assert not found("a + b", "a " + "x " * 13 + "b")


@pytest.mark.parametrize("line", ["a ...", "a? b?", "a <nothing>", "A b", "don't", "a|b"])
def test_a_line_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(PatternError, match="'"):
        read(line, LISTS)


def test_a_list_is_phrases_between_commas() -> None:
    assert read_list("leg, back of <pain>", LISTS) == (
        ("leg",),
        ("back", "of", "pain"),
        ("back", "of", "sharp", "ache"),
    )


def test_a_list_with_a_comma_too_many_is_refused() -> None:
    with pytest.raises(PatternError, match="comma too many"):
        read_list("leg,, arm", LISTS)


@pytest.mark.parametrize(
    ("line", "text", "is_found"),
    [
        ("a ...0 b", "a b", True),
        ("a ...0 b", "a x b", False),
        ("a ... b", "a x x x x b", True),
        ("a ... b", "a x x x x x b", False),
        ("a ...8 b", "a" + " x" * 8 + " b", True),
        ("a ...8 b", "a" + " x" * 9 + " b", False),
        ("a ... b", "b a", False),
        # The nearest of several counts.
        ("a ...1 b", "a x x a x b", True),
        ("a ... b ... c", "a b x b c", True),
        ("a ... b ... c", "a c b", False),
        # A gap around a word that may be missing stays one gap.
        ("a ... so? ... b", "a x so x b", True),
        ("a ... so? ... b", "a x b", True),
        ("a so? b", "a x b", False),
        ("a b? c? d", "a d", True),
        ("a b? c? d", "a c d", True),
        ("a b? c? d", "a c b d", False),
        ("a/b_c d", "a d", True),
        ("a/b_c d", "b c d", True),
        ("a/b_c d", "b d", False),
        # A phrase is whole within its sentence.
        ("b_c", "b. c", False),
        ("need.", "what do i need", True),
        ("need.", "i need more", False),
        ("need.", "i need! more", True),
        ("breath*", "breathless", True),
        ("breath*", "out of breath", True),
        ("breath*", "breat", False),
        ("<number> pills", "12 pills", True),
        ("<number> pills", "twelve pills", True),
        ("<number> pills", "some pills", False),
        ("<young> years_old", "17 years old", True),
        ("<young> years_old", "18 years old", False),
        ("in <past_year>", "in 2023", True),
        ("in <past_year>", "in 2024", False),
        ("in <past_year>", "in 1939", False),
        ("", "", False),
    ],
)
def test_the_notation_means_what_the_document_says(line: str, text: str, is_found: bool) -> None:
    if not line:
        with pytest.raises(PatternError):
            read(line, LISTS)
        return
    assert found(line, text) is is_found


def test_parts_around_a_plus_may_not_share_a_word() -> None:
    assert not found("a b + b c", "a b c")
    assert found("a b + b c", "a b b c")


def test_all_parts_around_pluses_must_stand() -> None:
    assert found("a + b + c", "c x a x b")
    assert not found("a + b + c", "a b")


def test_a_line_of_its_own_says_how_far_its_parts_may_stand_apart() -> None:
    (near,) = read("a + b", LISTS, within=2)
    assert near.found(Message("a x x b", VOCABULARY))
    assert not near.found(Message("a x x x b", VOCABULARY))
    assert near.found(Message("b x x a", VOCABULARY))
    assert not near.found(Message("b x x x a", VOCABULARY))


def test_a_place_is_told_by_its_words() -> None:
    (line,) = read("chest ... <pain>", LISTS)
    assert line.found(Message("my chest has pain, my chest has a sharp ache", VOCABULARY)) == [((1, 4),), ((5, 10),)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a ...", "'a ...' has a part without a word that must stand there"),
        ("... a ...", "without a word that must stand there"),
        ("a? b?", "'a? b?' has a part without a word that must stand there"),
        ("a + ", "without a word that must stand there"),
        ("a <nothing>", "'a <nothing>' names <nothing>, which is not under 'words'"),
        ("can't", "has 'can't', which is not a word in small letters without an apostrophe"),
        ("Chest pain", "has 'Chest', which is not a word in small letters"),
        ("a//b", "has '', which is not a word"),
        ("a__b", "has 'a__b', which is not a word"),
        ("*", "has '*', which is not a word"),
        ("a*b", "has 'a*b', which is not a word"),
        ("a b..", "has 'b..', which is not a word"),
    ],
)
def test_a_line_that_cannot_be_read_is_quoted_with_what_is_wrong(line: str, says: str) -> None:
    with pytest.raises(PatternError) as refused:
        read(line, LISTS)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("leg, Arm", "has 'Arm', which is not a word"),
        ("leg, back of <pein>", "names <pein>, which is not under 'words'"),
        ("", "has a comma too many"),
        ("leg,", "has a comma too many"),
    ],
)
def test_a_list_that_cannot_be_read_is_quoted_with_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(PatternError) as refused:
        read_list(text, LISTS)
    assert says in str(refused.value)


def test_a_list_has_each_phrase_once() -> None:
    assert read_list("leg, leg, <pain>, pain", LISTS) == (("leg",), ("pain",), ("sharp", "ache"))


def test_a_line_is_looked_up_by_its_rarest_words() -> None:
    (line,) = read("my ... chest ... pain/ache", LISTS)
    assert line.anchor == frozenset({"chest"})
    (everyday,) = read("i am", LISTS)
    assert everyday.anchor <= {"i", "am"}


WORDS = st.lists(st.sampled_from(["a", "b", "c", "x", "x.", "a.", "pain", "sharp", "ache"]), max_size=30).map(" ".join)


@given(WORDS)
def test_what_stands_somewhere_stands_there_with_its_anchor(text: str) -> None:
    message = Message(text, VOCABULARY)
    for line in ("a ... b", "a + <pain>", "a b? c", "a ...1 <pain> + c"):
        for pattern in read(line, LISTS):
            matches = pattern.found(message)
            assert not matches or not pattern.anchor.isdisjoint(message.positions)
            for match in matches:
                assert all(0 <= start < end <= len(message.words) for start, end in match)
                # No run leaves its sentence.
                assert all(message.sentences[start] == message.sentences[end - 1] for start, end in match)


@given(WORDS, st.integers(0, 6))
def test_a_longer_gap_finds_no_less(text: str, gap: int) -> None:
    assert not found(f"a ...{gap} b", text) or found(f"a ...{gap + 1} b", text)
