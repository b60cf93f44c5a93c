"""Letters of which nobody knows whether they arrived, over all mailings, and what people decide about them.

Nothing here happens by itself: until somebody decides, or evidence comes, they are held.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum

from newsletter.mailings import WrongState, leave, resend
from newsletter.models import Delivery, Mailing, Member, Tally

PAGE = 50
SEND_AGAIN, LET_BE = "resend", "leave"
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One letter in doubt, by whom it was meant for; `can_resend`: its mailing hasn't ended."""

    mailing: Mailing
    member: int
    name: str
    address: str
    relay: str
    reply: str
    can_resend: bool

    @property
    def key(self) -> str:
        """The mailing and the member, as a form carries them."""
        return f"{self.mailing.pk}-{self.member}"


@dataclass(frozen=True, slots=True)
class Doubts:
    """A page of them: how many there are in all, and where the next page begins (None: there is none)."""

    rows: list[Doubt]
    total: int
    after: str | None


def read_key(text: str) -> Key:
    """Return (mailing, member) of "12-345"; raises ValueError."""
    mailing, _, member = text.partition("-")
    if not (mailing.isdecimal() and member.isdecimal() and len(text) <= 40):  # noqa: PLR2004
        raise ValueError(text[:40])
    return int(mailing), int(member)


def _mailings() -> dict[int, int]:
    """Return how many are in doubt, by mailing; read from the tally, never from the ledger."""
    sums = Tally.objects.filter(state=Delivery.UNCERTAIN).order_by().values_list("mailing_id").annotate(n=Sum("count"))
    return {mailing: count for mailing, count in sums if count > 0}


def total() -> int:
    """Return how many letters are in doubt."""
    return sum(_mailings().values())


def in_doubt(after: Key | None = None, limit: int = PAGE) -> Doubts:
    """Return the letters in doubt, newest mailing first, then by member, from behind `after`."""
    counts = _mailings()
    rows = Delivery.objects.filter(mailing_id__in=list(counts), state=Delivery.UNCERTAIN)
    if after is not None:
        rows = rows.filter(Q(mailing_id__lt=after[0]) | Q(mailing_id=after[0], member_id__gt=after[1]))
    columns = ("mailing_id", "member_id", "address", "relay", "last_reply")
    found = list(rows.order_by("-mailing_id", "member_id").values_list(*columns)[: limit + 1])
    shown = found[:limit]
    mailings = Mailing.objects.select_related("list").defer("html", "text").in_bulk({row[0] for row in shown})
    names = dict(Member.objects.filter(pk__in=[row[1] for row in shown]).values_list("pk", "name"))
    doubts = [_doubt(mailings[row[0]], names.get(row[1], ""), row) for row in shown]
    return Doubts(doubts, sum(counts.values()), doubts[-1].key if len(found) > limit else None)


def _doubt(mailing: Mailing, name: str, row: tuple[Any, ...]) -> Doubt:
    _mailing, member, address, relay, reply = row
    going = mailing.state in (Mailing.SENDING, Mailing.PAUSED)
    return Doubt(mailing, member, name, address, relay, reply, going)


def decide(act: str, keys: Iterable[Key], now: datetime, user: Any) -> tuple[int, list[str]]:
    """Send again or let be; return for how many it was done, and why not for the others, each reason once.

    Each is a step of its own: one that was settled meanwhile, or whose mailing has ended, stops no other.
    """
    done, why = 0, []
    picked = list(keys)
    mailings = Mailing.objects.defer("html", "text").in_bulk({mailing for mailing, _member in picked})
    for key, member in picked:
        if key not in mailings:
            continue
        try:
            if act == SEND_AGAIN:
                resend(mailings[key], member, user)
            else:
                leave(mailings[key], member, now, user)
            done += 1
        except WrongState as error:
            why.append(str(error))
    return done, list(dict.fromkeys(why))
