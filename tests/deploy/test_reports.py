"""The report "Utskick och jobb" says who lives, what waits and what went wrong, to whoever may see it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deploy import heartbeats, jobs
from deploy.models import Heartbeat, JobRun
from newsletter.models import SingleMail


@pytest.fixture
def report(client, eva):
    client.force_login(eva)
    return lambda: client.get(reverse("jobs_report"))


def test_an_empty_house_says_what_to_do(report):
    answer = report()
    assert answer.status_code == 200
    assert "Starta Ordet med ”manage.py up”" in answer.text
    assert "Inget livstecken från: Tidsstyrning" in answer.text


def test_what_lives_waits_and_went_wrong_is_shown(report):
    now = timezone.now()
    heartbeats.beat(Heartbeat.WORKER, "one:1:a", now)
    SingleMail.objects.create(recipient="mia@example.se", sender="a@example.se", message=b"")

    def fail(moment):
        raise ValueError("no room")

    jobs.run_once("clean-up", now - timedelta(minutes=1), fail, now)
    text = report().text
    assert "one:1:a" in text
    assert "1 väntar" in text
    assert "ValueError: no room" in text
    assert "Gallring" in text
    assert JobRun.objects.get().get_state_display() == "Misslyckades"


def test_the_menu_leads_there_and_strangers_are_refused(client, eva, django_user_model):
    client.force_login(eva)
    assert reverse("jobs_report") in client.get(reverse("wagtailadmin_home")).text
    client.force_login(django_user_model.objects.create_user("otto", password="otto-is-nobody"))
    assert client.get(reverse("jobs_report")).status_code == 302


def test_the_report_asks_a_fixed_number_of_questions(report, django_assert_max_num_queries):
    now = timezone.now()
    report()
    for number in range(30):
        SingleMail.objects.create(recipient=f"m{number}@example.se", sender="a@example.se", message=b"")
        heartbeats.beat(Heartbeat.WORKER, f"one:{number}:a", now)
    with django_assert_max_num_queries(45):
        report()
