from __future__ import annotations

from bot.safety.message import NUMBER, PAST_YEAR, YOUNG, Message, Vocabulary

VOCABULARY = Vocabulary(["chest", "swollen"], ["breath"], ["swollen", "breathing"], {"chset": "chest"})


def words(text: str) -> list[str]:
    return Message(text, VOCABULARY).words


def test_it_works() -> None:
    assert words("I can't sit STILL!") == ["i", "cant", "sit", "still"]


def test_curly_quotes_hyphens_and_invisible_characters_change_nothing() -> None:
    assert words("I can\u2019t self-harm\u200b") == ["i", "cant", "self", "harm"]


def test_drawn_out_letters_are_shortened() -> None:
    assert words("heeeelp sooo") == ["help", "so"]


def test_a_full_stop_ends_a_sentence_and_a_decimal_point_does_not() -> None:
    message = Message("took 0.5 mg. legs", VOCABULARY)
    assert message.words == ["took", "0.5", "mg", "legs"]
    assert message.sentences == [0, 0, 0, 1]


def test_a_number_and_its_unit_are_two_words() -> None:
    assert words("400mg") == ["400", "mg"]


def test_a_small_number_can_be_a_childs_age() -> None:
    assert VOCABULARY.atoms("6") == ("6", NUMBER, YOUNG)
    assert YOUNG in VOCABULARY.atoms("seven")
    assert YOUNG not in VOCABULARY.atoms("34")


def test_a_typo_of_the_list_is_read_as_the_right_word() -> None:
    assert VOCABULARY.atoms("chset") == ("chest",)


def test_one_slip_in_a_key_word_is_read_as_that_word() -> None:
    for typed in ("swolen", "swollenn", "swellen", "swollne"):
        assert "swollen" in VOCABULARY.atoms(typed), typed
    assert "breath*" in VOCABULARY.atoms("braething")


def test_two_slips_are_another_word() -> None:
    assert VOCABULARY.atoms("swalen") == ("swalen",)


def test_a_possessive_is_also_its_noun() -> None:
    assert Message("calf's", VOCABULARY).atoms == [("calfs", "calf", "calfs.")]


def test_the_last_word_of_a_sentence_is_known_as_such() -> None:
    message = Message("what do I need? A chest. need more", VOCABULARY)
    assert message.positions["need."] == [3]
    assert message.positions["chest."] == [5]
    assert message.positions["more."] == [7]


def test_a_year_that_is_over_is_known_and_an_amount_or_this_year_is_not() -> None:
    assert VOCABULARY.atoms("2015") == ("2015", NUMBER, PAST_YEAR)
    assert VOCABULARY.atoms("2500") == ("2500", NUMBER)
    assert PAST_YEAR not in VOCABULARY.atoms("2026")
