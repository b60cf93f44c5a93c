"""The rows of announcements as they are made and moved: each by one statement that may be repeated."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from cms.models import Post
from social.models import Announcement


def insert(post: Post, channel: str, occasion: str, due: datetime, **fields: Any) -> bool:
    """Insert a row unless it exists; True if it is new. Safe to repeat."""
    row = Announcement(
        post_id=post.pk,
        translation_key=post.translation_key,
        post_title=post.title[:255],
        channel=channel,
        occasion=occasion,
        next_attempt_at=due,
        **fields,
    )
    before = Announcement.objects.filter(translation_key=post.translation_key, channel=channel, occasion=occasion)
    with transaction.atomic():
        if before.exists():
            return False
        Announcement.objects.bulk_create([row], ignore_conflicts=True)
    return True


def retime(post: Post, channel: str, occasion: str, due: datetime, planned: datetime | None) -> bool:
    """Let a row that waits untouched go out at `due`, if the post now asks for another time than it did; tell whether it moved.

    Where an editor moved the row itself, and the post still asks for what it asked for, the row stays.
    """
    asked = Q(planned_at__isnull=False) if planned is None else Q(planned_at__isnull=True) | ~Q(planned_at=planned)
    rows = Announcement.objects.filter(
        asked, translation_key=post.translation_key, channel=channel, occasion=occasion,
        state=Announcement.WAITING, lease_owner="", attempts=0,
    )  # fmt: skip
    return bool(rows.update(next_attempt_at=due, planned_at=planned))
