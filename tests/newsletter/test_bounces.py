"""Returned mails: read as bytes, believed only by our own signature."""

import json
import time
import tracemalloc
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from newsletter.bounces import read_bounce, take_bounce
from newsletter.identity import BOUNCE, LEAVE, return_address
from newsletter.models import Delivery, Member, Subscription, Suppression
from tests.newsletter.bounces import SAMPLES
from tests.newsletter.stage import make_list, make_mailing, make_member


def dsn(status="5.1.1", said="550 5.1.1 user unknown", action="failed", to="bounces@studs.example.se"):
    return f"""From: MAILER-DAEMON@mx.example.se
To: {to}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.se

Final-Recipient: rfc822; m1@exempel.se
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
--b--
""".encode()


def complaint(original):
    return f"""From: fbl@example.se
To: abuse@studs.example.se
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: x/1
Original-Rcpt-To: m1@exempel.se

--b
Content-Type: message/rfc822

Return-Path: <{original}>
To: m1@exempel.se
Subject: Nyhetsbrev

Hej
--b--
""".encode()


@pytest.fixture
def sent(db, now):
    mailing_list = make_list()
    member = make_member(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    Delivery.objects.create(mailing=mailing, member=member, address=member.ascii_address, state="accepted")
    return mailing, member


def row():
    return Delivery.objects.get()


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        ("5.1.1", "550 5.1.1 unknown", "hard"),
        ("5.0.0", "550 No such user here", "hard"),
        ("5.2.2", "552 mailbox full", "soft"),
        ("5.7.1", "550 5.7.1 user unknown to our policy", "soft"),
        ("4.4.7", "expired", "soft"),
    ],
)
def test_what_a_report_says(status, said, kind):
    found = read_bounce(dsn(status, said))
    assert (found.recipients, found.kind) == (("m1@exempel.se",), kind)
    assert status in found.reason


def test_a_delay_and_an_ordinary_mail_are_no_bounces():
    assert read_bounce(dsn("4.4.1", "later", "delayed")).kind == "none"
    assert read_bounce(b"Subject: hej\r\n\r\nhej").kind == "none"
    assert read_bounce(b"").kind == "none"


@pytest.mark.parametrize(("name", "kind", "recipients"), SAMPLES, ids=[sample[0] for sample in SAMPLES])
def test_each_sample_says_what_it_should(name, kind, recipients):
    found = read_bounce((Path(__file__).parent / "bounces" / f"{name}.eml").read_bytes())
    assert (found.kind, list(found.recipients) if kind != "none" else recipients) == (kind, recipients)
    assert "unreadable" not in found.reason


def test_there_are_samples_of_every_kind():
    kinds = Counter(kind for _name, kind, _recipients in SAMPLES)
    assert len(SAMPLES) >= 100
    assert min(kinds[kind] for kind in ("hard", "soft", "complaint", "none")) >= 7
    assert len(list((Path(__file__).parent / "bounces").glob("*.eml"))) == len(SAMPLES)


HUGE = {
    "one line": b"From: MAILER-DAEMON@x.se\nSubject: failure notice\n\n" + b"a@" * 2_500_000,
    "nested parts": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(20_000)),
    "nested letters": b"Content-Type: message/rfc822\n\n" * 30_000,
    "recipients": b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b.se\nAction: failed\nStatus: 5.1.1\n\n" * 6_000,
}


@pytest.mark.parametrize("raw", HUGE.values(), ids=HUGE)
def test_a_huge_message_takes_bounded_time_and_memory(raw):
    tracemalloc.start()
    began = time.process_time()
    read_bounce(raw)
    spent, (_now, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 20
    assert peak < 100_000_000


@given(st.binary(max_size=600))
def test_no_bytes_can_break_it(raw):
    read_bounce(raw)
    read_bounce(dsn()[:300] + raw + dsn()[300:])


def test_a_hard_bounce_silences_the_member(sent, now):
    mailing, member = sent
    take_bounce(dsn(to=return_address(BOUNCE, mailing.pk, member.pk)), now)
    assert (row().state, row().reason) == ("bounced", "hard")
    assert Member.objects.get().status == Member.BOUNCED


def test_a_bounce_settles_an_uncertain_row(sent, now):
    mailing, member = sent
    Delivery.objects.update(state="uncertain")
    take_bounce(dsn("5.2.2", "full", to=return_address(BOUNCE, mailing.pk, member.pk)), now)
    assert row().state == "bounced"
    assert Member.objects.get().status == Member.ACTIVE


def test_soft_bounces_over_two_weeks_silence(sent, now):
    mailing, member = sent
    for days in (0, 8, 15):
        Delivery.objects.update(state="accepted")
        take_bounce(
            dsn("5.2.2", f"full for {days} days", to=return_address(BOUNCE, mailing.pk, member.pk)), now + timedelta(days=days)
        )
    assert Member.objects.get().status == Member.BOUNCED


def test_a_stranger_can_mark_nobody(sent, now):
    mailing, member = sent
    forged = return_address(BOUNCE, mailing.pk, member.pk).replace("-", "-a", 1)
    take_bounce(dsn(to=forged), now)
    take_bounce(dsn(to="m1@exempel.se"), now)
    assert row().state == "accepted"
    assert Member.objects.get().status == Member.ACTIVE


def test_a_complaint_suppresses(sent, now):
    mailing, member = sent
    found = take_bounce(complaint(return_address(BOUNCE, mailing.pk, member.pk)), now)
    assert (found.kind, found.recipients) == ("complaint", ("m1@exempel.se",))
    assert row().state == "complained"
    assert Suppression.objects.get().reason == "complaint"


def test_a_mail_to_the_leave_address_unsubscribes(sent, now):
    mailing, member = sent
    take_bounce(f"From: m1@exempel.se\nTo: {return_address(LEAVE, mailing.pk, member.pk)}\n\nunsubscribe".encode(), now)
    assert Subscription.objects.get().state == "unsubscribed"
    assert row().state == "accepted"


def test_the_command_prints_what_it_says(sent, tmp_path):
    file = tmp_path / "bounce.eml"
    file.write_bytes(dsn())
    out = StringIO()
    call_command("read_bounce", str(file), stdout=out)
    assert json.loads(out.getvalue()) == {
        "recipients": ["m1@exempel.se"],
        "kind": "hard",
        "reason": "550 5.1.1 user unknown",
    }
