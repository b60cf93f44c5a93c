"""Filters for the room's admin pages."""

from django import template
from django.utils import timezone

from newsletter import sendtime
from newsletter.audience import in_words
from newsletter.models import Mailing
from newsletter.progress import thousands

register = template.Library()
register.filter("thousands", thousands)
register.filter("in_words", in_words)


@register.filter
def seconds_left(mailing: Mailing) -> int:
    """Return for how many seconds a mailing can still be called back whole, 0 where it can't."""
    return sendtime.seconds_left(mailing, timezone.now())
