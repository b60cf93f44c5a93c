"""Opens and clicks, off by default, and then only of members who agreed: everybody else's letter has no trace of it.

A GET that records a reading is the one exception to “looking changes nothing”; it exists only where the
association has switched it on and the person has agreed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

from django.db.models import Count
from django.utils.safestring import SafeString

from cms.addresses import own_url
from cms.secrets import sign_link
from newsletter.letter import Letter
from newsletter.models import Delivery, Mailing, MailingLink, Member, NewsletterRules, Reading
from newsletter.ways import Gone, numbers

OPEN_SLOT = "@@open@@"
_HREF = re.compile(r'(\shref=")(https?://[^"]+)(")')
# Programs that fetch for people before or without them: proxies of pictures, previews, scanners.
_MACHINES = re.compile(
    r"GoogleImageProxy|ggpht|YahooMailProxy|YahooCacheSystem|Outlook-iOS|Microsoft Office|ms-office|MSOffice|OutlookImageProxy"
    r"|bot\b|spider|crawl|preview|scan|proofpoint|mimecast|barracuda|safelinks|curl|wget|python|java/|go-http|headless",
    re.IGNORECASE,
)
# Apple's proxy opens every letter and says no more than this.
_APPLE = re.compile(r"^Mozilla/5\.0$")
# A scanner opens at once; a person takes a moment.
AT_ONCE = timedelta(seconds=10)
# So many links within so short a time are a scanner's.
MANY, WITHIN = 4, timedelta(seconds=5)
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What is known of a request: which program asks, and whether it only asks for the head."""

    program: str
    head: bool = False


def is_on() -> bool:
    """Tell whether the association counts opens and clicks at all."""
    return NewsletterRules.objects.filter(tracking=True).exists()


def slot(place: int) -> str:
    """Return the slot of the link at `place` in a tracked letter."""
    return f"@@link-{place}@@"


def addresses(letter: Letter) -> list[str]:
    """Return the addresses of the letter's links on the web, by place; our short links are left alone."""
    return [url for match in _HREF.finditer(letter.html) if _counts(url := unescape(match[2]))]


def _counts(url: str) -> bool:
    return not url.startswith(own_url("/n/"))


def with_slots(letter: Letter) -> tuple[Letter, dict[str, str]]:
    """Return the letter with a slot for each link and one for the open's picture, and what they hold for everybody else.

    Filled with those, it is the letter that came in, to the byte.
    """
    usual: dict[str, str] = {}

    def replaced(match: re.Match[str]) -> str:
        url = unescape(match[2])
        if not _counts(url):
            return match[0]
        name = slot(len(usual))
        usual[name] = url
        return f"{match[1]}{name}{match[3]}"

    html = _HREF.sub(replaced, letter.html)
    head, end, rest = html.rpartition("</body>")
    return Letter(letter.subject, f"{head}{OPEN_SLOT}{end}{rest}", letter.text), {**usual, OPEN_SLOT: ""}


def remember_links(mailing: Mailing, letter: Letter) -> None:
    """Write the letter's addresses by place: only to these is anybody ever redirected."""
    rows = (MailingLink(mailing=mailing, place=place, url=url[:2000]) for place, url in enumerate(addresses(letter)))
    MailingLink.objects.bulk_create(rows, ignore_conflicts=True)


def links_for(mailing: int, members: Iterable[int]) -> dict[int, Mapping[str, str]]:
    """Return, for those of `members` who have agreed by now, what their letter's slots hold. Nobody else is in it."""
    if not is_on():
        return {}
    places = MailingLink.objects.filter(mailing_id=mailing).count()
    agreed = Member.objects.filter(pk__in=list(members), tracking_agreed_at__isnull=False).values_list("pk", flat=True)
    return {member: _own_links(mailing, places, member) for member in agreed}


def _own_links(mailing: int, places: int, member: int) -> dict[str, str]:
    own = {slot(place): own_url(f"/n/k/{sign_link('click', mailing, member, place)}") for place in range(places)}
    source = own_url(f"/n/o/{sign_link('open', mailing, member)}")
    return {**own, OPEN_SLOT: SafeString(f'<img src="{source}" alt="" width="1" height="1">')}


def clicked(token: str, seen: Glimpse, now: datetime) -> str:
    """Note a click and return where it leads. Raises BadLink, or Gone for an address that the letter doesn't hold."""
    mailing, member, place = numbers("click", token, 3)
    link = MailingLink.objects.filter(mailing_id=mailing, place=place).first()
    if link is None:
        raise Gone(token)
    _note(mailing, member, Reading.CLICK, place, seen, now)
    return link.url


def opened(token: str, seen: Glimpse, now: datetime) -> None:
    """Note an open. Raises BadLink."""
    mailing, member = numbers("open", token, 2)
    _note(mailing, member, Reading.OPEN, 0, seen, now)


def _note(mailing: int, member: int, kind: str, place: int, seen: Glimpse, now: datetime) -> None:
    """Write the first reading of each kind, unless counting is off by now or the member has changed their mind."""
    agreed = Member.objects.filter(pk=member, tracking_agreed_at__isnull=False).exists()
    if not agreed or not is_on() or not Mailing.objects.filter(pk=mailing, tracked=True).exists():
        return
    machine = is_machine(mailing, member, seen, now) or (kind == Reading.CLICK and _all_at_once(mailing, member, place, now))
    Reading.objects.get_or_create(
        mailing_id=mailing, member_id=member, kind=kind, link=place, machine=machine, defaults={"first_at": now}
    )


def is_machine(mailing: int, member: int, seen: Glimpse, now: datetime) -> bool:
    """Tell whether it was no person: by the program, by asking for the head alone, or within seconds of the acceptance."""
    if seen.head or not seen.program or _MACHINES.search(seen.program) or _APPLE.search(seen.program):
        return True
    accepted = Delivery.objects.filter(mailing_id=mailing, member_id=member).values_list("settled_at", flat=True).first()
    return accepted is not None and now < accepted + AT_ONCE


def _all_at_once(mailing: int, member: int, place: int, now: datetime) -> bool:
    """Tell whether several other links were followed in the same moment; those were a machine's too, then."""
    clicks = Reading.objects.filter(mailing_id=mailing, member_id=member, kind=Reading.CLICK, first_at__gt=now - WITHIN)
    others = clicks.exclude(link=place)
    if others.count() < MANY - 1:
        return False
    for row in others.filter(machine=False):
        known = Reading.objects.filter(mailing_id=mailing, member_id=member, kind=row.kind, link=row.link, machine=True)
        if known.exists():
            row.delete()
        else:
            Reading.objects.filter(pk=row.pk).update(machine=True)
    return True


def readers(mailing: int) -> dict[str, int]:
    """Return how many people opened and clicked, machines left out."""
    rows = Reading.objects.filter(mailing_id=mailing, machine=False).values_list("kind")
    return dict(rows.annotate(n=Count("member_id", distinct=True)).order_by())
