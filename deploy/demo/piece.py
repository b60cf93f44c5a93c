"""What a post of the demo is before it is a page."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A post to be: its content type by kind, its age in days, and its fields; names stand for rows."""

    kind: str
    title: str
    days_ago: int
    summary: str
    body: tuple[tuple[str, Any], ...]
    picture: str = ""
    by: str = ""
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)


def text(*paragraphs: str) -> tuple[str, str]:
    """Return a block of running text."""
    return "text", "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def heading(words: str) -> tuple[str, dict[str, str]]:
    """Return a heading."""
    return "heading", {"text": words, "level": "h2"}


def quotation(words: str, source: str) -> tuple[str, dict[str, str]]:
    """Return somebody's words."""
    return "quotation", {"text": words, "source": source}
