"""Who is in a mailing: the definition that is frozen, whom the freeze spares, and corrections."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import Region
from newsletter import audience, corrections, ledger, mailings, members
from newsletter.audience import freeze_slice
from newsletter.models import Delivery, Issue, Mailing, Member, Segment, Subscription
from tests.newsletter import newsroom
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.processes import until, world

pytestmark = pytest.mark.django_db

CHAIRS = {"field": "role", "op": "contains", "value": "ordförande"}


def frozen(mailing, now, size=7):
    """Freeze a mailing to its end; return each member's reason, "" for who gets it."""
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.PREPARING)
    mailing.refresh_from_db()
    while not freeze_slice(mailing, now, size):
        pass
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    assert mailing.frozen_count == rows.count()
    return dict(rows.values_list("member_id", "reason"))


def meant_for(mailing_list, now, issue=None, **definition):
    """Make a mailing with an audience, of `issue` or one of its own."""
    meant = audience.definition(mailing_list, **definition)
    mailing = make_mailing(mailing_list, now, audience=meant, corrects=definition.get("corrects"))
    if issue is not None:
        Mailing.objects.filter(pk=mailing.pk).update(issue=issue, audience_key=audience.key(meant))
    return mailing


def chairs(mailing_list, now):
    """Twenty members, of whom three preside, one of them with the press's tag of honour: a region."""
    press = Region.objects.create(name="Pressen", slug="pressen")
    people = make_members(20, mailing_list, now)
    Member.objects.filter(pk__in=[people[number].pk for number in (3, 9, 19)]).update(role="Vice Ordförande")
    Member.objects.filter(pk=people[9].pk).update(region=press)
    return people, press


def test_only_who_is_meant_stands_in_the_ledger(now):
    mailing_list = make_list()
    people, press = chairs(mailing_list, now)
    only = Segment.objects.create(name="Ordförande", conditions=CHAIRS)
    but_not = Segment.objects.create(name="Press", conditions={"field": "region", "op": "is", "value": press.pk})
    mailing = meant_for(mailing_list, now, segment=only, left_out=but_not)
    assert audience.count(mailing.audience) == 2
    assert frozen(mailing, now) == {people[3].pk: "", people[19].pk: ""}


def test_the_frozen_definition_is_sent_to_not_the_edited_segment(now):
    mailing_list = make_list()
    people, _press = chairs(mailing_list, now)
    only = Segment.objects.create(name="Ordförande", conditions=CHAIRS)
    mailing = meant_for(mailing_list, now, segment=only)
    Segment.objects.filter(pk=only.pk).update(conditions={"all": []})
    type(mailing_list).objects.filter(pk=mailing_list.pk).update(slug="omdopt")
    assert set(frozen(mailing, now)) == {people[number].pk for number in (3, 9, 19)}


def test_who_cannot_be_mailed_is_not_counted_but_stands_there(now):
    mailing_list = make_list()
    people = make_members(4, mailing_list, now)
    Member.objects.filter(pk=people[0].pk).update(status=Member.BOUNCED)
    members.suppress(people[1].address_hash, "complaint", now)
    members.unsubscribe(people[2].pk, mailing_list.pk, now, source="test")
    mailing = meant_for(mailing_list, now)
    assert audience.count(mailing.audience) == 1
    assert set(audience.people(mailing.audience).values_list("member_id", flat=True)) == {people[n].pk for n in (0, 1, 3)}
    assert frozen(mailing, now) == {people[0].pk: "bounced", people[1].pk: "suppressed", people[3].pk: ""}


def test_the_key_follows_the_meaning():
    mailing_list = make_list()
    only = Segment.objects.create(name="Ordförande", conditions=CHAIRS)
    meant = audience.definition(mailing_list, only)
    assert audience.key(meant) == audience.key(dict(reversed(meant.items())))
    assert len(audience.key(meant)) == 64
    other = audience.definition(mailing_list, None, only)
    only.conditions = {"not": CHAIRS}
    assert len({audience.key(one) for one in (meant, other, audience.definition(mailing_list, only))}) == 3


def test_the_audience_in_words(now):
    mailing_list = make_list()
    mailing = make_mailing(mailing_list, now)
    only, but_not = (Segment.objects.create(name=name) for name in ("Ordförande i Västra Götaland", "Press"))
    said = audience.in_words(audience.definition(mailing_list, only, but_not))
    assert said == "FSS nyhetsbrev, bara Ordförande i Västra Götaland, men inte Press"
    assert audience.in_words(audience.definition(mailing_list)) == "FSS nyhetsbrev"
    corrected = audience.in_words(audience.definition(mailing_list, corrects=mailing))
    assert corrected == "FSS nyhetsbrev, bara de som fick ”Nytt från föreningen: <3 & mer”"


def test_nobody_gets_an_issue_by_two_mailings(now):
    first_list, second_list = make_list("a"), make_list("b")
    people = make_members(12, first_list, now)
    Subscription.objects.bulk_create(Subscription(member=member, list=second_list) for member in people)
    first = meant_for(first_list, now)
    frozen(first, now)
    by_state = dict(zip([state for state, _label in Delivery.STATES], people, strict=False))
    for state, member in by_state.items():
        Delivery.objects.filter(mailing_id=first.pk, member_id=member.pk).update(state=state)
    second = frozen(meant_for(second_list, now, issue=first.issue), now)
    missed = {by_state[state].pk for state in ("excluded", "cancelled", "refused", "bounced")}
    assert {member for member, reason in second.items() if reason == ""} == missed
    assert {reason for member, reason in second.items() if member not in missed} == {"duplicate"}


def test_what_a_cancelled_mailing_had_waiting_spares_nobody(now):
    first_list, second_list = make_list("a"), make_list("b")
    people = make_members(3, first_list, now)
    Subscription.objects.bulk_create(Subscription(member=member, list=second_list) for member in people)
    first = meant_for(first_list, now)
    frozen(first, now)
    Delivery.objects.filter(member_id=people[0].pk).update(state="accepted")
    # Cancelled this moment; the rows follow in slices.
    Mailing.objects.filter(pk=first.pk).update(state=Mailing.CANCELLED)
    second = frozen(meant_for(second_list, now, issue=first.issue), now)
    assert second == {people[0].pk: "duplicate", people[1].pk: "", people[2].pk: ""}


def test_at_most_one_a_month(now):
    mailing_list, other_list = make_list("a"), make_list("b")
    people = make_members(5, mailing_list, now)
    Subscription.objects.filter(list=mailing_list).exclude(member=people[4]).update(frequency=Subscription.SELDOM)
    elsewhere = meant_for(other_list, now)
    earlier = meant_for(mailing_list, now)
    Mailing.objects.update(frozen_at=now - timedelta(days=28), state=Mailing.SENT)
    rows = [
        (people[0], earlier, "accepted", 26),  # has had it
        (people[1], earlier, "accepted", 28),  # long ago
        (people[2], earlier, "refused", 2),  # never got it
        (people[3], elsewhere, "accepted", 2),  # from another list
        (people[4], earlier, "accepted", 2),  # wants every issue
    ]
    for member, mailing, state, days in rows:
        settled = now - timedelta(days=days)
        Delivery.objects.create(mailing=mailing, member=member, address=member.address, state=state, settled_at=settled)
    reasons = frozen(meant_for(mailing_list, now), now)
    assert reasons == {people[0].pk: "frequency"} | {person.pk: "" for person in people[1:]}
    assert frozen(meant_for(mailing_list, now, corrects=earlier), now)[people[0].pk] == ""


@pytest.fixture
def sent(now):
    """A mailing that is over, with a member in every state that a row ends in."""
    mailing_list = make_list()
    states = ["accepted", "uncertain", "left", "bounced", "complained", "refused", "excluded", "cancelled"]
    people = dict(zip(states, make_members(len(states), mailing_list, now), strict=True))
    mailing = meant_for(mailing_list, now)
    frozen(mailing, now)
    for state, member in people.items():
        Delivery.objects.filter(mailing_id=mailing.pk, member_id=member.pk).update(state=state)
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.CANCELLED)
    mailing.refresh_from_db()
    return mailing, people


def test_a_correction_goes_to_exactly_those_who_got_the_letter(sent, now, eva):
    mailing, people = sent
    newsroom.association()
    make_members(3, mailing.list, now, first=100)
    issue = corrections.draft(mailing, eva)
    assert issue.subject == "Rättelse: Nytt från föreningen: <3 & mer"
    assert not issue.approved
    assert corrections.count(mailing) == 3
    issue.content = [("text", "<p>Det stod fel dag.</p>")]
    issue.save_revision(user=eva).publish()
    correction = mailings.start_mailing(Issue.objects.get(pk=issue.pk), mailing.list, now, eva, now=now)
    assert correction.corrects == mailing
    members.unsubscribe(people["left"].pk, mailing.list_id, now, source="test")
    assert frozen(correction, now) == {people["accepted"].pk: "", people["uncertain"].pk: ""}


def test_what_cannot_be_corrected(sent, now, eva):
    mailing, _people = sent
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    corrected = corrections.draft(mailing, eva)
    with pytest.raises(corrections.CannotCorrect, match="samma lista"):
        corrections.check_start(corrected, make_list("annan"))
    rows.filter(state="refused").update(state="waiting")
    with pytest.raises(corrections.CannotCorrect, match="pågår ännu"):
        corrections.draft(mailing)
    with pytest.raises(corrections.CannotCorrect, match="pågår ännu"):
        corrections.check_start(corrected, mailing.list)
    rows.update(state="excluded")
    with pytest.raises(corrections.CannotCorrect, match="Ingen fick brevet"):
        corrections.draft(mailing)
    with pytest.raises(corrections.CannotCorrect, match="Ingen har fått brevet än"):
        corrections.draft(meant_for(mailing.list, now))
    assert Issue.objects.filter(corrects=mailing).count() == 1


def test_an_issue_with_a_broken_segment_does_not_start(now, eva):
    mailing_list = make_list()
    newsroom.association()
    issue = newsroom.issue([], mailing_list=mailing_list)
    issue.segment = Segment.objects.create(name="Trasigt", conditions={"field": "role"})
    issue.save_revision(user=eva).publish()
    with pytest.raises(mailings.CannotStart, match="Ett villkor är inte färdigt"):
        mailings.start_mailing(issue, mailing_list, now, eva)


@pytest.mark.parametrize("size", [4, 7])
@pytest.mark.parametrize("moment", ["look", "insert"])
def test_who_subscribes_during_a_slice_pushes_nobody_out(now, size, moment):
    mailing_list = make_list()
    people = [member.pk for member in make_members(6, mailing_list, now)]
    back = Subscription.objects.filter(member_id=people[1])
    back.update(state=Subscription.UNSUBSCRIBED)

    def meanwhile(execute, sql, params, many, context):
        looks = sql.startswith("SELECT") and 'FROM "newsletter_subscription"' in sql
        if moment == "insert" and sql.startswith("INSERT INTO") and "newsletter_delivery" in sql:
            back.update(state=Subscription.SUBSCRIBED)
        found = execute(sql, params, many, context)
        if moment == "look" and looks:
            back.update(state=Subscription.SUBSCRIBED)
        return found

    mailing = meant_for(mailing_list, now)
    with connection.execute_wrapper(meanwhile):
        assert set(frozen(mailing, now, size)) == set(people)


PREPARE = """
from datetime import UTC, datetime
from newsletter.models import Mailing, Subscription
from tests.newsletter.stage import *
now = datetime(2026, 3, 6, 11, tzinfo=UTC)
lists = [make_list("a"), make_list("b")]
people = make_members({people}, lists[0], now)
Subscription.objects.bulk_create(Subscription(member=member, list=lists[1]) for member in people)
for one in lists:
    make_mailing(one, now)
first = Mailing.objects.order_by("pk").first()
Mailing.objects.update(issue=first.issue, state="preparing")
"""
FREEZE = """
import time
from datetime import UTC, datetime
from pathlib import Path
from newsletter.audience import freeze_slice
from newsletter.models import Mailing
mailing = Mailing.objects.order_by("pk")[{number}]
print("ready", flush=True)
while not Path({go!r}).exists():
    time.sleep(0.001)
while not freeze_slice(mailing, datetime(2026, 3, 6, 12, tzinfo=UTC), 10):
    pass
"""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_freezes_of_an_issue_at_the_same_time_share_the_people(tmp_path):
    people = 300
    with world(tmp_path) as house:
        house.ask(PREPARE.format(people=people))
        go = tmp_path / "go"
        freezing = [house.python(FREEZE.format(number=number, go=str(go))) for number in (0, 1)]
        for process in freezing:
            assert process.stdout.readline() == "ready\n"
        go.touch()
        until(lambda: all(process.poll() is not None for process in freezing), 60)
        for process in freezing:
            assert process.communicate()[0] == ""
        rows = house.query("SELECT mailing_id, member_id, state, reason FROM newsletter_delivery")
    assert len(rows) == 2 * people
    assert {(state, reason) for _mailing, _member, state, reason in rows} == {("waiting", ""), ("excluded", "duplicate")}
    gets = [member for _mailing, member, state, _reason in rows if state == "waiting"]
    assert len(gets) == len(set(gets)) == people


def test_a_claim_goes_by_keys_after_the_freeze_of_many(now, monkeypatch):
    monkeypatch.setattr(audience, "MANY", 1)
    mailing_list = make_list()
    make_members(300, mailing_list, now)
    mailing = meant_for(mailing_list, now)
    frozen(mailing, now, 1_000)
    with CaptureQueriesContext(connection) as asked:
        assert len(ledger.claim(mailing, "a", "us", now, 20).rows) == 20
    told = {}
    for query in asked.captured_queries:
        if query["sql"].startswith(("UPDATE", "SELECT")) and ("json_each" in query["sql"] or "ANY(" in query["sql"]):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + "QUERY PLAN " * (connection.vendor == "sqlite") + query["sql"].replace("%", "%%"))
                told[query["sql"]] = "\n".join(str(row) for row in cursor.fetchall())
    assert told
    # By these indexes a claim would walk through the whole mailing, and the whole list.
    assert {sql: plan for sql, plan in told.items() if "delivery_due" in plan or "subscribers_of_a_list" in plan} == {}
