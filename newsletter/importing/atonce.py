"""A whole import in one go, for the command line: the same steps as in the admin, without waiting for a worker."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from newsletter.importing import desk
from newsletter.importing.planning import TWICE
from newsletter.importing.refusals import Unreadable, WrongState
from newsletter.importing.work import WORKED_ON, claim
from newsletter.models import ImportedRow, MailingList, MemberImport

MOST_PROBLEMS = 1_000


@dataclass(slots=True)
class Report:
    """What an import did, or would do.

    `updated`: members of whom something changed, a new subscription included; `left_alone`: members who stay out;
    `suppressed`: addresses without a member that stay out; `twice`: people who stand in the file before.
    `problems`: row number and words, one per row that was refused otherwise, at most 1,000.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    subscribed: int = 0
    left_alone: int = 0
    suppressed: int = 0
    twice: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)
    dry_run: bool = False


def import_members(path: Path, mailing_list: MailingList, now: datetime, *, dry_run: bool = False, wording: str = "") -> Report:
    """Read `path` and subscribe its people to `mailing_list`; a killed run goes on when it is called again.

    A bad row is reported and the rest goes on. Raises Unreadable where there is no column of addresses, WrongState
    where a worker or another command holds the same import.
    """
    content = path.read_bytes()
    source = None if dry_run else _begun(content, mailing_list)
    if source is None:
        source = desk.receive(path.name, content, mailing_list, now, wording=wording)
    try:
        return _through(source, now, dry_run)
    finally:
        # Nothing that was only looked at stays behind, and no file that was refused.
        MemberImport.objects.filter(pk=source.pk, counts__done__isnull=True).exclude(state__in=WORKED_ON).delete()


def _begun(content: bytes, mailing_list: MailingList) -> MemberImport | None:
    """Return the import of this very file that an earlier run left unfinished."""
    digest = hashlib.sha256(content).hexdigest()
    own = MemberImport.objects.filter(mapping__digest=digest, mapping__straight_on=True, list=mailing_list)
    return own.filter(state__in=WORKED_ON).order_by("-pk").first()


def _through(source: MemberImport, now: datetime, dry_run: bool) -> Report:
    if source.state == MemberImport.UPLOADED:
        desk.remap(source, source.mapping["layout"]["columns"], straight_on=not dry_run)
    holder = claim(source.pk, now)
    if holder is None:
        raise WrongState(_("Somebody else is doing this import right now. Try again in a minute."))
    holder.work()
    if holder.source.state == MemberImport.FAILED:
        raise Unreadable(holder.source.why)
    return _report(holder.source, dry_run)


def _report(source: MemberImport, dry_run: bool) -> Report:
    counts = source.counts["plan" if dry_run else "done"] if source.counts else {}
    out = source.lines.filter(act=ImportedRow.STAYS_OUT)
    refused = source.lines.filter(act=ImportedRow.REFUSED).exclude(changes__has_key=TWICE).order_by("number")
    return Report(
        rows=source.rows,
        created=counts.get(ImportedRow.NEW, 0),
        updated=counts.get(ImportedRow.CHANGED, 0),
        unchanged=counts.get(ImportedRow.UNCHANGED, 0),
        subscribed=counts.get("subscribed", 0),
        left_alone=out.filter(member__isnull=False).count(),
        suppressed=out.filter(member__isnull=True).count(),
        twice=source.counts.get("plan", {}).get(TWICE, 0),
        problems=[{"line": line.number, "problem": line.reason} for line in refused[:MOST_PROBLEMS]],
        dry_run=dry_run,
    )
