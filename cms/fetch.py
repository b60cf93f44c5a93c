"""The one guarded way to make an outgoing HTTP call.

Every call has a timeout and a size limit, follows no redirects (`visit` does, and checks each), and
connects to the very address that was checked (so a name can't be re-pointed in between). Private and
local networks are refused unless `FETCH_ALLOW_NETWORKS` names them.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.views.decorators.debug import sensitive_variables
from urllib3 import BaseHTTPResponse, encode_multipart_formdata
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

USER_AGENT = "Ordet/1.0"
CHUNK = 65_536
CONNECT_SECONDS = 10.0
# What a resolver says when the name itself is the fault (EAI_NODATA isn't everywhere).
UNKNOWN_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
REFUSED_FROM = 400
# Where an IPv6 address carries an IPv4 one in its last four bytes, which a gateway or the machine itself may call:
# IPv4-compatible (RFC 4291, 2.5.5.1) and NAT64 (RFC 6052).
CARRIERS = (ipaddress.ip_network("::/96"), ipaddress.ip_network("64:ff9b::/96"))
# Private networks of old (RFC 3879), which the standard library takes for public.
SITE_LOCAL = ipaddress.ip_network("fec0::/10")


class FetchError(Exception):
    """An outgoing call failed. `unknown`: the other side may have acted on it."""

    unknown = False


class Forbidden(FetchError):
    """The address is not one that we may call; nothing was sent."""


class NotSent(FetchError):
    """No connection came about (name, refusal, TLS, connect timeout); nothing was sent."""


class NoSuchName(NotSent):
    """Nobody has a computer of that name; a name server that doesn't answer is only NotSent."""


class NoAnswer(FetchError):
    """The request left, but no whole answer came back."""

    unknown = True


class Lost(FetchError):
    """Redirects led on and on, or to what is no address; nothing was changed anywhere."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (lower-case names) and the body's bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a visit ended: the last answer's status, and the address that gave it."""

    status: int
    address: str


class _Head:
    """The lines of an answer's head; each has its end."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def readline(self, limit: int) -> bytes:
        """Return the next line. Raises IncompleteRead."""
        line: bytes = self.file.readline(limit)
        if not line.endswith(b"\n"):
            raise IncompleteRead(line)
        return line


class _Whole(HTTPResponse):
    """An answer whose head came whole: the library takes one that is cut off, and half a header, for all there is."""

    def begin(self) -> None:
        """Read the head. Raises IncompleteRead."""
        whole, self.fp = self.fp, _Head(self.fp)  # type: ignore[assignment]
        try:
            super().begin()
        finally:
            self.fp = whole


def form(fields: Mapping[str, str | tuple[str, bytes, str]]) -> tuple[bytes, str]:
    """Return a multipart form (RFC 7578) of texts and files (name, content, type), and its content type."""
    return encode_multipart_formdata(fields)


def _meant(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address that a call goes to in the end: the IPv4 one where an IPv6 one carries it."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip.ipv4_mapped:
        return ip.ipv4_mapped
    if ip.is_loopback or ip.is_unspecified:
        return ip
    return ipaddress.IPv4Address(ip.packed[-4:]) if any(ip in network for network in CARRIERS) else ip


def _allowed(address: str) -> bool:
    ip = _meant(address)
    if ip.is_global and not ip.is_multicast and ip not in SITE_LOCAL:
        return True
    return any(ip in ipaddress.ip_network(network) for network in settings.FETCH_ALLOW_NETWORKS)


def resolve(host: str, port: int) -> str:
    """Return the first address of `host` that may be called. Raises NotSent, NoSuchName, Forbidden."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        kind = NoSuchName if error.errno in UNKNOWN_NAME else NotSent
        raise kind(f"the name {host} was not found ({error})") from None
    except UnicodeError:
        raise NoSuchName(f"{host} can't be a name") from None
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


def _connected(parts: SplitResult, host: str, port: int, timeout: float) -> HTTPConnection:
    """Return an open connection to the checked address; TLS verifies the name. Raises NotSent, Forbidden."""
    address, wait = resolve(host, port), min(timeout, CONNECT_SECONDS)
    if parts.scheme == "https":
        connection: HTTPConnection = HTTPSConnection(
            address, port, timeout=wait, server_hostname=host, ssl_context=ssl.create_default_context()
        )
    else:
        connection = HTTPConnection(address, port, timeout=wait)
    connection.response_class = _Whole
    try:
        connection.connect()
    except (HTTPError, OSError) as error:
        connection.close()
        raise NotSent(f"no connection to {host}: {type(error).__name__}") from None
    return connection


class _Watch:
    """Ends a connection when its time is up: a socket's own timeout starts anew with every byte."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        assert connection.sock is not None  # noqa: S101 - it was just connected
        self.sock = connection.sock
        self.sock.settimeout(seconds)
        self.rung = False
        self.timer = threading.Timer(seconds, self._ring)
        self.timer.daemon = True
        self.timer.start()

    def _ring(self) -> None:
        self.rung = True
        with suppress(OSError):
            # The plain socket's own method: TLS would want to say goodbye first.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _read(response: BaseHTTPResponse, max_bytes: int, *, cut: bool) -> bytes:
    body = bytearray()
    for chunk in response.stream(CHUNK):
        body += chunk
        if cut and len(body) >= max_bytes:
            return bytes(body[:max_bytes])
        if len(body) > max_bytes:
            raise NoAnswer(f"the answer is larger than {max_bytes} bytes")
    return bytes(body)


@sensitive_variables("url", "headers", "body", "sent", "target", "parts")
def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 20.0,
    max_bytes: int = 5_000_000,
    read: bool = True,
    cut: bool = False,
) -> Answer:
    """Make one HTTP call and return its Answer, whatever the status; redirects are not followed.

    `timeout` is in seconds, for connecting (at most 10) and then for the whole exchange. Raises
    Forbidden and NotSent when nothing left this machine, NoAnswer when the outcome is unknown. `read`:
    False leaves the body where it is, and it comes back empty; `cut` leaves of it what is more than
    `max_bytes`. No message holds the URL's query, a header or the body: secrets stay out of logs.
    """
    parts, host, port = _split(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": USER_AGENT, **(headers or {})}
    connection = _connected(parts, host, port, timeout)
    watch = _Watch(connection, timeout)
    try:
        connection.request(method, target, body=body, headers=sent, preload_content=False, decode_content=True)
        response = connection.getresponse()
        answer = Answer(
            response.status,
            {name.lower(): value for name, value in response.headers.items()},
            _read(response, max_bytes, cut=cut) if read else b"",
        )
    except (HTTPError, HTTPException, OSError) as error:
        raise NoAnswer(f"no whole answer from {host}: {type(error).__name__}") from None
    finally:
        watch.timer.cancel()
        connection.close()
    # An answer without a length ends where its connection ends: cut off, it would look whole.
    if watch.rung:
        raise NoAnswer(f"no whole answer from {host} within {timeout:.0f} s")
    return answer


def visit(url: str, *, headers: Mapping[str, str] | None = None, timeout: float = 10.0) -> Visit:
    """Go to `url` as a reader would, through at most MOST_REDIRECTS redirects, each checked like the first address.

    Asks with HEAD, and with GET where that is refused or not answered; bodies are left unread. `timeout`
    is in seconds, for everything. Raises what `fetch` does, and Lost.
    """
    until = time.monotonic() + timeout
    for _hop in range(MOST_REDIRECTS + 1):
        answer = _knock(url, headers, until)
        goal = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not goal:
            return Visit(answer.status, url)
        try:
            url = urljoin(url, goal)
        except ValueError:
            raise Lost("a redirect leads to what is no address") from None
    raise Lost(f"more than {MOST_REDIRECTS} redirects")


def _knock(url: str, headers: Mapping[str, str] | None, until: float) -> Answer:
    with suppress(NoAnswer):
        answer = fetch("HEAD", url, headers=headers, timeout=_left(until), read=False)
        if answer.status < REFUSED_FROM:
            return answer
    # Many servers refuse HEAD, or answer it with 404.
    return fetch("GET", url, headers=headers, timeout=_left(until), read=False)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise NoAnswer("no whole answer in time")
    return left
