"""When a page is taken down or deleted: which of its posts stand elsewhere, and what becomes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from social.announce import NotNow
from social.changes import ask
from social.channels import channel_of
from social.models import Announcement, Change
from social.reach import POSSIBLY_OUT, out_of_reach
from social.words import clock_time

REMOVE, KEEP = "remove", "keep"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An announcement that stands, or may stand, on a network. `by_hand`: why Ordet can't take it away there."""

    row: Announcement
    label: str
    at: str
    sure: bool
    by_hand: str


def elsewhere(pages: Iterable[Page], *, below: bool, live: bool) -> list[Elsewhere]:
    """Return the announcements of `pages` that are out; `below`: of all pages below them too; `live`: of live pages alone.

    A row belongs to the page that it was made for: translations and aliases have no part in it.
    """
    rows = Announcement.objects.filter(_of(list(pages), below), state__in=POSSIBLY_OUT)
    # Without a body nothing has left the house yet.
    rows = rows.exclude(state=Announcement.SENDING, wire="")
    rows = rows.filter(post__live=True) if live else rows
    return [_shown(row) for row in rows.select_related("post").order_by("post_title", "pk")]


def _of(pages: list[Page], below: bool) -> Q:
    found = Q(post_id__in=[page.pk for page in pages])
    for page in pages if below else ():
        if page.numchild:
            found |= Q(post__path__startswith=page.path)
    return found


def _shown(row: Announcement) -> Elsewhere:
    label = channel_of(row.channel).label
    at = clock_time(row.settled_at or row.sending_since)
    return Elsewhere(row, label, at, row.state == Announcement.PUBLISHED, out_of_reach(row, Change.DELETE))


def answers(found: Iterable[Elsewhere], given: Mapping[str, Any]) -> dict[int, str]:
    """Return what was answered for each row: "remove" or "keep"; a row without an answer is missing.

    `given`: the form's fields; `social-<row>` for one, `social-all` for all that have none of their own.
    """
    overall = given.get("social-all")
    said = {one.row.pk: given.get(f"social-{one.row.pk}") or overall for one in found}
    return {pk: answer for pk, answer in said.items() if answer in (REMOVE, KEEP)}


def take_away(keys: Iterable[int], now: datetime) -> list[Change]:
    """Ask for the removal of the chosen rows whose page is no longer live; returns the changes, failed ones by hand.

    A row that has moved on meanwhile is left out.
    """
    made = []
    for row in Announcement.objects.filter(pk__in=list(keys)).select_related("post"):
        # Pages below that the user may not take down stay live, and so do their posts.
        if row.post is None or not row.post.live:
            made += _taken(row, now)
    return made


def _taken(row: Announcement, now: datetime) -> list[Change]:
    if reason := out_of_reach(row, Change.DELETE):
        words = _("Take it away by hand: %(why)s") % {"why": reason}
        fields = {"kind": Change.DELETE, "state": Change.FAILED, "by_hand": True, "settled_at": now, "last_error": words}
        return [Change.objects.create(announcement=row, **fields)]
    try:
        return [ask(row, Change.DELETE, now)]
    except NotNow:
        return []


def post_deleted(post_id: int, now: datetime) -> int:
    """Cancel what hasn't gone out of a page that is being deleted; returns how many rows."""
    rows = Announcement.objects.filter(
        post_id=post_id, state__in=(Announcement.WAITING, Announcement.MANUAL), lease_owner=""
    )  # fmt: skip
    return rows.update(state=Announcement.CANCELLED, settled_at=now, last_error=_("The post has been deleted."))


def post_taken_down(post_id: int, now: datetime) -> int:
    """Skip what was to be posted by hand of a page that is no longer live; returns how many rows.

    What waits for a worker is looked at in its time: the page may be back by then.
    """
    rows = Announcement.objects.filter(post_id=post_id, state=Announcement.MANUAL, lease_owner="")
    return rows.update(state=Announcement.SKIPPED, settled_at=now, last_error=_("The post isn't published."))


def on_delete(sender: type, instance: Any, **kwargs: Any) -> None:
    """Receive `pre_delete` of a post, however it is deleted; afterwards its rows no longer name it."""
    post_deleted(instance.pk, timezone.now())


def on_unpublish(sender: type, instance: Page, **kwargs: Any) -> None:
    """Receive Wagtail's `page_unpublished`."""
    post_taken_down(instance.pk, timezone.now())
