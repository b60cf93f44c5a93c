"""“Spridning”: one page per post that tells where it is, where it went and what to do next; also a tab of the editor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.panels import Panel

from cms import trail
from cms.trail import Look, Step, Told


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that wants somebody, with the name of the room that it belongs to."""

    label: str
    step: Step


@dataclass(frozen=True, slots=True)
class Spread:
    """All that is shown of a post's trail: what wants somebody first, then room by room."""

    troubles: list[Trouble]
    rooms: list[Told]


def spread(post: Any, user: Any, now: datetime) -> Spread:
    """Return where `post` is and went, as `user` may see it at `now`; a fixed number of queries however much that is."""
    look = Look(post, user, now, may_publish=bool(post.permissions_for_user(user).can_publish()))
    rooms = trail.told(look)
    troubles = [Trouble(room.label, step) for room in rooms for step in room.steps if step.tone in trail.TROUBLE]
    # What has failed comes before what only waits for somebody.
    troubles.sort(key=lambda trouble: trouble.step.tone != trail.BAD)
    return Spread(troubles, [_calm(room) for room in rooms])


def _calm(room: Told) -> Told:
    return Told(room.label, [step for step in room.steps if step.tone not in trail.TROUBLE], room.offers, room.more)


class SpreadPanel(Panel):
    """The trail within the editor of a post that is saved."""

    class BoundPanel(Panel.BoundPanel):
        """The panel in one editor's form."""

        template_name = "admin/spread_panel.html"

        def is_shown(self) -> bool:
            """Tell whether there is anything to tell of, and somebody to tell it to."""
            return self.instance.pk is not None and self.request is not None and bool(super().is_shown())

        @cached_property
        def spread(self) -> Spread:
            """Where the post is and went; of the post as it stands, not of the version that is being edited."""
            from cms.models import Post

            return spread(Post.objects.get(pk=self.instance.pk), self.request.user, timezone.now())

        @property
        def media(self) -> forms.Media:
            """The look of the steps."""
            return forms.Media(css={"all": ["cms/spread.css"]})
