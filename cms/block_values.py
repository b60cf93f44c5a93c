"""What the value of each block of a body looks like in the content API; a block names its own as `api_value`."""

from typing import Literal

from ninja import Schema

from cms.parts import Image, KeyDate, Link, RichText


class HeadingValue(Schema):
    """A heading within the text and how large it is."""

    text: str
    level: Literal["h2", "h3"]


class QuotationValue(Schema):
    """Somebody's words, without quotation marks."""

    text: str
    source: str


class FactBoxValue(Schema):
    """A box beside the text."""

    title: str
    text: RichText


class LinksValue(Schema):
    """A list of links; `title` may be empty."""

    title: str
    links: list[Link]


class PersonValue(Schema):
    """A person with a few words; `slug` leads to `GET /people/{slug}`, null when the person is gone."""

    name: str
    slug: str | None
    title: str
    employer: str
    text: str
    portrait: Image | None


class FilmValue(Schema):
    """A film by the address of its own page; the post's `players` tell how to show it."""

    url: str
    title: str
    length: str


class DocumentValue(Schema):
    """A file to download; `extension` is "pdf" and the like."""

    text: str
    url: str
    extension: str


class KeyDatesValue(Schema):
    """A box of dates."""

    title: str
    dates: list[KeyDate]
