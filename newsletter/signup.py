"""What the public pages need to know: open lists, the archive, a member's own choices. Reads only."""

from dataclasses import dataclass

from cms.addresses import own_url
from cms.secrets import BadLink, read_link
from newsletter import identity, letter
from newsletter.models import Mailing, MailingList, Member, Subscription


class Gone(LookupError):
    """The link is signed by us, but there is nothing behind it (any more)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A list and whether the member has it."""

    list: MailingList
    chosen: bool


def numbers(purpose: str, token: str, count: int) -> tuple[int, ...]:
    """Return the `count` ids that a link carries; raises BadLink."""
    found = read_link(purpose, token)
    if len(found) != count:
        raise BadLink("wrong length")
    return found


def leaving(token: str) -> tuple[Member, MailingList]:
    """Return who leaves what by an unsubscribe link. Raises BadLink or Gone."""
    mailing, member = numbers("unsubscribe", token, 2)
    found = Mailing.objects.filter(pk=mailing).select_related("list").defer("html", "text").first()
    person = Member.objects.filter(pk=member).first()
    if found is None or person is None:
        raise Gone(token)
    return person, found.list


def chooser(token: str) -> Member:
    """Return whose choices a link shows. Raises BadLink or Gone."""
    (member,) = numbers("preferences", token, 1)
    person = Member.objects.filter(pk=member).exclude(status=Member.ERASED).first()
    if person is None:
        raise Gone(token)
    return person


def choices(member: Member) -> list[Choice]:
    """Return the lists that the member has a say about: open ones and those that they are or were on."""
    states = dict(Subscription.objects.filter(member=member).values_list("list_id", "state"))
    lists = [found for found in MailingList.objects.all() if found.is_open or found.pk in states]
    return [Choice(found, states.get(found.pk) == Subscription.SUBSCRIBED) for found in lists]


def open_lists() -> list[MailingList]:
    """Return the lists that anybody may subscribe to."""
    return list(MailingList.objects.filter(is_open=True))


def archive() -> list[tuple[Mailing, str]]:
    """Return the mailings that may be read on the web, newest first, with their addresses; never cancelled ones."""
    begun = Mailing.objects.filter(frozen_at__isnull=False, list__in_archive=True).exclude(state=Mailing.CANCELLED)
    begun = begun.defer("html", "text").order_by("-start_at")
    return [(mailing, identity.web_view_url(mailing.pk)) for mailing in begun[:200]]


def web_view(token: str) -> str:
    """Return the HTML of a mailing as everybody may see it. Raises BadLink, or Gone before it has started."""
    (key,) = numbers("web", token, 1)
    mailing = Mailing.objects.filter(pk=key, frozen_at__isnull=False).first()
    if mailing is None:
        raise Gone(token)
    public = own_url("/nyhetsbrev/")
    filled = {
        letter.NAME: "",
        letter.UNSUBSCRIBE: public,
        letter.PREFERENCES: public,
        letter.WEB_VIEW: identity.web_view_url(mailing.pk),
    }
    html = mailing.html
    for slot, value in filled.items():
        html = html.replace(slot, value)
    return html
