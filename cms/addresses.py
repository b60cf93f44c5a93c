"""Absolute addresses for readers, the same in a request and in a worker."""

from typing import Any

from django.conf import settings


def public_url(path: str) -> str:
    """Return where readers find `path` (beginning with a slash): on `FRONTEND_URL`, else on `SITE_URL`."""
    return f"{settings.FRONTEND_URL or settings.SITE_URL}{path}"


def own_url(path: str) -> str:
    """Return where Ordet itself serves `path`: media, short links, the admin."""
    return path if path.startswith(("http://", "https://")) else f"{settings.SITE_URL}{path}"


def site_path(page: Any) -> str:
    """Return the path that a reader sees, beginning with a slash: without the root page's own slug."""
    return "/" + "".join(str(page.url_path or "").split("/", 2)[2:])
