"""An announcement in plain words, as the admin shows it; times are Stockholm's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.keydates import STOCKHOLM
from social.channels import aliases, channel_of
from social.models import FIRST, REMINDER, Announcement, ChannelState

# The colour of a state in the admin: done, on its way, wants somebody, over.
TONES = {
    Announcement.PUBLISHED: "good",
    Announcement.NEEDS_CHECK: "ask",
    Announcement.MANUAL: "ask",
    Announcement.REFUSED: "bad",
    Announcement.SKIPPED: "over",
    Announcement.CANCELLED: "over",
    Announcement.REMOVED: "over",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with its words."""

    row: Announcement
    occasion: str
    state: str
    tone: str
    explanation: str
    at: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A channel's connection, as a notice above a page tells it."""

    alias: str
    label: str
    state: ChannelState
    connected: bool

    @classmethod
    def of(cls, alias: str) -> "Connection":
        """Return how `alias` stands."""
        channel = channel_of(alias)
        return cls(alias, channel.label, ChannelState.of(alias), channel.connected())


def occasion_words(row: Announcement) -> str:
    """Return channel and occasion in an editor's words."""
    label = {"channel": channel_of(row.channel).label}
    if row.occasion == FIRST:
        return label["channel"]
    if not row.occasion.startswith(REMINDER):
        return _("%(channel)s, announced again") % label
    days = int(row.occasion.rpartition(":")[2])
    if not days:
        return _("%(channel)s, reminder on the day") % label
    words = ngettext("%(channel)s, reminder the day before", "%(channel)s, reminder %(days)s days before", days)
    return words % {**label, "days": days}


def reminder_words(days: int, date: str) -> str:
    """Return "7 dagar före: Sista dag 15 december 2026"."""
    if not days:
        return _("On the day: %(date)s") % {"date": date}
    return ngettext("The day before: %(date)s", "%(days)s days before: %(date)s", days) % {"days": days, "date": date}


def clock_time(at: datetime | None) -> str:
    """Return "6 mars 2026 kl. 12.00" in Stockholm, "" for nothing."""
    if at is None:
        return ""
    local = at.astimezone(STOCKHOLM)
    return _("%(day)s at %(time)s") % {"day": date_format(local, "j F Y"), "time": f"{local:%H.%M}"}


def shown(row: Announcement, channel: ChannelState) -> Shown:
    """Return a row with its words."""
    at = clock_time(row.settled_at or row.next_attempt_at)
    return Shown(row, occasion_words(row), row.state_words, TONES.get(row.state, "coming"), explanation(row, channel), at)


def explanation(row: Announcement, channel: ChannelState) -> str:
    """Return what the state means here and now, and what comes next."""
    if row.channel not in aliases() and row.state in Announcement.UNSETTLED:
        return _("%(label)s is no longer set up here.") % {"label": row.channel}
    if row.state == Announcement.WAITING:
        return _waiting(row, channel)
    label = {"label": channel_of(row.channel).label}
    looked_up = _("The answer was lost. Ordet looks for the post on %(label)s before anything else is done.")
    sentences: dict[str, Any] = {
        Announcement.SENDING: _("A worker is sending it right now."),
        Announcement.UNKNOWN: looked_up % label,
        Announcement.NEEDS_CHECK: _("Look on %(label)s: paste the link if the post is there, else send it again.") % label,
        Announcement.MANUAL: _("Copy the text, post it on %(label)s, and paste the link here.") % label,
        Announcement.CANCELLED: row.last_error or _("It was stopped and will not go out."),
        Announcement.PUBLISHED: row.picture_note,
    }
    return str(sentences.get(row.state, row.last_error))


def _waiting(row: Announcement, channel: ChannelState) -> str:
    if channel.paused_reason:
        return _("%(label)s is paused: %(why)s") % {"label": channel_of(row.channel).label, "why": channel.paused_reason}
    # Whoever asked for quiet holds all rows.
    at = max(row.next_attempt_at, channel.quiet_until or row.next_attempt_at)
    when = _("Goes out %(at)s.") % {"at": clock_time(at)}
    return f"{when} {row.last_error}".strip()
