"""Health answers what an orchestrator asks."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from deploy import heartbeats
from deploy.models import Heartbeat


@pytest.fixture
def alive(db):
    for kind in (Heartbeat.SCHEDULER, Heartbeat.WORKER):
        heartbeats.beat(kind, kind, timezone.now())


def test_live_asks_nobody(client):
    assert client.get("/health/live").json() == {"live": True}


def test_ready_while_scheduler_and_worker_live(client, alive):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["troubles"]) == (200, [])


def test_not_ready_without_a_worker(client, alive):
    Heartbeat.objects.filter(kind=Heartbeat.WORKER).update(at=timezone.now() - timedelta(minutes=2))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["troubles"] == ["no sign of life from a worker"]


def test_not_ready_when_a_row_waits_too_long(client, alive):
    from newsletter.models import SingleMail

    row = SingleMail.objects.create(recipient="mia@example.se", sender="ordet@example.se", message=b"")
    assert client.get("/health/ready").status_code == 200
    SingleMail.objects.filter(pk=row.pk).update(next_attempt_at=timezone.now() - timedelta(minutes=6))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "singlemail: a row is due since" in answer.json()["troubles"][0]


def test_ready_while_a_paused_channel_holds_changes_back(client, alive):
    from social import connection
    from social.models import Announcement, Change

    out = {"channel": "linkedin", "state": "published", "remote_url": "https://example.se/", "occasion": "first"}
    row = Announcement.objects.create(translation_key=uuid4(), **out)
    ago = timezone.now() - timedelta(minutes=6)
    Change.objects.create(announcement=row, kind="delete", next_attempt_at=ago)
    assert "change: a row is due since" in client.get("/health/ready").json()["troubles"][0]
    connection.pause("linkedin", "Vilar")
    assert client.get("/health/ready").status_code == 200


def test_metrics_are_figures_for_whoever_holds_the_token(client, alive, settings):
    assert 'ordet_heartbeat_age_seconds{kind="worker"}' in client.get("/metrics").text
    settings.METRICS_TOKEN = "let-me-in"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer let-me-in"}).status_code == 200


def test_health_changes_nothing_and_is_never_cached(client, alive):
    answer = client.get("/health/ready")
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/health/ready").status_code == 405
