"""The duty that sends webhooks: claim a few rows of each endpoint, speak to all at once, write down what came of it.

A row may be sent again whenever its outcome isn't known: receivers know it by its id.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import SystemRandom

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cms import stopping
from cms.fetch import USER_AGENT, Answer, FetchError, fetch
from cms.models import HookDelivery, HookEndpoint
from cms.outbox import LeaseLost, new_owner
from cms.webhooks import events, pausing
from cms.webhooks.outcome import Outcome, conclude, of_answer, of_error
from cms.webhooks.signing import signatures

logger = logging.getLogger(__name__)

# New waves begin for so long; one wave takes as long as its slowest answer.
SLICE = 3.0
TIMEOUT = 10.0
# Connecting and the exchange have their own ten seconds each.
LEASE = timedelta(seconds=2 * TIMEOUT + 5)
AT_ONCE, EACH = 8, 4
EXCERPT = 2_000


class Clock:
    """Starts at `now` and runs with the machine's monotonic clock."""

    def __init__(self, now: datetime) -> None:
        self._now, self._started = now.astimezone(UTC), time.monotonic()

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self._now + timedelta(seconds=self.elapsed)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started


@dataclass(frozen=True, slots=True)
class Parcel:
    """One attempt's request, complete: what a thread needs that may not touch the database."""

    row: HookDelivery
    headers: dict[str, str]
    body: bytes


def hooks_due(now: datetime) -> dict[str, int]:
    """Duty: send what is due for a few seconds; returns how many rows went to which state."""
    clock, owner, counts = Clock(now), new_owner(), Counter[str]()
    while clock.elapsed < SLICE and not stopping.asked():
        parcels = [*_pack(_claim(clock(), owner), clock)]
        if not parcels:
            break
        counts.update(_send(parcels, clock))
    return dict(counts)


def open_to(now: datetime) -> Q:
    """Return what may be tried at `now`: nothing of an endpoint that is off, paused or resting, but any test.

    And nothing before the earlier rows about the same page, to the same endpoint, are settled.
    """
    awake = Q(endpoint__active=True, endpoint__paused_at__isnull=True)
    awake &= Q(endpoint__quiet_until__isnull=True) | Q(endpoint__quiet_until__lte=now)
    same = {"endpoint": OuterRef("endpoint"), "order_key": OuterRef("order_key"), "pk__lt": OuterRef("pk")}
    earlier = HookDelivery.objects.filter(**same, state__in=HookDelivery.UNSETTLED)
    return (awake | Q(event=events.PING)) & Q(~Exists(earlier))


def _due(now: datetime) -> QuerySet[HookDelivery]:
    rows = HookDelivery.objects.filter(open_to(now), state__in=HookDelivery.UNSETTLED, next_attempt_at__lte=now)
    return rows.exclude(lease_until__gt=now).order_by()


def _claim(now: datetime, owner: str) -> list[HookDelivery]:
    """Claim a few rows of each endpoint, those that have waited longest first; a single one where the last try failed."""
    waiting = _due(now).values("endpoint", "endpoint__unreachable").annotate(since=Min("next_attempt_at")).order_by("since")
    claimed: list[HookDelivery] = []
    for found in waiting[:AT_ONCE]:
        limit, mine = (1 if found["endpoint__unreachable"] else EACH), Q(endpoint=found["endpoint"]) & open_to(now)
        # One in `sending` whose lease ran out is a dead worker's.
        claimed += HookDelivery.claim(now, owner, limit, states=HookDelivery.UNSETTLED, only=mine)
    if claimed and LEASE.total_seconds() > settings.LEASE_SECONDS:
        mine = Q(pk__in=[row.pk for row in claimed], lease_owner=owner)
        HookDelivery.objects.filter(mine).update(lease_until=now + LEASE)
    return claimed


def _pack(rows: list[HookDelivery], clock: Clock) -> Iterator[Parcel]:
    endpoints = HookEndpoint.objects.in_bulk({row.endpoint_id for row in rows})
    for row in rows:
        endpoint = endpoints.get(row.endpoint_id)
        if endpoint is not None:
            row.endpoint = endpoint
            if parcel := _attempt(row, endpoint, clock()):
                yield parcel


def _attempt(row: HookDelivery, endpoint: HookEndpoint, now: datetime) -> Parcel | None:
    try:
        return _sealed(row, endpoint, now)
    except Exception:
        # The row's lease runs out, and it is tried anew; the others of its wave go on.
        logger.exception("Webhook %s could not be made ready.", row.pk)
        return None


def _sealed(row: HookDelivery, endpoint: HookEndpoint, now: datetime) -> Parcel | None:
    body = row.body.encode()
    if keys := endpoint.secrets(now):
        return Parcel(row, {**headers(row, now), "webhook-signature": signatures(keys, row.hook_id, _seconds(now), body)}, body)
    _unsigned(row, endpoint, now)
    return None


def _unsigned(row: HookDelivery, endpoint: HookEndpoint, now: datetime) -> None:
    """Put back what can't be signed: nothing goes out until somebody has made a new secret."""
    reason = _("Its secret can't be read with the present keys (FIELD_KEYS). Make a new one.")
    with suppress(LeaseLost):
        if row.event == events.PING:
            row.settle(HookDelivery.FAILED, now, last_error=reason)
        else:
            row.postpone(now, reason, attempts=row.attempts - 1)
    pausing.pause(endpoint, reason, now)


def headers(row: HookDelivery, at: datetime) -> dict[str, str]:
    """Return the headers of an attempt at `at`, without its signature."""
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": row.hook_id,
        "webhook-timestamp": str(_seconds(at)),
    }


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _send(parcels: list[Parcel], clock: Clock) -> Iterator[str]:
    """Yield what became of each row, as soon as its answer is here; the database is touched by this thread alone."""
    with ThreadPoolExecutor(len(parcels)) as pool:
        calls: dict[Future[Outcome], HookDelivery] = {pool.submit(_call, parcel): parcel.row for parcel in parcels}
        for call in as_completed(calls):
            yield _settle(calls[call], call.result(), clock)


def _call(parcel: Parcel) -> Outcome:
    began = time.monotonic()
    try:
        answer: Answer = fetch(
            "POST",
            parcel.row.endpoint.address,
            headers=parcel.headers,
            body=parcel.body,
            timeout=TIMEOUT,
            max_bytes=EXCERPT,
            cut=True,
        )
    except FetchError as error:
        return of_error(error, time.monotonic() - began)
    except Exception as error:
        logger.exception("The webhook %s could not be sent.", parcel.row.hook_id)
        return of_error(error, time.monotonic() - began)
    return of_answer(answer, time.monotonic() - began)


def _settle(row: HookDelivery, outcome: Outcome, clock: Clock) -> str:
    try:
        conclude(row, outcome, clock(), SystemRandom().random())
    except LeaseLost:
        logger.warning("Webhook %s was taken over by another worker.", row.pk)
        return "lost"
    except Exception:
        # What became of it isn't known: it comes again, with the same id, when its lease runs out.
        logger.exception("What became of webhook %s could not be written down.", row.pk)
        return "unknown"
    return row.state


def next_due(now: datetime) -> datetime | None:
    """Return since when, or when, a row wants a worker; None where none does. What is paused or resting isn't late."""
    rows = HookDelivery.objects.filter(open_to(now), state__in=HookDelivery.UNSETTLED).exclude(lease_until__gt=now)
    found: datetime | None = rows.aggregate(at=Min("next_attempt_at"))["at"]
    return found
