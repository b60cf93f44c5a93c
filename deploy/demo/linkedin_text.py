"""How a LinkedIn reader sees a commentary: a little-text reader written from the format's description alone.

It shares no line with the product's writer, so each proves the other. An unescaped reserved character
ends the visible text, silently, as LinkedIn does it.
"""

import re
from dataclasses import dataclass

RESERVED = "|{}@[]()<>#\\*_~"
_TEMPLATE = re.compile(r"\{hashtag\|\\?#\|(?P<tag>(?:[^\\{}|\s]|\\.)+)\}")
_MENTION = re.compile(r"@\[(?P<name>(?:[^\\\[\]]|\\.)+)\]\((?P<urn>urn:li:(?:person|organization):[\w-]+)\)")
_BARE = re.compile(r"#(?P<tag>[^\W_]+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of what is seen: `kind` is text, hashtag or mention."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader sees, and where the text was cut (None: nowhere)."""

    pieces: tuple[Piece, ...]
    cut_at: int | None

    @property
    def text(self) -> str:
        """The visible text."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def hashtags(self) -> list[str]:
        """The live hashtags, without their signs."""
        return [piece.text[1:] for piece in self.pieces if piece.kind == "hashtag"]


def read(commentary: str) -> Reading:
    """Read a commentary from left to right until its end or an unescaped reserved character."""
    pieces: list[Piece] = []
    place = 0
    while place < len(commentary):
        found = _next(commentary, place)
        if found is None:
            return Reading(_joined(pieces), place)
        piece, place = found
        pieces.append(piece)
    return Reading(_joined(pieces), None)


def _next(commentary: str, place: int) -> tuple[Piece, int] | None:
    char = commentary[place]
    if char not in RESERVED:
        return Piece("text", char), place + 1
    if char == "\\":
        literal = commentary[place + 1 : place + 2]
        return (Piece("text", literal), place + 2) if literal and literal in RESERVED else None
    return _element(commentary, place)


def _element(commentary: str, place: int) -> tuple[Piece, int] | None:
    if match := _TEMPLATE.match(commentary, place):
        return Piece("hashtag", "#" + _unescaped(match["tag"])), match.end()
    if match := _MENTION.match(commentary, place):
        return Piece("mention", _unescaped(match["name"])), match.end()
    if match := _BARE.match(commentary, place):
        return Piece("hashtag", match[0]), match.end()
    return None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind == "text":
            joined[-1] = Piece("text", joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)


def as_stored(commentary: str) -> str:
    """Return a commentary as it is read back: bare hashtags have become templates, the rest stands as it came."""
    stored, place = [], 0
    while place < len(commentary):
        if commentary[place] == "\\":
            stored.append(commentary[place : place + 2])
            place += 2
        elif match := _TEMPLATE.match(commentary, place):
            stored.append(match[0])
            place = match.end()
        elif match := _BARE.match(commentary, place):
            stored.append(rf"{{hashtag|\#|{match['tag']}}}")
            place = match.end()
        else:
            stored.append(commentary[place])
            place += 1
    return "".join(stored)
