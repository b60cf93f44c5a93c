"""How the relays are: which rest, which are out of order, and who must be told. Shared by all workers through rows."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from newsletter.models import RelayState
from newsletter.relays import RelayBroken, RelayDown

logger = logging.getLogger(__name__)

RESTS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300))


def resting(now: datetime) -> set[str]:
    """Return the names of the relays that are to be left alone at `now`."""
    return set(RelayState.objects.filter(rests_until__gt=now).values_list("name", flat=True))


def troubled() -> set[str]:
    """Return the names of the relays that failed when they were last tried."""
    return set(RelayState.objects.filter(failures__gt=0).values_list("name", flat=True))


def note_down(name: str, error: RelayDown, now: datetime) -> None:
    """Let a relay rest, longer each time; one that is out of order is told to the operator, once."""
    broken = isinstance(error, RelayBroken)
    with transaction.atomic():
        state, _made = RelayState.objects.get_or_create(name=name)
        news = broken and not state.out_of_order
        rest = RESTS[min(state.failures, len(RESTS) - 1)]
        RelayState.objects.filter(pk=state.pk).update(
            rests_until=now + rest,
            failures=state.failures + 1,
            out_of_order=broken,
            last_error=str(error)[:500],
            changed_at=now,
        )
    logger.warning("Relay %s rests for %s: %s", name, rest, error)
    if news:
        _tell_operator(name, str(error))


def note_up(name: str, now: datetime) -> None:
    """Note that a relay works again."""
    RelayState.objects.filter(name=name).update(failures=0, rests_until=None, out_of_order=False, changed_at=now)
    logger.info("Relay %s works again.", name)


def note_refusals(counts: Mapping[str, int], now: datetime) -> None:
    """Count messages that were refused by policy (5.7.x): not the person's fault, so they stand against the relay."""
    for name, count in sorted(counts.items()):
        RelayState.objects.get_or_create(name=name, defaults={"changed_at": now})
        RelayState.objects.filter(name=name).update(policy_refusals=F("policy_refusals") + count)


def _tell_operator(name: str, error: str) -> None:
    logger.error("Relay %s is out of order: %s", name, error)
    if settings.OPERATOR_MAIL:
        words = _("The mail server %(name)s is out of order and gets no more mail until it is mended:\n\n%(error)s")
        subject = _("Mail server %(name)s is out of order") % {"name": name}
        EmailMessage(subject, words % {"name": name, "error": error}, to=[settings.OPERATOR_MAIL]).send()
