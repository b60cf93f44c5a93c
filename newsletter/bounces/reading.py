"""Reading one raw message: RFC 3464 and RFC 5965 first, then prose. Bytes come from anywhere, so reading never raises."""

import re
from dataclasses import replace

from cms.secrets import BadLink
from newsletter import identity
from newsletter.bounces import complaints, kinds, notices, statuses
from newsletter.bounces.found import DELIVERED, Bounce, summed_up
from newsletter.bounces.pieces import MOST_BYTES, Pieces, bounded, pieces_of, take_apart
from newsletter.identity import read_return_address

_OURS = re.compile(rb"\b([bu]-[0-9a-f]{24,60})@", re.IGNORECASE)
_ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
MOST_OURS = 50


def read_bounce(raw: bytes) -> Bounce:
    """Read one raw message; never raises. What is neither bounce nor complaint is of kind "none"."""
    raw = bytes(raw[:MOST_BYTES])
    about = _about(raw)
    try:
        pieces = take_apart(raw)
        found = _read(pieces)
    except Exception as error:  # the mail package itself trips over some malformed messages
        return Bounce(reason=f"unreadable: {type(error).__name__}", about=about)
    return replace(found, about=about, message_id=_message_id(pieces))


def _read(pieces: Pieces) -> Bounce:
    complaint = complaints.read(pieces)
    if complaint is not None:
        return complaint
    found = statuses.findings(pieces)
    if found:
        return summed_up(found)
    asked = _request(pieces)
    if asked is not None:
        return asked
    if not kinds.is_official(pieces):
        # A person who asks about a returned mail quotes it.
        pieces.notice = "\n".join(line for line in pieces.notice.split("\n") if not line.lstrip().startswith(">"))
    kind = kinds.kind_of(pieces)
    if kind == kinds.FAILURE:
        return summed_up(notices.findings(pieces))
    if kind == kinds.OTHER and len(pieces.letters) == 1 and pieces.message.is_multipart():
        # Somebody forwarded a notice as an attachment.
        return _within(pieces)
    return Bounce(reason=kind, delivered=kind == DELIVERED and not kinds.is_receipt(pieces))


def _within(pieces: Pieces) -> Bounce:
    inner = pieces_of(pieces.letters[0])
    if kinds.kind_of(inner) != kinds.FAILURE:
        return Bounce(reason=kinds.OTHER)
    return summed_up(notices.findings(inner))


def _about(raw: bytes) -> tuple[int, int] | None:
    # Soft breaks may cut the address where the original is quoted.
    text = bounded(raw).replace(b"=\n", b"")
    for number, match in enumerate(_OURS.finditer(text)):
        if number >= MOST_OURS:
            break
        try:
            _kind, mailing, member = read_return_address(match.group(1).decode() + "@")
        except BadLink:
            continue
        return mailing, member
    return None


def _message_id(pieces: Pieces) -> str:
    for value in (pieces.returned.get("Message-ID", ""), pieces.message.get("In-Reply-To", "")):
        found = _MESSAGE_ID.search(str(value)[:1_000])
        if found:
            return found.group()
    return ""


def _request(pieces: Pieces) -> Bounce | None:
    for name in _ADDRESSED:
        for value in pieces.message.get_all(name, []):
            if any(
                match.group(1)[:1].lower() == identity.LEAVE.encode() for match in _OURS.finditer(str(value)[:5_000].encode())
            ):
                return Bounce(reason="asks to be unsubscribed", asks_to_leave=True)
    return None
