"""Members log in to the site by a mailed link: no password, one link per login, thirty days.

The link works for half an hour and once, and only by a press of its button: scanners open every link. Who is logged in is
asked of the rows each time, so an erasure or the end of a membership ends it at once.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from newsletter import limits, members, notices, ways
from newsletter.addresses import accept
from newsletter.models import Member, MemberLogin
from newsletter.ways import Gone, numbers

FRESH = timedelta(minutes=30)
STAYS = timedelta(days=30)
# A worker that stood still mails late; what is older than this nobody waits for.
MAIL_WITHIN = timedelta(days=1)
BATCH = 100
LONGEST_PATH = 500
COOKIE = "ordet_member"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A login that has begun: the secret for the cookie, and where the reader came from."""

    secret: str
    leads_to: str


def is_member(name: str) -> bool:
    """Tell whether `name`, a mail address however it is spelled, is that of a living member of the association."""
    try:
        found = members.find(name)
    except ValidationError:
        return False
    return found is not None and reads(found)


def reads(member: Member) -> bool:
    """Tell whether `member` may read what is for members: of the association, and with an address that works."""
    return member.is_member and member.status == Member.ACTIVE


def way_in(path: str) -> str:
    """Return where a reader of `path` logs in, to be led back there."""
    return f"{reverse('newsletter_login')}?{urlencode({'next': path})}"


def safe(path: str) -> str:
    """Return `path` if it is one of this site's own, else nothing: a link of ours must lead to nobody else's page."""
    ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if ours and len(path) <= LONGEST_PATH and path.isprintable() else ""


def ask(address: str, leads_to: str, now: datetime) -> None:
    """Ask for a link to be mailed to `address`, if it is a member's. Raises ValidationError for what is no address.

    The same work for every address: a worker finds out whether there is anybody to mail.
    """
    to = accept(address).ascii
    if limits.has_room(limits.LOGIN, to, now):
        MemberLogin.objects.create(address=to, leads_to=safe(leads_to), asked_at=now)


def logins_due(now: datetime) -> dict[str, int]:
    """Mail the links that were asked for, and drop what was asked for somebody who is no member; return counts."""
    counts = {"mailed": 0, "dropped": 0}
    for row in MemberLogin.objects.filter(mailed_at=None).order_by("pk")[:BATCH]:
        member = members.find(row.address)
        if member is None or not reads(member):
            row.delete()
            counts["dropped"] += 1
        else:
            counts["mailed"] += _mail(row, member, now)
    return counts


def _mail(row: MemberLogin, member: Member, now: datetime) -> bool:
    until = date_format(localtime(now + FRESH), "H.i")
    notice = notices.Notice(
        subject=_("Log in as a member"),
        before=(
            _("Here you log in to read what is for members."),
            _("The link works until %(time)s, and once.") % {"time": until},
        ),
        button=_("Log in"),
        url=ways.login_url(row.pk),
        after=(_("If you didn't ask for it, do nothing. Don't forward this mail: the link is yours alone."),),
    )
    mail = notices.compose(notice, member.ascii_address)
    with transaction.atomic():
        # Of two workers only one wins.
        mine = MemberLogin.objects.filter(pk=row.pk, mailed_at=None).update(mailed_at=now, member=member, address="")
        if mine:
            mail.send()
    return bool(mine)


def asked(token: str, now: datetime) -> MemberLogin:
    """Return the login that a mailed link belongs to. Raises BadLink, or Gone when it is too old, used, or nobody's."""
    (key,) = numbers("login", token, 1)
    waiting = MemberLogin.objects.select_related("member").filter(pk=key, used_at=None, mailed_at__gt=now - FRESH)
    row = waiting.first()
    if row is None or row.member is None or not reads(row.member):
        raise Gone(token)
    return row


def begin(row: MemberLogin, now: datetime) -> Session:
    """Use the link up and begin the session. Raises Gone when it has been used meanwhile."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    begun = {"used_at": now, "session": _name(secret), "until": now + STAYS}
    if not MemberLogin.objects.filter(pk=row.pk, used_at=None).update(**begun):
        raise Gone(row.pk)
    return Session(secret, safe(row.leads_to))


def reader(secret: str, now: datetime) -> Member | None:
    """Return the member who is logged in by `secret`, or nobody."""
    rows = MemberLogin.objects.select_related("member").filter(session=_name(secret), until__gt=now) if secret else ()
    return next((row.member for row in rows if reads(row.member)), None)


def reads_here(request: HttpRequest) -> bool:
    """Tell whether a member is logged in where `request` comes from; see `cms.access`."""
    return reader(request.COOKIES.get(COOKIE, ""), timezone.now()) is not None


def end(secret: str, now: datetime) -> None:
    """Log out; may be repeated."""
    MemberLogin.objects.filter(session=_name(secret)).exclude(session="").update(session="", until=now)


def _name(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def forget_old(now: datetime) -> int:
    """Remove links that nobody can use any more, and sessions that are over; return how many."""
    old = Q(mailed_at=None, asked_at__lt=now - MAIL_WITHIN) | Q(mailed_at__lt=now - 2 * FRESH)
    unused = MemberLogin.objects.filter(old, used_at=None).delete()[0]
    return unused + MemberLogin.objects.filter(until__lt=now).delete()[0]
