"""Letter → bytes with slots: serialised once per mailing; per member only substitution.

Everything is quoted-printable ASCII with CRLF and never begins a line with a dot, so a message is
ready for DATA as it stands: `smtplib` and `email` would spend most of the time there (RFC 2045, RFC 5321).
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from html import escape

from django.conf import settings
from django.utils.translation import gettext as _

from newsletter import identity, letter
from newsletter.letter import Letter

WIDTH = 74
_PRINTABLE = frozenset(range(33, 127)) - {ord("=")}
_SLOT = re.compile("(" + "|".join(map(re.escape, letter.SLOTS)) + ")")


class BadHeader(ValueError):
    """A header's value that can't be written, such as a sender without an address."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mailing's messages have in common besides the letter."""

    mailing: int
    list_slug: str
    list_name: str
    sender_name: str = ""
    reply_to: str = ""


def quoted(text: str) -> bytes:
    """Return `text` as quoted-printable lines (RFC 2045) that never begin with a dot; CRLF between lines."""
    lines = re.split("\r\n|\r|\n", text)
    return b"\r\n".join(_quoted_line(line.encode()) for line in lines)


def _quoted_line(line: bytes) -> bytes:
    out, width = bytearray(), 0
    for place, byte in enumerate(line):
        plain = byte in _PRINTABLE or (byte in b" \t" and place + 1 < len(line))
        if byte == ord(".") and width == 0:
            plain = False
        token = bytes((byte,)) if plain else b"=%02X" % byte
        if width + len(token) > WIDTH:
            out += b"=\r\n"
            token, width = (b"=2E", 0) if token == b"." else (token, 0)
        out += token
        width += len(token)
    return bytes(out)


def _quoted_value(value: str) -> bytes:
    """Quote one slot's value, which stands on a line of its own between soft breaks; it can't end that line."""
    found = b2a_qp(" ".join(value.split()).encode(), istext=False).replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n=2E")
    return b"=2E" + found[1:] if found.startswith(b".") else found


def _header(name: str, value: str) -> bytes:
    """Return a header line; free text is encoded (RFC 2047) and folded, and can't start another header."""
    value = " ".join(value.split())
    if value.isascii() and len(name) + len(value) < 900:  # noqa: PLR2004
        return f"{name}: {_fold(name, value)}\r\n".encode()
    encoded = Header(value, "utf-8", maxlinelen=76, header_name=name).encode(linesep="\r\n")
    return f"{name}: {encoded}\r\n".encode()


def _fold(name: str, value: str) -> str:
    out: list[str] = []
    width = len(name) + 1
    for word in value.split(" "):
        fits = width + 1 + len(word) <= 76 or not out  # noqa: PLR2004
        out.append(word if not out else (" " if fits else "\r\n ") + word)
        width = width + 1 + len(word) if fits else 1 + len(word)
    return "".join(out)


def _mailbox(header: str, name: str, address: str) -> bytes:
    if not address or not address.isascii() or re.search(r"[\s<>,;]", address):
        raise BadHeader(_("%(header)s: %(address)s is no mail address") % {"header": header, "address": repr(address)})
    name = " ".join(name.split())
    if not name:
        return f"{header}: <{address}>\r\n".encode()
    words = (
        '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if name.isascii()
        else Header(name, "utf-8").encode(linesep="\r\n")
    )
    return f"{header}: {words}\r\n <{address}>\r\n".encode()


class Compiled:
    """One mailing's message. `fill` takes about 0.02 ms for 50 kB."""

    def __init__(self, content: Letter, envelope: Envelope) -> None:
        """Serialise `content`; raises BadHeader where settings or the list give no valid sender."""
        self.mailing = envelope.mailing
        self.digest = content.digest
        self._web_view = _quoted_value(identity.web_view_url(envelope.mailing))
        self._web_view_html = _quoted_value(escape(identity.web_view_url(envelope.mailing)))
        boundary = f"=_{self.digest[:32]}"
        self._head = self._fixed_headers(content, envelope, boundary)
        # Even places hold bytes, odd places the (slot, is HTML) that stands between them.
        self._parts: list[bytes] = []
        self._slots: list[tuple[str, bool]] = []
        self._add(f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n", content.text, html=False)
        self._add(f"\r\n--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\n", content.html, html=True)
        self._parts[-1] += f"\r\n--{boundary}--\r\n".encode()

    def _fixed_headers(self, content: Letter, envelope: Envelope, boundary: str) -> bytes:
        name, address = parseaddr(settings.MAIL_FROM)
        list_id = f"<{envelope.list_slug}.{settings.MAIL_LIST_DOMAIN}>"
        lines = [
            _mailbox("From", envelope.sender_name or name, address),
            _header("Subject", content.subject),
            # The name may need encoding; the identifier may not (RFC 2919).
            _header("List-Id", envelope.list_name).removesuffix(b"\r\n") + f"\r\n {list_id}\r\n".encode(),
            b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            b"Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n",
            f"Feedback-ID: {envelope.mailing}:{envelope.list_slug}:newsletter:ordet\r\n".encode(),
            f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
        ]
        if envelope.reply_to:
            lines.insert(1, _mailbox("Reply-To", "", envelope.reply_to))
        return b"".join(lines)

    def _add(self, head: str, body: str, *, html: bool) -> None:
        pieces = _SLOT.split(body)
        start = head.encode() + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted(pieces[0])
        if self._parts:
            self._parts[-1] += start
        else:
            self._parts.append(start)
        for slot, after in zip(pieces[1::2], pieces[2::2], strict=True):
            # A slot stands between two soft breaks, so its length never moves another line's end.
            self._parts[-1] += b"=\r\n"
            self._slots.append((slot, html))
            self._parts.append(b"=\r\n" + quoted(after))

    def fill(self, member: int, address: str, name: str, now: datetime) -> bytes:
        """Return the message for one member. `address` is ASCII; raises BadHeader if it could break a header."""
        if not address.isascii() or any(character in address for character in "\r\n <>"):
            raise BadHeader(_("%(address)s is no mail address") % {"address": repr(address)})
        unsubscribe, preferences = identity.unsubscribe_url(self.mailing, member), identity.preferences_url(member)
        leave = identity.return_address(identity.LEAVE, self.mailing, member)
        own = (
            f"To: {address}\r\nDate: {format_datetime(now)}\r\n"
            f"Message-ID: {identity.message_id(self.mailing, member, self.digest)}\r\n"
            # Folded here: Django would encode an address of 75 characters or more, and one-click would die.
            f"List-Unsubscribe: <{unsubscribe}>,\r\n <mailto:{leave}?subject=unsubscribe>\r\n"
        )
        values = {
            (letter.UNSUBSCRIBE, False): _quoted_value(unsubscribe),
            (letter.PREFERENCES, False): _quoted_value(preferences),
            (letter.WEB_VIEW, False): self._web_view,
            (letter.NAME, False): _quoted_value(name),
            (letter.UNSUBSCRIBE, True): _quoted_value(escape(unsubscribe)),
            (letter.PREFERENCES, True): _quoted_value(escape(preferences)),
            (letter.WEB_VIEW, True): self._web_view_html,
            (letter.NAME, True): _quoted_value(escape(name)),
        }
        out = [own.encode("ascii"), self._head, self._parts[0]]
        for slot, part in zip(self._slots, self._parts[1:], strict=True):
            out += (values[slot], part)
        return b"".join(out)
