"""Filters for the room's admin pages."""

from django import template

from newsletter.progress import thousands

register = template.Library()
register.filter("thousands", thousands)
