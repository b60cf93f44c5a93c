"""Which page is connected: the one that it was, the only one, or the one that somebody chooses."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone
from django.views.debug import ExceptionReporter

from social import connection, oauth
from social.channels.linkedin.client import read_tokens
from social.channels.linkedin.roles import RolePage
from social.models import Announcement, ChannelState
from tests.social.standin import ORGANIZATION
from tests.social.test_connection import links
from tests.social.test_connection_page import act, shown

OTHER = "urn:li:organization:2002"
CHOOSE = "/admin/social/connection/linkedin/choose/"


@pytest.fixture
def desk(client, eva, server):
    client.force_login(eva)
    return client


def pages(server, *roles):
    """Give the account further pages, numbered from 2002, with these roles."""
    about = [(f"urn:li:organization:{number}", f"Sida {number}", role) for number, role in enumerate(roles, 2002)]
    server.order("settings", pages=[dict(zip(("organization", "name", "role"), one, strict=True)) for one in about])


def answered(desk, address="/social/linkedin/connect"):
    """Say yes at LinkedIn and return where that leads."""
    allow, _ = links(desk, address)
    return desk.get(allow)["Location"]


def state():
    return ChannelState.objects.get()


def test_pages_are_offered_by_name_and_role_and_the_others_are_counted(server, desk):
    pages(server, "CONTENT_ADMINISTRATOR", "ANALYST", "CURATOR")
    assert answered(desk) == CHOOSE
    text = shown(desk, CHOOSE)
    assert "Socialcheferna Superadministratör (ADMINISTRATOR) · urn:li:organization:1001" in text
    assert "urn:li:organization:2002 Innehållsadministratör (CONTENT_ADMINISTRATOR) Rollen får inte ladda upp bilder" in text
    assert "2 sidor där rollen inte räcker visas inte." in text
    assert "2003" not in text
    desk.post(CHOOSE, {"organization": "urn:li:organization:2003"})
    assert not ChannelState.objects.exists()
    desk.post(CHOOSE, {"organization": ORGANIZATION})
    found = state()
    assert (found.organization, found.organization_name, found.role) == (ORGANIZATION, "Socialcheferna", "ADMINISTRATOR")
    assert found.account == "urn:li:person:demo"
    assert desk.get(CHOOSE)["Location"] == "/admin/social/connection/linkedin/"


def test_names_that_linkedin_keeps_back_keep_nobody_from_choosing(server, desk):
    pages(server, "ADMINISTRATOR")
    server.script("organization", "answer", status=500, body="{}", times=9)
    answered(desk)
    assert "urn:li:organization:2002 Superadministratör (ADMINISTRATOR)" in shown(desk, CHOOSE)
    assert server.calls("organization") == 1


def test_reconnecting_takes_the_page_that_it_was_without_a_question(linkedin, desk):
    begun = state().active_since
    pages(linkedin, "ADMINISTRATOR")
    ChannelState.objects.update(organization=OTHER)
    assert answered(desk) == "/admin/social/connection/linkedin/"
    found = state()
    assert (found.organization, found.organization_name, found.active_since) == (OTHER, "Sida 2002", begun)


def test_another_page_than_before_is_asked_for_even_if_it_is_the_only_one(linkedin, desk):
    ChannelState.objects.update(organization=OTHER, organization_name="Gamla sidan")
    assert answered(desk) == CHOOSE
    text = shown(desk, CHOOSE)
    assert "Ordet publicerar för Gamla sidan i dag." in text
    assert "Kontot får inte publicera för den sidan." in text
    assert state().organization == OTHER
    desk.post(CHOOSE, {"organization": ORGANIZATION})
    assert state().organization == ORGANIZATION


def test_the_page_can_be_changed_on_purpose(linkedin, desk):
    pages(linkedin, "ADMINISTRATOR")
    assert answered(desk, "/social/linkedin/connect?sida=ny") == CHOOSE
    text = shown(desk, CHOOSE)
    assert "ansluten nu" in text
    assert "Kontot får inte publicera för den sidan." not in text
    # Once only: the next time it is a plain reconnection.
    assert answered(desk) == "/admin/social/connection/linkedin/"


def test_pictures_of_the_earlier_page_are_uploaded_anew_for_the_other(linkedin, publish):
    now = timezone.now()
    publish()
    Announcement.objects.update(picture_ref="urn:li:image:1", picture_looks=3)
    connection.connect("linkedin", state(), ORGANIZATION, now)
    assert Announcement.objects.get().picture_ref == "urn:li:image:1"
    connection.connect("linkedin", state(), OTHER, now)
    assert (Announcement.objects.get().picture_ref, Announcement.objects.get().picture_looks) == ("", 0)


def test_rights_that_were_not_granted_are_told_right_after_connecting(server, desk):
    server.order("settings", scopes=["w_organization_social", "rw_organization_admin"], scope_mark=" ")
    assert "Rättigheten r_organization_social beviljades inte." in shown(desk, answered(desk))


def test_without_the_right_to_see_pages_it_is_said_in_words(server, desk):
    server.order("settings", scopes=["w_organization_social"])
    answer = desk.get(links(desk)[0])
    (said,) = map(str, get_messages(answer.wsgi_request))
    assert "roll eller rättigheter hos LinkedIn räcker inte" in said
    assert not ChannelState.objects.exists()


def test_choices_hold_as_long_as_a_question_does(server, settings):
    now = timezone.now()
    tokens = read_tokens(server.order("token"), now)
    choices = oauth.Choices(tokens, "urn:li:person:demo", [RolePage(ORGANIZATION, "ADMINISTRATOR", "Åsa & co")], 2)
    sealed = oauth.seal(choices, now)
    assert tokens.access_token not in sealed
    assert oauth.unseal(sealed, now + timedelta(minutes=9)) == choices
    for bad, moment in ((sealed, now + timedelta(minutes=10)), ("", now), ("x" + sealed, now)):
        with pytest.raises(oauth.Denied):
            oauth.unseal(bad, moment)
    settings.FIELD_KEYS = ["another"]
    with pytest.raises(oauth.Denied):
        oauth.unseal(sealed, now)


def test_no_token_stands_in_the_report_of_an_error_while_it_is_stored(server, db, rf, monkeypatch, settings):
    settings.DEBUG = False
    tokens = read_tokens(server.order("token"), timezone.now())
    monkeypatch.setattr(ChannelState, "save", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError) as caught:
        connection.connect("linkedin", tokens, ORGANIZATION, timezone.now())
    page = ExceptionReporter(rf.get("/"), caught.type, caught.value, caught.tb).get_traceback_html()
    assert "_forget_pictures" in page
    assert tokens.access_token not in page
    assert tokens.refresh_token not in page


def test_tokens_stand_on_no_page_and_in_no_address(linkedin, desk):
    pages(linkedin, "ADMINISTRATOR")
    secrets = [state().access_token, state().refresh_token]
    asked = desk.get("/social/linkedin/connect?sida=ny")
    told = [asked["Location"], answered(desk, "/social/linkedin/connect?sida=ny"), desk.get(CHOOSE).content.decode()]
    desk.post(CHOOSE, {"organization": OTHER})
    secrets += [state().access_token, state().refresh_token, linkedin.client_secret]
    act(desk, "pause", reason="x")
    own = "/admin/social/connection/linkedin/"
    told += [desk.get(address).content.decode() for address in ("/admin/", "/admin/social/", own, f"{own}disconnect/")]
    assert len(set(secrets)) == 5
    for text in told:
        assert not [secret for secret in secrets if secret in text]
