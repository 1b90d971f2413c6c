from __future__ import annotations

import pytest

from actions.language import ENGLISH, ActionCountry, ActionLanguage, texts
from tests.actions.stage import Stage


@pytest.mark.parametrize("language", ["es", "zh", "hi", "ar", "fr", "bn", "pt", "ru", "ur", "id"])
def test_the_ten_most_spoken(stage: Stage, language: str) -> None:
    reply = stage.one(ActionLanguage(), "other_language", "¿?", language=language)
    assert reply.text.startswith(texts()[language].format(number="911"))
    assert reply.text.endswith(ENGLISH)
    assert "911" in reply.text


def test_another_one(stage: Stage) -> None:
    assert stage.one(ActionLanguage(), "other_language", "heia", language="no").text == ENGLISH


@pytest.mark.parametrize(("text", "country", "number"), [("I live in Ireland", "IE", "112"), ("im in peru", "OTHER", "local")])
def test_the_country_is_kept(stage: Stage, text: str, country: str, number: str) -> None:
    assert number in stage.one(ActionCountry(), "say_country", text).text
    assert stage.slots["country"] == country
