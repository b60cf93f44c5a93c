"""A plan for one page, and what all plans of one import share."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cms.importers.letters import Signer
from cms.importers.library import Library, Media
from cms.importers.links import Addresses
from cms.importers.mapping import Mapping
from cms.importers.names import NameBook
from cms.importers.pieces import Piece
from cms.importers.wxr import Export, Item
from cms.models import Post, content_types


class NotImportable(ValueError):
    """The item can't become a page; the message says why."""


@dataclass(slots=True)
class Plan:
    """One page as it shall be.

    `pictures` and `documents` are those in the text, by their keys; `problems` and `notes` are for the report.
    """

    item: Item
    key: str
    kind: str
    live: bool
    title: str
    summary: str
    date: datetime
    published: datetime
    body: list[Piece] = field(default_factory=list)
    afterword: list[Piece] = field(default_factory=list)
    postscript: str = ""
    signers: tuple[Signer, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    lead: Media | None = None
    portrait: Media | None = None
    document: Media | None = None
    pictures: dict[str, Media] = field(default_factory=dict)
    documents: dict[str, Media] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def model(self) -> type[Post]:
        """The content type's class."""
        return content_types()[self.kind]

    def problem(self, what: str) -> None:
        """Note a problem once."""
        if what not in self.problems:
            self.problems.append(what)


@dataclass(slots=True)
class Context:
    """What all items of one import share."""

    export: Export
    mapping: Mapping
    library: Library
    addresses: Addresses
    names: NameBook
    now: datetime
    portraits: dict[str, str] = field(default_factory=dict)

    def key(self, item_id: int) -> str:
        """Return what marks a page as imported from an item; the same in every later export of the same site."""
        host = (urlsplit(self.export.base).netloc + urlsplit(self.export.base).path).removeprefix("www.")
        return f"wordpress:{host}/?p={item_id}"


def digest(item: Item) -> str:
    """Return a short mark of an item's content, to notice when a later export differs."""
    parts = (item.title, item.slug, item.status, item.raw_date, item.excerpt, item.body, str(item.categories), str(item.tags))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
