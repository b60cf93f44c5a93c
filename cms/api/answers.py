"""How every answer goes out: unknown parameters and NULs refused, bodies kept per content version, ETag and 304."""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from cms import version
from cms.api.doors import PUBLIC, visitor
from cms.api.problems import refused
from cms.api.stampede import once

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=300"
# For one reader alone: neither a browser nor anything on the way keeps it.
PRIVATE = "private, no-store"

Run = Callable[..., HttpResponse]


def parameters(operation: Any) -> set[str]:
    """Return the query parameters that an operation knows."""
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return {name for model in models for name in model.__ninja_flatten_map__}


def unknown(operation: Any, request: HttpRequest) -> list[str]:
    """Return the query parameters that an operation doesn't know."""
    return sorted(set(request.GET) - parameters(operation))


def ill(request: HttpRequest) -> list[str]:
    """Return the query parameters that hold a NUL, which PostgreSQL takes in no text."""
    return sorted(name for name, values in request.GET.lists() if any("\0" in value for value in values))


def answered(run: Run) -> Run:
    """Wrap an operation of the API; it may read `request.content_state` (cms.version.State)."""
    operation = run.__self__  # type: ignore[attr-defined]

    @functools.wraps(run)
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if names := unknown(operation, request):
            return refused(dict.fromkeys(names, "unknown parameter"))
        if names := ill(request):
            return refused(dict.fromkeys(names, "holds a NUL character"))
        if getattr(operation.view_func, "unkept", False):
            response = run(request, **kwargs)
            response["Cache-Control"] = PRIVATE
            return response
        now = timezone.now()
        state = version.state(now)
        request.content_state = state  # type: ignore[attr-defined]
        audience = visitor(request).audience
        key = f"content:{state.key}:{audience}:{digest(request.get_full_path().encode())}"
        anew = getattr(operation.view_func, "never_kept", False)
        body = None if anew else cache.get(key)
        if body is None:
            make = functools.partial(run, request, **kwargs)
            # A search has endless addresses; it would only push the others out.
            response = make() if anew or "q" in request.GET else once(key, make)
            if response.status_code != HTTPStatus.OK:
                return response
            body = response.content
        changed_at = now if anew else state.changed_at
        return fresh(request, body, changed_at, now, CACHE_CONTROL if audience == PUBLIC else PRIVATE)

    return view


def unkept(view: Run) -> Run:
    """Mark an operation whose answer is for one asker and one moment: nothing keeps it."""
    view.unkept = True  # type: ignore[attr-defined]
    return view


def never_kept(view: Run) -> Run:
    """Mark an operation whose answer follows more than the content version: asked anew each time, known by its ETag."""
    view.never_kept = True  # type: ignore[attr-defined]
    return view


def digest(data: bytes) -> str:
    """Return a short name for `data`."""
    return blake2b(data, digest_size=16).hexdigest()


def fresh(request: HttpRequest, body: bytes, changed_at: datetime, now: datetime, keep: str = CACHE_CONTROL) -> HttpResponse:
    """Return `body` with its validators, or a 304 when the asker has it already."""
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["ETag"] = f'"{digest(body)}"'
    response["Cache-Control"] = keep
    modified = None
    # Last-Modified counts whole seconds: while that second lasts, another change could hide in it. A member's copy has none,
    # because the same date stands on the one that is open to all.
    if keep == CACHE_CONTROL and now - changed_at > timedelta(seconds=1):
        modified = int(changed_at.timestamp())
        response["Last-Modified"] = http_date(modified)
    return get_conditional_response(request, etag=response["ETag"], last_modified=modified, response=response)
