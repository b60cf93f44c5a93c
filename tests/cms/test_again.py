"""“Skapa från förra årets”: a draft whose dates have moved, and which nobody hears of before it is published."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from cms import again
from cms.models import Award, Call, Column, Event, Person

pytestmark = pytest.mark.django_db
SESSION = {"type": "session", "value": {"day": "2026-06-15", "time": "09.00", "title": "Öppning", "who": ""}}


@pytest.fixture
def event(publish):
    person = Person.objects.create(name="Ingrid", slug="ingrid")
    return publish(
        Event, title="Socialchefsdagarna 2026", slug="dagarna-2026", first_day=date(2026, 6, 15), last_day=date(2026, 6, 17),
        registration_closes=date(2026, 5, 1), registration_url="https://example.se/2026", place="Umeå", programme=[SESSION],
        on_site=[{"type": "person", "value": {"person": person.pk, "days": "15 juni", "preliminary": False, "contact": ""}}],
        outlets={"linkedin": {"text": "Kom 2026!"}}, imported_from="https://example.se/?p=1",
    )  # fmt: skip


def test_a_draft_is_made_with_dates_on_the_same_weekday(event, eva, now):
    made = again.make(event, eva, now)
    fresh = Event.objects.get(pk=made.pk).get_latest_revision_as_object()
    assert (fresh.title, fresh.slug, fresh.place, fresh.live) == ("Socialchefsdagarna 2027", "dagarna-2027", "Umeå", False)
    assert (fresh.first_day, fresh.last_day) == (date(2027, 6, 14), date(2027, 6, 16))
    assert fresh.first_day.weekday() == event.first_day.weekday()
    assert fresh.programme[0].value["day"] == date(2027, 6, 14)
    assert fresh.programme[0].value["title"] == "Öppning"
    assert (fresh.registration_url, len(fresh.on_site), fresh.outlets, fresh.imported_from) == ("", 0, {}, "")
    assert (fresh.owner, fresh.first_published_at, fresh.translation_key != event.translation_key) == (eva, None, True)
    event.refresh_from_db()
    assert (event.first_day, event.live) == (date(2026, 6, 15), True)


def test_calls_and_awards_too_and_a_second_draft_gets_its_own_slug(publish, eva, now):
    call = publish(Call, title="Utlysning", deadline=date(2026, 3, 31), deadline_text="mars", link="https://example.se/")
    first, second = (again.make(call, eva, now).get_latest_revision_as_object() for _ in range(2))
    assert (first.deadline, first.deadline_text, first.link) == (date(2026, 3, 31) + timedelta(weeks=52), "", "")
    assert first.slug != second.slug
    award = publish(Award, title="Priset 2025–2026", edition="2026", nominated=7, voting_closes=date(2026, 4, 1))
    made = again.make(award, eva, now)
    assert (made.title, made.edition, made.nominated, made.voting_closes) == ("Priset 2026–2027", "2027", None, date(2027, 3, 31))


def test_other_kinds_dont_come_back(publish, eva, now):
    column = publish(Column)
    assert not again.recurs(column)
    with pytest.raises(again.NotYearly):
        again.make(column, eva, now)


def test_one_press_leads_to_the_drafts_editor(client, eva, event):
    client.force_login(eva)
    assert reverse("cms_again") in client.get(reverse("wagtailadmin_home")).content.decode()
    page = client.get(reverse("cms_again"), {"inlagg": event.pk}).content.decode()
    assert "Socialchefsdagarna 2027" in page
    address = reverse("cms_again_make", args=[event.pk])
    assert client.get(address).status_code == 405
    answer = client.post(address)
    made = Event.objects.exclude(pk=event.pk).get()
    assert answer.url == reverse("wagtailadmin_pages:edit", args=[made.pk])
    assert client.get(answer.url).status_code == 200


def test_who_may_not_write_may_not_make_one(client, django_user_model, event):
    user = django_user_model.objects.create_user("maj", password="x")
    user.groups.add(Group.objects.get(name="Medlemsansvarig"))
    client.force_login(user)
    assert client.get(reverse("cms_again")).status_code == 302
    client.post(reverse("cms_again_make", args=[event.pk]))
    assert Event.objects.count() == 1
    user.groups.set([Group.objects.get(name="Skribent")])
    client.post(reverse("cms_again_make", args=[event.pk]))
    assert Event.objects.get(live=False).owner == user
