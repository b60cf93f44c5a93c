"""Contents → Letter. Pure: no database, no network, no sending. The only file that knows the MJML engine.

A content type needs no template of its own: `newsletter/mjml/posts/<kind>.mjml` and
`newsletter/text/posts/<kind>.txt` are taken where they exist, else `default` beside them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import mjml
from django.conf import settings
from django.template import Context, TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import select_template
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsletter import letter
from newsletter.cleaning import BadAddress, cleaned, one_line
from newsletter.items import ButtonItem, Contents, Item, LetterError, PostItem
from newsletter.lean import landmarked, lean
from newsletter.letter import Letter
from newsletter.plaintext import tidy

LIMIT = 102_400  # Gmail cuts what is longer.

# The words of the link to a post's page; other kinds say "Read more".
MORE = {
    "article": gettext_lazy("Read the article"),
    "award": gettext_lazy("See all nominees"),
    "call": gettext_lazy("Read about the call"),
    "clipping": gettext_lazy("Read the clipping"),
    "column": gettext_lazy("Read the whole column"),
    "event": gettext_lazy("Read about the event"),
    "film": gettext_lazy("Watch the film"),
}

_SLOTS = {
    "unsubscribe_url": letter.UNSUBSCRIBE,
    "preferences_url": letter.PREFERENCES,
    "web_url": letter.WEB_VIEW,
    "member_name": letter.NAME,
}


class Block(NamedTuple):
    """One item, rendered both ways but not yet compiled."""

    item: Item
    mjml: str
    text: str


def render(contents: Contents) -> Letter:
    """Return the letter with its slots unfilled. Raises LetterError, which names the block that is to blame."""
    with translation.override(settings.LANGUAGE_CODE):
        contents = _safe(contents)
        blocks = [_block(contents, item, number) for number, item in enumerate(contents.items, 1)]
        context = {"contents": contents, "sender": contents.sender, "blocks": blocks, "lang": settings.LANGUAGE_CODE, **_SLOTS}
        source = _fill(["newsletter/mjml/base.mjml"], context)
        text = _fill(["newsletter/text/base.txt"], context, escape=False)
        return Letter(contents.subject, _compiled(source, blocks), tidy(text))


def _safe(contents: Contents) -> Contents:
    """Return the contents with all texts plain, rich text rebuilt, addresses checked and link words unique."""
    items = tuple(_safe_item(item, number) for number, item in enumerate(contents.items, 1))
    try:
        head = cleaned(replace(contents, items=()))
    except BadAddress as error:
        raise LetterError(str(error)) from error
    return replace(
        head, subject=one_line(contents.subject), preheader=one_line(contents.preheader), items=_with_unique_words(items)
    )


def _safe_item(item: Item, number: int) -> Any:
    if isinstance(item, ButtonItem) and not item.url.strip():
        raise _blaming(item, number, _("it leads nowhere. Write its link."))
    try:
        return cleaned(item)
    except BadAddress as error:
        raise _blaming(item, number, str(error)) from error


def _with_unique_words(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the items with words for the links to posts; words that would stand twice get the post's title."""
    words = [_more(item) for item in items]
    counts = Counter(words)
    return tuple(
        replace(item, more=f"{more}: {item.teaser.title}" if counts[more] > 1 else more) if isinstance(item, PostItem) else item
        for item, more in zip(items, words, strict=True)
    )


def _more(item: Item) -> str:
    return item.more or str(MORE.get(item.teaser.kind, _("Read more"))) if isinstance(item, PostItem) else ""


def _block(contents: Contents, item: Item, number: int) -> Block:
    context: dict[str, Any] = {"item": item, "contents": contents, "number": number, **_SLOTS}
    if isinstance(item, PostItem):
        context["teaser"] = item.teaser
    try:
        return Block(
            item,
            _fill(_candidates(item, "mjml"), context),
            _fill(_candidates(item, "text", "txt"), context, escape=False),
        )
    except (TemplateSyntaxError, TemplateDoesNotExist, ValueError, TypeError, LookupError, AttributeError) as error:
        raise _blaming(item, number, _("its template has a fault (%(error)s).") % {"error": error}) from error


def _candidates(item: Item, folder: str, ending: str = "mjml") -> list[str]:
    if isinstance(item, PostItem):
        return [f"newsletter/{folder}/posts/{item.teaser.kind}.{ending}", f"newsletter/{folder}/posts/default.{ending}"]
    return [f"newsletter/{folder}/blocks/{item.KIND}.{ending}"]


def _fill(names: list[str], context: dict[str, Any], *, escape: bool = True) -> str:
    """Render the first template that exists; `escape=False` is for plain text, whatever the file's name."""
    found: Any = select_template(names)
    return str(found.template.render(Context(context, autoescape=escape)))


def _compiled(source: str, blocks: list[Block]) -> str:
    try:
        return landmarked(lean(str(mjml.mjml2html(source))))
    except ValueError as error:
        # The engine gives no usable position, so each block is tried by itself.
        for number, block in enumerate(blocks, 1):
            _try(block, number)
        raise LetterError(_("The letter's frame can't be set: %(error)s") % {"error": error}) from error


def _try(block: Block, number: int) -> None:
    try:
        mjml.mjml2html(f"<mjml><mj-body>{block.mjml}</mj-body></mjml>")
    except ValueError as error:
        raise _blaming(block.item, number, _("it can't be set as a mail (%(error)s).") % {"error": error}) from error


def _blaming(item: Item, number: int, why: str) -> LetterError:
    words = {"number": number, "what": item.LABEL, "name": one_line(item.name)[:80], "why": why}
    shape = _("Block %(number)d, %(what)s “%(name)s”: %(why)s") if words["name"] else _("Block %(number)d, %(what)s: %(why)s")
    return LetterError(shape % words, number)
