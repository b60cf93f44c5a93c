"""Synthetic data: as much as was asked for, the same for the same seed, never among real people."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cms.models import Column
from deploy.loadgen import RealMembers, generate
from newsletter import mailings
from newsletter.models import Delivery, Mailing, Member, Subscription
from tests.newsletter.stage import make_member

pytestmark = pytest.mark.django_db


def people():
    return list(Member.objects.order_by("pk").values_list("name", "address", "role", "employer", "joined_on", "status"))


def test_as_much_as_was_asked_for_and_true_to_itself(home, now):
    made = generate(300, 3, 2, now)
    assert (made.members, made.posts, made.mailings, made.deliveries) == (300, 3, 2, 600)
    assert Subscription.objects.filter(list__slug=made.list, state="subscribed").count() == 300
    assert Column.objects.live().count() == 3
    for mailing in Mailing.objects.all():
        found, counted = mailings.report(mailing), mailings.report(mailing, counted=True)
        assert found == counted
        assert (found.state, found.frozen, sum(found.counts.values())) == ("sent", 300, 300)
        assert found.counts["accepted"] > 270
        assert found.counts["bounced"]
    member = Member.objects.order_by("pk").last()
    member.save()
    assert member.ascii_address.endswith("@loadgen.example")
    assert Member.objects.filter(address_hash=member.address_hash).count() == 1
    # More of it comes on top.
    generate(10, 1, 1, now)
    assert (Member.objects.count(), Column.objects.count(), Delivery.objects.count()) == (310, 4, 910)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_seed_makes_the_same_people(home, now):
    generate(20, 0, 0, now, seed=4)
    first = people()
    Member.tags.through.objects.all().delete()
    Subscription.objects.all().delete()
    Member.objects.all()._raw_delete("default")
    generate(20, 0, 0, now, seed=4)
    assert people() == first
    generate(20, 0, 0, now, seed=5)
    assert [name for name, *_rest in people()[20:]] != [name for name, *_rest in first]


def test_real_people_are_left_alone(home, now):
    make_member(1)
    with pytest.raises(RealMembers):
        generate(1, 1, 1, now)
    with pytest.raises(CommandError, match="real members"):
        call_command("loadgen", members=1)
    assert Member.objects.count() == 1
    out = StringIO()
    call_command("loadgen", members=2, mailings=1, json=True, among_real_members=True, stdout=out)
    assert json.loads(out.getvalue()) == {"members": 2, "posts": 0, "mailings": 1, "deliveries": 2, "list": "loadgen"}
