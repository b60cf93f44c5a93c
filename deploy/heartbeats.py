"""Signs of life: each scheduler and worker keeps one row fresh, and takes it away when it stops."""

from datetime import datetime, timedelta

from django.db.models import Max

from deploy.models import Heartbeat

EVERY = timedelta(seconds=10)
FRESH = timedelta(seconds=60)
FORGET = timedelta(days=1)


def beat(kind: str, name: str, now: datetime) -> None:
    """Say that the process `name` is alive at `now`."""
    Heartbeat.objects.update_or_create(name=name, defaults={"kind": kind, "at": now})


def leave(name: str) -> None:
    """Say that the process `name` has stopped as it should."""
    Heartbeat.objects.filter(name=name).delete()


def missing(now: datetime) -> list[str]:
    """Return the kinds of which no process has given a sign of life lately."""
    alive = set(Heartbeat.objects.filter(at__gt=now - FRESH).values_list("kind", flat=True))
    return [kind for kind, _ in Heartbeat.KINDS if kind not in alive]


def latest() -> dict[str, datetime]:
    """Return each kind's latest sign of life."""
    return dict(Heartbeat.objects.order_by().values_list("kind").annotate(Max("at")))


def forget(now: datetime) -> int:
    """Remove the rows of processes that died long ago; return how many."""
    return Heartbeat.objects.filter(at__lt=now - FORGET).delete()[0]
