"""The local Mastodon is as strict as the real one, so that passing against it says something."""

import json
from datetime import timedelta

import pytest

from cms.fetch import fetch
from tests.mastodon_server import SCOPES, TOKEN

LONG = "https://ordet.se/" + "a" * 500
JPEG = b"\xff\xd8\xff\xe0"


@pytest.fixture
def network(_mastodon):
    _mastodon.reset()
    return _mastodon


@pytest.fixture
def ask(network):
    """Call the server: `ask(method, path, body)` returns status and what was said."""

    def asking(method, path, body=None, token=TOKEN, kind="application/json", key=""):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, "Idempotency-Key": key}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = fetch(method, f"{network.address}/api{path}", headers=headers, body=raw)
        return answer.status, json.loads(answer.body)

    return asking


def create(ask, **body):
    return ask("POST", "/v1/statuses", body)


def upload(ask, picture=JPEG, kind="image/jpeg", token=TOKEN, description="Bild"):
    parts = f'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n{description}\r\n--x\r\n'
    file = f'Content-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: {kind}\r\n\r\n'
    body = (parts + file).encode() + picture + b"\r\n--x--\r\n"
    return ask("POST", "/v2/media", body, token=token, kind="multipart/form-data; boundary=x")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"status": ""}, "can't be blank"),
        ({"status": " \n "}, "can't be blank"),
        ({"status": "x" * 501}, "limit of 500"),
        ({"status": "x" * 477 + " " + LONG}, "limit of 500"),
        ({"status": "a", "media_ids": ["1"]}, "could not be found"),
        ({"status": "a", "media_ids": ["1", "2", "3", "4", "5"]}, "more than 4"),
        ({"status": "a", "text": "b"}, "unknown parameters"),
    ],
)
def test_a_status_that_mastodon_refuses_is_refused(ask, body, wanted):
    status, said = create(ask, **body)
    assert (status, wanted in said["error"]) == (422, True)


def test_five_hundred_characters_with_a_link_are_taken(ask):
    assert create(ask, status="x" * 476 + " " + LONG)[0] == 200


def test_a_picture_of_somebody_else_or_an_unfinished_one_cannot_be_used(ask):
    _, other = upload(ask, token="another-account")
    status, own = upload(ask)
    assert (status, own["url"]) == (202, None)
    assert create(ask, status="a", media_ids=[other["id"]])[0] == 422
    assert "not finished processing" in create(ask, status="a", media_ids=[own["id"]])[1]["error"]
    assert ask("GET", f"/v1/media/{other['id']}")[0] == 404
    assert ask("GET", f"/v1/media/{own['id']}")[0] == 200
    assert create(ask, status="a", media_ids=[own["id"]])[1]["media_attachments"][0]["description"] == "Bild"
    assert create(ask, status="b", media_ids=[own["id"]])[0] == 422


@pytest.mark.parametrize("given", [{"picture": b"RIFF"}, {"kind": "image/webp"}, {"description": "x" * 1501}])
def test_a_picture_that_mastodon_refuses_is_refused(ask, given):
    assert upload(ask, **given)[0] == 422


def test_the_wrong_content_type_the_wrong_token_and_a_missing_scope_are_refused(ask, network):
    assert ask("POST", "/v1/statuses", {"status": "a"}, kind="text/plain")[0] == 422
    assert ask("POST", "/v2/media", JPEG, kind="image/jpeg")[0] == 422
    assert ask("POST", "/v1/statuses", {"status": "a"}, token="wrong")[0] == 401
    network.tokens[TOKEN] = ("7", SCOPES - {"write:statuses"})
    assert create(ask, status="a")[0] == 403
    assert ask("GET", "/v1/nothing")[0] == 404


def test_a_key_is_kept_for_an_hour_and_belongs_to_its_account(ask, network):
    def again(**who):
        return ask("POST", "/v1/statuses", {"status": "a"}, key="k", **who)[1]["id"]

    first = again()
    assert again() == first
    assert again(token="another-account") != first
    network.ahead = timedelta(hours=1, seconds=1).total_seconds()
    assert again() != first


def test_an_edit_takes_away_what_it_does_not_name(ask, network):
    network.processing = 0
    _, picture = upload(ask)
    _, made = create(ask, status="a", media_ids=[picture["id"]], spoiler_text="Obs")
    _, edited = ask("PUT", f"/v1/statuses/{made['id']}", {"status": "b"})
    assert (edited["media_attachments"], edited["spoiler_text"]) == ([], "")
    assert ask("PUT", f"/v1/statuses/{made['id']}", {"status": "c"}, token="another-account")[0] == 404


def test_it_is_shown_as_mastodon_shows_it(ask):
    text = "Hej @anna & <alla>\nrad två\n\nOm #barnrätt: https://www.ordet.se/en/lång/adress/som/aldrig/tar/slut"
    content = create(ask, status=text)[1]["content"]
    assert content.startswith('<p>Hej <span class="h-card" translate="no"><a href="http://127.0.0.1')
    assert "&amp; &lt;alla&gt;<br />rad två</p><p>Om <a href=" in content
    assert '#<span>barnrätt</span></a>: <a href="https://www.ordet.se/en/' in content
    assert '<span class="invisible">https://www.</span><span class="ellipsis">ordet.se/en/lång/adress/som/al</span>' in content
