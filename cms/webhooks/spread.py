"""Which front ends were told of a post: the webhooks' part of a post's trail."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.models import HookDelivery, HookEndpoint
from cms.trail import ASK, BAD, COMING, GOOD, MOST, OVER, Act, Look, Step
from cms.webhooks.pausing import MAY

D = HookDelivery


def trail(look: Look) -> Iterable[Step]:
    """Yield a step per endpoint that was told of the post; two queries, however many there are."""
    rows = D.objects.filter(order_key=str(look.post.translation_key)).order_by().values("endpoint")
    counts = rows.annotate(
        good=Count("pk", Q(state=D.DELIVERED)),
        bad=Count("pk", Q(state=D.FAILED)),
        open=Count("pk", Q(state__in=D.UNSETTLED)),
        latest=Max("pk"),
        at=Max("settled_at"),
    )
    found = list(counts[: MOST + 1])
    endpoints = HookEndpoint.objects.defer("secret", "old_secret", "address").in_bulk(row["endpoint"] for row in found)
    for row in found:
        if endpoint := endpoints.get(row["endpoint"]):
            yield _step(look, endpoint, row)


def _step(look: Look, endpoint: HookEndpoint, row: dict[str, Any]) -> Step:
    tone, state = _standing(endpoint, row)
    return Step(
        row["at"],
        _("Told to %(name)s") % {"name": endpoint.name},
        state,
        url=reverse("webhooks_endpoint", args=[endpoint.pk]) if look.user.has_perm(MAY) else "",
        tone=tone,
        details=tuple(_details(endpoint, row)),
        acts=tuple(_acts(look, endpoint, row)),
    )


def _standing(endpoint: HookEndpoint, row: dict[str, Any]) -> tuple[str, str]:
    if row["bad"]:
        return BAD, _("failed")
    if row["open"]:
        return (ASK, _("is paused")) if endpoint.paused_at else (COMING, _("waiting"))
    return (GOOD, _("delivered")) if row["good"] else (OVER, _("cancelled"))


def _details(endpoint: HookEndpoint, row: dict[str, Any]) -> Iterator[str]:
    if row["good"]:
        yield ngettext("%(n)s message arrived.", "%(n)s messages arrived.", row["good"]) % {"n": row["good"]}
    if row["bad"]:
        yield ngettext("%(n)s message didn't arrive.", "%(n)s messages didn't arrive.", row["bad"]) % {"n": row["bad"]}
    if row["open"]:
        yield ngettext("%(n)s message waits.", "%(n)s messages wait.", row["open"]) % {"n": row["open"]}
        if endpoint.reason:
            yield endpoint.reason


def _acts(look: Look, endpoint: HookEndpoint, row: dict[str, Any]) -> Iterator[Act]:
    if row["bad"] and endpoint.active:
        yield Act(_("Send again"), reverse("webhooks_resend_post", args=[endpoint.pk, look.post.pk]))
    if row["open"] and endpoint.paused_at and look.user.has_perm(MAY):
        yield Act(_("To the webhook"), reverse("webhooks_endpoint", args=[endpoint.pk]), post=False)
