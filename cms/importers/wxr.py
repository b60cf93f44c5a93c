"""Reads WordPress exports (WXR 1.0–1.2): an item at a time, from a file of any size, trusting nothing in it.

A document type is refused outright, before any entity in it is even declared: an export never has one.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import nh3
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from django.utils.translation import gettext as _

from cms.keydates import STOCKHOLM

# WordPress lets these into posts, XML 1.0 does not: without this one pasted character would refuse a whole site.
CONTROL = bytes(code for code in range(32) if code not in (9, 10, 13))
NAMESPACE = re.compile(r"\{http://wordpress\.org/export/[\d.]+/(excerpt/)?\}")
PREFIXES = {"{http://purl.org/rss/1.0/modules/content/}": "content:", "{http://purl.org/dc/elements/1.1/}": "dc:"}

# How deep the element lies in which the items stand: rss, channel.
CHANNEL = 2
STAMP = "%Y-%m-%d %H:%M:%S"


class BadExport(ValueError):
    """The file can't be read as an export; the message says why. Nothing has been imported."""


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a tag."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an export. `date` is None where the export has none that can be read (`raw_date` is what it says)."""

    id: int
    kind: str
    status: str
    title: str
    link: str
    slug: str
    body: str
    excerpt: str
    creator: str
    date: datetime | None
    raw_date: str
    parent: int
    password: bool
    sticky: bool
    comments: int
    attachment_url: str
    categories: tuple[Term, ...] = ()
    tags: tuple[Term, ...] = ()
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the report calls the item."""
        return self.slug or self.title or f"#{self.id}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the media library."""

    id: int
    url: str
    title: str
    alt: str
    caption: str
    parent: int


@dataclass(frozen=True, slots=True)
class Known:
    """An item's place among the others, as far as links and hierarchy need it."""

    id: int
    kind: str
    link: str
    slug: str
    parent: int


@dataclass(slots=True)
class Export:
    """What one pass over the file tells: the site, its media and where each item stood.

    `children` are the ids of the attachments that belong to an item, `patterns` the bodies of synced patterns, both by id.
    """

    base: str = ""
    attachments: dict[int, Attachment] = field(default_factory=dict)
    children: dict[int, list[int]] = field(default_factory=dict)
    patterns: dict[int, str] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)


class Cleaned:
    """A binary file without the control characters that XML forbids."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.start = file.read(4)
        # In UTF-16 and UTF-32 these bytes are halves of ordinary letters.
        self.wide = self.start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in self.start

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; never an empty string before the end."""
        while True:
            data, self.start = self.start + self.file.read(size), b""
            clean = data if self.wide else data.translate(None, CONTROL)
            if clean or not data:
                return clean


def short(tag: str) -> str:
    """Return "wp:post_id", "excerpt:encoded", "content:encoded", "dc:creator" or a plain name, whatever the WXR version."""
    if found := NAMESPACE.match(tag):
        return ("excerpt:" if found[1] else "wp:") + tag[found.end() :]
    for uri, prefix in PREFIXES.items():
        if tag.startswith(uri):
            return prefix + tag[len(uri) :]
    return tag


def survey(path: Path) -> Export:
    """Read the whole file once. Raises BadExport if it is no sound export, so that nothing is ever done by halves."""
    export, version = Export(), ""
    for tag, element in _elements(path):
        if tag == "item":
            _note(export, to_item(element))
        elif tag == "wp:author":
            texts = _texts(element)
            export.authors[texts.get("wp:author_login", "")] = texts.get("wp:author_display_name", "")
        elif tag == "wp:wxr_version":
            version = element.text or ""
        elif tag == "wp:base_blog_url" or (tag in ("wp:base_site_url", "link") and not export.base):
            export.base = _address(element.text or "").rstrip("/")
    if not version:
        raise BadExport(_("The file is no WordPress export (WXR): it states no wxr_version."))
    return export


def items(path: Path, kinds: frozenset[str] | None = None) -> Iterator[Item]:
    """Yield the items of the file in its order, only those of `kinds` if given. Raises BadExport."""
    for tag, element in _elements(path):
        if tag == "item":
            item = to_item(element)
            if kinds is None or item.kind in kinds:
                yield item


def _elements(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield what stands directly in the channel, and forget it afterwards: memory stays flat."""
    depth, channel = 0, None
    try:
        with path.open("rb") as file:
            for event, element in iterparse(Cleaned(file), ("start", "end"), forbid_dtd=True):
                depth += 1 if event == "start" else -1
                if event == "start" and depth <= CHANNEL:
                    channel = _expected(element, depth)
                elif event == "end" and depth == CHANNEL and channel is not None:
                    yield short(element.tag), element
                    channel.clear()
    except ParseError as error:
        raise BadExport(_("The file is not well-formed XML: %(error)s. Nothing has been imported.") % {"error": error}) from None
    except DefusedXmlException:
        message = _(
            "The file has a document type (DTD) with possible entities, which an export never has. Nothing has been imported."
        )
        raise BadExport(message) from None
    except BadExport:
        raise
    except (OSError, ValueError, LookupError) as error:
        raise BadExport(_("The file can't be read: %(error)s") % {"error": error}) from None


def _expected(element: Any, depth: int) -> Any:
    if element.tag != ("rss", "channel")[depth - 1]:
        raise BadExport(_("The file is no WordPress export (WXR): it begins with <%(tag)s>.") % {"tag": short(element.tag)})
    return element


def _note(export: Export, item: Item) -> None:
    if item.kind == "attachment":
        alt = item.meta.get("_wp_attachment_image_alt", "")
        export.attachments[item.id] = Attachment(item.id, item.attachment_url, item.title, alt, plain(item.excerpt), item.parent)
        export.children.setdefault(item.parent, []).append(item.id)
    elif item.kind == "wp_block" and item.status == "publish":
        export.patterns[item.id] = item.body
    elif item.status not in ("trash", "auto-draft", "inherit"):
        export.known[item.id] = Known(item.id, item.kind, item.link, item.slug, item.parent)


def _texts(element: Any) -> dict[str, str]:
    return {short(child.tag): child.text or "" for child in element if not len(child)}


def _address(text: str) -> str:
    """Return an address, or nothing where it is none that can be taken apart."""
    try:
        urlsplit(text.strip())
    except ValueError:
        return ""
    return text.strip()


def _number(text: str) -> int:
    return int(text) if text.strip().isascii() and text.strip().isdigit() else 0


def to_item(element: Any) -> Item:
    """Return an <item> element as an Item."""
    texts = _texts(element)
    wp = {name[3:]: text.strip() for name, text in texts.items() if name.startswith("wp:")}
    meta = [_texts(child) for child in element if short(child.tag) == "wp:postmeta"]
    date, raw = read_date(wp.get("post_date_gmt", ""), wp.get("post_date", ""), texts.get("pubDate", ""))
    return Item(
        id=_number(wp.get("post_id", "")),
        kind=wp.get("post_type", "") or "post",
        status=wp.get("status", ""),
        title=plain(texts.get("title", "")),
        link=_address(texts.get("link", "")),
        slug=unquote(wp.get("post_name", "")),
        # Texts pasted on a Mac have å as a and a ring; nothing would be recognised in them.
        body=unicodedata.normalize("NFC", texts.get("content:encoded", "")),
        excerpt=texts.get("excerpt:encoded", ""),
        creator=texts.get("dc:creator", ""),
        date=date,
        raw_date=raw,
        parent=_number(wp.get("post_parent", "")),
        password=bool(wp.get("post_password")),
        sticky=wp.get("is_sticky", "0") not in ("", "0"),
        comments=sum(short(child.tag) == "wp:comment" for child in element),
        attachment_url=_address(wp.get("attachment_url", "")),
        categories=_terms(element, "category"),
        tags=_terms(element, "post_tag"),
        meta={each.get("wp:meta_key", ""): each.get("wp:meta_value", "") for each in meta},
    )


def _terms(element: Any, domain: str) -> tuple[Term, ...]:
    found = [child for child in element if child.tag == "category" and child.get("domain") == domain]
    return tuple(Term(unquote(child.get("nicename", "")), plain(child.text or "")) for child in found)


def plain(text: str) -> str:
    """Return `text` without markup, with its entities resolved and its spaces put in order."""
    return unicodedata.normalize("NFC", " ".join(html.unescape(nh3.clean(text, tags=set())).split()))


def read_date(gmt: str, local: str, published: str) -> tuple[datetime | None, str]:
    """Return the first date that can be read, in UTC, and what WordPress wrote (empty where it left it to `published`).

    `gmt` and `local` (the site's own time) as WordPress writes them, "0000-00-00 00:00:00" for none; `published` as RSS does.
    """
    raw = gmt if gmt.strip("0-: ") else local
    for text, zone in ((gmt, UTC), (local, STOCKHOLM)):
        if (moment := _stamp(text)) is not None:
            return moment.replace(tzinfo=zone).astimezone(UTC), raw
    if "-0001" in published:  # WordPress' way to write 0000-00-00 in RSS; Python would read it as the year 2000
        return None, raw
    try:
        moment = parsedate_to_datetime(published)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), raw
    except (ValueError, TypeError, OverflowError, IndexError):
        return None, raw


def _stamp(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), STAMP)  # noqa: DTZ007  the zone is known to the caller
    except ValueError:
        return None


def is_stamp(text: str) -> bool:
    """Tell whether `text` is a date as WordPress writes it."""
    return _stamp(text) is not None
