"""Signed public links besides those of a mailing: where they lead, and how they are read."""

from cms.addresses import own_url
from cms.secrets import BadLink, read_link, sign_link


def list_url(mailing_list: int, member: int) -> str:
    """Return where a member leaves a list by way of a single mail, such as a welcome: page and one-click endpoint."""
    return own_url(f"/n/l/{sign_link('list', mailing_list, member)}")


def question_url(question: int) -> str:
    """Return where a member answers the yearly question."""
    return own_url(f"/n/q/{sign_link('question', question)}")


def personal_url(link: int) -> str:
    """Return the address of “my data”; the row behind it says until when, and whether it has been used."""
    return own_url(f"/n/m/{sign_link('personal', link)}")


def login_url(login: int) -> str:
    """Return where a member logs in; the row behind it says until when, and whether it has been used."""
    return own_url(f"/n/i/{sign_link('login', login)}")


def new_address_url(change: int) -> str:
    """Return where a new address is confirmed; mailed to that address alone."""
    return own_url(f"/n/a/{sign_link('address', change)}")


class Gone(LookupError):
    """The link is signed by us, but there is nothing behind it (any more)."""


def numbers(purpose: str, token: str, count: int) -> tuple[int, ...]:
    """Return the `count` ids that a link carries; raises BadLink."""
    found = read_link(purpose, token)
    if len(found) != count:
        raise BadLink("wrong length")
    return found
