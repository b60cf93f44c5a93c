"""Each answer of LinkedIn's leads where the contract says: real HTTP against the strict stand-in."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from social import announce, connection
from social.models import Announcement, ChannelState

pytestmark = pytest.mark.usefixtures("linkedin")


def paused() -> str:
    return ChannelState.objects.get().paused_reason


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refusal_is_final_and_said_in_words(publish, linkedin, days, row, status):
    body = json.dumps({"message": "Nej tack", "serviceErrorCode": 7, "status": status})
    linkedin.script("create", "answer", status=status, body=body)
    publish()
    assert days.work() == {"refused": 1}
    assert "Nej tack" in row().last_error
    assert row().last_status == status
    assert row().last_request
    days.work(3600)
    assert linkedin.posts == []


@pytest.mark.parametrize("body", ["", "<html><h1>Bad gateway</h1></html>", "[1]", '{"message": 5}'])
@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504])
def test_an_unclear_answer_after_acting_is_looked_up_and_adopted(publish, linkedin, days, row, status, body):
    linkedin.script("create", "answer", "after", status=status, body=body)
    publish()
    assert days.work() == {"unknown": 1}
    assert days.work(15) == {}
    assert days.work(16) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 1)
    assert row().remote_id == linkedin.posts[0]["id"]


@pytest.mark.parametrize("what", ["drop", "torn"])
def test_a_lost_answer_is_looked_up_and_adopted(publish, linkedin, days, row, what):
    linkedin.script("create", what, "after")
    publish()
    assert days.work() == {"unknown": 1}
    assert row().last_error == "Svaret från LinkedIn kom inte fram."
    assert days.work(31) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 1)


def test_a_created_post_without_an_id_is_looked_up(publish, linkedin, days):
    linkedin.script("create", "answer", "after", status=201)
    publish()
    assert days.work() == {"unknown": 1}
    assert days.work(31) == {"published": 1}
    assert len(linkedin.posts) == 1


def test_a_create_that_never_arrived_is_repeated_once_after_three_looks(publish, linkedin, days, row):
    linkedin.script("create", "drop")
    publish()
    assert days.work() == {"unknown": 1}
    assert [days.work(31), days.work(61)] == [{"unknown": 1}, {"unknown": 1}]
    assert linkedin.calls("create") == 1
    assert days.work(121) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 2)
    assert row().creates == 2


def test_after_ten_minutes_nothing_is_repeated_and_an_editor_is_asked(publish, linkedin, days, row):
    linkedin.script("create", "drop")
    publish()
    days.work()
    days.later(600)
    for _ in range(4):
        days.work(130)
    assert row().state == "needs_check"
    assert linkedin.calls("create") == 1
    days.work(3600)
    assert linkedin.calls("create") == 1


def test_a_repeat_whose_answer_is_lost_too_is_not_repeated_again(publish, linkedin, days, row):
    linkedin.script("create", "drop", times=2)
    publish()
    for wait in (0, 31, 61, 121, 31, 61, 121):
        days.work(wait)
    assert row().state == "needs_check"
    assert linkedin.calls("create") == 2
    assert linkedin.posts == []


def test_a_repeat_that_is_not_sent_does_not_make_the_row_start_anew(publish, linkedin, days, row):
    linkedin.script("create", "drop")
    linkedin.script("create", "answer", status=429, headers={"Retry-After": "300"})
    publish()
    for wait in (0, 31, 61, 121):
        days.work(wait)
    assert row().state == "unknown"
    assert days.work(300) == {"published": 1}
    assert len(linkedin.posts) == 1


def test_a_look_that_fails_leaves_the_row_unknown(publish, linkedin, days, row):
    linkedin.script("create", "drop", "after")
    publish()
    days.work()
    for answer in ({"status": 500}, {"status": 200, "body": "<html>"}, {"status": 200, "body": '{"message": "?"}'}):
        linkedin.script("finder", "answer", **answer)
        assert days.work(31) == {"unknown": 1}
        assert row().looks == 0
    assert days.work(31) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 1)


def test_a_list_that_lags_behind_makes_no_double(publish, linkedin, days):
    linkedin.order("settings", lag=3.0, duplicates=False)
    linkedin.script("create", "drop", "after")
    publish()
    days.work()
    for wait in (31, 61):
        days.work(wait)
    assert linkedin.calls("create") == 1
    # The stand-in's clock is the wall's: only now has its list caught up.
    linkedin.order("settings", lag=0.0)
    assert days.work(121) == {"published": 1}
    assert (len(linkedin.posts), linkedin.calls("create")) == (1, 1)


def test_a_duplicate_answer_that_names_our_post_is_adopted(publish, linkedin, days, row):
    linkedin.order("settings", lag=9999)
    linkedin.script("create", "drop", "after")
    publish()
    for wait in (0, 31, 61, 121):
        days.work(wait)
    assert row().state == "published"
    assert row().remote_id == linkedin.posts[0]["id"]
    assert len(linkedin.posts) == 1


def test_a_duplicate_answer_that_names_a_ghost_is_not_adopted(publish, linkedin, days, row):
    ghost = json.dumps({"status": 422, "code": "DUPLICATE_POST", "message": "Content is a duplicate of urn:li:share:123."})
    linkedin.script("create", "answer", status=422, body=ghost)
    publish()
    assert days.work() == {"unknown": 2}
    assert row().remote_id == ""
    for wait in (61, 121):
        days.work(wait)
    assert (row().state, len(linkedin.posts)) == ("published", 1)


def test_announcing_the_same_again_at_once_is_told_and_not_taken_for_ours(publish, linkedin, days):
    post = publish()
    days.work()
    announce.announce_again(post, "linkedin", days.now)
    days.work()
    days.work(1)
    again = Announcement.objects.get(occasion="again:1")
    assert again.state == "refused"
    assert len(linkedin.posts) == 1


def test_a_throttled_channel_waits_as_long_as_it_is_told(publish, linkedin, days, row):
    linkedin.script("create", "answer", status=429, headers={"Retry-After": "120"})
    publish()
    publish(title="Den andra")
    assert days.work() == {"waiting": 1}
    assert days.work(60) == {}
    assert days.work(61) == {"published": 2}
    assert linkedin.calls("create") == 3
    assert set(Announcement.objects.values_list("attempts", flat=True)) == {1}


def test_without_a_time_it_tries_once_soon_and_then_after_midnight_utc(publish, linkedin, days, row):
    days.begin(datetime.combine(timezone.now().date() + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=20))
    linkedin.script("create", "answer", status=429, times=2)
    publish()
    days.work()
    assert row().next_attempt_at - days.now < timedelta(minutes=1)
    days.work(60)
    wait = row().next_attempt_at - (days.now.replace(hour=0, minute=0, second=0) + timedelta(days=1))
    assert timedelta(0) < wait < timedelta(minutes=12)
    assert days.work(5 * 3600) == {"published": 1}


def test_retry_after_may_be_a_date_and_never_holds_for_more_than_a_week(publish, linkedin, days, row):
    linkedin.script("create", "answer", status=429, headers={"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"})
    publish()
    days.work()
    assert timedelta(days=6) < row().next_attempt_at - days.now <= timedelta(days=7)


@pytest.mark.parametrize("status", [401, 403, 426])
def test_a_connection_that_does_not_work_pauses_the_channel_and_the_row_waits(publish, linkedin, days, row, status):
    linkedin.script("create", "answer", status=status, body='{"message": "Nej", "status": 401}', times=2)
    publish()
    assert days.work() == {"waiting": 1}
    assert paused()
    assert row().attempts == 0
    assert days.work(3600) == {}
    linkedin.order("script", on="nothing", do="drop")
    connection.resume("linkedin")
    days.work()
    days.work(1)
    assert status == 401 or row().state in ("published", "waiting")


def test_an_expired_token_is_renewed_once_without_a_second_post(publish, linkedin, days):
    linkedin.order("end", how="expired")
    publish()
    assert days.work() == {"published": 1}
    assert len(linkedin.posts) == 1
    assert linkedin.calls("token") == 1
    assert not paused()


def test_a_revoked_connection_pauses_with_words_and_goes_on_when_reconnected(publish, linkedin, days):
    linkedin.order("end", how="revoked")
    publish()
    days.work()
    assert "LinkedIn" in paused()
    from social.channels.linkedin.client import read_tokens
    from tests.social.standin import ORGANIZATION

    connection.connect("linkedin", read_tokens(linkedin.order("token"), timezone.now()), ORGANIZATION, timezone.now())
    assert days.work(1) == {"published": 1}


def test_a_dead_version_pauses(publish, linkedin, days, settings):
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": "202501"}}
    publish()
    days.work()
    assert "202501" in paused()


def test_a_server_that_is_down_is_tried_later(publish, linkedin, days, row, settings, caplog):
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"api_url": "http://127.0.0.1:9"}}
    publish()
    assert days.work() == {"waiting": 1}
    assert row().wire == ""
    assert row().last_error == "Det gick inte att få kontakt med LinkedIn."
    assert "no connection to 127.0.0.1" in caplog.text
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options}
    assert days.work(6) == {"published": 1}


def test_a_post_that_is_taken_down_before_its_time_is_skipped_with_the_reason(publish, linkedin, days, row):
    publish().unpublish()
    assert days.work() == {"skipped": 1}
    assert row().last_error
    assert linkedin.calls("create") == 0


def test_a_row_whose_post_is_gone_is_skipped(publish, linkedin, days, row):
    publish()
    Announcement.objects.update(post=None)
    assert days.work() == {"skipped": 1}
    assert linkedin.calls("create") == 0


def test_a_post_whose_switch_is_turned_off_in_the_regret_window_is_skipped(publish, linkedin, days):
    post = publish()
    post.outlets = {"linkedin": {"announce": False}}
    post.save_revision().publish()
    assert days.work() == {"skipped": 1}


def test_the_text_is_that_of_the_post_as_it_stands_when_it_goes_out(publish, linkedin, days):
    post = publish(summary="Fel")
    post.summary = "Rätt"
    post.save_revision().publish()
    days.work()
    assert "Rätt" in linkedin.posts[0]["visible"]


def test_a_text_that_is_too_long_is_refused_before_anything_is_sent(publish, linkedin, days, row):
    publish(outlets={"linkedin": {"text": "(" * 1501}})
    assert days.work() == {"refused": 1}
    assert "3002" in row().last_error
    assert linkedin.calls("create") == 0


def test_without_a_connection_the_row_is_prepared_for_the_hand(publish, linkedin, days, row):
    ChannelState.objects.update(access_token="")
    publish(summary="Läs mer")
    assert days.work() == {"manual": 1}
    assert "Läs mer" in row().text
    assert row().link.startswith("https://")
    assert linkedin.calls("create") == 0


def test_a_template_that_breaks_is_told_after_some_tries(publish, linkedin, days, row, monkeypatch, caplog):
    monkeypatch.setattr("social.sending.draft_of", lambda *_: 1 / 0)
    publish()
    for _ in range(6):
        days.work(600)
    assert row().state == "refused"
    assert f"loggen under annonsering {row().pk}" in row().last_error
    assert "ZeroDivision" not in row().last_error
    assert "ZeroDivisionError" in caplog.text


def test_an_address_that_may_not_be_called_pauses_in_words(publish, linkedin, days, row, settings):
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"api_url": "http://10.1.2.3"}}
    publish()
    assert days.work() == {"waiting": 1}
    assert row().last_error == paused()
    assert paused().startswith("Servern får inte anropa")


def test_a_row_of_unknown_outcome_does_not_hold_a_disconnected_channel(publish, linkedin, days, row):
    linkedin.script("create", "drop", "after")
    publish()
    assert days.work() == {"unknown": 1}
    connection.disconnect("linkedin")
    connection.announce_by_hand("linkedin", days.now)
    assert days.work(31) == {"needs_check": 1}
    assert "inte längre ansluten" in row().last_error
    assert not paused()
    publish(title="Den andra")
    assert days.work() == {"manual": 1}


def test_a_channel_that_is_disconnected_while_sending_is_not_paused(publish, linkedin, days, monkeypatch):
    def prepare(*_):
        connection.disconnect("linkedin")
        return ""

    monkeypatch.setattr("social.sending._picture", prepare)
    publish()
    assert days.work() == {"waiting": 1, "manual": 1}
    assert not paused()
    assert linkedin.calls("create") == 0
