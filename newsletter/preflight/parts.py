"""Takes contents apart: every text that somebody wrote and every link, with the block where it stands.

Goes by the shape of dataclasses, so that a new kind of block is looked over without a line here.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsletter.items import Contents, PostItem, Shot
from newsletter.plaintext import from_html
from newsletter.preflight.reading import anchors

RICH = ("html", "introduction")
INTRODUCTION = 0


@dataclass(frozen=True, slots=True)
class LinkFound:
    """A link: where it leads, its words, its block's number (0: the introduction). `written`: by this issue's editor.

    `main`: it is a button's or a post's own link, not one within running text.
    """

    address: str
    words: str
    block: int
    written: bool = True
    main: bool = False


def is_address(name: str) -> bool:
    """Tell whether a field of that name holds an address, as `newsletter.cleaning` has it."""
    return name in ("url", "website") or name.endswith("_url")


def texts(value: Any) -> Iterator[str]:
    """Return every text in `value` that is shown: rich text as plain text, no addresses."""
    if isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return
    for field in dataclasses.fields(value):
        found = getattr(value, field.name)
        if not isinstance(found, str):
            yield from texts(found)
        elif found and not is_address(field.name) and field.name not in ("kind", "path", "precision"):
            yield from_html(found) if field.name in RICH else found


def links(contents: Contents) -> list[LinkFound]:
    """Return every link that an editor put into the issue or a post brings along, in the letter's order."""
    out = [LinkFound(address, words, INTRODUCTION) for address, words in anchors(contents.introduction)]
    for number, item in enumerate(contents.items, 1):
        out += _of(item, number, written=not isinstance(item, PostItem))
    return out


def _of(value: Any, block: int, *, written: bool) -> Iterator[LinkFound]:
    if isinstance(value, tuple):
        for part in value:
            yield from _of(part, block, written=written)
    # A picture's own address is where its file lies.
    if isinstance(value, Shot) or not dataclasses.is_dataclass(value) or isinstance(value, type):
        return
    for field in dataclasses.fields(value):
        found = getattr(value, field.name)
        if isinstance(found, str) and found and is_address(field.name):
            yield LinkFound(found, _words(value), block, written, main=True)
        elif isinstance(found, str) and field.name in RICH:
            yield from (LinkFound(address, words, block, written) for address, words in anchors(found))
        else:
            yield from _of(found, block, written=written)


def _words(value: Any) -> str:
    return next((str(found) for name in ("text", "title", "name") if (found := getattr(value, name, ""))), "")
