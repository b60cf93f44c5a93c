"""New posts for an issue: what was published since the list's last mailing, in an order that reads well."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from wagtail.models import Locale

from cms import listing, outlets
from cms.models import Post
from newsletter.models import Issue, MailedPost, Mailing, MailingList

# For a list that has had no mailing.
FIRST = timedelta(days=31)
MOST = 100
# What comes first in a letter; a kind that isn't named here follows the articles.
ORDER = ("column", "call", "award", "event", "article")
# Their own date decides: what closes or happens soonest stands first.
BY_DATE = ("call", "award", "event")


def last_mailing(mailing_list: MailingList | None) -> Mailing | None:
    """Return the latest mailing to the list (None: to any), corrections and cancelled ones left out."""
    found = Mailing.objects.exclude(state=Mailing.CANCELLED).filter(corrects=None)
    if mailing_list is not None:
        found = found.filter(list=mailing_list)
    return found.select_related("issue").defer("html", "text").order_by("-created_at").first()


def since(mailing_list: MailingList | None, now: datetime) -> datetime:
    """Return from when on posts are new: the list's last mailing was frozen then."""
    last = last_mailing(mailing_list)
    return last.created_at if last else now - FIRST


def published_since(moment: datetime) -> QuerySet[Any]:
    """Return the listed posts that were first published after `moment`, newest first; imported ones are never new."""
    posts = listing.unrestricted(Post.objects.filter(listed=True, listed_locale_id=Locale.get_default().pk, imported_from=""))
    return posts.filter(first_published_at__gt=moment).order_by("-first_published_at", "-pk")


def went_in(mailing_list: MailingList | None, keys: Iterable[UUID]) -> dict[str, list[str]]:
    """Return in which earlier mailings to the list (None: to any) the posts went: translation key → issues' names."""
    rows = MailedPost.objects.filter(translation_key__in=set(keys)).exclude(mailing__state=Mailing.CANCELLED)
    if mailing_list is not None:
        rows = rows.filter(mailing__list=mailing_list)
    found: dict[str, list[str]] = {}
    columns = ("translation_key", "mailing__issue__number", "mailing__subject")
    for key, number, subject in rows.order_by("mailing__created_at").values_list(*columns):
        found.setdefault(str(key), []).append(str(number) if number else subject)
    return found


def new_posts(issue: Issue, mailing_list: MailingList | None, now: datetime) -> list[Post]:
    """Return what “fill from new posts” would add to `issue`, in the letter's order.

    Those are published since the list's last mailing, switched on for the newsletter, still open, neither
    in the issue already nor in an earlier mailing to the list.
    """
    candidates = list(published_since(since(mailing_list, now)).specific()[:MOST])
    known = {str(key) for key in _keys(issue)} | set(went_in(mailing_list, [post.translation_key for post in candidates]))
    chosen = [post for post in candidates if str(post.translation_key) not in known and _wanted(post)]
    return sorted((post for post in chosen if post.is_open(now)), key=lambda post: _place(post, now))


def _keys(issue: Issue) -> list[UUID]:
    picked = [block.value["post"] for block in issue.content if block.block_type == "post"]
    return [post.translation_key for post in picked if post is not None]


def _wanted(post: Post) -> bool:
    return bool(outlets.value(post.outlets, "newsletter", "include", True))


def _place(post: Post, now: datetime) -> tuple[int, float, int]:
    kind = ORDER.index(post.kind) if post.kind in ORDER else len(ORDER)
    if post.kind in BY_DATE:
        coming = [moment.ends.timestamp() for moment in post.moments() if moment.ends and moment.ends > now]
        return kind, min(coming, default=float("inf")), -post.pk
    return kind, -(post.first_published_at or now).timestamp(), -post.pk


def fill(issue: Issue, user: Any, now: datetime) -> int:
    """Add the new posts to the issue's latest version, as a new version of `user`'s; return how many.

    None: nothing is written. What stands in the issue stays where it is.
    """
    with transaction.atomic():
        # Locked, so that two who press the button at once don't both add the same posts.
        version = Issue.objects.select_for_update().get(pk=issue.pk).get_latest_revision_as_object()
        found = new_posts(version, version.mailing_list, now)
        if found:
            add(version, found)
            version.save_revision(user=user, log_action=True, clean=False)
    return len(found)


def add(issue: Issue, posts: Iterable[Post]) -> None:
    """Put posts after what stands in the issue, unsaved."""
    for post in posts:
        issue.content.append(("post", {"post": post, "title": "", "summary": ""}))


def next_number() -> int:
    """Return the number that the next issue should have."""
    return (Issue.objects.exclude(number=None).order_by("-number").values_list("number", flat=True).first() or 0) + 1
