"""Outgoing rows: one owner at a time, and a worker that lost its lease can write nothing."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from hypothesis import settings as hypothesis_settings
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import sampled_from

from cms.outbox import LeaseLost, Outgoing
from newsletter.models import SingleMail
from tests.conftest import NOON


def mail(**fields):
    return SingleMail.objects.create(next_attempt_at=NOON, **fields)


@pytest.mark.django_db
def test_a_claimed_row_is_nobody_elses(now):
    mail()
    assert len(SingleMail.claim(now, "a", 10)) == 1
    assert SingleMail.claim(now, "b", 10) == []


@pytest.mark.django_db
def test_what_is_not_due_stays(now):
    mail()
    assert SingleMail.claim(now - timedelta(seconds=1), "a", 10) == []


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_can_write_nothing(now):
    mail()
    (mine,) = SingleMail.claim(now, "a", 10)
    later = now + timedelta(seconds=settings.LEASE_SECONDS + 1)
    (taken,) = SingleMail.claim(later, "b", 10, states=(Outgoing.SENDING,))
    with pytest.raises(LeaseLost):
        mine.settle("done", later)
    taken.settle("done", later)
    assert SingleMail.objects.get().state == "done"


@pytest.mark.django_db
def test_a_postponed_row_is_due_again_and_remembers_why(now):
    mail()
    (mine,) = SingleMail.claim(now, "a", 10)
    mine.postpone(now + timedelta(minutes=5), "the relay rests")
    assert SingleMail.claim(now, "b", 10) == []
    (again,) = SingleMail.claim(now + timedelta(minutes=5), "b", 10)
    assert (again.attempts, again.last_error) == (2, "the relay rests")


class Workers(RuleBasedStateMachine):
    """Three workers and a clock: however they interleave, a row is held by the one whose lease runs."""

    def __init__(self) -> None:
        super().__init__()
        SingleMail.objects.all().delete()
        self.row = mail()
        self.now = NOON
        self.held: dict[str, SingleMail] = {}
        self.until = NOON - timedelta(days=1)
        self.holder = ""
        self.done = False

    @rule(seconds=sampled_from([0.1, 1, 3]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(worker=sampled_from("abc"))
    def claim(self, worker):
        rows = SingleMail.claim(self.now, worker, 5, states=(Outgoing.WAITING, Outgoing.SENDING))
        assert bool(rows) == (not self.done and self.until <= self.now)
        if rows:
            self.held[worker], self.holder = rows[0], worker
            self.until = self.now + timedelta(seconds=settings.LEASE_SECONDS)

    @precondition(lambda self: self.held)
    @rule(worker=sampled_from("abc"))
    def settle(self, worker):
        if worker not in self.held:
            return
        allowed = worker == self.holder and not self.done
        try:
            self.held.pop(worker).settle("done", self.now)
            assert allowed
            self.done = True
        except LeaseLost:
            assert not allowed

    @invariant()
    def one_row_in_a_known_state(self):
        row = SingleMail.objects.get()
        assert (row.state == "done") == self.done
        assert self.done or row.lease_owner == self.holder


class TestWorkers(TestCase):
    def test_any_interleaving(self):
        run_state_machine_as_test(Workers, settings=hypothesis_settings(max_examples=60, stateful_step_count=25))


def test_every_outgoing_row_can_be_found_by_its_due_time():
    for model in (model for model in apps.get_models() if issubclass(model, Outgoing)):
        assert model._meta.get_field("next_attempt_at").db_index, model
