"""Every content type, whatever is filled in: it can be saved with a title alone, and no combination of dates breaks it."""

import datetime as dt
import json
import re

import icalendar
import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from cms import calendars, keydates, structured
from cms.api import schemas
from cms.keydates import EXACT
from cms.models import Event, KeyDate, Network, PlainPage, content_types
from newsletter.items import Contents, PostItem, Sender
from newsletter.render import render
from social.channels import get_channel
from social.compose import compose
from tests.browser.press import person

KINDS = sorted(content_types())
NOW = dt.datetime(2026, 3, 6, 11, tzinfo=dt.UTC)
SENDER = Sender("Föreningen", address="Box 1\n111 22 Stockholm", website="https://example.se/", why="Du är medlem.")
DAYS = st.none() | st.dates(dt.date(1901, 1, 1), dt.date(2199, 12, 30))
HOURS = st.none() | st.times()
VALUES = {models.DateField: DAYS, models.TimeField: HOURS, models.CharField: st.sampled_from(["", "mars–april"])}


def letter(teaser):
    contents = Contents("Ämnet", "Förhandsrad", "Nr 1", NOW, SENDER, items=(PostItem(teaser, None),))
    return render(contents)


def data_block(page):
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert len(blocks) == 1
    return json.loads(blocks[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_enough_everywhere(publish, client, memory, kind):
    cache.clear()
    now = timezone.now()
    post = publish(content_types()[kind], title="Bara en rubrik & <en> rad", summary="")
    post.full_clean()
    teaser = post.teaser(now)
    assert teaser.kicker
    assert list(KeyDate.objects.filter(post=post)) == []

    page = client.get(post.url)
    assert page.status_code == 200
    assert "<h1>Bara en rubrik &amp; &lt;en&gt; rad</h1>" in page.text
    assert data_block(page.text)["name"] == post.title
    assert client.get(f"{post.url}kalender.ics").status_code == 404

    detail = client.get(f"/api/content/v1/posts/{post.translation_key}")
    shape = schemas.DETAILS[kind].model_validate_json(detail.content)
    assert (shape.type, shape.withheld) == (kind, post.members_only)
    cards = client.get(f"/api/content/v1/posts?type={kind}").json()["items"]
    assert [card["title"] for card in cards] == ([post.title] if type(post).LISTED else [])
    for card in cards:
        schemas.Card.model_validate(card)

    made = letter(teaser)
    assert "Bara en rubrik &amp; &lt;en&gt; rad" in made.html
    assert post.title.upper() in made.text
    announced = compose(teaser, get_channel("memory"), now)
    assert post.title in announced.text
    assert announced.link == teaser.url


def made_of(model, data):
    own = [field for field in model._meta.local_fields if type(field) in VALUES and not field.choices]
    return model(title="Något", slug="nagot", **{field.name: data.draw(VALUES[type(field)], field.name) for field in own})


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), now=st.dates(dt.date(1990, 1, 1), dt.date(2150, 1, 1)).map(keydates.midnight))
@settings(max_examples=20)
def test_no_combination_of_dates_breaks_a_type(kind, data, now):
    post = made_of(content_types()[kind], data)
    moments = post.moments()
    for moment in moments:
        assert moment.part(now).text
        assert (moment.starts is not None and moment.ends is not None) == (moment.precision in EXACT)
    assert isinstance(post.is_open(now), bool)
    assert len({(moment.kind, number) for number, moment in keydates.numbered(moments)}) == len(moments)
    read = icalendar.Calendar.from_ical(calendars.calendar([post], "Kalendern")).walk("VEVENT")
    # A last day before the first is refused when the editor saves; here it becomes a day.
    assert len(read) == len([moment for moment in moments if moment.precision in EXACT])
    assert all(event.decoded("dtend") > event.decoded("dtstart") for event in read if "dtend" in event)
    assert data_block(structured.script(structured.of_post(post, post.teaser(now), now)))["name"] == "Något"


@pytest.mark.django_db
@given(meetings=st.lists(st.tuples(DAYS.filter(bool), HOURS, HOURS), max_size=4))
@settings(max_examples=30)
def test_no_meeting_breaks_a_network(meetings):
    values = [
        {"title": "", "day": day, "time": at, "until": until, "place": "Umeå", "link": ""} for day, at, until in meetings
    ]
    network = Network(title="x", meetings=[("meeting", value) for value in values], members_only=False)
    moments = network.own_moments()
    assert len(moments) == len(meetings)
    assert all(moment.ends >= moment.starts for moment in moments)
    read = icalendar.Calendar.from_ical(calendars.calendar([network], "x")).walk("VEVENT")
    starts = [event.decoded("dtstart") for event in read]
    for found, moment in zip(starts, moments, strict=True):
        if moment.precision == "minute":
            assert found.astimezone(dt.UTC) == moment.starts.astimezone(dt.UTC).replace(microsecond=0)
    assert network.coming(NOW) == sorted(network.coming(NOW), key=lambda value: value["day"])


def test_nothing_in_a_data_block_can_end_it(publish, client):
    hostile = "</script><script>alert(1)</script><!-- \u2028 ]]>"
    post = publish(Event, title=hostile, summary=hostile, first_day=dt.date(2026, 6, 17), last_day=dt.date(2026, 6, 19),
                   place=hostile, registration_url="https://example.se/?a=1&b=2")  # fmt: skip
    page = client.get(post.url).text
    assert "<script>alert" not in page
    found = data_block(page)
    assert found["@type"] == "Event"
    assert found["name"] == found["location"]["name"] == hostile
    assert (found["startDate"], found["endDate"]) == ("2026-06-17", "2026-06-19")
    assert found["offers"]["url"] == "https://example.se/?a=1&b=2"


def test_a_persons_page_says_who_it_is(client, home):
    person("Karin </script> Ek", "karin-ek", "Socialdirektör", "Umeå kommun")
    found = data_block(client.get("/personer/karin-ek/").text)
    assert (found["@type"], found["mainEntity"]["name"]) == ("ProfilePage", "Karin </script> Ek")
    assert found["mainEntity"]["worksFor"]["name"] == "Umeå kommun"


def test_a_members_posts_data_says_no_more_than_its_card(publish, client):
    post = publish(Event, title="Årsmöte", first_day=dt.date(2026, 6, 17), place="Hemliga gatan", members_only=True)
    found = data_block(client.get(post.url).text)
    assert (found["@type"], found["isAccessibleForFree"]) == ("Article", False)
    assert "Hemliga gatan" not in client.get(post.url).text


@pytest.mark.parametrize("model", [model for model in content_types().values() if model is not PlainPage])
def test_a_year_that_no_calendar_reaches_is_refused_in_words(home, model):
    days = [field.name for field in model._meta.local_fields if type(field) is models.DateField]
    for name in days:
        for day in (dt.date(23, 5, 1), dt.date(9999, 12, 31)):
            with override("sv"), pytest.raises(ValidationError) as refused:
                model(title="x", slug="x", **{name: day}).clean()
            assert refused.value.message_dict[name] == ["Välj ett år mellan 1900 och 2200."]
