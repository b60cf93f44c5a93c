"""Raw bytes → the pieces that matter: status blocks, feedback, the notice in prose, and the returned message's head.

Work is bounded whatever comes: so many bytes, bytes a line, MIME parts and nested levels are looked at.
"""

import email
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from quopri import decodestring

import lxml.html
from lxml.etree import LxmlError

MOST_BYTES, LONGEST_LINE, MOST_PARTS, MOST_LEVELS, MOST_BOUNDARIES = 1_000_000, 4_000, 200, 30, 60
NOTICE = 60_000
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
HEAD_TYPES = frozenset({"text/rfc822-headers", "message/global-headers", "message/rfc822-headers", "text/rfc822"})
LETTER_TYPES = frozenset({"message/rfc822", "message/global"})
_FIELDS = re.compile(r"^(?:final|original)-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
_RETURNED = re.compile(
    r"^[ \t>*]{0,8}(?:"
    r"-{2,}[^\n]{0,60}(?:original|returned|unsent|undelivered|copy of|message (?:text|head|body)|header|retur|ursprung)|"
    r"-*[ \t]*(?:the )?(?:original|returned|undelivered|unsent|failed) (?:message|mail|e-?mail)(?:['’]s)?(?: text|"
    r" body| headers?)?"
    r"(?: (?:follows?|is (?:attached|included|below)|begins|starts))?[ \t]*[:.]|"
    r"(?:below (?:this line )?is|here is|this is|included is|following is) (?:a copy|the (?:message|original)|"
    r"your (?:returned|message))|"
    r"message (?:text|headers?|body) follows?|(?:return-path|received):|"
    r"(?:ursprungliga?|returnera[dt]|rubriker för det ursprungliga) (?:meddelande|brev|huvud))",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Pieces:
    """What one raw message is made of, at the level where a report was found (0 is the message itself)."""

    message: Message
    statuses: str = ""
    feedback: str = ""
    notice: str = ""
    returned: Message = field(default_factory=Message)
    letters: list[Message] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return one header on one line, decoded."""
        return one_line(self.message.get(name, ""))


def one_line(value: object) -> str:
    """Return a header's value decoded (RFC 2047), on one line."""
    with suppress(Exception):  # the mail package raises many things over malformed words
        return " ".join(str(email.header.make_header(email.header.decode_header(str(value)))).split())[:2_000]
    return " ".join(str(value).split())[:2_000]


def bounded(raw: bytes) -> bytes:
    """Return so much of `raw` as is looked at, with LF line ends."""
    text = re.sub(rb"\r\n?", b"\n", raw[:MOST_BYTES]).lstrip(b"\n\xef\xbb\xbf")
    text = re.sub(rb"([^\n]{%d})[^\n]+" % LONGEST_LINE, rb"\1", text)
    nested = [found.start() for found in re.finditer(rb"boundary[ \t]*=", text, re.IGNORECASE)]
    return text[: nested[MOST_BOUNDARIES]] if len(nested) > MOST_BOUNDARIES else text


def take_apart(raw: bytes) -> Pieces:
    """Return the pieces of `raw`; may raise what the mail package raises over malformed messages."""
    return pieces_of(email.message_from_bytes(bounded(raw)))


def pieces_of(message: Message) -> Pieces:
    """Return the pieces of a parsed message: of the outermost level that holds a report, else of the message itself."""
    parts = list(_walk(message))
    reports = [level for level, part in parts if _is_report(part)]
    level = min(reports, default=0)
    found = Pieces(next((part for at, part in parts if at == level and part.get("From")), message) if level else message)
    for at, part in parts:
        if at == level:
            _sort(part, found)
    if not found.statuses and not found.feedback:
        found.statuses = _loose_fields([part for at, part in parts if at == level])
    _cut_notice(found)
    return found


def _walk(message: Message) -> Iterator[tuple[int, Message]]:
    waiting, seen = [(0, 0, message)], 0
    while waiting and seen < MOST_PARTS:
        level, depth, part = waiting.pop()
        seen += 1
        yield level, part
        payload = part.get_payload()
        if not isinstance(payload, list) or depth > MOST_LEVELS or part.get_content_type() in STATUS_TYPES:
            continue
        inner = level + (part.get_content_maintype() == "message")
        waiting += [(inner, depth + 1, one) for one in reversed(payload) if isinstance(one, Message)]


def _is_report(part: Message) -> bool:
    return part.get_content_type() in STATUS_TYPES or part.get_content_type() == "message/feedback-report"


def _sort(part: Message, found: Pieces) -> None:
    kind = part.get_content_type()
    if kind in STATUS_TYPES:
        found.statuses += block_text(part) + "\n\n"
    elif kind == "message/feedback-report":
        found.feedback += block_text(part) + "\n\n"
    elif kind in LETTER_TYPES:
        inner = part.get_payload()
        if isinstance(inner, list) and inner and isinstance(inner[0], Message):
            found.letters.append(inner[0])
    elif kind in HEAD_TYPES:
        found.letters.append(HeaderParser().parsestr(text_of(part).lstrip()))
    elif part.get_content_maintype() == "text" and not part.is_multipart():
        _add_words(part, found)
    elif isinstance(part.get_payload(), str) and part.get_content_maintype() == "multipart":
        # A multipart without its boundary: all we have is its text.
        found.notice += str(part.get_payload())[:NOTICE] + "\n"


def _add_words(part: Message, found: Pieces) -> None:
    if part.get_filename() and found.notice:
        return
    if part.get_content_subtype() != "html":
        found.notice += text_of(part)[:NOTICE] + "\n"
    elif not found.notice.strip():
        found.notice += _words_of_html(text_of(part)[:NOTICE]) + "\n"


def text_of(part: Message) -> str:
    """Return a part's text, in whatever charset it claims or really has."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        with suppress(LookupError, UnicodeError, ValueError):
            return payload.decode(charset)
    return payload.decode("latin-1")


def block_text(part: Message) -> str:
    """Return the lines of a part that the mail package has parsed as nested messages, as they were written."""
    payload = part.get_payload()
    if isinstance(payload, str):
        return text_of(part)
    lines: list[str] = []
    for block in payload if isinstance(payload, list) else []:
        if not isinstance(block, Message):
            continue
        lines += [f"{name}: {_raw(value)}" for name, value in block.raw_items()]
        body = block.get_payload(decode=True)
        lines += ["", body.decode("utf-8", "replace") if isinstance(body, bytes) else "", ""]
    return _unwrapped("\n".join(lines), str(part.get("Content-Transfer-Encoding", "")).strip().lower())


def _raw(value: object) -> str:
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _unwrapped(text: str, encoding: str) -> str:
    with suppress(ValueError):
        if encoding == "base64" and not _FIELDS.search(text):
            return b64decode("".join(text.split())).decode("utf-8", "replace").replace("\r\n", "\n")
        if encoding == "quoted-printable":
            return decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return text


def _loose_fields(parts: list[Message]) -> str:
    """Return the text of a part that holds status fields under another name, or of a body without its MIME."""
    for part in parts:
        if part.is_multipart() or part.get_content_type() in HEAD_TYPES:
            continue
        text = text_of(part) if part.get_content_maintype() != "multipart" else str(part.get_payload())
        found = _FIELDS.search(text)
        if found and "action" in text[max(0, found.start() - 2_000) : found.start() + 4_000].lower():
            start = text.rfind("\n\n", 0, found.start())
            return text[max(0, start) :][:NOTICE]
    return ""


def _words_of_html(text: str) -> str:
    try:
        tree = lxml.html.fromstring(text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8"))
        words = tree.xpath("//text()[not(parent::style or parent::script)]")
    except (LxmlError, ValueError, AssertionError):
        return ""
    return "\n".join(line for line in (" ".join(str(word).split()) for word in words) if line)


def _cut_notice(found: Pieces) -> None:
    """Part the notice from a returned message that follows in the same text; find the returned message's head."""
    lines = found.notice[: 2 * NOTICE].split("\n")
    for place, line in enumerate(lines):
        if place and _RETURNED.match(line):
            found.notice = "\n".join(lines[:place])
            rest = lines[place:] if line[:1] in "Rr" else lines[place + 1 :]
            found.letters.append(HeaderParser().parsestr("\n".join(one.strip("\r") for one in rest[:300]).lstrip("\n -")))
            break
    found.returned = next((letter for letter in found.letters if letter.get("To") or letter.get("Message-ID")), found.returned)
