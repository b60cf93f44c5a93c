"""What the content API answers with. A content type's own part is its `Fields`; everything else is the same for all."""

from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, create_model

from cms.models import Post, content_types

if TYPE_CHECKING:
    Kind = str
else:
    Kind = Literal[tuple(content_types())]
Precision = Literal["minute", "day", "month", "text"]
# Room for a day more and for a time zone at either end of the calendar.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]


class ImageCopy(Schema):
    """A copy of a picture; sizes in pixels."""

    url: str
    width: int
    height: int


class ImageShape(Schema):
    """A picture with the words that belong to it; `url` is the largest of `copies` (smallest first), WebP."""

    url: str
    width: int
    height: int
    alt: str
    caption: str
    photographer: str
    copies: list[ImageCopy]


class TermShape(Schema):
    """A topic or a region."""

    name: str
    slug: str


class BylineShape(Schema):
    """Who wrote it, with roles as printed; `slug` is the person's, for the filter `author`."""

    name: str
    roles: list[str]
    slug: str | None
    portrait: ImageShape | None


class KeyDateShape(Schema):
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


class Card(Schema):
    """A post as lists show it. `id` is stable for ever; `path` begins with a slash, `url` is where readers find it."""

    id: UUID
    type: Kind
    type_label: str
    kicker: str
    title: str
    summary: str
    date: datetime
    path: str
    url: str
    members_only: bool
    image: ImageShape | None
    byline: list[BylineShape]
    topics: list[TermShape]
    regions: list[TermShape]
    key_dates: list[KeyDateShape]


class Cards(Schema):
    """One page of a list; `after` leads to the next and is null at the end."""

    items: list[Card]
    after: str | None


class Block(Schema):
    """A block of a body: its kind, its stable id and its value."""

    type: str
    id: str | None
    value: Any


class AbbreviationShape(Schema):
    """A short form and what it stands for."""

    short: str
    meaning: str


class Detail(Card):
    """A whole post. `withheld`: for members only, so that body, postscript, afterword and fields are empty here."""

    withheld: bool
    updated_at: datetime
    body: list[Block]
    postscript: str
    afterword: list[Block]
    abbreviations: list[AbbreviationShape]
    related: list[Card]


def detail_of(kind: str, model: type[Post]) -> type[Detail]:
    """Return the schema of one content type: its name as `type`, its `Fields` as `fields`."""
    name = f"{model.__name__}Detail"
    fields: dict[str, Any] = {"type": (Literal[kind], kind), "fields": (model.Fields | None, ...)}  # type: ignore[valid-type]
    return create_model(name, __base__=Detail, __doc__=f"A whole post of the type {kind}.", **fields)


DETAILS = {kind: detail_of(kind, model) for kind, model in content_types().items()}
AnyDetail: Any = Annotated[reduce(or_, DETAILS.values()), Field(discriminator="type")]


class IndexShape(Schema):
    """The home page or a section, with its newest posts."""

    type: Literal["home", "section"]
    title: str
    introduction: str
    path: str
    url: str
    posts: Cards


class Redirect(Schema):
    """Where the page went: a path on the site, or an address elsewhere."""

    redirect: str
    permanent: bool


class ProblemError(Schema):
    """What is wrong with one parameter."""

    parameter: str
    detail: str


class Problem(Schema):
    """An error as RFC 9457 shapes it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = []


class Filters(Schema):
    """What `GET /posts` can be narrowed by; several values of one filter widen it, different filters narrow it."""

    type: list[Kind] = Field([], description="Content types.")
    topic: list[str] = Field([], description="Slugs of topics.")
    region: list[str] = Field([], description="Slugs of regions.")
    author: list[str] = Field([], description="Slugs of people in the byline.")
    published_from: Day | None = Field(None, description="First day of publication, in Stockholm.")
    published_to: Day | None = Field(None, description="Last day of publication, in Stockholm.")
    deadline_from: Day | None = Field(None, description="First day on which something closes.")
    deadline_to: Day | None = Field(None, description="Last day on which something closes.")
    open: bool | None = Field(None, description="true: has a closing date and none has passed; false: one has passed.")
    q: str = Field("", max_length=200, description="Words that all occur in the post; at most the newest 1,000 are found.")
    order: Literal["-date", "date"] = Field("-date", description="Newest or oldest first.")
    limit: int = Field(20, ge=1, le=100)
    after: str = Field("", max_length=200, description="The key that the page before this one gave.")
