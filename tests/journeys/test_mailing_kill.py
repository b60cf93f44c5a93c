"""A mailing to 2,000 members with real workers that are killed, frozen, stopped: counted at the mail server."""

import os
import random
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.kills import house
from tests.processes import running, until, world
from tests.smtp_server import SmtpServer

PEOPLE = 2_000
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
# The suite runs on both databases: twenty in all.
RUNS = 8 if POSTGRES else 5
CONNECTIONS = 4
PREPARE = f"""
from django.utils import timezone
from tests.newsletter.stage import make_list, make_mailing, make_members
now = timezone.now()
found = make_list()
make_members({PEOPLE}, found, now)
print(make_mailing(found, now).pk)
"""
# Made ready before the sending begins: a process takes longer to start than a mailing to send.
HAND = """
import time
from pathlib import Path
from django.utils import timezone
from newsletter import engine
from newsletter.models import Mailing
mailing = Mailing.objects.get()
print("ready", flush=True)
for act in (engine.{first}, engine.{second}):
    while not Path({sign!r} + act.__name__).exists():
        time.sleep(0.01)
    act(mailing, timezone.now()) if act is not engine.pause else act(mailing)
    print(time.time(), flush=True)
"""


class Mailing:
    """The mailing as seen from outside: the mail server's counts and the ledger's rows."""

    def __init__(self, house, server):
        self.house, self.server = house, server
        house.ask(PREPARE)

    def worker(self):
        return running(self.house.start("worker"))

    def states(self):
        return dict(self.house.query("SELECT state, count(*) FROM newsletter_delivery GROUP BY state"))

    def state(self):
        return self.house.query("SELECT state FROM newsletter_mailing")[0][0]

    @contextmanager
    def hand(self, first, second="resume"):
        """Yield a function that does `first`, then `second`, and returns when it was done."""
        sign = str(self.house.folder / "do-")
        with running(self.house.python(HAND.format(first=first, second=second, sign=sign))) as process:
            assert process.stdout.readline() == "ready\n"

            def do(act):
                Path(sign + act).touch()
                return float(process.stdout.readline())

            yield do

    def freeze(self, process):
        """Stop `process` outside any transaction: no lease frees the database's own locks."""
        process.send_signal(signal.SIGSTOP)
        while self.house.locked():
            process.send_signal(signal.SIGCONT)
            time.sleep(0.005)
            process.send_signal(signal.SIGSTOP)

    def kill_at(self, process, count):
        self.server.wait_for(lambda known: sum(known["counts"].values()) >= count, 60)
        process.kill()
        process.wait()

    def wait_until_settled(self):
        until(lambda: sum(self.states().get(state, 0) for state in ("waiting", "sending", "deferred")) == 0, 90)

    def check(self, kills):
        counts, states = self.server.counts(), self.states()
        assert max(counts.values()) == 1, "somebody got it twice"
        assert set(states) <= {"accepted", "uncertain"}
        assert sum(states.values()) == PEOPLE
        assert states.get("uncertain", 0) <= kills * CONNECTIONS
        # Nobody is left out silently: who didn't get it is shown as uncertain.
        assert len(counts) >= states["accepted"]
        assert PEOPLE - len(counts) <= states.get("uncertain", 0)
        assert self.server.ask()["violations"] == []


@pytest.fixture
def server():
    with SmtpServer(delay=0.005) as found:
        yield found


@pytest.fixture
def mailing(server, tmp_path):
    relay = server.relay(connections=CONNECTIONS)
    with world(tmp_path, MAIL_RELAYS=relay, LEASE_SECONDS="2", SITE_URL="https://ordet.example.se") as house:
        yield Mailing(house, server)


def test_kill_nine_in_the_middle_mails_nobody_twice_and_forgets_nobody(mailing):
    for count in (300, 800, 1_300):
        with mailing.worker() as process:
            mailing.kill_at(process, count)
    with mailing.worker():
        mailing.wait_until_settled()
    mailing.check(kills=3)


def test_something_is_killed_in_each_of_many_mailings(tmp_path):
    moment = random.Random(20)
    with house(tmp_path, PEOPLE, RUNS, database_server=POSTGRES) as made:
        for number, mailing in enumerate(made.mailings):
            made.run(mailing, moment, hostile=number % 5 == 4, preparing=number == 1)
        print(made.tally)
        assert (made.tally.runs, made.tally.fell) == (RUNS, 0), "nothing ends but by a kill"
        assert made.tally.samples > 10 * RUNS
        assert set(made.tally.killed) == {"worker", "scheduler", *(["database"] if made.cluster else [])}


def test_answers_that_a_kill_swallowed_are_uncertain_one_per_connection(mailing, server):
    with mailing.worker() as process:
        server.wait_for(lambda known: sum(known["counts"].values()) >= 200, 60)
        server.hold()
        held = server.wait_for(lambda known: known["waiting"] == CONNECTIONS)["counts"]
        process.kill()
        process.wait()
        server.hold(False)
    with mailing.worker():
        mailing.wait_until_settled()
    mailing.check(kills=1)
    assert mailing.states()["uncertain"] == CONNECTIONS
    assert len(held) < PEOPLE
    assert mailing.state() == "sending", "uncertain rows keep it from being shown as sent"
    mailing.house.ask("""
from django.utils import timezone
from newsletter import engine
from newsletter.models import Delivery, Mailing
for row in Delivery.objects.filter(state="uncertain"):
    engine.leave(Mailing.objects.get(), row.member_id, timezone.now())
engine.send_due(timezone.now())
""")
    assert mailing.state() == "sent"


def test_a_frozen_worker_that_wakes_does_nothing_more(mailing, server):
    with mailing.worker() as frozen:
        server.wait_for(lambda known: sum(known["counts"].values()) >= 200, 60)
        mailing.freeze(frozen)
        with mailing.worker():
            mailing.wait_until_settled()
            frozen.send_signal(signal.SIGCONT)
            time.sleep(1)
            mailing.check(kills=1)


def test_a_pause_holds_within_two_seconds_and_resuming_loses_nothing(mailing, server):
    with mailing.hand("pause") as do, mailing.worker():
        server.wait_for(lambda known: sum(known["counts"].values()) >= 100, 60)
        paused = do("pause")
        time.sleep(max(0, paused + 2 - time.time()))
        before = sum(server.counts().values())
        assert before < PEOPLE
        time.sleep(1.5)
        assert sum(server.counts().values()) == before
        assert mailing.states().get("sending", 0) == 0
        do("resume")
        mailing.wait_until_settled()
        until(lambda: mailing.state() == "sent")
    mailing.check(kills=0)
    assert mailing.states() == {"accepted": PEOPLE}


def test_cancelling_leaves_every_waiting_row_cancelled(mailing, server):
    with mailing.hand("cancel") as do, mailing.worker():
        server.wait_for(lambda known: sum(known["counts"].values()) >= 100, 60)
        do("cancel")
        mailing.wait_until_settled()
    states = mailing.states()
    assert set(states) == {"accepted", "cancelled"}
    assert sum(states.values()) == PEOPLE
    assert len(server.counts()) == states["accepted"]


def test_a_stopped_worker_finishes_what_is_in_hand_and_releases_the_rest(mailing, server):
    with mailing.worker() as process:
        server.wait_for(lambda known: sum(known["counts"].values()) >= 200, 60)
        process.terminate()
        process.wait(timeout=15)
    states = mailing.states()
    assert set(states) == {"accepted", "waiting"}
    assert len(server.counts()) == states["accepted"]
