"""What names one delivery to the outside: Message-ID, envelope sender (VERP) and personal links.

All are functions of (mailing, member), so a bounce or a relay's log settles a row without a second mail.
"""

import base64

from django.conf import settings

from cms.addresses import own_url
from cms.secrets import BadLink, read_link, sign_link

BOUNCE, LEAVE = "b", "u"
_PURPOSE = {BOUNCE: "bounce", LEAVE: "leave"}


def message_id(mailing: int, member: int, digest: str) -> str:
    """Return the Message-ID; part of the content's `digest` keeps it apart from another installation's."""
    return f"<{mailing}.{member}.{digest[:12]}@{settings.MAIL_LIST_DOMAIN}>"


def return_address(kind: str, mailing: int, member: int) -> str:
    """Return the signed address that bounces (`BOUNCE`) or mails asking to be unsubscribed (`LEAVE`) go to.

    Base 32 in small letters, because mail servers may change a local part's case.
    """
    token = sign_link(_PURPOSE[kind], mailing, member)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return f"{kind}-{base64.b32encode(raw).decode().rstrip('=').lower()}@{settings.MAIL_BOUNCE_DOMAIN}"


def read_return_address(address: str) -> tuple[str, int, int]:
    """Return (kind, mailing, member) of an address made by `return_address`; raises BadLink for any other."""
    kind, _, token = address.strip("<> ").partition("@")[0].lower().partition("-")
    if kind not in _PURPOSE:
        raise BadLink("not one of our addresses")
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        raise BadLink("not one of our addresses") from None
    numbers = read_link(_PURPOSE[kind], base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
    if len(numbers) != 2:  # noqa: PLR2004
        raise BadLink("not one of our addresses")
    return kind, *numbers


def unsubscribe_url(mailing: int, member: int) -> str:
    """Return the address of the unsubscribe page and one-click endpoint; short, see `cms.secrets.sign_link`."""
    return own_url(f"/n/u/{sign_link('unsubscribe', mailing, member)}")


def preferences_url(member: int) -> str:
    """Return the address where a member sees and changes the own choices."""
    return own_url(f"/n/p/{sign_link('preferences', member)}")


def web_view_url(mailing: int) -> str:
    """Return the address of a mailing's page on the web; the same for all its receivers."""
    return own_url(f"/n/w/{sign_link('web', mailing)}")
