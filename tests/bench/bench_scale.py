"""Pages at scale on PostgreSQL: `python -m tests.bench.bench_scale` (100,000 members × 10 mailings; SCALE=1: 1,000,000 × 50).

Each figure is the median of five, as a browser's first byte: the whole request through Django. The
number of queries is printed beside it and must not grow with the ledger. Exit code 1 when one is missed.
"""

import os
import statistics
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime

from tests import environment
from tests.postgres import cluster

assert environment
WHOLE = bool(os.environ.get("SCALE"))
MEMBERS = int(os.environ.get("BENCH_MEMBERS", "1000000" if WHOLE else "100000"))
MAILINGS = int(os.environ.get("BENCH_MAILINGS", "50" if WHOLE else "10"))
HISTORY_MS, MAILING_MS, SEGMENT_MS, MOST_QUERIES = 100, 300, 2_000, 40
ROUNDS = 5
ADMIN = "/admin/snippets/newsletter"


def given():
    """Return a throw-away cluster, or what BENCH_DATABASE_URL names: filled once, measured often."""
    url = os.environ.get("BENCH_DATABASE_URL")
    return nullcontext(url) if url else cluster()


def fill():
    """Generate what is missing; say how long it took and how large it is."""
    from django.core.management import call_command
    from django.db import connection

    from deploy.loadgen import generate
    from newsletter.models import Delivery, Mailing, Member

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    members, mailings = Member.objects.count(), Mailing.objects.count()
    generate(max(MEMBERS - members, 0), 0, max(MAILINGS - mailings, 0), datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0] / 1e9
    rows = Delivery.objects.count()
    print(f"{Member.objects.count():,} members × {Mailing.objects.count()} mailings: {rows:,} rows, {size:.1f} GB", end=", ")
    print(f"filled in {time.perf_counter() - began:.0f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)


def trees():
    """Segments as editors make them; every kind of condition is in one of them."""
    from cms.models import Region
    from newsletter.models import Issue, MailingList, MemberTag

    region, mailing_list, tag = Region.objects.first(), MailingList.objects.get(slug="loadgen"), MemberTag.objects.first()
    newest, oldest = Issue.objects.latest("number").pk, Issue.objects.earliest("number").pk

    def leaf(field, op, value, **more):
        return {"field": field, "op": op, "value": value, **more}

    chiefs, west = leaf("role", "contains", "chef"), leaf("region", "is", region.pk)
    got, missed = leaf("issue", "got", newest), leaf("issue", "not_got", oldest)
    listed, recent = leaf("list", "on", mailing_list.pk), leaf("subscribed", "after", "2020-01-01", list=mailing_list.pk)
    working, joined = leaf("status", "is", "active"), leaf("joined", "after", "2015-01-01")
    return {
        "everybody": {"all": []},
        "chiefs of a region on a list": {"all": [listed, chiefs, west, working]},
        "neither of a region nor tagged": {"not": {"any": [west, leaf("tag", "has", tag.pk)]}},
        "got one issue, not another": {"all": [got, missed]},
        "any of got, tagged, joined, employer": {
            "any": [got, leaf("tag", "has", tag.pk), joined, leaf("employer", "contains", "Örebro")]
        },
        "not got, or no chief": {"not": {"all": [got, {"any": [chiefs, recent]}]}},
    }


def timed(act):
    """Return the median in milliseconds and the queries of the last round."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    act()
    spent = []
    for _ in range(ROUNDS):
        reset_queries()
        began = time.perf_counter()
        act()
        spent.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        act()
    return statistics.median(spent), len(queries)


def page(client, path):
    def act():
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    return act


def figures():
    """Yield (name, act, limit in milliseconds)."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from newsletter import audience, corrections, segments
    from newsletter.models import Mailing, MailingList, Member

    client = Client()
    user, _new = get_user_model().objects.get_or_create(username="bench", is_superuser=True, is_staff=True)
    client.force_login(user)
    member = Member.objects.order_by("pk")[Member.objects.count() // 2]
    newest, oldest = Mailing.objects.latest("pk"), Mailing.objects.earliest("pk")
    yield "member's page with history", page(client, f"{ADMIN}/member/history/{member.pk}/"), HISTORY_MS
    yield "mailing's page", page(client, f"{ADMIN}/mailing/progress/{newest.pk}/"), MAILING_MS
    yield "mailing's page, its moving part", page(client, f"{ADMIN}/mailing/progress/{oldest.pk}/fragment/"), MAILING_MS
    yield "list of mailings", page(client, f"{ADMIN}/mailing/"), MAILING_MS
    for name, tree in trees().items():
        yield f"segment: {name}", lambda tree=tree: segments.found(tree), SEGMENT_MS
    everybody = audience.definition(MailingList.objects.get(slug="loadgen"))
    yield "audience: the list", lambda: audience.count(everybody), SEGMENT_MS
    yield "correction's audience", lambda: corrections.count(newest), SEGMENT_MS


def measure():
    """Print each figure; return those that were missed."""
    from newsletter.segments import TooSlow

    missed = []
    for name, act, limit in figures():
        try:
            spent, queries = timed(act)
        except TooSlow:
            spent, queries = float("inf"), 0
        kept = spent < limit and queries <= MOST_QUERIES
        print(f"{name}: {spent:.1f} ms, {queries} queries (at most {limit} ms){'' if kept else '  MISSED'}", flush=True)
        if not kept:
            missed.append(name)
    return missed


def main():
    with given() as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "deploy.settings"}
        import django

        django.setup()
        from django.conf import settings
        from django.db import connections
        from django.test import override_settings

        plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
        fill()
        with override_settings(STORAGES=settings.STORAGES | plain):
            missed = measure()
        connections.close_all()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
