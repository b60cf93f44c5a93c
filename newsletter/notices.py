"""Single mails to one person, as text and as HTML: confirmations, links, notices, welcomes. Composing sends nothing."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.html import escape

from cms.identity import Identity
from newsletter.cleaning import one_line
from newsletter.models import MailingList
from newsletter.plaintext import from_html, tidy

# Stands in for an address that holds the key of a row: rendering comes before the transaction that makes the row.
LATER = "@@later@@"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a single mail says: paragraphs, perhaps rich text, perhaps one button, and quiet words at the end.

    `html` must have been through `newsletter.cleaning.rich`; all else is plain text.
    """

    subject: str
    before: tuple[str, ...] = ()
    html: str = ""
    button: str = ""
    url: str = ""
    after: tuple[str, ...] = ()


def association() -> Identity:
    """Return who the association is, without making its row at first use: a page that is looked at changes nothing."""
    return Identity.objects.first() or Identity()


def compose(notice: Notice, to: str, mailing_list: MailingList | None = None, leave_url: str = "") -> EmailMultiAlternatives:
    """Return the mail, ready to be sent. With a list it gets that list's headers, and the way out by one click (RFC 8058)."""
    context = {
        "notice": notice,
        "words": from_html(notice.html),
        "association": association(),
        "leave_url": leave_url,
        "lang": settings.LANGUAGE_CODE,
    }
    text = tidy(render_to_string("newsletter/pages/notice.txt", context))
    headers = _list_headers(mailing_list, leave_url) if mailing_list else {}
    subject = one_line(notice.subject)
    mail = EmailMultiAlternatives(subject, text, to=[to], headers=headers)
    mail.attach_alternative(render_to_string("newsletter/pages/notice.html", context), "text/html")
    if mailing_list and mailing_list.reply_to:
        mail.reply_to = [mailing_list.reply_to]
    return mail


def fill_in(mail: EmailMultiAlternatives, url: str) -> EmailMultiAlternatives:
    """Put `url` where the mail says LATER; return the mail."""
    mail.body = str(mail.body).replace(LATER, url)
    mail.alternatives = [type(part)(str(part.content).replace(LATER, escape(url)), part.mimetype) for part in mail.alternatives]
    mail.extra_headers = {name: value.replace(LATER, url) for name, value in mail.extra_headers.items()}
    return mail


def _list_headers(mailing_list: MailingList, leave_url: str) -> dict[str, str]:
    named = {"List-Id": f"<{mailing_list.slug}.{settings.MAIL_LIST_DOMAIN}>"}
    if not leave_url:
        return named
    return named | {"List-Unsubscribe": f"<{leave_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
