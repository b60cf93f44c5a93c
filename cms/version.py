"""The version of all that readers can see: caches are keyed by it, so nothing has to be emptied.

One row, raised in the same transaction as the change. Time changes answers too (a call closes), so the
moment at which a key date last passed belongs to the state.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import F
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# A draft changes these alone; no reader sees any of them.
DRAFT_FIELDS = {
    "draft_title",
    "expired",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "locked",
    "locked_at",
    "locked_by",
}


class ContentVersion(models.Model):
    """How often readers' content has changed, and when last; a single row."""

    number = models.BigIntegerField(_("number"), default=0)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("content version")
        verbose_name_plural = _("content versions")

    def __str__(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True)
class State:
    """What readers' content stands at: `key` names it, `changed_at` dates it, `locale_id` is the site's language."""

    key: str
    changed_at: datetime
    locale_id: int


# Plain SQL: it is all that a kept answer costs, and the ORM would take three times as long to write it.
STATE = """
SELECT locale.id, version.number, version.changed_at, (SELECT MAX(ends) FROM cms_keydate WHERE ends <= %s)
FROM wagtailcore_locale locale LEFT JOIN cms_contentversion version ON version.id = 1
WHERE locale.language_code = %s
"""


def state(now: datetime) -> State:
    """Return the state at `now`, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(STATE, [connection.ops.adapt_datetimefield_value(now), settings.LANGUAGE_CODE])
        locale_id, number, *moments = cursor.fetchone()
    changed, last = map(_moment, moments)
    # The moments tell apart what a restored backup or a rolled-back change would number alike.
    key = "-".join([str(number or 0), *(moment.isoformat() if moment else "" for moment in (changed, last))])
    return State(key, max(filter(None, (changed, last)), default=EPOCH), locale_id)


def _moment(stored: datetime | str | None) -> datetime | None:
    """Return what a cursor gives for a moment; SQLite gives UTC without saying so, of a MAX even as text."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def bump() -> None:
    """Raise the version; whatever was cached is out of date."""
    now = timezone.now()
    if not ContentVersion.objects.filter(pk=1).update(number=F("number") + 1, changed_at=now):
        ContentVersion.objects.bulk_create([ContentVersion(pk=1, number=1, changed_at=now)], ignore_conflicts=True)


def changed(sender: type, **kwargs: Any) -> None:
    """Receive any signal that tells of a change."""
    fields = kwargs.get("update_fields")
    if fields and set(fields) <= DRAFT_FIELDS:
        return
    bump()


def watched() -> list[type[models.Model]]:
    """Return the models whose rows readers see, directly or by their effect."""
    from django.apps import apps
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.embeds.models import Embed
    from wagtail.models import Page, PageViewRestriction, Site

    from cms import models as own
    from cms.identity import Identity

    pages = [model for model in apps.get_models() if issubclass(model, Page)]
    snippets = [own.Person, own.Role, own.Topic, own.Region, own.Abbreviation, own.Picture, own.Attachment]
    return [*pages, *snippets, Identity, Redirect, Embed, PageViewRestriction, Site]


def connect() -> None:
    """Listen to every change that readers can see; called once, when the app is ready, after publishing's own receivers."""
    from wagtail.signals import page_published, page_unpublished, post_page_move

    for model in watched():
        name = f"cms.version.{model._meta.label}"
        post_save.connect(changed, sender=model, dispatch_uid=f"{name}.saved")
        post_delete.connect(changed, sender=model, dispatch_uid=f"{name}.deleted")
    # The key dates are rebuilt after the page was saved, and a move changes paths without saving each page.
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(changed, dispatch_uid="cms.version.pages")
