"""An editor's page comes first: where one stands at a landing page's address, it is shown instead.

Editors can't take these addresses any more, but a site may have had such a page for years.
"""

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from wagtail.models import Page
from wagtail.views import serve

from cms.addresses import trail
from cms.listing import BadCursor

View = Callable[..., HttpResponseBase]


def page_at(path: str) -> bool:
    """Tell whether a live page stands at `path` (slashes around it), in one query along the index of slugs."""
    last = path.strip("/").rpartition("/")[2]
    rows = Page.objects.filter(slug=last, live=True).values_list("url_path", flat=True)
    return any(trail(url_path) == path for url_path in rows)


def door(view: View) -> View:
    """Wrap a landing page's view: a live page at the same address is served as any other, and a made-up key finds nothing."""

    @require_safe
    @functools.wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if page_at(request.path):
            return serve(request, request.path.lstrip("/"))
        try:
            return view(request, *args, **kwargs)
        except BadCursor as error:
            raise Http404(str(error)) from None

    return shown
