"""Calendars and feeds, read by independent parsers: dates to the day and hour, names that last, nothing for members only."""

import datetime as dt
import threading
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms import calendars, copying, doors, listing, version
from cms.models import Article, Call, Event, Network, Post, Topic
from tests.browser.press import picture

ATOM = "{http://www.w3.org/2005/Atom}"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
MEETING = {"title": "Hemlig gäst", "until": None, "place": "Umeå", "link": "https://rum.example.se/"}


def meeting(day, at=None, **values):
    return ("meeting", MEETING | {"day": day, "time": at} | values)


def events(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def entries(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")


@pytest.fixture
def today(home):
    cache.clear()
    return timezone.localdate()


def test_a_posts_own_calendar_has_its_days_with_an_exclusive_end_and_lasting_names(publish, client, today):
    first = today + dt.timedelta(days=40)
    post = publish(Event, title="Konferens", first_day=first, last_day=first + dt.timedelta(days=2), place="Malmö Live",
                   registration_closes=today)  # fmt: skip
    days, registration = events(client.get(f"{post.url}kalender.ics"))
    assert (days.decoded("dtstart"), days.decoded("dtend")) == (first, first + dt.timedelta(days=3))
    assert (str(days["summary"]), str(days["location"])) == ("Konferens", "Malmö Live")
    assert str(days["uid"]) == f"{post.translation_key}-event-1@ordet.example.se"
    assert str(days["url"]) == f"https://ordet.example.se{post.path_on_site}"
    assert str(registration["summary"]) == "Sista dag för anmälan: Konferens"
    assert registration.decoded("dtend") == today + dt.timedelta(days=1)
    assert f'href="{post.path_on_site}kalender.ics"' in client.get(post.url).text

    before = days["sequence"], str(days["uid"]), days.decoded("last-modified")
    post.first_day, post.last_published_at = first + dt.timedelta(days=1), timezone.now() + dt.timedelta(minutes=3)
    moved = icalendar.Calendar.from_ical(calendars.calendar([post], "x")).walk("VEVENT")[0]
    assert moved["sequence"] > before[0]
    assert str(moved["uid"]) == before[1]
    assert moved.decoded("last-modified") > before[2]


@pytest.mark.parametrize(("month", "utc"), [(1, 12), (7, 11)], ids=["winter", "summer"])
def test_a_meeting_stands_at_stockholms_hour_whatever_the_season(publish, client, home, month, utc):
    day = dt.date(timezone.localdate().year + 1, month, 10)
    post = publish(Network, title="Nya chefer", members_only=False,
                   meetings=[meeting(day, dt.time(13), until=dt.time(14, 30)), meeting(day)])  # fmt: skip
    answer = client.get(f"{post.url}kalender.ics")
    found = events(answer)
    assert found[0].decoded("dtstart").astimezone(dt.UTC) == dt.datetime(day.year, month, 10, utc, tzinfo=dt.UTC)
    assert found[0].decoded("dtend") - found[0].decoded("dtstart") == dt.timedelta(minutes=90)
    assert found[1].decoded("dtstart") == day
    assert (str(found[0]["summary"]), str(found[0]["location"])) == ("Hemlig gäst: Nya chefer", "Umeå")
    # The file explains Stockholm's time by itself, for whoever doesn't know the name.
    zone = icalendar.Calendar.from_ical(answer.content).timezones[0].to_tz()
    assert dt.datetime(day.year, month, 10, 13, tzinfo=zone).utcoffset() == dt.timedelta(hours=13 - utc)


def test_the_nights_when_the_clock_changes_keep_their_days_and_order(publish, client, home):
    year = next(year for year in range(timezone.localdate().year + 1, 2100) if dt.date(year, 3, 29).weekday() == 6)
    spring, autumn = dt.date(year, 3, 29), dt.date(year, 10, 25)
    post = publish(Network, members_only=False,
                   meetings=[meeting(spring), meeting(autumn), meeting(spring, dt.time(2, 30), until=dt.time(3))])  # fmt: skip
    one, other, skipped = events(client.get(f"{post.url}kalender.ics"))
    for event, day in ((one, spring), (other, autumn)):
        assert (event.decoded("dtstart"), event.decoded("dtend")) == (day, day + dt.timedelta(days=1))
    assert "dtend" not in skipped


def test_the_sites_calendar_is_bounded_and_holds_what_is_public_alone(publish, client, today, home):
    def call(title, days, **fields):
        return publish(Call, title=title, deadline=today + dt.timedelta(days=days), **fields)

    barn = Topic.objects.create(name="Barn", slug="barn")
    soon, last_year, hidden, gone = call("Snart", 9), call("I fjol", -300), call("Dold", 9), call("Borta", 9)
    call("Länge sedan", -400)
    publish(Call, title="Vag", deadline_text="mars–april")
    publish(Network, title="Nya chefer", meetings=[meeting(today, dt.time(13))])
    soon.topics.add(barn)
    soon.save_revision().publish()
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    gone.unpublish()
    cache.clear()
    found = events(client.get("/kalender.ics"))
    assert sorted(str(event["summary"]) for event in found) == [
        "Nätverksträff: Nya chefer", "Sista dag: I fjol", "Sista dag: Snart",
    ]  # fmt: skip
    assert "Umeå" not in client.get("/kalender.ics").text
    assert "rum.example" not in client.get("/kalender.ics").text
    section = soon.get_parent()
    assert {str(event["summary"]) for event in events(client.get(f"{section.url}kalender.ics"))} == {
        "Sista dag: I fjol", "Sista dag: Snart",
    }  # fmt: skip
    assert [str(event["categories"].cats[0]) for event in events(client.get("/amnen/barn/kalender.ics"))] == ["Barn"]
    for path in ("/amnen/finns-inte/", "/finns/inte/", hidden.url, gone.url):
        assert client.get(f"{path}kalender.ics").status_code == 404, path
    assert last_year.is_open(timezone.now()) is False


def test_whoever_has_it_already_gets_a_304_until_something_changes(publish, client, today):
    post = publish(Call, title="Snart", deadline=today + dt.timedelta(days=9))
    for path, type_ in (("/kalender.ics", "calendar"), ("/feed.atom", "atom+xml")):
        first = client.get(path)
        assert "max-age" in first["Cache-Control"]
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert type_ in first["Content-Type"]
        assert client.head(path)["ETag"] == first["ETag"]
        assert client.post(path).status_code == 405
    before = client.get("/kalender.ics")["ETag"]
    post.title = "Strax"
    post.save_revision().publish()
    assert client.get("/kalender.ics", headers={"if-none-match": before}).status_code == 200
    version.bump()


def test_topics_cost_one_query_however_many_posts(publish, home, today):
    def queries():
        with CaptureQueriesContext(connection) as found:
            file = calendars.calendar(calendars.dated(listing.listed(home.locale_id), timezone.now()), "x")
        assert file.count(b"CATEGORIES:Barn") == Post.objects.filter(topics=barn).count()
        return len(found)

    barn, counts = Topic.objects.create(name="Barn", slug="barn"), []
    for number in range(4):
        for model in (Call, Event):
            days = {"deadline" if model is Call else "first_day": today + dt.timedelta(days=9)}
            post = publish(model, title=f"{number}", **days)
            post.topics.add(barn)
            post.save_revision().publish()
        counts.append(queries())
    assert counts[0] == counts[3]


def test_of_many_who_ask_for_what_nobody_keeps_one_makes_it(rf, monkeypatch, now):
    state = version.State("key", now, 1)
    monkeypatch.setattr(version, "state", lambda now: state)
    made, asking = [], threading.Event()

    def make(state, now):
        asking.wait(5)
        made.append(now)
        return b"BEGIN:VCALENDAR"

    def ask():
        bodies.append(doors.answer(rf.get("/kalender.ics"), doors.CALENDAR, make).content)

    cache.clear()
    bodies = []
    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    asking.set()
    for asker in askers:
        asker.join()
    assert (bodies, len(made)) == ([b"BEGIN:VCALENDAR"] * 4, 1)


def test_a_post_without_days_has_no_calendar(publish, client):
    post = publish(Article)
    assert client.get(f"{post.url}kalender.ics").status_code == 404
    assert "kalender.ics" not in client.get(post.url).text


def test_feeds_name_what_was_published_and_never_tell_the_text(publish, client, today, home):
    image = picture("Sjö", ("#c9dbe0", "#f3d9a4", "#3f6b6e"), (900, 600), description="En sjö")
    barn = Topic.objects.create(name="Barn & unga", slug="barn")
    secret = publish(Article, title="Bara <för> medlemmar & vänner", summary="Om lön & <3.", members_only=True,
                     body=[("text", "<p>Hemligheten</p>")])  # fmt: skip
    shown = publish(Article, title="Öppet", body=[("text", "<p>Brödtexten</p>")], lead_image=image)
    shown.topics.add(barn)
    shown.save_revision().publish()
    copying.prepare(shown)
    cache.clear()
    answer = client.get("/feed.atom")
    newest, oldest = entries(answer)
    assert newest.findtext(f"{ATOM}id") == f"urn:uuid:{shown.translation_key}"
    assert newest.find(f"{ATOM}category").get("term") == "Barn & unga"
    assert newest.find("{http://search.yahoo.com/mrss/}thumbnail").get("url").startswith("https://ordet.example.se/media/")
    assert oldest.findtext(f"{ATOM}title") == secret.title
    assert oldest.findtext(f"{ATOM}summary") == "Om lön &amp; &lt;3."
    assert not any(words in answer.text for words in ("Hemligheten", "Brödtexten", "testserver"))
    updated = dt.datetime.fromisoformat(newest.findtext(f"{ATOM}updated"))
    assert abs(updated - shown.last_published_at) < dt.timedelta(seconds=1)
    feed = ElementTree.fromstring(answer.content)
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "alternate": "https://ordet.example.se/", "self": "https://ordet.example.se/feed.atom",
    }  # fmt: skip
    section = shown.get_parent()
    assert len(entries(client.get(f"{section.url}feed.atom"))) == 2
    assert len(entries(client.get("/amnen/barn/feed.atom"))) == 1
    assert client.get(f"{shown.url}feed.atom").status_code == 404
    page = client.get(section.url).text
    assert f'type="application/atom+xml" title="{section.title}" href="{section.url}feed.atom"' in page
    assert 'href="/feed.atom"' in page
    topic = client.get("/amnen/barn/").text
    assert all(f'href="/amnen/barn/{file}"' in topic for file in ("feed.atom", "kalender.ics"))
