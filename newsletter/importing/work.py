"""The duty that does imports: one at a time under a lease, in slices that are committed together with the place reached."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cms import stopping
from cms.outbox import lease_end, new_owner
from newsletter.clock import Clock
from newsletter.importing import layout
from newsletter.importing.applying import APPLIED, Applier
from newsletter.importing.planning import SUBSCRIPTION, TWICE, Planner
from newsletter.importing.refusals import LeaseLost, Unreadable
from newsletter.importing.undoing import Undoer
from newsletter.importing.values import Person, person
from newsletter.models import ImportedRow, MemberImport

logger = logging.getLogger(__name__)

SECONDS = 20.0
SLICE = 500
MOST_ROWS = 250_000
TRIES = 3
WORKED_ON = (MemberImport.CHECKING, MemberImport.RUNNING, MemberImport.UNDOING)


def import_due(now: datetime, seconds: float = SECONDS) -> int:
    """Go on with the oldest import that has something to do, for at most `seconds`; return how many rows were handled."""
    due = MemberImport.objects.filter(state__in=WORKED_ON).exclude(lease_until__gt=now)
    for key in list(due.order_by("pk").values_list("pk", flat=True)[:10]):
        holder = claim(key, now)
        if holder is not None:
            return holder.work(seconds)
    return 0


def claim(key: int, now: datetime) -> "Holder | None":
    """Take an import that nobody holds; None if somebody does or there is nothing to do."""
    owner = new_owner()
    free = MemberImport.objects.filter(pk=key, state__in=WORKED_ON).filter(Q(lease_until=None) | Q(lease_until__lte=now))
    if not free.update(lease_owner=owner, lease_until=lease_end(now)):
        return None
    # The file can be 20 MB: only reading it needs it.
    return Holder(MemberImport.objects.defer("content").select_related("list").get(pk=key), owner, now)


class Holder:
    """One worker's hold on one import."""

    def __init__(self, source: MemberImport, owner: str, now: datetime) -> None:
        """Hold `source` as `owner`."""
        self.source, self.owner, self.clock = source, owner, Clock(now)
        self.handled = 0

    def work(self, seconds: float = float("inf")) -> int:
        """Go on until the import has nothing to do, `seconds` are over or the process shall stop; return the rows handled.

        What is wrong with the file ends the import in words; an error of ours ends it too, and is raised.
        """
        try:
            while self.source.state in WORKED_ON and self._steps(seconds):
                pass
            self._give_back()
        except LeaseLost:
            logger.info("Import %s was taken over or cancelled.", self.source.pk)
        except Unreadable as error:
            self._fail(str(error))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            self._fail(_("Something unexpected went wrong; the log tells what. Rows that were done can be undone."))
            raise
        return self.handled

    def _steps(self, seconds: float) -> bool:
        """Do one stage's slices; tell whether the stage was finished in time."""
        begin = {MemberImport.CHECKING: self._check, MemberImport.RUNNING: self._run, MemberImport.UNDOING: self._undo}
        return not any(stopping.asked() or self.clock.elapsed() >= seconds for _step in begin[self.source.state]())

    def _give_back(self) -> None:
        MemberImport.objects.filter(pk=self.source.pk, lease_owner=self.owner).update(lease_owner="", lease_until=None)

    def _fail(self, why: str) -> None:
        MemberImport.objects.filter(pk=self.source.pk, lease_owner=self.owner).update(
            state=MemberImport.FAILED, why=why[:500], finished_at=self.clock.now(), lease_owner="", lease_until=None
        )
        self.source.state, self.source.why = MemberImport.FAILED, why

    def _write(self, **fields: Any) -> None:
        """Write what was reached, prolonging the lease. Raises LeaseLost if the import is no longer ours or in this state."""
        fields["lease_until"] = lease_end(self.clock.now())
        ours = MemberImport.objects.filter(pk=self.source.pk, lease_owner=self.owner, state=self.source.state)
        if not ours.update(**fields):
            raise LeaseLost(str(self.source.pk))
        for name, value in fields.items():
            setattr(self.source, name, value)

    def _count(self, kind: str, counts: Counter[str]) -> dict[str, Any]:
        """Return the import's counts with `counts` added to those of `kind` (plan, done, undone)."""
        before = Counter(self.source.counts.get(kind, {}))
        before.update(counts)
        return {**self.source.counts, kind: dict(before)}

    # Checking: the file's rows become lines that tell what would happen.

    def _check(self) -> Iterator[None]:
        content = bytes(MemberImport.objects.values_list("content", flat=True).get(pk=self.source.pk))
        found = layout.from_json(self.source.mapping["layout"])
        if not self.source.rows:
            self._write(rows=max(layout.tables.count(content, found.kind) - found.heading, 1))
        planner = Planner(self.source)
        people = self._people(content, found, planner)
        while slice_ := list(islice(people, SLICE)):
            self._plan(planner, slice_)
            yield
        straight_on = bool(self.source.mapping.get("straight_on"))
        after = {"state": MemberImport.RUNNING, "content": b""} if straight_on else {"state": MemberImport.CHECKED}
        handled = sum(self.source.counts.get("plan", {}).get(act, 0) for act, _word in ImportedRow.ACTS)
        self._write(**after, rows=handled, position=0)

    def _people(self, content: bytes, found: layout.Layout, planner: Planner) -> Iterator[Person]:
        """Yield the rows after the place that was reached, holding on to the import while earlier ones are passed over."""
        done = self.source.position
        for passed, (number, cells) in enumerate(layout.cells(content, found), 1):
            if passed > MOST_ROWS:
                raise Unreadable(_("The file has more than %(n)d rows. Part it in two.") % {"n": MOST_ROWS})
            if number > done:
                yield person(number, cells, planner.regions)
            elif passed % (20 * SLICE) == 0:
                self._write(position=done)

    def _plan(self, planner: Planner, people: list[Person]) -> None:
        lines = planner.plan(people)
        counts = Counter(line.act for line in lines)
        counts["subscribed"] = sum(SUBSCRIPTION in line.changes for line in lines)
        counts[TWICE] = sum(TWICE in line.changes for line in lines)
        with transaction.atomic():
            ImportedRow.objects.bulk_create(lines)
            self._write(position=people[-1].number, counts=self._count("plan", counts))
        self.handled += len(lines)

    # Running: the lines are done.

    def _run(self) -> Iterator[None]:
        applier = Applier(self.source)
        while slice_ := self._next(self.source.lines.all()):
            self._in_one(lambda lines: self._apply(applier, lines), slice_)
            yield
        self._write(state=MemberImport.DONE, finished_at=self.clock.now())

    def _next(self, lines: Any) -> list[ImportedRow]:
        return list(lines.filter(number__gt=self.source.position).order_by("number")[:SLICE])

    def _in_one(self, act: Any, lines: list[ImportedRow]) -> None:
        """Do a slice in one transaction; if somebody else wrote the same at that moment, look again."""
        for attempt in range(1, TRIES + 1):
            try:
                with transaction.atomic():
                    act(lines)
            except IntegrityError:
                if attempt == TRIES:
                    raise
                lines = list(ImportedRow.objects.filter(pk__in=[line.pk for line in lines]).order_by("number"))
            else:
                self.handled += len(lines)
                return

    def _apply(self, applier: Applier, lines: list[ImportedRow]) -> None:
        wanted = [line for line in lines if line.act in APPLIED and line.changes]
        applier.apply(wanted, self.clock.now())
        counts = Counter(line.act for line in lines)
        counts["subscribed"] = sum(SUBSCRIPTION in line.changes for line in wanted)
        self._write(position=lines[-1].number, counts=self._count("done", counts))

    # Undoing: what was done is taken back.

    def _undo(self) -> Iterator[None]:
        undoer = Undoer(self.source)
        while slice_ := self._next(self.source.lines.filter(done=True)):
            self._in_one(lambda lines: self._take_back(undoer, lines), slice_)
            yield
        self._write(state=MemberImport.UNDONE, finished_at=self.clock.now())

    def _take_back(self, undoer: Undoer, lines: list[ImportedRow]) -> None:
        counts = undoer.undo(lines, self.clock.now())
        self._write(position=lines[-1].number, counts=self._count("undone", counts))
