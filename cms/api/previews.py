"""A draft in the shape of a published page: what a publication would work out is worked out here, and nothing is saved."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router

from cms import previewing
from cms.api import shapes
from cms.api.answers import unkept
from cms.api.doors import unauthorised, visitor
from cms.api.schemas import FAILS, AnyDetail, Index
from cms.keydates import STOCKHOLM, rows_of
from cms.models import Home, SectionIndex

router = Router(tags=["preview"])
# Stands in for the key of a page that was never saved, without which relations can't even be asked for.
NO_KEY = 0


def shape(page: Any, now: datetime) -> dict[str, Any]:
    """Return an Index, or the whole Detail of a post that is still a draft."""
    if isinstance(page, Home | SectionIndex):
        return shapes.index(page, now)
    ready(page)
    return shapes.detail(page, now, whole=True)


def ready(post: Any) -> None:
    """Fill in what `Post.save` and a publication would."""
    if post.pk is None:
        post.pk = post.id = NO_KEY
    post.kind, post.kicker = post.KIND, post.own_kicker()[:200]
    day = post.date.astimezone(STOCKHOLM).date()
    for byline in post.bylines.all():
        byline.fill_in(day)
    dates = sorted(rows_of(post.pk, post.moments()), key=lambda row: (row.starts is None, row.starts or post.date))
    post._prefetched_objects_cache = {**getattr(post, "_prefetched_objects_cache", {}), "dates": dates}


@router.get(
    "preview/{token}",
    response={200: AnyDetail | Index, **FAILS},
    operation_id="getPreview",
    summary="A draft, for the front end that shows it to its editor",
)
@unkept
def exchange(request: HttpRequest, token: str) -> Any:
    """Exchange the token in the editor's address for the page as it was previewed; needs a preview key, for 15 minutes."""
    if not visitor(request).may_preview:
        return unauthorised("This needs a preview key.", error="")
    now = timezone.now()
    try:
        return shape(previewing.previewed(token, now), now)
    except previewing.PreviewTicket.DoesNotExist:
        raise Http404 from None
