"""Which language a message is in."""

from __future__ import annotations

import pytest
import yaml

from bot.nlu.language import LANGUAGES, LEAST_WORDS, LanguageSpotter, words
from bot.settings import ROOT

ENGLISH = words([
    "does magnesium help restless legs at night", "what are the symptoms", "can I take it with my other medicines",
    "why do my legs twitch", "how much is in almonds", "is there a cure for it",
])  # fmt: skip


@pytest.fixture(scope="module")
def spotter() -> LanguageSpotter:
    return LanguageSpotter(ENGLISH)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Qué puedo hacer para dormir mejor con las piernas inquietas?", "es"),
        ("Bonjour, j'ai des impatiences dans les jambes toutes les nuits", "fr"),
        ("Guten Abend, was hilft gegen unruhige Beine in der Nacht?", "de"),
        ("O que posso fazer para não sentir as pernas inquietas à noite?", "pt"),
        ("Что помогает от беспокойных ног?", "ru"),
        ("ما هي أعراض متلازمة تململ الساقين؟", "ar"),
        ("不宁腿综合征怎么治疗", "zh"),
        ("बेचैन पैरों का इलाज क्या है", "hi"),
    ],
)  # fmt: skip
def test_another_language_is_told(spotter: LanguageSpotter, text: str, language: str) -> None:
    assert spotter.foreign(text) == language
    assert spotter.foreign(text.upper()) == language


@pytest.mark.parametrize(
    "text",
    [
        "does magnesium help restless legs at night",
        "DOES MAGNESIUM HELP",
        "dose magnesum hlep restles legz",
        "pramipexole ropinirole rotigotine pregabalin",
        "ok",
        "si",
        "hola amigo",
    ],
)
def test_english_slips_names_and_a_word_or_two_are_not_taken_for_another(spotter: LanguageSpotter, text: str) -> None:
    assert spotter.foreign(text) is None


@pytest.mark.parametrize("text", ["", "   ", "123", "?!...", "\U0001f9b5\U0001f4a4", "12_34", "___"])
def test_a_message_without_words_is_in_no_language(spotter: LanguageSpotter, text: str) -> None:
    assert spotter.foreign(text) is None


def test_one_word_in_another_script_is_enough(spotter: LanguageSpotter) -> None:
    assert spotter.foreign("спасибо") in {"ru", "uk"}
    assert spotter.foreign("こんにちは") == "ja"


def test_a_name_in_another_script_does_not_make_an_english_message_foreign(spotter: LanguageSpotter) -> None:
    assert spotter.foreign("what are the symptoms of 不宁腿") is None


def test_english_words_among_others_count(spotter: LanguageSpotter) -> None:
    # Two words of five are known, more than a third.
    assert spotter.foreign("magnesium legs jambes nuit sommeil") is None


def test_a_short_message_stays_english_up_to_the_least_number_of_words(spotter: LanguageSpotter) -> None:
    long = ["warum", "zucken", "meine", "Beine", "nachts", "immer"]
    assert spotter.foreign(" ".join(long[: LEAST_WORDS - 1])) is None
    assert spotter.foreign(" ".join(long)) == "de"


def test_only_languages_that_are_told_apart_are_named(spotter: LanguageSpotter) -> None:
    # Esperanto is none of them.
    assert spotter.language("la kruroj de mia patrino estas malkvietaj dum la nokto") in LANGUAGES


def test_each_language_that_the_bot_answers_in_is_told_apart() -> None:
    answered = yaml.safe_load((ROOT / "knowledge" / "languages.yml").read_text(encoding="utf-8"))
    assert set(answered) <= set(LANGUAGES)
    assert len(LANGUAGES) == len(set(LANGUAGES))


def test_a_very_long_message_is_read(spotter: LanguageSpotter) -> None:
    assert spotter.foreign("unruhige Beine in der Nacht sind sehr lästig " * 500) == "de"


def test_the_words_of_texts_are_lower_case_and_without_figures() -> None:
    assert words(["Does TEA count?", "300mg tea_leaves café", ""]) == {"does", "tea", "count", "mg", "leaves", "café"}
