"""How the letter is built: headings, empty blocks, the text part, the way out."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from newsletter import letter
from newsletter.items import DatesItem, TextItem
from newsletter.plaintext import from_html
from newsletter.preflight.findings import Finding, Look
from newsletter.preflight.reading import missing_in_text, titles

LONG_TEXT = 2_500
LONGEST_FALSE_HEADING = 60
_BOLD_ALONE = re.compile(r"<p[^>]*>\s*<(?:b|strong)>([^<]*)</(?:b|strong)>\s*</p>", re.IGNORECASE)


def headings(look: Look) -> Iterator[Finding]:
    """Find headings that are empty, skip a level, or are only bold text."""
    # The subject stands above all as the first heading.
    level = 1
    for number, item in look.items():
        if not isinstance(item, TextItem):
            level = 2
            continue
        for found, words in titles(item.html):
            if not words.strip():
                said = _("A heading is empty.")
                yield look.warn("heading-empty", said, _("Write it, or take it away: it is read out as a heading."), block=number)
            if found > level + 1:
                said = _("The heading “%(words)s” is of level %(found)d, but there is none of level %(above)d above it.")
                said = said % {"words": words.strip()[:60], "found": found, "above": found - 1}
                advice = _("Choose the level above: those who listen move by headings.")
                yield look.warn("heading-order", said, advice, block=number)
            level = found
        yield from _without_headings(look, number, item)


def _without_headings(look: Look, number: int, item: TextItem) -> Iterator[Finding]:
    for words in _BOLD_ALONE.findall(item.html):
        if 0 < len(words.strip()) <= LONGEST_FALSE_HEADING and not words.strip().endswith((".", "!", "?", ":")):
            said = _("“%(words)s” looks like a heading but is only bold text.") % {"words": words.strip()}
            advice = _("Make it a heading, so that those who listen can find it.")
            yield look.warn("heading-false", said, advice, block=number)
    if not titles(item.html) and len(from_html(item.html)) > LONG_TEXT:
        said = _("The text is long and has no heading.")
        yield look.warn("heading-none", said, _("Put in a heading or two, so that it can be skimmed."), block=number)


def emptiness(look: Look) -> Iterator[Finding]:
    """Find an issue without blocks, and blocks that show nothing."""
    if not look.children:
        yield look.stop("empty", _("The issue is empty. Add at least one block."), name="content")
    for number, item in look.items():
        if isinstance(item, TextItem) and not from_html(item.html):
            yield look.warn("block-empty", _("The block is empty."), _("Write something, or take it away."), block=number)
        if isinstance(item, DatesItem) and not item.lines:
            said = _("There are no dates in the coming days that the block asks for.")
            yield look.warn("dates-empty", said, _("Take the block away, or let it look further ahead."), block=number)
        words = getattr(item, "text", None)
        if words is not None and not str(words).strip():
            yield look.stop("block-empty", _("The block has no words."), _("Write something, or take it away."), block=number)


def ways_out(look: Look) -> Iterator[Finding]:
    """Find a letter without its link to unsubscribe or to the web, in either part."""
    if look.letter is None:
        return
    for slot, words in (
        (letter.UNSUBSCRIBE, _("The letter has no link to unsubscribe.")),
        (letter.WEB_VIEW, _("The letter has no link to its page on the web.")),
    ):
        if slot not in look.letter.html or slot not in look.letter.text:
            yield look.stop("way-out", words, _("The letter's template has a fault: tell whoever looks after the system."))


def same_in_text(look: Look) -> Iterator[Finding]:
    """Find what the HTML part says and the text part doesn't."""
    if look.letter is None:
        return
    for missing in missing_in_text(look.letter.html, look.letter.text)[:3]:
        said = _("“%(words)s” is missing in the letter's plain text.") % {"words": missing[:80]}
        yield look.warn("text-part", said, _("The letter's template has a fault: tell whoever looks after the system."))
