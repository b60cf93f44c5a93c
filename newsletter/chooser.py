"""Which posts an editor may pick."""

from typing import Any

from django.http import HttpRequest


def only_published(pages: Any, request: HttpRequest) -> Any:
    """Return what the chooser offers: where posts are asked for, only published ones."""
    asked = request.GET.get("page_type", "").lower()
    return pages.filter(live=True) if asked == "cms.post" else pages
