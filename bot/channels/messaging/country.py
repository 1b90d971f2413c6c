"""Whose emergency numbers come first, by a telephone number."""

from __future__ import annotations

import phonenumbers

EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IT", "LT", "LU", "LV", "MT", "NL",
    "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
BY_REGION = {"CA": "CA", "US": "US", "GB": "UK", "IE": "IE", "AU": "AU", "NZ": "NZ"}


def of_number(number: str) -> str | None:
    """The country of a number in international form, with or without its plus; None where the number tells none."""
    try:
        parsed = phonenumbers.parse(f"+{number.lstrip('+')}")
    except phonenumbers.NumberParseException:
        return None
    # One code may be several countries', such as 1; the number itself tells which, where it is in the tables.
    region = phonenumbers.region_code_for_number(parsed)
    return of_region(region or phonenumbers.region_code_for_country_code(parsed.country_code or 0))


def of_region(region: str) -> str | None:
    """The country of a region by its two letters; None where it is not a country's."""
    if len(region) != 2 or not region.isalpha() or region == phonenumbers.UNKNOWN_REGION:
        return None
    return "EU" if region in EUROPEAN_UNION else BY_REGION.get(region, "OTHER")
