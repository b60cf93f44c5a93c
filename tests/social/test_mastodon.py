"""Mastodon through the real duties, over real HTTP against a strict server: one post, whole, whatever is answered."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from cms.models import Column, Picture
from social import connection
from social.channels import get_channel
from social.models import Announcement, ChannelState
from tests.mastodon_server import SCOPES, TOKEN
from tests.processes import until

pytestmark = pytest.mark.usefixtures("mastodon")

TEXT = "Nya regler (S2026/01) för vård & omsorg – <nu>\n\nSkriv till anna_b@example.se. #barnrätt 👩‍👩‍👧 🇸🇪"
LINK = "https://ordet.example.se/ordforanden-har-ordet/vi-behover-varandra/"
HTML = "<html><h1>Bad gateway</h1></html>"
ANSWERS = {
    "dropped": {"do": "drop"},
    "torn": {"do": "torn"},
    "200 without an id": {"do": "answer", "status": 200, "body": {}},
    "200 in HTML": {"do": "answer", "status": 200, "body": HTML},
    "200 with an id of something else": {"do": "answer", "status": 200, "body": {"id": "7", "scheduled_at": None}},
    "302": {"do": "answer", "status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    "408": {"do": "answer", "status": 408},
    "409": {"do": "answer", "status": 409},
    "500": {"do": "answer", "status": 500, "body": {"error": "?"}},
    "502 in HTML": {"do": "answer", "status": 502, "body": HTML},
    "503": {"do": "answer", "status": 503, "body": '{"error": '},
}
LOOKS = {
    "dropped": {"do": "drop"},
    "torn": {"do": "torn"},
    "500": {"do": "answer", "status": 500},
    "no list": {"do": "answer", "status": 200, "body": {"error": "?"}},
    "half a status": {"do": "answer", "status": 200, "body": [{"id": "1", "content": "<p>"}]},
    "no time": {"do": "answer", "status": 200, "body": [{"id": "1", "content": "", "account": {"id": 1}, "created_at": "?"}]},
}


@pytest.fixture
def post(publish, mastodon, days):
    """Publish a post with TEXT and let the worker try it once; returns what it did."""

    def posting(**fields):
        publish(Column, outlets={"mastodon": {"text": TEXT}}, **fields)
        return days.work()

    return posting


def settle(days, mastodon, row):
    for _ in range(12):
        if row().state not in Announcement.UNSETTLED:
            return row()
        days.later(max((row().next_attempt_at - days.now).total_seconds(), 0) + 0.01)
        mastodon.ahead = days.ahead.total_seconds()
        days.work()
    raise AssertionError(row().last_error)


def is_out_once(mastodon, settled):
    (made,) = mastodon.posts
    assert (settled.state, settled.remote_id, settled.last_error) == ("published", f"@ordet/{made['id']}", "")
    assert settled.remote_url == f"{mastodon.address}/@ordet/{made['id']}"
    assert made["text"] == f"{TEXT}\n\n{LINK}"


def test_a_post_goes_out_with_its_link_at_the_end(post, mastodon, row):
    assert post() == {"published": 1}
    is_out_once(mastodon, row())
    made = mastodon.posts[0]
    assert (made["visibility"], made["language"], made["sensitive"], made["mentions"]) == ("public", "sv", False, [])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_create_that_is_answered_so(post, mastodon, days, row, answer, when):
    mastodon.script("create", when=when, **ANSWERS[answer])
    assert post() == {"unknown": 1}
    is_out_once(mastodon, settle(days, mastodon, row))
    assert mastodon.count("create") == (1 if when == "after" else 2)


def test_a_repeat_is_the_same_to_the_byte(post, mastodon, days, row):
    mastodon.script("create", "drop")
    post()
    settle(days, mastodon, row)
    first, second = (call for call in mastodon.calls if call["route"] == "create")
    assert first["body"] == second["body"]
    assert first["headers"]["idempotency-key"] == second["headers"]["idempotency-key"]


def test_a_repeat_that_comes_too_early_is_recognised_by_its_key(post, mastodon, days, row):
    mastodon.script("create", "drop", "after")
    mastodon.lag = 100_000
    post()
    is_out_once(mastodon, settle(days, mastodon, row))
    assert mastodon.count("create") == 2


def test_a_server_that_stumbles_over_a_repeat_makes_no_double(post, mastodon, days, row):
    mastodon.script("create", "drop", "after")
    mastodon.lag, mastodon.stumbling = 100_000, True
    post()
    assert settle(days, mastodon, row).state == "needs_check"
    assert (len(mastodon.posts), mastodon.count("create")) == (1, 2)


def test_after_an_hour_nothing_is_repeated(post, mastodon, days, row):
    mastodon.script("create", "drop")
    post()
    days.later(3600)
    for _ in range(4):
        days.work(130)
    assert (row().state, mastodon.count("create")) == ("needs_check", 1)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_that_is_answered_so_makes_no_double(post, mastodon, days, row, look):
    mastodon.script("create", "drop", "after")
    mastodon.script("list", **LOOKS[look])
    post()
    assert days.work(31) == {"unknown": 1}
    assert row().looks == 0
    is_out_once(mastodon, settle(days, mastodon, row))
    assert mastodon.count("create") == 1


def test_a_list_that_lags_behind_makes_no_double(post, mastodon, days, row):
    mastodon.lag = 3.0
    mastodon.script("create", "drop", "after")
    post()
    is_out_once(mastodon, settle(days, mastodon, row))
    assert mastodon.count("create") == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_comes_too_late(post, mastodon, days, row, settings, when):
    settings.SOCIAL_CHANNELS = {"mastodon": mastodon.options | {"timeout": 1.0}}
    mastodon.script("create", "hold", when)
    assert post() == {"unknown": 1}
    mastodon.go.set()
    until(lambda: mastodon.held == 0 and mastodon.posts)
    is_out_once(mastodon, settle(days, mastodon, row))


def test_without_a_connection_it_goes_out_later(post, mastodon, days, row, settings):
    settings.SOCIAL_CHANNELS = {"mastodon": mastodon.options | {"url": "http://127.0.0.1:9"}}
    assert post() == {"waiting": 1}
    assert row().last_error == "Det gick inte att få kontakt med Mastodon."
    settings.SOCIAL_CHANNELS = {"mastodon": mastodon.options}
    is_out_once(mastodon, settle(days, mastodon, row))


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refusal_is_final_and_said_in_words(post, mastodon, row, status):
    mastodon.script("create", "answer", status=status, body={"error": "Nej tack"})
    assert post() == {"refused": 1}
    assert row().last_error == f"Mastodon svarade {status}: Nej tack"
    assert (row().last_status, row().last_request) == (status, "5e1f0a3c")


def test_a_token_that_has_ended_pauses_the_channel_and_is_said_in_words(post, mastodon, days, row):
    mastodon.tokens.clear()
    assert post() == {"waiting": 1}
    assert ChannelState.objects.get().paused_reason == (
        "Mastodon godtar inte längre åtkomstnyckeln. Be den som sköter driften att lägga en ny i SOCIAL_MASTODON_TOKEN."
    )
    mastodon.tokens[TOKEN] = ("7", SCOPES)
    assert days.work(3600) == {}
    connection.resume("mastodon")
    assert days.work() == {"published": 1}
    is_out_once(mastodon, row())


def test_a_missing_scope_pauses_the_channel(post, mastodon):
    mastodon.tokens[TOKEN] = ("7", SCOPES - {"write:statuses"})
    assert post() == {"waiting": 1}
    assert "outside the authorized scopes" in ChannelState.objects.get().paused_reason


def test_a_redirected_look_pauses_the_channel(post, mastodon, days):
    mastodon.script("create", "drop", "after")
    mastodon.script("list", "answer", status=301)
    post()
    days.work(31)
    assert ChannelState.objects.get().paused_reason == "Mastodon svarade 301 utan att säga varför."


def test_who_asks_too_often_waits_as_long_as_the_server_says(post, mastodon, days, row):
    until_when = datetime.now(UTC) + timedelta(minutes=4)
    mastodon.script("create", "answer", status=429, headers={"X-RateLimit-Reset": until_when.isoformat().replace("+00:00", "Z")})
    assert post() == {"waiting": 1}
    assert ChannelState.objects.get().quiet_until == until_when
    assert days.work(200) == {}
    assert days.work(60) == {"published": 1}
    is_out_once(mastodon, row())


def test_no_token_stands_in_what_is_told_or_logged(post, mastodon, row, caplog):
    mastodon.script("create", "answer", status=422, body={"error": f"Bad token {TOKEN}"})
    post()
    assert row().last_error == "Mastodon svarade 422: Bad token […]"
    assert TOKEN not in caplog.text + repr(get_channel("mastodon")) + str(vars(row()))


def picture() -> Picture:
    drawn = io.BytesIO()
    Image.new("RGB", (1600, 1000), "teal").save(drawn, "PNG")
    return Picture.objects.create(title="Bild", description="Två samtalar", file=ContentFile(drawn.getvalue(), "bild.png"))


def test_a_picture_goes_along_with_its_alt_text_when_it_is_ready(post, mastodon, days, row):
    mastodon.processing = 2
    assert post(lead_image=picture()) == {"waiting": 1}
    is_out_once(mastodon, settle(days, mastodon, row))
    (media,) = mastodon.media.values()
    assert (media["status"], media["description"]) == (mastodon.posts[0]["id"], "Två samtalar")
    assert mastodon.count("upload") == 1


@pytest.mark.parametrize("status", [422, 500])
def test_a_picture_that_mastodon_refuses_does_not_stop_the_post(post, mastodon, days, row, status):
    mastodon.script("upload", "answer", status=status, body={"error": "Error processing thumbnail"}, times=2)
    post(lead_image=picture())
    is_out_once(mastodon, settle(days, mastodon, row))
    assert row().picture_note == f"Mastodon svarade {status}: Error processing thumbnail"


def test_a_picture_that_fails_in_the_making_does_not_stop_the_post(post, mastodon, days, row):
    mastodon.failing = True
    post(lead_image=picture())
    is_out_once(mastodon, settle(days, mastodon, row))
    assert mastodon.posts[0]["media"] == []


def test_a_server_that_is_away_for_the_picture_is_asked_again(post, mastodon, days, row):
    mastodon.script("upload", "answer", status=503)
    post(lead_image=picture())
    is_out_once(mastodon, settle(days, mastodon, row))
    assert len(mastodon.posts[0]["media"]) == 1
