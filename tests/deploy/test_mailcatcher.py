"""The demo's mail server is as strict as a good relay, and its counts are what was delivered."""

import json
import smtplib

import pytest

from cms.fetch import fetch
from deploy.demo.mailcatcher import Box, serve_smtp
from deploy.demo.mailpages import serve_pages
from tests.processes import free_port

MAIL = (
    b"From: a@example.se\r\nTo: Mia <mia@example.se>\r\nSubject: =?utf-8?q?V=C3=A5r?=\r\n"
    b"Date: Fri, 06 Mar 2026 12:00:00 +0100\r\n"
    b"Message-ID: <1@example.se>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hej <b>Mia</b></p>\r\n"
)


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path / "mail")


@pytest.fixture
def smtp(box):
    door = serve_smtp(box, "127.0.0.1", port := free_port())
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        yield client
    door.stop()


@pytest.fixture
def pages(box):
    server = serve_pages(box, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_what_is_delivered_is_counted_by_address_and_survives_a_restart(smtp, box, pages):
    smtp.sendmail("a@example.se", ["mia@example.se"], MAIL)
    smtp.sendmail("a@example.se", ["mia@example.se", "eva@example.se"], MAIL)
    counts = json.loads(fetch("GET", f"{pages}/counts.json").body)
    assert counts == {"total": 2, "addresses": {"mia@example.se": 2, "eva@example.se": 1}}
    assert Box(box.folder).counts() == counts["addresses"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (MAIL.replace(b"Message-ID: <1@example.se>\r\n", b""), "Message-ID"),
        (MAIL + b"x" * 999 + b"\r\n", "longer"),
        (MAIL.replace(b"=?utf-8?q?V=C3=A5r?=", "Vår".encode()), "non-ASCII"),
    ],
)
def test_a_message_that_is_not_in_order_is_refused(smtp, box, raw, why):
    with pytest.raises(smtplib.SMTPDataError, match=why):
        smtp.sendmail("a@example.se", ["mia@example.se"], raw)
    assert box.entries == []


def test_an_address_that_is_none_is_refused(smtp, box):
    smtp.ehlo()
    smtp.mail("a@example.se")
    assert smtp.rcpt("mia at example")[0] in {501, 553}


def test_the_pages_show_the_mail_without_trusting_it(smtp, pages):
    smtp.sendmail("a@example.se", ["mia@example.se"], MAIL)
    assert "Vår" in fetch("GET", f"{pages}/").body.decode()
    assert "/mail/1" in fetch("GET", f"{pages}/inbox?address=mia@example.se").body.decode()
    shown = fetch("GET", f"{pages}/mail/1").body.decode()
    assert 'sandbox="allow-popups"' in shown
    assert "&lt;p&gt;Hej" in shown
    assert fetch("GET", f"{pages}/mail/2").status == 404
