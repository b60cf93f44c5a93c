"""What is held on a person, as tables that the person can read. The same data as the file, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import registry as log_action_registry

from newsletter import words
from newsletter.importing import story
from newsletter.models import Delivery, ImportedRow, Member, Reading, SingleMail, Subscription, Suppression

TITLES = {
    "member": gettext_lazy("You"),
    "subscriptions": gettext_lazy("Your lists"),
    "tags": gettext_lazy("Your tags"),
    "changes": gettext_lazy("Your earlier choices"),
    "mailings": gettext_lazy("Letters to you"),
    "sign_ups": gettext_lazy("When you signed up"),
    "applications": gettext_lazy("When you applied for membership"),
    "single_mails": gettext_lazy("Single mails to you"),
    "questions": gettext_lazy("Yearly questions to you"),
    "readings": gettext_lazy("What you opened and followed"),
    "imports": gettext_lazy("Files of members in which you stood"),
    "links": gettext_lazy("Links to this page"),
    "logins": gettext_lazy("When you logged in as a member"),
    "reports": gettext_lazy("Mail that came back"),
    "events": gettext_lazy("What a mail provider told us"),
    "address_changes": gettext_lazy("Changes of address"),
    "edits": gettext_lazy("When somebody at our office changed your data"),
    "suppressed": gettext_lazy("Why nothing is sent to you"),
}
LABELS = {
    "name": gettext_lazy("name"),
    "message": gettext_lazy("message"),
    "title": gettext_lazy("title"),
    "address": gettext_lazy("e-mail address"),
    "recipient": gettext_lazy("e-mail address"),
    "employer": gettext_lazy("employer"),
    "region__name": gettext_lazy("region"),
    "role": gettext_lazy("role"),
    "membership_number": gettext_lazy("membership number"),
    "joined_on": gettext_lazy("member since"),
    "is_member": gettext_lazy("member of the association"),
    "status": gettext_lazy("status"),
    "state": gettext_lazy("status"),
    "since": gettext_lazy("since"),
    "source": gettext_lazy("source"),
    "wording": gettext_lazy("wording"),
    "list__name": gettext_lazy("list"),
    "mailing__subject": gettext_lazy("letter"),
    "subject": gettext_lazy("subject"),
    "frequency": gettext_lazy("how often"),
    "reason": gettext_lazy("reason"),
    "settled_at": gettext_lazy("settled"),
    "asked_at": gettext_lazy("asked"),
    "answered_at": gettext_lazy("answered"),
    "confirmed_at": gettext_lazy("confirmed"),
    "created_at": gettext_lazy("created"),
    "received_at": gettext_lazy("received"),
    "timestamp": gettext_lazy("when"),
    "kind": gettext_lazy("kind"),
    "first_at": gettext_lazy("first"),
    "tracking_agreed_at": gettext_lazy("agreed to statistics"),
    "tracking_wording": gettext_lazy("wording"),
    "tag": gettext_lazy("tag"),
    "language": gettext_lazy("language"),
    "soft_bounces": gettext_lazy("temporary bounces in a row"),
    "soft_since": gettext_lazy("first of them"),
    "heard_at": gettext_lazy("heard of"),
    "welcomed_at": gettext_lazy("welcomed"),
    "relay": gettext_lazy("mail server"),
    "attempts": gettext_lazy("attempts"),
    "first_attempt_at": gettext_lazy("first attempt"),
    "last_reply": gettext_lazy("latest answer"),
    "last_error": gettext_lazy("latest answer"),
    "link": gettext_lazy("link"),
    "machine": gettext_lazy("by a machine"),
    "mailed_at": gettext_lazy("mailed"),
    "used_at": gettext_lazy("used"),
    "until": gettext_lazy("logged in until"),
    "action": gettext_lazy("what happens"),
    "label": gettext_lazy("name"),
    "source__filename": gettext_lazy("file"),
    "source__created_at": gettext_lazy("created"),
    "number": gettext_lazy("row"),
    "act": gettext_lazy("what happens"),
    "changes": gettext_lazy("changes"),
    "done": gettext_lazy("done"),
}
WORDS: dict[str, Any] = {
    **words.KINDS,
    **words.REASONS,
    **dict(ImportedRow.ACTS),
    **dict(SingleMail.STATES),
    **dict(Delivery.STATES),
    **dict(Member.STATUSES),
    **dict(Subscription.STATES),
    **dict(Subscription.FREQUENCIES),
    **dict(Suppression.REASONS),
    **dict(Reading.KINDS),
}
# So many rows stand on the page; the file has them all.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A table: title, column headings, rows of cells. `more` rows stand only in the file."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    more: int = 0


def parts(held: Mapping[str, Any]) -> list[Part]:
    """Return the tables of what is held; empty ones are left out, and columns that nobody filled in."""
    found = {name: [value] if isinstance(value, dict) else value for name, value in held.items() if name in TITLES}
    if "tags" in found:
        found["tags"] = [{"tag": name} for name in found["tags"]]
    return [_part(name, found[name]) for name in TITLES if found.get(name)]


def _part(name: str, rows: Sequence[Mapping[str, Any]]) -> Part:
    newest = list(reversed(rows))[:SHOWN]
    columns = [key for key in LABELS if any(row.get(key) for row in newest)]
    cells = [[_cell(row.get(key), key) for key in columns] for row in newest]
    return Part(str(TITLES[name]), [str(LABELS[key]) for key in columns], cells, max(0, len(rows) - SHOWN))


def _cell(value: Any, column: str) -> str:
    if value in (None, "", {}, []):
        return "–"
    if isinstance(value, datetime):
        return date_format(localtime(value), "j F Y H.i")
    if isinstance(value, date):
        return date_format(value, "j F Y")
    if isinstance(value, str):
        return _word(value, column)
    if column == "changes":
        return story.in_words(value)
    return _("yes") if value is True else str(value)


def _word(text: str, column: str) -> str:
    if column == "source":
        return words.source(text)
    if column == "action":
        return str(dict(log_action_registry.get_choices()).get(text, text))
    return str(WORDS.get(text, text))
