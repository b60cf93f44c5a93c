"""Key dates in the API: every exact deadline, decision and event day of the public posts, in the order of the calendar."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from cms import listing, parts
from cms.addresses import public_url, site_path
from cms.api import cursors, finding, shapes
from cms.api.schemas import REFUSES, Day, Flag, Kind, Number, WhichPosts
from cms.keydates import EXACT, midnight
from cms.models import KeyDate as Row
from cms.models import Post, content_types

router = Router(tags=["key dates"])
# A month's date counts as passed when any month would be over.
MONTH = timedelta(days=31)
ORDER = ("starts", "post_id", "kind", "number")


class PostLink(Schema):
    """The post that a key date belongs to."""

    id: UUID
    type: Kind
    type_label: str
    kicker: str
    title: str
    path: str
    url: str
    members_only: bool


class PostKeyDate(parts.KeyDate):
    """A key date with its post."""

    post: PostLink


class KeyDates(Schema):
    """One page of the calendar; `after` leads to the next and is null at the end."""

    items: list[PostKeyDate]
    after: str | None


class KeyDateFilters(WhichPosts):
    """What `GET /key-dates` can be narrowed by."""

    from_: Day | None = Field(None, alias="from", description="First day, in Stockholm; what still lasts then counts.")
    to: Day | None = Field(None, description="Last day on which a date may begin.")
    open: Flag | None = Field(None, description="true: has not passed; false: has passed.")
    closes: Flag | None = Field(None, description="true: its passing shuts the post (deadlines); false: it doesn't.")
    kind: list[str] = Field([], description="Kinds of dates, such as deadline, event, decision, registration.")
    order: Literal["date", "-date"] = Field("date", description="Earliest or latest first.")
    limit: Number = Field(20, ge=1, le=100)
    after: str = Field("", max_length=300, description="The key that the page before this one gave.")


def posts(filters: KeyDateFilters, locale_id: int) -> QuerySet[Any]:
    """Return the public posts whose dates are asked for."""
    public = listing.public(Post.objects.filter(locale_id=locale_id))
    return finding.by_terms(finding.by_kind(public, filters), filters)


def in_range(rows: QuerySet[Row], filters: KeyDateFilters) -> QuerySet[Row]:
    """Keep the days asked for, both ends included."""
    if filters.from_:
        begins = midnight(filters.from_)
        # A point in time ends as it begins; the day before ends at the same midnight.
        rows = rows.filter(Q(ends__gt=begins) | Q(ends=begins, starts=begins))
    if filters.to:
        rows = rows.filter(starts__lt=midnight(filters.to + finding.DAY))
    return rows


def passed(now: datetime) -> Q:
    """Return what lies behind `now`."""
    return Q(precision__in=EXACT, ends__lte=now) | Q(precision="month", ends__lte=now - MONTH)


def found(filters: KeyDateFilters, locale_id: int, now: datetime) -> tuple[list[Row], str | None]:
    """Return a page of the dates that `filters` ask for, and the key of the next. Raises BadCursor."""
    wanted = posts(filters, locale_id).order_by().filter(pk=OuterRef("post_id"))
    rows = in_range(Row.objects.filter(Exists(wanted), starts__isnull=False), filters)
    if filters.kind:
        rows = rows.filter(kind__in=filters.kind)
    if filters.closes is not None:
        rows = rows.filter(closes=filters.closes)
    if filters.open is not None:
        rows = rows.exclude(passed(now)) if filters.open else rows.filter(passed(now))
    # Not the texts: a page of dates has no use for them.
    texts = [f"post__{name}" for name in ("body", "afterword", "postscript")]
    rows = rows.select_related("post").defer(*texts)
    backwards = filters.order == "-date"
    return cursors.page(rows, ORDER, (datetime, int, str, int), after=filters.after, limit=filters.limit, backwards=backwards)


def shape(row: Row, now: datetime) -> dict[str, Any]:
    """Return a PostKeyDate as it stands at `now`."""
    post = row.post
    path = site_path(post)
    link = {
        "id": post.translation_key,
        "type": post.kind,
        "type_label": str(content_types()[post.kind]._meta.verbose_name),
        "path": path,
        "url": public_url(path),
        **{name: getattr(post, name) for name in ("kicker", "title", "members_only")},
    }
    return {**shapes.key_date(row, now), "post": link}


@router.get("key-dates", response={200: KeyDates, **REFUSES}, operation_id="listKeyDates", summary="List key dates")
def list_key_dates(request: HttpRequest, filters: Query[KeyDateFilters]) -> Any:
    """Dates of all public posts, earliest first. Dates in words ("mars–april") stand on their posts alone."""
    now = timezone.now()
    rows, after = found(filters, request.content_state.locale_id, now)  # type: ignore[attr-defined]
    return {"items": [shape(row, now) for row in rows], "after": after}
