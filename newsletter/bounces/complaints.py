"""Complaints: feedback reports (RFC 5965), and Microsoft's, which forwards the message under a header of its own."""

from newsletter.bounces.addresses import in_prose, typed
from newsletter.bounces.found import COMPLAINT, Bounce
from newsletter.bounces.pieces import Pieces, one_line
from newsletter.bounces.statuses import blocks

# Not somebody's wish: a check of our signature that failed, or a message taken out of the spam folder.
NO_COMPLAINT = frozenset({"auth-failure", "not-spam", "dmarc", "dkim-failure"})
MICROSOFT = "X-HmXmrOriginalRecipient"


def read(pieces: Pieces) -> Bounce | None:
    """Return the complaint, None where there is none; a feedback report of another kind is nobody's complaint."""
    fields = next(iter(blocks(pieces.feedback)), None)
    if fields is None:
        return _microsoft(pieces)
    kind = fields.get("feedback-type", "").split(";")[0].strip().lower() or "abuse"
    if kind in NO_COMPLAINT:
        return Bounce(reason=f"feedback: {kind}"[:200])
    named = [one for one in (typed(value) for value in _recipients(pieces.feedback)) if one]
    return Bounce(tuple(dict.fromkeys(named)) or _receivers(pieces), COMPLAINT, kind[:200])


def _recipients(text: str) -> list[str]:
    """Return the values of all Original-Rcpt-To fields, which may be repeated."""
    names = ("original-rcpt-to:", "removal-recipient:")
    return [line.partition(":")[2].strip() for line in text.split("\n") if line.lower().startswith(names)][:50]


def _receivers(pieces: Pieces) -> tuple[str, ...]:
    """Return whom the original was for; some redact it."""
    for name in ("X-HmXmrOriginalRecipient", "X-Original-To", "Delivered-To", "To"):
        found = in_prose(one_line(pieces.returned.get(name, "")))
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _microsoft(pieces: Pieces) -> Bounce | None:
    for message in (pieces.message, *pieces.letters):
        found = in_prose(one_line(message.get(MICROSOFT, "")))
        if found:
            return Bounce(tuple(found), COMPLAINT, "abuse")
    return None
