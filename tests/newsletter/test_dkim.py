"""Signatures, checked by another library after the message has gone through a strict mail server."""

import re
import traceback
from datetime import UTC, datetime
from functools import cache

import dkim as verifier
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.mail import EmailMultiAlternatives
from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st

from newsletter import dkim
from newsletter.checks import check_settings
from newsletter.compiled import Compiled, Envelope
from newsletter.letter import NAME, PREFERENCES, UNSUBSCRIBE, Letter
from newsletter.models import SingleMail
from newsletter.postbox import postbox_due
from tests.smtp_server import SmtpServer

NOW = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
ENVELOPE = Envelope(7, "nyhetsbrev", "Föreningens nyhetsbrev", "Föreningen, med komma", "kansliet@example.se")


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def made(kind):
    keys = {
        "rsa": lambda: rsa.generate_private_key(65_537, 2_048),
        "short": lambda: rsa.generate_private_key(65_537, 1_024),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "curve": lambda: ec.generate_private_key(ec.SECP256R1()),
    }
    return pem(keys[kind]())


@pytest.fixture(params=["rsa", "ed25519"])
def key(request, settings):
    settings.MAIL_FROM = settings.DEFAULT_FROM_EMAIL = "Föreningen <brev@example.se>"
    settings.MAIL_DKIM_KEY, settings.MAIL_DKIM_SELECTOR = made(request.param), "var2026"
    return request.param


def genuine(raw):
    asked = []

    def record(name, timeout=5):
        asked.append(name)
        return dkim.signer().record.encode()

    valid = verifier.verify(raw, dnsfunc=record)
    assert set(asked) <= {b"var2026._domainkey.example.se."}
    return valid


def signed_fields(raw):
    head = re.sub(rb"\r\n[ \t]+", b" ", raw.partition(b"\r\n\r\n")[0])
    return re.search(rb"(?m)^DKIM-Signature:.* h=([^;]+);", head).group(1).replace(b" ", b"").decode().split(":")


@pytest.mark.django_db
def test_a_mailing_arrives_signed_and_a_change_shows(key, send):
    with SmtpServer() as server:
        mailing = send(server, count=3)
        assert mailing.state == "sent"
        raws = [message["raw"].encode("latin-1") for message in server.messages()]
        assert server.ask()["violations"] == []
    assert len(raws) == 3
    for raw in raws:
        assert raw.startswith(b"DKIM-Signature: v=1; a=" + key.encode())
        assert genuine(raw)
        named = signed_fields(raw)
        assert {"from", "to", "subject", "date", "message-id", "mime-version", "content-type", "reply-to", "feedback-id"} <= {
            *named
        }
        assert {"list-id", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted"} <= {*named}
        assert named.count("from") == 2
    raw = raws[0]
    for before, after in (
        (b"\r\nMedlem", b"\r\nNedlem"),
        (b"List-Unsubscribe: <https://", b"List-Unsubscribe: <http://"),
        (b"One-Click", b"Two-Click"),
        (b"\r\nFrom: ", b"\r\nFrom: nagon@annan.se\r\nFrom: "),
        (b"\r\nFrom: ", b"\r\nReply-To: nagon@annan.se\r\nFrom: "),
    ):
        assert before in raw
        assert not genuine(raw.replace(before, after, 1)), after


def test_what_servers_on_the_way_may_do_does_no_harm(key):
    raw = Compiled(Letter("  Två   blanksteg ", "<p>a  b\t\tc </p>\n\n", "x  y \n\n"), ENVELOPE).fill(
        1, "mia@exempel.se", "Mia", NOW
    )
    assert genuine(b"Received: from relay\r\n by other\r\n" + raw)
    assert genuine(raw.replace(b"\r\n <mailto:", b"\r\n\t  <mailto:"))
    assert genuine(raw + b"\r\n\r\n")


anything = st.text(st.characters(codec="utf-8"), max_size=120)


@rules(max_examples=60)
@given(name=anything, text=st.text(st.sampled_from(" \t\n.=aå"), max_size=200), subject=anything)
def test_whatever_was_written_the_signature_holds(name, text, subject):
    from django.test import override_settings

    subject = "".join(c for c in subject if c.isprintable())
    letter = Letter(subject, f"{text}{NAME} {text}{UNSUBSCRIBE}@@link-1@@{text}", f"{text}{PREFERENCES}{NAME}{text}@@link-1@@")
    given = {"MAIL_DKIM_KEY": made("ed25519"), "MAIL_DKIM_SELECTOR": "var2026", "MAIL_FROM": "brev@example.se"}
    with override_settings(**given):
        compiled = Compiled(letter, ENVELOPE, {"@@link-1@@": "https://example.se/?a=1&b=2"})
        for links in (None, {"@@link-1@@": "https://ordet.example.se/n/k/abc?x=1&y=å"}):
            assert genuine(compiled.fill(1, "mia@exempel.se", name, NOW, links))


@pytest.mark.django_db
def test_single_mails_are_signed_where_the_sender_is_ours(key, settings, now):
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    for sender in (None, "annan@annan.example.com"):
        mail = EmailMultiAlternatives("Bekräfta å", "Hej\n.punkt  \n..\nÅ\n\n", sender, to=["mia@exempel.se"])
        mail.attach_alternative("<p>Hej å</p>", "text/html")
        mail.send()
    SingleMail.objects.update(next_attempt_at=now, created_at=now)
    with SmtpServer() as server:
        settings.MAIL_RELAYS = [server.relay()]
        assert postbox_due(now) == {"sent": 2}
        ours, others = sorted(
            (m["raw"].encode("latin-1") for m in server.messages()), reverse=True, key=lambda raw: b"DKIM" in raw
        )
    assert genuine(ours)
    assert {"from", "to", "subject", "message-id", "auto-submitted"} <= {*signed_fields(ours)}
    assert b"DKIM-Signature" not in others


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"MAIL_DKIM_KEY": "-----BEGIN PRIVATE KEY-----\nhemligt\n-----END PRIVATE KEY-----"}, "newsletter.E009"),
        ({"MAIL_DKIM_KEY": "short"}, "newsletter.E009"),
        ({"MAIL_DKIM_KEY": "curve"}, "newsletter.E009"),
        ({"MAIL_DKIM_SELECTOR": ""}, "newsletter.E010"),
        ({"MAIL_DKIM_SELECTOR": "två ord"}, "newsletter.E010"),
    ],
)
def test_a_key_that_can_not_sign_stops_the_start(settings, fields, problem):
    settings.MAIL_RELAYS = ["smtps://relay.example.se"]
    settings.MAIL_DKIM_KEY, settings.MAIL_DKIM_SELECTOR = made("ed25519"), "ordet"
    assert check_settings() == []
    for name, value in fields.items():
        setattr(settings, name, made(value) if value in {"short", "curve"} else value)
    found = check_settings()
    assert [message.id for message in found] == [problem]
    assert found[0].hint
    assert "hemligt" not in str(found)


def test_a_key_on_one_line_is_read_too(settings):
    settings.MAIL_DKIM_KEY = made("ed25519").replace("\n", "\\n")
    assert dkim.signer().kind == "ed25519"


def test_the_key_is_never_shown(settings):
    secret = made("ed25519").splitlines()[1]
    settings.MAIL_DKIM_KEY = made("ed25519")
    assert secret not in repr(dkim.signer()) + repr(vars(dkim.signer()))
    settings.MAIL_DKIM_KEY = made("ed25519").replace("PRIVATE", "SECRET")
    with pytest.raises(dkim.BadKey) as caught:
        dkim.signer()
    told = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    ours = told.partition("newsletter/dkim.py")[2]
    assert "BadKey" in ours
    assert secret not in ours
    assert caught.value.__context__ is None


def test_the_dns_record_is_printed(settings, capsys):
    from django.core.management import CommandError, call_command

    settings.MAIL_DKIM_KEY = made("rsa")
    call_command("dkim_record")
    assert re.fullmatch(r"ordet\._domainkey\.example\.se\. TXT v=DKIM1; k=rsa; p=[\w+/=]{390,}\n", capsys.readouterr().out)
    settings.MAIL_DKIM_KEY = ""
    with pytest.raises(CommandError, match="nothing is signed"):
        call_command("dkim_record")
