"""What an editor sees before anything is sent: the mail as it would be rendered now, or which block stops it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.addresses import own_url
from newsletter import letter
from newsletter.contents import gather
from newsletter.items import LetterError
from newsletter.letter import Letter
from newsletter.models import Issue
from newsletter.render import render

HTML, DARK, TEXT = "", "dark", "text"
MODES = [(HTML, gettext_lazy("Mail")), (DARK, gettext_lazy("Mail, dark")), (TEXT, gettext_lazy("Plain text"))]


def sample(issue: Issue, now: datetime) -> Letter:
    """Return the issue's letter with slots filled for nobody in particular. Raises LetterError."""
    found = render(gather(issue, now))
    return Letter(found.subject, _filled(found.html), _filled(found.text))


def _filled(body: str) -> str:
    # Links that belong to one member lead nowhere here: a forwarded test must unsubscribe nobody.
    values = dict.fromkeys(letter.LINKS, own_url("/nyhetsbrev/")) | {letter.NAME: ""}
    for slot, value in values.items():
        body = body.replace(slot, value)
    return body


def preview_response(issue: Issue, request: HttpRequest, mode_name: str) -> HttpResponse:
    """Answer the preview panel: the mail, or in plain words which block stops it."""
    try:
        found = sample(issue, timezone.now())
    except LetterError as error:
        return HttpResponse(render_to_string("newsletter/admin/preview_error.html", {"error": error}))
    if mode_name == TEXT:
        return HttpResponse(_as_page(found.text))
    return HttpResponse(in_the_dark(found.html) if mode_name == DARK else found.html)


def in_the_dark(html: str) -> str:
    """Return the mail as programs in dark mode show it, whatever this browser prefers."""
    return html.replace("(prefers-color-scheme:dark)", "all")


def _as_page(text: str) -> str:
    return (
        f'<!doctype html><html lang="{settings.LANGUAGE_CODE}"><meta charset="utf-8"><title>{escape(_("Plain text"))}</title>'
        '<body style="margin:0;background:#fff;color:#17262e"><pre style="margin:24px;font:15px/1.5 ui-monospace,monospace;'
        f'white-space:pre-wrap;overflow-wrap:anywhere">{escape(text)}</pre></body></html>'
    )


def send_test(issue: Issue, address: str, now: datetime) -> None:
    """Lay the letter in the postbox for one address, marked as a test. Raises LetterError, ValidationError."""
    found = sample(issue, now)
    subject = _("Test: %(subject)s") % {"subject": found.subject}
    mail: Any = EmailMultiAlternatives(subject, found.text, to=[address])
    mail.attach_alternative(found.html, "text/html")
    mail.send()
