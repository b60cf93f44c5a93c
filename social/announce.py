"""Which posts are announced, when, and the rows that say so. Nothing here calls out.

A row is unique per post, channel and occasion: `first` once in a post's life, `again:N` by an editor.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.models import Post
from cms.outbox import Outgoing
from social import connection, reminders, settled
from social.channels import aliases
from social.compose import clean
from social.models import AGAIN, FIRST, REMINDER, Announcement, ChannelState
from social.posts import chosen_time, goes_out_by_itself, why_not
from social.reconcile import reconcile_due as reconcile_due
from social.rows import insert, retime
from social.sending import announce_due as announce_due


class NotNow(ValidationError):
    """The editor asked for an announcement that can't be made; says why."""


def receive(post: Post) -> None:
    """Hear of a post that went live (`cms.publishing.when_live`): insert its rows, once in its life."""
    now = timezone.now()
    # A channel that is seen for the first time announces this very publication, if it is the post's first.
    settled.begin(post.last_published_at or now)
    for channel in aliases():
        if goes_out_by_itself(post, ChannelState.of(channel)):
            planned = chosen_time(post, channel)
            due = max(planned or now + _regret(), now)
            if not insert(post, channel, FIRST, due, planned_at=planned):
                retime(post, channel, FIRST, due, planned)
    reminders.plan(post, now)


def _regret() -> timedelta:
    return timedelta(seconds=settings.ANNOUNCE_DELAY_SECONDS)


def announce_again(post: Post, channel: str, now: datetime, text: str = "") -> Announcement:
    """Announce a live post because an editor says so, due at `now`; returns the row.

    The first time it is the occasion `first`, then `again:N`. `text`: the editor's words for this row.
    Raises NotNow when the post can't be announced, or an announcement of it is already under way.
    """
    if reason := why_not(post, channel, now, text):
        raise NotNow(reason)
    rows = Announcement.objects.filter(translation_key=post.translation_key, channel=channel)
    if rows.filter(state__in=Announcement.UNSETTLED).exclude(occasion__startswith=REMINDER).exists():
        raise NotNow(_("An announcement of this post is already under way."))
    occasion = _next_occasion(rows)
    if not insert(post, channel, occasion, now, own_text=clean(text), by_hand=True):
        raise NotNow(_("An announcement of this post is already under way."))
    return rows.get(occasion=occasion)


def _next_occasion(rows: QuerySet[Announcement]) -> str:
    taken = set(rows.values_list("occasion", flat=True))
    if FIRST not in taken:
        return FIRST
    number = 1
    while f"{AGAIN}{number}" in taken:
        number += 1
    return f"{AGAIN}{number}"


def sweep(now: datetime) -> int:
    """Insert the rows that the signal missed, by the same rules; returns how many."""
    settled.begin(now)
    inserted = 0
    for channel in aliases():
        state = ChannelState.of(channel)
        for post in _unannounced(state) if state.active_since else ():
            if goes_out_by_itself(post, state):
                planned = chosen_time(post, channel)
                due = max(now, planned or post.first_published_at + _regret())
                inserted += insert(post, channel, FIRST, due, planned_at=planned)
    return inserted + reminders.sweep(now)


def _unannounced(state: ChannelState) -> Iterable[Post]:
    done = Announcement.objects.filter(channel=state.channel, occasion=FIRST).values("translation_key")
    posts = Post.objects.filter(listed=True, alias_of__isnull=True, imported_from="", first_published_at__gte=state.active_since)
    return posts.exclude(translation_key__in=done).select_related("live_revision").order_by("first_published_at")


def next_due(now: datetime) -> datetime | None:
    """Return when the next row wants a worker, for the scheduler's alarms; None when nothing waits."""
    waiting = Q(state__in=(Outgoing.WAITING, Announcement.UNKNOWN))
    died = Q(state=Outgoing.SENDING, lease_until__isnull=False)
    rows = Announcement.objects.filter(channel__in=connection.free(now))
    times = [
        rows.filter(waiting).aggregate(at=Min("next_attempt_at"))["at"],
        rows.filter(died).aggregate(at=Min("lease_until"))["at"],
    ]
    return min((at for at in times if at), default=None)
