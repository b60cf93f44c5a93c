"""How the relays are, shared by all workers through rows: each has a circuit breaker, and who must be told is told.

Closed: mail flows. Open: the relay rests, longer each time. Half open: its rest is over, and whoever
holds the probe tries with one connection; that closes the circuit or opens it again.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from newsletter import audit
from newsletter.models import RelayState
from newsletter.relays import RelayBroken, RelayDown

logger = logging.getLogger(__name__)

RESTS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300))
PROBE = timedelta(seconds=90)
CLOSED, OPEN, HALF_OPEN, OUT_OF_USE = "closed", "open", "half open", "out of use"


def circuit(state: RelayState, now: datetime) -> str:
    """Return how the relay's circuit stands at `now`."""
    if not state.in_use:
        return OUT_OF_USE
    if not state.failures:
        return CLOSED
    return OPEN if state.rests_until is not None and state.rests_until > now else HALF_OPEN


def circuits(now: datetime) -> dict[str, str]:
    """Return how all circuits stand; a relay that nobody has had trouble with is closed and needn't be among them."""
    return {state.name: circuit(state, now) for state in RelayState.objects.all()}


def know(names: Iterable[str]) -> None:
    """Make rows for relays that have none, so that they can be seen and steered."""
    for name in set(names) - set(RelayState.objects.filter(name__in=list(names)).values_list("name", flat=True)):
        RelayState.objects.get_or_create(name=name)


def probe(name: str, owner: str, now: datetime) -> bool:
    """Take (or keep) the right to try a relay whose rest is over; of several, one gets it."""
    rested = Q(rests_until=None) | Q(rests_until__lte=now)
    free = Q(probe_until=None) | Q(probe_until__lte=now) | Q(probe_owner=owner)
    half_open = RelayState.objects.filter(rested, free, name=name, failures__gt=0, in_use=True)
    return bool(half_open.update(probe_owner=owner, probe_until=now + PROBE))


def may_try(name: str, owner: str, now: datetime) -> bool:
    """Tell whether a relay may be used: it is well, or its probe is ours."""
    found = circuits(now).get(name, CLOSED)
    return found == CLOSED or (found == HALF_OPEN and probe(name, owner, now))


def note_down(name: str, error: RelayDown, now: datetime) -> None:
    """Open the circuit, longer each time; of a relay that is out of order the operator is told, once until it works again."""
    broken = isinstance(error, RelayBroken)
    with transaction.atomic():
        state, _made = RelayState.objects.select_for_update().get_or_create(name=name)
        # Others may have found out a moment ago: the same trouble counts once.
        again = circuit(state, now) != OPEN
        rest = RESTS[min(state.failures, len(RESTS) - 1)]
        news = broken and not state.out_of_order
        RelayState.objects.filter(pk=state.pk).update(
            rests_until=now + rest if again else state.rests_until,
            failures=state.failures + again,
            out_of_order=broken or state.out_of_order,
            probe_owner="",
            probe_until=None,
            last_error=str(error)[:500],
            changed_at=now,
        )
        if news:
            _tell_operator(name, str(error))
    logger.warning("Relay %s rests for %s: %s", name, rest, error)


def note_up(name: str, now: datetime) -> None:
    """Close the circuit: the relay works again."""
    well = {"failures": 0, "rests_until": None, "out_of_order": False, "probe_owner": "", "probe_until": None}
    if RelayState.objects.filter(name=name, failures__gt=0).update(**well, changed_at=now):
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


def try_now(state: RelayState, user: Any, now: datetime) -> None:
    """End the relay's rest at an operator's word: the next worker tries it with one connection."""
    RelayState.objects.filter(pk=state.pk).update(rests_until=None, probe_owner="", probe_until=None, changed_at=now)
    audit.record(state, "relay_try", user)


def take_out_of_use(state: RelayState, user: Any, now: datetime) -> None:
    """Give the relay no more mail until somebody takes it into use again; what it has in hand is finished."""
    if RelayState.objects.filter(pk=state.pk, in_use=True).update(in_use=False, changed_at=now):
        audit.record(state, "relay_out", user)


def take_into_use(state: RelayState, user: Any, now: datetime) -> None:
    """Let the relay work again; one that had trouble is tried with one connection first."""
    back = {"in_use": True, "rests_until": None, "probe_owner": "", "probe_until": None}
    if RelayState.objects.filter(pk=state.pk, in_use=False).update(**back, changed_at=now):
        audit.record(state, "relay_in", user)
