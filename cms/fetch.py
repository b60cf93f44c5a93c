"""The one guarded way to make an outgoing HTTP call.

Every call has a timeout and a size limit, follows no redirects, and connects to the very address that
was checked (so a name can't be re-pointed in between). Private and local networks are refused unless
`FETCH_ALLOW_NETWORKS` names them.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    SSLError,
)

USER_AGENT = "Ordet/1.0"
CHUNK = 65_536


class FetchError(Exception):
    """An outgoing call failed. `unknown`: the other side may have acted on it."""

    unknown = False


class Forbidden(FetchError):
    """The address is not one that we may call; nothing was sent."""


class NotSent(FetchError):
    """No connection came about (name, refusal, TLS, connect timeout); nothing was sent."""


class NoAnswer(FetchError):
    """The request left, but no whole answer came back."""

    unknown = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (lower-case names) and the body's bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _allowed(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_global and not ip.is_multicast:
        return True
    return any(ip in ipaddress.ip_network(network) for network in settings.FETCH_ALLOW_NETWORKS)


def resolve(host: str, port: int) -> str:
    """Return the first address of `host` that may be called. Raises NotSent, Forbidden."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(f"the name {host} was not found ({error})") from None
    addresses = [str(entry[4][0]) for entry in found]
    # One forbidden address among several is enough to refuse: which one is used must not be a matter of luck.
    if not all(map(_allowed, addresses)):
        raise Forbidden(f"{host} lies in a network that may not be called (FETCH_ALLOW_NETWORKS)")
    return addresses[0]


def _split(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Forbidden("not a web address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Forbidden("not a web address (http or https, without a user name)")
    return parts, parts.hostname, port


def _pool(parts: SplitResult, host: str, port: int, timeout: float) -> urllib3.HTTPConnectionPool:
    address = resolve(host, port)
    limits = urllib3.Timeout(connect=min(timeout, 10.0), read=timeout)
    if parts.scheme == "https":
        return urllib3.HTTPSConnectionPool(
            address, port, timeout=limits, retries=False, server_hostname=host, assert_hostname=host
        )
    return urllib3.HTTPConnectionPool(address, port, timeout=limits, retries=False)


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.stream(CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise NoAnswer(f"the answer is larger than {max_bytes} bytes")
    return bytes(body)


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 20.0,
    max_bytes: int = 5_000_000,
) -> Answer:
    """Make one HTTP call and return its Answer, whatever the status; redirects are not followed.

    `timeout` is in seconds, for connecting (at most 10) and for each wait while reading. Raises
    Forbidden and NotSent when nothing left this machine, NoAnswer when the outcome is unknown. No
    message holds the URL's query, a header or the body: secrets stay out of logs.
    """
    parts, host, port = _split(url)
    pool = _pool(parts, host, port, timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = parts.netloc.rpartition("@")[2]
    try:
        response = pool.urlopen(
            method,
            target,
            body=body,
            headers={"Host": named, "User-Agent": USER_AGENT, **(headers or {})},
            redirect=False,
            preload_content=False,
            decode_content=True,
        )
        return Answer(
            response.status,
            {name.lower(): value for name, value in response.headers.items()},
            _read(response, max_bytes),
        )
    except (NewConnectionError, ConnectTimeoutError, SSLError) as error:
        raise NotSent(f"no connection to {host}: {type(error).__name__}") from None
    except (HTTPError, OSError) as error:
        raise NoAnswer(f"no whole answer from {host}: {type(error).__name__}") from None
    finally:
        pool.close()
