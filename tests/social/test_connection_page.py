"""The page of a connection: all that is known in Swedish words, what is amiss, and what can be done."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from social import connection
from social.channels.linkedin.client import read_tokens
from social.lookover import look_over_due
from social.models import Announcement, ChannelState
from tests.social.standin import ORGANIZATION

PAGE = "/admin/social/connection/linkedin/"


@pytest.fixture
def desk(client, eva, server):
    client.force_login(eva)
    return client


def shown(desk, address=PAGE):
    """What a reader of the page sees, as one line."""
    answer = desk.get(address)
    assert answer.status_code == 200
    main = answer.content.decode().partition('<main class="content')[2] or answer.content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def act(desk, name, **fields):
    return desk.post(reverse("social_connection_act", args=["linkedin", name]), fields)


def state():
    return ChannelState.objects.get()


def until(**left):
    """Give the connection so long, without a way to renew it by itself."""
    ChannelState.objects.update(refresh_token="", refresh_expires_at=None, expires_at=timezone.now() + timedelta(**left))


def test_it_shows_account_page_role_rights_and_the_days_that_are_left(linkedin, desk):
    look_over_due(timezone.now())
    text = shown(desk)
    for words in (
        "urn:li:person:demo",
        "Socialcheferna urn:li:organization:1001",
        "Superadministratör (ADMINISTRATOR)",
        "ja: Publicera på sidan ja: Ladda upp bilder ja: Se siffror",
        "ja: Publicera, ändra och ta bort inlägg w_organization_social",
        "(364 dagar kvar)",
        "förnyas den av sig själv",
        "LinkedIn stänger den",
    ):
        assert words in text
    assert 'href="https://www.linkedin.com/company/1001/"' in desk.get(PAGE).content.decode()
    assert "kontrolleras. Ladda om" not in text


def test_times_are_stockholms_whatever_the_editor_lives_by(linkedin, desk, eva):
    UserProfile.objects.update_or_create(user=eva, defaults={"current_time_zone": "America/New_York"})
    ChannelState.objects.update(looked_at=timezone.now().replace(year=2026, month=3, day=6, hour=11, minute=5))
    assert "6 mars 2026 kl. 12.05" in shown(desk)


def test_without_renewal_it_says_when_to_reconnect(linkedin, desk):
    until(days=1, hours=1)
    text = shown(desk)
    assert "(1 dag kvar)" in text
    assert "Den kan inte förnyas av sig själv" in text
    assert "Anslutningen upphör om 1 dag." in text


def test_before_an_app_is_known_it_tells_step_by_step_what_to_do(desk, settings, server):
    settings.SOCIAL_CHANNELS = {"linkedin": server.options | {"client_id": "", "client_secret": ""}}
    settings.SITE_URL = "https://ordet.example.org"
    text = shown(desk)
    assert "linkedin.com/developers" in text
    assert "LINKEDIN_CLIENT_SECRET" in text
    assert "https://ordet.example.org/social/linkedin/callback" in text
    assert "Anslut LinkedIn" not in text


def test_before_connecting_it_says_what_is_asked_for(desk):
    text = shown(desk)
    assert "Ordet ber om rätten att: publicera, ändra och ta bort inlägg" in text
    assert "Anslut LinkedIn" in text


@pytest.mark.parametrize("mark", [",", " ", ", "])
def test_rights_are_read_however_they_are_spelt(linkedin, desk, mark):
    ChannelState.objects.update(scope=mark.join(["rw_organization_admin", "w_organization_social"]))
    text = shown(desk)
    assert "nej: Läsa tillbaka inlägg" in text
    assert "ja: Se sidor" in text
    assert "Rättigheten r_organization_social beviljades inte." in text


def test_rights_that_linkedin_does_not_name_are_not_called_missing(server, db, desk):
    server.order("settings", scope_mark="")
    connection.connect("linkedin", read_tokens(server.order("token"), timezone.now()), ORGANIZATION, timezone.now())
    text = shown(desk)
    assert "uppgav inte vilka rättigheter" in text
    assert "okänt: Publicera" in text
    assert "beviljades inte" not in text


def test_a_role_without_pictures_is_told(linkedin, desk):
    linkedin.order("settings", role="CONTENT_ADMINISTRATOR")
    look_over_due(timezone.now())
    text = shown(desk)
    assert "Innehållsadministratör (CONTENT_ADMINISTRATOR)" in text
    assert "nej: Ladda upp bilder" in text
    assert "inlägg går ut utan bild" in text


def test_a_version_that_ends_is_told_by_the_rule_of_the_system_check(linkedin, desk, settings):
    today = timezone.localdate()
    soon, over = f"{today:%Y%m}", "202401"
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": f"{int(soon) - 100}"}}
    assert "LINKEDIN_VERSION" in shown(desk)
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": over}}
    assert "LinkedIn stängde version 202401 av sitt gränssnitt den 15 januari 2025." in shown(desk)
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": "nyaste"}}
    assert "LINKEDIN_VERSION ska vara en månad" in shown(desk)
    settings.SOCIAL_CHANNELS = {"linkedin": linkedin.options | {"version": soon}}
    assert "LINKEDIN_VERSION" not in shown(desk)


def test_the_button_has_it_looked_over_but_asks_nobody_itself(linkedin, desk):
    look_over_due(timezone.now())
    before = len(linkedin.ask("calls"))
    act(desk, "check")
    assert "Anslutningen kontrolleras. Ladda om sidan" in shown(desk)
    assert len(linkedin.ask("calls")) == before
    assert look_over_due(timezone.now()) == {"fine": 1}


def test_a_look_that_failed_says_why(linkedin, desk):
    linkedin.script("acls", "answer", status=500, body="{}")
    look_over_due(timezone.now())
    assert "Det senaste försöket misslyckades: LinkedIn svarade 500" in shown(desk)


def test_a_pause_has_its_own_reason_and_is_lifted(linkedin, desk):
    act(desk, "pause", reason="  Sommaruppehåll till 15 augusti  ")
    assert "Sommaruppehåll till 15 augusti" in shown(desk)
    assert (state().paused_reason, state().paused_by_hand) == ("Sommaruppehåll till 15 augusti", True)
    act(desk, "resume")
    assert (state().paused_reason, state().paused_by_hand) == ("", False)
    act(desk, "pause")
    assert state().paused_reason == "Pausat av en redaktör."


def test_announcing_is_begun_and_stopped_without_a_connection_too(desk):
    act(desk, "by-hand")
    assert state().active_since
    assert "Sluta förbereda annonseringar" in shown(desk)
    act(desk, "stop")
    assert state().active_since is None


def test_disconnecting_says_first_what_it_does(linkedin, desk, publish):
    look_over_due(timezone.now())
    publish()
    address = reverse("social_disconnect", args=["linkedin"])
    text = shown(desk, address)
    assert "1 inlägg väntar." in text
    assert state().connected
    desk.post(address)
    found = state()
    assert (found.connected, found.account, found.role, found.scope, found.active_since) == (False, "", "", "", None)
    assert "Frånkopplat." in shown(desk)


def test_only_who_may_connect_sees_it(client, linkedin, django_user_model):
    client.force_login(django_user_model.objects.create_user("otto", "otto@example.se", "otto-is-nobody"))
    for address in (PAGE, reverse("social_disconnect", args=["linkedin"]), reverse("social_choose")):
        assert client.get(address).status_code in (302, 403)
    for name in ("check", "pause", "stop"):
        act(client, name)
    assert (state().paused_reason, bool(state().active_since)) == ("", True)


def test_an_unknown_channel_and_an_unknown_act_are_refused(desk):
    assert desk.get("/admin/social/connection/nowhere/").status_code == 404
    assert act(desk, "explode").status_code in (302, 403)


def test_a_channel_of_the_settings_shows_what_it_has(client, eva, memory):
    client.force_login(eva)
    ChannelState.objects.update(account="@ordet@example.se")
    text = shown(client, "/admin/social/connection/memory/")
    assert "@ordet@example.se" in text
    assert "500 tecken" in text
    assert "Anslutningen står i serverns inställningar." in text
    assert "Sluta annonsera" in text
    assert "Anslut " not in text
    assert "Koppla från" not in text


def test_tokens_are_read_with_an_older_key_and_written_with_the_first(settings, server, db):
    settings.FIELD_KEYS = ["old"]
    answer = server.order("token")
    connection.connect("linkedin", read_tokens(answer, timezone.now()), ORGANIZATION, timezone.now())
    settings.FIELD_KEYS = ["new", "old"]
    assert (state().access_token, state().refresh_token) == (answer["access_token"], answer["refresh_token"])
    settings.FIELD_KEYS = ["new"]
    assert (state().lost, state().access_token) == (True, "")
    settings.FIELD_KEYS = ["new", "old"]
    state().save()
    settings.FIELD_KEYS = ["new"]
    assert state().access_token == answer["access_token"]


def test_a_renewal_writes_with_the_first_key(settings, linkedin):
    settings.FIELD_KEYS = ["new", *settings.FIELD_KEYS]
    assert connection.renew_due(timezone.now() + timedelta(days=50)) == {"renewed": 1, "failed": 0}
    settings.FIELD_KEYS = ["new"]
    assert not state().lost
    assert state().refresh_token


def test_a_lost_key_is_told_in_words_and_its_posts_wait(settings, linkedin, desk, publish, days):
    keys = settings.FIELD_KEYS
    publish()
    settings.FIELD_KEYS = ["another"]
    for address in (PAGE, "/admin/"):
        assert "nyckel saknas i FIELD_KEYS" in shown(desk, address)
    assert "Väntar" in shown(desk, reverse("social_queue"))
    assert connection.renew_due(timezone.now() + timedelta(days=50)) == {"renewed": 0, "failed": 0}
    days.work()
    row = Announcement.objects.get()
    assert (row.state, "FIELD_KEYS" in state().paused_reason, linkedin.calls("create")) == ("waiting", True, 0)
    settings.FIELD_KEYS = keys
    connection.resume("linkedin")
    days.work()
    days.work(60)
    assert Announcement.objects.get().state == "published"


def test_a_lost_key_is_mended_by_reconnecting(settings, linkedin):
    settings.FIELD_KEYS = ["another"]
    assert look_over_due(timezone.now()) == {"paused": 1}
    connection.connect("linkedin", read_tokens(linkedin.order("token"), timezone.now()), ORGANIZATION, timezone.now())
    assert (state().lost, state().paused_reason) == (False, "")
    assert look_over_due(timezone.now()) == {"fine": 1}
