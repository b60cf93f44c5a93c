"""Connections that end or stand still: told ahead, once each, to those who can mend them."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.keydates import STOCKHOLM
from social import connection
from social.models import ChannelState
from social.warning import tell, troubles, warn_due, warnings

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


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


def test_a_pause_on_purpose_is_shown_but_mailed_to_nobody(now):
    connection.pause("linkedin", "Sommaruppehåll", by_hand=True)
    assert [one.words for one in warnings(now)] == ["Sommaruppehåll"]
    assert warn_due(now) == {"told": 0}
    assert mail.outbox == []


def test_several_troubles_are_told_the_most_urgent_first_and_once_each(now, eva):
    ChannelState.objects.update(role="CONTENT_ADMIN", scope="rw_organization_admin r_organization_social")
    assert warn_due(now) == {"told": 2}
    assert "Rättigheten w_organization_social beviljades inte." in mail.outbox[0].subject
    assert mail.outbox[0].body.index("w_organization_social") < mail.outbox[0].body.index("Rollen får inte ladda upp bilder")
    assert "Inget annonseras där förrän någon åtgärdar det." in mail.outbox[0].body
    # The connection's end comes to what is known already: only it is news.
    mail.outbox.clear()
    later = now + timedelta(days=40)
    assert warn_due(later) == {"told": 1}
    assert warn_due(later) == {"told": 0}
    assert "Rättigheten" not in mail.outbox[0].body
    assert "Därefter annonseras inget där." in mail.outbox[0].body
    words = [one.words[:23] for one in warnings(later)]
    assert words == ["Rättigheten w_organizat", "Anslutningen upphör om ", "Rollen får inte ladda u"]
    # What was mended and breaks again is news.
    ChannelState.objects.update(scope="")
    assert warn_due(later) == {"told": 0}
    ChannelState.objects.update(scope="rw_organization_admin r_organization_social")
    assert warn_due(later) == {"told": 1}


def test_what_lets_posts_go_out_all_the_same_says_so(now):
    ChannelState.objects.update(role="CONTENT_ADMIN")
    assert warn_due(now) == {"told": 1}
    assert "Inlägg går ut ändå." in mail.outbox[0].body


def test_the_same_words_are_told_once(now):
    ChannelState.objects.update(role="ANALYST")
    (flaw,) = [one.flaw for one in warnings(now)]
    connection.pause("linkedin", flaw.words)
    assert [one.flaw.key for one in warnings(now)] == [f"paused: {flaw.words}"]


def test_a_version_is_told_at_90_30_and_7_days_and_when_it_has_ended(now, settings, linkedin):
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": "202609"}}
    ends = datetime(2027, 9, 15, 12, tzinfo=STOCKHOLM)
    ChannelState.objects.update(expires_at=ends + timedelta(days=365))
    mails = []
    for days in range(120, -3, -1):
        mail.outbox.clear()
        warn_due(ends - timedelta(days=days))
        mails += [days] if mail.outbox else []
    assert mails == [90, 30, 7, -1]
    assert "LinkedIn stängde version 202609 av sitt gränssnitt den 15 september 2027." in warnings(ends + DAY)[0].words


def test_a_network_that_is_out_of_reach_for_days_is_told(now):
    ChannelState.objects.update(looked_at=now - timedelta(days=3), look_note="LinkedIn svarade 403.")
    assert [one.words for one in warnings(now - timedelta(hours=1))] == []
    assert [one.words for one in warnings(now)] == ["Anslutningen har inte kunnat kontrolleras på 3 dagar: LinkedIn svarade 403."]
    assert warn_due(now) == {"told": 1}
    assert warn_due(now + timedelta(days=2)) == {"told": 0}


def test_of_two_schedulers_one_tells(now):
    connection.pause("linkedin", "Rollen räcker inte.")
    one, other = ChannelState.objects.get(), ChannelState.objects.get()
    assert [tell(state, troubles(state, now)) for state in (one, other)] == [1, 0]


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
