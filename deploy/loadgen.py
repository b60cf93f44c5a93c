"""Synthetic members, posts and mailings for benchmarks and rehearsals: many, quickly, the same for the same seed.

Addresses end with a domain that never exists (RFC 2606), so nothing of it can reach anybody.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Case, F, Value, When
from django.utils.text import slugify

from cms.models import Column, Home, Region, section_for
from newsletter.addresses import suppression_hash
from newsletter.models import Delivery, Issue, Mailing, MailingList, Member, MemberTag, Subscription
from newsletter.models.tally import note

DOMAIN = "loadgen.example"
LIST = "loadgen"
BATCH = 2_000
GIVEN = ("Anna", "Erik", "Maria", "Lars", "Åsa", "Göran", "Ingrid", "Östen", "Fatima", "Ali", "Elin", "Johan", "Märta", "Björn")
FAMILY = ("Andersson", "Öberg", "Lindström", "Åkesson", "Nilsson", "Hassan", "Bergström", "Sjöholm", "Ek", "Nyström", "Järvinen")
ROLES = ("socialchef", "socialdirektör", "enhetschef", "verksamhetschef", "ordförande", "vice ordförande", "utredare", "")
PLACES = ("Ale", "Borås", "Gävle", "Härnösand", "Kalmar", "Luleå", "Malmö", "Mölndal", "Umeå", "Växjö", "Ystad", "Åre", "Örebro")
REGIONS = ("Region Skåne", "Region Stockholm", "Region Västerbotten", "Region Örebro län", "Västra Götalandsregionen")
TAGS = ("Mentor", "Styrelse", "Utbildare")
# Of a thousand letters: up to which share they end in which state.
ENDS = (
    (955, Delivery.ACCEPTED, ""),
    (970, Delivery.BOUNCED, "hard"),
    (980, Delivery.REFUSED, "soft"),
    (985, Delivery.COMPLAINED, ""),
)


class RealMembers(RuntimeError):
    """There are members that weren't made here; synthetic ones don't belong among them."""


@dataclass(frozen=True, slots=True)
class Made:
    """How many rows were added, and the list that they belong to."""

    members: int
    posts: int
    mailings: int
    deliveries: int
    list: str = LIST


def generate(members: int, posts: int, mailings: int, now: datetime, *, seed: int = 1, among_real: bool = False) -> Made:
    """Add that many synthetic rows to what earlier runs have made; each mailing went to everybody who is there then.

    Raises RealMembers where others than synthetic members stand in the database, unless `among_real`.
    """
    if not among_real and Member.objects.exclude(ascii_address__endswith=f"@{DOMAIN}").exists():
        raise RealMembers("There are real members in this database. Use another one, or --among-real-members.")
    mailing_list, _new = MailingList.objects.get_or_create(slug=LIST, defaults={"name": "Provlista", "in_archive": False})
    add_members(mailing_list, members, now, seed)
    add_posts(posts, seed)
    deliveries = add_mailings(mailing_list, mailings, now, seed)
    _settle_down()
    return Made(members, posts, mailings, deliveries)


def add_members(mailing_list: MailingList, count: int, now: datetime, seed: int) -> None:
    """Add members, their subscriptions and some tags."""
    regions = [Region.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0].pk for name in REGIONS]
    first = Member.objects.filter(ascii_address__endswith=f"@{DOMAIN}").count()
    before = Member.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    people = _people(first, count, regions, now, random.Random(f"{seed}-{first}"))  # noqa: S311 - repeatable, not secret
    for rows in batched(people, BATCH * 50):
        with transaction.atomic():
            _store(Member, rows)
    added = Member.objects.filter(pk__gt=before)
    with transaction.atomic():
        listed = {"member_id": F("pk"), "list_id": Value(mailing_list.pk), "since": F("created_at"), "source": Value("loadgen")}
        _copy(Subscription, added, listed)
        for number, name in enumerate(TAGS):
            tag, _new = MemberTag.objects.get_or_create(name=name)
            some = added.annotate(dice=F("pk") % Value(11)).filter(dice=number)
            _copy(Member.tags.through, some, {"member_id": F("pk"), "membertag_id": Value(tag.pk)})


def _people(first: int, count: int, regions: list[int], now: datetime, dice: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(first, first + count):
        address = f"m{number}@{DOMAIN}"
        joined = date(1990, 1, 1) + timedelta(days=dice.randrange(13_000))
        yield {
            "name": f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}",
            "address": address,
            "ascii_address": address,
            "address_hash": suppression_hash(address),
            "employer": f"{dice.choice(PLACES)} kommun",
            "region_id": dice.choice([None, *regions]),
            "role": dice.choice(ROLES),
            "membership_number": f"{number:07d}",
            "joined_on": None if dice.random() < 0.1 else joined,  # noqa: PLR2004 - a tenth
            "status": Member.BOUNCED if dice.random() < 0.01 else Member.ACTIVE,  # noqa: PLR2004 - one in a hundred
            "created_at": now,
        }


def _store(model: type[models.Model], rows: tuple[dict[str, Any], ...]) -> None:
    """Write rows: by COPY on PostgreSQL, else in batches. What a row doesn't name has the field's default."""
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create([model(**row) for row in rows], batch_size=BATCH)
        return
    defaults = _defaults(model)
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, defaults))
    with connection.cursor() as cursor, cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row([row.get(name, default) for name, default in defaults.items()])


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    return {field.attname: field.get_default() for field in fields}


def _copy(model: type[models.Model], source: models.QuerySet[Any], columns: dict[str, Any]) -> int:
    """INSERT … SELECT: for every row of `source` one of `model`, whose `columns` are expressions over it."""
    given = {
        name: columns.get(name, Value(default, output_field=model._meta.get_field(name)))
        for name, default in _defaults(model).items()
        if name in columns or default is not None
    }
    select = source.annotate(**{f"to_{name}": value for name, value in given.items()})
    sql, params = select.order_by().values_list(*(f"to_{name}" for name in given)).query.sql_with_params()
    quote = connection.ops.quote_name
    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, given))}) "
    with connection.cursor() as cursor:
        # Names come from the model and values are parameters.
        cursor.execute(into + sql, params)
        return int(cursor.rowcount)


def add_posts(count: int, seed: int) -> None:
    """Add published columns, each a summary long."""
    section = section_for(Column, Home.objects.get())
    dice = random.Random(f"{seed}-posts")  # noqa: S311
    first = Column.objects.filter(slug__startswith="loadgen-").count()
    for numbers in batched(range(first, first + count), 100):
        with transaction.atomic():
            for number in numbers:
                title = f"{dice.choice(PLACES)}: {dice.choice(ROLES[:6])} {dice.choice(GIVEN)} {dice.choice(FAMILY)} skriver"
                section.add_child(instance=Column(title=title, slug=f"loadgen-{number}", summary="Provtext. " * 8, live=True))


def add_mailings(mailing_list: MailingList, count: int, now: datetime, seed: int) -> int:
    """Add mailings that are over, a week apart, with a ledger row for each subscriber; return how many rows."""
    first = Mailing.objects.filter(list=mailing_list).count()
    rows = 0
    for number in range(first, first + count):
        with transaction.atomic(), _bulk():
            rows += _add_mailing(mailing_list, number, now - timedelta(days=7 * (number + 1)), seed)
    return rows


def _add_mailing(mailing_list: MailingList, number: int, at: datetime, seed: int) -> int:
    subject = f"Provnummer {number + 1}"
    issue = Issue.objects.create(subject=subject, number=number + 1, mailing_list=mailing_list)
    over = {"state": Mailing.SENT, "start_at": at, "frozen_at": at, "finished_at": at + timedelta(hours=1)}
    words = {"subject": subject, "html": f"<p>{subject}</p>", "text": subject, "content_hash": "loadgen"}
    mailing = Mailing.objects.create(issue=issue, list=mailing_list, **over, **words)
    subscribers = Subscription.objects.filter(list=mailing_list, state=Subscription.SUBSCRIBED)
    # Arithmetic that both databases do alike, so that the same seed deals the same fates.
    fates = subscribers.annotate(dice=(F("member_id") * Value(7_919) + Value(number * 104_729 + seed)) % Value(1_000))
    rows = _copy(
        Delivery,
        fates,
        {
            "mailing_id": Value(mailing.pk),
            "member_id": F("member_id"),
            "address": F("member__ascii_address"),
            "state": _by_dice(1, Delivery.EXCLUDED),
            "reason": _by_dice(2, "unsubscribed"),
            "relay": Value("loadgen"),
            "attempts": Value(1),
            "settled_at": Value(at, models.DateTimeField()),
        },
    )
    Mailing.objects.filter(pk=mailing.pk).update(frozen_count=rows)
    note(Delivery.objects.filter(mailing_id=mailing.pk).counted(), at)
    return rows


def _by_dice(place: int, otherwise: str) -> Case:
    whens = [When(dice__lt=end[0], then=Value(end[place])) for end in ENDS]
    return Case(*whens, default=Value(otherwise), output_field=models.CharField())


@contextmanager
def _bulk() -> Iterator[None]:
    """Spare PostgreSQL the check of each row's references, where the role may: they come from the tables themselves."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")
    yield


def _settle_down() -> None:
    """Let PostgreSQL's planner know what is there now, as autovacuum would after a while."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for model in (Member, Member.tags.through, Subscription, Delivery):
                cursor.execute(f"VACUUM (ANALYZE) {connection.ops.quote_name(model._meta.db_table)}")


def as_dict(made: Made) -> dict[str, Any]:
    """Return what was made, for JSON."""
    return asdict(made)
