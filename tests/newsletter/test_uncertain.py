"""Letters in doubt and mail servers in the admin: seen by name, decided by people, and every act in the log."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from newsletter import mailings, tallies, uncertain
from newsletter.models import Delivery, Mailing, RelayState
from newsletter.progress import progress
from tests.newsletter.stage import make_list, make_mailing, make_members

pytestmark = pytest.mark.django_db
PAGE = "/admin/snippets/newsletter/mailing/uncertain/"
RELAYS = "/admin/snippets/newsletter/relaystate/"


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def looker(client, django_user_model):
    """Somebody who may look and nothing else."""
    from django.contrib.auth.models import Permission

    user = django_user_model.objects.create_user("siv", "siv@example.se", "siv-looks")
    user.user_permissions.set(Permission.objects.filter(codename__in=("access_admin", "view_mailing")))
    client.force_login(user)
    return client


@pytest.fixture
def doubts(now):
    """Two mailings: 60 letters of the first are in doubt, one of the second, which is cancelled."""
    mailing_list = make_list()
    people = make_members(60, mailing_list, now)
    first = make_mailing(mailing_list, now, state=Mailing.SENDING, frozen_at=now, frozen_count=60)
    second = make_mailing(mailing_list, now, state=Mailing.CANCELLED, frozen_at=now, frozen_count=1)
    said = {"state": "uncertain", "relay": "a", "last_reply": "the answer was lost"}
    Delivery.objects.bulk_create(Delivery(mailing=first, member=one, address=one.address, **said) for one in people)
    Delivery.objects.create(mailing=second, member=people[0], address=people[0].address, **said)
    return first, second


def acts():
    return list(ModelLogEntry.objects.filter(action__startswith="newsletter.").values_list("action", "user__username"))


def test_they_are_listed_by_name_a_page_at_a_time(doubts, desk, home, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page = uncertain.in_doubt()
    assert (page.total, len(page.rows)) == (61, 50)
    assert (page.rows[0].mailing, page.rows[0].can_resend) == (doubts[1], False), "the newest first"
    rest = uncertain.in_doubt(uncertain.read_key(page.after))
    assert (len(rest.rows), rest.after) == (11, None)
    assert {row.key for row in page.rows} & {row.key for row in rest.rows} == set()
    html = desk.get(PAGE).content.decode()
    assert "61 brev är osäkra" in html
    assert "Medlem 5" in html
    assert "the answer was lost" in html
    assert f"?after={page.after}" in html
    assert "Medlem 59" in desk.get(PAGE + f"?after={page.after}").content.decode()


def test_nothing_in_doubt_says_so(desk, home):
    assert "Inget brev är osäkert" in desk.get(PAGE).content.decode()


@pytest.mark.parametrize("key", ["", "1", "1-x", "x-1", "-", "1-2-3", "9" * 60 + "-1"])
def test_a_broken_key_is_refused(desk, home, key):
    assert desk.post(PAGE + "leave/", {"row": key}).status_code == 400


def test_one_or_many_are_decided_and_each_act_is_logged(doubts, desk, home, eva):
    first = doubts[0]
    keys = [row.key for row in uncertain.in_doubt(limit=100).rows if row.mailing == first]
    answer = desk.post(PAGE + "leave/", {"one": keys[0], "row": keys[1:4]}, follow=True)
    assert "1 brev lämnas som det är" in answer.content.decode(), "a row's own button is about that row alone"
    answer = desk.post(PAGE + "resend/", {"row": [*keys[1:4], keys[0]]}, follow=True).content.decode()
    assert "3 brev skickas igen" in answer
    assert "inte längre osäker" in answer, "the one that was left meanwhile is told of"
    counts = mailings.report(first).counts
    assert (counts["left"], counts["waiting"], counts["uncertain"]) == (1, 3, 56)
    assert acts() == [("newsletter.resend", "eva")] * 3 + [("newsletter.leave", "eva")]
    assert tallies.recount(first.pk, timezone.now()), "the tally was true"


def test_nobody_ticked_changes_nothing(doubts, desk, home):
    desk.post(PAGE + "resend/", {})
    assert uncertain.total() == 61


def test_what_has_ended_can_only_be_left(doubts, eva, now):
    key = (doubts[1].pk, Delivery.objects.get(mailing_id=doubts[1].pk).member_id)
    done, why = uncertain.decide(uncertain.SEND_AGAIN, [key], now, eva)
    assert (done, len(why)) == (0, 1)
    assert uncertain.decide(uncertain.LET_BE, [key], now, eva) == (1, [])


def test_looking_is_not_deciding(doubts, looker, home):
    page = looker.get(PAGE)
    assert page.status_code == 200
    assert "resend" not in page.content.decode()
    key = f"{doubts[0].pk}-1"
    assert looker.post(PAGE + "leave/", {"row": key}).status_code in {302, 403}
    assert looker.get(PAGE + "leave/").status_code in {302, 403, 405}
    assert uncertain.total() == 61


def test_every_act_on_a_mailing_is_logged_with_its_user(now, eva):
    mailing = make_mailing(make_list(), now)
    mailings.pause(mailing, eva)
    mailings.resume(mailing, now, eva)
    mailings.cancel(mailing, now, eva)
    with pytest.raises(mailings.WrongState):
        mailings.pause(mailing, eva)
    assert sorted(acts()) == [(f"newsletter.{act}", "eva") for act in ("cancel", "pause", "resume")]


def test_a_mail_server_is_tried_left_out_and_taken_back(desk, home, settings, now):
    settings.MAIL_RELAYS = ["memory://one?name=a&connections=3&per_second=50", "memory://two?name=b"]
    state = RelayState.objects.create(name="a", failures=3, rests_until=timezone.now() + timedelta(minutes=5))
    RelayState.objects.create(name="b")
    page = desk.get(RELAYS).content.decode()
    for words in ("Vilar till kl.", "efter 3 misslyckade försök", "Fungerar", "0 av 3", "50 i sekunden", "Försök nu"):
        assert words in page
    assert desk.get(f"{RELAYS}{state.pk}/out/").status_code == 405
    for act, words in (("try", "Provas med en anslutning"), ("out", "Tagen ur bruk"), ("in", "Provas med en anslutning")):
        assert words in desk.post(f"{RELAYS}{state.pk}/{act}/", follow=True).content.decode()
    assert sorted(acts()) == [(f"newsletter.relay_{act}", "eva") for act in ("in", "out", "try")]


def test_no_mail_server_is_told(desk, home, settings):
    settings.MAIL_RELAYS = []
    assert "MAIL_RELAYS" in desk.get(RELAYS).content.decode()


def test_progress_reads_the_tally_and_tells_of_mail_servers(now, settings, django_assert_max_num_queries):
    settings.MAIL_RELAYS = ["memory://one?name=a"]
    mailing_list = make_list()
    people = make_members(9, mailing_list, now)
    mailing = make_mailing(mailing_list, now, state=Mailing.SENDING, frozen_at=now, frozen_count=9)
    states = ["accepted"] * 4 + ["waiting"] * 3 + ["refused", "excluded"]
    for person, state in zip(people, states, strict=True):
        reason = {"refused": "hard", "excluded": "unsubscribed"}.get(state, "")
        relay = "ab"[person.pk % 2] if state == "accepted" else ""
        Delivery.objects.create(mailing=mailing, member=person, address="", state=state, reason=reason, relay=relay)
    RelayState.objects.create(name="a", failures=1, rests_until=now + timedelta(minutes=5))
    with django_assert_max_num_queries(12):
        far = progress(mailing, now)
    assert far.report.counts["accepted"] == 4
    assert sorted(far.relays) == [("a", 2), ("b", 2)]
    assert [problem.count for problem in far.problems] == [1, 1]
    assert far.troubles[0].startswith("a: vilar till")
    assert "Ingen e-postserver fungerar" in far.troubles[1]
    Mailing.objects.update(state=Mailing.HELD)
    mailing.refresh_from_db()
    assert "Fortsätt" in progress(mailing, now).advice


def test_the_tally_is_folded_and_mended(now):
    mailing_list = make_list()
    people = make_members(60, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    for person in people:
        Delivery.objects.create(mailing=mailing, member=person, address="", state="waiting")
    from newsletter.models import Tally

    Tally.objects.update(at=now)
    before = tallies.states([mailing.pk])
    tallies.fold_due(now + timedelta(minutes=5))
    assert Tally.objects.count() == 1
    assert tallies.states([mailing.pk]) == before == {mailing.pk: {"waiting": 60}}
    Tally.objects.update(count=59)
    assert not tallies.recount(mailing.pk, now)
    assert tallies.states([mailing.pk]) == before
