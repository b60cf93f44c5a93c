"""Reminders suggest themselves from key dates; each that is chosen is an announcement of its own, once."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from wagtail.actions.copy_page import CopyPageAction

from cms.keydates import STOCKHOLM
from cms.models import Article, Award, Call, Event
from social import announce, desk, reminders
from social.announce import NotNow, announce_due
from social.models import Announcement
from social.posts import draft_of, suggestion

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
WEEK = "reminder:deadline.1:7"
EVE = "reminder:deadline.1:1"


TODAY = timezone.localdate()


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.fixture
def call(memory, publish):
    """Return a way to publish a call with reminders: `call(deadline, {key: text})`."""

    def make(deadline, chosen, **fields):
        outlets = {"memory": {"announce": False, "reminders": chosen}}
        return publish(Call, deadline=deadline, outlets=outlets, **fields)

    return make


def again(post, **fields):
    """Publish a post anew with changed fields."""
    page = type(post).objects.get(pk=post.pk)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return page


def rows():
    return {row.occasion: row for row in Announcement.objects.all()}


@pytest.mark.parametrize(
    ("model", "fields", "keys"),
    [
        (Call, {"deadline": dt.date(2026, 12, 15)}, ["deadline.1:7", "deadline.1:1"]),
        (Call, {"deadline": dt.date(2026, 11, 23)}, ["deadline.1:1"]),
        (Call, {"deadline_text": "mars–april"}, []),
        (
            Award,
            {"voting_opens": dt.date(2026, 12, 1), "voting_closes": dt.date(2026, 12, 4)},
            ["voting_closes.1:7", "voting_opens.1:0", "voting_closes.1:1"],
        ),
        (
            Event,
            {"first_day": dt.date(2026, 12, 9), "last_day": dt.date(2026, 12, 10), "registration_closes": dt.date(2026, 12, 1)},
            ["registration.1:7", "registration.1:1", "event.1:1"],
        ),
        (Article, {}, []),
    ],
)
def test_reminders_suggest_themselves_soonest_first(home, model, fields, keys):
    post = model(title="x", **fields)
    assert [one.key for one in reminders.suggestions(post.moments(), NOW)] == keys


def test_a_reminder_comes_at_eight_in_the_morning_whatever_the_clocks_do(home):
    autumn = Call(title="x", deadline=dt.date(2026, 10, 26))
    begun = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    found = {one.key: one.at for one in reminders.suggestions(autumn.moments(), begun)}
    assert found["deadline.1:7"] == dt.datetime(2026, 10, 19, 6, 0, tzinfo=dt.UTC)
    assert found["deadline.1:1"] == dt.datetime(2026, 10, 25, 7, 0, tzinfo=dt.UTC)
    spring = Call(title="x", deadline=dt.date(2027, 3, 29))
    found = {one.key: one.at for one in reminders.suggestions(spring.moments(), NOW)}
    assert found["deadline.1:7"] == dt.datetime(2027, 3, 22, 7, 0, tzinfo=dt.UTC)
    assert found["deadline.1:1"] == dt.datetime(2027, 3, 28, 6, 0, tzinfo=dt.UTC)


def test_what_was_chosen_becomes_a_row_of_its_own_with_its_own_text(call):
    call(days(30), {"deadline.1:7": "Skynda!", "deadline.1:1": ""})
    found = rows()
    assert set(found) == {WEEK, EVE}
    assert found[WEEK].own_text == "Skynda!"
    local = found[EVE].next_attempt_at.astimezone(STOCKHOLM)
    assert (local.date(), local.hour) == (days(29), 8)


def test_a_republication_makes_no_second_one_and_follows_the_date(call):
    post = call(days(30), {"deadline.1:7": ""})
    again(post)
    post = again(post, deadline=days(40))
    assert list(rows()) == [WEEK]
    assert rows()[WEEK].next_attempt_at.astimezone(STOCKHOLM).date() == days(33)


def test_a_time_that_an_editor_chose_stays_until_the_post_asks_for_another(call):
    post = call(days(30), {"deadline.1:7": ""})
    chosen = timezone.now() + dt.timedelta(days=2)
    desk.send_at(rows()[WEEK], chosen)
    again(post)
    assert rows()[WEEK].next_attempt_at == chosen
    again(post, deadline=days(40))
    assert rows()[WEEK].next_attempt_at.astimezone(STOCKHOLM).date() == days(33)


def test_what_is_no_longer_chosen_is_dropped_and_may_be_chosen_anew(call):
    post = call(days(30), {"deadline.1:7": ""})
    post = again(post, outlets={"memory": {"announce": False, "reminders": {}}})
    assert rows()[WEEK].state == "skipped"
    assert "inte längre vald" in rows()[WEEK].last_error
    again(post, outlets={"memory": {"announce": False, "reminders": {"deadline.1:7": "Nu!"}}})
    assert (rows()[WEEK].state, rows()[WEEK].own_text) == ("waiting", "Nu!")


def test_what_an_editor_cancelled_stays_so(call):
    post = call(days(30), {"deadline.1:7": ""})
    desk.cancel(rows()[WEEK], timezone.now())
    again(post)
    assert rows()[WEEK].state == "cancelled"


def test_a_reminder_says_how_near_the_date_is_and_goes_out_once(call, memory):
    call(days(30), {"deadline.1:7": "", "deadline.1:1": ""}, title="Lämna abstract")
    due = rows()[WEEK].next_attempt_at
    for _round in range(2):
        announce_due(due)
    assert len(memory.posts) == 1
    first, title = memory.posts[0].text.split("\n\n")[:2]
    assert re.fullmatch(r"Sista dag .* – om 7 dagar", first)
    assert title == "Lämna abstract"
    announce_due(rows()[EVE].next_attempt_at)
    assert "– i morgon" in memory.posts[1].text


def test_an_event_is_reminded_of_by_its_name(memory, publish):
    outlets = {"memory": {"announce": False, "reminders": {"event.1:1": ""}}}
    publish(Event, title="Konferens", first_day=days(9), last_day=days(10), place="Malmö", outlets=outlets)
    row = rows()["reminder:event.1:1"]
    assert draft_of(row, row.next_attempt_at)[0].text.startswith("I morgon: Konferens\n\n")
    assert "Plats: Malmö" in draft_of(row, row.next_attempt_at)[0].text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deadline": None}, "inte längre vald"),
        ({"members_only": True}, "för medlemmar"),
    ],
)
def test_what_no_longer_holds_is_skipped_with_the_reason(call, memory, change, words):
    post = call(days(30), {"deadline.1:7": ""})
    due = rows()[WEEK].next_attempt_at
    again(post, **change)
    announce_due(due)
    assert (rows()[WEEK].state, memory.posts) == ("skipped", [])
    assert words in rows()[WEEK].last_error


def test_a_date_that_has_passed_is_not_reminded_of(call, memory):
    call(days(30), {"deadline.1:7": ""})
    announce_due(timezone.now() + dt.timedelta(days=32))
    assert (rows()[WEEK].last_error, memory.posts) == ("Datumet har passerat.", [])


def test_a_waiting_reminder_doesnt_keep_an_editor_from_announcing(call):
    post = call(days(30), {"deadline.1:7": ""})
    assert announce.announce_again(post, "memory", timezone.now()).occasion == "first"
    with pytest.raises(NotNow):
        announce.announce_again(post, "memory", timezone.now())


def test_the_sweep_makes_what_a_killed_publication_left_out(call):
    call(days(30), {"deadline.1:7": ""})
    Announcement.objects.all().delete()
    assert (announce.sweep(timezone.now()), announce.sweep(timezone.now())) == (1, 0)
    assert list(rows()) == [WEEK]


def test_an_alias_and_an_unconnected_channel_remind_of_nothing(call, memory, home):
    from social.models import ChannelState

    post = call(days(30), {"deadline.1:7": ""})
    post.create_alias(parent=home)
    assert len(rows()) == 1
    Announcement.objects.all().delete()
    ChannelState.objects.update(active_since=None)
    again(post)
    assert rows() == {}


def test_a_copy_kept_published_reminds_of_nothing_however_often_it_is_published(call, eva):
    post = call(days(30), {"deadline.1:7": ""})
    copy = CopyPageAction(post, to=post.get_parent(), update_attrs={"slug": "kopia"}, keep_live=True, user=eva).execute()
    copy.get_latest_revision().publish()
    announce.sweep(timezone.now())
    assert {row.post_id for row in Announcement.objects.all()} == {post.pk}


def test_a_chosen_time_and_a_later_change_of_it(memory, publish):
    at = timezone.now().replace(microsecond=0) + dt.timedelta(days=3)
    post = publish(Article, outlets={"memory": {"announce": True, "when": "at", "at": at.isoformat()}})
    assert rows()["first"].next_attempt_at == at
    post = again(post, outlets={"memory": {"announce": True, "when": "at", "at": (at + dt.timedelta(days=1)).isoformat()}})
    assert rows()["first"].next_attempt_at == at + dt.timedelta(days=1)
    again(post, outlets={"memory": {"announce": True, "when": "window"}})
    assert rows()["first"].next_attempt_at <= timezone.now() + dt.timedelta(minutes=10)


def test_the_suggestion_is_what_goes_out_where_nobody_writes(memory, publish):
    post = publish(Article, outlets={"memory": {"text": "Egna ord"}})
    assert "Egna ord" not in suggestion(post, "memory", NOW)
    assert draft_of(rows()["first"], NOW)[0].text == "Egna ord"
