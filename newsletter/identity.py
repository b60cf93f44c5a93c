"""What names one delivery to the outside: Message-ID, envelope sender (VERP) and personal links.

All are functions of (mailing, member), so a bounce or a relay's log settles a row without a second mail. Where mail
servers may change a letter's case, hexadecimal digits stand.
"""

from django.conf import settings

from cms.addresses import own_url
from cms.secrets import MAC_BYTES, BadLink, Signing, pack, read_raw, sign_link

BOUNCE, LEAVE = "b", "u"
_PURPOSE = {BOUNCE: "bounce", LEAVE: "leave"}
_MESSAGE = "message"


class Names:
    """The names of one mailing's deliveries: what all have in common is worked out once, the rest takes microseconds."""

    def __init__(self, mailing: int, digest: str) -> None:
        """`digest` is that of the mailing's content; part of it keeps Message-IDs apart from another installation's."""
        self._mailing = pack(mailing)
        self._id = f"<{mailing}.%d.{digest[:12]}.%s@{settings.MAIL_LIST_DOMAIN}>"
        self._message = Signing(_MESSAGE)
        self._unsubscribe, self._unsubscribe_page = Signing("unsubscribe"), own_url("/n/u/")
        self._preferences, self._preferences_page = Signing("preferences"), own_url("/n/p/")
        self._leave, self._bounce = Signing(_PURPOSE[LEAVE]), Signing(_PURPOSE[BOUNCE])
        self._domain = settings.MAIL_BOUNCE_DOMAIN

    def message_id(self, member: int) -> str:
        """Return the Message-ID; its last part is a signature, because every receiver can guess at others' numbers."""
        return self._id % (member, self._message.raw(self._mailing + pack(member))[:MAC_BYTES].hex())

    def unsubscribe_url(self, member: int) -> str:
        """Return the address of the unsubscribe page and one-click endpoint; short, see `cms.secrets.sign_link`."""
        return self._unsubscribe_page + self._unsubscribe.token(self._mailing + pack(member))

    def preferences_url(self, member: int) -> str:
        """Return the address where a member sees and changes the own choices."""
        return self._preferences_page + self._preferences.token(pack(member))

    def leave_address(self, member: int) -> str:
        """Return the signed address that mails asking to be unsubscribed go to."""
        return f"{LEAVE}-{self._leave.raw(self._mailing + pack(member)).hex()}@{self._domain}"

    def bounce_address(self, member: int) -> str:
        """Return the signed envelope sender, which bounces go to (VERP)."""
        return f"{BOUNCE}-{self._bounce.raw(self._mailing + pack(member)).hex()}@{self._domain}"


def message_id(mailing: int, member: int, digest: str) -> str:
    """Return the Message-ID; see `Names`."""
    return Names(mailing, digest).message_id(member)


def is_message_of(mailing: int, member: int, signature: str) -> bool:
    """Tell whether `signature` is the last part of the Message-ID of that delivery; any of `LINK_KEYS` verifies."""
    try:
        return bool(read_raw(_MESSAGE, bytes.fromhex(signature) + pack(mailing, member)))
    except ValueError:
        return False


def return_address(kind: str, mailing: int, member: int) -> str:
    """Return the signed address that bounces (`BOUNCE`) or mails asking to be unsubscribed (`LEAVE`) go to."""
    names = Names(mailing, "")
    return names.bounce_address(member) if kind == BOUNCE else names.leave_address(member)


def read_return_address(address: str) -> tuple[str, int, int]:
    """Return (kind, mailing, member) of an address made by `return_address`; raises BadLink for any other."""
    kind, _, token = address.strip("<> ").partition("@")[0].lower().partition("-")
    if kind not in _PURPOSE:
        raise BadLink("not one of our addresses")
    try:
        raw = bytes.fromhex(token)
    except ValueError:
        raise BadLink("not one of our addresses") from None
    numbers = read_raw(_PURPOSE[kind], raw)
    if len(numbers) != 2:  # noqa: PLR2004
        raise BadLink("not one of our addresses")
    return kind, *numbers


def unsubscribe_url(mailing: int, member: int) -> str:
    """Return the address of the unsubscribe page and one-click endpoint."""
    return Names(mailing, "").unsubscribe_url(member)


def preferences_url(member: int) -> str:
    """Return the address where a member sees and changes the own choices."""
    return Names(0, "").preferences_url(member)


def web_view_url(mailing: int) -> str:
    """Return the address of a mailing's page on the web; the same for all its receivers."""
    return own_url(f"/n/w/{sign_link('web', mailing)}")
