"""Splits a WordPress body into what the block editor wrote and what the classic editor wrote; both may stand in one body."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cms.importers.pieces import Body
from cms.importers.shortcodes import expand

# What WordPress' own grammar says of a block's comment, for one comment at a time.
BLOCK = re.compile(r"\s+(/)?wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(?:\s+\{.*\})?\s*(/)?", re.DOTALL)
KNOWN = frozenset(
    re.findall(
        r"[\w-]+",
        "paragraph heading list list-item image gallery quote pullquote embed file buttons button columns column group "
        "row stack cover media-text details html code preformatted verse table separator spacer more nextpage video audio "
        "shortcode freeform missing post-content",
    )
)
SILENT = frozenset({"separator", "spacer", "more", "nextpage"})
LITERAL = frozenset({"code", "preformatted"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of markup; in a classic one, blank lines part paragraphs."""

    markup: str
    classic: bool


def split(source: str, children: Iterable[int], body: Body) -> list[Segment]:
    """Return the segments of `source` with shortcodes as markup; an unknown block stands in an <ordet-unknown> element.

    `children`: ids of the post's attachments. What is noteworthy is noted in `body`.
    """
    segments: list[Segment] = []
    stack: list[str] = []
    children = tuple(children)
    for markup, comment in _pieces(source):
        literal = bool(LITERAL & set(stack))
        text = markup if literal else expand(markup, children, body.note)
        _add(segments, text, classic=not stack or stack[-1] == "freeform")
        _add(segments, _step(stack, comment, body), classic=False)
    return segments


def _add(segments: list[Segment], markup: str, *, classic: bool) -> None:
    if not markup or (classic and not markup.strip()):
        return
    if segments and segments[-1].classic == classic:
        segments[-1] = Segment(segments[-1].markup + markup, classic)
    else:
        segments.append(Segment(markup, classic))


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """Yield markup and the comment that follows it; the last comment is empty."""
    at = 0
    while (start := source.find("<!--", at)) >= 0:
        end = source.find("-->", start)
        if end < 0:
            break
        yield source[at:start], source[start + 4 : end]
        at = end + 3
    yield source[at:], ""


def _step(stack: list[str], comment: str, body: Body) -> str:
    """Enter or leave the block of `comment`; return the markup that marks an unknown one."""
    found = BLOCK.fullmatch(comment)
    if found is None:
        return ""
    closing, name, void = found.groups()
    name = "embed" if name.startswith("core-embed/") else name.removeprefix("core/")
    if void:
        if name not in SILENT:
            body.note(_("The block “%(name)s” has no content in the export and is left out.") % {"name": name})
        return ""
    if closing:
        return _leave(stack, name)
    stack.append(name)
    return "" if name in KNOWN else f'<ordet-unknown name="{html.escape(name)}">'


def _leave(stack: list[str], name: str) -> str:
    if name not in stack:
        return ""
    while stack.pop() != name:
        pass
    return "" if name in KNOWN else "</ordet-unknown>"
