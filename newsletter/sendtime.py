"""When a mailing leaves: times that exist in Stockholm, and the time to regret."""

from datetime import UTC, datetime, timedelta

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.keydates import STOCKHOLM
from newsletter.models import Mailing, NewsletterRules


class BadTime(ValueError):
    """There is no such time, or it has passed; the words are for the editor."""


def stockholm(naive: datetime, now: datetime) -> tuple[datetime, str]:
    """Return a local time as a moment, with a word about it where the night has it twice. Raises BadTime.

    In spring an hour is skipped: such a time is refused. In autumn an hour comes twice: the first is meant.
    """
    first, second = (naive.replace(tzinfo=STOCKHOLM, fold=fold) for fold in (0, 1))
    shown = {"time": f"{naive:%H.%M}", "day": date_format(naive, "j F")}
    if first.astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None) != naive:
        words = _("%(time)s doesn't exist on %(day)s: the clocks go forward that night. Choose a time before 2 or from 3.")
        raise BadTime(words % shown)
    if first <= now:
        raise BadTime(_("That time has passed. Choose a later one, or send now."))
    if first.utcoffset() == second.utcoffset():
        return first, ""
    words = _("%(time)s comes twice on %(day)s, as the clocks go back: the first one, summer time, is meant.")
    return first, words % shown


def named(text: str) -> datetime | None:
    """Return the moment that `text` names (ISO 8601; Stockholm's where it names no zone), None for "". Raises BadTime."""
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if text and found is None:
        raise BadTime(_("Write the time as 2026-03-06 09:30."))
    return found.replace(tzinfo=STOCKHOLM) if found and found.tzinfo is None else found


def regret_until(now: datetime) -> datetime:
    """Return when a mailing that is sent “now” leaves."""
    return now + timedelta(seconds=NewsletterRules.current().undo_seconds)


def seconds_left(mailing: Mailing, now: datetime) -> int:
    """Return for how many whole seconds a mailing can still be called back; 0 where it can't, or has long to wait."""
    if mailing.state != Mailing.SCHEDULED:
        return 0
    left = round((mailing.start_at - now).total_seconds())
    return left if 0 < left <= NewsletterRules.current().undo_seconds else 0
