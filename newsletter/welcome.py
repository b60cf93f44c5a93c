"""The welcome mail of a list: once per subscription, for whoever came by an own act; never after an import."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from newsletter import notices, ways
from newsletter.cleaning import rich
from newsletter.contents import expanded
from newsletter.models import MailingList, Member, Subscription


def welcome_mail(member: Member, mailing_list: MailingList) -> EmailMultiAlternatives | None:
    """Return the list's welcome to `member`, or nothing where the list has none. Sends nothing."""
    if not mailing_list.welcome_subject:
        return None
    notice = notices.Notice(
        subject=mailing_list.welcome_subject,
        html=rich(expanded(mailing_list.welcome_text)),
        after=(
            _("You get this letter because you have subscribed to “%(list)s” from %(name)s.")
            % {"list": mailing_list.name, "name": notices.association()},
        ),
    )
    return notices.compose(notice, member.ascii_address, mailing_list, ways.list_url(mailing_list.pk, member.pk))


def greet(member: Member, mailing_list: MailingList, mail: EmailMultiAlternatives | None, now: datetime) -> bool:
    """Send `mail` unless this subscription has been welcomed; belongs into the transaction that subscribes. True if sent."""
    subscriptions = Subscription.objects.filter(member=member, list=mailing_list, welcomed_at=None)
    if mail is None or not subscriptions.update(welcomed_at=now):
        return False
    mail.send()
    return True
