"""The database goes away while letters leave: sending stops, and what was answered is known afterwards."""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from django.db import OperationalError, connection

from newsletter import engine
from newsletter.models import Batch, Delivery, Mailing
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.processes import running, until, world
from tests.smtp_server import SmtpServer

# Within a test's own transaction an error would be the end of the test.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PEOPLE = 100
CONNECTIONS = 2


@pytest.fixture
def server():
    with SmtpServer(delay=0.01) as found:
        yield found


@contextmanager
def gone(holds):
    """The database is gone as soon as `holds(statement)`."""
    away = False

    def refuse(execute, sql, params, many, context):
        nonlocal away
        away = away or holds(sql)
        if away:
            raise OperationalError("the database is gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def mailing(django_db_serialized_rollback, transactional_db, now, server, settings):
    settings.MAIL_RELAYS = [server.relay(connections=CONNECTIONS)]
    mailing_list = make_list()
    make_members(PEOPLE, mailing_list, now)
    yield make_mailing(mailing_list, now)
    engine.shut_down()


def states():
    rows = list(Delivery.objects.values_list("state", flat=True))
    return {state: rows.count(state) for state in rows}


def send_until_gone(server, now, holds):
    """Send until the database is missed; return who got a letter, when none is on its way any more."""
    with gone(holds), pytest.raises(OperationalError):
        engine.send_due(now, seconds=20)
    server.wait_for(lambda known: known["open"] == known["waiting"])
    return server.counts()


def test_sending_stops_and_the_journal_knows_who_got_it(mailing, server, now):
    arrived = send_until_gone(server, now, lambda sql: sql.startswith('UPDATE "newsletter_delivery"') and '"attempts"' in sql)
    assert 0 < len(arrived) < PEOPLE, "nobody more gets what can't be written down"
    assert states() == {"sending": PEOPLE}, "the ledger knows nothing of it yet"
    engine.send_due(now, seconds=20)
    mailing.refresh_from_db()
    assert (mailing.state, states()) == (Mailing.SENT, {"accepted": PEOPLE})
    assert len(server.counts()) == PEOPLE
    assert set(server.counts().values()) == {1}
    assert server.ask()["violations"] == []
    assert not Batch.objects.exists()


def test_answers_that_came_too_late_are_uncertain_one_per_connection(mailing, server, now):
    server.hold()
    arrived = send_until_gone(server, now, lambda sql: server.ask()["waiting"] == CONNECTIONS)
    assert len(arrived) == CONNECTIONS
    engine.send_due(now, seconds=0)
    server.hold(False)
    engine.send_due(now, seconds=20)
    assert states() == {"uncertain": CONNECTIONS, "accepted": PEOPLE - CONNECTIONS}
    doubtful = set(Delivery.objects.filter(state="uncertain").values_list("address", flat=True))
    assert doubtful == set(arrived)
    assert set(server.counts().values()) == {1}


def test_a_claim_that_was_not_written_sends_nothing(mailing, server, now):
    arrived = send_until_gone(server, now, lambda sql: sql.startswith('INSERT INTO "newsletter_batch"'))
    assert arrived == {}
    assert states() == {"waiting": PEOPLE}
    engine.send_due(now, seconds=20)
    assert set(server.counts().values()) == {1}
    assert states() == {"accepted": PEOPLE}


WORKER = """
from django.db import OperationalError, connection
from django.utils import timezone
from newsletter import engine
from newsletter.models import Mailing
if connection.vendor == "sqlite":
    connection.settings_dict["OPTIONS"]["timeout"] = 0.5
while True:
    try:
        engine.send_due(timezone.now())
        if Mailing.objects.get().state == "sent":
            break
    except OperationalError:
        print("gone", flush=True)
        connection.close()
"""
PREPARE = f"""
from django.utils import timezone
from tests.newsletter.stage import make_list, make_mailing, make_members
now = timezone.now()
found = make_list()
make_members({4 * PEOPLE}, found, now)
make_mailing(found, now)
"""


@contextmanager
def taken_away(house):
    """Lock the database for everybody else, or cut everybody else's connection to it."""
    if house.url.startswith("postgres"):
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        house.query(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        yield
        return
    with closing(sqlite3.connect(house.url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_real_database_that_goes_away(server, tmp_path):
    with world(tmp_path, MAIL_RELAYS=server.relay(connections=CONNECTIONS), SITE_URL="https://ordet.example.se") as house:
        house.ask(PREPARE)
        with running(house.python(WORKER)) as worker:
            server.wait_for(lambda known: len(known["counts"]) >= PEOPLE, 60)
            with taken_away(house):
                assert worker.stdout.readline() == "gone\n"
            until(lambda: house.query("SELECT state FROM newsletter_mailing") == [("sent",)], 60)
        assert house.query("SELECT state, count(*) FROM newsletter_delivery GROUP BY state") == [("accepted", 4 * PEOPLE)]
    assert len(server.counts()) == 4 * PEOPLE
    assert set(server.counts().values()) == {1}
