"""Absolute addresses for readers, the same in a request and in a worker."""

import re
from typing import Any

from django.conf import settings
from wagtail.rich_text import expand_db_html

# The reader site's pages that no editor writes; an editor's page that has stood there for long comes first.
LANDING = frozenset(["amnen", "arkiv", "bli-medlem", "kalender", "personer", "regioner", "sok"])
# What Ordet itself answers at, right below the site's root: a page of that name would never be seen.
TAKEN = LANDING | frozenset(
    [
        "admin",
        "api",
        "documents",
        "favicon.ico",
        "feed.atom",
        "health",
        "kalender.ics",
        "mail",
        "manifest.webmanifest",
        "media",
        "metrics",
        "n",
        "nyhetsbrev",
        "robots.txt",
        "sitemap.xml",
        "social",
        "static",
    ]
)


def public_url(path: str) -> str:
    """Return where readers find `path` (beginning with a slash): on `FRONTEND_URL`, else on `SITE_URL`."""
    return f"{settings.FRONTEND_URL or settings.SITE_URL}{path}"


def own_url(path: str) -> str:
    """Return where Ordet itself serves `path`: media, short links, the admin."""
    return path if path.startswith(("http://", "https://")) else f"{settings.SITE_URL}{path}"


def site_path(page: Any) -> str:
    """Return the path that a reader sees, beginning with a slash: without the root page's own slug."""
    return trail(str(page.url_path or ""))


def trail(url_path: str) -> str:
    """Return Wagtail's `url_path` as a reader sees it: beginning with a slash, without the root page's own slug."""
    return "/" + "".join(url_path.split("/", 2)[2:])


def absolute_html(source: str) -> str:
    """Return rich text as HTML for other sites: files with Ordet's own address, pages as paths of the site."""
    html = expand_db_html(source)
    return re.sub(r'(\s(?:href|src)=")(/(?:documents|media)/)', rf"\g<1>{settings.SITE_URL}\g<2>", html)
