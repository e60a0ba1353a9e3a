"""Pure: the address that counts for limits, of logins (ccp_portal.login) and of chats that start (chats.start_chat)."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

IPV6_CUSTOMER = 64  # bits: whoever has one address of IPv6 has all of its /64


def client_address(peer: str, forwarded_for: str, *, behind_proxy: bool) -> str | None:
    """Who knocks; behind a proxy what the proxy itself has added, not what the client says. None: it cannot be told."""
    address = (behind_proxy and forwarded_for.rpartition(",")[2].strip()) or peer
    try:
        found = ip_address(address)
    except ValueError:  # a socket of the file system
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, IPV6_CUSTOMER), strict=False).network_address)
    return str(found.ipv4_mapped or found) if isinstance(found, IPv6Address) else str(found)
