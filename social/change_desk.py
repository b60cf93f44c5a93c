"""What an editor may do with a post that is out: another text, take it away, stop what waits."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from social import changes
from social.announce import NotNow
from social.changing import gone
from social.channels import Draft, Refused, get_channel
from social.compose import clean
from social.models import Announcement, Change
from social.reach import lock, out_of_reach


def change_text(row: Announcement, text: str, now: datetime) -> Change:
    """Let `text` stand there instead, at once; "" asks for the post's own. Raises NotNow.

    From then on the row's text is its own and no longer follows the post, unless it is the post's.
    """
    if reason := out_of_reach(row, Change.UPDATE):
        raise NotNow(reason)
    posts_own = changes.as_of_then(row)[0].text if row.post is not None else ""
    plain = clean(text) or posts_own
    _check(row, plain)
    if plain == changes.standing(row) and not changes.under_way(row).exists():
        raise NotNow(_("That text stands there already."))
    by_hand = plain != posts_own or not changes.may_follow(row, now)
    return changes.ask(row, Change.UPDATE, now, plain, by_hand=by_hand)


def _check(row: Announcement, text: str) -> None:
    channel = get_channel(row.channel)
    try:
        channel.validate(Draft(text, row.title, row.description, row.link))
    except Refused as error:
        raise NotNow(str(error)) from None


def take_away(row: Announcement, now: datetime) -> Change:
    """Ask for the post's removal, at once. Raises NotNow where it must be done by hand."""
    if reason := out_of_reach(row, Change.DELETE):
        raise NotNow(reason)
    return changes.ask(row, Change.DELETE, now)


def is_gone(row: Announcement, now: datetime) -> None:
    """Note that somebody took the post away over there. Raises NotNow."""
    with transaction.atomic():
        if lock(row).state != Announcement.PUBLISHED or changes.under_way(row).filter(state=Change.SENDING).exists():
            raise NotNow(_("The announcement has moved on meanwhile; look at it again."))
        gone(row, _("Taken away by hand."), now)
