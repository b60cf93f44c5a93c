"""How long reports and providers' events are kept."""

from datetime import datetime, timedelta

from newsletter.models import BounceReport, ProviderEvent

# The words of a report are needed while somebody may ask why; that it came is needed longer, so that it counts once.
KEEP_RAW = timedelta(days=90)
KEEP_ROWS = timedelta(days=730)


def forget_old(now: datetime) -> None:
    """Drop the raw bytes of old reports, reports about nothing of ours, and what is older still."""
    old = BounceReport.objects.filter(received_at__lt=now - KEEP_RAW)
    old.filter(kind="none", member=None).delete()
    nobody = {"recipient": "", "reason": "", "address_hash": ""}
    old.exclude(raw=b"", recipient="", address_hash="").update(raw=b"", **nobody)
    ProviderEvent.objects.filter(received_at__lt=now - KEEP_RAW).exclude(**nobody).update(**nobody)
    for table in (BounceReport, ProviderEvent):
        table.objects.filter(received_at__lt=now - KEEP_ROWS).delete()
