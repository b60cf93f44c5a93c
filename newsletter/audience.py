"""Who is in a mailing: the audience's definition, the freeze into ledger rows, and the second look when a row is claimed."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext as _

from newsletter import segments, tallies
from newsletter.addresses import suppression_hash
from newsletter.models import Delivery, Issue, Mailing, MailingList, Member, Segment, Subscription, Suppression

SLICE = 10_000
EVERYBODY = 2**62
# From so many rows on the planner is told of them.
MANY = 10_000
# Rows per index that SQLite looks at to know how many are alike.
LOOKED_AT = 400
UNSUBSCRIBED, BOUNCED, ERASED, SUPPRESSED = "unsubscribed", "bounced", "erased", "suppressed"
DUPLICATE, FREQUENCY = "duplicate", "frequency"
# "At most one a month": a monthly letter that comes a day early in February still arrives.
MONTH = timedelta(days=27)
# How long after the freeze a deferred letter may still arrive (newsletter.ledger gives up after three days).
SLOWEST = timedelta(days=4)
# Whose letter needs the correction: who got it, or may have got it.
MAY_HAVE_GOT = (Delivery.ACCEPTED, Delivery.UNCERTAIN, Delivery.LEFT)
# Who neither got it nor is about to.
MISSED = (Delivery.EXCLUDED, Delivery.CANCELLED, Delivery.REFUSED, Delivery.BOUNCED)


def definition(
    mailing_list: MailingList, segment: Segment | None = None, left_out: Segment | None = None, corrects: Mailing | None = None
) -> dict[str, Any]:
    """Return who is meant, as JSON that stays true when the segments are edited later. Raises segments.BadConditions.

    `list` is the list's short name, `segment` and `left_out` are `{"name": …, "conditions": tree}` or None,
    `corrects` is a mailing's key or None.
    """
    return {
        "list": mailing_list.slug,
        "segment": segments.frozen(segment) if segment else None,
        "left_out": segments.frozen(left_out) if left_out else None,
        "corrects": corrects.pk if corrects else None,
    }


def key(definition: dict[str, Any]) -> str:
    """Return the SHA-256 of the definition's canonical JSON, in hexadecimal."""
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def people(definition: dict[str, Any]) -> models.QuerySet[Subscription]:
    """Return the subscriptions of those who are meant; some of them may not be mailed. Raises segments.BadConditions."""
    # By key: a join to the lists hides from PostgreSQL how many subscribe, and it looks them up one by one.
    found = MailingList.objects.filter(slug=definition["list"]).values_list("pk", flat=True).first()
    return _meant(Subscription.objects.filter(list_id=found), definition)


def _meant(subscriptions: models.QuerySet[Subscription], definition: dict[str, Any]) -> models.QuerySet[Subscription]:
    found = subscriptions.filter(state=Subscription.SUBSCRIBED)
    if chosen := definition.get("segment"):
        found = found.filter(segments.compile(chosen["conditions"], "member__"))
    if left_out := definition.get("left_out"):
        found = found.filter(~segments.compile(left_out["conditions"], "member__"))
    if corrected := definition.get("corrects"):
        got = Delivery.objects.filter(mailing_id=corrected, member_id=OuterRef("member_id"), state__in=MAY_HAVE_GOT)
        found = found.filter(Exists(got))
    return found


def count(definition: dict[str, Any]) -> int:
    """Return how many would get it now: meant, with an address that works and isn't suppressed.

    Raises segments.BadConditions, and segments.TooSlow after some seconds.
    """
    with segments.bounded():
        return _reachable(definition).count()


def anybody(definition: dict[str, Any]) -> bool:
    """Tell whether anybody would get it now. Raises what `count` raises."""
    with segments.bounded():
        return _reachable(definition).exists()


def _reachable(definition: dict[str, Any]) -> models.QuerySet[Subscription]:
    silenced = Suppression.objects.filter(address_hash=OuterRef("member__address_hash"))
    return people(definition).filter(~Exists(silenced), member__status=Member.ACTIVE)


def in_words(definition: dict[str, Any]) -> str:
    """Return who is meant, in the reader's language: "Members, only Heads of department, but not Press"."""
    found = MailingList.objects.filter(slug=definition["list"]).first()
    said = found.name if found else str(definition["list"])
    if corrected := definition["corrects"]:
        subject = Mailing.objects.values_list("subject", flat=True).get(pk=corrected)
        said = _("%(audience)s, only those who got “%(subject)s”") % {"audience": said, "subject": subject}
    if definition["segment"]:
        said = _("%(audience)s, only %(segment)s") % {"audience": said, "segment": definition["segment"]["name"]}
    if definition["left_out"]:
        said = _("%(audience)s, but not %(segment)s") % {"audience": said, "segment": definition["left_out"]["name"]}
    return said


def freeze_slice(mailing: Mailing, now: datetime, size: int = SLICE) -> bool:
    """Write the next `size` of the list's people into the ledger; return whether everybody stands there now.

    Who is meant is read from `mailing.audience`, never from a segment. People and the place that was
    reached are committed together, so a killed freeze goes on where it was. Whoever is meant but can't
    be mailed gets a row too, excluded with the reason.
    """
    with transaction.atomic():
        _one_freeze_at_a_time(mailing)
        slice_of_list, reached = _next_on_the_list(mailing, size)
        ours = Mailing.objects.filter(pk=mailing.pk, state=Mailing.PREPARING, frozen_to=mailing.frozen_to, frozen_at=None)
        done = {"state": Mailing.SENDING, "frozen_at": now} if reached is None else {"frozen_to": reached}
        if ours.update(**done):
            added = _insert(mailing, _meant(slice_of_list, mailing.audience), now)
            tallies.note_frozen(mailing, added, now)
            Mailing.objects.filter(pk=mailing.pk).update(frozen_count=models.F("frozen_count") + added.total())
    mailing.refresh_from_db(fields=["state", "frozen_to", "frozen_at", "frozen_count"])
    if mailing.frozen_at is not None and mailing.frozen_count >= MANY:
        _tell_the_planner()
    return mailing.frozen_at is not None


def _next_on_the_list(mailing: Mailing, size: int) -> tuple[models.QuerySet[Subscription], int | None]:
    """Return the list's next `size` people, and the last one's key, None where nobody comes after them.

    Bounded by a key, never by a number: whoever subscribes at this moment may not push another one out.
    """
    listed = Subscription.objects.filter(list_id=mailing.list_id, state=Subscription.SUBSCRIBED, member_id__gt=mailing.frozen_to)
    # A slice of the list, not of those who are meant: a rare segment would be sought through the whole list each time.
    reached = listed.order_by("member_id").values_list("member_id", flat=True)[size - 1 : size].first()
    upto = reached if reached is not None else listed.aggregate(last=models.Max("member_id"))["last"]
    return listed.filter(member_id__lte=upto or mailing.frozen_to), reached


def _tell_the_planner() -> None:
    """Let the database know of the new rows.

    PostgreSQL would take "who got this issue" for nobody, and look them up one by one; SQLite would walk through the
    whole mailing and the whole list at each claim.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        for model in (Delivery, Subscription):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _one_freeze_at_a_time(mailing: Mailing) -> None:
    """Wait until no other mailing of the issue or to the list is freezing: each sees whom the others took.

    On SQLite every transaction that writes waits for the others anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Compiling the slice's statement takes several times as long as running it.
            cursor.execute("SET LOCAL jit = off")
            # A slice looks its people up by key; a hash of all members for each slice makes the freeze quadratic.
            cursor.execute("SET LOCAL enable_hashjoin = off")
    hold(mailing)


def hold(mailing: Mailing) -> None:
    """Wait until nobody freezes or cancels letters of this issue or to this list, and hold others off until the commit."""
    for row in (Issue.objects.filter(pk=mailing.issue_id), MailingList.objects.filter(pk=mailing.list_id)):
        row.select_for_update(no_key=True).values_list("pk", flat=True).get()


def _insert(mailing: Mailing, subscriptions: models.QuerySet[Subscription], now: datetime) -> Counter[tuple[str, str]]:
    """Write a row for each of `subscriptions`; return how many stand in which (state, reason)."""
    reasons = [
        When(member__status=Member.ERASED, then=Value(ERASED)),
        When(member__status=Member.BOUNCED, then=Value(BOUNCED)),
        When(Exists(Suppression.objects.filter(address_hash=OuterRef("member__address_hash"))), then=Value(SUPPRESSED)),
        *_had_enough(mailing, now),
    ]
    reason = Case(*reasons, default=Value(""), output_field=models.CharField())
    # The names differ from the model's fields, which annotations may not shadow.
    # A limit that nobody reaches keeps PostgreSQL from working out `why` twice.
    them = subscriptions.annotate(who=models.F("member_id"), at=models.F("member__ascii_address"), why=reason)[:EVERYBODY]
    sql, params = them.values_list("who", "at", "why").query.sql_with_params()
    columns = ("mailing_id", "state", "member_id", "address", "reason", "relay", "attempts", "provider_id", "last_reply")
    names = ", ".join(map(connection.ops.quote_name, columns))
    into = f"INSERT INTO {connection.ops.quote_name(Delivery._meta.db_table)} ({names}) "
    # Names come from the model and values are parameters.
    select = f"SELECT %s, CASE WHEN why = '' THEN %s ELSE %s END, who, at, why, '', 0, '', '' FROM ({sql}) AS them"  # noqa: S608
    with connection.cursor() as cursor:
        # Counted as they come: PostgreSQL would look for the slice among all rows of the mailing.
        cursor.execute(f"{into}{select} RETURNING state, reason", [mailing.pk, Delivery.WAITING, Delivery.EXCLUDED, *params])
        return Counter(cursor.fetchall())


def _had_enough(mailing: Mailing, now: datetime) -> list[When]:
    """Return the reasons to spare people a letter; a mailing without forerunners is asked nothing."""
    found = [When(Exists(got_elsewhere(mailing)), then=Value(DUPLICATE))]
    if not mailing.corrects_id:
        found.append(When(Q(frequency=Subscription.SELDOM) & Exists(got_lately(mailing, now)), then=Value(FREQUENCY)))
    return found


def got_elsewhere(mailing: Mailing) -> models.QuerySet[Delivery]:
    """Return the rows of people who got the issue by another mailing, or are about to."""
    return got_or_gets(_states(_others(mailing).filter(issue_id=mailing.issue_id)))


def got_lately(mailing: Mailing, now: datetime) -> models.QuerySet[Delivery]:
    """Return the rows of people who got another letter to the list within a month, or are about to."""
    since = now - MONTH
    lately = _others(mailing).filter(Q(frozen_at=None) | Q(frozen_at__gte=since - SLOWEST), list_id=mailing.list_id)
    return got_or_gets(_states(lately)).filter(Q(settled_at=None) | Q(settled_at__gte=since))


def _others(mailing: Mailing) -> models.QuerySet[Mailing]:
    """Return the other mailings that have begun."""
    return Mailing.objects.exclude(pk=mailing.pk).filter(Q(frozen_at=None, frozen_to__gt=0) | Q(frozen_at__isnull=False))


def _states(mailings: models.QuerySet[Mailing]) -> dict[int, str]:
    return dict(mailings.values_list("pk", "state"))


def got_or_gets(mailings: dict[int, str]) -> models.QuerySet[Delivery]:
    """Return the rows of `mailings` (key → state; none: no rows) whose people got the letter or are about to."""
    if not mailings:
        return Delivery.objects.none()
    over = [key for key, state in mailings.items() if state == Mailing.CANCELLED]
    alive = [key for key in mailings if key not in over]
    # What a cancelled mailing still has waiting is about to be cancelled too.
    cancelled = Q(mailing_id__in=over) & ~Q(state__in=(*MISSED, Delivery.WAITING, Delivery.DEFERRED))
    wanted = Q(mailing_id__in=alive) & ~Q(state__in=MISSED) | cancelled
    return Delivery.objects.filter(wanted, member_id=OuterRef("member_id"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who may still be mailed (member → name), and why the others may not."""

    allowed: dict[int, str]
    excluded: dict[int, str]


def look_again(list_id: int, frozen: dict[int, str]) -> Verdict:
    """Check consent at the last moment for `frozen` (member → address as frozen).

    Both the member's present standing and the frozen address count: either may have been silenced.
    """
    silenced = Exists(Suppression.objects.filter(address_hash=OuterRef("member__address_hash")))
    standing = Subscription.objects.filter(list_id=list_id, member_id__among=frozen).values_list(
        "member_id", "state", "member__status", "member__name", "member__ascii_address", silenced
    )
    found = {row[0]: row for row in standing}
    earlier = _silenced({frozen[member] for member, row in found.items() if row[4] != frozen[member]})
    verdict = Verdict({}, {})
    for member, address in frozen.items():
        row = found.get(member)
        if why := _why_not(row, address, earlier):
            verdict.excluded[member] = why
        elif row is not None:
            verdict.allowed[member] = row[3]
    return verdict


def _silenced(addresses: set[str]) -> set[str]:
    """Return those of the addresses, which are no longer their members', that are on the suppression list."""
    if not addresses:
        return set()
    hashes = {suppression_hash(address): address for address in addresses}
    found = Suppression.objects.filter(address_hash__among=hashes).values_list("address_hash", flat=True)
    return {hashes[one] for one in found}


def _why_not(standing: tuple[Any, ...] | None, address: str, earlier: set[str]) -> str:
    if not address or (standing and standing[2] == Member.ERASED):
        return ERASED
    if standing is None or standing[1] != Subscription.SUBSCRIBED:
        return UNSUBSCRIBED
    if standing[2] != Member.ACTIVE:
        return BOUNCED
    return SUPPRESSED if standing[5] or address in earlier else ""
