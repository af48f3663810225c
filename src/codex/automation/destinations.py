"""Where webhooks may lead: addresses of the public internet and no others, however they are written."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 so far (RFC 4291, section 2.4)."""
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052)."""
_RESERVED = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
"""Public by number, and still not: of protocols (RFC 6890), of relays that are no more (RFC 7526), and what a cloud
tells its machines about themselves."""


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet: neither private, loopback, link-local nor multicast, no
    cloud's metadata. One that carries an IPv4 address is what that one is; what is no address is not public."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return found.is_global and not found.is_multicast and not any(found in net for net in _RESERVED)
    carried = _carried(found)
    if carried is not None:
        return is_public(str(carried))
    return found in _UNICAST and found.is_global and not found.scope_id


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
