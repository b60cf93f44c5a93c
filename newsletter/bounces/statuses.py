"""Delivery status notifications: RFC 3464, with RFC 3461's and RFC 6533's addresses, and what servers make of them."""

import re
from collections.abc import Iterator

from newsletter.bounces.addresses import in_prose, typed
from newsletter.bounces.found import DELAYED, DELIVERED, SOFT, Finding
from newsletter.bounces.pieces import Pieces, one_line
from newsletter.bounces.verdict import judge

MOST = 200
Fields = dict[str, str]
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:(.*)$")
_NUMBER = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_WHO = ("original-recipient", "final-recipient", "x-actual-recipient", "x-original-recipient")
_ABOUT_ONE = frozenset({*_WHO, "action", "status", "diagnostic-code", "remote-mta", "last-attempt-date", "final-log-id"})


def findings(pieces: Pieces) -> list[Finding]:
    """Return each recipient's fate by the status blocks; empty where there are none."""
    found = [_finding(fields, pieces) for fields in _recipients(pieces.statuses)]
    return [one for one in found if one is not None][:MOST]


def blocks(text: str) -> Iterator[Fields]:
    """Yield the fields of each block, names in small letters, folded lines joined."""
    fields: Fields = {}
    last = ""
    for line in [*text.split("\n"), ""]:
        if not line.strip():
            if fields:
                yield fields
            fields, last = {}, ""
        elif line[0] in " \t" and last:
            fields[last] += " " + line.strip()
        elif found := _FIELD.match(line):
            last = found[1].lower()
            if last in {"final-recipient", "original-recipient"} and last in fields:
                # The blank line between two recipients was forgotten.
                yield fields
                fields = {}
            fields[last] = found[2].strip()


def _recipients(text: str) -> Iterator[Fields]:
    """Yield one dict per recipient; joins what a stray blank line has parted."""
    open_one: Fields = {}
    for fields in blocks(text):
        mine = {name: value for name, value in fields.items() if name in _ABOUT_ONE}
        if not mine:
            continue
        if open_one and any(name in open_one for name in mine):
            yield open_one
            open_one = {}
        open_one |= mine
    if open_one:
        yield open_one


def _finding(fields: Fields, pieces: Pieces) -> Finding | None:
    action, status = _action(fields), _status(fields)
    if not action and not status:
        return None
    named = tuple(filter(None, (typed(fields.get(name, "")) for name in _WHO)))
    recipient = named[0] if named else _elsewhere(pieces)
    said = re.sub(r"^[A-Za-z0-9-]{1,40}[ \t]*;", "", fields.get("diagnostic-code", "")).strip()
    said = said or re.sub(r"^[245][.\d]*", "", fields.get("status", "")).strip(" ()")
    reason = " ".join(filter(None, (status if status not in said else "", one_line(said))))[:480]
    if action in {DELIVERED, DELAYED}:
        return Finding(recipient, action, reason, named[1:])
    kind = judge(status, said) or judge(status, _near(recipient, pieces.notice)) or SOFT
    return Finding(recipient, kind, reason or _near(recipient, pieces.notice)[:300], named[1:])


def _status(fields: Fields) -> str:
    found = _NUMBER.search(fields.get("status", ""))
    return found.group() if found else ""


def _action(fields: Fields) -> str:
    """Return failed, delayed or delivered; where the field is missing or unheard of, what the status says."""
    word, status = fields.get("action", "").strip().lower(), _status(fields)
    for start, action in (
        ("delay", DELAYED),
        ("deliver", DELIVERED),
        ("relay", DELIVERED),
        ("expand", DELIVERED),
        ("fail", "failed"),
        ("err", "failed"),
        ("expired", "failed"),
        ("reject", "failed"),
        ("undeliver", "failed"),
    ):
        if word.startswith(start):
            return action
    return {"2": DELIVERED, "4": DELAYED, "5": "failed"}.get(status[:1], "")


def _elsewhere(pieces: Pieces) -> str:
    """Return whom the message was for, where the report itself names nobody by a mail address."""
    names = [pieces.header("X-Failed-Recipients"), one_line(pieces.returned.get("To", ""))]
    addresses = [address for name in names for address in in_prose(name)]
    return addresses[0] if addresses else ""


def _near(recipient: str, notice: str) -> str:
    """Return what the notice says in the lines about `recipient`, or all of a short one."""
    lines = [line.strip() for line in notice[:20_000].split("\n")]
    at = next((place for place, line in enumerate(lines) if recipient and recipient.lower() in line.lower()), 0)
    return " ".join(filter(None, lines[at : at + 12]))[:1_500]
