"""How far a mailing has come, in figures and words for its page in the admin."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsletter import standing, tallies
from newsletter.cancelling import missed
from newsletter.mailings import RUNNING, Report, report
from newsletter.models import Delivery, Mailing
from newsletter.words import REASONS

WINDOW = timedelta(seconds=30)
SHOWN = 50
EXAMPLES = 200
# Nobody was asked, so nobody answered.
SILENT = {Delivery.EXCLUDED}
TROUBLED = (Delivery.REFUSED, Delivery.BOUNCED, Delivery.COMPLAINED, Delivery.EXCLUDED, Delivery.DEFERRED)
# In the order in which an editor wants to read them.
ICONS = {
    Delivery.ACCEPTED: "check",
    Delivery.WAITING: "time",
    Delivery.SENDING: "mail",
    Delivery.DEFERRED: "rotate",
    Delivery.UNCERTAIN: "help",
    Delivery.BOUNCED: "warning",
    Delivery.COMPLAINED: "warning",
    Delivery.REFUSED: "cross",
    Delivery.EXCLUDED: "minus",
    Delivery.LEFT: "minus",
    Delivery.CANCELLED: "cross",
}
MAILING_ICONS = {
    Mailing.SCHEDULED: "calendar-alt",
    Mailing.PREPARING: "time",
    Mailing.SENDING: "mail",
    Mailing.PAUSED: "minus",
    Mailing.SENT: "check",
    Mailing.CANCELLED: "cross",
    Mailing.HELD: "warning",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery state with its word, icon and count."""

    state: str
    word: str
    icon: str
    count: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why some people did not get the letter, or not yet: one line per kind."""

    what: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that the progress page shows; `per_minute` is 0 when nothing has been sent lately."""

    report: Report
    headline: str
    icon: str
    percent: int
    lines: list[Line]
    problems: list[Problem]
    per_minute: int
    left: str
    running: bool
    can_pause: bool
    can_resume: bool
    can_cancel: bool
    waiting: int
    soon: bool
    relays: list[tuple[str, int]]
    advice: str
    troubles: list[str]


def progress(mailing: Mailing, now: datetime) -> Progress:
    """Return how far `mailing` has come at `now`."""
    found = report(mailing, SHOWN)
    waiting = found.counts[Delivery.WAITING] + found.counts[Delivery.DEFERRED]
    speed = _per_minute(mailing, now) if mailing.state == Mailing.SENDING else 0
    soon = mailing.state == Mailing.SCHEDULED and mailing.start_at <= now
    return Progress(
        report=found,
        headline=_("Starts any moment") if soon else headline(mailing, found),
        icon=MAILING_ICONS[mailing.state],
        percent=_percent(mailing, found),
        lines=_lines(found),
        problems=_problems(mailing),
        per_minute=speed,
        left=_time_left(waiting, speed),
        running=mailing.state in (Mailing.SCHEDULED, Mailing.PREPARING, Mailing.SENDING),
        can_pause=mailing.state in (Mailing.SCHEDULED, Mailing.PREPARING, Mailing.SENDING),
        can_resume=mailing.state in (Mailing.PAUSED, Mailing.HELD),
        can_cancel=mailing.state in RUNNING,
        waiting=waiting,
        soon=soon,
        relays=tallies.relays(mailing.pk),
        advice=_advice(mailing, waiting),
        troubles=standing.troubles(now) if mailing.state == Mailing.SENDING and waiting else [],
    )


def _advice(mailing: Mailing, waiting: int) -> str:
    """Return what to do about a mailing that stands still, or nothing."""
    if mailing.state == Mailing.HELD:
        return _("Is it still wanted? Then press “Go on”. Else cancel it; nobody has got anything.")
    if mailing.state == Mailing.PAUSED and mailing.why:
        return _("Those who wait lose nothing. Let whoever looks after the mail server see to it, and press “Go on” then.")
    if mailing.state == Mailing.PAUSED and waiting:
        return _("Somebody has paused it. Those who wait lose nothing; press “Go on” when it is time.")
    if count := missed(mailing):
        return ngettext(
            "%(n)s person was left out of another mailing of the issue because of this one, and has not got it."
            " Send the issue once more as here: only those who have not had it get it.",
            "%(n)s people were left out of another mailing of the issue because of this one, and have not got it."
            " Send the issue once more as here: only those who have not had it get it.",
            count,
        ) % {"n": thousands(count)}
    return ""


def _lines(found: Report) -> list[Line]:
    labels = dict(Delivery.STATES)
    return [Line(state, str(labels[state]), icon, found.counts[state]) for state, icon in ICONS.items() if found.counts[state]]


def _percent(mailing: Mailing, found: Report) -> int:
    if mailing.state == Mailing.SENT:
        return 100
    return found.settled * 100 // found.frozen if found.frozen else 0


def headline(mailing: Mailing, found: Report) -> str:
    """Return "Sent to 2,341 of 2,350 · 9 waiting" or what else is true, in the reader's language."""
    sent, waiting = found.counts[Delivery.ACCEPTED], found.counts[Delivery.WAITING]
    if mailing.frozen_at is None:
        return str(mailing.get_state_display()).capitalize()
    parts = [_("Sent to %(sent)s of %(all)s") % {"sent": thousands(sent), "all": thousands(found.frozen)}]
    if waiting:
        parts.append(_("%(n)s waiting") % {"n": thousands(waiting)})
    if doubtful := found.counts[Delivery.UNCERTAIN]:
        parts.append(ngettext("%(n)s uncertain", "%(n)s uncertain", doubtful) % {"n": thousands(doubtful)})
    if mailing.state in (Mailing.PAUSED, Mailing.CANCELLED, Mailing.HELD):
        parts.insert(0, str(mailing.get_state_display()).capitalize())
    return " · ".join(parts)


def thousands(number: int) -> str:
    """Return 2350 as "2 350", with a space that doesn't break."""
    return f"{number:,}".replace(",", "\u00a0")


def _per_minute(mailing: Mailing, now: datetime) -> int:
    """Return the pace of the last half minute, per minute."""
    since = max(now - WINDOW, mailing.frozen_at or now)
    seconds = max((now - since).total_seconds(), 1)
    done = sum(count for _relay, count in tallies.relays(mailing.pk, since))
    return round(done * 60 / seconds)


def _time_left(waiting: int, per_minute: int) -> str:
    if not waiting or not per_minute:
        return ""
    minutes = ceil(waiting / per_minute)
    if minutes <= 1:
        return _("less than a minute left")
    return ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes) % {"n": minutes}


def _problems(mailing: Mailing) -> list[Problem]:
    """Return why people did not get it, commonest first, with one mail server's answer as an example."""
    labels = dict(Delivery.STATES)
    kinds = [row for row in tallies.reasons(mailing.pk) if row[0] in TROUBLED]
    said = {state: _examples(mailing, state) for state in {state for state, _reason, _count in kinds} - SILENT}
    return [
        Problem(_in_words(str(labels[state]), reason), count, said.get(state, {}).get(reason, ""))
        for state, reason, count in kinds
    ]


def _examples(mailing: Mailing, state: str) -> dict[str, str]:
    """Return an answer for each reason among some rows in `state`: the ledger is too long to be read for it."""
    rows = Delivery.objects.filter(mailing_id=mailing.pk, state=state).exclude(last_reply="")
    return dict(rows.values_list("reason", "last_reply")[:EXAMPLES])


def _in_words(state: str, reason: str) -> str:
    return f"{state.capitalize()}: {REASONS[reason]}" if reason in REASONS else state.capitalize()
