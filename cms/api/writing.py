"""Wagtail's own API (v3, a preview of theirs) for programs that write; mounted only when `API_V3=1`, for its tokens alone.

Of itself it lets anybody read, and takes a wrong token for none. Reading is the content API's affair, so here every
address needs a living token of an active user, who may then do what the admin would let them.
"""

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.api.v3.auth import BearerTokenAuth

from cms.api.doors import View
from cms.api.problems import problem

REALM = 'Bearer realm="Wagtail API"'


def addresses() -> tuple[list[Any], str, str]:
    """Return the addresses of Wagtail's API behind our door; called once, when `deploy.urls` is read."""
    from wagtail.api.v3.urls import api

    return tokens_only(api.urls)


def tokens_only(patterns: tuple[list[Any], str, str]) -> tuple[list[Any], str, str]:
    """Return the addresses of an API with a door for token holders in front of each, its description included."""
    for pattern in patterns[0]:
        pattern.callback = _door(pattern.callback)
    return patterns


def _door(view: View) -> View:
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if BearerTokenAuth()(request) is None:
            answer = problem(401, "This needs a token: Authorization: Bearer wagtail_…")
            answer["WWW-Authenticate"] = REALM
            return answer
        answer = view(request, *args, **kwargs)
        answer["Cache-Control"] = "private, no-store"
        return answer

    return wrapped
