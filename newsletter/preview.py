"""What an editor sees before anything is sent: the mail as it would be rendered now, or which block stops it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.addresses import own_url
from newsletter import audit, letter
from newsletter.addresses import accept
from newsletter.audience import look_again
from newsletter.contents import gather
from newsletter.items import LetterError
from newsletter.letter import Letter
from newsletter.models import Issue, Member, NewsletterRules
from newsletter.render import render

HTML, DARK, TEXT, MEMBER = "", "dark", "text", "member"
MODES = [
    (HTML, gettext_lazy("Mail")),
    (DARK, gettext_lazy("Mail, dark")),
    (TEXT, gettext_lazy("Plain text")),
    (MEMBER, gettext_lazy("As a member gets it")),
]
SIZES: list[dict[str, Any]] = [
    {"name": "desktop", "icon": "desktop", "device_width": 800, "label": gettext_lazy("As on a computer")},
    {"name": "mobile", "icon": "mobile-alt", "device_width": 375, "label": gettext_lazy("As on a phone")},
]
# Whom the editor looks at letters as, by the session.
CHOSEN = "newsletter_member"


def sample(issue: Issue, now: datetime, member: Member | None = None) -> Letter:
    """Return the issue's letter with slots filled for `member`, or for nobody in particular. Raises LetterError."""
    found = render(gather(issue, now))
    name = member.name if member else ""
    return Letter(found.subject, _filled(found.html, escape(name)), _filled(found.text, name))


def _filled(body: str, name: str) -> str:
    # Links that belong to one member lead nowhere here: a forwarded test must unsubscribe nobody.
    values = dict.fromkeys(letter.LINKS, own_url("/nyhetsbrev/")) | {letter.NAME: " ".join(name.split())}
    for slot, value in values.items():
        body = body.replace(slot, value)
    return body


def preview_response(issue: Issue, request: HttpRequest, mode_name: str) -> HttpResponse:
    """Answer the preview panel: the mail, or in plain words which block stops it."""
    member = chosen(request) if mode_name == MEMBER else None
    try:
        found = sample(issue, timezone.now(), member)
    except LetterError as error:
        return HttpResponse(render_to_string("newsletter/admin/preview_error.html", {"error": error}))
    if mode_name == TEXT:
        return HttpResponse(_as_page(found.text))
    if mode_name == MEMBER:
        return HttpResponse(_with_bar(found.html, issue, member))
    return HttpResponse(in_the_dark(found.html) if mode_name == DARK else found.html)


def chosen(request: HttpRequest) -> Member | None:
    """Return the member that the editor has chosen to look at letters as."""
    session = getattr(request, "session", None)
    key = session.get(CHOSEN) if session is not None else None
    return Member.objects.filter(pk=key).first() if key else None


def _with_bar(html: str, issue: Issue, member: Member | None) -> str:
    """Return the letter with a line above it: who it is shown for, whether that person gets it, and a search for another."""
    names = "wagtailsnippets_newsletter_issue:"
    address = reverse(f"{names}as_member", args=[issue.pk] if issue.pk else [])
    bar = render_to_string(
        "newsletter/admin/as_member.html", {"member": member, "why_not": _why_not(issue, member), "address": address}
    )
    place = html.find(">", html.find("<body")) + 1
    return html[:place] + bar + html[place:]


def _why_not(issue: Issue, member: Member | None) -> str:
    if member is None or issue.mailing_list is None:
        return ""
    verdict = look_again(issue.mailing_list.pk, {member.pk: member.ascii_address})
    return (
        ""
        if member.pk in verdict.allowed
        else _("does not get this letter: not on the list “%(list)s”, or blocked") % {"list": issue.mailing_list}
    )


def in_the_dark(html: str) -> str:
    """Return the mail as programs in dark mode show it, whatever this browser prefers."""
    return html.replace("(prefers-color-scheme:dark)", "all")


def _as_page(text: str) -> str:
    return (
        f'<!doctype html><html lang="{settings.LANGUAGE_CODE}"><meta charset="utf-8"><title>{escape(_("Plain text"))}</title>'
        '<body style="margin:0;background:#fff;color:#17262e"><pre style="margin:24px;font:15px/1.5 ui-monospace,monospace;'
        f'white-space:pre-wrap;overflow-wrap:anywhere">{escape(text)}</pre></body></html>'
    )


@dataclass(frozen=True, slots=True)
class Tested:
    """To whom a test went, and which lines of the test group are no addresses."""

    to: tuple[str, ...]
    bad: tuple[str, ...]


def test_group() -> Tested:
    """Return the addresses of the test group, and the lines that are none."""
    return _sorted_out(line.strip() for line in NewsletterRules.current().test_group.splitlines() if line.strip())


def _sorted_out(lines: Iterable[str]) -> Tested:
    good: dict[str, None] = {}
    bad = []
    for line in lines:
        try:
            good[accept(line).ascii] = None
        except ValidationError:
            bad.append(line)
    return Tested(tuple(good), tuple(bad))


def send_test(issue: Issue, addresses: Iterable[str], now: datetime, *, member: Member | None = None, user: Any = None) -> Tested:
    """Lay the letter in the postbox for each address, marked as a test and filled for `member`. Raises LetterError.

    What is no address is left out and returned as bad. Personal links lead nowhere.
    """
    found = sample(issue, now, member)
    tested = _sorted_out(addresses)
    subject = _("Test: %(subject)s") % {"subject": found.subject}
    with transaction.atomic():
        for address in tested.to:
            mail: Any = EmailMultiAlternatives(subject, found.text, to=[address])
            mail.attach_alternative(found.html, "text/html")
            mail.send()
        if tested.to and issue.pk:
            audit.record(issue, "test", user, count=len(tested.to))
    return tested
