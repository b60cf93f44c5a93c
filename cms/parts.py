"""Parts of the content API that posts and the blocks of their bodies share: their schemas, and how they are filled."""

import re
from datetime import datetime
from html import unescape
from typing import Any, Literal

from django.utils.html import strip_tags
from markdownify import MarkdownConverter
from ninja import Schema

from cms import renditions
from cms.addresses import own_url
from cms.keydates import Moment

Precision = Literal["minute", "day", "month", "text"]
# In an address these would end Markdown's link.
ADDRESS_SIGNS = {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20", "\n": "", "\\": "%5C"}

ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_<>[]#|~&"})


class ImageCopy(Schema):
    """A copy of a picture; sizes in pixels."""

    url: str
    width: int
    height: int


class Image(Schema):
    """A picture with the words that belong to it; `url` is the largest of `copies` (smallest first), WebP.

    `srcset` names all copies as HTML's attribute of that name wants them.
    """

    url: str
    width: int
    height: int
    alt: str
    caption: str
    photographer: str
    srcset: str
    copies: list[ImageCopy]


class RichText(Schema):
    """Running text, both as HTML and as Markdown. Pages are linked by path, files by their whole address."""

    html: str
    markdown: str


class Link(Schema):
    """A link; `url` is a path for a page of the site, a whole address for anything else."""

    text: str
    url: str


class KeyDate(Schema):
    """A key date. `starts` and `ends` (exclusive) are exact when `precision` is minute or day; `text` is how to show it.

    `closes`: its passing shuts the post; `closed`: it has.
    """

    kind: str
    label: str
    precision: Precision
    starts: datetime | None
    ends: datetime | None
    text: str
    closes: bool
    closed: bool


def image(picture: Any, shape: str, words: dict[str, str] | None = None) -> dict[str, Any] | None:
    """Return an Image with the copies for a place (`renditions.SHAPES`), or nothing when there is no picture to show.

    `words` replaces the picture's own alt, caption and photographer.
    """
    copies = [
        {"url": own_url(copy.url), "width": copy.width, "height": copy.height} for copy in renditions.copies(picture, shape)
    ]
    if not copies:
        return None
    own = {"alt": picture.description, "caption": picture.caption, "photographer": picture.photographer}
    srcset = ", ".join(f"{copy['url']} {copy['width']}w" for copy in copies)
    return {**copies[-1], **(words or own), "srcset": srcset, "copies": copies}


def key_date(moment: Moment, *, closed: bool) -> dict[str, Any]:
    """Return a KeyDate."""
    own = {name: getattr(moment, name) for name in ("kind", "precision", "starts", "ends", "closes")}
    return {**own, "label": str(moment.label), "text": moment.shown(), "closed": closed}


class _Converter(MarkdownConverter):
    """HTML to Markdown that cannot be taken for HTML: every sign that Markdown or HTML knows is escaped."""

    class Options(MarkdownConverter.DefaultOptions):  # type: ignore[name-defined]
        heading_style = "atx"
        bullets = "-"
        table_infer_header = True

    def escape(self, text: str | None, parent_tags: set[str]) -> str:
        """Return `text` with a backslash before each sign that would mean something."""
        signs = re.sub(r"[][\\`*_<>&~|=+]", r"\\\g<0>", text or "")
        starts = re.sub(r"(?<!\S)(#{1,6}|-+)(?=\s|$)", r"\\\1", signs)
        return re.sub(r"(?<!\S)(\d{1,9})([.)])(?=\s|$)", r"\1\\\2", starts)

    def convert_a(self, element: Any, text: str, parent_tags: set[str]) -> str:
        """Return a link whose address can't end it."""
        if address := element.get("href"):
            element["href"] = re.sub(r"[()<> \n\\]", lambda found: ADDRESS_SIGNS[found[0]], address)
        return str(super().convert_a(element, text, parent_tags))  # type: ignore[misc]


def rich_text(html: str) -> dict[str, str]:
    """Return a RichText of HTML whose links are resolved already."""
    return {"html": html, "markdown": markdown(html) if html else ""}


def markdown(html: str) -> str:
    """Return HTML as Markdown; nested deeper than anybody reads, as its words alone."""
    try:
        return str(_Converter().convert(html)).strip()
    except RecursionError:
        return unescape(strip_tags(html)).translate(ESCAPED)
