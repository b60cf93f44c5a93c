"""Connections that are about to end or that stand still: told on the admin's first page, and by mail, each trouble once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.addresses import own_url
from cms.models import User
from social.channels import aliases, get_channel
from social.connection import MAY_CONNECT
from social.models import ChannelState

DAYS = (21, 14, 7, 3, 1)
# Renewing begins 14 days ahead: what is nearer than this has failed to renew.
NOT_RENEWED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel's trouble in words; `key` names it, so that it is mailed once."""

    channel: str
    label: str
    words: str
    key: str


def warnings(now: datetime) -> list[Trouble]:
    """Return what is wrong with the connections, one query whatever it is."""
    states = ChannelState.objects.filter(channel__in=aliases()).order_by("channel")
    return [found for state in states if (found := _trouble(state, now)) is not None]


def _trouble(state: ChannelState, now: datetime) -> Trouble | None:
    label = get_channel(state.channel).label
    if state.paused_reason:
        return Trouble(state.channel, label, state.paused_reason, f"paused: {state.paused_reason}"[:200])
    ends = _end(state, now)
    left = (ends - now).days if ends is not None and state.connected else DAYS[0] + 1
    reached = [days for days in DAYS if left <= days]
    if ends is None or not reached:
        return None
    return Trouble(state.channel, label, _ending(ends <= now, left), f"{reached[-1] if ends > now else 0}: {ends:%F}")


def _end(state: ChannelState, now: datetime) -> datetime | None:
    """Return when somebody must have connected anew; None where that isn't known."""
    if not state.refresh_token:
        return state.expires_at
    if state.expires_at is not None and state.expires_at <= now + NOT_RENEWED:
        return state.expires_at
    return state.refresh_expires_at


def _ending(over: bool, days: int) -> str:
    if over:
        return _("The connection has ended. Reconnect.")
    words = ngettext("The connection ends in %(days)s day. Reconnect.", "The connection ends in %(days)s days. Reconnect.", days)
    return words % {"days": days} if days else _("The connection ends today. Reconnect.")


def warn_due(now: datetime) -> dict[str, int]:
    """Duty: mail each trouble once to those who may connect and to the operator. Returns how many were told."""
    found = {one.channel: one for one in warnings(now)}
    told = 0
    # Should the same trouble come back, it is news.
    ChannelState.objects.exclude(channel__in=found).exclude(told="").update(told="")
    for channel, one in found.items():
        with transaction.atomic():
            # Of two schedulers one gets the row; the mails are rows of the outbox, in the same transaction.
            if ChannelState.objects.filter(channel=channel).exclude(told=one.key).update(told=one.key):
                told += 1
                _mail(one)
    return {"told": told}


def _mail(one: Trouble) -> None:
    address = own_url(reverse("social_connection", args=[one.channel]))
    subject = _("%(channel)s needs you: %(words)s") % {"channel": one.label, "words": one.words}
    body = _("%(words)s\n\nWhile it has ended or stands still, nothing is announced there. Look here:\n%(address)s")
    for recipient in _recipients():
        EmailMessage(subject[:200], body % {"words": one.words, "address": address}, to=[recipient]).send()


def _recipients() -> list[str]:
    able = User.objects.with_perm(MAY_CONNECT).values_list("email", flat=True)
    return sorted({*able, settings.OPERATOR_MAIL} - {""})
