"""What an import did, or in a dry run would do."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.models import content_types


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that somebody should look at; `item` is a slug, or empty where it concerns the whole import."""

    item: str
    what: str


@dataclass(slots=True)
class Report:
    """Counts and problems. `created` counts what is published, by content type; `drafts` what is not.

    `unchanged` stood here already; `edited` of them have been worked on since. `redirects` are the old addresses of
    pages, `other_redirects` short addresses (?p=…) and files. `skipped` counts items that are no content, by type or status.
    `notes` are choices of the import that a person may want to see, without anything being wrong.
    """

    dry_run: bool = False
    created: Counter[str] = field(default_factory=Counter)
    drafts: int = 0
    unchanged: int = 0
    edited: int = 0
    redirects: int = 0
    other_redirects: int = 0
    pictures: int = 0
    documents: int = 0
    people: int = 0
    comments: int = 0
    unused_media: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def problem(self, item: str, what: str) -> None:
        """Note a problem once."""
        found = Problem(item, what)
        if found not in self.problems:
            self.problems.append(found)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            **asdict(self),
            "created": dict(self.created),
            "skipped": dict(self.skipped),
        }

    def lines(self) -> list[str]:
        """Return the report as an editor reads it."""
        counts = [
            (_("Drafts"), self.drafts),
            (_("Already here"), self.unchanged),
            (_("of them edited since"), self.edited),
            (_("Redirects from old addresses"), self.redirects),
            (_("Redirects from short addresses and files"), self.other_redirects),
            (_("Pictures"), self.pictures),
            (_("Documents"), self.documents),
            (_("New people"), self.people),
            (_("Comments left behind"), self.comments),
            (_("Files that no post uses, left behind"), self.unused_media),
        ]
        head = _("Rehearsal; nothing has been written.") if self.dry_run else _("The import is done.")
        types = content_types()
        made = [f"  {types[kind]._meta.verbose_name_plural}: {count}" for kind, count in sorted(self.created.items())]
        skipped = [f"  {kind}: {count}" for kind, count in sorted(self.skipped.items())]
        total = ngettext("%(count)d problem", "%(count)d problems", len(self.problems)) % {"count": len(self.problems)}
        return [
            head,
            f"{_('Published posts and pages')}: {self.created.total()}",
            *made,
            *(f"{label}: {count}" for label, count in counts if count),
            *([f"{_('Left out')}:", *skipped] if skipped else []),
            f"{total}{':' if self.problems else '.'}",
            *map(_line, self.problems),
            *([f"{_('Worth a look')}:", *map(_line, self.notes)] if self.notes else []),
        ]


def _line(problem: Problem) -> str:
    return f"  {problem.item}: {problem.what}" if problem.item else f"  {problem.what}"
