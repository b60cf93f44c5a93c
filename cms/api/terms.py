"""Topics and regions in the API, each with its number of posts."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from cms.api.schemas import REFUSES, Term
from cms.landing import terms
from cms.models import Region, Topic

router = Router(tags=["vocabulary"])


class CountedTerm(Term):
    """A topic or a region; `posts` counts what `GET /posts` lists with it."""

    posts: int


class Terms(Schema):
    """All topics or all regions by name, in Swedish order."""

    items: list[CountedTerm]


def shape(model: type[Topic] | type[Region], locale_id: int) -> dict[str, Any]:
    """Return Terms."""
    return {"items": [{name: getattr(one, name) for name in CountedTerm.model_fields} for one in terms.counted(model, locale_id)]}


@router.get("topics", response={200: Terms, **REFUSES}, operation_id="listTopics", summary="List topics")
def list_topics(request: HttpRequest) -> Any:
    """All topics with their numbers of posts."""
    return shape(Topic, request.content_state.locale_id)  # type: ignore[attr-defined]


@router.get("regions", response={200: Terms, **REFUSES}, operation_id="listRegions", summary="List regions")
def list_regions(request: HttpRequest) -> Any:
    """All regions with their numbers of posts."""
    return shape(Region, request.content_state.locale_id)  # type: ignore[attr-defined]
