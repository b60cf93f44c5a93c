"""The publishing calendar: what goes out when, on all channels, to whoever may know of it."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms import planned
from cms.keydates import STOCKHOLM
from cms.models import Call, Column, Region
from cms.planned import MONTH, WEEK, Found, Span, leaf
from newsletter.models import Mailing
from social.models import Announcement
from tests.newsletter.stage import make_list, make_mailing

pytestmark = pytest.mark.django_db


def at(day, hour=9):
    return datetime(2026, 3, day, hour, tzinfo=STOCKHOLM)


@pytest.fixture
def stage(publish):
    """A week with one plan of each kind: 9 to 13 March 2026."""
    call = publish(Call, title="Utlysning", deadline=date(2026, 3, 12))
    ending = publish(Column, title="Tillfällig")
    ending.expire_at = at(13)
    ending.save()
    coming = publish(Column, title="Gammal rubrik")
    coming.title = "Krönika på tisdag"
    coming.go_live_at = at(10, 8)
    coming.save_revision(approved_go_live_at=at(10, 8))
    mailing_list = make_list(digest="weekly", digest_day=3, digest_hour=7)
    make_mailing(mailing_list, at(11), state=Mailing.SCHEDULED)
    for occasion, state in (("first", Announcement.WAITING), ("again:1", Announcement.CANCELLED)):
        Announcement.objects.create(
            post=call, translation_key=call.translation_key, post_title=call.title, channel="linkedin",
            occasion=occasion, state=state, next_attempt_at=at(9),
        )  # fmt: skip
    return call


def shown(user, kind=WEEK, day=date(2026, 3, 11), only="", now=None):
    found = planned.planned(leaf(kind, day).span(user, now or at(8)), only)
    assert (found.cut, found.silent) == ([], [])
    return [(day.day.day, one.room, one.plan.what, one.plan.title) for day in found.days for one in day.shown]


WHOLE_WEEK = [
    (9, "social", "LinkedIn", "Utlysning"),
    (10, "site", "Publiceras", "Krönika på tisdag"),
    (11, "newsletter", "Sammanställning görs som utkast", "FSS nyhetsbrev"),
    (11, "newsletter", "Schemalagt", "”Nytt från föreningen: <3 & mer”, till FSS nyhetsbrev"),
    (12, "dates", "Sista dag", "Utlysning"),
    (13, "site", "Tas ner", "Tillfällig"),
]


def test_a_week_tells_of_all_channels_in_order(stage, eva):
    assert shown(eva) == WHOLE_WEEK
    assert shown(eva, MONTH)[-6:] != shown(eva), "the month has every week's digest"
    assert shown(eva, only="site") == [entry for entry in shown(eva) if entry[1] == "site"]
    assert shown(eva, day=date(2026, 3, 2), only="site") == []


def test_everybody_sees_what_they_may_know_of(stage, django_user_model):
    rooms = {}
    for number, role in enumerate(("Skribent", "Redaktör", "Utgivare", "Medlemsansvarig")):
        user = django_user_model.objects.create_user(f"u{number}", password="x")
        user.groups.add(Group.objects.get(name=role))
        rooms[role] = [entry[1] for entry in shown(user)]
    assert rooms["Skribent"] == ["social", "site", "dates", "site"]
    assert rooms["Redaktör"] == ["social", "site", "newsletter", "dates", "site"]
    assert rooms["Utgivare"] == ["social", "site", "newsletter", "newsletter", "dates", "site"]
    assert rooms["Medlemsansvarig"] == ["newsletter"]


def test_links_lead_only_where_one_may_go(stage, django_user_model):
    editor = django_user_model.objects.create_user("r", password="x", region=Region.objects.create(name="Skåne", slug="skane"))
    editor.groups.add(Group.objects.get(name="Redaktör"))
    found = planned.planned(leaf(WEEK, date(2026, 3, 11)).span(editor, at(8)), "dates")
    assert [one.plan.url for day in found.days for one in day.shown] == [""]
    stage.regions = [editor.region]
    stage.save()
    found = planned.planned(leaf(WEEK, date(2026, 3, 11)).span(editor, at(8)), "dates")
    assert [one.plan.url for day in found.days for one in day.shown] == [reverse("wagtailadmin_pages:edit", args=[stage.pk])]


def test_queries_dont_grow_with_what_is_planned(stage, eva, publish):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            shown(eva)
        return len(caught)

    queries()
    few = queries()
    for number in range(4):
        publish(Call, title=f"Utlysning {number}", slug=f"u{number}", deadline=date(2026, 3, 12))
    assert (queries(), few <= 12) == (few, True)


def test_the_page_leafs_filters_and_survives_odd_addresses(stage, client, eva):
    client.force_login(eva)
    address = reverse("cms_planned")
    page = client.get(address, {"fran": "2026-03-11", "visa": "vecka"}).content.decode()
    assert "Vecka 11, 2026" in page
    assert "fran=2026-03-02" in page
    assert "fran=2026-03-16" in page
    assert "Krönika på tisdag" in page
    assert "Krönika på tisdag" not in client.get(address, {"fran": "2026-03-11", "kanal": "social"}).content.decode()
    assert "Mars 2026" in client.get(address, {"fran": "2026-03-11", "visa": "manad"}).content.decode()
    for odd in ("", "2026-13-40", "0001-01-01", "9999-12-31", "x"):
        assert client.get(address, {"fran": odd, "visa": "manad", "kanal": "finns-inte"}).status_code == 200, odd


def test_a_room_that_fails_hides_nothing_of_the_others(stage, eva, monkeypatch):
    monkeypatch.setitem(planned._rooms, "social", planned._Room("Sociala medier", lambda span: 1 / 0, 300))
    found = planned.planned(leaf(WEEK, date(2026, 3, 11)).span(eva, at(8)))
    assert found.silent == ["Sociala medier"]
    assert len(found.days) == 4


def test_what_is_too_much_is_said(eva, monkeypatch, now):
    many = [planned.Plan(now, "x", str(number)) for number in range(planned.MOST + 5)]
    monkeypatch.setattr(planned, "_rooms", {"a": planned._Room("Allt", lambda span: many, 1)})
    found = planned.planned(Span(eva, now, now, now))
    assert found == Found(found.days, ["Allt"], [])
    assert len(found.days[0].shown) == planned.MOST


@pytest.mark.parametrize(
    ("kind", "day", "before", "first", "after"),
    [
        (WEEK, "2026-03-29", "2026-03-16", "2026-03-23", "2026-03-30"),
        (WEEK, "2027-01-01", "2026-12-21", "2026-12-28", "2027-01-04"),
        (MONTH, "2026-12-31", "2026-11-01", "2026-12-01", "2027-01-01"),
    ],
)
def test_leaves_follow_one_another(kind, day, before, first, after):
    found = leaf(kind, date.fromisoformat(day))
    assert [found.before, found.first, found.after] == [date.fromisoformat(one) for one in (before, first, after)]
    assert leaf(kind, found.after).before == found.first


def test_the_first_page_tells_of_the_coming_week(publish, client, eva):
    tomorrow = (timezone.now() + timedelta(days=1)).astimezone(STOCKHOLM).date()
    publish(Call, title="Bråttom", deadline=tomorrow)
    client.force_login(eva)
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Bråttom" in page
    assert reverse("cms_planned") in page
