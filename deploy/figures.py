"""How the house is doing, read from the rows when somebody asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Count, Min

from cms.models import HookDelivery
from cms.outbox import Outgoing
from cms.webhooks import sending
from deploy import heartbeats
from newsletter.models import Batch, Delivery, Mailing
from social import announce, changes
from social.models import Announcement, Change

PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of outgoing rows: how many stand in each state, and since when the oldest due one waits."""

    name: str
    label: str
    counts: dict[str, int]
    oldest_due: datetime | None
    words: dict[str, str]

    def shown(self) -> list[tuple[str, int]]:
        """Return the counts by the states' shown names, in the order in which the model lists them."""
        return [
            (str(self.words.get(state, state)), self.counts[state])
            for state in dict.fromkeys((*self.words, *self.counts))
            if state in self.counts
        ]


def queues(now: datetime) -> list[Queue]:
    """Return every kind of outgoing rows."""
    kinds = [model for model in apps.get_models() if issubclass(model, Outgoing)]
    return [*(_outgoing(model, now) for model in kinds), _deliveries(now)]


def _outgoing(model: type[Outgoing], now: datetime) -> Queue:
    rows = model._default_manager
    # What a paused channel or endpoint holds back isn't late.
    if model is Announcement:
        due = announce.next_due(now)
    elif model is Change:
        due = changes.next_due(now)
    elif model is HookDelivery:
        due = sending.next_due(now)
    else:
        due = rows.filter(state=Outgoing.WAITING).aggregate(oldest=Min("next_attempt_at"))["oldest"]
    due = due if due and due <= now else None
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    words = dict(getattr(model, "STATES", ()))
    return Queue(model._meta.model_name or "", str(model._meta.verbose_name_plural), counts, due, words)


def _deliveries(now: datetime) -> Queue:
    """Count the rows of unfinished mailings only: the ledger of all time is long.

    A long mailing has rows waiting for hours and all is well; due too long are a start that nobody made and
    a batch that nobody took over.
    """
    unfinished = Mailing.objects.exclude(state__in=[Mailing.SENT, Mailing.CANCELLED])
    rows = Delivery.objects.filter(mailing__in=unfinished)
    starts = Mailing.objects.filter(state=Mailing.SCHEDULED, start_at__lte=now).aggregate(oldest=Min("start_at"))["oldest"]
    leases = Batch.objects.filter(lease_until__lte=now).aggregate(oldest=Min("lease_until"))["oldest"]
    counts = dict(rows.order_by().values_list("state").annotate(Count("member_id")))
    oldest = min((time for time in (starts, leases) if time), default=None)
    return Queue("delivery", str(Delivery._meta.verbose_name_plural), counts, oldest, dict(Delivery.STATES))


def troubles(now: datetime) -> list[str]:
    """Return what is wrong right now, one line each; none means ready."""
    late = [queue for queue in queues(now) if queue.oldest_due and now - queue.oldest_due > PATIENCE]
    return [
        *(f"no sign of life from a {kind}" for kind in heartbeats.missing(now)),
        *(f"{queue.name}: a row is due since {queue.oldest_due:%Y-%m-%dT%H:%M:%SZ}" for queue in late),
    ]


def metrics(now: datetime) -> str:
    """Return the figures in Prometheus' text format."""
    lines: list[str] = []
    for queue in queues(now):
        lines += [_line("ordet_rows", count, kind=queue.name, state=state) for state, count in sorted(queue.counts.items())]
        age = (now - queue.oldest_due).total_seconds() if queue.oldest_due else 0
        lines.append(_line("ordet_oldest_due_seconds", age, kind=queue.name))
    for kind, at in heartbeats.latest().items():
        lines.append(_line("ordet_heartbeat_age_seconds", (now - at).total_seconds(), kind=kind))
    return "\n".join(lines) + "\n"


def _line(name: str, value: float, **labels: Any) -> str:
    inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {value:g}"
