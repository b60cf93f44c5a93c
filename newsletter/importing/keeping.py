"""How long imports are kept, what is told of a person from them, and how a person is forgotten in them."""

import operator
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.translation import gettext as _

from newsletter.importing.rows import remove
from newsletter.models import ImportedRow, Member, MemberImport

UNDO_WITHIN = timedelta(days=30)
WAIT_FOR_A_DECISION = timedelta(days=7)


def forget_old(now: datetime) -> None:
    """Drop files that nobody decided about, and the rows of imports that can't be undone any more; their counts stay."""
    idle = MemberImport.objects.filter(state__in=(MemberImport.UPLOADED, MemberImport.CHECKED))
    idle.filter(created_at__lt=now - WAIT_FOR_A_DECISION).update(
        state=MemberImport.CANCELLED, content=b"", finished_at=now, lease_owner="", lease_until=None
    )
    endless = Q(finished_at=None, state=MemberImport.FAILED, created_at__lt=now - UNDO_WITHIN)
    over = MemberImport.objects.filter(endless | Q(finished_at__lt=now - UNDO_WITHIN))
    over.exclude(content=b"").update(content=b"")
    for key in over.filter(lines__isnull=False).distinct().values_list("pk", flat=True):
        remove(ImportedRow.objects.filter(source_id=key))


def held(member: Member | None, addresses: Iterable[str]) -> list[dict[str, Any]]:
    """Return what imports tell of a person, ready for JSON."""
    columns = ("source__filename", "source__created_at", "number", "act", "reason", "address", "changes", "done")
    return list(_about(member, addresses).order_by("source_id", "number").values(*columns))


def forget(member: Member | None, addresses: Iterable[str], now: datetime) -> None:
    """Blank what imports tell of a person, and drop files that wait and may name them."""
    found = set(addresses)
    _about(member, found).update(address="", changes={}, reason="", member=None, done=False, act=ImportedRow.STAYS_OUT)
    waiting = MemberImport.objects.filter(state__in=(MemberImport.UPLOADED, MemberImport.CHECKING, MemberImport.CHECKED))
    for source in waiting.exclude(content=b""):
        if source.state == MemberImport.CHECKED:
            MemberImport.objects.filter(pk=source.pk).update(content=b"")
        elif _may_name(bytes(source.content), found):
            why = _("Somebody in the file has been erased at their own wish. Send the file again.")
            MemberImport.objects.filter(pk=source.pk).update(
                state=MemberImport.FAILED, why=why, content=b"", finished_at=now, lease_owner="", lease_until=None
            )


def _about(member: Member | None, addresses: Iterable[str]) -> Any:
    ways = [Q(In(Lower("address"), sorted(addresses)))] if addresses else []
    if member is not None:
        ways.append(Q(member=member))
    return ImportedRow.objects.filter(reduce(operator.or_, ways, Q(pk__in=[])))


def _may_name(content: bytes, addresses: Iterable[str]) -> bool:
    if content.startswith(b"PK"):
        return True
    small = content.lower()
    return any(address.encode(encoding) in small for address in addresses for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
