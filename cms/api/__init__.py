"""The content API, version 1: typed, read-only, the same for all front ends.

Mounted by `deploy.urls`; `openapi.json` and `docs` come with it. Each slice brings its schemas, its way of finding and its doors.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path as address
from django.urls import re_path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from ninja import Query, Router
from ninja.renderers import JSONRenderer

from cms.api import calendar, document, finding, people, places, previews, problems, schemas, shapes, terms
from cms.api.answers import answered
from cms.api.doors import guarded, is_for_member
from cms.api.schemas import FAILS, REFUSES

PREFIX = document.ContentAPI.prefix


# JSON in UTF-8, with Swedish letters as they are.
renderer = JSONRenderer()
renderer.json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}

api = document.ContentAPI(
    renderer=renderer,
    # The document and its page have views of our own, which don't make it anew each time.
    openapi_url=None,
    docs_url=None,
    title="Ordet content API",
    version="1",
    description="What the association has published. Errors are application/problem+json; unknown parameters are refused.",
    urls_namespace="content",
)
problems.register(api)
api.add_decorator(answered, mode="view")


@api.get(
    "posts",
    response={200: schemas.Cards, **REFUSES},
    operation_id="listPosts",
    summary="List posts",
    tags=["posts"],
)
def list_posts(request: HttpRequest, filters: Query[schemas.Filters]) -> Any:
    """Cards of published posts, newest first; follow `after` for more."""
    now = timezone.now()
    return shapes.cards(finding.posts(filters, request.content_state.locale_id, now), now)  # type: ignore[attr-defined]


@api.get(
    "posts/{uuid:key}", response={200: schemas.AnyDetail, **FAILS}, operation_id="getPost", summary="One post", tags=["posts"]
)
def get_post(request: HttpRequest, key: UUID) -> Any:
    """A whole post by its id."""
    found = finding.post(key, request.content_state.locale_id)  # type: ignore[attr-defined]
    return shapes.detail(found, timezone.now(), whole=is_for_member(request))


@api.get(
    "by-path",
    response={200: schemas.AnyDetail | schemas.Index | schemas.Redirect, **FAILS},
    operation_id="getByPath",
    summary="Whatever stands at a path",
    tags=["pages"],
)
def by_path(request: HttpRequest, path: str) -> Any:
    """The home page, a section or a post at `path`, or where it went; one request is enough."""
    found = finding.page(path)
    if isinstance(found, finding.Redirect):
        return {"redirect": finding.goal(found), "permanent": found.is_permanent}
    return shapes.page(found, timezone.now(), whole=is_for_member(request))


for slice_of_ours in (calendar, people, terms, places, previews):
    api.add_router("", slice_of_ours.router)


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """Answer every other address with a problem instead of the reader site's page."""
    return problems.problem(404, "Nothing public has this address.")


def addresses(*rooms: Router) -> tuple[list[Any], str, str]:
    """Return all addresses of the API, those of other rooms too; called once, when `deploy.urls` is read."""
    for router in rooms:
        api.add_router("", router)
    patterns, app, namespace = api.urls
    for pattern in patterns:
        pattern.callback = problems.told(pattern.callback)
    own = [
        address("", document.beginning),
        address("openapi.json", document.openapi, name="openapi-json"),
        address("docs", document.docs, name="docs"),
    ]
    # Not `<path:…>`, which leaves an address with a line break in it to the pages of the site.
    return guarded(([*own, *patterns, re_path("^", nothing)], app, namespace))
