"""Races with real processes: leaving while the mailing runs, confirming twice at once, sending again while somebody cancels."""

import json

import pytest

from tests.processes import running, until, world
from tests.smtp_server import SmtpServer

PEOPLE, LEAVING, THREADS = 2_000, 1_000, 4
PREPARE = f"""
from django.utils import timezone
from tests.newsletter.stage import make_list, make_mailing, make_members
now = timezone.now()
found = make_list()
make_members({PEOPLE}, found, now)
make_mailing(found, now, state="held")
"""
# When each row was claimed: the moment at which the claim's transaction began, so that whatever was answered before it counts.
WATCH_SQLITE = """
CREATE TABLE claims (member INTEGER, at REAL);
CREATE TRIGGER watch AFTER UPDATE OF state ON newsletter_delivery WHEN NEW.state = 'sending'
BEGIN INSERT INTO claims VALUES (NEW.member_id, (julianday('now') - 2440587.5) * 86400.0); END;
"""
WATCH_POSTGRES = """
CREATE TABLE claims (member BIGINT, at DOUBLE PRECISION);
CREATE FUNCTION watch() RETURNS trigger AS $$ BEGIN
INSERT INTO claims VALUES (NEW.member_id, extract(epoch FROM transaction_timestamp())); RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER watch AFTER UPDATE OF state ON newsletter_delivery
FOR EACH ROW WHEN (NEW.state = 'sending') EXECUTE FUNCTION watch();
"""
# Through the real one-click door (RFC 8058), from several threads with a connection each.
LEAVE = f"""
import json, os, random, threading, time
from pathlib import Path
from django.test import Client
from newsletter.identity import unsubscribe_url
from newsletter.models import Mailing, Member
mailing = Mailing.objects.get()
people = list(Member.objects.order_by("pk").values_list("pk", flat=True))
leaving = random.Random(7).sample(people, {LEAVING})
answered = {{}}
print("ready", flush=True)
while not Path(os.environ["JOURNAL_DIR"], "go").exists():
    time.sleep(0.01)
def leave(some):
    client = Client(HTTP_HOST="ordet.example.se")
    for member in some:
        path = unsubscribe_url(mailing.pk, member).partition("ordet.example.se")[2]
        answer = client.post(path, {{"List-Unsubscribe": "One-Click"}}, secure=True)
        answered[member] = (answer.status_code, time.time())
threads = [threading.Thread(target=leave, args=(leaving[start::{THREADS}],)) for start in range({THREADS})]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(answered), flush=True)
"""


@pytest.fixture
def server():
    with SmtpServer(delay=0.002) as found:
        yield found


@pytest.fixture
def house(server, tmp_path):
    # So slow that most who leave do so while the mailing runs.
    relay = server.relay(connections=4, per_second=200)
    with world(tmp_path, MAIL_RELAYS=relay, LEASE_SECONDS="2", SITE_URL="https://ordet.example.se", LOG_LEVEL="ERROR") as made:
        made.environment |= {"PYTHONWARNINGS": "ignore"}
        yield made


def watch(house):
    if house.url.startswith("postgres"):
        house.write(WATCH_POSTGRES)
        return
    first, _, trigger = WATCH_SQLITE.partition(";\n")
    house.write(first)
    house.write(trigger)


def test_whoever_left_before_the_claim_gets_nothing(house, server):
    house.ask(PREPARE)
    watch(house)
    with running(house.python(LEAVE)) as leaving, running(house.start("worker")):
        assert leaving.stdout.readline() == "ready\n"
        house.write("UPDATE newsletter_mailing SET state = 'preparing'")
        server.wait_for(lambda known: len(known["counts"]) >= 100, 60)
        (house.folder / "journal" / "go").touch()
        answered = {int(member): tuple(found) for member, found in json.loads(leaving.stdout.readline()).items()}
        until(lambda: house.query("SELECT state FROM newsletter_mailing") == [("sent",)], 120)
    assert len(answered) == LEAVING
    assert {code for code, _at in answered.values()} == {200}
    addresses = dict(house.query("SELECT member_id, state FROM newsletter_delivery"))
    claimed = dict(house.query("SELECT member, MIN(at) FROM claims GROUP BY member"))
    arrived = {int(address.partition("@")[0][1:]) for address in server.counts()}
    numbers = dict(house.query("SELECT id, address FROM newsletter_member"))
    got = {member for member, address in numbers.items() if int(address.partition("@")[0][1:]) in arrived}
    late = {member for member, (_code, at) in answered.items() if at < claimed.get(member, float("inf"))}
    assert late & got == set(), "their answer came before the claim"
    assert {addresses[member] for member in late} == {"excluded"}
    assert 0 < len(late) < LEAVING, "some left in time, some too late: else it was no race"
    assert len(got) + list(addresses.values()).count("excluded") == PEOPLE
    assert max(server.counts().values()) == 1
    print(f"{len(late)} of {LEAVING} left before their claim and got nothing; {LEAVING - len(late)} had been claimed")


# Each act of a pair runs in a thread of its own; the outcome must be that of one after the other.
TOGETHER = """
import threading
def together(*acts):
    gate, said = threading.Barrier(len(acts)), []
    def run(act):
        gate.wait()
        try:
            act()
            said.append("done")
        except Exception as error:
            said.append(type(error).__name__)
        finally:
            from django.db import connection
            connection.close()
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return said
"""
CONFIRM = (
    TOGETHER
    + """
from django.utils import timezone
from newsletter.models import Member, SignUp, Subscription, SubscriptionChange
from newsletter import signup
from tests.newsletter.stage import make_list
now = timezone.now()
found, other = make_list(), make_list("annan")
for number in range(20):
    address = f"ny{number}@exempel.se"
    asked = {"address": address, "asked_at": now, "source": "/", "wording": "ja"}
    one, two = (SignUp.objects.create(list=wanted, **asked) for wanted in (found, other))
    same = [SignUp.objects.get(pk=one.pk) for _ in range(2)]
    said = together(*(lambda asked=asked: signup.confirm([asked], now) for asked in (*same, two)))
    assert said == ["done"] * 3, said
assert Member.objects.count() == 20
assert Subscription.objects.filter(state="subscribed").count() == 40
assert SubscriptionChange.objects.count() == 40
print("ok")
"""
)
RESEND = (
    TOGETHER
    + """
from django.utils import timezone
from newsletter import mailings
from newsletter.models import Delivery, Mailing
from tests.newsletter.stage import make_list, make_mailing, make_members
now = timezone.now()
found = make_list()
(member,) = make_members(1, found, now)
outcomes = set()
for number in range(20):
    mailing = make_mailing(found, now, state="sending", frozen_at=now, frozen_count=1)
    Delivery.objects.create(mailing=mailing, member=member, address=member.address, state="uncertain")
    one, two = Mailing.objects.get(pk=mailing.pk), Mailing.objects.get(pk=mailing.pk)
    together(lambda: mailings.resend(one, member.pk), lambda: mailings.cancel(two, now))
    state = Delivery.objects.get(mailing_id=mailing.pk).state
    assert Mailing.objects.get(pk=mailing.pk).state == "cancelled"
    assert state in {"uncertain", "cancelled"}, state
    outcomes.add(state)
print("ok", sorted(outcomes))
"""
)


@pytest.mark.parametrize("script", [CONFIRM, RESEND], ids=["two confirmations", "sending again and cancelling"])
def test_two_at_once_come_out_as_one_after_the_other(house, script):
    assert house.ask(script).splitlines()[-1].startswith("ok")
