"""Changes to posts that are out: which are asked for, and the rows that say so. Nothing here calls out.

The text there follows the post: where it is published again with other words, its summary is composed anew
as of the moment at which it was sent, so that passing time alone ("has passed") never counts as an edit.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cms import outlets
from cms.models import Post
from social import reminders
from social.announce import NotNow
from social.changing import changes_due as changes_due
from social.channels import Draft, aliases
from social.models import REMINDER, Announcement, Change
from social.posts import draft, why_not
from social.reach import POSSIBLY_OUT, lock, out_of_reach, ready

logger = logging.getLogger(__name__)

LOOK_BACK = timedelta(hours=1)


def follow(post: Post) -> None:
    """Hear of a post that was published, again too (`cms.publishing.when_live`): ask for its new text where it is out."""
    now = timezone.now()
    for row in published(post.pk):
        revise(row, now, now + timedelta(seconds=settings.ANNOUNCE_DELAY_SECONDS))


def published(post_id: int) -> Iterable[Announcement]:
    """Return the announcements of one page, never of its translations, that are out on a channel of the settings."""
    rows = Announcement.objects.filter(post_id=post_id, state=Announcement.PUBLISHED, channel__in=aliases())
    return rows.select_related("post").order_by("pk")


def revise(row: Announcement, now: datetime, due: datetime) -> bool:
    """Ask for the post's present words at `due`, or drop the question where they are as they were; tell whether it is new."""
    if _is_own(row) or not may_follow(row, now):
        _drop(row, now, _("The text there no longer follows the post."))
        return False
    text = as_of_then(row)[0].text
    with transaction.atomic():
        lock(row)
        latest = under_way(row).order_by("-pk").first()
        # A removal is always an editor's.
        if latest and (latest.by_hand or latest.text == text):
            return False
        _drop(row, now, _("A later edit of the post took its place."))
        if (latest is None or latest.state == Change.WAITING) and standing(row) == text:
            return False
        Change.objects.create(announcement=row, kind=Change.UPDATE, text=text, next_attempt_at=due)
    return True


def _is_own(row: Announcement) -> bool:
    """Tell whether the row's text is, or is about to be, its own."""
    latest = under_way(row).order_by("-pk").first()
    return latest.by_hand if latest is not None else bool(row.own_text)


def may_follow(row: Announcement, now: datetime) -> bool:
    """Tell whether a published row may have its post's present words, and go on having them."""
    post = row.post
    if post is None or post.alias_of_id or post.imported_from or out_of_reach(row, Change.UPDATE):
        return False
    if why_not(post, row.channel, now) or not outlets.value(post.outlets, row.channel, "update", True):
        return False
    if row.occasion.startswith(REMINDER):
        return not post.members_only and reminders.find(post.specific.moments(), row.occasion) is not None
    return True


def as_of_then(row: Announcement) -> tuple[Draft, int | None]:
    """Return what the post of a published row would have said then in its present words, and the id of its picture.

    Texts that belong to the row alone are left out.
    """
    assert row.post is not None  # noqa: S101 - the caller has looked
    then = row.sending_since or row.settled_at or row.created_at
    return draft(row.post, row.channel, then, occasion=row.occasion)


def under_way(row: Announcement) -> Any:
    """Return the changes of a row that wait or are being made, at most one of each."""
    return Change.objects.filter(announcement=row, state__in=(Change.WAITING, Change.SENDING))


def standing(row: Announcement) -> str | None:
    """Return the text that is known to stand there; None where a change was tried and nobody knows what came of it."""
    tried = Change.objects.filter(announcement=row, kind=Change.UPDATE, attempts__gt=0).exclude(state=Change.FAILED)
    latest = tried.order_by("-pk").first()
    if latest is not None and latest.state != Change.DONE:
        return None
    return Announcement.objects.values_list("text", flat=True).get(pk=row.pk)


def _drop(row: Announcement, now: datetime, words: str) -> None:
    waiting = Change.objects.filter(announcement=row, kind=Change.UPDATE, by_hand=False, state=Change.WAITING)
    waiting.update(state=Change.CANCELLED, settled_at=now, last_error=words)


def ask(row: Announcement, kind: str, now: datetime, text: str = "", *, by_hand: bool = True) -> Change:
    """Ask for an editor's change, at once and in the place of one that waits. Raises NotNow.

    `by_hand`: the text is the row's own, so that the post's later edits leave it alone. A removal may be
    asked for while nobody knows yet whether the post is out: it is done once it is found.
    """
    with transaction.atomic():
        state = lock(row).state
        if state not in (POSSIBLY_OUT if kind == Change.DELETE else (Announcement.PUBLISHED,)):
            raise NotNow(_("The announcement has moved on meanwhile; look at it again."))
        if under_way(row).filter(kind=Change.DELETE).exists():
            raise NotNow(_("It is being taken away already."))
        forget(row, now)
        return Change.objects.create(announcement=row, kind=kind, text=text, by_hand=by_hand, next_attempt_at=now)


def forget(row: Announcement, now: datetime) -> None:
    """Cancel what waits to be changed at a row, because something else takes its place."""
    waiting = Change.objects.filter(announcement=row, state=Change.WAITING)
    waiting.update(state=Change.CANCELLED, settled_at=now, last_error=_("A later change took its place."))


def unmended() -> Any:
    """Return the changes that failed, were the last that was asked of their post, and that nobody has let be."""
    later = Change.objects.filter(announcement=OuterRef("announcement"), pk__gt=OuterRef("pk"))
    failed = Change.objects.filter(~Exists(later), state=Change.FAILED, announcement__state=Announcement.PUBLISHED)
    return failed.select_related("announcement")


def cancel(change: Change, now: datetime) -> None:
    """Stop a change that waits, or let one be that failed. Raises NotNow."""
    waiting = Change.objects.filter(pk=change.pk, state__in=(Change.WAITING, Change.FAILED))
    if not waiting.update(state=Change.CANCELLED, settled_at=now, last_error=_("Stopped by an editor.")):
        raise NotNow(_("The change has moved on meanwhile; look at it again."))


def sweep(now: datetime) -> int:
    """Ask for the changes that the signal missed, by the same rules; returns how many are new.

    Missed are edits whose publication was killed before it was told, and those made while the announcement
    itself was on its way. What an editor stopped is not asked for again.
    """
    recently = Q(post__last_published_at__gte=now - LOOK_BACK) | Q(settled_at__gte=now - LOOK_BACK)
    asked = Change.objects.filter(announcement=OuterRef("pk"), created_at__gte=OuterRef("post__last_published_at"))
    rows = Announcement.objects.filter(
        recently, ~Exists(asked), state=Announcement.PUBLISHED, own_text="", channel__in=aliases(),
        post__listed=True, post__last_published_at__gt=F("created_at"),
    )  # fmt: skip
    regret = timedelta(seconds=settings.ANNOUNCE_DELAY_SECONDS)
    return sum(_missed(row, now, regret) for row in rows.select_related("post"))


def _missed(row: Announcement, now: datetime, regret: timedelta) -> bool:
    try:
        return revise(row, now, max(now, row.post.last_published_at + regret))
    except Exception:
        logger.exception("Whether announcement %s has to be changed can't be told.", row.pk)
        return False


def next_due(now: datetime) -> datetime | None:
    """Return since when or from when the next change wants a worker; None when nothing waits that may be sent."""
    rows = Change.objects.filter(ready(now))
    times = [
        rows.filter(state=Change.WAITING).aggregate(at=Min("next_attempt_at"))["at"],
        rows.filter(state=Change.SENDING).aggregate(at=Min("lease_until"))["at"],
    ]
    return min((at for at in times if at), default=None)
