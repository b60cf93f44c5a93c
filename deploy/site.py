"""Wagtail keeps the site's address in a row; SITE_URL is the truth, so the row follows it."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings


def follow_site_url(**kwargs: Any) -> None:
    """Write SITE_URL's host and port into the default site; heard after every `migrate`.

    Wagtail's own links ("view live", previews) are made of them.
    """
    from wagtail.models import Site

    parts = urlsplit(settings.SITE_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    if site is not None and (site.hostname, site.port) != (parts.hostname, port):
        site.hostname, site.port = parts.hostname or site.hostname, port
        site.save()
