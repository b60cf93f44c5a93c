"""The worker runs every duty, lets none stop the others, and says whether it lives."""

import sys
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from cms import stopping
from deploy import heartbeats
from deploy.duties import DUTIES
from deploy.models import Heartbeat
from deploy.supervisor import Child
from deploy.worker import Worker, rest

# A round closes stale connections, which a test within a transaction would not survive.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def _not_asked_to_stop():
    stopping.forget()
    yield
    stopping.forget()


class Done:
    """A duty that counts; it may raise."""

    def __init__(self, name, error=None):
        self.name, self.error, self.times = name, error, 0

    def run(self, now):
        self.times += 1
        if self.error:
            raise self.error


def test_a_duty_that_raises_rests_and_the_others_go_on(caplog):
    broken, fine = Done("broken", ValueError("no")), Done("fine")
    worker = Worker([broken, fine])
    assert worker.round()
    assert worker.round()
    assert (broken.times, fine.times) == (1, 2)
    assert "broken failed" in caplog.text


def test_no_duty_rests_for_another():
    # Failures and rests are kept by name.
    assert len({duty.name for duty in DUTIES}) == len({duty.path for duty in DUTIES}) == len(DUTIES)


def test_a_rested_duty_tries_again():
    broken = Done("broken", ValueError("no"))
    worker = Worker([broken])
    worker.round()
    worker.rests_until.clear()
    worker.round()
    assert broken.times == 2
    assert worker.failures == {"broken": 2}


def test_nothing_is_done_while_the_database_is_away():
    away, later = Done("away", OperationalError("gone")), Done("later")
    assert not Worker([away, later]).round()
    assert later.times == 0


def test_a_stop_between_two_duties_is_heard():
    class Stops(Done):
        def run(self, now):
            super().run(now)
            stopping.ask()

    first, second = Stops("first"), Done("second")
    Worker([first, second]).run()
    assert (first.times, second.times) == (1, 0)
    assert not Heartbeat.objects.exists()


def test_signs_of_life():
    now = timezone.now()
    Worker([]).round()
    assert heartbeats.missing(now) == ["scheduler"]
    assert heartbeats.missing(now + timedelta(minutes=2)) == ["scheduler", "worker"]
    assert heartbeats.forget(now + timedelta(days=2)) == 1


def test_a_rest_stays_finite_however_often_something_fails():
    assert [rest(failures, 60.0) for failures in (1, 3, 5_000)] == [2.0, 8.0, 60.0]


def test_a_child_that_has_died_for_weeks_is_started_again_and_stops_nothing():
    child = Child("web", [sys.executable, "-c", ""], deaths=100_000)
    said = []
    child.start(lambda name, line: said.append(line))
    child.process.wait(10)
    child.look(child.started + 1, lambda name, line: said.append(line))
    assert any("starting again in 30 s" in line for line in said)
