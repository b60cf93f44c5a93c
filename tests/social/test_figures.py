"""What networks count of posts comes in by itself, is kept as history, and never stands in a post's way."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.utils import timezone

from cms import stopping
from social import announce, connection, desk
from social.channels import Figures, NotSent, Paused, Refused, Throttled
from social.channels.memory import Memory
from social.figures import figures_due
from social.models import Announcement, ChannelState, Figure

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def published(memory, publish):
    """Publish and announce a post, and let its followers react; returns the row."""

    def make(title="Vi behöver varandra", **counted):
        publish(title=title)
        announce.announce_due(timezone.now())
        row = Announcement.objects.get(post_title=title)
        Memory.counted[row.remote_id] = Figures(**(counted or {"impressions": 120, "reactions": 7}))
        return row

    return make


@pytest.fixture
def asked(monkeypatch):
    """What the network was asked about, call by call; it raises what the test puts into `errors`."""

    class Asked(list):
        errors = []

    calls, answers = Asked(), Memory.figures

    def ask(self, remote_ids):
        calls.append(remote_ids)
        if Asked.errors:
            raise Asked.errors.pop(0)
        return answers(self, remote_ids)

    monkeypatch.setattr(Memory, "figures", ask)
    yield calls
    Asked.errors.clear()


def due(row):
    row.refresh_from_db()
    return row.figures_due_at


def counted(row):
    return list(row.figures.values_list("impressions", "clicks", "reactions"))


def test_a_post_is_counted_an_hour_after_it_went_out(published):
    row = published()
    assert due(row) == row.settled_at + HOUR
    assert figures_due(row.settled_at + 59 * timedelta(minutes=1)) == {}
    assert figures_due(row.settled_at + HOUR) == {"asked": 1, "kept": 1}
    assert figures_due(row.settled_at + HOUR) == {}
    # What the network doesn't count is unknown, not zero.
    assert counted(row) == [(120, None, 7)]
    assert due(row) == row.settled_at + 2 * HOUR


def test_the_history_grows_and_the_pace_slackens(published):
    row = published()
    begun = datetime(2026, 3, 30, 12, 0, tzinfo=STOCKHOLM)
    Announcement.objects.update(settled_at=begun, figures_due_at=begun + HOUR)
    row.refresh_from_db()
    for number in range(1, 400):
        Memory.counted[row.remote_id] = Figures(impressions=100 + number)
        at = due(row)
        if at is None:
            break
        assert figures_due(at) == {"asked": 1, "kept": 1}
    taken = list(row.figures.values_list("taken_at", flat=True))
    assert [later - at > 2 * HOUR for at, later in pairwise(taken)].index(True) == 47
    assert len(taken) == 48 + 20 + 83 + 40
    assert figures_due(row.settled_at + 400 * DAY) == {}


def test_daily_means_daily_when_the_clocks_change(published):
    row = published()
    begun = datetime(2026, 10, 10, 23, 30, tzinfo=STOCKHOLM).astimezone(UTC)
    Announcement.objects.update(settled_at=begun, figures_due_at=datetime(2026, 10, 24, 23, 30, tzinfo=STOCKHOLM))
    for _number in range(3):
        figures_due(due(row))
    taken = [at.astimezone(STOCKHOLM) for at in row.figures.values_list("taken_at", flat=True)]
    assert [f"{at:%d %H:%M}" for at in taken] == ["24 23:30", "25 23:30", "26 23:30"]


def test_a_worker_that_slept_asks_once_and_goes_on(published, asked):
    row = published()
    figures_due(row.settled_at + 30 * HOUR)
    figures_due(row.settled_at + 30 * HOUR)
    assert (len(asked), due(row)) == (1, row.settled_at + 31 * HOUR)


def test_what_is_too_old_is_not_asked_about(published, asked):
    row = published()
    assert figures_due(row.settled_at + 366 * DAY) == {}
    assert (asked, due(row)) == ([], None)


def test_a_post_that_the_network_tells_nothing_of_has_no_figures(published):
    row = published()
    Memory.counted.clear()
    assert figures_due(due(row)) == {"asked": 1, "kept": 0}
    assert counted(row) == []


def test_only_what_is_out_is_counted(published, asked):
    row = published()
    at = due(row)
    Announcement.objects.update(state=Announcement.REMOVED)
    assert figures_due(at) == {}


def test_a_post_made_by_hand_counts_too(memory, publish, days):
    publish()
    row = Announcement.objects.get()
    desk.by_hand(row, timezone.now())
    desk.it_is_there(row, "https://memory.example/memory:7", timezone.now())
    Memory.counted["memory:7"] = Figures(impressions=3)
    assert figures_due(due(row)) == {"asked": 1, "kept": 1}
    assert counted(row) == [(3, None, None)]


def test_an_address_without_an_id_is_never_asked_about(published, asked):
    row = published()
    Announcement.objects.update(remote_id="")
    assert figures_due(due(row)) == {}
    assert asked == []


def test_what_was_out_before_figures_were_counted_is_counted_too(published):
    row, old = published(), published("Gammalt")
    Announcement.objects.update(figures_due_at=None)
    Announcement.objects.filter(pk=old.pk).update(settled_at=timezone.now() - 366 * DAY)
    import_module("social.migrations.0007_figures_of_what_is_out").count_what_is_out(apps, None)
    assert (due(row) <= timezone.now(), due(old)) == (True, None)


def many(row, count):
    """More published posts like `row`."""
    Announcement.objects.bulk_create(
        Announcement(
            post=row.post, translation_key=row.translation_key, channel=row.channel, occasion=f"again:{number}",
            state=row.state, settled_at=row.settled_at, figures_due_at=row.figures_due_at, remote_id=f"many:{number}",
            remote_url="https://x.example/",
        )
        for number in range(count)
    )  # fmt: skip


def test_twenty_are_asked_about_at_once_and_what_is_to_be_sent_comes_between(published, asked):
    row = published()
    many(row, 24)
    at = due(row)
    assert figures_due(at)["asked"] == 20
    assert figures_due(at + timedelta(seconds=1))["asked"] == 5
    assert [len(ids) for ids in asked] == [20, 5]


def test_a_worker_that_is_asked_to_stop_asks_nothing(published, asked):
    row = published()
    stopping.ask()
    try:
        assert figures_due(due(row)) == {}
    finally:
        stopping.forget()


def test_a_paused_or_quiet_channel_is_left_alone(published, asked):
    row = published()
    at = due(row)
    connection.pause("memory", "Trasigt.")
    assert figures_due(at) == {}
    connection.resume("memory")
    ChannelState.objects.update(quiet_until=at + HOUR)
    assert figures_due(at) == {}
    assert figures_due(at + HOUR) == {"asked": 1, "kept": 1}


def test_a_channel_that_is_not_connected_is_not_asked(published, asked, monkeypatch):
    row = published()
    monkeypatch.setattr(Memory, "connected", lambda self: False)
    assert figures_due(due(row)) == {}
    assert due(row) == row.settled_at + HOUR


def test_a_throttled_network_is_left_in_peace_and_asked_when_it_says(published, asked):
    row = published()
    at = due(row)
    asked.errors.append(Throttled("Vänta.", retry_at=at + timedelta(minutes=5)))
    assert figures_due(at) == {"asked": 1, "kept": 0}
    assert figures_due(at + timedelta(minutes=4)) == {}
    assert connection.held(at) == []
    assert figures_due(at + timedelta(minutes=5, seconds=1)) == {"asked": 1, "kept": 1}
    assert (ChannelState.objects.get().throttled, len(asked)) == (0, 2)


def test_without_a_word_of_when_counting_rests_until_after_midnight(published, asked):
    row = published()
    asked.errors.append(Throttled("Vänta."))
    at = due(row)
    figures_due(at)
    midnight = connection.after_midnight(at)
    assert midnight <= due(row) <= midnight + timedelta(minutes=10)


def test_a_broken_connection_pauses_the_channel_and_no_count_is_lost(published, asked):
    row = published()
    at = due(row)
    asked.errors.append(Paused("Logga in."))
    figures_due(at)
    assert ChannelState.objects.get().paused_reason == "Logga in."
    connection.resume("memory")
    assert figures_due(at + timedelta(seconds=5)) == {"asked": 1, "kept": 1}


def test_what_failed_on_the_way_is_tried_within_the_hour_however_rarely_the_post_is_counted(published, asked):
    row = published()
    at = row.settled_at + 100 * DAY
    asked.errors.append(NotSent("Inget svar."))
    assert figures_due(at) == {"asked": 1, "kept": 0}
    assert due(row) - at < timedelta(hours=1, minutes=1)
    assert figures_due(due(row)) == {"asked": 1, "kept": 1}


@pytest.mark.parametrize("error", [Refused("Nej."), KeyError("fel")])
def test_what_no_second_try_mends_waits_for_its_next_time(published, asked, caplog, error):
    row = published()
    asked.errors.append(error)
    assert figures_due(due(row)) == {"asked": 1, "kept": 0}
    assert due(row) == row.settled_at + 2 * HOUR
    assert "Figures of memory" in caplog.text
    assert ChannelState.objects.get().paused_reason == ""


def test_one_post_that_the_network_refuses_does_not_hide_the_others(published, asked):
    row, other, third = published(), published("Två"), published("Tre")
    refused = Refused("Inte er.")
    asked.errors += [refused, refused]
    assert figures_due(due(third)) == {"asked": 3, "kept": 2}
    assert [counted(one) for one in (row, other, third)] == [[], [(120, None, 7)], [(120, None, 7)]]


def test_nothing_is_kept_twice_for_a_moment(published):
    row = published()
    at = due(row)
    Figure.objects.create(announcement=row, taken_at=at, impressions=1)
    Announcement.objects.filter(pk=row.pk).update(figures_due_at=at)
    figures_due(at)
    assert Figure.objects.filter(taken_at=at).count() == 1


def test_who_comes_while_the_network_is_asked_asks_nothing(published, asked, monkeypatch):
    row, others = published(), []
    at, ask = due(row), Memory.figures
    monkeypatch.setattr(Memory, "figures", lambda self, ids: others.append(figures_due(at)) or ask(self, ids))
    assert figures_due(at) == {"asked": 1, "kept": 1}
    assert others == [{}]
