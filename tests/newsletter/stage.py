"""The mailings' stage: a list, its members, and a mailing whose letter needs no rendering."""

from datetime import datetime

from newsletter import mailings
from newsletter.letter import NAME, PREFERENCES, UNSUBSCRIBE, WEB_VIEW, Letter
from newsletter.members import choose
from newsletter.models import Issue, Mailing, MailingList, Member, Subscription

LETTER = Letter(
    "Nytt från föreningen: <3 & mer",
    f'<html lang="sv"><body><p>Hej {NAME}!</p><p>Å, ä och ö.</p>'
    f'<a href="{UNSUBSCRIBE}">Avregistrera</a> <a href="{PREFERENCES}">Ändra</a> <a href="{WEB_VIEW}">Webben</a></body></html>',
    f"Hej {NAME}!\n\n.En rad som börjar med punkt\nÅ, ä och ö.\n{UNSUBSCRIBE}\n",
)


def make_list(slug: str = "nyhetsbrev", **fields: object) -> MailingList:
    return MailingList.objects.create(name="FSS nyhetsbrev", slug=slug, **fields)


def make_member(number: int, mailing_list: MailingList | None = None, now: datetime | None = None, **fields: object) -> Member:
    member = Member(name=f"Medlem {number}", address=f"m{number}@exempel.se", **fields)
    member.save()
    if mailing_list is not None and now is not None:
        choose(member.pk, mailing_list.pk, Subscription.SUBSCRIBED, now, source="test")
    return member


def make_members(count: int, mailing_list: MailingList, now: datetime, first: int = 0) -> list[Member]:
    """Many members in few statements, numbered from `first`."""
    from newsletter.addresses import suppression_hash

    people = Member.objects.bulk_create(
        Member(
            name=f"Medlem {number}",
            address=f"m{number}@exempel.se",
            ascii_address=f"m{number}@exempel.se",
            address_hash=suppression_hash(f"m{number}@exempel.se"),
        )
        for number in range(first, first + count)
    )
    Subscription.objects.bulk_create(
        Subscription(member=member, list=mailing_list, state="subscribed", since=now, source="test") for member in people
    )
    return people


def make_mailing(mailing_list: MailingList, now: datetime, letter: Letter = LETTER, **fields: object) -> Mailing:
    issue = Issue.objects.create(subject=letter.subject, mailing_list=mailing_list)
    return Mailing.objects.create(
        issue=issue,
        list=mailing_list,
        start_at=now,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        content_hash=letter.digest,
        envelope=mailings.envelope(mailing_list),
        **fields,
    )


def mailing_to(count: int, now: datetime) -> Mailing:
    """Make a mailing to a list with so many members."""
    mailing_list = make_list()
    make_members(count, mailing_list, now)
    return make_mailing(mailing_list, now)
