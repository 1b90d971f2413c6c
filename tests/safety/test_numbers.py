"""The same numbers stand in the rules, in the disclaimer and in the widget; here they are compared."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from bot.safety.rules import RuleBook
from bot.settings import ROOT, settings

WIDGET = json.loads((ROOT / "bot" / "widget" / "texts" / "en.json").read_text(encoding="utf-8"))["numbers"]
DISCLAIMER = yaml.safe_load((settings().knowledge / "disclaimer.yml").read_text(encoding="utf-8"))["numbers"]
COUNTRIES = ("CA", "US", "UK", "IE", "AU", "NZ", "EU", "OTHER")


def digits(text: str) -> str:
    """A number as it is dialled; an address without its last stroke."""
    return text.rstrip("/") if text.startswith("https:") else re.sub(r"[^\d]", "", text)


def test_every_list_has_the_same_countries(book: RuleBook) -> None:
    assert tuple(book.file.countries) == tuple(WIDGET) == tuple(DISCLAIMER) == COUNTRIES


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_disclaimer_names_the_emergency_number_of_the_rules(book: RuleBook, code: str) -> None:
    assert DISCLAIMER[code] == book.file.countries[code].emergency


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_widget_shows_the_numbers_of_the_rules(book: RuleBook, code: str) -> None:
    country = book.file.countries[code]
    shown = {digits(address) for _, _, address in WIDGET[code]}
    for address in (country.emergency_call, country.crisis_call, country.poison_call):
        assert digits(address) in shown, address
    assert WIDGET[code][0][1] == country.emergency


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_number_that_the_widget_dials_stands_in_the_replies(book: RuleBook, code: str) -> None:
    country = book.file.countries[code]
    said = " ".join([country.emergency, country.crisis, country.poison, country.clinic])
    for _, number, address in WIDGET[code]:
        assert not address or number in said or (digits(number) and digits(number) in digits(said)), number


@pytest.mark.parametrize("code", COUNTRIES)
def test_what_is_dialled_is_what_is_said(book: RuleBook, code: str) -> None:
    country = book.file.countries[code]
    for words, address in (
        (country.emergency, country.emergency_call),
        (country.crisis, country.crisis_call),
        (country.poison, country.poison_call),
    ):
        if address.startswith("tel:"):
            dialled = digits(address)
            # A country code stands in the address alone.
            assert dialled in digits(words) or dialled[1:] in digits(words) or dialled[3:] in digits(words), address
