"""Hard or soft: the one place that decides what a status (RFC 3463) and a server's words say about an address.

Most "permanent" failures don't mean a dead address. Hard takes a status that says so, or clear words; what
the server clearly says otherwise (full, too large, unwanted, later) is soft, whatever its numbers.
"""

import re
from collections.abc import Iterable

from newsletter.bounces.found import HARD, SOFT
from newsletter.bounces.wording import CLOSED, MOVED, NO_HOST, OTHERWISE, UNKNOWN

DEAD = frozenset({"5.1.1", "5.1.2", "5.1.6", "5.1.10"})
# How the address is spelled (5.1.3), and whether we are welcome (5.1.7, 5.1.8, 5.7.x), says nothing of who lives there.
NOT_THEM = ("5.1.3", "5.1.7", "5.1.8", "5.7.")
# More words than this are quoted letters, not a reason.
ENOUGH = 4_000
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]\d)")
_CODE = re.compile(r"(?:^|[^\d.\w#-])([45]\d\d)(?=[ \-:;,.#)]|$)")
_NAMES = re.compile(r"\S{0,200}@\S{0,250}|https?://\S{0,300}|\b(?!resolver\.)[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")


def plain(text: str) -> str:
    """Return `text` in small letters on one line, without addresses and host names, whose parts could look like reasons."""
    return " ".join(_NAMES.sub(" ", text[:ENOUGH].lower()).split())


def statuses(text: str) -> list[str]:
    """Return the enhanced statuses in `text`, those that say something before those that end in .0.0."""
    found = _STATUS.findall(text[:ENOUGH])
    return sorted(found, key=lambda status: status.endswith(".0.0"))


def judge(status: str, said: str) -> str | None:
    """Return HARD or SOFT for a failed recipient, or None where neither status nor words decide."""
    words, within = plain(said), statuses(said)
    specific = status if status and not status.endswith(".0.0") else next(iter(within), status)
    if any(pattern.search(words) for pattern in OTHERWISE) or _later(status, said, within) or specific.startswith(NOT_THEM):
        return SOFT
    if specific in DEAD or _dead(words):
        return HARD
    return SOFT if CLOSED.search(words) or (specific and not specific.endswith(".0.0")) else None


def _dead(words: str) -> bool:
    return any(pattern.search(words) for pattern in (UNKNOWN, NO_HOST, MOVED))


def _later(status: str, said: str, within: Iterable[str]) -> bool:
    """Tell whether the last word was a temporary one: given up at last, but of no dead address."""
    codes = _CODE.findall(said[:ENOUGH])
    final = any(code.startswith("5") for code in codes) or any(one.startswith("5.") for one in within)
    if final:
        return False
    return status.startswith("4.") or any(code.startswith("4") for code in codes) or any(one.startswith("4.") for one in within)
