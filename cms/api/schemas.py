"""What the content API answers with. A content type's own part is its `Fields`; everything else is the same for all."""

import re
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAliasType
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, create_model

from cms.blocks import BodyBlock
from cms.models import Post, content_types
from cms.parts import Image, KeyDate, RichText

if TYPE_CHECKING:
    Kind = str
else:
    Kind = Literal[tuple(content_types())]


def written_as(pattern: str, words: str) -> BeforeValidator:
    """Return a validator for one way of writing: pydantic would take "0" for a day, "yes" for true and "1.0" for a number."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(words)
        return value

    return BeforeValidator(check)


# Room for a day more and for a time zone at either end of the calendar.
Day = Annotated[
    date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31)), written_as(r"\d{4}-\d\d-\d\d", "write a day as 2026-03-06")
]
Flag = Annotated[bool, written_as("true|false", "write true or false")]
DIGITS = written_as(r"\d{1,19}", "write a number in digits")
Number = Annotated[int, DIGITS]


class Term(Schema):
    """A topic or a region."""

    name: str
    slug: str


class Byline(Schema):
    """Who wrote it, with roles as printed; `slug` is the person's, for the filter `author`."""

    name: str
    roles: list[str]
    slug: str | None
    portrait: Image | None


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
    image: Image | None
    byline: list[Byline]
    topics: list[Term]
    regions: list[Term]
    key_dates: list[KeyDate]


# What has a default is there all the same.
ALWAYS_THERE = ConfigDict(json_schema_serialization_defaults_required=True)


class ListCard(Card):
    """A card in a list. `snippet`: where a search (`q`) found the words, as HTML with them in `<mark>`; else null."""

    model_config = ALWAYS_THERE

    snippet: str | None = None


class Cards(Schema):
    """One page of a list; `after` leads to the next and is null at the end.

    `count`: how many posts a search found; with `more`, that many and more. Lists don't count.
    """

    model_config = ALWAYS_THERE

    items: list[ListCard]
    after: str | None
    count: int | None = None
    more: bool = False


def block_of(name: str, block: Any) -> type[Schema]:
    """Return the schema of one block of a body; every block names its value's own as `api_value`."""
    fields: dict[str, Any] = {"type": (Literal[name], ...), "id": (str | None, ...), "value": (block.api_value, ...)}  # type: ignore[valid-type]
    return create_model(f"{name.title().replace('_', '')}Block", __base__=Schema, __doc__=type(block).__doc__, **fields)


BLOCKS = [block_of(name, block) for name, block in BodyBlock().child_blocks.items()]
Block: Any = TypeAliasType("Block", Annotated[reduce(or_, BLOCKS), Field(discriminator="type")])


class Abbreviation(Schema):
    """A short form and what it stands for."""

    short: str
    meaning: str


class Player(Schema):
    """How to show the film at `url`: `src` is what a frame may hold, `still` a picture to wait behind (may be empty)."""

    url: str
    title: str
    provider: str
    src: str
    still: str
    width: int
    height: int


class Detail(Card):
    """A whole post. `withheld`: for members only, so that body, postscript, afterword, players and fields are empty here.

    `lead_image` is the picture of `image` as a page shows it, uncut; `search_title` and `search_description` are for
    the head of a page and fall back on title and summary.
    """

    withheld: bool
    updated_at: datetime
    search_title: str
    search_description: str
    lead_image: Image | None
    body: list[Block]
    postscript: RichText | None
    afterword: list[Block]
    players: list[Player]
    abbreviations: list[Abbreviation]
    related: list[Card]


def detail_of(kind: str, model: type[Post]) -> type[Detail]:
    """Return the schema of one content type: its name as `type`, its `Fields` as `fields`."""
    about = model.Fields.__doc__
    own = create_model(f"{model.__name__}Fields", __base__=model.Fields, __module__=model.__module__, __doc__=about)
    fields: dict[str, Any] = {"type": (Literal[kind], ...), "fields": (own | None, ...)}  # type: ignore[valid-type]
    return create_model(f"{model.__name__}Detail", __base__=Detail, __doc__=f"A whole post of the type {kind}.", **fields)


DETAILS = {kind: detail_of(kind, model) for kind, model in content_types().items()}
AnyDetail: Any = TypeAliasType("Post", Annotated[reduce(or_, DETAILS.values()), Field(discriminator="type")])


class Index(Schema):
    """The home page or a section, with its newest posts; more of a section's: `GET /posts?section=` its path."""

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
    errors: list[ProblemError] = Field([], description="One for each parameter that is wrong.")


# What any address may answer instead; with parameters that can be wrong; and where something may not be there.
DOORS: dict[int, Any] = {401: Problem, 429: Problem}
REFUSES: dict[int, Any] = {**DOORS, 422: Problem}
FAILS: dict[int, Any] = {**REFUSES, 404: Problem}


class WhichPosts(Schema):
    """Which posts are meant; several values of one filter widen it, different filters narrow it."""

    type: list[Kind] = Field([], description="Content types of the posts.")
    topic: list[str] = Field([], description="Slugs of topics.")
    region: list[str] = Field([], description="Slugs of regions.")
    author: list[str] = Field([], description="Slugs of people in the byline.")


class Filters(WhichPosts):
    """What `GET /posts` can be narrowed by."""

    section: str = Field("", max_length=500, description="The path of a section: what stands below it.")
    published_from: Day | None = Field(None, description="First day of publication, in Stockholm.")
    published_to: Day | None = Field(None, description="Last day of publication, in Stockholm.")
    deadline_from: Day | None = Field(None, description="First day on which something closes.")
    deadline_to: Day | None = Field(None, description="Last day on which something closes.")
    open: Flag | None = Field(None, description="true: has a closing date and none has passed; false: one has passed.")
    q: str = Field("", max_length=200, description="Words that all occur in the post; longer ones may go on there.")
    order: Literal["-date", "date"] = Field("-date", description="Newest or oldest first.")
    limit: Number = Field(20, ge=1, le=100)
    after: str = Field("", max_length=200, description="The key that the page before this one gave.")
