"""Connections are looked over: once a day, after connecting and after a failure; what would fail is told before it does."""

import json
import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from social import connection
from social.channels import Refused
from social.channels.linkedin import roles
from social.channels.linkedin.client import read_tokens
from social.channels.memory import Memory
from social.lookover import look_over_due, take
from social.models import Announcement, ChannelState
from tests.social.standin import ORGANIZATION

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


def state():
    return ChannelState.objects.get()


def test_account_role_and_name_are_noted_once_a_day(linkedin, now):
    assert look_over_due(now) == {"fine": 1}
    found = state()
    assert (found.account, found.role, found.organization_name) == ("urn:li:person:demo", "ADMINISTRATOR", "Socialcheferna")
    assert (found.looked_at, found.paused_reason, found.look_note) == (now, "", "")
    assert look_over_due(now + DAY - HOUR) == {}
    assert look_over_due(now + DAY) == {"fine": 1}


def test_what_is_not_connected_is_not_looked_over(server, db, now):
    connection.announce_by_hand("linkedin", now)
    assert look_over_due(now) == {}
    assert server.ask("calls") == []


def test_a_new_connection_and_a_press_of_the_button_are_looked_over_at_once(linkedin, now):
    for again in (lambda: connection.look_soon("linkedin"), lambda: connection.resume("linkedin")):
        look_over_due(now)
        assert look_over_due(now) == {}
        again()
        assert look_over_due(now) == {"fine": 1}


def test_a_lost_role_is_told_again_to_whoever_goes_on_without_it(linkedin, now):
    connection.pause("linkedin", "Sommaruppehåll", by_hand=True)
    linkedin.order("settings", role="")
    assert look_over_due(now) == {"paused": 1}
    assert state().paused_reason == "Sommaruppehåll"
    connection.resume("linkedin")
    assert look_over_due(now) == {"paused": 1}
    assert "inte längre någon roll på sidan" in state().paused_reason
    linkedin.order("settings", role="ADMINISTRATOR")
    connection.resume("linkedin")
    assert look_over_due(now) == {"fine": 1}


LOST = [("", "inte längre någon roll på sidan"), ("ANALYST", "analytiker (ANALYST), räcker inte")]


@pytest.mark.parametrize(("role", "words"), LOST)
def test_a_role_that_is_lost_pauses_before_a_post_fails(linkedin, publish, days, role, words):
    linkedin.order("settings", role=role)
    assert look_over_due(days.now) == {"paused": 1}
    assert words in state().paused_reason
    assert state().role == (role or roles.NONE)
    publish()
    days.work()
    assert Announcement.objects.get().state == "waiting"
    assert linkedin.calls("create") == 0


def test_a_role_that_is_lost_between_two_looks_is_told_after_the_first_refusal(linkedin, publish, days):
    look_over_due(days.now)
    linkedin.order("settings", role="ANALYST")
    publish()
    days.work()
    assert "roll eller rättigheter hos LinkedIn räcker inte" in state().paused_reason
    assert state().role == "ADMINISTRATOR"
    assert look_over_due(days.now) == {"paused": 1}
    assert state().role == "ANALYST"


def test_of_several_roles_the_one_that_can_most_counts(linkedin, now):
    roles = ("ANALYST", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "CURATOR")
    linkedin.order("settings", role="", pages=[{"organization": ORGANIZATION, "name": "", "role": role} for role in roles])
    assert look_over_due(now) == {"fine": 1}
    assert state().role == "DIRECT_SPONSORED_CONTENT_POSTER"


def test_a_role_that_is_only_asked_for_is_none(linkedin, now):
    asked = {"organization": ORGANIZATION, "role": "ADMINISTRATOR", "state": "REQUESTED"}
    linkedin.script("acls", "answer", status=200, body=json.dumps({"elements": [asked]}))
    assert look_over_due(now) == {"paused": 1}


def test_a_page_that_was_never_listed_is_let_be(linkedin, now):
    ChannelState.objects.update(role="")
    linkedin.order("settings", role="")
    assert look_over_due(now) == {"later": 1}
    assert (state().paused_reason, "nämner inte sidan" in state().look_note) == ("", True)
    assert look_over_due(now + HOUR) == {}


def test_a_name_that_is_not_told_leaves_the_one_that_is_known(linkedin, now):
    ChannelState.objects.update(organization_name="Vår sida")
    linkedin.order("settings", role="CONTENT_ADMINISTRATOR")
    assert look_over_due(now) == {"fine": 1}
    assert (state().organization_name, state().role) == ("Vår sida", "CONTENT_ADMINISTRATOR")


@pytest.mark.parametrize(("status", "code"), [(426, "NONEXISTENT_VERSION"), (400, "VERSION_MISSING"), (426, "")])
def test_a_dead_version_pauses_with_the_name_of_its_setting(linkedin, now, status, code):
    linkedin.script("acls", "answer", status=status, body=json.dumps({"status": status, "code": code}))
    assert look_over_due(now) == {"paused": 1}
    assert "LINKEDIN_VERSION" in state().paused_reason
    assert state().looked_at == now


def test_a_token_that_has_ended_is_renewed_once(linkedin, now):
    before = state().access_token
    linkedin.order("end", how="expired")
    assert look_over_due(now) == {"fine": 1}
    assert state().access_token != before
    assert linkedin.calls("token") == 1


def test_a_token_that_is_revoked_pauses(linkedin, now):
    linkedin.order("end", how="revoked")
    assert look_over_due(now) == {"paused": 1}
    assert "Anslut LinkedIn på nytt" in state().paused_reason


FAILURES = [
    {"do": "answer", "status": 500, "body": "<html>"},
    {"do": "answer", "status": 200, "body": "<html>"},
    {"do": "answer", "status": 200, "body": '{"elements": null}'},
    {"do": "answer", "status": 200, "body": '{"elements": ["x"]}'},
    {"do": "answer", "status": 429, "body": ""},
    {"do": "drop"},
    {"do": "torn"},
]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_of_a_failed_look_nothing_is_concluded_and_it_is_repeated(linkedin, now, failure):
    look_over_due(now - DAY)
    linkedin.script("acls", **failure)
    assert look_over_due(now) == {"later": 1}
    found = state()
    assert (found.role, found.paused_reason, found.looked_at, bool(found.look_note)) == ("ADMINISTRATOR", "", now - DAY, True)
    assert look_over_due(now + HOUR - timedelta(seconds=1)) == {}
    assert look_over_due(now + HOUR) == {"fine": 1}
    assert state().look_note == ""


def test_who_asks_to_be_left_alone_is(linkedin, now):
    linkedin.script("acls", "answer", status=429, headers={"Retry-After": "7200"}, body="")
    assert look_over_due(now) == {"later": 1}
    assert look_over_due(now + HOUR) == {}
    assert look_over_due(now + 3 * HOUR) == {"fine": 1}
    ChannelState.objects.update(look_due_at=None, quiet_until=now + 5 * HOUR)
    assert look_over_due(now + 4 * HOUR) == {}


def test_a_missing_right_to_see_roles_stops_no_posts(linkedin, publish, days):
    tokens = read_tokens(linkedin.order("token", scopes=["w_organization_social", "r_organization_social"]), days.now)
    connection.connect("linkedin", tokens, ORGANIZATION, days.now - DAY)
    assert look_over_due(days.now) == {"later": 1}
    assert "rw_organization_admin" in state().look_note
    publish()
    days.work()
    days.work(60)
    assert Announcement.objects.get().state == "published"


def test_somebodys_own_pause_keeps_its_words_and_outlives_a_new_connection(linkedin, now):
    connection.pause("linkedin", "Sommaruppehåll", by_hand=True)
    linkedin.order("settings", role="ANALYST")
    assert look_over_due(now) == {"paused": 1}
    connection.pause("linkedin", "Svarade 403.")
    assert state().paused_reason == "Sommaruppehåll"
    connection.connect("linkedin", state(), ORGANIZATION, now)
    assert state().paused_reason == "Sommaruppehåll"
    connection.resume("linkedin")
    connection.pause("linkedin", "Svarade 403.")
    connection.connect("linkedin", state(), ORGANIZATION, now)
    assert state().paused_reason == ""


def test_no_secret_is_logged_by_a_look(linkedin, now, caplog):
    caplog.set_level(logging.DEBUG)
    before = state()
    for how in ("expired", "revoked"):
        linkedin.order("end", how=how)
        ChannelState.objects.update(look_due_at=None)
        look_over_due(now)
    for secret in (before.access_token, before.refresh_token, state().access_token, linkedin.client_secret):
        assert secret not in caplog.text
        assert secret not in state().paused_reason


class Told(Memory):
    """A channel that the settings connect, and that can be looked over."""

    error = None

    def renew(self):
        pass

    def look_over(self, now):
        if self.error:
            raise self.error
        ChannelState.objects.filter(channel=self.alias).update(account="@ordet@example.se")


def test_a_channel_that_the_settings_connect_is_looked_over_too(settings, db, now, monkeypatch):
    settings.SOCIAL_CHANNELS = {"told": {"BACKEND": "tests.social.test_look_over.Told"}}
    assert look_over_due(now) == {"fine": 1}
    assert (state().account, state().looked_at) == ("@ordet@example.se", now)
    monkeypatch.setattr(Told, "error", Refused("Kontot är avstängt."))
    assert look_over_due(now + DAY) == {"later": 1}
    assert state().look_note == "Kontot är avstängt."


@pytest.fixture
def meanwhile(linkedin, monkeypatch):
    """Let something happen while a look waits for LinkedIn's answer: `meanwhile(act)`; returns what it returned."""

    def happen(act):
        def asked(application):
            monkeypatch.undo()
            found = ask(application)
            done.append(act())
            return found

        done = []
        monkeypatch.setattr(roles, "ask", asked)
        return done

    ask = roles.ask
    return happen


def test_of_two_workers_one_asks(linkedin, now, meanwhile):
    one, other = state(), state()
    assert (take(one, now), take(other, now)) == (True, False)
    connection.look_soon("linkedin")
    others = meanwhile(lambda: look_over_due(now))
    assert look_over_due(now) == {"fine": 1}
    assert (others, linkedin.calls("acls")) == ([{}], 1)


def test_who_is_disconnected_during_a_look_stays_so(now, meanwhile):
    meanwhile(lambda: connection.disconnect("linkedin"))
    look_over_due(now)
    assert (state().role, state().account, state().looked_at, state().paused_reason) == ("", "", None, "")


def test_a_look_at_an_earlier_connection_says_nothing_of_the_new_one(linkedin, now, meanwhile):
    linkedin.order("settings", role="ANALYST")
    meanwhile(lambda: connection.connect("linkedin", state(), "urn:li:organization:2002", now, role="ADMINISTRATOR"))
    look_over_due(now)
    assert (state().role, state().paused_reason, state().look_due_at) == ("ADMINISTRATOR", "", None)
