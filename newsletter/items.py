"""What a letter is made of: frozen shapes between gathering (which reads the database) and rendering (which is pure)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from cms.teaser import DatePart, Teaser


class LetterError(ValueError):
    """A letter can't be made; says in an editor's words which block is to blame and why.

    `block` is the block's number in the issue, from 1; 0 where no single block is to blame.
    """

    def __init__(self, message: str, block: int = 0) -> None:
        super().__init__(message)
        self.block = block


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture ready for mail: an absolute address and the size to show it in, in CSS pixels."""

    url: str
    width: int
    height: int
    alt: str
    caption: str = ""
    photographer: str = ""


@dataclass(frozen=True, slots=True)
class PostItem:
    """A post, as its Teaser. `more`: the words of the link to its page; empty: chosen by its kind."""

    KIND: ClassVar[str] = "post"
    LABEL: ClassVar[object] = _("the post")

    teaser: Teaser
    picture: Shot | None = None
    more: str = ""

    @property
    def name(self) -> str:
        """What an editor would know it by."""
        return self.teaser.title


@dataclass(frozen=True, slots=True)
class TextItem:
    """Running text; `html` may be anything, only harmless markup survives."""

    KIND: ClassVar[str] = "text"
    LABEL: ClassVar[object] = _("the text")

    html: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class PictureItem:
    """A picture with its words, with or without a link."""

    KIND: ClassVar[str] = "picture"
    LABEL: ClassVar[object] = _("the picture")

    picture: Shot
    url: str = ""

    @property
    def name(self) -> str:
        """What an editor would know it by."""
        return self.picture.caption or self.picture.alt


@dataclass(frozen=True, slots=True)
class ButtonItem:
    """A link that wants to be pressed."""

    KIND: ClassVar[str] = "button"
    LABEL: ClassVar[object] = _("the button")

    text: str
    url: str

    @property
    def name(self) -> str:
        """What an editor would know it by."""
        return self.text


@dataclass(frozen=True, slots=True)
class QuotationItem:
    """Somebody's words, without quotation marks."""

    KIND: ClassVar[str] = "quotation"
    LABEL: ClassVar[object] = _("the quotation")

    text: str
    source: str = ""

    @property
    def name(self) -> str:
        """What an editor would know it by."""
        return self.source or self.text


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date and the post that it belongs to; `url` is absolute."""

    date: DatePart
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class DatesItem:
    """The dates to come; it may hold none."""

    KIND: ClassVar[str] = "dates"
    LABEL: ClassVar[object] = _("the dates")

    title: str
    lines: tuple[DateLine, ...]

    @property
    def name(self) -> str:
        """What an editor would know it by."""
        return self.title


@dataclass(frozen=True, slots=True)
class HeadingItem:
    """A heading over what follows."""

    KIND: ClassVar[str] = "heading"
    LABEL: ClassVar[object] = _("the heading")

    text: str

    @property
    def name(self) -> str:
        """What an editor would know it by."""
        return self.text


@dataclass(frozen=True, slots=True)
class DividerItem:
    """A line between two parts."""

    KIND: ClassVar[str] = "divider"
    LABEL: ClassVar[object] = _("the dividing line")

    name: str = ""


Item = PostItem | TextItem | PictureItem | ButtonItem | QuotationItem | DatesItem | HeadingItem | DividerItem


@dataclass(frozen=True, slots=True)
class Sender:
    """The association as it stands in the letter's head and foot; `address` has a line per line."""

    name: str
    short_name: str = ""
    tagline: str = ""
    address: str = ""
    organisation_number: str = ""
    email: str = ""
    website: str = ""
    logo: Shot | None = None
    privacy_url: str = ""
    footer: str = ""
    why: str = ""
    # Whether opens and clicks are counted of those who agreed: the foot says what is true.
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """An issue with everything looked up: rendering needs nothing else. `introduction` is rich text."""

    subject: str
    preheader: str
    issue_line: str
    date: datetime
    sender: Sender
    introduction: str = ""
    items: tuple[Item, ...] = ()
