"""Reports once they are kept: what settles whom, what the admin shows, and how long they stay."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from newsletter import engine, mailbox
from newsletter.bounces import take_bounce
from newsletter.bounces.addresses import same
from newsletter.identity import BOUNCE, message_id, return_address
from newsletter.ledger import anything_due, mark
from newsletter.members import choose, erase, export
from newsletter.models import Batch, BounceReport, Delivery, Mailing, Member, ProviderEvent, Subscription, Suppression
from newsletter.relays import ACCEPTED, UNCERTAIN, Outcome, Parcel
from newsletter.reports import KEEP_RAW, forget_old
from newsletter.tallies import recount
from tests.imap_server import ImapServer
from tests.newsletter.stage import LETTER, make_list, make_mailing, make_member
from tests.newsletter.test_bounces import complaint, dsn
from tests.newsletter.test_mailbox import line
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(db, now):
    mailing_list = make_list()
    member = make_member(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    Delivery.objects.create(mailing=mailing, member=member, address=member.ascii_address, state="accepted")
    return mailing, member


@pytest.fixture
def to(sent):
    mailing, member = sent
    return return_address(BOUNCE, mailing.pk, member.pk)


def row():
    return Delivery.objects.get()


def unsigned(named):
    """The Message-ID as earlier versions wrote it, which anybody can guess."""
    return re.sub(r"\.[0-9a-f]{20}@", "@", named)


def returned(mailing, member, address="m1@exempel.se", digest=LETTER.digest, change=str):
    """A report that names the message by its Message-ID alone."""
    named = change(message_id(mailing.pk, member.pk, digest))
    original = f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {named}\nTo: {address}\n\nHej\n--b--"
    return dsn().replace(b"m1@exempel.se", address.encode()).replace(b"--b--", original.encode())


def test_the_same_report_counts_once(sent, to, now):
    for _ in range(3):
        take_bounce(dsn("5.2.2", "full", to=to), now)
    assert Member.objects.get().soft_bounces == 1
    assert BounceReport.objects.count() == 1
    assert bytes(BounceReport.objects.get().raw) == dsn("5.2.2", "full", to=to)


def test_two_soft_reports_of_one_letter_count_once(sent, to, now):
    take_bounce(dsn("5.2.2", "full", to=to), now)
    take_bounce(dsn("4.4.7", "expired", to=to), now)
    assert Member.objects.get().soft_bounces == 1


def test_a_dead_address_is_heard_after_a_milder_report(sent, to, now):
    take_bounce(dsn("5.2.2", "full", to=to), now)
    take_bounce(dsn(to=to), now)
    assert (row().reason, Member.objects.get().status) == ("hard", Member.BOUNCED)


def test_the_message_id_settles_where_the_address_agrees(sent, now):
    take_bounce(returned(*sent), now)
    assert row().state == "bounced"


def test_the_message_id_counts_under_an_older_key(sent, now, settings):
    report = returned(*sent)
    settings.LINK_KEYS = ["new", *settings.LINK_KEYS]
    take_bounce(report, now)
    assert row().state == "bounced"


def forged_complaint(mailing, member, change):
    named = change(message_id(mailing.pk, member.pk, LETTER.digest))
    return complaint("x@exempel.se").replace(b"Return-Path: <x@exempel.se>", f"Message-ID: {named}".encode())


@pytest.mark.parametrize("state", ["accepted", "uncertain"])
@pytest.mark.parametrize("change", [unsigned, lambda named: re.sub(r"\.[0-9a-f]{20}@", f".{'a' * 20}@", named)])
def test_a_forged_message_id_silences_nobody(sent, now, state, change):
    Delivery.objects.update(state=state)
    take_bounce(forged_complaint(*sent, change), now)
    assert row().state == state
    take_bounce(returned(*sent, change=change), now)
    assert row().state == ("bounced" if state == "uncertain" else state)
    member = Member.objects.get()
    assert (member.status, member.soft_bounces, Suppression.objects.count()) == (Member.ACTIVE, 0, 0)
    assert Subscription.objects.get().state == "subscribed"


def test_a_complaint_with_the_real_message_id_counts(sent, now):
    take_bounce(forged_complaint(*sent, str), now)
    assert (row().state, Suppression.objects.count()) == ("complained", 1)


@pytest.mark.parametrize(("state", "after"), [("accepted", "accepted"), ("uncertain", "bounced"), ("deferred", "bounced")])
def test_a_dead_address_that_the_member_forwards_to_silences_nobody(sent, to, now, state, after):
    Delivery.objects.update(state=state)
    take_bounce(dsn(to=to).replace(b"m1@exempel.se", b"gammal@annan.se"), now)
    member = Member.objects.get()
    assert (row().state, member.status, member.soft_bounces) == (after, Member.ACTIVE, 0)


@pytest.mark.parametrize(
    "named",
    ["M1@Exempel.SE", "m1+nyhet@exempel.se", "m1.intern@annan.se\nOriginal-Recipient: rfc822;m1@exempel.se"],
)
def test_another_spelling_of_the_address_is_the_members(sent, to, now, named):
    take_bounce(dsn(to=to).replace(b"m1@exempel.se", named.encode()), now)
    assert (row().state, Member.objects.get().status) == ("bounced", Member.BOUNCED)


def test_both_forms_of_an_international_domain_are_one():
    assert same("anna@malmö.se", "Anna@xn--malm-8qa.se")
    assert not same("anna@malmö.se", "anna@malmo.se")
    assert not same("", "")


def test_a_person_who_quotes_a_bounce_silences_nobody(sent, to, now):
    letter = f"""From: Anna <m1@exempel.se>
To: {to}
Subject: Re: Undeliverable: Nytt

Hej! Detta fick jag:
> <m1@exempel.se>: 550 5.1.1 User unknown; the message could not be delivered
"""
    take_bounce(letter.encode(), now)
    assert (row().state, Member.objects.get().status) == ("accepted", Member.ACTIVE)
    take_bounce(letter.replace("Anna <m1@exempel.se>", "MAILER-DAEMON@exempel.se").encode(), now)
    assert row().state == "bounced"


@pytest.mark.parametrize("given", [{"address": "otto@exempel.se"}, {"digest": "0" * 64}])
def test_a_guessed_message_id_settles_nothing(sent, now, given):
    take_bounce(returned(*sent, **given), now)
    assert row().state == "accepted"
    assert not BounceReport.objects.exists()


def test_a_success_report_settles_what_was_uncertain(sent, to, now):
    Delivery.objects.update(state="uncertain")
    take_bounce(dsn("2.0.0", "250 ok", "delivered", to=to), now)
    assert (row().state, Member.objects.get().status) == ("accepted", Member.ACTIVE)


def test_a_delay_settles_nothing(sent, to, now):
    Delivery.objects.update(state="uncertain")
    take_bounce(dsn("4.4.1", "later", "delayed", to=to), now)
    assert row().state == "uncertain"


def test_a_complaint_takes_off_every_list_at_once(sent, to, now):
    _mailing, member = sent
    choose(member.pk, make_list("press").pk, Subscription.SUBSCRIBED, now, source="test")
    take_bounce(complaint(to), now)
    assert not Subscription.objects.filter(state="subscribed").exists()
    assert Suppression.objects.get().reason == "complaint"


def test_a_bounce_that_overtakes_the_answer_stays(sent, to, now):
    """The report came before the worker wrote down the server's 250."""
    mailing, member = sent
    batch = Batch.objects.create(mailing=mailing, relay="a", owner="x", lease_until=now)
    Delivery.objects.update(state="sending", batch=batch.pk)
    take_bounce(dsn(to=to), now)
    mark([(Parcel(mailing.pk, member.pk, batch.pk, "", "m1@exempel.se", bytes), Outcome(ACCEPTED))], now)
    assert row().state == "bounced"


def test_evidence_before_the_doubt_counts_as_evidence_after_it(sent, to, now):
    """The success report came while the worker still waited for the answer, which never came."""
    mailing, member = sent
    batch = Batch.objects.create(mailing=mailing, relay="a", owner="x", lease_until=now)
    parcel = Parcel(mailing.pk, member.pk, batch.pk, "", "m1@exempel.se", bytes)
    arrived, doubt = dsn("2.0.0", "250 ok", "delivered", to=to), (lambda: mark([(parcel, Outcome(UNCERTAIN))], now))
    for first, then in ((lambda: take_bounce(arrived, now), doubt), (doubt, lambda: take_bounce(arrived + b"\n", now))):
        Delivery.objects.update(state="sending", batch=batch.pk)
        first()
        then()
        assert (row().state, row().batch) == ("accepted", None)
    assert recount(mailing.pk, now)


@pytest.mark.parametrize(("report", "state"), [(("2.0.0", "250 ok", "delivered"), "accepted"), (("5.2.2", "full"), "bounced")])
def test_what_left_after_all_is_not_tried_again(sent, to, now, report, state):
    mailing, _member = sent
    Delivery.objects.update(state="deferred", next_attempt_at=now)
    take_bounce(dsn(*report, to=to), now)
    assert (row().state, row().next_attempt_at) == (state, None)
    assert not anything_due([mailing.pk], now)
    assert recount(mailing.pk, now)


def test_an_erased_person_is_marked_no_more(sent, to, now):
    _mailing, member = sent
    erase(member, now)
    take_bounce(complaint(to), now)
    assert Suppression.objects.get().reason == "erased"


def test_erasing_drops_reports_and_export_lists_them(sent, to, now):
    mailing, member = sent
    take_bounce(dsn("5.2.2", "full", to=to), now)
    ProviderEvent.objects.create(
        provider="postmark", event_id="1", kind="bounced", recipient="m1@exempel.se", member=member, mailing=mailing
    )
    held = export("m1@exempel.se")
    assert (len(held["reports"]), len(held["events"])) == (1, 1)
    erase(member, now)
    for table in (BounceReport, ProviderEvent):
        assert not table.objects.filter(recipient="m1@exempel.se").exists()
        assert not table.objects.filter(member=member).exists()


def test_old_reports_lose_their_text_but_count_no_second_time(sent, to, now):
    take_bounce(dsn("5.2.2", "full", to=to), now)
    take_bounce(b"Subject: hej\n\nhej", now, keep=True)
    later = now + KEEP_RAW + timedelta(days=1)
    forget_old(later)
    report = BounceReport.objects.get()
    assert (bytes(report.raw), report.recipient) == (b"", "")
    take_bounce(dsn("5.2.2", "full", to=to), later)
    assert Member.objects.get().soft_bounces == 1


def test_the_admin_lists_reports_and_shows_their_text(sent, to, now, client, eva, django_assert_max_num_queries):
    take_bounce(dsn(said="550 5.1.1 <b>user</b> unknown", to=to), now)
    client.force_login(eva)
    client.get(reverse("wagtailsnippets_newsletter_bouncereport:list"))
    with django_assert_max_num_queries(25):
        page = client.get(reverse("wagtailsnippets_newsletter_bouncereport:list")).content.decode()
    assert "m1@exempel.se" in page
    assert "Adressen finns inte" in page
    report = BounceReport.objects.get()
    text = client.get(reverse("wagtailsnippets_newsletter_bouncereport:read", args=[report.pk])).content.decode()
    assert "Reporting-MTA: dns; mx.example.se" in text
    assert "&lt;b&gt;user&lt;/b&gt;" in text
    assert "<b>user</b>" not in text


def test_the_admin_lists_events(sent, client, eva):
    ProviderEvent.objects.create(provider="postmark", event_id="1", kind="deferred", recipient="m1@exempel.se")
    client.force_login(eva)
    page = client.get(reverse("wagtailsnippets_newsletter_providerevent:list")).content.decode()
    assert "leverantören försöker igen" in page


def test_who_may_not_see_mailings_sees_no_reports(sent, to, now, client, django_user_model):
    take_bounce(dsn(to=to), now)
    otto = django_user_model.objects.create_user("otto", "otto@example.se", "otto-nobody")
    client.force_login(otto)
    for name, arguments in (("list", []), ("read", [BounceReport.objects.get().pk])):
        page = client.get(reverse(f"wagtailsnippets_newsletter_bouncereport:{name}", args=arguments))
        assert page.status_code == 302


def test_from_a_sent_letter_to_a_silent_member(settings, now):
    """Sent over SMTP; the report arrives in the mailbox by the letter's own return address; the next mailing leaves her out."""
    mailing_list = make_list()
    make_member(1, mailing_list, now)
    make_mailing(mailing_list, now)
    with SmtpServer() as server, ImapServer() as inbox:
        settings.MAIL_RELAYS, settings.BOUNCE_MAILBOX = [server.relay()], line(inbox)
        engine.send_due(now, seconds=10)
        (letter,) = server.messages()
        inbox.put(dsn(to=letter["sender"]))
        assert mailbox.mailbox_due(now).counts == {"hard": 1}
        second = make_mailing(mailing_list, now)
        engine.send_due(now, seconds=10)
        engine.shut_down()
        assert len(server.messages()) == 1
    assert list(Delivery.objects.filter(mailing=second).values_list("state", "reason")) == [("excluded", "bounced")]
    assert Mailing.objects.get(pk=second.pk).frozen_count == 1
