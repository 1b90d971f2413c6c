"""Which language a message is in, as far as the bot must know it: English, or which other."""

from __future__ import annotations

import re
from collections.abc import Set

from py3langid.langid import MODEL_FILE, LanguageIdentifier

ENGLISH = "en"
# The languages told apart: those of `knowledge/languages.yml` and those often mistaken for them.
LANGUAGES = [
    "en",
    "zh",
    "hi",
    "es",
    "ar",
    "fr",
    "bn",
    "pt",
    "ru",
    "ur",
    "id",
    "de",
    "ja",
    "it",
    "nl",
    "pl",
    "uk",
    "ko",
    "tr",
    "vi",
    "tl",
    "pa",
    "fa",
    "sv",
    "da",
    "nb",
    "fi",
    "el",
    "he",
    "th",
    "ro",
    "cs",
    "hu",
]
SURE = 0.97
LEAST_WORDS = 3
MOST_ENGLISH = 0.34
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


class LanguageSpotter:
    """Tells other languages from English that is short, misspelt or full of drug names.

    Args:
        english: words that the bot's own English examples use, in lower case.
    """

    def __init__(self, english: Set[str]) -> None:
        self._english = english
        self._identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(LANGUAGES)

    def language(self, text: str) -> str:
        """The code of the most likely language (ISO 639-1)."""
        return str(self._identifier.rank(text.casefold())[0][0])

    def foreign(self, text: str) -> str | None:
        """The language of a message that is surely not English; None for English and where it is not sure."""
        words = _WORD.findall(text.casefold())
        if not words:
            return None
        if not any(_LATIN.search(word) for word in words):
            return self.language(text)
        known = sum(word in self._english for word in words)
        if len(words) < LEAST_WORDS or known / len(words) > MOST_ENGLISH:
            return None
        language, confidence = self._identifier.rank(text.casefold())[0]
        return str(language) if language != ENGLISH and confidence > SURE else None


def words(texts: list[str]) -> set[str]:
    """The words of some texts, in lower case."""
    return {word for text in texts for word in _WORD.findall(text.casefold())}
