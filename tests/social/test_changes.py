"""A post that is out is changed and taken away: the duty over real HTTP against the stand-in, whatever it is answered."""

import pytest
from django.db import IntegrityError

from social import change_desk, changes, connection
from social.announce import NotNow, announce_due
from social.changes import changes_due
from social.models import Announcement, Change, ChannelState

pytestmark = pytest.mark.usefixtures("linkedin")


@pytest.fixture
def post(publish, days):
    """A post that is out."""
    made = publish(summary="Först")
    announce_due(days.now)
    return made


@pytest.fixture
def out(post, row):
    """Its announcement, read anew."""
    return row


def edit(post, **fields):
    post = type(post).objects.get(pk=post.pk)
    for name, value in fields.items():
        setattr(post, name, value)
    post.save_revision().publish()


def due(days, seconds=0.0):
    days.later(seconds)
    return changes_due(days.now)


def change() -> Change:
    return Change.objects.latest("pk")


def paused() -> str:
    return ChannelState.objects.get().paused_reason


FAULTS = {
    "dropped before": ({"do": "drop"}, 1),
    "dropped after": ({"do": "drop", "when": "after"}, 1),
    "half an answer": ({"do": "half", "when": "after"}, 1),
    "500": ({"do": "answer", "status": 500}, 1),
    "503 after acting": ({"do": "answer", "when": "after", "status": 503, "body": "<html>"}, 1),
    "409": ({"do": "answer", "status": 409}, 1),
    "three times lost": ({"do": "drop", "times": 3}, 3),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["update", "delete"])
def test_whatever_is_unclear_is_tried_again_until_it_is_so(out, linkedin, days, kind, fault):
    script, failures = FAULTS[fault]
    route = "patch" if kind == "update" else "delete"
    linkedin.script(route, **script)
    changes.ask(out(), kind, days.now, "Nytt (ord)")
    for wait in [0, 5, 10, 20][:failures]:
        assert due(days, wait) == {"waiting": 1}
        assert change().last_error
    assert due(days, 60) == {"done": 1}
    assert linkedin.calls(route) == failures + 1
    assert [post["visible"] for post in linkedin.posts] == (["Nytt (ord)"] if kind == "update" else [])
    assert (out().state, out().text) == (("published", "Nytt (ord)") if kind == "update" else ("removed", out().text))
    assert linkedin.calls("create") == 1


def test_what_fails_waits_longer_each_time(out, linkedin, days):
    linkedin.script("patch", "answer", status=500, times=3)
    changes.ask(out(), "update", days.now, "Nytt")
    waits = []
    for _ in range(3):
        due(days, waits[-1] if waits else 0)
        waits.append(round((change().next_attempt_at - days.now).total_seconds()))
    assert waits == [5, 10, 20]


def test_a_taken_away_post_says_when_and_that_it_is_gone(out, linkedin, days):
    change_desk.take_away(out(), days.now)
    due(days)
    assert out().last_error == "Borttaget från LinkedIn."
    assert abs((out().settled_at - days.now).total_seconds()) < 5
    assert linkedin.posts == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_post_that_is_gone_already_is_noted(out, linkedin, days, status):
    linkedin.script("patch", "answer", status=status, body='{"message": "Not found"}')
    changes.ask(out(), "update", days.now, "Nytt")
    assert due(days) == {"failed": 1}
    assert (out().state, out().last_error) == ("removed", "Inlägget finns inte längre på LinkedIn.")


def test_a_removal_that_finds_nothing_is_done(out, linkedin, days):
    linkedin.script("delete", "answer", status=404)
    change_desk.take_away(out(), days.now)
    assert due(days) == {"done": 1}
    assert out().state == "removed"


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_is_final_and_said_in_words(out, linkedin, days, status):
    linkedin.script("patch", "answer", status=status, body='{"message": "Nej tack"}')
    changes.ask(out(), "update", days.now, "Nytt")
    assert due(days) == {"failed": 1}
    assert "Nej tack" in change().last_error
    assert (out().state, out().text) == ("published", linkedin.posts[0]["visible"])
    assert due(days, 86_400) == {}


def test_a_text_that_would_be_cut_never_leaves(out, linkedin, days):
    changes.ask(out(), "update", days.now, "(" * 1501)
    assert due(days) == {"failed": 1}
    assert "3002" in change().last_error
    assert linkedin.calls("patch") == 0


def test_an_expired_token_is_renewed(out, linkedin, days):
    linkedin.order("end", how="expired")
    changes.ask(out(), "update", days.now, "Nytt")
    assert due(days) == {"done": 1}
    assert linkedin.calls("token") == 1


@pytest.mark.parametrize("status", [403, 426])
def test_a_connection_that_does_not_work_pauses_the_channel_and_burns_no_attempt(out, linkedin, days, status):
    linkedin.script("patch", "answer", status=status, body='{"message": "Nej"}')
    changes.ask(out(), "update", days.now, "Nytt")
    assert due(days) == {"waiting": 1}
    assert (bool(paused()), change().attempts) == (True, 0)
    assert (due(days, 3600), changes.next_due(days.now)) == ({}, None)
    connection.resume("linkedin")
    assert changes.next_due(days.now)
    assert due(days) == {"done": 1}


def test_a_throttled_channel_waits_as_long_as_it_is_told(out, linkedin, days):
    linkedin.script("delete", "answer", status=429, headers={"Retry-After": "120"})
    change_desk.take_away(out(), days.now)
    assert due(days) == {"waiting": 1}
    assert (due(days, 60), change().attempts) == ({}, 0)
    assert due(days, 61) == {"done": 1}


def test_a_disconnected_channel_says_that_it_must_be_done_by_hand(out, linkedin, days):
    changes.ask(out(), "update", days.now, "Nytt")
    connection.disconnect("linkedin")
    assert due(days) == {"failed": 1}
    assert change().last_error == "LinkedIn är inte anslutet."
    with pytest.raises(NotNow):
        change_desk.take_away(out(), days.now)
    assert linkedin.calls("patch") == 0


def test_a_fault_of_our_own_is_told_after_some_tries(out, linkedin, days, monkeypatch, caplog):
    monkeypatch.setattr("social.channels.linkedin.LinkedIn.update", lambda *_: 1 / 0)
    changes.ask(out(), "update", days.now, "Nytt")
    for _ in range(5):
        due(days, 600)
    assert (change().state, str(change().pk) in change().last_error) == ("failed", True)
    assert "ZeroDivisionError" in caplog.text


def test_an_answer_that_comes_when_the_row_is_another_workers_changes_nothing(out, linkedin, days, monkeypatch):
    def slow(*_):
        Change.objects.update(lease_owner="another")

    monkeypatch.setattr("social.channels.linkedin.LinkedIn.delete", slow)
    change_desk.take_away(out(), days.now)
    assert due(days) == {"lost": 1}
    assert (out().state, change().state) == ("published", "sending")


def test_what_a_dead_worker_left_is_done_again_when_its_lease_is_over(out, linkedin, days, settings):
    changes.ask(out(), "update", days.now, "Nytt")
    Change.claim(days.now, "the dead", 1)
    assert due(days, settings.LEASE_SECONDS - 10) == {}
    assert due(days, 11) == {"done": 1}
    assert linkedin.posts[0]["visible"] == "Nytt"


def test_never_two_changes_of_one_post_at_once_and_all_in_their_order(out, linkedin, days, settings):
    changes.ask(out(), "update", days.now, "Ett")
    [first] = Change.claim(days.now, "worker", 1)
    changes.ask(out(), "update", days.now, "Två")
    assert due(days) == {}
    first.settle(Change.DONE, days.now)
    assert due(days) == {"done": 1}
    assert linkedin.posts[0]["visible"] == "Två"
    with pytest.raises(IntegrityError):
        Change.objects.bulk_create([Change(announcement=out(), kind="update", state="waiting") for _ in range(2)])


def test_a_later_change_takes_the_place_of_one_that_failed_and_of_one_that_waits(out, linkedin, days):
    changes.ask(out(), "update", days.now, "Ett")
    changes.ask(out(), "update", days.now, "Två")
    [second] = Change.claim(days.now, "worker", 1)
    changes.ask(out(), "update", days.now, "Tre")
    from social import changing
    from social.channels import NotSent
    from social.clock import Clock

    changing._fail(second, out(), NotSent("?"), Clock(days.now))
    assert sorted(Change.objects.values_list("text", "state")) == [
        ("Ett", "cancelled"),
        ("Tre", "waiting"),
        ("Två", "cancelled"),
    ]
    assert due(days) == {"done": 1}
    assert linkedin.posts[0]["visible"] == "Tre"


def test_a_removal_ends_what_waits_and_lets_nothing_after_it(out, linkedin, days):
    change_desk.take_away(out(), days.now)
    for act in (lambda: change_desk.change_text(out(), "Sent", days.now), lambda: change_desk.take_away(out(), days.now)):
        with pytest.raises(NotNow):
            act()
    due(days)
    with pytest.raises(NotNow):
        change_desk.change_text(out(), "Sent", days.now)
    assert Change.objects.count() == 1


def test_another_post_is_not_kept_waiting_by_one_that_fails(out, publish, linkedin, days, row):
    publish(title="Den andra")
    announce_due(days.now)
    linkedin.script("patch", "answer", status=500)
    first, second = Announcement.objects.order_by("pk")
    changes.ask(first, "update", days.now, "Ett")
    changes.ask(second, "update", days.now, "Två")
    assert due(days) == {"waiting": 1, "done": 1}


def test_a_removal_that_was_asked_for_while_nobody_knew_is_done_once_the_post_is_found(publish, linkedin, days, row):
    linkedin.script("create", "drop", "after")
    publish()
    days.work()
    changes.ask(row(), "delete", days.now)
    assert (row().state, due(days)) == ("unknown", {})
    assert days.work(31) == {"published": 1}
    assert due(days) == {"done": 1}
    assert (row().state, linkedin.posts) == ("removed", [])


def test_what_waits_for_a_post_that_never_came_out_is_closed(publish, linkedin, days, row):
    linkedin.script("create", "drop", "after")
    publish()
    days.work()
    changes.ask(row(), "delete", days.now)
    Announcement.objects.update(state="refused")
    assert due(days) == {}
    assert change().state == "cancelled"


def test_an_editors_text_stands_there_and_no_longer_follows_the_post(post, out, linkedin, days):
    change_desk.change_text(out(), "Eget (nytt)", days.now)
    due(days)
    edit(post, summary="Sedan")
    assert due(days) == {}
    assert (linkedin.posts[0]["visible"], out().own_text) == ("Eget (nytt)", "Eget (nytt)")


def test_the_posts_own_text_comes_back_and_follows_it_again(post, out, linkedin, days):
    change_desk.change_text(out(), "Eget", days.now)
    due(days)
    change_desk.change_text(out(), "", days.now)
    due(days)
    assert ("Först" in linkedin.posts[0]["visible"], out().own_text) == (True, "")
    edit(post, summary="Sedan")
    due(days)
    assert "Sedan" in linkedin.posts[0]["visible"]


@pytest.mark.parametrize("text", ["(" * 1501])
def test_an_editors_text_that_does_not_fit_is_refused_at_once(out, days, text):
    with pytest.raises(NotNow, match="3002"):
        change_desk.change_text(out(), text, days.now)
    with pytest.raises(NotNow, match="redan"):
        change_desk.change_text(out(), out().text, days.now)
    assert not Change.objects.exists()


def test_a_change_that_waits_can_be_stopped_and_one_that_is_being_done_cannot(out, linkedin, days):
    asked = change_desk.change_text(out(), "Eget", days.now)
    changes.cancel(asked, days.now)
    assert (due(days), change().state, out().own_text) == ({}, "cancelled", "")
    asked = change_desk.change_text(out(), "Eget", days.now)
    Change.claim(days.now, "worker", 1)
    with pytest.raises(NotNow):
        changes.cancel(asked, days.now)


def test_a_post_that_was_made_by_hand_is_left_to_those_hands(post, out, linkedin, days):
    Announcement.objects.update(wire="")
    with pytest.raises(NotNow, match="för hand"):
        change_desk.change_text(out(), "Eget", days.now)
    edit(post, summary="Sedan")
    assert not Change.objects.exists()
    change_desk.is_gone(out(), days.now)
    assert (out().state, out().last_error) == ("removed", "Borttaget för hand.")


def test_an_address_that_names_no_post_is_not_sent(out, linkedin, days):
    Announcement.objects.update(remote_id="urn:li:activity:7123456789012345678")
    change_desk.take_away(out(), days.now)
    assert due(days) == {"failed": 1}
    assert (out().state, linkedin.calls("delete")) == ("published", 0)


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_a_worker_that_was_overtaken_before_it_spoke_says_nothing(out, linkedin, days, monkeypatch, kind):
    def overtaken(*_):
        Change.objects.update(lease_owner="quick")
        return ""

    changes.ask(out(), kind, days.now, "Nytt")
    monkeypatch.setattr("social.changing.out_of_reach", overtaken)
    assert due(days) == {"lost": 1}
    assert (linkedin.calls("patch"), linkedin.calls("delete")) == (0, 0)


def test_what_waits_is_closed_at_once_when_somebody_says_that_the_post_is_gone(out, linkedin, days):
    changes.ask(out(), "update", days.now, "Nytt")
    change_desk.is_gone(out(), days.now)
    assert (change().state, change().last_error) == ("cancelled", "Borttaget för hand.")
    with pytest.raises(NotNow):
        change_desk.is_gone(out(), days.now)
