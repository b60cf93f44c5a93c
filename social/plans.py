"""What waits to go out on social media, for the publishing calendar: announcements and reminders."""

from collections.abc import Iterator

from django.urls import reverse

from cms.planned import MOST, Plan, Span
from social.following import may_follow
from social.models import Announcement
from social.words import occasion_words


def plans(span: Span) -> Iterator[Plan]:
    """Yield the announcements that wait, for those who may follow them. One query."""
    if not may_follow(span.user):
        return
    rows = Announcement.objects.filter(
        state=Announcement.WAITING, next_attempt_at__gte=span.begin, next_attempt_at__lt=span.end
    )
    for row in rows.order_by("next_attempt_at", "pk")[: MOST + 1]:
        address = reverse("social_announcement", args=[row.pk])
        yield Plan(row.next_attempt_at, occasion_words(row), row.post_title, address)
