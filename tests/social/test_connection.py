"""Connecting: by command and by OAuth; tokens stay secret; renewing; versions; warnings."""

import io
import json
import logging
import re
import secrets
from datetime import date, timedelta
from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from cms.fetch import fetch
from social import checks, connection, oauth
from social.channels import get_channel
from social.channels.linkedin.client import read_tokens
from social.models import Announcement, ChannelState, OAuthState
from tests.social.standin import ORGANIZATION


def by_command(monkeypatch, capsys, answer, organization=ORGANIZATION) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer if isinstance(answer, str) else json.dumps(answer)))
    call_command("connect_linkedin", organization=organization)
    return capsys.readouterr().out


def test_the_command_connects_and_prints_no_token(server, db, monkeypatch, capsys):
    answer = server.order("token")
    printed = by_command(monkeypatch, capsys, answer)
    assert answer["access_token"] not in printed
    assert answer["refresh_token"] not in printed
    assert json.loads(printed)["organization"] == ORGANIZATION
    state = ChannelState.objects.get()
    assert (state.access_token, state.connected, state.days_left(timezone.now())) == (answer["access_token"], True, 364)
    assert state.scopes == ["r_organization_social", "rw_organization_admin", "w_organization_social"]


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", {"access_token": "", "expires_in": 5}, {"access_token": "a", "expires_in": "soon"}]
)
def test_what_is_no_token_answer_is_refused(server, db, monkeypatch, capsys, answer):
    with pytest.raises(CommandError):
        by_command(monkeypatch, capsys, answer)
    assert not ChannelState.objects.exists()


def test_what_is_no_page_is_refused(server, db, monkeypatch, capsys):
    with pytest.raises(CommandError):
        by_command(monkeypatch, capsys, {"access_token": "a", "expires_in": 5}, "urn:li:person:1")


def test_tokens_stand_encrypted_in_the_table(linkedin):
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM social_channelstate")
        stored = cursor.fetchone()
    state = ChannelState.objects.get()
    assert state.access_token
    assert state.access_token not in stored
    assert state.refresh_token not in stored
    connection.keep_tokens("linkedin", state)
    assert ChannelState.objects.get().access_token == state.access_token


def test_reconnecting_keeps_since_when_and_disconnecting_forgets_it(linkedin):
    begun = ChannelState.objects.get().active_since
    connection.connect("linkedin", ChannelState.objects.get(), ORGANIZATION, timezone.now())
    assert ChannelState.objects.get().active_since == begun
    connection.disconnect("linkedin")
    state = ChannelState.objects.get()
    assert (state.active_since, state.access_token, state.refresh_token) == (None, "", "")


def test_tokens_are_renewed_ahead_of_their_end(linkedin):
    old = ChannelState.objects.get().access_token
    assert connection.renew_due(timezone.now()) == {"renewed": 0, "failed": 0}
    assert connection.renew_due(timezone.now() + timedelta(days=50)) == {"renewed": 1, "failed": 0}
    assert ChannelState.objects.get().access_token != old
    ChannelState.objects.update(refresh_token="x", expires_at=timezone.now())
    assert connection.renew_due(timezone.now()) == {"renewed": 0, "failed": 1}
    assert ChannelState.objects.get().paused_reason


def test_what_is_disconnected_during_a_renewal_stays_so(linkedin):
    connection.disconnect("linkedin")
    connection.keep_tokens("linkedin", read_tokens(linkedin.order("token"), timezone.now()))
    assert not ChannelState.objects.get().connected


@pytest.fixture
def desk(client, eva, server):
    client.force_login(eva)
    return client


def links(desk, address="/social/linkedin/connect") -> list[str]:
    """Follow "connect" to LinkedIn's question and return its two answers."""
    asked = desk.get(address)
    page = fetch("GET", asked["Location"]).body.decode().replace("&amp;", "&")
    return [link.partition("ordet.example.se")[2] for link in re.findall(r'href="([^"]+/social/linkedin/callback[^"]*)"', page)]


def test_oauth_connects_the_page_whose_role_the_account_has(desk):
    allow, _ = links(desk)
    assert desk.get(allow).status_code == 302
    state = ChannelState.objects.get()
    assert (state.organization, state.role, state.connected) == (ORGANIZATION, "ADMINISTRATOR", True)


def test_without_an_app_connecting_leads_back_with_words(desk, settings, server):
    settings.SOCIAL_CHANNELS = {"linkedin": server.options | {"client_id": "", "client_secret": ""}}
    page = desk.get("/social/linkedin/connect", follow=True)
    assert page.status_code == 200
    assert "LINKEDIN_CLIENT_ID" in page.content.decode()


def test_a_state_is_used_once(desk):
    allow, _ = links(desk)
    desk.get(allow)
    assert desk.get(allow).status_code == 401


def test_a_state_of_another_session_or_none_is_refused(desk, client, eva):
    allow, _ = links(desk)
    desk.logout()
    desk.force_login(eva)
    assert desk.get(allow).status_code == 401
    assert desk.get("/social/linkedin/callback?code=x&state=guess").status_code == 401
    assert desk.get("/social/linkedin/callback").status_code == 401
    assert not ChannelState.objects.exists()


def test_a_state_grows_old(desk):
    allow, _ = links(desk)
    OAuthState.objects.update(expires_at=timezone.now())
    assert desk.get(allow).status_code == 401


def test_a_refusal_is_said_in_words(desk):
    _, deny = links(desk)
    assert "avbröts" in desk.get(deny, follow=True).content.decode()
    assert not ChannelState.objects.exists()


def test_an_account_without_a_role_is_told(desk, server):
    server.order("settings", role="ANALYST")
    allow, _ = links(desk)
    assert "får inte publicera" in desk.get(allow, follow=True).content.decode()


def test_with_several_pages_one_is_chosen(desk, server):
    two = [{"organization": f"urn:li:organization:{n}", "role": "CONTENT_ADMIN", "state": "APPROVED"} for n in (1001, 2002)]
    server.script("acls", "answer", status=200, body=json.dumps({"elements": two}))
    allow, _ = links(desk)
    assert "urn:li:organization:2002" in desk.get(allow, follow=True).content.decode()
    address = reverse("social_choose")
    desk.post(address, {"organization": "urn:li:organization:3"})
    assert not ChannelState.objects.exists()
    desk.post(address, {"organization": "urn:li:organization:2002"})
    assert ChannelState.objects.get().organization == "urn:li:organization:2002"


@pytest.mark.parametrize("elements", [None, ["x"], {"a": 1}, [None]])
def test_an_unreadable_list_of_pages_is_said_in_words(desk, server, elements):
    server.script("acls", "answer", status=200, body=json.dumps({"elements": elements}))
    allow, _ = links(desk)
    answer = desk.get(allow, follow=True)
    assert (answer.status_code, "går inte att läsa" in answer.content.decode()) == (200, True)
    assert not ChannelState.objects.exists()


def test_pages_beyond_the_first_answer_are_found(desk, server):
    many = [{"organization": f"urn:li:organization:{n}", "role": "ANALYST", "name": ""} for n in range(10)]
    server.order("settings", role="", pages=[*many, {"organization": ORGANIZATION, "role": "ADMINISTRATOR", "name": ""}])
    allow, _ = links(desk)
    desk.get(allow)
    assert (ChannelState.objects.get().organization, server.calls("acls")) == (ORGANIZATION, 2)


def test_an_account_with_endless_pages_is_not_asked_for_ever(server, db):
    many = [{"organization": f"urn:li:organization:{n}", "role": "ADMINISTRATOR", "state": "APPROVED"} for n in range(10)]
    server.script("acls", "answer", status=200, body=json.dumps({"elements": many}), times=30)
    assert len(get_channel("linkedin").account_roles(server.order("token")["access_token"]).pages) == 10
    assert server.calls("acls") == 20


def test_no_secret_stands_in_a_report_of_an_unforeseen_error(server, db, rf, monkeypatch, settings):
    settings.DEBUG = False
    monkeypatch.setattr("cms.fetch.fetch", lambda *_, **__: 1 / 0)
    channel = get_channel("linkedin")
    code, renewal, token = (secrets.token_urlsafe(32) for _ in range(3))
    authentication = channel.authentication()
    authentication.authorization_code = code
    for act in (authentication.get_access_token, partial(authentication.refresh, renewal), partial(channel.account_roles, token)):
        with pytest.raises(ZeroDivisionError) as caught:
            act()
        # Without the test's own frame, which knows them all.
        inside = caught.tb.tb_next
        page = ExceptionReporter(rf.get("/"), caught.type, caught.value, inside).get_traceback_html()
        assert "_call" in page
        for secret in (server.client_secret, code, renewal, token):
            assert secret not in page
    tokens = read_tokens({"access_token": token, "refresh_token": renewal, "expires_in": 5}, timezone.now())
    shown = repr(oauth.Choices(tokens, "", [], 0))
    assert token not in shown
    assert renewal not in shown


def test_strangers_cannot_connect(client, server, db):
    assert client.get("/social/linkedin/connect").status_code in (302, 403)
    assert not OAuthState.objects.exists()


def test_no_secret_is_logged(linkedin, publish, days, caplog):
    caplog.set_level(logging.DEBUG)
    state = ChannelState.objects.get()
    linkedin.order("end", how="revoked")
    publish()
    days.work()
    assert Announcement.objects.get().state == "waiting"
    for secret in (state.access_token, state.refresh_token, linkedin.client_secret):
        assert secret not in caplog.text
        assert secret not in Announcement.objects.get().last_error


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_a_token_that_linkedin_repeats_is_neither_stored_nor_logged_nor_shown(desk, linkedin, publish, days, caplog, status):
    caplog.set_level(logging.DEBUG)
    state = ChannelState.objects.get()
    ChannelState.objects.update(refresh_token="")
    body = json.dumps({"message": f"Invalid token {state.access_token} or AQXanOlderOne-123"})
    linkedin.script("create", "answer", status=status, body=body)
    publish()
    days.work()
    row, paused = Announcement.objects.get(), ChannelState.objects.get().paused_reason
    pages = [reverse("social_connection", args=["linkedin"]), reverse("social_queue")]
    pages.append(reverse("social_announcement", args=[row.pk]))
    told = [row.last_error, paused, caplog.text, *(desk.get(page).content.decode() for page in pages)]
    assert status == 401 or "Invalid token […]" in row.last_error
    for text in told:
        assert state.access_token not in text
        assert "AQX" not in text


def test_a_form_that_linkedin_repeats_is_neither_stored_nor_logged_nor_shown(desk, linkedin, publish, days, caplog):
    caplog.set_level(logging.DEBUG)
    renewal, code = "renewal/with+signs=", "a-code/of+linkedins"
    ChannelState.objects.update(refresh_token=renewal)
    for form in ({"refresh_token": renewal}, {"code": code}):
        echoed = f"{urlencode({**form, 'client_secret': linkedin.client_secret})} {list(form.values())}"
        body = json.dumps({"error": "invalid_request", "error_description": echoed})
        linkedin.script("token", "answer", status=400, body=body)
    linkedin.order("end", how="expired")
    publish()
    days.work()
    allow, _ = links(desk)
    state = parse_qs(urlsplit(allow).query)["state"][0]
    page = desk.get("/social/linkedin/callback", {"code": code, "state": state}, follow=True).content.decode()
    row, paused = Announcement.objects.get(), ChannelState.objects.get().paused_reason
    assert "refresh_token=[…]" in paused
    assert "code=[…]" in page
    for text in (row.last_error, paused, caplog.text, page):
        for secret in ("renewal", "a-code", linkedin.client_secret):
            assert secret not in text


def test_a_version_lives_until_the_fifteenth_a_year_later():
    assert checks.version_ends("202601") == date(2027, 1, 15)
    assert [m.id for m in checks.version_messages("202601", date(2026, 10, 16))] == []
    assert [m.id for m in checks.version_messages("202601", date(2026, 10, 17))] == ["social.W001"]
    assert [m.id for m in checks.version_messages("202511", date(2026, 11, 16))] == ["social.W002"]
    for bad in ("2026", "202613", "v202601", ""):
        assert [m.id for m in checks.version_messages(bad, date(2026, 10, 17))] == ["social.E001"]


def test_a_channel_that_cannot_be_made_stops_the_start(settings):
    settings.SOCIAL_CHANNELS = {"x": {"BACKEND": "social.channels.nowhere.Nowhere"}}
    assert [m.id for m in checks.check_channels()] == ["social.E002"]


def test_id_and_secret_belong_together(settings, server):
    settings.SOCIAL_CHANNELS = {"linkedin": server.options | {"client_secret": ""}}
    assert [m.id for m in checks.check_channels()] == ["social.E003"]


def test_a_contents_administrator_is_known_not_to_upload(linkedin):
    ChannelState.objects.update(role="CONTENT_ADMIN")
    assert not get_channel("linkedin").can_send_pictures()


def test_the_list_command_tells_each_row(linkedin, publish, days, capsys):
    publish()
    days.work()
    call_command("announcements", json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["state"], row["occasion"], row["channel"], row["attempts"]) == ("published", "first", "linkedin", 1)
    assert row["url"].startswith("https://www.linkedin.com/feed/update/urn:li:share:")
