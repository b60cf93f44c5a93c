"""Whose request it is, for limits: an address on the net, read through our own proxies alone."""

import ipaddress
from functools import lru_cache

from django.conf import settings


def caller_of(remote: str, forwarded: str) -> str:
    """Return whose request it is: `remote`, or, where that is one of our proxies, the last stranger of X-Forwarded-For.

    A proxy on the same machine's socket has no address. What stands before the last stranger anybody may have written.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    found = remote
    while hops and is_ours(found):
        found = hops.pop()
    return found


def is_ours(address: str) -> bool:
    """Tell whether `address` is a proxy of ours, or the machine itself."""
    return not address or _is_in(address, tuple(settings.TRUSTED_PROXIES))


# Every request asks, and most callers ask again.
@lru_cache(maxsize=4096)
def _is_in(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network, strict=False) for network in networks)


@lru_cache(maxsize=4096)
def network_of(caller: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the /64 that an IPv6 customer gets whole."""
    try:
        found = ipaddress.ip_address(caller)
    except ValueError:
        return caller
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
