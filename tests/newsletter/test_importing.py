"""Members from files: read as they come, checked, done in slices, undone; nobody is brought back."""

import io
from datetime import date, timedelta

import pytest
from django.db import connection

from cms.models import Region
from newsletter import members
from newsletter.importing import desk, import_due, keeping, work
from newsletter.importing.story import in_words
from newsletter.models import (
    Delivery,
    EarlierAddress,
    ImportedRow,
    Member,
    MemberImport,
    MemberTag,
    Subscription,
    SubscriptionChange,
)
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailing_list():
    return make_list()


@pytest.fixture
def take(mailing_list, now):
    """Take a CSV in, check it, and go on as far as `to`: `take(text, to="checked"|"done"|"undone")`."""

    def go(text, to="done", name="m.csv", at=None):
        source = desk.receive(
            name, text if isinstance(text, bytes) else text.encode(), mailing_list, at or now, wording="Stadgarna"
        )
        desk.remap(source, source.mapping["layout"]["columns"])
        import_due(at or now)
        source.refresh_from_db()
        if to != "checked":
            desk.start(source, at or now)
            import_due(at or now)
        source.refresh_from_db()
        return source

    return go


def acts(source):
    return list(source.lines.order_by("number").values_list("number", "act"))


def test_a_workbook_s_dates_numbers_and_formulas(tmp_path, take, mailing_list):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["E-post", "Namn", "Medlemsnummer", "Medlem sedan", "Roll"])
    book.active.append(["mia@exempel.se", "Mia", 17.0, date(2020, 5, 1), "=1+1"])
    book.active.append([None, None, None, None, None])
    book.active.append(["otto@exempel.se", "Otto", "0017", "1 maj 2021", "#N/A"])
    file = io.BytesIO()
    book.save(file)
    source = take(file.getvalue(), name="m.xlsx")
    rows = list(Member.objects.order_by("pk").values_list("membership_number", "joined_on", "role"))
    assert [(number, str(joined), role) for number, joined, role in rows] == [
        ("17", "2020-05-01", ""),
        ("0017", "2021-05-01", ""),
    ]
    assert acts(source) == [(2, "new"), (4, "new")]


FILE = """E-post;Namn;Medlemsnummer;Region;Medlem sedan;Etiketter
m1@exempel.se;Mia Ny;1;Skåne;2020;Styrelse, nätverk
M1@EXEMPEL.se;Dubbel;;;;
ny@bücher.example;Ny;2;Atlantis;igår;
NY@xn--bcher-kva.example;Samma;;;;
fel;Fel;;;;
;Utan;;;;
m2@exempel.se;Medlem 2;;;;
m3@exempel.se;Medlem 3;;;;
spam@exempel.se;Spam;;;;
annan@exempel.se;Samma nummer;2;;;
"""


def test_the_dry_run_tells_all_and_changes_nothing(take, mailing_list, now):
    Region.objects.get_or_create(name="Skåne", defaults={"slug": "skane"})
    MemberTag.objects.create(name="styrelse")
    make_member(1, mailing_list, now)
    left = make_member(2, mailing_list, now)
    members.unsubscribe(left.pk, mailing_list.pk, now, source="test")
    make_member(3, mailing_list, now)
    from newsletter.addresses import suppression_hash

    members.suppress(suppression_hash("spam@exempel.se"), "complaint", now)
    before = (Member.objects.count(), SubscriptionChange.objects.count(), MemberTag.objects.count())
    source = take(FILE, to="checked")
    assert (Member.objects.count(), SubscriptionChange.objects.count(), MemberTag.objects.count()) == before
    lines = {line.number: line for line in source.lines.all()}
    assert acts(source) == [
        (2, "changed"), (3, "refused"), (4, "new"), (5, "refused"), (6, "refused"), (7, "refused"),
        (8, "stays_out"), (9, "unchanged"), (10, "stays_out"), (11, "refused"),
    ]  # fmt: skip
    assert lines[2].changes == {
        "name": ["Medlem 1", "Mia Ny"],
        "membership_number": ["", "1"],
        "region": ["", "Skåne"],
        "joined_on": ["", "2020-01-01"],
        "tags": [[], ["Styrelse", "nätverk"]],
    }
    assert "rad 2" in lines[3].reason
    assert "rad 4" in lines[5].reason
    assert "Atlantis" in lines[4].reason
    assert "igår" in lines[4].reason
    assert "2026-03-06" in lines[8].reason
    assert "skräppost" in lines[10].reason
    assert (source.state, source.rows, source.counts["plan"]["refused"]) == ("checked", 10, 5)


def test_what_was_told_is_done_and_undone(take, mailing_list, now):
    Region.objects.get_or_create(name="Skåne", defaults={"slug": "skane"})
    mia = make_member(1, mailing_list, now)
    source = take(FILE)
    mia.refresh_from_db()
    assert (mia.name, mia.region.name, str(mia.joined_on)) == ("Mia Ny", "Skåne", "2020-01-01")
    assert sorted(mia.tags.values_list("name", flat=True)) == ["Styrelse", "nätverk"]
    new = Member.objects.get(ascii_address="ny@xn--bcher-kva.example")
    choice = Subscription.objects.get(member=new)
    assert (choice.state, choice.source, choice.wording) == ("subscribed", f"import {source.pk}: m.csv", "Stadgarna")
    assert source.state == "done"
    assert bytes(source.content) == b""

    desk.undo(source, now)
    import_due(now)
    source.refresh_from_db()
    mia.refresh_from_db()
    assert (mia.name, mia.region, mia.joined_on, mia.tags.count()) == ("Medlem 1", None, None, 0)
    assert (source.state, list(Member.objects.all())) == ("undone", [mia])
    assert Subscription.objects.get().member == mia
    again = take(FILE)
    assert again.counts["done"]["new"] == source.counts["done"]["new"], "the right file can be imported after an undo"


def test_only_a_number_or_a_day_of_joining_makes_a_member_and_an_undo_takes_it_back(take, now):
    for name in ("b", "c", "d"):
        Member.objects.create(address=f"{name}@exempel.se", is_member=False)
    rows = "a@exempel.se;;\nb@exempel.se;;\nc@exempel.se;17;\nd@exempel.se;18;\ne@exempel.se;;2020\n"
    source = take("E-post;Medlemsnummer;Medlem sedan\n" + rows)
    members_now = Member.objects.filter(is_member=True).order_by("address").values_list("address", flat=True)
    assert list(members_now) == ["c@exempel.se", "d@exempel.se", "e@exempel.se"]
    changes = source.lines.get(address="c@exempel.se").changes
    assert changes["is_member"] == [False, True]
    assert "Medlem i föreningen: ja" in in_words(changes)
    take("E-post;Medlem sedan\nd@exempel.se;2021\n", name="other.csv")
    desk.undo(source, now)
    import_due(now)
    assert list(members_now.all()) == ["d@exempel.se"], "a later import knows d as a member"
    assert not Member.objects.exclude(membership_number="").exists()


def test_an_undo_keeps_whom_another_import_knows(take, now):
    first = take("E-post;Namn\nanna@exempel.se;Anna\nbo@exempel.se;Bo\n")
    other = take("E-post;Namn\nanna@exempel.se;Anna\n", to="checked", name="other.csv")
    desk.undo(first, now)
    import_due(now)
    first.refresh_from_db()
    connection.check_constraints()
    assert (first.state, first.why) == ("undone", "")
    assert list(Member.objects.values_list("name", flat=True)) == ["Anna"]
    assert other.lines.get().member == Member.objects.get()


def test_an_undo_leaves_what_happened_since(take, mailing_list, now):
    changed = make_member(9, mailing_list, now)
    source = take("E-post;Namn\na@exempel.se;A\nb@exempel.se;B\nc@exempel.se;C\nd@exempel.se;D\nm9@exempel.se;Nio\n")
    mailed, left, edited, untouched = (Member.objects.get(address=f"{name}@exempel.se") for name in "abcd")
    Delivery.objects.create(mailing=make_mailing(mailing_list, now), member=mailed, address=mailed.address, state="accepted")
    members.unsubscribe(left.pk, mailing_list.pk, now, source="link")
    Member.objects.filter(pk=edited.pk).update(name="Cecilia")
    Member.objects.filter(pk=changed.pk).update(name="Tio")
    assert desk.cannot_be_undone(source) == {"rows": 5, "new": 4, "mailed": 1}
    desk.undo(source, now)
    import_due(now)
    source.refresh_from_db()
    states = dict(Subscription.objects.values_list("member__address", "state"))
    assert states == {"a@exempel.se": "unsubscribed", "b@exempel.se": "unsubscribed", "m9@exempel.se": "subscribed"}
    assert Subscription.objects.get(member=left).source == "link"
    assert not Member.objects.filter(pk=untouched.pk).exists()
    assert set(Member.objects.values_list("name", flat=True)) == {"A", "B", "Cecilia", "Tio"}
    assert {name: count for name, count in source.counts["undone"].items() if count} == {
        "unsubscribed": 1,
        "removed": 1,
        "taken_back": 1,
        "stayed": 1,
    }


def test_what_changed_after_the_check_is_left_as_it_is(mailing_list, now):
    here, gone = make_member(1, mailing_list, now), make_member(2, None, now)
    source = desk.receive("m.csv", b"E-post;Namn\nm1@exempel.se;Ny\nm2@exempel.se;Ny\nm3@exempel.se;Ny\n", mailing_list, now)
    desk.remap(source, ["address", "name"])
    import_due(now)
    Member.objects.filter(pk=here.pk).update(name="Rättad för hand")
    members.erase(gone, now)
    make_member(3, mailing_list, now)
    desk.start(source, now)
    import_due(now)
    assert set(Member.objects.values_list("name", "status")) == {
        ("Rättad för hand", "active"),
        ("", "erased"),
        ("Medlem 3", "active"),
    }
    assert dict(source.lines.values_list("number", "act")) == {2: "unchanged", 3: "stays_out", 4: "unchanged"}


def test_an_address_changed_by_number_and_who_keeps_theirs(take, mailing_list, now):
    moves, bounced, leaver = (make_member(number, mailing_list, now, membership_number=str(number)) for number in (1, 2, 3))
    Member.objects.filter(pk=bounced.pk).update(status="bounced")
    members.unsubscribe(leaver.pk, mailing_list.pk, now, source="link")
    text = "Medlemsnummer;E-post\n1;ny1@exempel.se\n2;ny2@exempel.se\n3;ny3@exempel.se\n"
    source = take(text)
    assert set(Member.objects.values_list("address", flat=True)) == {"ny1@exempel.se", "m2@exempel.se", "m3@exempel.se"}
    assert acts(source) == [(2, "changed"), (3, "stays_out"), (4, "stays_out")]
    moves.refresh_from_db()
    assert EarlierAddress.objects.get().member == moves
    members.unsubscribe(moves.pk, mailing_list.pk, now, source="link")
    old = take("E-post\nm1@exempel.se\n")
    assert acts(old) == [(2, "stays_out")]
    assert Member.objects.count() == 3, "an old file knows the address that the member had"
    desk.undo(source, now)
    import_due(now)
    assert acts(take("E-post\nny1@exempel.se\nm1@exempel.se\n")) == [(2, "stays_out"), (3, "refused")]


def test_an_address_that_was_changed_by_hand_is_remembered_too(take, mailing_list, now):
    moves = make_member(1, mailing_list, now, employer="Sjöberg")
    moves.address = "ny@exempel.se"
    moves.save()
    members.unsubscribe(moves.pk, mailing_list.pk, now, source="link")
    source = take("E-post;Arbetsgivare\nm1@exempel.se;Norrdal\n")
    assert acts(source) == [(2, "stays_out")]
    moves.refresh_from_db()
    assert (moves.employer, Member.objects.count()) == ("Sjöberg", 1), "the address may be somebody else's by now"


def test_two_owners_of_one_row_are_refused(take, mailing_list, now):
    make_member(1, mailing_list, now, membership_number="1")
    make_member(2, mailing_list, now, membership_number="2")
    assert acts(take("Medlemsnummer;E-post\n1;m2@exempel.se\n", to="checked")) == [(2, "refused")]


def test_it_goes_on_where_it_was_and_stops_when_cancelled(mailing_list, now, monkeypatch):
    monkeypatch.setattr(work, "SLICE", 10)
    text = "E-post\n" + "".join(f"n{number}@exempel.se\n" for number in range(95))
    source = desk.receive("m.csv", text.encode(), mailing_list, now)
    desk.remap(source, ["address"])
    turns = 0
    while source.state == "checking":
        assert import_due(now, seconds=0) in (10, 5, 0)
        source.refresh_from_db()
        turns += 1
    assert turns >= 10
    assert source.lines.count() == 95
    desk.start(source, now)
    for _turn in range(4):
        import_due(now, seconds=0)
    desk.cancel(source, now)
    assert import_due(now) == 0
    source.refresh_from_db()
    assert (source.state, Member.objects.count()) == ("cancelled", 40)
    with pytest.raises(desk.WrongState):
        desk.start(source, now)
    desk.undo(source, now)
    while source.state != "undone":
        import_due(now, seconds=0)
        source.refresh_from_db()
    assert Member.objects.count() == 0


def test_a_holder_whose_lease_is_gone_writes_nothing(mailing_list, now):
    source = desk.receive("m.csv", b"E-post\nm1@exempel.se\n", mailing_list, now)
    desk.remap(source, ["address"])
    frozen = work.claim(source.pk, now)
    assert work.claim(source.pk, now) is None
    later = now + timedelta(minutes=5)
    assert import_due(later) == 1
    assert frozen.work() == 0
    assert source.lines.count() == 1


def test_kept_no_longer_than_needed(take, mailing_list, now):
    done, waiting = take("E-post\nm1@exempel.se\n"), desk.receive("w.csv", b"E-post\nm2@exempel.se\n", mailing_list, now)
    keeping.forget_old(now + timedelta(days=8))
    waiting.refresh_from_db()
    assert (waiting.state, bytes(waiting.content), done.lines.count()) == ("cancelled", b"", 1)
    keeping.forget_old(now + timedelta(days=31))
    done.refresh_from_db()
    assert (done.lines.count(), done.counts["done"]["new"]) == (0, 1)
    assert not desk.can_undo(done)


def test_an_unexpected_error_ends_the_import_and_is_raised(mailing_list, now, monkeypatch):
    source = desk.receive("m.csv", b"E-post\nm1@exempel.se\n", mailing_list, now)
    desk.remap(source, ["address"])
    MemberImport.objects.filter(pk=source.pk).update(mapping={"layout": {}})
    with pytest.raises(KeyError):
        import_due(now)
    source.refresh_from_db()
    assert source.state == "failed"
    assert source.why
    assert import_due(now) == 0


def test_the_queries_don_t_grow_with_the_rows(mailing_list, now, django_assert_max_num_queries):
    text = "E-post;Namn;Region;Etiketter\n" + "".join(f"n{number}@exempel.se;N;Skåne;a,b\n" for number in range(400))
    source = desk.receive("m.csv", text.encode(), mailing_list, now)
    desk.remap(source, source.mapping["layout"]["columns"])
    with django_assert_max_num_queries(30):
        import_due(now)
    source.refresh_from_db()
    desk.start(source, now)
    with django_assert_max_num_queries(45):
        import_due(now)
    assert Member.objects.count() == 400
    assert ImportedRow.objects.filter(done=True).count() == 400
