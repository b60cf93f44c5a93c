"""Tags for what search engines read; each asks one plain function."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from cms import structured
from cms.teaser import Teaser

register = template.Library()


@register.simple_tag
def post_data(post: Any, teaser: Teaser, now: datetime) -> SafeString:
    """Return the data block of a post's page."""
    return structured.script(structured.of_post(post, teaser, now))


@register.simple_tag
def person_data(person: Any, path: str) -> SafeString:
    """Return the data block of a person's page at `path`."""
    return structured.script(structured.of_person(person, path))
