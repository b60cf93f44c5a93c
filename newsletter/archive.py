"""The archive on the web: which mailings everybody may read, their pages, and the feed."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.db import models
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from cms.addresses import own_url
from newsletter import identity, letter, notices
from newsletter.models import Mailing
from newsletter.ways import Gone, numbers

PAGE_SIZE, IN_FEED = 20, 30


@dataclass(frozen=True, slots=True)
class Entry:
    """An issue in the archive."""

    key: int
    subject: str
    preheader: str
    issue_line: str
    list_name: str
    at: datetime
    path: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of the archive, newest first; numbers of the pages beside it, 0 where there is none."""

    entries: list[Entry]
    number: int
    newer: int
    older: int


def public() -> models.QuerySet[Mailing]:
    """Return the mailings that everybody may read, newest first: begun, not cancelled, to a whole list of the archive.

    An issue that went to several such lists stands there once. What went to a segment was not for everybody, nor is
    a letter with a post for members alone.
    """
    whole = models.Q(audience__segment=None) | models.Q(audience__segment__isnull=True)
    open_to_all = models.Q(list__in_archive=True, for_members=False)
    begun = Mailing.objects.filter(whole, open_to_all, frozen_at__isnull=False).exclude(state=Mailing.CANCELLED)
    first = begun.filter(issue=models.OuterRef("issue")).order_by("start_at", "pk").values("pk")[:1]
    return (
        begun.filter(pk=models.Subquery(first)).defer("html", "text").select_related("issue", "list").order_by("-start_at", "-pk")
    )


def shelf(number: str = "") -> Shelf:
    """Return page `number` of the archive (1 for what is no number), in one query."""
    # Longer than any archive; a larger offset would overflow the database's integers.
    page = min(int(number), 100_000) if number.isdecimal() and int(number[:7]) else 1
    start = (page - 1) * PAGE_SIZE
    found = list(public()[start : start + PAGE_SIZE + 1])
    older = page + 1 if len(found) > PAGE_SIZE else 0
    return Shelf([entry(mailing) for mailing in found[:PAGE_SIZE]], page, page - 1, older)


def entry(mailing: Mailing) -> Entry:
    """Return a mailing of `public` as the archive shows it."""
    issue = mailing.issue
    line = issue.issue_line or (_("No. %(number)d") % {"number": issue.number} if issue.number else "")
    # Subject as frozen; the preheader of the issue may have been edited since, but says the same.
    return Entry(mailing.pk, mailing.subject, issue.preheader, line, mailing.list.name, mailing.start_at, issue_path(mailing.pk))


def issue_path(key: int) -> str:
    """Return the path of an issue's page in the archive."""
    return f"/nyhetsbrev/{key}/"


def issue_page(key: int) -> str:
    """Return the HTML of an issue in the archive. Raises Gone where it isn't public."""
    mailing = public().filter(pk=key).defer(None).first()
    if mailing is None:
        raise Gone(key)
    return _filled(mailing, own_url(issue_path(key)))


def web_view(token: str) -> str:
    """Return the HTML of a mailing as everybody with its link may see it. Raises BadLink, or Gone before it has started."""
    (key,) = numbers("web", token, 1)
    mailing = Mailing.objects.filter(pk=key, frozen_at__isnull=False).first()
    if mailing is None:
        raise Gone(token)
    return _filled(mailing, own_url(issue_path(key)) if public().filter(pk=key).exists() else "")


def nobodys(body: str, web_view: str) -> str:
    """Return a frozen letter's HTML or text with nobody's links: those lead to the page where one subscribes."""
    home = own_url("/nyhetsbrev/")
    filled = {letter.NAME: "", letter.UNSUBSCRIBE: home, letter.PREFERENCES: home, letter.WEB_VIEW: web_view}
    for slot, value in filled.items():
        body = body.replace(slot, value)
    return body


def _filled(mailing: Mailing, canonical: str) -> str:
    html = nobodys(mailing.html, canonical or identity.web_view_url(mailing.pk))
    if canonical:
        html = html.replace("</head>", f'<link rel="canonical" href="{escape(canonical)}"></head>', 1)
    return html


def feed() -> str:
    """Return the newest issues as an Atom feed (RFC 4287)."""
    home, who = own_url("/nyhetsbrev/"), notices.association()
    title = _("Newsletters from %(name)s") % {"name": who}
    made = Atom1Feed(title, home, "", language="sv", feed_url=own_url("/nyhetsbrev/feed.atom"), author_name=str(who))
    for mailing in public()[:IN_FEED]:
        found = entry(mailing)
        made.add_item(
            title=found.subject,
            link=own_url(found.path),
            description=found.preheader or None,
            pubdate=found.at,
            updateddate=found.at,
            unique_id=own_url(found.path),
        )
    return str(made.writeString("utf-8"))
