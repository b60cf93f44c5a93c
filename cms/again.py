"""“Skapa från förra årets”: a draft made of a post that comes back every year.

Dates move 52 weeks, so that they stay on their weekday, which a meeting or a deadline keeps more often than its
date. What can't be known yet (dates in words, links to register or vote, last year's people and nominees) is left
empty. Nothing of how the old post went out comes along: the draft goes out when it is published, like any other.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import QuerySet
from wagtail.actions.copy_page import CopyPageAction
from wagtail.coreutils import find_available_slug
from wagtail.fields import StreamField

from cms.models import Post

YEAR = timedelta(weeks=52)
# What comes back every year, and what of it isn't known yet.
UNKNOWN: dict[str, tuple[str, ...]] = {
    "award": ("submitted", "nominated", "nominees", "vote_url"),
    "call": ("deadline_text", "link"),
    "event": ("days_text", "on_site", "documentation", "registration_url"),
}
# How days are called within the blocks of a text or a programme.
DAYS = ("day", "last_day")
_YEARS = re.compile(r"(?<!\d)20\d\d(?!\d)")


class NotYearly(ValueError):
    """The post is of a kind that doesn't come back."""


def recurs(post: Any) -> bool:
    """Tell whether the post is of a kind that comes back."""
    return getattr(post.specific_class, "KIND", "") in UNKNOWN


def candidates(user: Any) -> QuerySet[Post]:
    """Return the live posts that come back, the latest first; ask `may_make` of each."""
    return Post.objects.filter(kind__in=UNKNOWN, live=True, alias_of=None).order_by("-date", "-pk")


def may_make(post: Post, user: Any) -> bool:
    """Tell whether `user` may make a new one beside the post; who may write there may, whoever wrote the old one."""
    closed = getattr(post.permissions_for_user(user), "closed", False)
    return recurs(post) and not closed and bool(post.get_parent().permissions_for_user(user).can_add_subpage())


def next_title(title: str) -> str:
    """Return the title with every year of this century raised by one."""
    return _YEARS.sub(lambda found: str(int(found[0]) + 1), title)


def make(post: Post, user: Any, now: datetime) -> Post:
    """Make the draft beside the post, owned by `user`; returns it. Raises NotYearly."""
    old = post.specific
    if not recurs(old):
        raise NotYearly(old.KIND)
    parent = old.get_parent()
    title = next_title(old.title)
    changes: dict[str, Any] = {
        **changed_fields(old),
        "title": title,
        "slug": find_available_slug(parent, next_title(old.slug)),
        "date": now,
        "outlets": {},
        "owner": user,
        "go_live_at": None,
        "expire_at": None,
    }
    copying = CopyPageAction(page=old, to=parent, update_attrs=changes, copy_revisions=False, keep_live=False, user=user)
    made: Post = copying.execute(skip_permission_checks=True)
    return made


def changed_fields(old: Post) -> dict[str, Any]:
    """Return the fields that differ from the old post's: days moved, years raised, unknown ones as if never filled in."""
    changes: dict[str, Any] = {name: old._meta.get_field(name).get_default() for name in UNKNOWN[old.KIND]}
    for field in old._meta.get_fields():
        value = getattr(old, field.name, None) if isinstance(field, models.Field) else None
        if field.name in changes or not value:
            continue
        if isinstance(field, StreamField):
            changes[field.name] = field.to_python(moved(value.get_prep_value()))
        elif type(field) is models.DateField and field.model is not Post:
            changes[field.name] = value + YEAR
    if getattr(old, "edition", ""):
        changes["edition"] = next_title(old.edition)  # type: ignore[attr-defined]
    return changes


def moved(value: Any) -> Any:
    """Return a block's stored value with its days moved, and without the ids that would make it the same block."""
    if isinstance(value, list):
        return [moved(part) for part in value]
    if not isinstance(value, dict):
        return value
    kept = {name: part for name, part in value.items() if name != "id" or "type" not in value}
    return {name: _day(part) if name in DAYS else moved(part) for name, part in kept.items()}


def _day(value: Any) -> Any:
    try:
        return (date.fromisoformat(str(value)) + YEAR).isoformat()
    except ValueError:
        return value
