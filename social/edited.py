"""What an editor is told who published a post again: what happens to it elsewhere, and what can't."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from social.changes import as_of_then, published
from social.channels import get_channel
from social.models import Announcement, Change
from social.reach import out_of_reach
from social.words import clock_time

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """How a published row would look by its post's present words, and which change waits for it (None: none)."""

    text: str
    title: str
    link: str
    picture: int | None
    change: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell: `words`, and the announcement where something can be done."""

    words: str
    row: int


def looks(post_id: int) -> dict[int, Look]:
    """Return the looks of the announcements of a page that are out, by row, as the page stands in the database."""
    return {row.pk: look for row in published(post_id) if (look := _look(row)) is not None}


def _look(row: Announcement) -> Look | None:
    try:
        made, picture = as_of_then(row)
    except Exception:
        # What is only told must not keep anybody from publishing.
        logger.exception("Nothing can be told of announcement %s.", row.pk)
        return None
    waiting = Change.objects.filter(announcement=row, kind=Change.UPDATE, by_hand=False, state=Change.WAITING).first()
    return Look(made.text, made.title, made.link, picture, waiting.pk if waiting else None)


def notices(post_id: int, before: Mapping[int, Look]) -> list[Notice]:
    """Return what to tell of a page that was published; `before`: its looks beforehand. Nothing changed: nothing to tell."""
    found = []
    for row in published(post_id):
        if (old := before.get(row.pk)) is not None and (new := _look(row)) is not None:
            found += [Notice(words, row.pk) for words in (_text_words(row, old, new), _card_words(row, old, new)) if words]
    return found


def _text_words(row: Announcement, old: Look, new: Look) -> str:
    label = {"label": get_channel(row.channel).label}
    if new.change is not None and new.change != old.change:
        at = clock_time(Change.objects.get(pk=new.change).next_attempt_at)
        return _("The text on %(label)s will be changed too, %(at)s.") % {**label, "at": at}
    if Change.objects.filter(pk=old.change, state=Change.CANCELLED).exists():
        return _("The text on %(label)s stays as it is.") % label
    reason = out_of_reach(row, Change.UPDATE)
    if new.text != old.text and not row.own_text and reason:
        return _("The text on %(label)s isn't changed: %(why)s Change it there by hand.") % {**label, "why": reason}
    return ""


def _card_words(row: Announcement, old: Look, new: Look) -> str:
    channel = get_channel(row.channel)
    parts = [
        words
        for words, changed in (
            (_("the heading"), new.title not in (old.title, row.title)),
            (_("the picture"), new.picture not in (old.picture, row.picture_id)),
            (_("the link"), new.link not in (old.link, row.link)),
        )
        if changed
    ]
    if not parts or not channel.capabilities.card:
        return ""
    return _(
        "The card on %(label)s can't be changed there and still shows the old one (%(parts)s). "
        "If it has to be right: take the post away there and announce it again."
    ) % {"label": channel.label, "parts": ", ".join(parts)}
