"""What the page of an announcement shows of the changes to its post."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from social import changes
from social.channels import channel_of
from social.models import Announcement, Change
from social.reach import out_of_reach
from social.words import TONES, Shown, clock_time

OPEN = (Change.WAITING, Change.SENDING)


@dataclass(frozen=True, slots=True)
class Dated:
    """A change with its time in words: when it is due, or when it was settled."""

    change: Change
    at: str
    state: str

    @classmethod
    def of(cls, change: Change) -> "Dated":
        """Return `change` with its words."""
        return cls(change, clock_time(change.settled_at or change.next_attempt_at), str(dict(Change.STATES)[change.state]))


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a row: those that wait, those that were, and what can be done.

    `no_text` and `no_removal` say why Ordet can't do that there; `may`: whether the one who looks may decide.
    """

    label: str
    waiting: list[Dated]
    past: list[Dated]
    may: bool
    out: bool
    going: bool
    no_text: str
    no_removal: str

    @property
    def failed(self) -> Change | None:
        """The latest change, if it failed and nothing else is under way."""
        latest = self.past[0].change if self.past and not self.waiting else None
        return latest if latest is not None and latest.state == Change.FAILED else None


def of(row: Announcement, *, may: bool) -> Changes:
    """Return what there is to show of `row`."""
    dated = [Dated.of(change) for change in Change.objects.filter(announcement=row).order_by("-pk")]
    waiting = [one for one in dated if one.change.state in OPEN]
    return Changes(
        label=channel_of(row.channel).label,
        waiting=waiting,
        past=[one for one in dated if one.change.state not in OPEN],
        may=may,
        out=row.state == Announcement.PUBLISHED,
        going=any(one.change.kind == Change.DELETE for one in waiting),
        no_text=out_of_reach(row, Change.UPDATE),
        no_removal=out_of_reach(row, Change.DELETE),
    )


def with_failures(found: Iterable[Shown]) -> list[Shown]:
    """Return rows with their words, and say of those whose latest change failed what failed and why."""
    rows = list(found)
    unmended = changes.unmended().filter(announcement__in=[one.row.pk for one in rows])
    failed = {change.announcement_id: change for change in unmended}
    return [_failed(one, failed[one.row.pk]) if one.row.pk in failed else one for one in rows]


def _failed(shown: Shown, change: Change) -> Shown:
    words = _("It was to be taken away.") if change.kind == Change.DELETE else _("Its text was to be changed.")
    return replace(shown, tone=TONES[Announcement.REFUSED], explanation=f"{words} {change.last_error}")
