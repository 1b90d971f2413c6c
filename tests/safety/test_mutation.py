"""Taking any one rule away is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.safety.rules import CATEGORIES, RuleBook
from bot.safety.screen import Screen

LISTED: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "rules.yml").read_text(encoding="utf-8"))


def lost(book: RuleBook, listed: dict[str, dict[str, str]] = LISTED) -> list[str]:
    """The listed rules whose message is no longer found by them."""
    screen = Screen(book)
    gone = []
    for category, messages in listed.items():
        for rule, message in messages.items():
            finding = screen.check(message)
            if finding is None or (finding.category, finding.rule) != (category, rule):
                gone.append(rule)
    return gone


def without(book: RuleBook, rule: str) -> RuleBook:
    return RuleBook(book.file, book.vocabulary, tuple(other for other in book.rules if other.id != rule), book.countries)


def test_every_listed_rule_is_there(book: RuleBook) -> None:
    assert lost(book) == []


def test_every_rule_is_listed(book: RuleBook) -> None:
    assert [(rule.category, rule.id) for rule in book.rules] == [
        (category, rule) for category in CATEGORIES for rule in LISTED[category]
    ]


@pytest.mark.parametrize(("category", "rule"), [(category, rule) for category, messages in LISTED.items() for rule in messages])
def test_a_rule_that_is_taken_away_is_missed(book: RuleBook, category: str, rule: str) -> None:
    assert lost(without(book, rule), {category: {rule: LISTED[category][rule]}}) == [rule]


def test_a_category_that_is_taken_away_is_missed(book: RuleBook) -> None:
    for category, messages in LISTED.items():
        kept = tuple(rule for rule in book.rules if rule.category != category)
        assert set(messages) <= set(lost(RuleBook(book.file, book.vocabulary, kept, book.countries)))
