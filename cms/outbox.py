"""Outgoing rows: the row is the queue.

A worker claims due rows under a lease, commits, and only then speaks to the outside. Every later
write is conditional on still holding the lease, so a frozen worker that wakes up does nothing.
"""

import os
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LeaseLost(Exception):
    """Someone else has taken the row over (our lease ran out); do nothing more with it."""


def new_owner() -> str:
    """Return a name for one worker's life: host, process and a random part."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


def lease_end(now: datetime) -> datetime:
    """Return when a lease taken at `now` runs out."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


class Outgoing(models.Model):
    """Something that shall leave the house once; subclasses say what, and which states they end in."""

    WAITING = "waiting"
    SENDING = "sending"

    state = models.CharField(_("status"), max_length=20, default=WAITING, db_index=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now, db_index=True)
    sending_since = models.DateTimeField(_("begun"), null=True, editable=False)
    lease_owner = models.CharField(max_length=80, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(_("latest error"), blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def claim(
        cls,
        now: datetime,
        owner: str,
        limit: int,
        *,
        states: tuple[str, ...] = (WAITING,),
        to: str | None = SENDING,
        only: models.Q | None = None,
    ) -> list[Self]:
        """Take up to `limit` due rows in `states` for `owner`, commit, and return them.

        `to`: the state to move them to (None keeps it, for rows that are only looked at). `only` narrows
        the choice. Rows that another owner holds under a running lease are never taken.
        """
        with transaction.atomic():
            due = cls._default_manager.filter(only or models.Q(), state__in=states, next_attempt_at__lte=now).exclude(
                lease_until__gt=now
            )
            due = due.select_for_update(skip_locked=True, of=("self",))
            keys = list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:limit])
            changes: dict[str, Any] = {"lease_owner": owner, "lease_until": lease_end(now)}
            if to is not None:
                changes |= {"state": to, "attempts": models.F("attempts") + 1, "sending_since": now}
            cls._default_manager.filter(pk__in=keys).update(**changes)
        return list(cls._default_manager.filter(pk__in=keys, lease_owner=owner).order_by("next_attempt_at", "pk"))

    def write(self, **fields: Any) -> None:
        """Save `fields` if this row is still held by its lease's owner; raises LeaseLost if not."""
        held = type(self)._default_manager.filter(pk=self.pk, lease_owner=self.lease_owner, state=self.state)
        if held.update(**fields) != 1:
            raise LeaseLost(f"{type(self).__name__} {self.pk}")
        for name, value in fields.items():
            setattr(self, name, value)

    def renew(self, now: datetime) -> None:
        """Prolong the lease before a long step; raises LeaseLost."""
        self.write(lease_until=lease_end(now))

    def settle(self, state: str, now: datetime, **fields: Any) -> None:
        """End this attempt in the final `state` and give the lease back; raises LeaseLost."""
        self.write(**{"state": state, "settled_at": now, "lease_owner": "", "lease_until": None, **fields})

    def postpone(self, at: datetime, error: str, state: str = WAITING, **fields: Any) -> None:
        """Put the row back for another attempt at `at`, saying why; raises LeaseLost."""
        self.write(
            **{
                "state": state,
                "next_attempt_at": at,
                "last_error": error,
                "lease_owner": "",
                "lease_until": None,
                **fields,
            }
        )
