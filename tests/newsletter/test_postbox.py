"""Single mails: rows first, then a worker; each person on its own."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives

from newsletter.models import SingleMail
from newsletter.postbox import postbox_due
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    with SmtpServer() as running:
        settings.MAIL_RELAYS = [running.relay()]
        yield running


def write(now, *to, body="Hej\n.punkt\nÅ", **fields):
    message = EmailMultiAlternatives("Bekräfta å", body, to=list(to), **fields)
    message.attach_alternative("<p>Hej å</p>", "text/html")
    message.send()
    SingleMail.objects.update(next_attempt_at=now, created_at=now)


def test_a_mail_is_a_row_until_a_worker_comes(server, now):
    write(now, "mia@exempel.se", "Otto <otto@exempel.se>")
    assert server.counts() == {}
    assert SingleMail.objects.filter(state="waiting").count() == 2
    assert postbox_due(now) == {"sent": 2}
    assert server.counts() == {"mia@exempel.se": 1, "otto@exempel.se": 1}
    assert postbox_due(now) == {}
    assert server.ask()["violations"] == []
    raw = server.messages()[0]["raw"]
    assert "\r\n.punkt" in raw or "=2Epunkt" in raw or "Content-Transfer-Encoding: base64" in raw
    assert bytes(SingleMail.objects.first().message) == b"", "what was said isn't kept"


def test_one_refused_address_does_not_stop_the_rest(server, now):
    server.script(
        {"at": "rcpt", "match": "mia@", "say": "550 5.1.1 no"}, {"at": "rcpt", "match": "otto@", "say": "450 later", "times": 1}
    )
    write(now, "mia@exempel.se", "otto@exempel.se", "eva@exempel.se")
    assert postbox_due(now) == {"refused": 1, "waiting": 1, "sent": 1}
    assert postbox_due(now + timedelta(seconds=10)) == {}
    assert postbox_due(now + timedelta(minutes=1)) == {"sent": 1}


def test_no_relay_no_loss(server, now):
    server.script({"at": "connect", "say": "421 busy"})
    write(now, "mia@exempel.se")
    assert postbox_due(now) == {}
    server.script()
    assert postbox_due(now + timedelta(minutes=1)) == {"sent": 1}
    assert SingleMail.objects.get().attempts == 1


def test_a_line_break_adds_no_header(server, now):
    with pytest.raises(ValueError, match="linefeed"):
        EmailMessage("Hej\nBcc: otto@exempel.se", "x", to=["mia@exempel.se"]).send()
    with pytest.raises(Exception, match=r"."):
        EmailMessage("Hej", "x", to=["mia@exempel.se\nBcc: otto@exempel.se"]).send()
    assert SingleMail.objects.count() == 0


def test_no_encoded_word_is_too_long(server, now):
    subject = "Påminnelse: räksmörgås på årsmötet " * 5
    EmailMessage(subject, "Hej", "Föreningen Sveriges socialledare åäö <a@exempel.se>", ["mia@exempel.se"]).send()
    raw = bytes(SingleMail.objects.get().message)
    head = raw.partition(b"\r\n\r\n")[0]
    words = re.findall(rb"=\?\S+\?=", head)
    assert len(words) > 3
    assert max(map(len, words)) <= 75
    read = message_from_bytes(raw, policy=default)
    assert read["Subject"].split() == subject.split()
    assert read["From"].addresses[0].display_name == "Föreningen Sveriges socialledare åäö"
