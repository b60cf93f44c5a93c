"""How an import stands, in figures and words for its page in the admin."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from newsletter.importing import desk
from newsletter.importing.columns import FIELDS, MEMBER
from newsletter.importing.planning import SUBSCRIPTION, TWICE
from newsletter.importing.work import WORKED_ON
from newsletter.models import ImportedRow, MemberImport
from newsletter.progress import thousands

ICONS = {
    MemberImport.UPLOADED: "upload",
    MemberImport.CHECKING: "search",
    MemberImport.CHECKED: "help",
    MemberImport.RUNNING: "download",
    MemberImport.DONE: "check",
    MemberImport.CANCELLED: "cross",
    MemberImport.FAILED: "warning",
    MemberImport.UNDOING: "undo",
    MemberImport.UNDONE: "undo",
}
ACT_ICONS = {
    ImportedRow.NEW: "plus",
    ImportedRow.CHANGED: "edit",
    ImportedRow.UNCHANGED: "minus",
    ImportedRow.STAYS_OUT: "no-view",
    ImportedRow.REFUSED: "cross",
}
_BEFORE = {
    ImportedRow.NEW: gettext_lazy("New members"),
    ImportedRow.CHANGED: gettext_lazy("Changed"),
    ImportedRow.UNCHANGED: gettext_lazy("Unchanged"),
    ImportedRow.STAYS_OUT: gettext_lazy("Left earlier: stays out"),
    ImportedRow.REFUSED: gettext_lazy("Refused"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One act with its word, icon and number of rows."""

    act: str
    word: str
    icon: str
    count: int


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that an import's page shows above its rows."""

    headline: str
    icon: str
    percent: int
    running: bool
    lines: list[Line]
    outcome: list[str]
    can_start: bool
    can_map: bool
    can_cancel: bool
    can_undo: bool
    to_do: int


def story(source: MemberImport) -> Story:
    """Return how `source` stands."""
    counts = _counts(source)
    return Story(
        headline=_headline(source),
        icon=ICONS[source.state],
        percent=min(source.position * 100 // source.rows, 100) if source.rows else 0,
        running=source.state in WORKED_ON,
        lines=[Line(act, str(word), ACT_ICONS[act], counts.get(act, 0)) for act, word in _BEFORE.items()],
        outcome=_outcome(source),
        can_start=source.state == MemberImport.CHECKED,
        can_map=source.state in (MemberImport.UPLOADED, MemberImport.CHECKED),
        can_cancel=source.state in (*desk.OPEN, MemberImport.RUNNING),
        can_undo=desk.can_undo(source),
        to_do=counts.get(ImportedRow.NEW, 0) + counts.get(ImportedRow.CHANGED, 0),
    )


def _counts(source: MemberImport) -> dict[str, int]:
    """Return what was done, once all was; until then what would be done."""
    finished = source.state not in (*desk.OPEN, *WORKED_ON)
    return source.counts.get("done" if finished and "done" in source.counts else "plan", {})


def _headline(source: MemberImport) -> str:
    rows = thousands(source.rows)
    so_far = {"n": thousands(source.position), "all": rows}
    words = {
        MemberImport.UPLOADED: _("The columns are still to be looked over"),
        MemberImport.CHECKING: _("Checks row %(n)s of about %(all)s") % so_far,
        MemberImport.CHECKED: _("%(n)s rows are checked. Nothing has been changed yet.") % {"n": rows},
        MemberImport.RUNNING: _("Imports row %(n)s of %(all)s") % so_far,
        MemberImport.DONE: _("%(n)s rows are imported") % {"n": rows},
        MemberImport.CANCELLED: _("Cancelled"),
        MemberImport.FAILED: _("The import stopped"),
        MemberImport.UNDOING: _("Undoes row %(n)s of %(all)s") % so_far,
        MemberImport.UNDONE: _("The import is undone"),
    }
    return words[source.state]


def _outcome(source: MemberImport) -> list[str]:
    """Return what an undo did, one sentence per kind."""
    undone: dict[str, int] = source.counts.get("undone", {})
    sentences = {
        "removed": (
            ngettext("%(n)s new member is removed.", "%(n)s new members are removed.", undone.get("removed", 0)),
            undone.get("removed", 0),
        ),
        "taken_back": (_("%(n)s no longer subscribe, and are kept as members."), undone.get("taken_back", 0)),
        "unsubscribed": (
            _("%(n)s had been sent something from the list: they stay as unsubscribed, so that it can be told why."),
            undone.get("unsubscribed", 0),
        ),
        "put_back": (_("%(n)s members have their earlier details back."), undone.get("put_back", 0)),
        "stayed": (_("%(n)s had been changed since; that was left as it is."), undone.get("stayed", 0)),
    }
    return [words % {"n": thousands(count)} for words, count in sentences.values() if count]


def differences(changes: dict[str, Any]) -> list[dict[str, str]]:
    """Return a row's changes for people: `field`, `before`, `after`."""
    found = []
    for name, pair in changes.items():
        if name == SUBSCRIPTION:
            found.append({"field": _("Subscription"), "before": "", "after": _("subscribes to the list")})
        elif name == MEMBER:
            found.append({"field": _("Member of the association"), "before": "", "after": _("yes")})
        elif name != TWICE:
            before, after = (", ".join(side) if isinstance(side, list) else str(side or "") for side in pair)
            found.append({"field": str(FIELDS.get(name, name)), "before": before, "after": after})
    return found


def in_words(changes: dict[str, Any]) -> str:
    """Return a row's changes on one line."""
    return "; ".join(
        f"{change['field']}: {change['before'] + ' → ' if change['before'] else ''}{change['after']}"
        for change in differences(changes)
    )


def as_cells(line: ImportedRow) -> list[Any]:
    """Return a row for the downloaded report: number, what happens, address, reason, changes."""
    return [line.number, line.get_act_display(), line.address, line.reason, in_words(line.changes)]
