"""What an internet address counts as where requests are counted."""

from __future__ import annotations

import ipaddress
import re

# Providers give a household a whole network of this size, so one address of it stands for all.
HOUSEHOLD = 64
# As proxies write it, "[2001:db8::1]:443" and "192.0.2.7:443"; the port is another each time.
_WITH_PORT = re.compile(r"\[(.*)\](?::\d+)?|([\d.]+):\d+")


def address_key(address: str) -> str:
    """What an address counts as: itself without a port, or its network where a household has one."""
    if match := _WITH_PORT.fullmatch(address):
        address = match[1] or match[2] or ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        # A server that listens for both kinds gives IPv4 addresses in the other's form, where all of them are one network.
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, HOUSEHOLD), strict=False))
    return str(parsed)
