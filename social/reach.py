"""Whether Ordet can change a post that is out, and which changes may be carried out now."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from social import connection
from social.channels import aliases, get_channel
from social.models import Announcement, Change

# States in which the post may stand on the network.
POSSIBLY_OUT = (Announcement.PUBLISHED, Announcement.SENDING, Announcement.UNKNOWN, Announcement.NEEDS_CHECK)


def out_of_reach(row: Announcement, kind: str) -> str:
    """Return why Ordet can't do a change of `kind` to the post of `row`, in words; "" when it can.

    A post that was made by hand stays in those hands: its words are not known here, its address may name
    something else, and it may be another account's.
    """
    if row.channel not in aliases():
        return _("%(label)s is no longer set up here.") % {"label": row.channel}
    channel = get_channel(row.channel)
    label = {"label": channel.label}
    if not row.wire:
        return _("The post on %(label)s was made by hand.") % label
    if not channel.connected():
        return _("%(label)s isn't connected.") % label
    able = channel.capabilities.update if kind == Change.UPDATE else channel.capabilities.delete
    return "" if able else _("%(label)s doesn't let Ordet do that.") % label


def ready(now: datetime) -> Q:
    """Return which changes may be carried out at `now`: of a post that is out, on a channel that isn't held, one at a time."""
    others = Change.objects.filter(announcement=OuterRef("announcement"), state=Change.SENDING)
    channels = set(aliases()) - set(connection.held(now))
    out = Q(announcement__state=Announcement.PUBLISHED, announcement__channel__in=channels)
    return out & (Q(state=Change.SENDING) | ~Exists(others))


def lock(row: Announcement) -> Announcement:
    """Hold a row for the rest of the transaction, and return it as it is: whoever changes its changes asks for it first."""
    return Announcement.objects.select_for_update(of=("self",)).get(pk=row.pk)
