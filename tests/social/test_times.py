"""Times hold in the nights when the clocks change and over midnight UTC; what ends in the middle loses and doubles nothing."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cms import publishing
from cms.models import Column, Post
from social import announce, clock, connection, words
from social.channels import Throttled
from social.channels.linkedin.client import read_tokens
from social.models import Announcement, ChannelState
from tests.pictures import drawn, file_of, stored
from tests.social.calls import blind_repeats
from tests.social.standin import ORGANIZATION

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = timedelta(days=1)
# Five minutes before the clocks go back and forward.
NIGHTS = {"autumn": datetime(2026, 10, 25, 0, 55, tzinfo=UTC), "spring": datetime(2027, 3, 28, 0, 55, tzinfo=UTC)}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-03-06 11:00", "6 mars 2026 kl. 12.00"),
        ("2026-10-24 22:30", "25 oktober 2026 kl. 00.30"),
        ("2026-10-25 00:59", "25 oktober 2026 kl. 02.59"),
        ("2026-10-25 01:00", "25 oktober 2026 kl. 02.00"),
        ("2026-10-25 02:00", "25 oktober 2026 kl. 03.00"),
        ("2026-12-31 23:30", "1 januari 2027 kl. 00.30"),
        ("2027-03-28 00:59", "28 mars 2027 kl. 01.59"),
        ("2027-03-28 01:00", "28 mars 2027 kl. 03.00"),
    ],
)
def test_times_are_shown_as_swedish_clocks_show_them(at, shown):
    assert words.clock_time(utc(at)) == shown
    assert words.clock_time(utc(at).astimezone(STOCKHOLM)) == shown
    assert words.clock_time(None) == ""


@pytest.mark.parametrize(("night", "shown"), [("autumn", "25 oktober 2026 kl. 02.05"), ("spring", "28 mars 2027 kl. 03.05")])
def test_the_regret_window_is_ten_minutes_long_in_any_night(memory, publish, settings, monkeypatch, night, shown):
    settings.ANNOUNCE_DELAY_SECONDS = 600
    begun = NIGHTS[night]
    ChannelState.objects.update(active_since=begun - DAY)
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "_receivers", [])
        publish(Column)
    Post.objects.update(first_published_at=begun)
    assert announce.sweep(begun) == 1
    row = Announcement.objects.get()
    assert row.next_attempt_at == announce.next_due(begun) == begun + timedelta(minutes=10)
    assert words.explanation(row, ChannelState.objects.get()) == f"Går ut {shown}."
    assert announce.announce_due((begun + timedelta(minutes=9, seconds=59)).astimezone(STOCKHOLM)) == {}
    assert announce.announce_due((begun + timedelta(minutes=10)).astimezone(STOCKHOLM)) == {"published": 1}


@pytest.mark.parametrize("night", NIGHTS)
def test_a_duty_counts_on_through_the_change_whatever_zone_its_time_is_in(night, monkeypatch):
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=iter((100.0, 110.0)).__next__))
    change = NIGHTS[night] + timedelta(minutes=5)
    running = clock.Clock((change - timedelta(seconds=5)).astimezone(STOCKHOLM))
    assert running().astimezone(UTC) - change == timedelta(seconds=5)


MOMENTS = st.datetimes(datetime(2026, 10, 20), datetime(2027, 4, 2), timezones=st.sampled_from([UTC, STOCKHOLM]))  # noqa: DTZ001


@given(MOMENTS)
def test_midnight_is_the_next_one_in_utc(moment):
    midnight, now = connection.after_midnight(moment), moment.astimezone(UTC)
    assert (midnight.date(), f"{midnight:%T}", midnight.tzinfo) == (now.date() + DAY, "00:00:10", UTC)


@given(MOMENTS, st.floats(0, 1))
@pytest.mark.django_db
def test_a_throttled_channel_waits_shortly_then_until_ten_minutes_past_midnight_at_most(moment, jitter):
    ChannelState.objects.update_or_create(channel="linkedin", defaults={"throttled": 0, "quiet_until": None})
    first = connection.hold("linkedin", Throttled("?"), moment.astimezone(UTC), jitter)
    assert first - moment.astimezone(UTC) == timedelta(seconds=15)
    second = connection.hold("linkedin", Throttled("?"), first, jitter)
    assert timedelta(0) <= second - connection.after_midnight(first) <= timedelta(minutes=10)
    assert connection.held(second - timedelta(seconds=1)) == ["linkedin"]
    assert connection.held(second) == []
    # Another day, another short try.
    assert connection.hold("linkedin", Throttled("?"), second, jitter) - second == timedelta(seconds=15)


@pytest.fixture
def night(linkedin, publish, days):
    """A post that is due at a moment, while LinkedIn's daily limit is used up for so many calls."""

    def begin(at: datetime, calls: int, **answer) -> Announcement:
        linkedin.script("create", "answer", status=429, times=calls, **answer)
        publish()
        days.begin(at)
        Announcement.objects.update(next_attempt_at=at)
        days.work()
        return Announcement.objects.get()

    return begin


@pytest.mark.parametrize(
    ("at", "hour"), [("2026-10-24 23:58", "25 oktober 2026 kl. 02."), ("2027-03-27 23:58", "28 mars 2027 kl. 01.")]
)
def test_a_limit_that_is_used_up_is_waited_out_over_midnight_utc(night, days, linkedin, row, at, hour):
    assert night(utc(at), calls=2).next_attempt_at - utc(at) < timedelta(seconds=20)
    assert days.work(16) == {"waiting": 1}
    assert f"Går ut {hour}" in words.explanation(row(), ChannelState.objects.get())
    wait = row().next_attempt_at - utc(at)
    assert timedelta(minutes=2) < wait < timedelta(minutes=13)
    assert days.work(60) == {}
    assert days.work(13 * 60) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 3)


def test_a_limit_that_is_still_used_up_after_midnight_costs_no_second_day(night, days, linkedin):
    night(utc("2027-03-27 23:58"), calls=3)
    assert [days.work(16), days.work(13 * 60), days.work(16)] == [{"waiting": 1}, {"waiting": 1}, {"published": 1}]
    assert len(linkedin.posts) == 1


def test_nobody_else_is_sent_while_the_channel_waits(night, days, publish):
    night(utc("2027-03-27 23:58"), calls=2)
    publish(title="Den andra")
    Announcement.objects.filter(post_title="Den andra").update(next_attempt_at=days.now)
    assert days.work(10) == {}
    assert days.work(6) == {"waiting": 1}
    other = Announcement.objects.earliest("next_attempt_at")
    assert other.next_attempt_at < days.now
    assert "28 mars 2027 kl. 01." in words.explanation(other, ChannelState.objects.get())
    assert days.work(13 * 60) == {"published": 2}


def without_renewal(linkedin) -> None:
    linkedin.order("settings", refresh=False)
    ChannelState.objects.update(refresh_token="", refresh_expires_at=None)


def reconnect(linkedin, organization=ORGANIZATION) -> None:
    connection.connect("linkedin", read_tokens(linkedin.order("token"), timezone.now()), organization, timezone.now())


ENDS = {
    "expired, and none to renew it": ("expired", without_renewal, "LinkedIn godtar inte längre anslutningen"),
    "revoked": ("revoked", lambda _: None, "LinkedIn förnyar inte anslutningen"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("when", ["before", "while the picture is processed", "while it is looked for"])
def test_a_token_that_ends_lets_everything_wait_until_somebody_reconnects(publish, linkedin, days, row, end, when):
    how, prepare, told = ENDS[end]
    prepare(linkedin)
    if when == "while it is looked for":
        linkedin.script("create", "drop", "after")
    publish(Column, lead_image=stored("bild.png", file_of(drawn(), "PNG")) if "picture" in when else None)
    if when != "before":
        days.work()
    linkedin.order("end", how=how)
    for wait in (31, 61, 3600, 86_400):
        days.work(wait)
    assert row().state == ("unknown" if "looked" in when else "waiting")
    assert ChannelState.objects.get().paused_reason.startswith(told)
    assert (row().attempts, len(linkedin.posts)) == ((1, 1) if "looked" in when else (0, 0))
    reconnect(linkedin)
    for wait in (1, 5, 9):
        days.work(wait)
    assert (row().state, len(linkedin.posts), blind_repeats(linkedin.ask("calls"))) == ("published", 1, 0)
    assert linkedin.calls("upload") == ("picture" in when)


def test_a_token_that_is_renewed_in_the_middle_is_noticed_by_nobody(publish, linkedin, days, row):
    linkedin.script("create", "drop", "after")
    publish(lead_image=stored("bild.png", file_of(drawn(), "PNG")))
    days.work()
    for wait in (2, 31, 2):
        linkedin.order("end", how="expired")
        days.work(wait)
    assert (row().state, len(linkedin.posts), linkedin.calls("create")) == ("published", 1, 1)
    assert linkedin.calls("token") == 2
    assert not ChannelState.objects.get().paused_reason


def test_a_role_that_is_lost_in_the_middle_pauses_and_the_picture_is_kept(publish, linkedin, days, row):
    publish(lead_image=stored("bild.png", file_of(drawn(), "PNG")))
    days.work()
    linkedin.order("settings", role="ANALYST")
    assert days.work(2) == {"waiting": 1}
    assert "403" in ChannelState.objects.get().paused_reason
    assert (days.work(86_400), row().attempts) == ({}, 0)
    linkedin.order("settings", role="ADMINISTRATOR")
    connection.resume("linkedin")
    assert days.work(1) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("upload")) == (1, 1)
    assert linkedin.posts[0]["content"]["article"]["thumbnail"] == row().picture_ref


def test_a_version_that_dies_in_the_middle_pauses_until_the_setting_is_mended(publish, linkedin, days, row, settings):
    linkedin.script("create", "drop", "after")
    publish()
    days.work()
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": "202501"}}
    assert days.work(31) == {"unknown": 1}
    assert "202501" in ChannelState.objects.get().paused_reason
    assert days.work(86_400) == {}
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options}
    connection.resume("linkedin")
    assert days.work(1) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 1)


def test_a_post_that_went_to_a_page_no_longer_connected_asks_an_editor_and_stops_nobody(publish, linkedin, days, row):
    linkedin.script("create", "drop", "after")
    publish()
    days.work()
    reconnect(linkedin, "urn:li:organization:2002")
    linkedin.order("settings", organization="urn:li:organization:2002")
    assert days.work(31) == {"needs_check": 1}
    assert row().last_error.endswith("Det lades ut på en annan sida än den som är ansluten nu.")
    assert not ChannelState.objects.get().paused_reason
    publish(title="Den andra")
    assert days.work() == {"published": 1}


def test_what_was_denied_cannot_be_allowed_by_the_same_question(server, client, eva):
    client.force_login(eva)
    state = client.get("/social/linkedin/connect")["Location"].partition("&state=")[2].partition("&")[0]
    callback = "/social/linkedin/callback"
    assert client.get(callback, {"error": "user_cancelled_login", "state": state}).status_code == 302
    assert client.get(callback, {"code": "AQ-code", "state": state}).status_code == 401
    assert not ChannelState.objects.exclude(access_token="").exists()
    assert "avbröts" in client.get(reverse("social_connection", args=["linkedin"])).content.decode()
