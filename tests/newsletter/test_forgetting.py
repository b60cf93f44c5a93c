"""Export and erasure by command: all that is held is told, and then nothing is left."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from wagtail.log_actions import log

from newsletter import engine, members, personal, postbox, readable, signup, stewardship
from newsletter.importing import import_members, keeping
from newsletter.models import (
    AddressChange,
    BounceReport,
    Delivery,
    Erased,
    ImportedRow,
    Mailing,
    Member,
    MemberImport,
    NewsletterRules,
    PersonalLink,
    ProviderEvent,
    RelayState,
    SignUp,
    SingleMail,
    Subscription,
    Suppression,
)
from newsletter.relays import DEFERRED, Outcome
from newsletter.relays.memory import Memory
from newsletter.settling import settle
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db
MIA, EARLIER = "Mia@exempel.se", "mia.tidigare@exempel.se"
KINDS = ("member", "subscriptions", "changes", "mailings", "edits", "sign_ups", "single_mails", "suppressed")


@pytest.fixture(autouse=True)
def _memory(settings):
    settings.MAIL_RELAYS = ["memory://relay"]
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}


@pytest.fixture
def mailing_list(db):
    return make_list(is_open=True)


@pytest.fixture
def mia(mailing_list, now, eva):
    """A member who has left traces in every table that can hold any."""
    member = make_member(1, mailing_list, now, employer="Sjöbergs kommun")
    member.name, member.address = "Mia Mildh", EARLIER
    member.save()
    Memory.answer = staticmethod(lambda parcel: Outcome(DEFERRED, f"450 <{parcel.address}> is busy"))
    mailing = make_mailing(mailing_list, now)
    engine.send_due(now, seconds=5)
    member.address = MIA
    member.save()
    log(member, "wagtail.edit", user=eva)
    Mailing.objects.filter(pk=mailing.pk).update(why=f"550 5.7.1 <{MIA.upper()}> refused")
    signup.ask_to_subscribe("mia@exempel.se", "Mia Mildh", [mailing_list], now, source="/nyhetsbrev/")
    EmailMessage("Välkommen", f"Hej {MIA}", to=[MIA]).send()
    return member


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def everything():
    """All rows of all tables, as one text in small letters."""
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                texts += [
                    bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | memoryview) else str(cell) for cell in row
                ]
    return "\n".join(texts).lower()


def test_an_export_tells_all(mia):
    found = json.loads(run("export_member", "MIA@exempel.se"))
    assert set(KINDS) < set(found)
    assert (found["member"]["name"], found["member"]["employer"]) == ("Mia Mildh", "Sjöbergs kommun")
    assert found["subscriptions"][0]["list__name"] == "FSS nyhetsbrev"
    assert (found["mailings"][0]["address"], found["mailings"][0]["state"]) == (EARLIER, "deferred")
    assert found["edits"][0]["label"] == "Mia Mildh"
    assert found["sign_ups"][0]["wording"].startswith("FSS nyhetsbrev\n")
    assert len(found["single_mails"]) == 2
    assert found["suppressed"] == []


def test_after_an_erasure_nothing_shows_the_person(mia, now):
    before = everything()
    assert "mia@exempel.se" in before
    assert EARLIER in before
    assert "mildh" in before
    assert run("erase_member", "mia@exempel.se").strip() == "Erased."
    after = everything()
    for trace in ("mia@exempel.se", EARLIER, "mildh", "sjöbergs kommun"):
        assert trace not in after, trace
    assert Delivery.objects.get().address == ""
    assert not SignUp.objects.exists()
    assert not SingleMail.objects.exists()
    found = json.loads(run("export_member", "mia@exempel.se"))
    assert "member" not in found
    assert [row["reason"] for row in found["suppressed"]] == ["erased"]
    run("erase_member", "mia@exempel.se")
    # The address of today and both that she had before.
    assert Suppression.objects.count() == 3


def test_an_import_revives_neither_the_address_nor_the_earlier_one(mia, mailing_list, now, tmp_path):
    run("erase_member", MIA)
    file = tmp_path / "medlemmar.csv"
    file.write_text(f"Namn;E-post\nMia Mildh;mia@EXEMPEL.se\nMia Mildh;{EARLIER}\n")
    done = import_members(file, mailing_list, now)
    assert (done.suppressed, done.created, done.subscribed) == (2, 0, 0)
    assert Member.objects.get().status == Member.ERASED
    assert not Subscription.objects.filter(state="subscribed").exists()


def test_nobody_gets_mail_after_an_erasure(mia, now):
    run("erase_member", MIA)
    Memory.forget()
    engine.send_due(now + timedelta(minutes=6), seconds=5)
    assert Memory.sent == []
    assert Delivery.objects.get().state == "excluded"


def test_an_address_that_another_member_took_over_stays_theirs(mia, mailing_list, now):
    other = make_member(2, mailing_list, now)
    other.address = EARLIER
    other.save()
    run("erase_member", MIA)
    other.refresh_from_db()
    assert (other.address, other.status) == (EARLIER, Member.ACTIVE)
    assert not Suppression.objects.filter(address_hash=other.address_hash).exists()


def test_who_only_signed_up_is_forgotten_too(mailing_list, now):
    signup.ask_to_subscribe("Otto@exempel.se", "Otto", [mailing_list], now, source="x")
    assert json.loads(run("export_member", "otto@exempel.se"))["sign_ups"][0]["name"] == "Otto"
    run("erase_member", "otto@exempel.se")
    assert "otto" not in everything()


@pytest.mark.parametrize("command", ["export_member", "erase_member"])
@pytest.mark.parametrize("address", ["nobody@exempel.se", "no address"])
def test_what_is_not_there_is_said(command, address, db):
    with pytest.raises(CommandError, match=address):
        run(command, address)
    assert not Suppression.objects.exists()


ANNA, MOVED = "anna.forr@exempel.se", "anna.nu@exempel.se"


@pytest.fixture
def anna(mailing_list, settings):
    """Somebody who signed up, confirmed and moved before any letter went to the first address, and wished for a third."""
    now = timezone.now()
    signup.ask_to_subscribe(ANNA, "Anna Andersson", [mailing_list], now, source="/nyhetsbrev/")
    member = signup.confirm(list(SignUp.objects.all()), now).member
    who = personal.Visit(PersonalLink.objects.create(member=member, mailed_at=now), member)
    personal.ask_for_address(who, MOVED, now)
    personal.confirm_address(AddressChange.objects.get(), now)
    member.refresh_from_db()
    who = personal.Visit(PersonalLink.objects.create(member=member, mailed_at=now), member)
    personal.ask_for_address(who, "anna.sen@exempel.se", now)
    return member


def test_an_address_that_was_never_mailed_is_told_and_forgotten_too(anna):
    assert not Delivery.objects.exists()
    found = json.loads(run("export_member", MOVED))
    assert [row["name"] for row in found["sign_ups"]] == ["Anna Andersson"]
    assert {row["recipient"] for row in found["single_mails"]} == {ANNA, MOVED, "anna.sen@exempel.se"}
    run("erase_member", MOVED)
    assert "anna" not in everything()
    # The third was never hers: whoever owns it may be anybody.
    assert Suppression.objects.count() == 2


def test_an_address_that_somebody_only_wished_for_gives_nothing_away(anna, mailing_list):
    signup.ask_to_subscribe("anna.sen@exempel.se", "Otto", [mailing_list], timezone.now() + timedelta(hours=1), source="x")
    assert "Otto" not in run("export_member", MOVED)
    run("erase_member", MOVED)
    assert [row.name for row in SignUp.objects.all()] == ["Otto"]


@pytest.mark.parametrize("table", [BounceReport, ProviderEvent, PersonalLink])
def test_who_is_known_by_one_row_alone_is_found(table, db):
    column = "address" if table is PersonalLink else "recipient"
    table.objects.create(**{column: "Otto@exempel.se"})
    assert json.loads(run("export_member", "otto@exempel.se"))
    run("erase_member", "otto@exempel.se")
    assert not table.objects.exists()


def test_a_file_that_names_the_erased_ends_and_its_rows_go(mia, mailing_list, now):
    source = MemberImport.objects.create(
        filename="x.csv", list=mailing_list, state=MemberImport.CHECKING, content=f"e-post\n{MIA}\n".lower().encode()
    )
    ImportedRow.objects.create(source=source, number=1, act=ImportedRow.NEW, address="otto@exempel.se")
    members.erase(mia, now)
    source.refresh_from_db()
    assert (source.state, source.finished_at) == (MemberImport.FAILED, now)
    keeping.forget_old(now + timedelta(days=31))
    assert not ImportedRow.objects.exists()


def test_what_only_quotes_the_person_is_blanked(mia, now, eva):
    RelayState.objects.create(name="another", last_error=f"RelayDown: 550 <{EARLIER}> said no to <otto@exempel.se>.")
    NewsletterRules.objects.create(test_group=f"otto@exempel.se\n{MIA}\n")
    second = make_list("second")
    stewardship.put_on(mia, second, "Mia Mildh rang den 3 mars", now, eva)
    stewardship.suppress_by_hand(EARLIER, now, eva)
    stewardship.lift(EARLIER, "Mia Mildh rang igen", eva)
    members.erase(mia, now)
    assert RelayState.objects.get(name="another").last_error == "RelayDown: 550 <…> said no to <otto@exempel.se>."
    assert NewsletterRules.objects.get().test_group == "otto@exempel.se"
    assert "mildh" not in everything()
    assert Subscription.objects.filter(member=mia, source="erasure").count() == 2


def test_the_erased_are_not_written_to_again(mia, now):
    stale, other = Member.objects.get(), Member.objects.get()
    members.erase(mia, now)
    with pytest.raises(Erased):
        stale.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.update(address=MIA, ascii_address=MIA)
    other.refresh_from_db()
    other.address = MIA
    with pytest.raises(Erased):
        other.save()
    members.erase(mia, now)
    assert "mildh" not in everything()


def test_late_reports_bring_no_address_back(mia, now):
    row = Delivery.objects.get()
    members.erase(mia, now)
    said = f"550 5.1.1 <{EARLIER}> unknown"
    for kind in ("soft", "hard", "complaint"):
        settle(row, kind, said, now)
    rows = Delivery.objects.filter(mailing_id=row.mailing_id)
    rows.update(last_reply=said)
    rows.move(row.mailing_id, rows.get().state, now, state=Delivery.REFUSED, last_reply=said)
    BounceReport.objects.create(digest="1", kind="hard", reason=said, recipient=EARLIER, member=mia, raw=said.encode())
    BounceReport.objects.create(digest="2", kind="hard", reason=said, recipient=EARLIER, raw=said.encode())
    ProviderEvent.objects.create(provider="x", event_id="1", kind="bounced", reason=said, recipient=MIA, member=mia)
    assert EARLIER not in everything()
    assert "mia@" not in everything()
    assert [row.kind for row in BounceReport.objects.all()] == ["hard", "hard"]
    assert Delivery.objects.get().state == Delivery.REFUSED


def test_the_page_holds_what_the_file_holds(mia, now):
    held = members.export(MIA)
    assert set(held) - {"address"} <= set(readable.TITLES)
    rows = [row for part in held.values() for row in (part if isinstance(part, list) else [part]) if isinstance(row, dict)]
    assert {key for row in rows for key in row} <= set(readable.LABELS)


def test_old_single_mails_are_removed(mia, now):
    SingleMail.objects.update(created_at=now - timedelta(days=91))
    waiting = SingleMail.objects.first()
    SingleMail.objects.exclude(pk=waiting.pk).update(state=SingleMail.SENT)
    postbox.forget_old(now)
    assert list(SingleMail.objects.all()) == [waiting]
