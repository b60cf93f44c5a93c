"""What follows when a post goes live, and scheduled publishing that survives a kill.

Wagtail's `page_published` also fires for pages that are only scheduled and for aliases; other rooms
register with `when_live` instead, which hears only of live posts and can't break a publication.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.models import DraftStateMixin, Page, Revision

from cms import copying, embeds, keydates, version
from cms.models import Post

logger = logging.getLogger(__name__)

Receiver = Callable[[Post], object]
_receivers: list[Receiver] = []


def when_live(receiver: Receiver) -> Receiver:
    """Call `receiver(post)` whenever a post that is no alias is published live (again too).

    It inserts rows under a constraint, inside a savepoint; what it raises is logged and stops nothing.
    """
    if receiver not in _receivers:
        _receivers.append(receiver)
    return receiver


def after_publish(sender: type, instance: Any, **kwargs: Any) -> None:
    """Receive Wagtail's `page_published`; never raises."""
    if not isinstance(instance, Post) or not instance.live:
        return
    try:
        with transaction.atomic():
            keydates.rebuild(instance.pk, instance.moments())
    except Exception:
        logger.exception("The key dates of post %s could not be rebuilt; the sweep will try again.", instance.pk)
    if instance.alias_of_id is None:
        _tell(instance)


def _tell(post: Post) -> None:
    for receiver in _receivers:
        try:
            with transaction.atomic():
                receiver(post)
        except Exception:
            logger.exception("%s failed for post %s; its sweep will catch up.", receiver.__name__, post.pk)


def after_unpublish(sender: type, instance: Page, **kwargs: Any) -> None:
    """Receive Wagtail's `page_unpublished`: bulk actions save the base page alone, so the list's column is set here."""
    Post.objects.filter(pk=instance.pk).update(listed=False)


@dataclass(slots=True)
class Report:
    """What one round did; `failed` holds a line per object that raised."""

    published: int = 0
    expired: int = 0
    mended: int = 0
    failed: list[str] = field(default_factory=list)


def sweep_key_dates() -> Report:
    """Rebuild the key dates of live posts whose stored ones differ from their fields; `mended` counts them.

    Heals what a process killed between publishing and rebuilding left behind; one post that raises stops no other.
    """
    report = Report()
    for post in _live_posts():
        report.mended += _attempt(report, _("The key dates of “%s”") % post.title, _mend, post)
    return report


def _mend(post: Post) -> bool:
    mended = keydates.mend(post.pk, post.moments())
    if mended:
        version.bump()
    return mended


def sweep_films() -> int:
    """Ask for the films that nobody has looked up yet, imported ones among them; returns how many posts have such."""
    return sum(embeds.after_publication(post) for post in _live_posts())


def sweep_pictures() -> int:
    """Ask for the copies of pictures that live posts lack, imported ones among them; returns how many posts do."""
    return sum(copying.after_publication(post) for post in _live_posts())


def _live_posts() -> Iterator[Post]:
    return Post.objects.filter(live=True).specific().iterator(chunk_size=200)


def publish_due(now: datetime) -> Report:
    """Publish what was scheduled until `now` and take down what has expired.

    Each object in a transaction of its own under a row lock: a kill rolls back and the next round
    publishes; one that raises does not stop the rest; two rounds at once publish once.
    """
    report = Report()
    for key in Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at").values_list("pk", flat=True):
        report.published += _attempt(report, _("The scheduled version %s") % key, _publish, key, now)
    for model in _expiring_models():
        for key in model._default_manager.filter(live=True, expire_at__lte=now).values_list("pk", flat=True):
            what = _("The end of %(kind)s %(key)s") % {"kind": model._meta.verbose_name, "key": key}
            report.expired += _attempt(report, what, _expire, model, key, now)
    return report


def _attempt(report: Report, what: str, act: Any, *arguments: Any) -> int:
    try:
        with transaction.atomic():
            return int(act(*arguments))
    except Exception as error:
        logger.exception("Scheduled publishing of %s failed.", what)
        report.failed.append(f"{what}: {type(error).__name__}: {error}")
        return 0


def _publish(key: int, now: datetime) -> bool:
    revision = Revision.objects.select_for_update().filter(pk=key, approved_go_live_at__lte=now).first()
    if revision is None:
        return False
    revision.publish(log_action="wagtail.publish.scheduled")
    return True


def _expiring_models() -> list[type[models.Model]]:
    others = [m for m in apps.get_models() if issubclass(m, DraftStateMixin) and not issubclass(m, Page)]
    return [Page, *others]


def _expire(model: type[models.Model], key: int, now: datetime) -> bool:
    found = model._default_manager.select_for_update().filter(pk=key, live=True, expire_at__lte=now).first()
    if found is None:
        return False
    found = found.specific if isinstance(found, Page) else found
    found.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True


def next_due(now: datetime) -> datetime | None:
    """Return when after `now` something is next to be published or taken down; the scheduler sets its alarm by it."""
    coming = [(Revision.objects.all(), "approved_go_live_at")]
    coming += [(model._default_manager.filter(live=True), "expire_at") for model in _expiring_models()]
    # What is overdue is left to the sweep: one object that can't be published must not hide the others' times.
    times = [rows.filter(**{f"{field}__gt": now}).aggregate(time=models.Min(field))["time"] for rows, field in coming]
    return min((time for time in times if time), default=None)
