"""How addresses count."""

from __future__ import annotations

import pytest

from bot.address import address_key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unix", "unix"),
        ("", ""),
        # As proxies write them.
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:51234", "2001:db8:1:2::/64"),
        ("[::ffff:192.0.2.7]:1", "192.0.2.7"),
        ("[unix]", "unix"),
        ("999.1.1.1:80", "999.1.1.1"),
        # A neighbour's address on a cable, and one in a longer spelling.
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:0db8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2::/64"),
        ("::FFFF:C000:207", "192.0.2.7"),
    ],
)
def test_address_key(address: str, key: str) -> None:
    assert address_key(address) == key


def test_a_household_is_one_and_its_neighbour_another() -> None:
    assert address_key("2001:db8:1:2::1") == address_key("2001:db8:1:2:ffff::9")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
