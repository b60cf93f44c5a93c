"""Who gets the letter, from whom, by which servers, and when."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.keydates import STOCKHOLM
from newsletter.audience import anybody, definition, key
from newsletter.models import Mailing, MailingList, RelayState, Subscription
from newsletter.preflight.findings import Finding, Look
from newsletter.relays import BadRelay, parse
from newsletter.segments import BadConditions, TooSlow

NIGHT_ENDS, NIGHT_BEGINS = 7, 21


def audience(look: Look) -> Iterator[Finding]:
    """Find a letter that nobody would get, or that its list has got."""
    if look.mailing_list is None:
        words = _("No list is chosen.")
        yield look.warn("no-list", words, _("Choose to whom the issue goes."), name="mailing_list")
        return
    try:
        meant = definition(look.mailing_list, look.issue.segment, look.issue.left_out, look.issue.corrects)
        yield from _somebody(look, look.mailing_list, meant)
    except TooSlow:
        return  # The send page says so beside the list.
    except BadConditions as error:
        advice = _("Mend the segment, or choose another.")
        yield look.stop("segment", _("The segment can't be used: %(error)s") % {"error": error}, advice, name="segment")


def _somebody(look: Look, mailing_list: MailingList, meant: dict[str, Any]) -> Iterator[Finding]:
    names = {"list": mailing_list.name}
    if not anybody(definition(mailing_list)):
        words = _("All who subscribe to “%(list)s” are blocked, erased or have addresses that don't work.")
        if not mailing_list.subscriptions.filter(state=Subscription.SUBSCRIBED).exists():
            words = _("Nobody subscribes to “%(list)s”.")
        yield look.stop("nobody", words % names, _("Choose another list, or import members."), name="mailing_list")
    elif (meant["segment"] or meant["left_out"] or meant["corrects"]) and not anybody(meant):
        words = _("Nobody on the list “%(list)s” meets the conditions.") % names
        yield look.stop("segment-empty", words, _("Choose another segment, or change its conditions."), name="segment")
    sent = Mailing.objects.filter(issue_id=look.issue.pk, list=mailing_list, audience_key__in=("", key(meant)))
    if sent.exclude(state=Mailing.CANCELLED).exists():
        words = _("This issue has already been sent to “%(list)s”, or is about to be.") % names
        yield look.warn("sent-already", words, _("Nobody gets it twice. Copy the issue if it shall go out anew."))


def sender(look: Look) -> Iterator[Finding]:
    """Find a sender that readers don't know, or answers that go elsewhere."""
    who = look.contents.sender
    if not who.name or not who.address:
        words = _("The association's name or postal address is missing. Write them under Settings → The association.")
        link = reverse("wagtailsettings:edit", args=["cms", "identity"])
        yield look.warn("association", words, _("A letter to many must say who sends it."), link=link, where=_("The association"))
    reply_to = look.mailing_list.reply_to if look.mailing_list else ""
    ours = _domain(parseaddr(settings.MAIL_FROM)[1])
    if reply_to and ours and not _related(_domain(reply_to), ours):
        words = _("Answers go to %(address)s, another domain than the sender's (%(domain)s).")
        link = reverse("wagtailsnippets_newsletter_mailinglist:edit", args=[look.mailing_list.pk if look.mailing_list else 0])
        advice = _("Spam filters distrust that. Choose an address of your own domain.")
        yield look.warn("reply-to", words % {"address": reply_to, "domain": ours}, advice, link=link, where=_("The list"))


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _related(one: str, other: str) -> bool:
    # The last two parts: nyhetsbrev.example.se belongs to example.se.
    return one.split(".")[-2:] == other.split(".")[-2:]


def servers(look: Look) -> Iterator[Finding]:
    """Find that no mail server would take the letter now."""
    names = set()
    for line in settings.MAIL_RELAYS:
        try:
            names.add(parse(line).name)
        except BadRelay:
            continue
    link = reverse("wagtailsnippets_newsletter_relaystate:list")
    broken = set(RelayState.objects.filter(out_of_order=True, name__in=names).values_list("name", flat=True))
    if names and broken == names:
        words = _("No mail server works at the moment, so the letter would have to wait.")
        advice = _("Tell whoever looks after the system.")
        yield look.warn("relays", words, advice, link=link, where=_("Mail servers"))


def moment(look: Look) -> Iterator[Finding]:
    """Find a time at which few read: night, or a public holiday."""
    at = look.at or _planned(look)
    if at is None:
        return
    local = at.astimezone(STOCKHOLM)
    shown = {"date": date_format(local, "j F Y H.i")}
    if not NIGHT_ENDS <= local.hour < NIGHT_BEGINS:
        words = _("The letter leaves at night (%(date)s).") % shown
        yield look.warn("night", words, _("Few read then. Choose a time between 7 and 21."))
    if name := holidays(local.year).get(local.date()):
        words = _("The letter leaves on a public holiday: %(name)s (%(date)s).") % {**shown, "name": name}
        yield look.warn("holiday", words, _("Few read at work then. Choose another day."))


def _planned(look: Look) -> datetime | None:
    waiting = Mailing.objects.filter(issue_id=look.issue.pk, state=Mailing.SCHEDULED, start_at__gt=look.now)
    return waiting.order_by("start_at").values_list("start_at", flat=True).first()


def easter(year: int) -> date:
    """Return Easter Sunday (the anonymous Gregorian computus, Meeus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> dict[date, str]:
    """Return Sweden's public holidays (lag 1989:253) and the eves that are kept like them, with their names."""
    sunday = easter(year)
    midsummer = next(date(year, 6, day) for day in range(20, 27) if date(year, 6, day).weekday() == 5)  # noqa: PLR2004
    saints = next(found for n in range(7) if (found := date(year, 10, 31) + timedelta(days=n)).weekday() == 5)  # noqa: PLR2004
    return {
        date(year, 1, 1): _("New Year's Day"),
        date(year, 1, 6): _("Epiphany"),
        sunday - timedelta(days=2): _("Good Friday"),
        sunday: _("Easter Sunday"),
        sunday + timedelta(days=1): _("Easter Monday"),
        date(year, 5, 1): _("the First of May"),
        sunday + timedelta(days=39): _("Ascension Day"),
        sunday + timedelta(days=49): _("Whit Sunday"),
        date(year, 6, 6): _("Sweden's National Day"),
        midsummer - timedelta(days=1): _("Midsummer Eve"),
        midsummer: _("Midsummer Day"),
        saints: _("All Saints' Day"),
        date(year, 12, 24): _("Christmas Eve"),
        date(year, 12, 25): _("Christmas Day"),
        date(year, 12, 26): _("Boxing Day"),
        date(year, 12, 31): _("New Year's Eve"),
    }
