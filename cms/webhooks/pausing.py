"""Endpoints that stand still: paused (what happens waits for them) or switched off (nothing is kept); the operator is told."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.addresses import own_url
from cms.models import HookDelivery, HookEndpoint, User

logger = logging.getLogger(__name__)

MAY = "cms.change_hookendpoint"
# Just less than a row's attempts take in all, so that the first row that fails for good meets it.
LASTING = timedelta(hours=23)


def pause(endpoint: HookEndpoint, reason: str, now: datetime, *, told: bool = True) -> bool:
    """Hold back what goes to the endpoint until somebody resumes it, and mail why if `told`; False if it was paused before."""
    with transaction.atomic():
        free = HookEndpoint.objects.filter(pk=endpoint.pk, paused_at__isnull=True)
        paused = bool(free.update(paused_at=now, reason=reason))
        if paused and told:
            _mail(endpoint, _("The webhook %(name)s is paused"), reason, _("What happens meanwhile waits until you resume it."))
    return paused


def resume(endpoint: HookEndpoint, now: datetime) -> None:
    """Let everything that waits go out, or begin anew from `now` where it was switched off."""
    anew = {"paused_at": None, "reason": "", "failing_since": None, "unreachable": 0, "quiet_until": None}
    with transaction.atomic():
        HookEndpoint.objects.filter(pk=endpoint.pk, active=False).update(active=True, active_since=now)
        HookEndpoint.objects.filter(pk=endpoint.pk).update(**anew)
        hurry(endpoint, now, attempts=0)


def hurry(endpoint: HookEndpoint, now: datetime, **fields: int) -> int:
    """Let the endpoint's waiting rows go out at once; returns how many."""
    waiting = HookDelivery.objects.filter(endpoint=endpoint, state=HookDelivery.WAITING, lease_owner="")
    return waiting.update(next_attempt_at=now, **fields)


def switch_off(endpoint: HookEndpoint, reason: str, now: datetime, *, told: bool = True) -> None:
    """Tell the endpoint nothing more: what waits is cancelled; mails why if `told`."""
    with transaction.atomic():
        on = HookEndpoint.objects.filter(pk=endpoint.pk, active=True)
        was_on = on.update(active=False, paused_at=None, reason=reason, failing_since=None, unreachable=0, quiet_until=None)
        waiting = HookDelivery.objects.filter(endpoint=endpoint, state=HookDelivery.WAITING, lease_owner="")
        waiting.update(state=HookDelivery.CANCELLED, settled_at=now, last_error=_("The webhook was switched off."))
        if was_on and told:
            _mail(endpoint, _("The webhook %(name)s is switched off"), reason, _("It is told nothing more."))


def _mail(endpoint: HookEndpoint, subject: str, reason: str, outlook: str) -> None:
    address = own_url(reverse("webhooks_endpoint", args=[endpoint.pk]))
    body = "\n\n".join([reason, outlook, f"{_('Look here:')}\n{address}"])
    able = User.objects.with_perm(MAY).values_list("email", flat=True)
    for recipient in sorted({*able, settings.OPERATOR_MAIL} - {""}):
        _send(EmailMessage((subject % {"name": endpoint.name})[:200], body, to=[recipient]))


def _send(message: EmailMessage) -> None:
    """Send a mail, in a savepoint: an address that takes none keeps nobody else from hearing, and no row from being settled."""
    try:
        with transaction.atomic():
            message.send()
    except Exception:
        logger.exception("A mail about a webhook could not be sent.")
