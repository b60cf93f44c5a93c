"""Failure notices in prose: whom they are about, and why, in the formats of the servers that write no status blocks."""

import re
from email.message import Message

from flufl.bounce import all_failures

from newsletter.bounces.addresses import in_prose, is_daemon
from newsletter.bounces.found import SOFT, Finding
from newsletter.bounces.pieces import Pieces, one_line
from newsletter.bounces.verdict import judge, statuses

MOST_LINES, MOST_FOUND = 400, 50
_REPLY = re.compile(
    r"(?:^|[\s:>\"'(#])[45]\d\d[ -]\S|[( #][45]\.\d{1,3}\.\d{1,3}\b|RESOLVER\.|STOREDRV\.|ERROR_CODE", re.IGNORECASE
)
# Lines that name others than the failed recipient.
_NOT_THEM = re.compile(
    r"^\W{0,4}(?:from|sender|original sender|reply-to|return-path|message-id|subject|date|sent|received|mail from|"
    r"references|in-reply-to|"
    r"från|avsändare|ämne|skickat|contact|kontakta|x-[a-z-]+)\b[^\n]{0,20}?[:=]|mail from:|\bpostmaster@|"
    r"please (?:contact|forward|send)|\bcontact\b[^\n]{0,40}@|"
    r"for (?:further|more) (?:help|assistance|information)|if you (?:do so|feel|believe)|message-id",
    re.IGNORECASE,
)
_MAILBOX = r"([^\s<>@\",;:()\[\]]{1,64}@[^\s<>@\",;:()\[\]]{3,255})"
_BEGINS = re.compile(rf"^[\s>*·•-]{{0,12}}<?{_MAILBOX}>?(?=[\s:,]|$)")
# A bracketed address, or one after a reply's code, is nobody's signature.
_ACCUSED = re.compile(rf"^[\s>*·•-]{{0,12}}(?:[45]\d\d[ -])?<{_MAILBOX}>(?=[\s:,.]|$)")
_THEM = re.compile(
    r"^[\s*>·•-]{0,12}(?:<[^<>\s]{3,320}>|\"?[^\s<>\"]{1,64}@[^\s<>\"]{1,255})|rcpt to|recipient|failed|"
    r"could ?n[o'’]t|did not|wasn['’]t|was not|unable|"
    r"undeliver|addressed to|\bto\b[ :]|mottagare|levere|\btill\b|error-for|intended|user|unknown|mailbox|address|"
    r"reject|exceed|affected|quota|hittades",
    re.IGNORECASE,
)


def findings(pieces: Pieces) -> list[Finding]:
    """Return each recipient of a notice that is known to tell of a failure, with the verdict on what is said of it."""
    people = _named(pieces) or _listed(pieces) or _in_notice(pieces) or _of_the_returned(pieces)
    if not people:
        return [Finding("", _verdict(pieces.notice), _reason(pieces.notice))]
    return [_finding(person, people, pieces.notice) for person in people[:MOST_FOUND]]


def _named(pieces: Pieces) -> list[str]:
    return _clean(in_prose(pieces.header("X-Failed-Recipients")), pieces)


def _listed(pieces: Pieces) -> list[str]:
    """Return whom flufl.bounce finds; it stops at the first of some lists, so those that begin a line are added."""
    found = _by_flufl(pieces)
    pattern = _BEGINS if found else _ACCUSED
    begun = [pattern.match(line[:500]) for line in pieces.notice.split("\n")[:MOST_LINES]]
    return _clean([*found, *(one[1] for one in begun if one)], pieces)


def _by_flufl(pieces: Pieces) -> list[str]:
    """Ask flufl.bounce, which knows many old formats by their fixed words; it gets a bounded, plain copy."""
    copy = Message()
    for name in ("From", "Subject", "To", "X-Mailer", "X-Failed-Recipients"):
        if pieces.header(name):
            copy[name] = pieces.header(name)
    lines = [line[:300] for line in pieces.notice.split("\n")[:MOST_LINES]]
    copy.set_payload("\n".join(lines).encode("ascii", "replace").decode())
    try:
        _temporary, permanent = all_failures(copy)
    except Exception:
        return []
    found = [address.decode("ascii", "replace") for address in permanent]
    return _clean([address for one in sorted(found) for address in in_prose(one)], pieces)


def _in_notice(pieces: Pieces) -> list[str]:
    lines = [line[:500] for line in pieces.notice.split("\n")[:MOST_LINES] if "@" in line and not _NOT_THEM.search(line[:500])]
    likely = _clean([address for line in lines if _THEM.search(line) for address in in_prose(line)], pieces)
    found = likely or _clean([address for line in lines for address in in_prose(line)], pieces)
    # Any address may stand in prose: those that the returned message was for are surer.
    receivers = _receivers(pieces)
    return [address for address in found if address.lower() in receivers] or found


def _of_the_returned(pieces: Pieces) -> list[str]:
    return _clean(in_prose(one_line(pieces.returned.get("To", ""))), pieces)[:1]


def _clean(addresses: list[str], pieces: Pieces) -> list[str]:
    """Drop ourselves, mail servers and repetitions."""
    own = {address.lower() for name in ("To", "Delivered-To", "X-Original-To") for address in in_prose(pieces.header(name))}
    own |= {address.lower() for address in in_prose(one_line(pieces.returned.get("From", "")))}
    receivers = _receivers(pieces)
    kept: dict[str, str] = {}
    for address in addresses:
        key = address.lower()
        if (key not in own or key in receivers) and not is_daemon(address):
            kept.setdefault(key, address)
    return list(kept.values())


def _receivers(pieces: Pieces) -> set[str]:
    return {address.lower() for address in in_prose(one_line(pieces.returned.get("To", "")))}


def _finding(person: str, people: list[str], notice: str) -> Finding:
    about = notice if len(people) == 1 else _section(person, people, notice)
    return Finding(person, _verdict(about), _reason(about) or _reason(notice))


def _section(person: str, people: list[str], notice: str) -> str:
    """Return the lines from the first that names `person` to the next that names another."""
    others = [other.lower() for other in people if other != person]
    kept: list[str] = []
    for line in notice.split("\n")[:MOST_LINES]:
        low = line.lower()
        theirs = not any(other in low for other in others)
        if theirs and (kept or person.lower() in low):
            kept.append(line)
        elif kept:
            break
    return "\n".join(kept[:30])


def _replies(text: str) -> str:
    """Return the lines that quote a server, each with the line that goes on."""
    lines = text.split("\n")[:MOST_LINES]
    kept = [" ".join(lines[place : place + 3]) for place, line in enumerate(lines) if _REPLY.search(line[:500])]
    return "\n".join(kept[:10])[:3_000]


def _verdict(text: str) -> str:
    """Judge by what the server is quoted with; else by the prose around it."""
    quoted = _replies(text)
    status = next(iter(statuses(quoted)), "")
    return (judge(status, quoted) if quoted else None) or judge("", text) or SOFT


def _reason(text: str) -> str:
    quoted = " ".join(_replies(text).split("\n")[0].split())
    if quoted:
        return quoted[:480]
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    return " ".join(lines[:4])[:300]
