"""What a look over an issue finds: each thing in an editor's words, with what to do and where."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from newsletter.cleaning import one_line
from newsletter.items import Contents
from newsletter.letter import Letter
from newsletter.models import Issue, MailingList

STOP, WARN = "stop", "warn"
EDIT = "wagtailsnippets_newsletter_issue:edit"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stops a send (STOP) or deserves a look (WARN).

    `code` names the check for tests and styles, `words` say what is wrong, `advice` what to do. `where`
    names the place in words and `link` leads there: to the block or the field in the issue's editor, or
    to the page where it is put right. `block` is the block's number, 0 for none.
    """

    level: str
    code: str
    words: str
    advice: str = ""
    where: str = ""
    link: str = ""
    block: int = 0

    @property
    def stops(self) -> bool:
        """Whether nothing can be sent before it is put right."""
        return self.level == STOP


@dataclass(slots=True)
class Preflight:
    """All findings: what stops first, then in the letter's order.

    `size` is the HTML part's in bytes for the member for whom it is largest, `message` the whole
    message's as it leaves; 0 when the letter can't be made. `links`: addresses that a worker can try.
    """

    findings: list[Finding] = field(default_factory=list)
    size: int = 0
    message: int = 0
    links: list[str] = field(default_factory=list)

    @property
    def stops(self) -> list[Finding]:
        """What stops the send."""
        return [found for found in self.findings if found.stops]

    @property
    def warns(self) -> list[Finding]:
        """What deserves a look."""
        return [found for found in self.findings if not found.stops]

    @property
    def problems(self) -> list[str]:
        """What stops the send, in words alone."""
        return [found.words for found in self.stops]

    @property
    def warnings(self) -> list[str]:
        """What deserves a look, in words alone."""
        return [found.words for found in self.warns]


@dataclass(frozen=True, slots=True)
class Look:
    """All that a check may look at. `children` are the editor's blocks, `contents.items` the same, looked up.

    `letter` is None when a block stops it. `at`: when the issue would leave, None where nobody has chosen.
    """

    issue: Issue
    now: datetime
    mailing_list: MailingList | None
    contents: Contents
    letter: Letter | None
    children: tuple[Any, ...] = ()
    at: datetime | None = None

    def stop(self, code: str, words: str, advice: str = "", **place: Any) -> Finding:
        """Return a finding that stops the send; for `place` see `_find`."""
        return self._find(STOP, code, words, advice, **place)

    def warn(self, code: str, words: str, advice: str = "", **place: Any) -> Finding:
        """Return a finding that deserves a look; for `place` see `_find`."""
        return self._find(WARN, code, words, advice, **place)

    def _find(
        self, level: str, code: str, words: str, advice: str, block: int = 0, name: str = "", link: str = "", where: str = ""
    ) -> Finding:
        """`block`: a block's number; `name`: a field of the issue's; `link` and `where`: another page and its name."""
        words = str(capfirst(words))
        if block:
            return Finding(level, code, words, advice, self.called(block), self.editor(self.anchor(block)), block)
        if name:
            return Finding(level, code, words, advice, self.field_called(name), self.editor(f"#:w:contentpath={name}"))
        return Finding(level, code, words, advice, where or _("The issue"), link or self.editor())

    def editor(self, anchor: str = "") -> str:
        """Return the address of the issue's editor, at `anchor`."""
        return reverse(EDIT, args=[self.issue.pk]) + anchor if self.issue.pk else anchor

    def anchor(self, block: int) -> str:
        """Return the editor's anchor of a block, by its number."""
        return f"#block-{self.children[block - 1].id}-section" if 0 < block <= len(self.children) else ""

    def called(self, block: int) -> str:
        """Return what an editor knows a block by: "Block 3, the button “Join us”"."""
        item = dict(self.items()).get(block)
        # A block that can't be shown is known by its kind alone.
        what = item.LABEL if item else self.children[block - 1].block.label.lower()
        words = {"number": block, "what": what, "name": one_line(getattr(item, "name", ""))[:60]}
        if words["name"]:
            return _("Block %(number)d, %(what)s “%(name)s”") % words
        return _("Block %(number)d, %(what)s") % words

    def field_called(self, name: str) -> str:
        """Return a field's name as the editor's page has it."""
        return str(capfirst(self.issue._meta.get_field(name).verbose_name))

    def items(self, *kinds: type) -> Iterable[tuple[int, Any]]:
        """Return the items of `kinds` (all without any) with their blocks' numbers; not those that can't be shown."""
        for number, (item, child) in enumerate(zip(self.contents.items, self.children, strict=True), 1):
            if child.block_type == item.KIND and (not kinds or isinstance(item, kinds)):
                yield number, item
