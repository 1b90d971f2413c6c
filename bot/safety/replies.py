"""The fixed replies to what the screen finds, with the numbers of the visitor's country."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.safety.rules import CountryEntry, RuleBook

DEFAULT_COUNTRY = "CA"
OTHER = "OTHER"
CHECK_IN = "crisis_check_in"
_NO_NUMBER = "your local emergency number"


@dataclass(frozen=True)
class SafetyReply:
    """What to say.

    Attributes:
        category: the category that was found, or "crisis_check_in".
        text: the words, complete.
        topics: groups of general facts that may be offered; none for danger.
        facts: ids of the facts that the words rest on.
    """

    category: str
    text: str
    topics: tuple[str, ...]
    facts: tuple[str, ...]


class Replies:
    """Makes the reply to a finding."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._entries = {category.id: category.reply for category in book.file.categories}
        self._variants = {rule.id: rule.reply for category in book.file.categories for rule in category.rules}

    @classmethod
    def load(cls, path: Path) -> Replies:
        """Read the replies.

        Raises:
            bot.knowledge.errors.KnowledgeErrors: what is wrong in the file.
        """
        return cls(RuleBook.load(path))

    def reply(self, category: str, country: str = DEFAULT_COUNTRY, text: str = "", rule: str | None = None) -> SafetyReply:
        """The reply to a finding.

        Args:
            category: the finding's category.
            country: the country by setting or by widget.
            text: the message; a country that it names goes first.
            rule: the finding's rule, which may have a wording of its own.
        """
        entry = self._entries[category]
        where = self._country(self.country(text) or country)
        words = entry.texts[self._variants.get(rule or "", "usual")]
        return SafetyReply(category, _fill(words, where), tuple(entry.topics), tuple(entry.facts))

    def check_in(self, country: str = DEFAULT_COUNTRY) -> SafetyReply:
        """What the turns after a crisis reply say, until the visitor is safe or asks for something else."""
        where = self._country(country)
        words = _fill(self._book.file.check_in, where)
        facts = tuple(self._entries["crisis_self_harm"].facts)
        return SafetyReply(CHECK_IN, words, (), facts)

    def emergency_number(self, country: str) -> str:
        """The emergency number of a country, or words that stand for it."""
        return self._country(country).emergency

    def country(self, text: str) -> str | None:
        """The country that a message says it comes from: CA, US, UK, IE, AU, NZ or EU."""
        if not text:
            return None
        message = self._book.message(text)
        for code, lines in self._book.countries.items():
            if any(line.found(message) for line in lines):
                return code
        return None

    def _country(self, code: str) -> CountryEntry:
        countries = self._book.file.countries
        return countries.get(code) or countries[OTHER]


def _fill(words: str, country: CountryEntry) -> str:
    number = country.emergency
    if number != _NO_NUMBER:
        number = f"{number} (or {_NO_NUMBER})"
    filled = words.format(number=number, crisis=country.crisis, poison=country.poison, clinic=country.clinic)
    return " ".join(filled.split())
