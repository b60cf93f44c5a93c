"""What a WordPress body is made of, before anything is stored: plain values, no database."""

import html
import re
from dataclasses import dataclass, field

TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the text; `level` is h2 or h3."""

    text: str
    level: str = "h2"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or a list as rich text: only p, b, i, a, br, ul, ol, li and h4."""

    html: str

    @property
    def lines(self) -> list[str]:
        """The words, a line per break."""
        return [" ".join(html.unescape(TAG.sub("", line)).split()) for line in self.html.split("<br/>")]

    @property
    def words(self) -> str:
        """The words alone."""
        return " ".join(filter(None, self.lines))


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture by its old address or the id of its attachment; empty words fall back on the picture's own."""

    src: str = ""
    attachment: int = 0
    alt: str = ""
    caption: str = ""
    photographer: str = ""

    @property
    def key(self) -> str:
        """What tells its file from others."""
        return f"{self.attachment} {self.src}"


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """An embed by its address."""

    url: str


@dataclass(frozen=True, slots=True)
class File:
    """A document by its old address."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A link that wants to be pressed."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Raw:
    """Markup that no other piece could take."""

    html: str


Piece = Heading | Text | Photo | Quote | Film | File | Button | Raw


@dataclass(slots=True)
class Body:
    """A converted body and what the editor should know about it."""

    pieces: list[Piece] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Add `text` once."""
        if text not in self.notes:
            self.notes.append(text)


def words(piece: Piece) -> str:
    """Return what a reader reads of a piece."""
    if isinstance(piece, Text):
        return piece.words
    if isinstance(piece, Heading | Quote):
        return piece.text
    return ""


def merged(pieces: list[Piece]) -> list[Piece]:
    """Return `pieces` with texts that follow one another as one."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, Text) and isinstance(last, Text):
            joined[-1] = Text(last.html + piece.html)
        else:
            joined.append(piece)
    return joined


def drop_start(markup: str, count: int) -> str:
    """Return `markup` without its first `count` characters of words (an entity or a break is one); emptied tags go too.

    Leading spaces of the rest are dropped with them.
    """
    parts, left = re.findall(r"<[^>]+>|&[^;\s]+;|[^<&]|[<&]", markup), count
    kept = []
    for part in parts:
        space = part.isspace() or part == "<br/>"
        if TAG.fullmatch(part) and not (space and left >= 0):
            kept.append(part)
        elif left > 0:
            left -= 1
        elif left == 0 and space:
            continue
        else:
            left = -1
            kept.append(part)
    return tidy("".join(kept))


def tidy(markup: str) -> str:
    """Return `markup` without empty inline tags, and without breaks at the edges of paragraphs."""
    before = None
    while before != markup:
        before = markup
        markup = re.sub(r"<(b|i|a)(?: [^>]*)?>(\s*)</\1>", r"\2", markup)
        markup = re.sub(r"(<p>)(?:\s|<br/>)+|(?:\s|<br/>)+(</p>)", r"\1\2", markup)
    return "" if markup == "<p></p>" else markup
