"""What an editor does with an import: send a file, say what its columns are, start, cancel, undo."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from newsletter import audit
from newsletter.importing import layout
from newsletter.importing.planning import SUBSCRIPTION
from newsletter.importing.refusals import WrongState
from newsletter.importing.rows import remove
from newsletter.models import Delivery, ImportedRow, MailingList, MemberImport

OPEN = (MemberImport.UPLOADED, MemberImport.CHECKING, MemberImport.CHECKED)
UNDOABLE = (MemberImport.DONE, MemberImport.CANCELLED, MemberImport.FAILED)


def receive(
    filename: str, content: bytes, mailing_list: MailingList, now: datetime, *, wording: str = "", user: Any = None
) -> MemberImport:
    """Take a file in, with its columns guessed; nothing is done with it yet. Raises Unreadable."""
    found = layout.look(content)
    digest = hashlib.sha256(content).hexdigest()
    source = MemberImport.objects.create(
        filename=filename[-200:],
        content=content,
        list=mailing_list,
        mapping={"layout": found.as_json(), "digest": digest},
        wording=wording,
        created_by=user,
        created_at=now,
    )
    audit.record(source, "import_receive", user)
    return source


def remap(source: MemberImport, columns: Sequence[str], *, straight_on: bool = False) -> None:
    """Say what each column holds, and let the rows be checked (anew). Raises Unreadable or WrongState."""
    layout.demand_sound(columns)
    kept = {**source.mapping, "straight_on": straight_on}
    kept["layout"] = {**kept["layout"], "columns": list(columns)}
    waits = MemberImport.objects.filter(pk=source.pk, state__in=(MemberImport.UPLOADED, MemberImport.CHECKED))
    fields = {"mapping": kept, "position": 0, "rows": 0, "counts": {}, "why": "", "lease_owner": "", "lease_until": None}
    if not bytes(source.content) or not waits.update(state=MemberImport.UPLOADED, **fields):
        raise WrongState(_("The columns of this import can't be changed any more."))
    remove(source.lines.all())
    _move(source, (MemberImport.UPLOADED,), state=MemberImport.CHECKING)


def start(source: MemberImport, now: datetime, user: Any = None) -> None:
    """Let a checked import be done. The file itself isn't needed any more and is dropped. Raises WrongState."""
    _move(source, (MemberImport.CHECKED,), state=MemberImport.RUNNING, position=0, content=b"")
    audit.record(source, "import_start", user, **source.counts.get("plan", {}))


def cancel(source: MemberImport, now: datetime, user: Any = None) -> None:
    """Stop an import for good: rows that are done stay done, and can be undone. Raises WrongState."""
    _move(source, (*OPEN, MemberImport.RUNNING), state=MemberImport.CANCELLED, finished_at=now, content=b"")
    audit.record(source, "import_cancel", user)


def undo(source: MemberImport, now: datetime, user: Any = None) -> None:
    """Let an import that was done, wholly or in part, be taken back. Raises WrongState."""
    if not source.lines.filter(done=True).exists():
        raise WrongState(_("There is nothing to undo."))
    _move(source, UNDOABLE, state=MemberImport.UNDOING, position=0, why="")
    audit.record(source, "import_undo", user)


def _move(source: MemberImport, states: Sequence[str], **fields: Any) -> None:
    """Change the state if it is one of `states`, whoever works on the import."""
    fields = {"lease_owner": "", "lease_until": None, **fields}
    if not MemberImport.objects.filter(pk=source.pk, state__in=states).update(**fields):
        source.refresh_from_db(fields=["state"])
        raise WrongState(_("That isn't possible now: the import is %(state)s.") % {"state": source.get_state_display()})
    for name, value in fields.items():
        setattr(source, name, value)


def can_undo(source: MemberImport) -> bool:
    """Tell whether something was done that can still be taken back."""
    return source.state in UNDOABLE and source.lines.filter(done=True).exists()


def cannot_be_undone(source: MemberImport) -> dict[str, int]:
    """Return how many an undo would meet: `rows` done, `new` members, `mailed` who have been sent something since."""
    done = source.lines.filter(done=True)
    sent = Delivery.objects.filter(member_id=OuterRef("member_id"), mailing__list_id=source.list_id)
    return {
        "rows": done.count(),
        "new": done.filter(act=ImportedRow.NEW).count(),
        "mailed": done.filter(Exists(sent), changes__has_key=SUBSCRIPTION).count(),
    }
