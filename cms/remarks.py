"""“Att se över”: what an editor may want to mend in a post, in words. Nothing here stops a publication."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Page

from cms.models import Picture, Post

LONGEST = 300
# Words that say nothing of where a link leads, to who hears the links alone.
EMPTY = frozenset(["här", "klicka här", "länk", "läs mer", "läs mer här", "mer"])
_LEVEL = {"h2": 2, "h3": 3, "h4": 4}


class Links(HTMLParser):
    """The links and headings of rich text as it is stored: keys of pages, the links' words, levels."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.pages: set[int] = set()
        self.words: list[str] = []
        self.levels: list[int] = []
        self._open = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link or a heading."""
        named = dict(attrs)
        if tag in _LEVEL:
            self.levels.append(_LEVEL[tag])
        if tag == "a":
            self._open = True
            self.words.append("")
            if named.get("linktype") == "page" and (named.get("id") or "").isdecimal():
                self.pages.add(int(named["id"] or 0))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a link."""
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        """Keep a link's words."""
        if self._open:
            self.words[-1] += data


@dataclass(frozen=True, slots=True)
class Known:
    """What the remarks about some posts ask of other rows: alt texts of pictures by key, keys of pages that are live."""

    alt: dict[int, str]
    live: set[int]


def known(posts: Iterable[Post]) -> Known:
    """Return what is asked about `posts`, in two queries however many they are."""
    pictures: set[int] = set()
    pages: set[int] = set()
    for post in posts:
        pictures |= {key for key, _alt in _pictures(post)} | ({post.lead_image_id} if post.lead_image_id else set())
        pages |= set().union(*(text.pages for text in _texts(post)))
    alt = dict(Picture.objects.filter(pk__in=pictures).values_list("pk", "description")) if pictures else {}
    return Known(alt, set(Page.objects.filter(pk__in=pages, live=True).values_list("pk", flat=True)) if pages else set())


def remarks(post: Post, now: datetime, facts: Known | None = None) -> list[str]:
    """Return what could be mended in `post` (the version that is given) at `now`; `facts`: `known` of it, where it is there."""
    facts = facts or known([post])
    return [*_first_look(post, facts), *_in_the_text(post, facts), *_dates(post, now)]


def _first_look(post: Post, facts: Known) -> Iterator[str]:
    summary = post.summary.strip()
    if not summary:
        yield _("There is no summary: lists, newsletters and shared links have nothing to say of the post.")
    elif len(summary) > LONGEST:
        yield _("The summary has %(n)s characters. Lists and newsletters read best with at most %(most)s.") % {
            "n": len(summary),
            "most": LONGEST,
        }
    if post.lead_image_id not in facts.alt:
        yield _("There is no lead picture.")
    elif not facts.alt[post.lead_image_id].strip():
        yield _("The lead picture has no alt text: who doesn't see it isn't told what it shows.")


def _in_the_text(post: Post, facts: Known) -> Iterator[str]:
    texts = _texts(post)
    without = sum(key in facts.alt and not (alt or facts.alt[key]).strip() for key, alt in _pictures(post))
    if without:
        yield _("Pictures in the text without alt text: %(n)s.") % {"n": without}
    if _skips(post):
        yield _("A heading skips a level: a small one stands before any large one.")
    for words in dict.fromkeys(" ".join(words.split()) for found in texts for words in found.words):
        if re.sub(r"[\s.…»>→]+$", "", words).lower() in EMPTY:
            yield _("The link “%(words)s” doesn't say where it leads.") % {"words": words}
    gone = len(set().union(*(found.pages for found in texts)) - facts.live)
    if gone:
        yield _("Links to pages of our own that aren't published: %(n)s.") % {"n": gone}


def _blocks(post: Post, kind: str) -> list[Any]:
    # As they are stored: a block that becomes what it shows asks for its rows, one query for each post.
    return [block["value"] for block in post.body.raw_data if block["type"] == kind]


def _texts(post: Post) -> list[Links]:
    return [Links(source or "") for source in _blocks(post, "text")]


def _pictures(post: Post) -> list[tuple[int, str]]:
    return [(value["image"], value.get("alt") or "") for value in _blocks(post, "picture") if value.get("image")]


def _skips(post: Post) -> bool:
    levels = [1]
    for block in post.body.raw_data:
        if block["type"] == "heading":
            levels += filter(None, [_LEVEL.get(block["value"].get("level") or "")])
        elif block["type"] == "text":
            levels += Links(block["value"] or "").levels
    return any(after > before + 1 for before, after in pairwise(levels))


def _dates(post: Post, now: datetime) -> Iterator[str]:
    if post.live:
        return
    for moment in post.moments():
        if moment.passed(now):
            yield _("“%(label)s” has passed already: %(day)s.") % {"label": moment.label, "day": moment.shown()}
