"""Front ends are told when an issue can be read in the archive."""

from datetime import datetime, timedelta

from cms.addresses import own_url
from cms.webhooks import events, telling
from newsletter import archive
from newsletter.models import Mailing

# Older ones are nobody's news, even if nothing was at work meanwhile.
WINDOW = timedelta(days=7)


def tell_begun(now: datetime) -> int:
    """Tell of issues that everybody may read and whose letters have begun to go out; returns how many rows are new.

    Each issue once, however many lists it goes to. At the beginning and not at the end: the archive shows it from
    then on, and the last of a large mailing's letters may leave days later. May be repeated.
    """
    begun = archive.public().filter(frozen_at__lte=now, frozen_at__gt=now - WINDOW).order_by("frozen_at", "pk")
    return telling.tell([event(mailing) for mailing in begun], now)


def event(mailing: Mailing) -> telling.Event:
    """Return what is told of a mailing of the archive; `id` and `path` are those of its page there."""
    at, path = mailing.frozen_at or mailing.start_at, archive.issue_path(mailing.pk)
    data = {
        "id": mailing.pk,
        "type": "issue",
        "path": path,
        "url": own_url(path),
        "title": mailing.subject,
        "changed_at": telling.moment(at),
        "version": 1,
    }
    return telling.Event(events.ISSUE_SENT, f"issue:{mailing.issue_id}", "begun", at, data, mailing.subject)
