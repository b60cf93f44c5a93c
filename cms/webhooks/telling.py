"""The rows of webhooks as they are made: one per event and endpoint, however often it is told. Nothing here calls out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from cms.models import HookDelivery, HookEndpoint

_IDS = UUID("5e0c2b1e-0c62-4a40-9d0f-4a0b7d8f5a11")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at `at`.

    `key`: what it is about (a post's translation key, "issue:7"); rows of one key go out in the order in which they were made.
    `once`: tells apart the events of one type and key; told twice with the same, it is one event. `title`: for the log alone.
    """

    type: str
    key: str
    once: str
    at: datetime
    data: Mapping[str, Any]
    title: str = ""

    @property
    def hook_id(self) -> str:
        """The event's id, the same for all endpoints and attempts (the header `webhook-id`)."""
        return f"msg_{uuid5(_IDS, f'{self.type} {self.key} {self.once}').hex}"

    @property
    def body(self) -> str:
        """The JSON that is sent: `type`, `timestamp`, `data` (Standard Webhooks, "Payload structure")."""
        made = {"type": self.type, "timestamp": moment(self.at), "data": self.data}
        return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def moment(at: datetime) -> str:
    """Return `at` as bodies have it: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def tell(events: Iterable[Event], now: datetime) -> int:
    """Insert a row, due at `now`, for each event and each endpoint that listens; returns how many are new. Safe to repeat.

    An endpoint listens to the types chosen for it, from the moment when it was switched on. In the transaction of
    the change itself, so that both are there or neither is.
    """
    listening = list(HookEndpoint.objects.filter(active=True).defer("secret", "old_secret").order_by("pk"))
    rows = [row(one, event, now) for event in events for one in listening if hears(one, event)]
    if not rows:
        return 0
    found = HookDelivery.objects.filter(hook_id__in={one.hook_id for one in rows})
    told = set(found.values_list("endpoint_id", "hook_id"))
    fresh = [one for one in rows if (one.endpoint_id, one.hook_id) not in told]
    HookDelivery.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def hears(endpoint: HookEndpoint, event: Event) -> bool:
    """Tell whether the endpoint wants such an event, and was switched on when it happened."""
    return event.type in endpoint.events and endpoint.active_since <= event.at


def row(endpoint: HookEndpoint, event: Event, now: datetime) -> HookDelivery:
    """Return the event's row for one endpoint, unsaved."""
    return HookDelivery(
        endpoint=endpoint,
        event=event.type,
        hook_id=event.hook_id,
        order_key=event.key,
        title=event.title[:255],
        body=event.body,
        next_attempt_at=now,
    )
