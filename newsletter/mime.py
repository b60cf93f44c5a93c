"""Text as a message's bytes: quoted-printable lines and header lines that nothing in them can break.

Everything is ASCII with CRLF and no line begins with a dot, so it is ready for DATA as it stands:
`smtplib` and `email` would spend most of the time there (RFC 2045, RFC 5321, RFC 5322).
"""

import re
from binascii import b2a_qp
from email.header import Header

from django.utils.translation import gettext as _

WIDTH = 74
_PRINTABLE = frozenset(range(33, 127)) - {ord("=")}
_QUOTED = [bytes((byte,)) if byte in _PRINTABLE else b"=%02X" % byte for byte in range(256)]
# What most names and links are: words that stand for themselves on one line.
_SIMPLE = re.compile(r"(?=.{1,72}\Z)(?!\.)[!-<>-~]+(?: [!-<>-~]+)*")


class BadHeader(ValueError):
    """A header's value that can't be written, such as a sender without an address."""


def quoted(text: str) -> bytes:
    """Return `text` as quoted-printable lines (RFC 2045) that never begin with a dot; CRLF between lines."""
    lines = re.split("\r\n|\r|\n", text)
    return b"\r\n".join(_quoted_line(line.encode()) for line in lines)


def _quoted_line(line: bytes) -> bytes:
    out, width, last = [], 0, len(line) - 1
    for place, byte in enumerate(line):
        token = bytes((byte,)) if byte in b" \t" and place < last else _QUOTED[byte]
        if width + len(token) > WIDTH:
            out.append(b"=\r\n")
            width = 0
        if width == 0 and token == b".":
            token = b"=2E"
        out.append(token)
        width += len(token)
    return b"".join(out)


def quoted_value(value: str) -> bytes:
    """Quote one slot's value, which stands on a line of its own between soft breaks; it can't end that line."""
    if _SIMPLE.fullmatch(value):
        return value.encode("ascii")
    line = " ".join(value.split()).encode()
    # Its last line may be so long that no room is left for the soft break behind the value.
    found = b2a_qp(line, istext=False)
    return found if len(found) <= WIDTH and not found.startswith(b".") else _quoted_line(line)


def header(name: str, value: str) -> bytes:
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


def mailbox(name: str, shown: str, address: str) -> bytes:
    """Return the header line `name` with one address and the words shown for it; raises BadHeader."""
    if not address or not address.isascii() or re.search(r"[\s<>,;]", address):
        raise BadHeader(_("%(header)s: %(address)s is no mail address") % {"header": name, "address": repr(address)})
    shown = " ".join(shown.split())
    if not shown:
        return f"{name}: <{address}>\r\n".encode()
    words = (
        '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if shown.isascii()
        else Header(shown, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")
    )
    return f"{name}: {words}\r\n <{address}>\r\n".encode()
