"""What may stop or warn before a send, in an editor's words."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsletter import identity, letter
from newsletter.contents import gather
from newsletter.items import Contents, LetterError, PictureItem, PostItem
from newsletter.models import Issue, MailingList, Member, Subscription, Suppression
from newsletter.render import LIMIT, render

WARN_FROM = 80_000
# Ids have seldom more digits, names have at most 200 characters of up to two bytes.
BIG = 10**9
NAME_BYTES = 400


@dataclass(slots=True)
class Preflight:
    """`problems` stop the send, `warnings` don't; `size` is the HTML part's in bytes, 0 when it can't be made."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    size: int = 0


def recipients(mailing_list: MailingList) -> int:
    """Return how many would get a mailing to the list now."""
    silenced = Suppression.objects.filter(address_hash=OuterRef("member__address_hash"))
    wanted = Subscription.objects.filter(list=mailing_list, state=Subscription.SUBSCRIBED, member__status=Member.ACTIVE)
    return wanted.filter(~Exists(silenced)).count()


def check(issue: Issue, now: datetime) -> Preflight:
    """Look the issue over as it would be sent at `now`; never raises for what an editor wrote."""
    found = Preflight()
    if not issue.approved:
        found.problems.append(_("The issue isn't approved as it stands. Publish its latest version first."))
    found.problems += empty(issue)
    try:
        contents = gather(issue, now)
        found.size = heaviest(render(contents).html)
    except LetterError as error:
        found.problems.append(str(error))
        return found
    found.problems += too_heavy(found.size)
    if WARN_FROM <= found.size < LIMIT:
        words = _("The letter is %(size)d kB and comes close to the 102 kB at which Gmail cuts it off.")
        found.warnings.append(words % {"size": round(found.size / 1000)})
    found.warnings += _words(contents) + _pictures(contents) + _closed(contents)
    return found


def empty(issue: Issue) -> list[str]:
    """Return the problem that there is nothing in the issue, if so."""
    return [] if issue.content else [_("The issue is empty. Add at least one block.")]


def heaviest(html: str) -> int:
    """Return how many bytes the HTML part has for the member whose name and links are longest."""
    link = len(identity.unsubscribe_url(BIG, BIG))
    filled = {letter.NAME: NAME_BYTES} | dict.fromkeys(letter.LINKS, link)
    return len(html.encode()) + sum(html.count(slot) * (size - len(slot)) for slot, size in filled.items())


def too_heavy(size: int) -> list[str]:
    """Return the problem that Gmail would cut off a part of `size` bytes, if so."""
    words = _("The letter is %(size)d kB. Gmail cuts off what is above 102 kB: take out a block.")
    return [words % {"size": round(size / 1000)}] if size >= LIMIT else []


def _words(contents: Contents) -> list[str]:
    out = []
    if not contents.preheader:
        out.append(_("There is no preheader; mail programs will show the letter's first words after the subject."))
    if not contents.sender.name or not contents.sender.address:
        out.append(_("The association's name or postal address is missing. Write them under Settings → The association."))
    return out


def _pictures(contents: Contents) -> list[str]:
    shots = [item.picture for item in contents.items if isinstance(item, PostItem | PictureItem) and item.picture]
    bare = sum(not shot.alt for shot in shots)
    words = ngettext("%(n)d picture has no alt text.", "%(n)d pictures have no alt text.", bare)
    return [words % {"n": bare}] if bare else []


def _closed(contents: Contents) -> list[str]:
    words = _("“%(title)s”: the date “%(label)s” has passed (%(date)s).")
    return [
        words % {"title": item.teaser.title, "label": date.label, "date": date.text}
        for item in contents.items
        if isinstance(item, PostItem)
        for date in item.teaser.dates
        if date.closed
    ]
