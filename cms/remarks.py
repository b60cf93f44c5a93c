"""“Att se över”: what an editor may want to mend in a post, in words. Nothing here stops a publication."""

import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise

from django.utils.translation import gettext as _
from wagtail.models import Page

from cms.models import Post

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


def remarks(post: Post, now: datetime) -> list[str]:
    """Return what could be mended in `post` (the version that is given) at `now`; one query about linked pages."""
    return [*_first_look(post), *_in_the_text(post), *_dates(post, now)]


def _first_look(post: Post) -> Iterator[str]:
    summary = post.summary.strip()
    if not summary:
        yield _("There is no summary: lists, newsletters and shared links have nothing to say of the post.")
    elif len(summary) > LONGEST:
        yield _("The summary has %(n)s characters. Lists and newsletters read best with at most %(most)s.") % {
            "n": len(summary),
            "most": LONGEST,
        }
    if post.lead_image is None:
        yield _("There is no lead picture.")
    elif not post.lead_image.description.strip():
        yield _("The lead picture has no alt text: who doesn't see it isn't told what it shows.")


def _in_the_text(post: Post) -> Iterator[str]:
    texts = [Links(block.value.source) for block in post.body if block.block_type == "text"]
    pictures = [block for block in post.body if block.block_type == "picture" and block.value["image"] is not None]
    without = sum(not block.block.words(block.value)["alt"].strip() for block in pictures)
    if without:
        yield _("Pictures in the text without alt text: %(n)s.") % {"n": without}
    if _skips(post):
        yield _("A heading skips a level: a small one stands before any large one.")
    for words in dict.fromkeys(" ".join(words.split()) for found in texts for words in found.words):
        if re.sub(r"[\s.…»>→]+$", "", words).lower() in EMPTY:
            yield _("The link “%(words)s” doesn't say where it leads.") % {"words": words}
    linked = set().union(*(found.pages for found in texts)) if texts else set()
    gone = len(linked) - Page.objects.filter(pk__in=linked, live=True).count() if linked else 0
    if gone:
        yield _("Links to pages of our own that aren't published: %(n)s.") % {"n": gone}


def _skips(post: Post) -> bool:
    levels = [1]
    for block in post.body:
        if block.block_type == "heading":
            levels.append(_LEVEL[block.value["level"]])
        elif block.block_type == "text":
            levels += Links(block.value.source).levels
    return any(after > before + 1 for before, after in pairwise(levels))


def _dates(post: Post, now: datetime) -> Iterator[str]:
    if post.live:
        return
    for moment in post.moments():
        if moment.passed(now):
            yield _("“%(label)s” has passed already: %(day)s.") % {"label": moment.label, "day": moment.shown()}
