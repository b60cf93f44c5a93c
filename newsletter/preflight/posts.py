"""Posts in the issue: whether their readers can read them, whether they are still of use, whether they stood there before."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import PageViewRestriction

from cms.keydates import STOCKHOLM
from newsletter.items import PostItem
from newsletter.models import Mailing
from newsletter.preflight.findings import Finding, Look

SOON = timedelta(days=7)
EARLIER = 50


def posts(look: Look) -> Iterator[Finding]:
    """Find what is wrong with the posts, block by block."""
    restricted = list(PageViewRestriction.objects.values_list("page__path", flat=True))
    chosen = [(number, child.value["post"]) for number, child in enumerate(look.children, 1) if child.block_type == "post"]
    for number, post in chosen:
        if post is not None:
            yield from _standing(look, number, post)
            if any(post.path.startswith(path) for path in restricted):
                words = _("“%(title)s” asks for a password or a log-in before it is shown.") % {"title": post.title}
                yield look.stop("post-locked", words, _("Lift the restriction, or take the block away."), block=number)
    for number, item in look.items(PostItem):
        yield from _readable(look, number, item)
        yield from _dates(look, number, item)
    yield from _doubled(look, chosen)
    yield from _sent_before(look, chosen)


def _standing(look: Look, number: int, post: Any) -> Iterator[Finding]:
    names = {"title": post.title}
    if post.expire_at is not None and post.expire_at <= look.now:
        words = _("“%(title)s” has expired and is about to be taken down.") % names
        yield look.stop("post-expired", words, _("Give it a later date, or take the block away."), block=number)
    elif post.expire_at is not None and post.expire_at <= look.now + SOON:
        names["date"] = date_format(post.expire_at.astimezone(STOCKHOLM), "j F Y")
        words = _("“%(title)s” is taken down already on %(date)s.") % names
        yield look.warn("post-expires", words, _("Who opens the letter later finds nothing. Give it a later date."), block=number)
    if post.live and post.has_unpublished_changes:
        words = _("“%(title)s” has changes that aren't published: the letter shows it without them.") % names
        yield look.warn("post-changed", words, _("Publish the changes, if they shall be in the letter."), block=number)


def _readable(look: Look, number: int, item: PostItem) -> Iterator[Finding]:
    closed = look.mailing_list is not None and look.mailing_list.legal_basis != "membership"
    if item.teaser.members_only and closed:
        words = _("“%(title)s” is for members only, but the list “%(list)s” isn't.")
        words = words % {"title": item.teaser.title, "list": look.mailing_list}
        yield look.warn(
            "members-only", words, _("Others meet a closed door. Take it away, or choose a members' list."), block=number
        )


def _dates(look: Look, number: int, item: PostItem) -> Iterator[Finding]:
    when = look.at or look.now
    for date in item.teaser.dates:
        names = {"title": item.teaser.title, "label": date.label, "date": date.text}
        over = date.ends is not None and date.precision in ("day", "minute") and date.ends <= when
        if date.closed or (over and date.kind == "deadline"):
            words = _("“%(title)s”: the date “%(label)s” has passed (%(date)s).") % names
            yield look.warn("date-passed", words, _("Take the block away, or say that it is over."), block=number)
        elif over and date.kind == "event":
            words = _("“%(title)s” is over (%(date)s).") % names
            yield look.warn("event-over", words, _("Take the block away, or write how it was."), block=number)


def _doubled(look: Look, chosen: list[tuple[int, Any]]) -> Iterator[Finding]:
    counts = Counter(post.pk for _number, post in chosen if post is not None)
    seen: set[int] = set()
    for number, post in chosen:
        if post is not None and counts[post.pk] > 1 and post.pk in seen:
            words = _("“%(title)s” stands twice in the issue.") % {"title": post.title}
            yield look.warn("post-twice", words, _("Take one of the blocks away."), block=number)
        seen.add(post.pk if post is not None else 0)


def _sent_before(look: Look, chosen: list[tuple[int, Any]]) -> Iterator[Finding]:
    """Find posts that the same list has got; a correction repeats them on purpose."""
    if look.issue.corrects_id is not None:
        return
    earlier = Mailing.objects.exclude(state=Mailing.CANCELLED).exclude(issue_id=look.issue.pk)
    if look.mailing_list is not None:
        earlier = earlier.filter(list=look.mailing_list)
    sent: dict[str, str] = {}
    for subject, keys in earlier.order_by("-start_at").values_list("subject", "posts")[:EARLIER]:
        sent |= dict.fromkeys(keys, subject)
    for number, post in chosen:
        if post is not None and (subject := sent.get(str(post.translation_key))):
            words = _("“%(title)s” has already been in “%(subject)s”.") % {"title": post.title, "subject": subject}
            yield look.warn("sent-before", words, _("Take it away, unless it is a reminder."), block=number)
