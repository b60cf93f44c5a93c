"""Who is in a mailing: the freeze into ledger rows, and the second look when a row is claimed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import Case, Exists, OuterRef, Value, When

from newsletter.addresses import suppression_hash
from newsletter.models import Delivery, Mailing, Member, Subscription, Suppression

SLICE = 5_000
UNSUBSCRIBED, BOUNCED, ERASED, SUPPRESSED = "unsubscribed", "bounced", "erased", "suppressed"


def freeze_slice(mailing: Mailing, now: datetime, size: int = SLICE) -> bool:
    """Write the next `size` people into the ledger; return whether everybody stands there now.

    People and the place that was reached are committed together, so a killed freeze goes on where it
    was. Whoever subscribes but can't be mailed gets a row too, excluded with the reason.
    """
    people = Subscription.objects.filter(list_id=mailing.list_id, state=Subscription.SUBSCRIBED, member_id__gt=mailing.frozen_to)
    reached = people.order_by("member_id").values_list("member_id", flat=True)[size - 1 : size].first()
    if reached is not None:
        people = people.filter(member_id__lte=reached)
    with transaction.atomic():
        ours = Mailing.objects.filter(pk=mailing.pk, state=Mailing.PREPARING, frozen_to=mailing.frozen_to, frozen_at=None)
        done = {"state": Mailing.SENDING, "frozen_at": now} if reached is None else {"frozen_to": reached}
        if ours.update(**done):
            Mailing.objects.filter(pk=mailing.pk).update(frozen_count=models.F("frozen_count") + _insert(mailing, people))
    mailing.refresh_from_db(fields=["state", "frozen_to", "frozen_at", "frozen_count"])
    return mailing.frozen_at is not None


def _insert(mailing: Mailing, people: models.QuerySet[Subscription]) -> int:
    reason = Case(
        When(member__status=Member.ERASED, then=Value(ERASED)),
        When(member__status=Member.BOUNCED, then=Value(BOUNCED)),
        When(Exists(Suppression.objects.filter(address_hash=OuterRef("member__address_hash"))), then=Value(SUPPRESSED)),
        default=Value(""),
        output_field=models.CharField(),
    )
    # The names differ from the model's fields, which annotations may not shadow.
    columns = {
        "mailing_id": Value(mailing.pk, models.BigIntegerField()),
        "member_id": models.F("member_id"),
        "address": models.F("member__ascii_address"),
        "state": Case(
            When(why="", then=Value(Delivery.WAITING)), default=Value(Delivery.EXCLUDED), output_field=models.CharField()
        ),
        "reason": models.F("why"),
        "relay": Value(""),
        "attempts": Value(0),
        "provider_id": Value(""),
        "last_reply": Value(""),
    }
    named = {f"to_{name}": value for name, value in columns.items()}
    select = people.annotate(why=reason).annotate(**named).values_list(*named).order_by()
    sql, params = select.query.sql_with_params()
    quote = connection.ops.quote_name
    into = f"INSERT INTO {quote(Delivery._meta.db_table)} ({', '.join(map(quote, columns))}) "
    with connection.cursor() as cursor:
        # Names come from the model and values are parameters.
        cursor.execute(into + sql, params)
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who may still be mailed (member → name), and why the others may not."""

    allowed: dict[int, str]
    excluded: dict[int, str]


def look_again(list_id: int, frozen: dict[int, str]) -> Verdict:
    """Check consent at the last moment for `frozen` (member → address as frozen).

    Both the member's present standing and the frozen address count: either may have been silenced.
    """
    standing = Subscription.objects.filter(list_id=list_id, member_id__in=list(frozen)).values_list(
        "member_id", "state", "member__status", "member__name", "member__address_hash"
    )
    found = {member: rest for member, *rest in standing}
    hashes = {member: {suppression_hash(frozen[member]), *(found[member][3:] if member in found else ())} for member in frozen}
    wanted = set().union(*hashes.values()) if hashes else set()
    silenced = set(Suppression.objects.filter(address_hash__in=wanted).values_list("address_hash", flat=True))
    verdict = Verdict({}, {})
    for member, address in frozen.items():
        why = _why_not(found.get(member), address, silenced & hashes[member])
        if why:
            verdict.excluded[member] = why
        else:
            verdict.allowed[member] = str(found[member][2])
    return verdict


def _why_not(standing: list[str] | None, address: str, silenced: set[str]) -> str:
    if not address or (standing and standing[1] == Member.ERASED):
        return ERASED
    if standing is None or standing[0] != Subscription.SUBSCRIBED:
        return UNSUBSCRIBED
    if standing[1] != Member.ACTIVE:
        return BOUNCED
    return SUPPRESSED if silenced else ""
