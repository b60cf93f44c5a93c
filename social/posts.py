"""What social asks of a post: may it be announced, why not, and what would be said."""

from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cms import outlets
from cms.models import Post
from social.channels import Draft, get_channel
from social.compose import clean, compose
from social.models import ChannelState


def goes_out_by_itself(post: Post, state: ChannelState) -> bool:
    """Tell whether a live post is announced without anybody's hand.

    Not an alias, an import or a live copy; not what was first published before the channel was
    connected; not with the switch off; not what the public can't read.
    """
    if state.active_since is None or post.first_published_at is None or post.first_published_at < state.active_since:
        return False
    if post.alias_of_id or post.imported_from or _is_live_copy(post):
        return False
    return switched_on(post, state.channel) and not why_not(post, state.channel)


def switched_on(post: Post, channel: str) -> bool:
    """Return the post's own switch for `channel`."""
    return bool(outlets.value(post.outlets, channel, "announce", True))


def _is_live_copy(post: Post) -> bool:
    # "Copy and keep published" sets the moment of publication to the copied revision's; publishing never does.
    live = post.live_revision
    return live is not None and live.created_at == post.first_published_at


def why_not(post: Post | None, channel: str, now: datetime | None = None, own_text: str = "") -> str:
    """Return why a post can't be announced as it stands, in words; "" when it can."""
    if post is None:
        return _("The post has been deleted.")
    if not post.live or (post.expire_at and post.expire_at <= (now or timezone.now())):
        return _("The post isn't published.")
    if not getattr(post.specific_class, "LISTED", False):
        return _("Pages of this kind aren't announced.")
    if post.get_view_restrictions().exists():
        return _("The post isn't open to everybody.")
    if post.members_only and not (own_text or written(post, channel)):
        return _("The post is for members only, and no public text has been written for it.")
    return ""


def written(post: Post, channel: str) -> str:
    """Return the text that the editor wrote for `channel` on the post, "" where there is none."""
    return clean(str(outlets.value(post.outlets, channel, "text", "") or ""))


def draft(post: Post, channel: str, now: datetime, own_text: str = "") -> tuple[Draft, int | None]:
    """Return what would be said of the post now, and the id of its picture.

    `own_text` goes before the post's text for the channel, that before the composed summary. The card of
    a members-only post shows no more than its title.
    """
    language = post.locale.language_code
    with translation.override(language):
        teaser = post.specific.teaser(now)
    made = compose(teaser, get_channel(channel), now, own_text or written(post, channel), language)
    return made, teaser.image.id if teaser.image else None
