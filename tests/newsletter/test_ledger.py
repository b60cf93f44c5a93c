"""Invariants 1–3, 5 and 9, over random sequences of whatever may happen to a mailing, kills included."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from newsletter import ledger, mailings, members
from newsletter.audience import freeze_slice
from newsletter.journal import Journal
from newsletter.leases import settle_expired
from newsletter.models import Batch, Delivery, Mailing, Member, Subscription, Tally
from newsletter.outcomes import follow_up
from newsletter.relays import ACCEPTED, DEFERRED, REFUSED, UNCERTAIN, UNSENT, Outcome, Parcel
from newsletter.settling import COMPLAINT, DELIVERED, HARD, SOFT, settle
from tests.newsletter.stage import make_list, make_mailing, make_members

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
PEOPLE = 7
OUTCOMES = [
    Outcome(ACCEPTED, "250 ok"),
    Outcome(ACCEPTED, "250 ok"),
    Outcome(ACCEPTED, "250 ok"),
    Outcome(REFUSED, "550 5.1.1 unknown", hard=True),
    Outcome(REFUSED, "550 5.2.2 full", soft=True),
    Outcome(REFUSED, "550 5.7.1 spam", policy=True),
    Outcome(DEFERRED, "450 later"),
    Outcome(UNCERTAIN, "gone"),
    Outcome(UNSENT, "gone"),
    Outcome(UNSENT, "550 no", everybody=True),
]


def tallied(mailing):
    """What the tally says of each state, reason and relay, as the rows themselves would say it."""
    rows = Tally.objects.filter(mailing_id=mailing.pk).order_by().values_list("mailing_id", "state", "reason", "relay")
    return sorted((row[:4], row[4]) for row in rows.annotate(n=Sum("count")) if row[4])


class Worker:
    """A worker by hand: what it holds in memory dies with it, its journal doesn't."""

    number = 0

    def __init__(self):
        Worker.number += 1
        self.owner = f"host:{Worker.number}:test"
        self.journal = Journal(self.owner)
        self.parcels: list[Parcel] = []
        self.results: list[ledger.Result] = []


class Life(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.folder = TemporaryDirectory()
        self.before, django_settings.JOURNAL_DIR = django_settings.JOURNAL_DIR, Path(self.folder.name)
        self.now = START
        self.arrived: dict[int, int] = {}
        self.allowed_again: dict[int, int] = {}
        self.silenced: dict[int, int] = {}
        # Who was off the list, or couldn't be mailed, at any time since the mailing was made.
        self.been_off: set[int] = set()
        self.worker, self.other = Worker(), Worker()

    @initialize()
    def begin(self):
        self.list = make_list()
        self.people = [member.pk for member in make_members(PEOPLE, self.list, self.now)]
        self.mailing = make_mailing(self.list, self.now)
        Mailing.objects.filter(pk=self.mailing.pk).update(state=Mailing.PREPARING)
        self.mailing.refresh_from_db()

    @rule(size=st.integers(1, PEOPLE + 1))
    def freeze(self, size):
        """A slice of the audience; a kill between two leaves the rest to whoever comes next."""
        self.mailing.refresh_from_db()
        if self.mailing.state == Mailing.PREPARING:
            freeze_slice(self.mailing, self.now, size)

    @rule(limit=st.integers(1, 4))
    def claim(self, limit):
        if self.worker.parcels:
            return
        taken = ledger.claim(self.mailing, "a", self.worker.owner, self.now, limit)
        self.mailing.refresh_from_db()
        assert self.mailing.state == Mailing.SENDING or not taken.rows, "nothing is claimed of what stands still"
        for member, address, _name in taken.rows:
            assert member not in self.silenced, "consent was lost before the claim"
            self.worker.parcels.append(Parcel(self.mailing.pk, member, taken.batch, "", address, bytes, relay="a"))

    @rule(answers=st.lists(st.tuples(st.sampled_from(OUTCOMES), st.booleans()), min_size=1, max_size=4))
    def send(self, answers):
        """Some messages: intent, message, answer, each."""
        for outcome, arrives in answers:
            if self.worker.parcels:
                self.send_one(self.worker.parcels.pop(0), outcome, arrives)

    def send_one(self, parcel, outcome, arrives):
        self.deliver(parcel, outcome.state == ACCEPTED or (outcome.state == UNCERTAIN and arrives))
        self.worker.journal.done(parcel.batch, parcel.member, outcome)
        self.worker.results.append((parcel, outcome))

    def deliver(self, parcel, arrives):
        self.worker.journal.begin(parcel.batch, parcel.member)
        if arrives:
            self.arrived[parcel.member] = self.arrived.get(parcel.member, 0) + 1

    @rule(arrives=st.booleans())
    def die_while_waiting_for_the_answer(self, arrives):
        if self.worker.parcels:
            self.deliver(self.worker.parcels.pop(0), arrives)
        self.kill()

    @rule()
    def look_at_the_other_worker(self):
        self.worker, self.other = self.other, self.worker

    @rule()
    def write(self):
        results, self.worker.results = self.worker.results, []
        with transaction.atomic():
            ledger.mark(results, self.now)
            follow_up(results, self.now)

    @rule()
    def release(self):
        parcels, self.worker.parcels = self.worker.parcels, []
        ledger.give_back(parcels, self.now)

    @rule()
    def kill(self):
        self.worker.journal.close()
        self.worker = Worker()

    @rule()
    def settle(self):
        settle_expired(self.now)

    @rule(minutes=st.sampled_from([1, 6, 61, 300, 60 * 24 * 4]))
    def time_passes(self, minutes):
        """Longer than any lease: what the worker held is held no more once it is settled."""
        self.now += timedelta(minutes=minutes)
        settle_expired(self.now)
        held = set(Batch.objects.values_list("pk", flat=True))
        for worker in (self.worker, self.other):
            # Whoever wakes looks at the lease before sending anything; what was answered before is still written down.
            worker.parcels = [parcel for parcel in worker.parcels if parcel.batch in held]

    @rule(which=st.integers(0, PEOPLE - 1), how=st.sampled_from(["unsubscribe", "suppress", "erase"]))
    def silence(self, which, how):
        key = self.people[which]
        member = Member.objects.get(pk=key)
        if how == "unsubscribe":
            members.unsubscribe(key, self.list.pk, self.now, source="test")
        elif how == "suppress":
            members.suppress(member.address_hash, "manual", self.now)
        elif member.status != Member.ERASED:
            members.erase(member, self.now)
        self.silenced[key] = max(self.silenced.get(key, 0), int(how != "unsubscribe"))
        self.been_off.add(key)

    @rule(which=st.integers(0, PEOPLE - 1))
    def subscribe(self, which):
        """Between two slices of the freeze too: whoever comes back may get it or not, and pushes nobody out."""
        key = self.people[which]
        if self.silenced.get(key) == 0:
            members.choose(key, self.list.pk, Subscription.SUBSCRIBED, self.now, source="test")
            del self.silenced[key]

    @rule(act=st.sampled_from(["pause", "resume", "cancel"]))
    def steer(self, act):
        with suppress(mailings.WrongState):
            if act == "pause":
                mailings.pause(self.mailing)
            elif act == "resume":
                mailings.resume(self.mailing, self.now)
            elif self.now - START > timedelta(hours=1):
                mailings.cancel(self.mailing, self.now)
                rows = Delivery.objects.filter(mailing_id=self.mailing.pk)
                assert not rows.filter(state__in=[Delivery.WAITING, Delivery.DEFERRED]).exists()

    @rule(which=st.integers(0, PEOPLE - 1), kind=st.sampled_from([HARD, SOFT, COMPLAINT, DELIVERED]))
    def evidence_comes(self, which, kind):
        """A bounce, a complaint or a provider's event, however late, about a letter that did arrive."""
        key = self.people[which]
        row = Delivery.objects.filter(mailing_id=self.mailing.pk, member_id=key).first()
        if row is not None and self.arrived.get(key):
            settle(row, kind, "told later", self.now)
            if kind == COMPLAINT:
                self.silenced[key] = 1
                self.been_off.add(key)

    @rule(which=st.integers(0, PEOPLE - 1), again=st.booleans())
    def decide(self, which, again):
        key = self.people[which]
        with suppress(mailings.WrongState):
            if again:
                mailings.resend(self.mailing, key)
                self.allowed_again[key] = self.allowed_again.get(key, 0) + 1
            else:
                mailings.leave(self.mailing, key, self.now)

    @rule()
    def finish(self):
        mailings.begin_due(self.now)

    @invariant()
    @precondition(lambda self: hasattr(self, "mailing"))
    def the_sum_holds(self):
        report = mailings.report(self.mailing)
        assert report.frozen == sum(report.counts.values()) == Delivery.objects.filter(mailing_id=self.mailing.pk).count()

    @invariant()
    @precondition(lambda self: hasattr(self, "mailing"))
    def the_tally_is_true(self):
        assert tallied(self.mailing) == Delivery.objects.filter(mailing_id=self.mailing.pk).counted()

    @invariant()
    @precondition(lambda self: hasattr(self, "mailing"))
    def sent_means_nothing_is_open(self):
        report = mailings.report(self.mailing)
        if report.state == Mailing.SENT:
            assert not any(report.counts[state] for state in Delivery.OPEN)

    @invariant()
    def nobody_gets_it_twice_by_itself(self):
        for key, count in self.arrived.items():
            assert count <= 1 + self.allowed_again.get(key, 0)

    def teardown(self):
        try:
            if hasattr(self, "mailing"):
                self.run_to_the_end()
        finally:
            for worker in (self.worker, self.other):
                worker.journal.close()
            django_settings.JOURNAL_DIR = self.before
            self.folder.cleanup()
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    def run_to_the_end(self):
        """Whatever happened, an honest worker and an editor's decisions bring it to an end, with nobody left out."""
        for _ in range(2):
            self.kill()
            self.look_at_the_other_worker()
        self.settle()
        assert not Delivery.objects.filter(mailing_id=self.mailing.pk, state=Delivery.SENDING).exists()
        for row in Delivery.objects.filter(mailing_id=self.mailing.pk, state=Delivery.UNCERTAIN):
            mailings.leave(self.mailing, row.member_id, self.now)
        for _ in range(60):
            self.steer("resume")
            mailings.begin_due(self.now)
            self.claim(PEOPLE)
            while self.worker.parcels:
                self.send_one(self.worker.parcels.pop(0), Outcome(ACCEPTED, "250 ok"), True)
            self.write()
            self.now += timedelta(hours=5)
        self.mailing.refresh_from_db()
        assert self.mailing.state in {Mailing.SENT, Mailing.CANCELLED}
        self.everybody_is_accounted_for()
        self.nobody_gets_it_twice_by_itself()
        self.the_sum_holds()

    def everybody_is_accounted_for(self):
        if self.mailing.frozen_at:
            frozen = set(Delivery.objects.filter(mailing_id=self.mailing.pk).values_list("member_id", flat=True))
            assert set(self.people) - frozen <= self.been_off, "left out silently"
        for key, state in Delivery.objects.filter(mailing_id=self.mailing.pk).values_list("member_id", "state"):
            assert state not in Delivery.OPEN
            if state == Delivery.ACCEPTED:
                assert self.arrived.get(key), "shown as sent, never sent"
            if state == Delivery.EXCLUDED:
                # A hard bounce silences too, and then only what bounced before.
                assert key in self.been_off or Member.objects.get(pk=key).status != Member.ACTIVE


def test_the_invariants_hold_whatever_happens():
    limits = settings(max_examples=16, stateful_step_count=40, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Life, settings=limits)
