"""How long rows are kept."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cms.models import HookDelivery, HookEndpoint

KEEP = timedelta(days=90)


def forget_old(now: datetime) -> int:
    """Remove what was settled long ago, give up what has waited as long for a paused endpoint, and drop old secrets.

    Returns how many rows were removed.
    """
    waiting = HookDelivery.objects.filter(state=HookDelivery.WAITING, created_at__lt=now - KEEP, lease_owner="")
    waiting.update(state=HookDelivery.CANCELLED, settled_at=now, last_error=_("It waited too long."))
    HookEndpoint.objects.filter(old_secret_until__lte=now).update(old_secret="", old_secret_until=None)
    removed, _kinds = HookDelivery.objects.filter(settled_at__lt=now - KEEP).delete()
    return removed
