"""Words anywhere in the issue: what was left to be filled in, what looks like spam, what no telephone can break."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from newsletter.items import DatesItem, PostItem
from newsletter.plaintext import from_html
from newsletter.preflight.findings import Finding, Look
from newsletter.preflight.parts import texts

LONGEST_WORD = 40
# Words that people leave within brackets for somebody to fill in; "[…]" and "[sic]" are the editor's own.
_BLANKS = (
    "namn|förnamn|efternamn|name|first ?name|last ?name|datum|date|tid|time|klockslag|plats|place|ort|titel|title|rubrik|"
    "ingress|text|brödtext|länk|link|url|bild|image|logga|belopp|nummer|antal|avsändare|mottagare|kommun|förening|"
    "(?:fyll|skriv|lägg|klistra|infoga|sätt|byt)\\b[^]]*|(?:insert|add|your|write)\\b[^]]*"
)
PLACEHOLDERS = re.compile(
    rf"(?P<blank>(?i:\[\s*(?:{_BLANKS})\s*\])|\[[A-ZÅÄÖ_ ]{{3,}}\])"
    r"|(?P<code>\{\{.*?\}\}|\{%.*?%\}|\*\|\w+\|\*|%\(\w+\)s|%%\w+%%|<<\w+>>|\$\{\w+\}|@@\w+@@)"
    r"|(?P<latin>(?i:lorem ipsum|dolor sit amet))"
    r"|(?P<todo>\b(?:TODO|FIXME|TBD)\b|\b(?i:klistra in här|text kommer|kommer snart text|fyll i här|skriv här)\b)"
    r"|(?P<dummy>\bX{2,}\b(?:[-./:]X{2,}\b)*|\?\?\?+|\bÅÅÅÅ-MM-DD\b)",
    re.DOTALL,
)
_SPAM = re.compile(
    r"klicka nu|agera nu|köp nu|100 ?% gratis|helt gratis|gratis!|snabba pengar|tjäna pengar|utan risk|du har vunnit|"
    r"grattis,? du|casino|viagra|click here now|act now|risk[- ]free|!!!|€€|\$\$\$",
    re.IGNORECASE,
)
_WORD = re.compile(rf"[^\s\-–—/\u00ad\u200b]{{{LONGEST_WORD + 1},}}")


def wording(look: Look) -> Iterator[Finding]:
    """Find blanks that nobody filled in, spam's words and endless words, field by field and block by block."""
    for name in ("subject", "preheader", "issue_line", "introduction"):
        said = str(getattr(look.issue, name))
        yield from _all(look, from_html(said) if name == "introduction" else said, name=name)
    for number, item in look.items():
        # What a list of dates shows is other posts' own.
        value = (item.title,) if isinstance(item, DatesItem) else tuple(texts(item))
        yield from _all(look, "\n".join(value), block=number, own=not isinstance(item, PostItem))


def _all(look: Look, said: str, *, own: bool = True, **place: int | str) -> Iterator[Finding]:
    yield from _blanks(look, said, **place)
    if spam := _SPAM.search(said):
        words = _("“%(words)s” is typical of spam.") % {"words": spam.group()}
        yield look.warn("spam", words, _("Spam filters count such words. Say it in another way."), **place)
    if own and (word := _WORD.search(re.sub(r"\S*(?:://|@|www\.)\S*", " ", said))):
        words = _("“%(word)s…” is a very long word (%(n)d characters).") % {"word": word.group()[:30], "n": len(word.group())}
        yield look.warn("long-word", words, _("It is wider than a telephone. Divide it with a hyphen."), **place)


def _blanks(look: Look, said: str, **place: int | str) -> Iterator[Finding]:
    found = PLACEHOLDERS.search(said)
    if found is None:
        return
    words = _("“%(words)s” looks like something that was to be filled in.") % {"words": found.group()[:60]}
    # Two X may be a Roman numeral, and question marks somebody's wonder.
    tell = look.warn if found.lastgroup == "dummy" else look.stop
    yield tell("placeholder", words, _("Write what shall stand there."), **place)
