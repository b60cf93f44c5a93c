"""What is planned on the site itself: publications, ends, and the key dates of live posts."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision
from wagtail.permissions import policy_registry

from cms.keydates import EXACT, KeyDate
from cms.planned import MOST, Plan, Span
from cms.regional import region_of


def on_the_site(span: Span) -> Iterator[Plan]:
    """Yield what is published and taken down; of pages that the reader may open in the admin. Four queries at most."""
    seen = visible(span.user)
    rows = Revision.page_revisions.filter(approved_go_live_at__gte=span.begin, approved_go_live_at__lt=span.end)
    rows = rows.order_by("approved_go_live_at").values_list("object_id", "approved_go_live_at", "content__title")[: MOST + 1]
    coming = [(int(key), at, title) for key, at, title in rows]
    ends = Page.objects.filter(live=True, expire_at__gte=span.begin, expire_at__lt=span.end).order_by("expire_at")
    going = list(ends.values_list("pk", "expire_at", "title")[: MOST + 1])
    doors = ways(span.user, seen, [key for key, _at, _title in (*coming, *going)])
    yield from _plans(_("Is published"), coming, doors)
    yield from _plans(_("Is taken down"), going, doors)


def _plans(what: str, rows: Iterable[tuple[int, datetime, str]], doors: dict[int, str]) -> Iterator[Plan]:
    return (Plan(at, what, title or "", doors[key]) for key, at, title in rows if key in doors)


def key_dates(span: Span) -> Iterator[Plan]:
    """Yield the beginnings of live posts' exact key dates; a day's deadline stands on its day. Two queries."""
    rows = KeyDate.objects.filter(precision__in=EXACT, starts__gte=span.begin, starts__lt=span.end, post__live=True)
    found = list(rows.select_related("post").order_by("starts", "pk")[: MOST + 1])
    doors = ways(span.user, visible(span.user), [row.post_id for row in found])
    for row in found:
        if row.post_id in doors and row.starts is not None:
            yield Plan(row.starts, row.label, row.post.title, doors[row.post_id], row.precision == "day")


def visible(user: Any) -> QuerySet[Page]:
    """Return the pages that `user` finds in the admin."""
    found: QuerySet[Page] = policy_registry.get_by_type(Page).explorable_instances(user)
    return found


def ways(user: Any, seen: QuerySet[Page], keys: list[int]) -> dict[int, str]:
    """Return for each visible page of `keys` the address to go to: its editor where `user` may edit, else "". Two queries."""
    known = set(seen.filter(pk__in=keys).values_list("pk", flat=True))
    mine = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change").filter(pk__in=known)
    if (region := region_of(user)) is not None:
        mine = mine.filter(post__regions=region)
    editable = set(mine.values_list("pk", flat=True))
    return {key: reverse("wagtailadmin_pages:edit", args=[key]) if key in editable else "" for key in known}
