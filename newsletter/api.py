"""The newsletter's part of the content API: the issues in the archive, which everybody may read."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from cms.addresses import own_url
from cms.api import cursors
from cms.api.answers import never_kept
from cms.api.schemas import DIGITS, FAILS, REFUSES, Number
from newsletter import archive
from newsletter.models import Mailing

router = Router(tags=["newsletter"])
# What a bigint of either database holds.
Key = Annotated[int, Field(ge=1, le=2**63 - 1, description="The issue's id in the archive."), DIGITS]


class IssueCard(Schema):
    """An issue as the archive lists it; `url` is its page on the web, and `id` its number in that address."""

    id: int
    subject: str
    preheader: str
    issue_line: str
    list: str
    sent_at: datetime
    path: str
    url: str


class Issues(Schema):
    """One page of the archive; `after` leads to the next and is null at the end."""

    items: list[IssueCard]
    after: str | None


class IssueDetail(IssueCard):
    """A whole issue: the letter as HTML and as text, with nobody's links, and the ids of the posts in it."""

    html: str
    text: str
    posts: list[UUID]


class IssueFilters(Schema):
    """How much of the archive."""

    limit: Number = Field(20, ge=1, le=100)
    after: str = Field("", max_length=200, description="The key that the page before this one gave.")


def card(mailing: Mailing) -> dict[str, Any]:
    """Return an IssueCard."""
    found = archive.entry(mailing)
    return {
        "id": found.key,
        "list": found.list_name,
        "sent_at": found.at,
        "url": own_url(found.path),
        **{name: getattr(found, name) for name in ("subject", "preheader", "issue_line", "path")},
    }


def detail(key: int) -> dict[str, Any]:
    """Return an IssueDetail. Raises Http404 for an issue that isn't for everybody."""
    mailing = archive.public().filter(pk=key).defer(None).first()
    if mailing is None:
        raise Http404
    shown = card(mailing)
    bodies = {name: archive.nobodys(getattr(mailing, name), shown["url"]) for name in ("html", "text")}
    return {**shown, **bodies, "posts": mailing.posts}


@router.get("issues", response={200: Issues, **REFUSES}, operation_id="listIssues", summary="List issues of the newsletter")
@never_kept
def list_issues(request: HttpRequest, filters: Query[IssueFilters]) -> Any:
    """Issues that went to everybody on a list whose archive is open, newest first."""
    order, kinds = ("start_at", "pk"), (datetime, int)
    found, after = cursors.page(archive.public(), order, kinds, after=filters.after, limit=filters.limit, backwards=True)
    return {"items": [card(mailing) for mailing in found], "after": after}


@router.get("issues/{key}", response={200: IssueDetail, **FAILS}, operation_id="getIssue", summary="One issue")
@never_kept
def get_issue(request: HttpRequest, key: Path[Key]) -> Any:
    """A whole issue by its id."""
    return detail(key)
