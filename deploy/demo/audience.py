"""The demo's members and users: fifty invented members, some of whom have left, and three people at work."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission

from cms.models import Region, User
from deploy.demo import texts
from newsletter import members
from newsletter.models import MailingList, Member, Subscription

LIST = "medlemsbrevet"
COUNT = 50
# Every so-manieth has left, bounces, complained, or was erased.
LEFT, BOUNCED, COMPLAINED, ERASED = (7, 23, 38), (11, 41), (19,), (31,)

WRITES = ("add", "change", "view")
USERS = {
    "skribent": ("Sten", "Skribent"),
    "redaktor": ("Rut", "Redaktör"),
    "utgivare": ("Ulla", "Utgivare"),
    "registrator": ("Maj", "Medlemsansvarig"),
    "admin": ("Ada", "Administratör"),
}


def password(username: str) -> str:
    """Return a demo user's password, which the demo prints."""
    return f"{username}-visar-ordet"


def gather(now: datetime) -> MailingList:
    """Make the list and its members, once; return the list."""
    found, made = MailingList.objects.get_or_create(
        slug=LIST,
        defaults={
            "name": "Medlemsbrevet",
            "description": "Nyheter, inbjudningar och ordförandens krönika, ungefär en gång i månaden.",
            "sender_name": texts.SHORT,
            "reply_to": "kansliet@socialcheferna.example",
            "is_open": True,
        },
    )
    if made:
        for number in range(COUNT):
            _member(number, found, now)
    return found


def _member(number: int, mailing_list: MailingList, now: datetime) -> None:
    first = texts.FIRST_NAMES[number % len(texts.FIRST_NAMES)]
    last = texts.LAST_NAMES[(number * 3 + number // 25) % len(texts.LAST_NAMES)]
    plain = f"{first}.{last}".lower().translate(str.maketrans("åäö", "aao"))
    member = Member.objects.create(
        name=f"{first} {last}",
        address=f"{plain}@kommun.example",
        employer=texts.EMPLOYERS[number % len(texts.EMPLOYERS)],
        region=Region.objects.filter(name=texts.REGIONS[number % len(texts.REGIONS)]).first(),
        membership_number=f"{1001 + number}",
    )
    joined = now - timedelta(days=400 - number)
    words = "Ja, jag vill ha medlemsbrevet."
    members.choose(member.pk, mailing_list.pk, Subscription.SUBSCRIBED, joined, source="medlemsregistret", wording=words)
    if number in LEFT:
        members.unsubscribe(member.pk, mailing_list.pk, now - timedelta(days=30), source="länken i brevet")
    elif number in BOUNCED:
        Member.objects.filter(pk=member.pk).update(status=Member.BOUNCED)
    elif number in COMPLAINED:
        members.suppress(member.address_hash, "complaint", now - timedelta(days=20))
    elif number in ERASED:
        members.erase(member, now - timedelta(days=10))


def employ() -> None:
    """Widen the groups' rights, and make a user in each."""
    editors, publishers = Group.objects.get(name="Redaktör"), Group.objects.get(name="Utgivare")
    for group in (editors, publishers):
        _allow(group)
    publishers.permissions.add(
        *_permissions("newsletter", (*WRITES, "publish")),
        *_permissions("social", WRITES),
        *_permissions("deploy", ("view",), "jobrun"),
    )
    others = {name: [Group.objects.get(name=USERS[name][1])] for name in ("skribent", "registrator")}
    groups: dict[str, Any] = {"redaktor": [editors], "utgivare": [publishers], "admin": [], **others}
    for username, (first, last) in USERS.items():
        user, made = User.objects.get_or_create(
            username=username,
            defaults={
                "first_name": first,
                "last_name": last,
                "email": f"{username}@socialcheferna.example",
                "is_superuser": username == "admin",
                "is_staff": username == "admin",
            },
        )
        if made:
            user.set_password(password(username))
            user.save()
            user.groups.set(groups[username])


def _allow(group: Group) -> None:
    """Add what Wagtail's own rights of the group (pages, pictures, documents) leave out."""
    snippets = ("person", "topic", "region", "abbreviation")
    group.permissions.add(*(each for name in snippets for each in _permissions("cms", WRITES, name)))
    group.permissions.add(*_permissions("newsletter", WRITES, "issue"))


def _permissions(app: str, acts: tuple[str, ...], model: str = "") -> list[Permission]:
    rights = Permission.objects.filter(content_type__app_label=app)
    if model:
        rights = rights.filter(content_type__model=model)
    return [right for right in rights if right.codename.split("_")[0] in acts]
