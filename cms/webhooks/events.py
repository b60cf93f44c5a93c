"""What front ends can be told of. The names are part of the interface: they stand in bodies and in others' programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _

PUBLISHED = "post.published"
UPDATED = "post.updated"
UNPUBLISHED = "post.unpublished"
MOVED = "post.moved"
DELETED = "post.deleted"
DATE_PASSED = "key_date.passed"
ISSUE_SENT = "issue.sent"
# Asked for by the admin's test button; nobody chooses it.
PING = "ping"

CHOICES: list[tuple[str, Any]] = [
    (PUBLISHED, _("A post is published, for the first time or again")),
    (UPDATED, _("A published post is changed")),
    (UNPUBLISHED, _("A post is taken down")),
    (MOVED, _("A post gets another address")),
    (DELETED, _("A post is deleted")),
    (DATE_PASSED, _("A key date has passed")),
    (ISSUE_SENT, _("A newsletter begins to go out")),
]
LABELS: dict[str, Any] = {**dict(CHOICES), PING: _("Test message")}
