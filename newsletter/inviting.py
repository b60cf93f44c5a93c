"""The invitation on the reader site: the same lists and the same words as on the newsletter's own page."""

from cms.invitation import Choice, Invitation
from newsletter import signup

PATH = "/nyhetsbrev/"


def invitation() -> Invitation | None:
    """Return what a reader may subscribe to; None while no list is open."""
    choices = tuple(Choice(str(found.pk), found.name, found.description) for found in signup.open_lists())
    return Invitation(PATH, choices, signup.consent(), signup.TRAP) if choices else None
