"""What the words in the rows mean to people: reasons, kinds of reports, and where a choice came from."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "unsubscribed": _("has unsubscribed"),
    "suppressed": _("wants no mail from us"),
    "erased": _("has been erased"),
    "bounced": _("the address has stopped working"),
    "duplicate": _("gets the issue in another mailing"),
    "frequency": _("wants at most one letter a month, and has had it"),
    "hard": _("the address doesn't exist"),
    "soft": _("the receiver's server refused it for now"),
    "policy": _("the receiver's server refused the letter itself"),
    "expired": _("tried for three days without success"),
    "complaint": _("marked as spam"),
}
KINDS: dict[str, Any] = {
    "hard": _("the address doesn't exist"),
    "soft": _("the receiver's server refused it for now"),
    "complaint": _("marked as spam"),
    "complained": _("marked as spam"),
    "bounced": _("bounced"),
    "rejected": _("refused"),
    "failed": _("refused"),
    "delivered": _("delivered"),
    "unsubscribed": _("has unsubscribed"),
    "leaves": _("has unsubscribed"),
    "none": _("nothing that we know how to read"),
}
SOURCES: dict[str, Any] = {
    "one-click unsubscribe": _("the unsubscribe button of the mail program"),
    "unsubscribe page": _("the page for unsubscribing"),
    "preferences page": _("the page “Your newsletters”"),
    "yearly question": _("the answer to the yearly question"),
    "clean-up list": _("the office: gave no answer to the yearly question"),
    "mail to the unsubscribe address": _("a mail to the address for unsubscribing"),
    "erasure": _("the erasure"),
    "complaint": _("marked as spam"),
}
_BY_HAND = "admin: "


def source(text: str) -> str:
    """Return where a choice came from, in words; pages' addresses and files' names stay as they are."""
    if text.startswith(_BY_HAND):
        return str(_("the office: %(who)s")) % {"who": text.removeprefix(_BY_HAND)}
    return str(SOURCES.get(text, text))


def reason(text: str) -> str:
    """Return a delivery's reason in words; of a mail server, as it said it."""
    return str(REASONS.get(text, text))


def kind(text: str) -> str:
    """Return what kind of report it is, in words."""
    return str(KINDS.get(text, text))
