"""What somebody may do with an endpoint and its rows; each act on a row is one conditional UPDATE."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cms.models import HookDelivery, HookEndpoint
from cms.webhooks import events
from cms.webhooks.signing import new_secret
from cms.webhooks.telling import Event, row

# So long the old secret signs beside the new one.
GRACE = timedelta(hours=24)
RESENDABLE = (HookDelivery.DELIVERED, HookDelivery.FAILED, HookDelivery.CANCELLED)


class NotNow(ValidationError):
    """Somebody asked for what can't be done; says why."""


def create(name: str, address: str, chosen: list[str], now: datetime) -> HookEndpoint:
    """Make an endpoint that hears of what happens from `now` on, with a new secret."""
    fields: dict[str, Any] = {"name": name, "address": address, "events": chosen, "secret": new_secret()}
    return HookEndpoint.objects.create(active_since=now, **fields)


def rotate(endpoint: HookEndpoint, now: datetime) -> str:
    """Give the endpoint a new secret and return it; the old one signs as well for a day."""
    secret = new_secret()
    old = "" if endpoint.lost else endpoint.secret
    until = now + GRACE if old else None
    HookEndpoint.objects.filter(pk=endpoint.pk).update(secret=secret, old_secret=old, old_secret_until=until)
    return secret


def test(endpoint: HookEndpoint, now: datetime) -> HookDelivery:
    """Put a test event in the queue, whatever the endpoint listens to, paused or not; returns its row."""
    event = Event(events.PING, f"ping:{uuid4().hex}", "", now, {"endpoint": endpoint.name})
    made = row(endpoint, event, now)
    made.save()
    return made


def resend(delivery: HookDelivery, now: datetime) -> None:
    """Put a settled row back in the queue, with the same id and body. Raises NotNow."""
    if delivery.event == events.PING or not _again(HookDelivery.objects.filter(pk=delivery.pk, state__in=RESENDABLE), now):
        raise NotNow(_("It has moved on meanwhile; look at it again."))


def resend_failed(endpoint: HookEndpoint, now: datetime, post: UUID | None = None) -> int:
    """Put all rows that failed (of one post, by its translation key) back in the queue; returns how many."""
    failed = HookDelivery.objects.filter(endpoint=endpoint, state=HookDelivery.FAILED).exclude(event=events.PING)
    if post is not None:
        failed = failed.filter(order_key=str(post))
    return _again(failed, now)


def _again(rows: Any, now: datetime) -> int:
    # An endpoint that is switched off is told nothing; its rows would wait for ever.
    on = rows.filter(endpoint__in=HookEndpoint.objects.filter(active=True))
    anew = {"state": HookDelivery.WAITING, "next_attempt_at": now, "attempts": 0, "settled_at": None, "last_error": ""}
    moved: int = on.update(**anew)
    return moved
