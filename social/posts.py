"""What social asks of a post: may it be announced, why not, and what would be said."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cms import outlets
from cms.models import Picture, Post
from cms.teaser import Image, Teaser
from social import reminders
from social.channels import Draft, get_channel
from social.compose import clean, compose, summary
from social.copies import is_live_copy
from social.models import REMINDER, Announcement, ChannelState


def goes_out_by_itself(post: Post, state: ChannelState) -> bool:
    """Tell whether a live post is announced without anybody's hand.

    Not an alias, an import or a live copy; not what was first published before the channel was
    connected; not with the switch off; not what the public can't read.
    """
    if state.active_since is None or post.first_published_at is None or post.first_published_at < state.active_since:
        return False
    if post.alias_of_id or post.imported_from or is_live_copy(post):
        return False
    return switched_on(post, state.channel) and not why_not(post, state.channel)


def switched_on(post: Post, channel: str) -> bool:
    """Return the post's own switch for `channel`."""
    return bool(outlets.value(post.outlets, channel, "announce", True))


def why_not(post: Post | None, channel: str, now: datetime | None = None, own_text: str = "") -> str:
    """Return why a post can't be announced as it stands, in words; "" when it can."""
    if post is None:
        return _("The post has been deleted.")
    now = now or timezone.now()
    if not post.live or (post.expire_at and post.expire_at <= now) or (post.go_live_at and post.go_live_at > now):
        return _("The post isn't published.")
    if not getattr(post.specific_class, "LISTED", False):
        return _("Pages of this kind aren't announced.")
    if post.get_view_restrictions().exists():
        return _("The post isn't open to everybody.")
    if post.members_only and not (own_text or written(post, channel)):
        return _no_public_text()
    return ""


def _no_public_text() -> str:
    return _("The post is for members only, and no public text has been written for it.")


def why_not_now(row: Announcement, now: datetime) -> str:
    """Return why the announcement `row` can't go out at `now`, in words; "" when it can."""
    post = row.post
    reason = why_not(post, row.channel, now, row.own_text)
    if reason or post is None:
        return reason
    if row.occasion.startswith(REMINDER):
        # The post's own public text isn't the reminder's.
        return _no_public_text() if post.members_only and not row.own_text else reminders.why_not(row, post, now)
    return "" if row.by_hand or switched_on(post, row.channel) else _("The post is no longer to be announced.")


def written(post: Post, channel: str) -> str:
    """Return the text that the editor wrote for `channel` on the post, "" where there is none."""
    return clean(str(outlets.value(post.outlets, channel, "text", "") or ""))


def chosen_time(post: Post, channel: str) -> datetime | None:
    """Return when the editor wants the post announced on `channel`, None for "after the regret window"."""
    if outlets.value(post.outlets, channel, "when", "window") != "at":
        return None
    return parse_datetime(str(outlets.value(post.outlets, channel, "at", "") or ""))


def picture_for(post: Post, channel: str, own: Image | None) -> Image | None:
    """Return the picture for `channel`: the post's `own`, another that the editor chose, or none."""
    choice = outlets.value(post.outlets, channel, "picture", "own")
    if choice == "none":
        return None
    chosen = outlets.value(post.outlets, channel, "picture_id", None) if choice == "other" else None
    other = Picture.objects.filter(pk=chosen).first() if chosen else None
    return other.words if other else own


def draft(post: Post, channel: str, now: datetime, own_text: str = "", occasion: str = "") -> tuple[Draft, int | None]:
    """Return what would be said of the post now, and the id of its picture.

    `own_text` goes before the post's text for the channel, that before the composed summary. A reminder
    (by its `occasion`) has no part in the post's text: it says how near the date is. The card of a
    members-only post shows no more than its title.
    """
    language, teaser = post.locale.language_code, _teaser(post, channel, now)
    text = own_text or (_reminder(post, channel, occasion, now) if occasion.startswith(REMINDER) else written(post, channel))
    made = compose(teaser, get_channel(channel), now, text, language)
    return made, teaser.image.id if teaser.image else None


def suggestion(post: Post, channel: str, now: datetime) -> str:
    """Return the text that is made of the post where nobody has written one."""
    return compose(_teaser(post, channel, now), get_channel(channel), now, "", post.locale.language_code).text


def _teaser(post: Post, channel: str, now: datetime) -> Teaser:
    with translation.override(post.locale.language_code):
        teaser = post.specific.teaser(now)
    return replace(teaser, image=picture_for(post, channel, teaser.image))


def _reminder(post: Post, channel: str, occasion: str, now: datetime) -> str:
    with translation.override(post.locale.language_code):
        moment = reminders.find(post.specific.moments(), occasion)
        return summary(_teaser(post, channel, now), get_channel(channel), now, moment.part(now)) if moment else ""


def draft_of(row: Announcement, now: datetime) -> tuple[Draft, int | None]:
    """Return what the announcement `row`, whose post is there, would say now, and the id of its picture."""
    assert row.post is not None  # noqa: S101 - the caller has looked
    return draft(row.post, row.channel, now, row.own_text, row.occasion)
