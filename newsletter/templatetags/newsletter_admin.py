"""Filters for the room's admin pages."""

from django import template

from newsletter.audience import in_words
from newsletter.progress import thousands

register = template.Library()
register.filter("thousands", thousands)
register.filter("in_words", in_words)
