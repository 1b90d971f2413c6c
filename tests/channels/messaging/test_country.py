from __future__ import annotations

import pytest

from bot.channels.messaging.country import of_number, of_region


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("14165550199", "CA"),
        ("+16505551234", "US"),
        ("447700900123", "UK"),
        ("353851234567", "IE"),
        ("61412345678", "AU"),
        ("6421123456", "NZ"),
        ("4915112345678", "EU"),
        ("919812345678", "OTHER"),
        # A satellite telephone is nobody's country.
        ("881612345678", None),
        ("000", None),
        ("", None),
        ("hello", None),
    ],
)
def test_a_number_tells_its_country(number, country):
    assert of_number(number) == country


@pytest.mark.parametrize(
    ("region", "country"), [("GB", "UK"), ("FR", "EU"), ("US", "US"), ("BR", "OTHER"), ("ZZ", None), ("1", None), ("", None)]
)
def test_a_region_is_a_country(region, country):
    assert of_region(region) == country
