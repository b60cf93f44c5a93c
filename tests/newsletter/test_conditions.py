"""Trees of conditions: the database's answer is that of a plain evaluation, and nonsense is refused in words."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cms.models import Region
from newsletter import conditions, segments
from newsletter.conditions import BadConditions
from newsletter.models import Delivery, Member, MemberTag, Segment, Subscription
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db

ROLES = ["", "Ordförande", "ORDFÖRANDE", "vice ordförande", "100 % chef", "chef_a", "Å\\b", "kassör (adj.)"]
DAYS = ["2025-12-31", "2026-01-01", "2026-03-29", "2026-10-25"]
# Just before and just after midnight in Stockholm, where UTC is still on another day.
MOMENTS = [
    datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
    datetime(2026, 5, 1, tzinfo=UTC),
]


def people(now):
    """Forty members who differ in everything that a condition may ask, gaps included."""
    dice = random.Random(7)
    regions = [None, *(Region.objects.create(name=name, slug=name.lower()) for name in ("Skåne", "Halland"))]
    lists = [make_list("medlemmar"), make_list("press")]
    tags = [MemberTag.objects.create(name=name) for name in ("mentor", "styrelse")]
    mailings = [make_mailing(lists[0], now), make_mailing(lists[0], now), make_mailing(lists[1], now)]
    # Two mailings of one issue.
    type(mailings[0]).objects.filter(pk=mailings[2].pk).update(issue=mailings[0].issue)
    for number in range(40):
        member = make_member(
            number,
            region=dice.choice(regions),
            role=dice.choice(ROLES),
            employer=dice.choice(["", "Göteborgs stad", "GÖTEBORG"]),
            language=dice.choice(["sv", "en"]),
            joined_on=dice.choice([None, *(date.fromisoformat(day) for day in DAYS)]),
            status=dice.choice([Member.ACTIVE, Member.ACTIVE, Member.BOUNCED]),
        )
        Member.objects.filter(pk=member.pk).update(created_at=dice.choice(MOMENTS))
        member.tags.set(dice.sample(tags, dice.randrange(3)))
        for one in dice.sample(lists, dice.randrange(3)):
            state = dice.choice(["subscribed", "subscribed", "unsubscribed"])
            Subscription.objects.create(member=member, list=one, state=state, since=dice.choice(MOMENTS))
        for one in dice.sample(mailings, dice.randrange(4)):
            state = dice.choice(["accepted", "accepted", "complained", "bounced", "excluded", "waiting"])
            Delivery.objects.create(mailing=one, member=member, address=member.address, state=state)
    nested = {
        "any": [{"field": "role", "op": "contains", "value": "chef"}, {"not": {"field": "region", "op": "is_not", "value": 1}}]
    }
    return {
        "region": [region.pk for region in regions if region] + [999_999],
        "list": [one.pk for one in lists],
        "tag": [tag.pk for tag in tags],
        "issue": sorted({mailing.issue_id for mailing in type(mailings[0]).objects.all()}),
        "segment": [Segment.objects.create(name="Chefer", conditions=nested).pk],
    }


def leaves(keys):
    """One strategy per field of the vocabulary; a field that is missing here makes the test fail."""
    values = {
        **{kind: st.sampled_from(found) for kind, found in keys.items()},
        "text": st.sampled_from(["ordf", "ORDFÖR", "ö", "%", "_", "\\", "(adj", " chef ", "Göteborg", "zz"]),
        "date": st.sampled_from(DAYS),
        "status": st.sampled_from([status for status, _label in Member.STATUSES]),
        "language": st.sampled_from(["sv", "en", "fi"]),
    }
    made = []
    for name, field in conditions.FIELDS.items():
        parts = {"field": st.just(name), "op": st.sampled_from(sorted(field.ops)), "value": values[field.value]}
        made.append(st.fixed_dictionaries(parts | ({field.of: values[field.of]} if field.of else {})))
    return st.one_of(made)


def trees(keys):
    return st.recursive(
        leaves(keys),
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(inner, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=6,
    )


STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Plain:
    """What a tree means, without a database."""

    def __init__(self):
        self.members = {member.pk: member for member in Member.objects.prefetch_related("tags")}
        self.subscriptions = list(Subscription.objects.filter(state="subscribed"))
        self.got = {
            (row.member_id, row.mailing.issue_id)
            for row in Delivery.objects.select_related("mailing")
            if row.state in ("accepted", "complained")
        }

    def found(self, tree):
        return {key for key, member in self.members.items() if self.holds(tree, member)}

    def holds(self, tree, member):
        if "all" in tree:
            return all(self.holds(part, member) for part in tree["all"])
        if "any" in tree:
            return any(self.holds(part, member) for part in tree["any"])
        if "not" in tree:
            return not self.holds(tree["not"], member)
        yes = self.leaf(tree, member)
        return (
            not yes
            if tree["op"] in ("not_on", "is_not", "lacks", "before", "not_got", "not_in") and tree["field"] != "subscribed"
            else yes
        )

    def leaf(self, leaf, member):
        name, value = leaf["field"], leaf["value"]
        own = [row for row in self.subscriptions if row.member_id == member.pk]
        since = {row.list_id: row.since.astimezone(STOCKHOLM).date().isoformat() for row in own}
        answers = {
            "list": lambda: value in since,
            "subscribed": lambda: leaf["list"] in since and (since[leaf["list"]] >= value) == (leaf["op"] == "after"),
            "role": lambda: value.strip().lower() in member.role.lower(),
            "employer": lambda: value.strip().lower() in member.employer.lower(),
            "tag": lambda: value in {tag.pk for tag in member.tags.all()},
            "joined": lambda: (member.joined_on or member.created_at.astimezone(STOCKHOLM).date()).isoformat() >= value,
            "issue": lambda: (member.pk, value) in self.got,
            "segment": lambda: self.holds(Segment.objects.get(pk=value).conditions, member),
            "region": lambda: member.region_id == value,
        }
        return answers[name]() if name in answers else getattr(member, name) == value


def test_the_database_finds_whom_a_plain_evaluation_finds(now):
    keys = people(now)
    plain = Plain()

    @hypothesis_settings(max_examples=250, suppress_health_check=list(HealthCheck))
    @given(trees(keys))
    def agree(tree):
        frozen = segments.freeze(tree)
        found = set(Member.objects.filter(segments.compile(frozen)).values_list("pk", flat=True))
        assert found == plain.found(tree)
        # The same by way of the subscription, as a freeze asks.
        listed = Subscription.objects.filter(list_id=keys["list"][0], state="subscribed")
        through = listed.filter(segments.compile(frozen, "member__")).values_list("member_id", flat=True)
        assert set(through) == found & set(listed.values_list("member_id", flat=True))
        left_out = listed.filter(~segments.compile(frozen, "member__")).values_list("member_id", flat=True)
        assert sorted([*through, *left_out]) == sorted(listed.values_list("member_id", flat=True))

    agree()


def test_not_in_a_region_includes_those_without_one(now):
    skane = Region.objects.create(name="Skåne", slug="skane")
    make_member(1, region=skane)
    nowhere = make_member(2)
    for tree in (
        {"field": "region", "op": "is_not", "value": skane.pk},
        {"not": {"field": "region", "op": "is", "value": skane.pk}},
        {"not": {"all": [{"field": "region", "op": "is", "value": skane.pk}]}},
    ):
        assert list(Member.objects.filter(segments.compile(tree))) == [nowhere]


ROLE = {"field": "role", "op": "contains", "value": "chef"}


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        "all",
        {},
        {"all": {}},
        {"all": [None]},
        {"not": []},
        {"all": [], "any": []},
        {"some": []},
        {"field": "password", "op": "is", "value": "x"},
        {"field": ["role"], "op": "contains", "value": "x"},
        {"field": "role", "op": "is", "value": "x"},
        {"field": "role", "op": ["contains"], "value": "x"},
        {"field": "role", "op": "contains"},
        {"field": "role", "op": "contains", "value": "  "},
        {"field": "role", "op": "contains", "value": "\x00"},
        {"field": "role", "op": "contains", "value": "x" * 201},
        {"field": "region", "op": "is", "value": "1"},
        {"field": "region", "op": "is", "value": True},
        {"field": "region", "op": "is", "value": 2**63},
        {"field": "joined", "op": "after", "value": "i går"},
        {"field": "status", "op": "is", "value": "lurking"},
        {"field": "subscribed", "op": "after", "value": "2026-01-01"},
        {**ROLE, "more": 1},
        {"all": [ROLE] * 101},
        {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": ROLE}}}}}}}}},
    ],
)
def test_nonsense_is_refused_in_words(tree):
    with pytest.raises(BadConditions, match=r"\w+ \w+"):
        conditions.compile(tree)


def test_a_segment_cannot_contain_itself():
    first = Segment.objects.create(name="A")
    second = Segment.objects.create(name="B", conditions={"field": "segment", "op": "in", "value": first.pk})
    first.conditions = {"all": [ROLE, {"not": {"field": "segment", "op": "in", "value": second.pk}}]}
    with pytest.raises(BadConditions):
        segments.frozen(first)
    with pytest.raises(BadConditions):
        segments.freeze({"field": "segment", "op": "in", "value": 12345})
    with pytest.raises(BadConditions):
        conditions.compile({"field": "segment", "op": "in", "value": first.pk})


def test_later_edits_do_not_reach_a_frozen_segment():
    inner = Segment.objects.create(name="Chefer", conditions=ROLE)
    outer = Segment.objects.create(name="Utom chefer", conditions={"field": "segment", "op": "not_in", "value": inner.pk})
    kept = segments.frozen(outer)
    Segment.objects.filter(pk=inner.pk).update(conditions={"any": []}, name="Inga")
    make_member(1, role="Chef")
    other = make_member(2, role="Kassör")
    assert list(Member.objects.filter(segments.compile(kept["conditions"]))) == [other]


def test_days_begin_in_stockholm():
    assert conditions.midnight("2026-03-29").astimezone(UTC) - datetime(2026, 3, 28, 23, tzinfo=UTC) == timedelta(0)
    assert conditions.midnight("2026-03-30").astimezone(UTC) - datetime(2026, 3, 29, 22, tzinfo=UTC) == timedelta(0)
