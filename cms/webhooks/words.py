"""How endpoints and rows stand, in an editor's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Count, Min, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.keydates import STOCKHOLM
from cms.models import HookDelivery, HookEndpoint
from cms.trail import ASK, BAD, COMING, GOOD, OVER
from cms.webhooks.events import PING

D = HookDelivery
TONES = {D.WAITING: COMING, D.SENDING: COMING, D.DELIVERED: GOOD, D.FAILED: BAD, D.CANCELLED: OVER}


@dataclass(frozen=True, slots=True)
class Shown:
    """An endpoint as the list shows it: how it stands, and how many rows wait or have failed."""

    endpoint: HookEndpoint
    tone: str
    state: str
    explanation: str
    waiting: int = 0
    failed: int = 0

    @property
    def host(self) -> str:
        """Whose computer it is; the rest of an address may hold a secret."""
        return urlsplit(self.endpoint.address).netloc


def clock_time(at: datetime) -> str:
    """Return "7 mars 2026 kl. 13.05" in Swedish time."""
    local = at.astimezone(STOCKHOLM)
    return _("%(day)s at %(time)s") % {"day": date_format(local, "j F Y"), "time": f"{local:%H.%M}"}


def shown(endpoints: Iterable[HookEndpoint]) -> list[Shown]:
    """Return how each endpoint stands, in two queries."""
    unsettled, failed = Q(state__in=D.UNSETTLED), Q(state=D.FAILED) & ~Q(event=PING)
    counts = D.objects.filter(unsettled | failed).order_by().values("endpoint")
    soonest = Min("next_attempt_at", filter=unsettled)
    counts = counts.annotate(waits=Count("pk", unsettled), fails=Count("pk", failed), next=soonest)
    found = {row["endpoint"]: row for row in counts}
    return [_shown(one, found.get(one.pk, {})) for one in endpoints]


def _shown(endpoint: HookEndpoint, counts: dict[str, object]) -> Shown:
    waits, fails, coming = counts.get("waits", 0), counts.get("fails", 0), counts.get("next")
    tone, state, explanation = _standing(endpoint, coming if isinstance(coming, datetime) else None)
    return Shown(endpoint, tone, state, explanation, int(str(waits)), int(str(fails)))


def _standing(endpoint: HookEndpoint, coming: datetime | None) -> tuple[str, str, str]:
    if not endpoint.active:
        return OVER, _("switched off"), endpoint.reason
    if endpoint.lost:
        return BAD, _("has lost its secret"), _("Its secret can't be read with the present keys (FIELD_KEYS). Make a new one.")
    if endpoint.paused_at is not None:
        return ASK, _("is paused"), endpoint.reason
    if endpoint.failing_since is not None:
        words = _("Nothing has arrived since %(time)s.") % {"time": clock_time(endpoint.failing_since)}
        more = _("The next attempt is at %(time)s.") % {"time": clock_time(coming)} if coming else ""
        return BAD, _("doesn't get through"), f"{words} {more}".strip()
    if endpoint.last_success_at is not None:
        return GOOD, _("works"), _("The latest message arrived %(time)s.") % {"time": clock_time(endpoint.last_success_at)}
    return COMING, _("not tried yet"), _("Send a test to see that it works.")


def when(row: HookDelivery) -> str:
    """Return when a row was settled, or when it is tried next."""
    if row.settled_at is not None:
        return clock_time(row.settled_at)
    if row.state == D.WAITING and row.attempts:
        return _("next attempt %(time)s") % {"time": clock_time(row.next_attempt_at)}
    return clock_time(row.created_at)


def answer(row: HookDelivery) -> str:
    """Return "200, 41 ms", or nothing where there was no answer."""
    return f"{row.status}, {row.milliseconds} ms" if row.status else ""
