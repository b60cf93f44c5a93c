"""Where a post went by newsletter, for the editor of the post."""

from collections.abc import Iterable
from uuid import UUID

from cms.trail import Step
from newsletter.models import Mailing


def mailings_of(key: UUID) -> Iterable[Step]:
    """Yield a step per mailing that the post with translation key `key` went in."""
    # Containment isn't portable; mailings are few.
    for mailing in Mailing.objects.exclude(state=Mailing.CANCELLED).defer("html", "text").order_by("start_at"):
        if str(key) in mailing.posts:
            yield Step(mailing.start_at, mailing.subject, str(mailing.get_state_display()))
