"""Letters and crowds for the send benchmark: any number of people in a few statements, on either database."""

from collections.abc import Callable
from datetime import datetime
from typing import Any


def letter() -> Any:
    """Return a letter whose message is some 45 kB."""
    from newsletter.letter import NAME, UNSUBSCRIBE, Letter

    paragraph = '<p style="margin:0;font-family:Arial,Helvetica,sans-serif;font-size:16px">Räksmörgås på Åland & mer därtill.</p>'
    html = f'<html lang="sv"><body><p>Hej {NAME}!</p>{paragraph * 260}<a href="{UNSUBSCRIBE}">Avregistrera</a></body></html>'
    return Letter("Bänkens nyhetsbrev: å, ä och ö", html, f"Hej {NAME}!\n\n" + "Räksmörgås på Åland.\n" * 100 + UNSUBSCRIBE)


def subscribed(slug: str, people: int, now: datetime) -> Any:
    """Make a list with so many subscribers and return it: rows copied from one, so that a million takes seconds."""
    from newsletter.models import Member, Subscription
    from tests.newsletter.stage import make_list, make_member

    found = make_list(slug)
    pattern = make_member(abs(hash(slug)) % 10**9, found, now)
    first = Member.objects.order_by("-pk").values_list("pk", flat=True)[0]
    address = f"'{slug}' || n.n || '@exempel.se'"
    own = {"id": f"{first} + n.n", "name": "'Medlem ' || n.n", "address_hash": f"'{slug}' || n.n"}
    _copy(Member, pattern.pk, people - 1, own | {"address": address, "ascii_address": address})
    subscription = Subscription.objects.get(member=pattern)
    newest = Subscription.objects.order_by("-pk").values_list("pk", flat=True)[0]
    _copy(Subscription, subscription.pk, people - 1, {"id": f"{newest} + n.n", "member_id": f"{first} + n.n"})
    return found


def _copy(model: Any, pk: int, times: int, own: dict[str, str]) -> None:
    from django.db import connection

    columns = [field.column for field in model._meta.concrete_fields]
    chosen = ", ".join(own.get(column, f't."{column}"') for column in columns)
    table, into = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    numbers = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {times})"
    sql = f'INSERT INTO "{table}" ({into}) {numbers} SELECT {chosen} FROM "{table}" t, n WHERE t.id = {pk}'
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")
            cursor.execute(f'ANALYZE "{table}"')


def send(mailing: Any, now: datetime) -> None:
    """Send a mailing to its end."""
    from newsletter import engine
    from newsletter.models import Mailing

    while Mailing.objects.get(pk=mailing.pk).state != Mailing.SENT:
        engine.send_due(now, seconds=60)


def prepared(crowd: Any, now: datetime, content: Any) -> Any:
    """Return a mailing to a list, its people frozen."""
    from newsletter import mailings
    from tests.newsletter.stage import make_mailing

    mailing = make_mailing(crowd, now, content)
    mailings.begin_due(now)
    return mailing


def timed(clock: Callable[[], float], work: Callable[[], object]) -> float:
    """Return what `work` takes by `clock`."""
    began = clock()
    work()
    return clock() - began
