"""Teaser: all that newsletter, social and the cards see of a post; the narrow waist between the rooms."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by id (renditions come from `cms.media.rendition`), with the words that belong to it."""

    id: int
    alt: str
    caption: str = ""
    photographer: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its words; `url` is absolute."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class DatePart:
    """A key date as shown: "Sista dag" · "15 december 2023". `closed`: it has passed and shut something.

    `precision` is minute, day, month or text; `starts` and `ends` are exact for minute and day only.
    """

    kind: str
    label: str
    text: str
    starts: datetime | None = None
    ends: datetime | None = None
    precision: str = "day"
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value: "Plats" · "Malmö", or a figure: "Nominerade" · "44"."""

    label: str
    value: str
    figure: bool = False


@dataclass(frozen=True, slots=True)
class PersonPart:
    """Somebody in the post: a byline, a sign-off, somebody on site."""

    name: str
    roles: tuple[str, ...] = ()
    detail: str = ""
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A small table with a caption: a category with its nominees, a day of a programme."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of somebody's, without quotation marks."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Teaser:
    """One post as others may show it. All texts are plain; `url` is absolute, `path` begins with a slash.

    `people_title` says who the people are ("Undertecknat av"); empty: those at an event.
    """

    key: UUID
    kind: str
    kind_label: str
    kicker: str
    title: str
    summary: str
    path: str
    url: str
    date: datetime
    members_only: bool = False
    image: Image | None = None
    portrait: bool = False
    byline: tuple[PersonPart, ...] = ()
    people: tuple[PersonPart, ...] = ()
    people_title: str = ""
    dates: tuple[DatePart, ...] = ()
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    quotation: Quotation | None = None
    links: tuple[Link, ...] = ()
    action: Link | None = None
    sign_off: str = ""
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    abbreviations: tuple[tuple[str, str], ...] = field(default=())
