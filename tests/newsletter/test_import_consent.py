"""Whatever people, editors and imports do in whatever order: no import makes anybody active who left or was silenced."""

from datetime import timedelta

import hypothesis.strategies as st
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from newsletter import members
from newsletter.addresses import suppression_hash
from newsletter.importing import desk, import_due
from newsletter.models import Member, MemberImport, Subscription, Suppression
from tests.conftest import NOON
from tests.newsletter.stage import make_list

ADDRESSES = [f"p{number}@exempel.se" for number in range(3)]
NUMBERS = ["", "1", "2"]
ROWS = st.lists(
    st.tuples(st.sampled_from(ADDRESSES), st.sampled_from(NUMBERS), st.sampled_from(["", "Anna", "Bo"])), min_size=1, max_size=4
)


def reachable():
    """The addresses that would get the next letter, by list."""
    silenced = set(Suppression.objects.values_list("address_hash", flat=True))
    active = Subscription.objects.filter(state="subscribed", member__status=Member.ACTIVE).select_related("member")
    return {(row.list_id, row.member.ascii_address) for row in active if row.member.address_hash not in silenced}


class Histories(RuleBasedStateMachine):
    """Two lists, four addresses that members move between, and files with any of them in any order."""

    imports = Bundle("imports")

    @initialize()
    def begin(self):
        for model in (MemberImport, Subscription, Suppression):
            model.objects.all().delete()
        self.now = NOON
        self.lists = [make_list("a"), make_list("b")]
        for address, number in zip(ADDRESSES[:2], NUMBERS[1:], strict=True):
            found = Member.objects.create(address=address, membership_number=number)
            for mailing_list in self.lists:
                members.choose(found.pk, mailing_list.pk, "subscribed", self.now, source="own")
        # (list, address) → has left; list None: silenced everywhere. Only a person's own act takes it back.
        self.out: set[tuple[int | None, str]] = set()

        # One has left and got another address by hand before the history begins: old files still know the first.
        first = self.member(ADDRESSES[0])
        self.leaves(first, ADDRESSES[0])
        first.address = ADDRESSES[2]
        first.save()
        self.out |= {(mailing_list.pk, ADDRESSES[2]) for mailing_list in self.lists}

    def later(self):
        self.now += timedelta(minutes=1)
        return self.now

    def member(self, address):
        return members.find(address)

    def barred(self):
        everywhere = {address for key, address in self.out if key is None}
        return {(found.pk, address) for found in self.lists for address in everywhere} | self.out

    @rule(address=st.sampled_from(ADDRESSES), number=st.sampled_from(NUMBERS), place=st.integers(0, 1))
    def joins(self, address, number, place):
        found = self.member(address)
        if found is None:
            if (None, address) in self.out:
                return
            # A new person with an address that somebody else has left behind.
            found = Member.objects.create(address=address, membership_number=number)
            self.out -= {(mailing_list.pk, address) for mailing_list in self.lists}
        if found.status == Member.ACTIVE:
            members.choose(found.pk, self.lists[place].pk, "subscribed", self.later(), source="own")
            self.out.discard((self.lists[place].pk, address))

    @rule(which=st.integers(0, 2), how=st.sampled_from(["leaves"] * 4 + ["complains", "bounces", "is erased"]))
    def falls_silent(self, which, how):
        known = list(Member.objects.exclude(address="").order_by("pk").values_list("address", flat=True)) or ADDRESSES
        address = known[which % len(known)]
        found = self.member(address)
        if how == "complains":
            members.suppress(suppression_hash(address), "complaint", self.later())
        elif found is None:
            return
        elif how == "leaves":
            self.leaves(found, address)
        elif how == "bounces":
            Member.objects.filter(pk=found.pk).update(status=Member.BOUNCED)
        else:
            members.erase(found, self.later())
        if how != "leaves":
            self.out.add((None, address))

    def leaves(self, found, address):
        for mailing_list in self.lists:
            members.unsubscribe(found.pk, mailing_list.pk, self.later(), source="link")
            self.out.add((mailing_list.pk, address))

    @rule(which=st.integers(0, 2), to=st.integers(0, 2))
    def moves(self, which, to):
        """An editor changes an address by hand; what was known under the old one goes with the person."""
        active = list(Member.objects.filter(status=Member.ACTIVE).order_by("pk"))
        free = [address for address in ADDRESSES if self.member(address) is None and (None, address) not in self.out]
        if not active or not free:
            return
        found, new = active[which % len(active)], free[to % len(free)]
        own = {key for key, at in self.out if at == found.address and key is not None}
        found.address = new
        found.save()
        self.out -= {(mailing_list.pk, new) for mailing_list in self.lists}
        self.out |= {(key, new) for key in own}

    @rule(
        target=imports,
        rows=ROWS | st.just([(address, "", "") for address in ADDRESSES]),
        place=st.integers(0, 1),
        check_only=st.sampled_from([False, False, False, True]),
    )
    def file_comes(self, rows, place, check_only):
        text = "E-post;Medlemsnummer;Namn\n" + "".join(";".join(row) + "\n" for row in rows)
        source = desk.receive("f.csv", text.encode(), self.lists[place], self.later())
        desk.remap(source, ["address", "membership_number", "name"])
        self.work()
        if not check_only:
            self.start(source)
        return source

    @rule(source=imports)
    def starts(self, source):
        self.start(source)

    def start(self, source):
        source.refresh_from_db()
        if source.state == MemberImport.CHECKED:
            before = reachable()
            desk.start(source, self.later())
            self.work()
            self.nobody_is_back(before)

    @rule(source=imports)
    def is_undone(self, source):
        source.refresh_from_db()
        if desk.can_undo(source):
            before = reachable()
            desk.undo(source, self.later())
            self.work()
            self.nobody_is_back(before)

    def work(self):
        while import_due(self.later()):
            pass
        assert not MemberImport.objects.filter(state__in=("failed", "checking", "running", "undoing")).exists()
        connection.check_constraints()

    def nobody_is_back(self, before):
        assert not (reachable() - before) & self.barred()

    @invariant()
    def each_member_is_spelled_right(self):
        for member in Member.objects.exclude(status=Member.ERASED):
            assert member.address_hash == suppression_hash(member.ascii_address)


@pytest.mark.django_db(transaction=False)
def test_no_import_brings_anybody_back_in_any_history(db):
    from django.db import transaction

    class InOwnTransaction(Histories):
        def __init__(self):
            super().__init__()
            self.held = transaction.atomic()
            self.held.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.held.__exit__(None, None, None)

    run_state_machine_as_test(
        InOwnTransaction,
        settings=settings(
            max_examples=60, stateful_step_count=10, derandomize=True, suppress_health_check=list(HealthCheck)
        ),
    )
