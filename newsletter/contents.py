"""Issue → Contents: looks up everything a letter needs (posts, pictures, dates, the association), so that rendering is pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.models import Locale
from wagtail.rich_text import expand_db_html

from cms import listing
from cms.addresses import own_url, public_url
from cms.keydates import STOCKHOLM
from cms.media import NoPicture, rendition
from cms.models import Identity, KeyDate, content_types
from cms.teaser import DatePart, Image, Link, Teaser
from newsletter import tracking
from newsletter.items import (
    ButtonItem,
    Contents,
    DateLine,
    DatesItem,
    DividerItem,
    HeadingItem,
    Item,
    LetterError,
    PictureItem,
    PostItem,
    QuotationItem,
    Sender,
    Shot,
    TextItem,
)
from newsletter.models import Issue, MailingList

COLUMN_WIDTH = 544
MAX_HEIGHT = 480
# Stored at twice the size shown, for sharp screens; JPEG, because Outlook shows neither WebP nor AVIF.
WIDE = "max-1088x960|format-jpeg|jpegquality-78"
PORTRAIT = "fill-288x288-c100|format-jpeg|jpegquality-82"
LOGO = "max-440x160|format-png"
BY_KIND = {
    "film": ("fill-480x300|playsign|format-jpeg|jpegquality-80", 208),
    "clipping": ("max-480x600|format-jpeg|jpegquality-80", 208),
}


def gather(issue: Issue, now: datetime, mailing_list: MailingList | None = None) -> Contents:
    """Return the issue as it stands at `now`. Raises LetterError for a post or a picture that is gone.

    `mailing_list`: whom it goes to, for the words about why; without it, the issue's own. Makes the
    pictures' renditions, so it never runs within a transaction.
    """
    items = tuple(item(child, number, now) for number, child in enumerate(issue.content, 1))
    return replace(frame(issue, now, mailing_list), items=items)


def frame(issue: Issue, now: datetime, mailing_list: MailingList | None = None) -> Contents:
    """Return what `gather` does, without the blocks."""
    now = now.astimezone(STOCKHOLM)
    return Contents(
        subject=issue.subject,
        preheader=issue.preheader,
        issue_line=issue.issue_line or _issue_line(issue, now),
        date=now,
        sender=sender(mailing_list or issue.mailing_list),
        introduction=expanded(issue.introduction),
    )


def _issue_line(issue: Issue, now: datetime) -> str:
    month = date_format(now, "F Y")
    return _("No. %(number)d · %(month)s") % {"number": issue.number, "month": month} if issue.number else month.capitalize()


def sender(mailing_list: MailingList | None) -> Sender:
    """Return the association with its logo; a logo that can't be read gives way to the name."""
    who = Identity.objects.first() or Identity()
    return Sender(
        name=who.name,
        short_name=who.short_name,
        tagline=who.tagline,
        address=who.postal_address,
        organisation_number=who.organisation_number,
        email=who.email,
        website=public_url("/"),
        logo=_logo(who),
        privacy_url=whole(who.privacy_page.url or "") if who.privacy_page else "",
        footer=who.footer,
        counts=tracking.is_on(),
        why=why(who.name, mailing_list),
    )


def envelope(mailing_list: MailingList) -> dict[str, str]:
    """Return what a mailing keeps of its list: a list that is renamed meanwhile changes no letter."""
    return {
        "list_slug": mailing_list.slug,
        "list_name": mailing_list.name,
        "sender_name": mailing_list.sender_name,
        "reply_to": mailing_list.reply_to,
    }


def why(name: str, mailing_list: MailingList | None) -> str:
    """Return the line that says why one gets the letter."""
    if mailing_list and mailing_list.legal_basis == "consent":
        return _("You get this letter because you have subscribed to “%(list)s”.") % {"list": mailing_list.name}
    return _("You get this letter because you are a member of %(name)s.") % {"name": name or _("the association")}


def _logo(who: Identity) -> Shot | None:
    if who.logo is None:
        return None
    try:
        return _shot(who.logo.words, LOGO, 220)
    except NoPicture:
        return None


def _shot(image: Image, spec: str, width: int = COLUMN_WIDTH, height: int = MAX_HEIGHT) -> Shot:
    """Return the picture scaled to fit `width` × `height`; raises NoPicture."""
    copy = rendition(image.id, spec)
    scale = min(1, width / copy.width, height / copy.height)
    size = (max(1, round(copy.width * scale)), max(1, round(copy.height * scale)))
    return Shot(own_url(copy.url), *size, image.alt, image.caption, image.photographer)


def whole(url: str) -> str:
    """Return a link of ours with its host: files where Ordet serves them, pages where readers read."""
    if not url.startswith("/"):
        return url
    return own_url(url) if url.startswith(("/documents/", "/media/")) else public_url(url)


def expanded(html: str) -> str:
    """Return an editor's rich text with all links whole."""
    return re.sub(r'href="(/[^"]*)"', lambda found: f'href="{whole(found[1])}"', expand_db_html(html))


def item(child: Any, number: int, now: datetime) -> Item:
    """Return one block looked up; `number` is its place, from 1. Raises LetterError, which names it."""
    now = now.astimezone(STOCKHOLM)
    try:
        return _MAKERS[child.block_type](child.value, now)
    except (NoPicture, _Gone) as error:
        why = " ".join(getattr(error, "messages", [str(error)]))
        raise LetterError(
            _("Block %(number)d, %(what)s: %(why)s") % {"number": number, "what": child.block.label.lower(), "why": why}, number
        ) from error


class _Gone(LookupError):
    """What the editor chose is no longer there, or not public."""


def _post(value: Any, now: datetime) -> PostItem:
    if value["post"] is None:
        raise _Gone(_("the post no longer exists. Choose another, or take the block away."))
    post = value["post"].specific
    if not post.live:
        raise _Gone(_("“%(title)s” isn't published. Publish it, or take the block away.") % {"title": post.title})
    teaser = post.teaser(now)
    teaser = replace(teaser, title=value["title"] or teaser.title, summary=value["summary"] or teaser.summary)
    return PostItem(_whole_links(teaser), _post_picture(teaser))


def _whole_links(teaser: Teaser) -> Teaser:
    links = tuple(Link(link.text, whole(link.url)) for link in teaser.links)
    action = teaser.action and Link(teaser.action.text, whole(teaser.action.url))
    return replace(teaser, links=links, action=action)


def _post_picture(teaser: Teaser) -> Shot | None:
    if teaser.image is None:
        return None
    if teaser.portrait:
        shot = _shot(teaser.image, PORTRAIT, 144)
        name = teaser.byline[0].name if teaser.byline else ""
        return replace(shot, alt=shot.alt or name)
    spec, width = BY_KIND.get(teaser.kind, (WIDE, COLUMN_WIDTH))
    return _shot(teaser.image, spec, width)


def _text(value: Any, now: datetime) -> TextItem:
    return TextItem(expanded(value.source), name=" ".join(re.sub(r"<[^>]*>", " ", value.source).split())[:60])


def _picture(value: Any, now: datetime) -> PictureItem:
    if value["image"] is None:
        raise _Gone(_("the picture no longer exists. Choose another, or take the block away."))
    shot = _shot(value["image"].words, WIDE)
    shot = replace(shot, alt=value["alt"] or shot.alt, caption=value["caption"] or shot.caption)
    return PictureItem(shot, whole(value["link"] or ""))


def _button(value: Any, now: datetime) -> ButtonItem:
    return ButtonItem(value["text"], whole(value["url"]))


def _quotation(value: Any, now: datetime) -> QuotationItem:
    return QuotationItem(value["text"], value["source"])


def _heading(value: Any, now: datetime) -> HeadingItem:
    return HeadingItem(value["text"])


def _divider(value: Any, now: datetime) -> DividerItem:
    return DividerItem()


def _dates(value: Any, now: datetime) -> DatesItem:
    return DatesItem(value["title"], coming(now, now + timedelta(days=value["days"] or 31)))


_MAKERS: dict[str, Callable[[Any, datetime], Item]] = {
    "post": _post,
    "text": _text,
    "picture": _picture,
    "button": _button,
    "quotation": _quotation,
    "dates": _dates,
    "heading": _heading,
    "divider": _divider,
}


def coming(now: datetime, until: datetime) -> tuple[DateLine, ...]:
    """Return the key dates of listed posts that are not over at `now` and begin before `until`, in order."""
    posts = listing.listed(Locale.get_default().pk).order_by().values("pk")
    rows = (
        KeyDate.objects.filter(post__in=posts, ends__gt=now, starts__lt=until)
        .select_related("post")
        .order_by("starts", "post_id")
    )
    return tuple(DateLine(_named(row, now), row.post.title, public_url(row.post.path_on_site)) for row in rows)


def _named(row: KeyDate, now: datetime) -> DatePart:
    """Return the date; "When" says nothing beside other dates, so an event's own days are named by its kind."""
    part = row.moment().part(now)
    if row.kind != row.post.kind:
        return part
    return replace(part, label=capfirst(str(content_types()[row.post.kind]._meta.verbose_name)))
