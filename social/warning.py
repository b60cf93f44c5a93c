"""Connections that end, lack something or stand still: told on the admin's first page, and by mail, each trouble once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.addresses import own_url
from cms.models import User
from social.channels import aliases, get_channel
from social.connection import MAY_CONNECT
from social.models import ChannelState
from social.standing import KEY_LOST, Connectable, Flaw

DAYS = (21, 14, 7, 3, 1)
# Renewing begins 14 days ahead: what is nearer than this has failed to renew.
NOT_RENEWED = timedelta(days=7)
# For so long a network may be out of reach before anybody is told that it isn't looked over.
UNSEEN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel's trouble: its flaw (words, key, days) under the channel's name."""

    channel: str
    label: str
    flaw: Flaw

    @property
    def words(self) -> str:
        """The flaw's words."""
        return self.flaw.words

    @property
    def urgency(self) -> float:
        """In how many days nothing goes out any more; endless where posts go out all the same."""
        return inf if self.flaw.days is None else self.flaw.days


def warnings(now: datetime) -> list[Trouble]:
    """Return what is wrong with the connections, the most urgent first; one query whatever it is."""
    found = [one for state in _states() for one in troubles(state, now)]
    return sorted(found, key=lambda one: one.urgency)


def _states() -> QuerySet[ChannelState]:
    return ChannelState.objects.filter(channel__in=aliases()).order_by("channel")


def troubles(state: ChannelState, now: datetime) -> list[Trouble]:
    """Return what is wrong with one channel, the most urgent first, nothing twice."""
    channel = get_channel(state.channel)
    flaws = list(_flaws(state, now))
    if isinstance(channel, Connectable):
        flaws += channel.standing(state, now).flaws
    once: dict[str, Flaw] = {}
    for flaw in flaws:
        once.setdefault(flaw.words, flaw)
    found = [Trouble(state.channel, channel.label, flaw) for flaw in once.values()]
    return sorted(found, key=lambda one: one.urgency)


def _flaws(state: ChannelState, now: datetime) -> Iterator[Flaw]:
    if state.paused_reason:
        # Whoever paused it on purpose needs no mail.
        key = "" if state.paused_by_hand else " ".join(f"paused: {state.paused_reason}".split())
        yield Flaw(key, state.paused_reason, 0)
    if state.lost:
        yield Flaw("key lost", str(KEY_LOST), 0)
    elif state.connected:
        yield from _ending(state, now)
    yield from _unseen(state, now)


def _ending(state: ChannelState, now: datetime) -> Iterator[Flaw]:
    ends = _end(state, now)
    left = (ends - now).days if ends is not None else DAYS[0] + 1
    reached = [days for days in DAYS if left <= days]
    if ends is not None and reached:
        yield Flaw(f"{reached[-1] if ends > now else 0}: {ends:%F}", _ending_words(ends <= now, left), max(left, 0))


def _unseen(state: ChannelState, now: datetime) -> Iterator[Flaw]:
    seen = state.looked_at or state.connected_at
    if state.look_note and seen is not None and seen <= now - UNSEEN:
        words = _("For %(days)s days the connection couldn't be looked over: %(why)s")
        yield Flaw(f"unseen since {seen:%F}", words % {"days": (now - seen).days, "why": state.look_note})


def _end(state: ChannelState, now: datetime) -> datetime | None:
    """Return when somebody must have connected anew; None where that isn't known."""
    if not state.refresh_token:
        return state.expires_at
    if state.expires_at is not None and state.expires_at <= now + NOT_RENEWED:
        return state.expires_at
    return state.refresh_expires_at


def _ending_words(over: bool, days: int) -> str:
    if over:
        return _("The connection has ended. Reconnect.")
    words = ngettext("The connection ends in %(days)s day. Reconnect.", "The connection ends in %(days)s days. Reconnect.", days)
    return words % {"days": days} if days else _("The connection ends today. Reconnect.")


def warn_due(now: datetime) -> dict[str, int]:
    """Duty: mail each trouble once to those who may connect and to the operator. Returns how many were told."""
    return {"told": sum(tell(state, troubles(state, now)) for state in _states())}


def tell(state: ChannelState, found: list[Trouble]) -> int:
    """Mail what is new and remember what there is; should a trouble that went away come back, it is news. Returns how many."""
    told = "\n".join(sorted({one.flaw.key for one in found} - {""}))
    if told == state.told:
        return 0
    fresh = [one for one in found if one.flaw.key and one.flaw.key not in state.told.splitlines()]
    with transaction.atomic():
        # Of two schedulers one gets the row; the mails are rows of the outbox, in the same transaction.
        if not ChannelState.objects.filter(pk=state.pk, told=state.told).update(told=told):
            return 0
        if fresh:
            _mail(fresh)
    return len(fresh)


def _mail(found: list[Trouble]) -> None:
    first = found[0]
    subject = _("%(channel)s needs you: %(words)s") % {"channel": first.label, "words": " ".join(first.words.split())}
    address = own_url(reverse("social_connection", args=[first.channel]))
    body = "\n\n".join([*(one.words for one in found), _outlook(first.urgency), f"{_('Look here:')}\n{address}"])
    for recipient in _recipients():
        EmailMessage(subject[:200], body, to=[recipient]).send()


def _outlook(urgency: float) -> str:
    if urgency == inf:
        return _("Posts go out all the same.")
    if urgency:
        return _("After that, nothing is announced there.")
    return _("Nothing is announced there until somebody mends it.")


def _recipients() -> list[str]:
    able = User.objects.with_perm(MAY_CONNECT).values_list("email", flat=True)
    return sorted({*able, settings.OPERATOR_MAIL} - {""})
