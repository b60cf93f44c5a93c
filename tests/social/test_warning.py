"""Connections that end or stand still: told ahead, once each, to those who can mend them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from social import connection
from social.models import ChannelState
from social.warning import warn_due, warnings

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(linkedin, settings, eva):
    """A moment at which the connection lives for 60 days and can't renew itself."""
    settings.OPERATOR_MAIL = "drift@example.se"
    moment = timezone.now()
    # Days pass here, and this month's version would end meanwhile.
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": f"{moment.year + 1}12"}}
    ChannelState.objects.update(refresh_token="", refresh_expires_at=None, expires_at=moment + timedelta(days=60, hours=1))
    return moment


def told(now, days):
    """Whether a mail leaves when so many days are left, whoever asks and however often."""
    mail.outbox.clear()
    for _ in range(3):
        warn_due(now + timedelta(days=60 - days))
    return bool(mail.outbox)


def test_an_end_is_told_at_21_14_7_3_and_1_days_and_when_it_has_come(now):
    assert [days for days in range(40, -3, -1) if told(now, days)] == [21, 14, 7, 3, 1, -1]


def test_those_who_may_connect_and_the_operator_are_told(now, eva):
    assert warn_due(now + timedelta(days=55)) == {"told": 1}
    assert sorted(one.to[0] for one in mail.outbox) == ["drift@example.se", eva.email]
    assert mail.outbox[0].subject == "LinkedIn behöver dig: Anslutningen upphör om 5 dagar. Anslut på nytt."
    assert "/admin/social/connection/linkedin/" in mail.outbox[0].body


def test_a_machine_that_slept_tells_the_nearest_alone(now):
    assert told(now, 2)
    assert [one.flaw.key.partition(":")[0] for one in warnings(now + timedelta(days=58))] == ["3"]


def test_what_renews_itself_is_told_only_when_it_does_not(now):
    ends = now + timedelta(days=60)
    ChannelState.objects.update(refresh_token="x", refresh_expires_at=now + timedelta(days=300), expires_at=ends)
    assert warnings(now + timedelta(days=50)) == []
    assert [one.words for one in warnings(ends - timedelta(days=8))] == []
    assert [one.words for one in warnings(ends - timedelta(days=6, hours=1))] == [
        "Anslutningen upphör om 6 dagar. Anslut på nytt."
    ]
    # Renewed, but the right to renew ends too.
    ChannelState.objects.update(expires_at=now + timedelta(days=350))
    assert [one.words for one in warnings(now + timedelta(days=290, hours=-1))] == [
        "Anslutningen upphör om 10 dagar. Anslut på nytt."
    ]


def test_a_pause_is_told_and_told_anew_when_it_comes_back(now):
    for _ in range(2):
        connection.pause("linkedin", "LinkedIn tar inte emot oss.")
        assert warn_due(now) == {"told": 1}
        assert warn_due(now) == {"told": 0}
        connection.resume("linkedin")
        assert warn_due(now) == {"told": 0}
    assert "LinkedIn tar inte emot oss." in mail.outbox[0].subject


def test_the_first_page_tells_it_and_is_silent_when_all_is_well(now, client, eva):
    client.force_login(eva)
    assert "social-trouble" not in client.get("/admin/").content.decode()
    connection.pause("linkedin", "Rollen räcker inte.")
    page = client.get("/admin/").content.decode()
    assert "Rollen räcker inte." in page
    assert "Till anslutningen" in page
    with CaptureQueriesContext(database) as asked:
        warnings(now)
    assert len(asked) == 1
