"""Filters for the page of a mailing's figures."""

from django import template

register = template.Library()


@register.filter
def at_most(share: float) -> float:
    """Return a share in percent as the length of a bar, which ends at 100."""
    return round(min(share, 100.0), 2)
