"""What an attempt's answer means for its row and its endpoint."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.fetch import Answer, FetchError, Forbidden, NoSuchName, NotSent
from cms.models import HookDelivery, HookEndpoint
from cms.webhooks import events, pausing
from cms.webhooks.telling import moment

# How long after each failed attempt the next one comes: 23.7 hours in all, and a tenth more by chance.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800))
SPREAD = 0.1
# An endpoint that doesn't answer at all costs everybody time, so it rests as a whole.
REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=10)
LONGEST_WISH = timedelta(days=1)
ASKS_TO_WAIT = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
EXCERPT = 1_000
KEPT_TRIES = 15


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the answer's status and beginning, or `error` where there was none (`silent`).

    `wish`: what the header Retry-After said, if anything.
    """

    status: int | None
    seconds: float
    answer: str = ""
    error: str = ""
    silent: bool = False
    wish: str = ""

    @property
    def good(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def columns(self) -> dict[str, Any]:
        """What the row keeps of it."""
        return {"status": self.status, "answer": self.answer, "milliseconds": round(self.seconds * 1000)}


def of_answer(answer: Answer, seconds: float) -> Outcome:
    """Read an answer."""
    # PostgreSQL keeps no NUL.
    text = answer.body.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")[:EXCERPT]
    good = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
    error = "" if good else _words(answer.status)
    return Outcome(answer.status, seconds, text, error, wish=answer.headers.get("retry-after", ""))


def _words(status: int) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _("It redirects (%(status)s); redirects aren't followed. Enter the address where it ends.") % {"status": status}
    if status == HTTPStatus.GONE:
        return _("It answers that it wants no more (410).")
    if status in ASKS_TO_WAIT:
        return _("It asks us to wait (%(status)s).") % {"status": status}
    return _("It answers with an error (%(status)s).") % {"status": status}


def of_error(error: Exception, seconds: float) -> Outcome:
    """Read what prevented an answer."""
    return Outcome(None, seconds, error=_why(error), silent=True)


def _why(error: Exception) -> str:
    if isinstance(error, Forbidden):
        return _("The address lies in a network that may not be called (FETCH_ALLOW_NETWORKS).")
    if isinstance(error, NoSuchName):
        return _("There is no computer of that name.")
    if isinstance(error, NotSent):
        return _("No connection came about.")
    if isinstance(error, FetchError):
        return _("No whole answer came in time.")
    return _("An error within Ordet; its details stand in the log.")


def conclude(row: HookDelivery, outcome: Outcome, now: datetime, chance: float) -> None:
    """Write down the attempt's outcome on the row and its endpoint. `chance`: 0 to 1, spreads repeats. Raises LeaseLost."""
    attempt = {"at": moment(now), "status": outcome.status, "ms": round(outcome.seconds * 1000), "error": outcome.error}
    kept = {**outcome.columns, "tries": [*row.tries, attempt][-KEPT_TRIES:], "last_error": outcome.error}
    with transaction.atomic():
        if outcome.good:
            row.settle(HookDelivery.DELIVERED, now, **kept)
            _answered(row.endpoint, now)
        elif row.event == events.PING:
            # Somebody is looking; a test that arrives tomorrow is none.
            row.settle(HookDelivery.FAILED, now, **kept)
        else:
            _failed(row, outcome, now, chance, kept)


def _answered(endpoint: HookEndpoint, now: datetime) -> None:
    well = {"last_success_at": now, "failing_since": None, "unreachable": 0, "quiet_until": None}
    was_silent = HookEndpoint.objects.filter(pk=endpoint.pk, unreachable__gt=0).exists()
    HookEndpoint.objects.filter(pk=endpoint.pk).update(**well)
    if was_silent:
        # It is back: what has waited for it needn't wait for its next turn.
        pausing.hurry(endpoint, now)


def _failed(row: HookDelivery, outcome: Outcome, now: datetime, chance: float, kept: dict[str, Any]) -> None:
    if outcome.status == HTTPStatus.GONE:
        row.settle(HookDelivery.FAILED, now, **kept)
        pausing.switch_off(row.endpoint, _("It answered that it wants no more (410)."), now)
        return
    wished = _wished(outcome, now)
    if row.attempts > len(WAITS):
        row.settle(HookDelivery.FAILED, now, **kept)
    else:
        again = now + WAITS[row.attempts - 1] * (1 + SPREAD * chance)
        row.postpone(max(again, wished or now), kept.pop("last_error"), **kept)
    _fares_badly(row.endpoint, outcome, wished, now)


def _wished(outcome: Outcome, now: datetime) -> datetime | None:
    """Return until when the receiver asks us to wait: seconds or a date (RFC 9110, 10.2.3); at most a day."""
    if outcome.status not in ASKS_TO_WAIT or not outcome.wish:
        return None
    if outcome.wish.isascii() and outcome.wish.isdigit():
        return now + min(timedelta(seconds=int(outcome.wish[:9])), LONGEST_WISH)
    try:
        at = parsedate_to_datetime(outcome.wish)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at, now), now + LONGEST_WISH)


def _fares_badly(endpoint: HookEndpoint, outcome: Outcome, wished: datetime | None, now: datetime) -> None:
    """Note the failure: since when, and until when the endpoint rests as a whole; lasting failure pauses it."""
    fresh = HookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    silent = fresh.unreachable + 1 if outcome.silent or wished else 0
    rest = min(REST * 2 ** min(silent - 1, 10), LONGEST_REST) if outcome.silent else timedelta(0)
    until = max((at for at in (wished, now + rest if outcome.silent else None) if at), default=None)
    since = fresh.failing_since or now
    fields = {"unreachable": silent, "quiet_until": until, "failing_since": since}
    HookEndpoint.objects.filter(pk=fresh.pk).update(**fields)
    if now - since >= pausing.LASTING and fresh.paused_at is None:
        pausing.pause(fresh, _("Every attempt for a day has failed: %(why)s") % {"why": outcome.error}, now)
