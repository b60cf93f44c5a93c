"""Relays with TLS: real handshakes, and nothing in clear where TLS was asked for."""

import pytest
from django.core import mail

from newsletter import engine
from newsletter.checks import check_settings
from newsletter.models import Delivery, Mailing, RelayState
from tests.certificates import Authority
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db
HARMLESS = {"EHLO", "HELO", "STARTTLS", "QUIT"}
PEOPLE = 12


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("trusted"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(autouse=True)
def _trusted(authority, monkeypatch):
    """Trust the authority as an operator does."""
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)


@pytest.fixture(autouse=True)
def _closed(settings):
    settings.OPERATOR_MAIL = "drift@exempel.se"
    yield
    engine.shut_down()


@pytest.fixture
def tls(authority):
    """Make a server whose certificate is good unless another is given."""

    def make(certificate=None, **options):
        certificate = certificate or authority.issue("127.0.0.1")
        return SmtpServer(cert=certificate.cert, key=certificate.key, **options)

    return make


@pytest.fixture
def mailing(now):
    mailing_list = make_list()
    make_members(PEOPLE, mailing_list, now)
    return make_mailing(mailing_list, now)


def send(settings, mailing, now, line):
    settings.MAIL_RELAYS = [line]
    engine.send_due(now, seconds=5)
    mailing.refresh_from_db()
    return mailing.state


def everybody_got_it_in_private(server, mailing):
    known = server.ask()
    assert mailing.state == Mailing.SENT
    assert len(known["counts"]) == PEOPLE
    assert set(known["counts"].values()) == {1}
    assert known["secured"] >= 1
    assert set(known["clear"]) <= HARMLESS
    assert known["violations"] == []


def nobody_got_anything(server, mailing):
    """The relay is out of order, the operator knows, and the rows wait as if nothing had been tried."""
    known = server.ask()
    assert known["counts"] == {}
    assert set(known["clear"]) <= HARMLESS
    assert RelayState.objects.get().out_of_order
    assert [message.to for message in mail.outbox] == [["drift@exempel.se"]]
    rows = Delivery.objects.filter(mailing_id=mailing.pk)
    assert set(rows.values_list("state", "attempts")) == {("waiting", 0)}
    assert mailing.state == Mailing.SENDING
    assert "hemligt" not in RelayState.objects.get().last_error + mail.outbox[0].body


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "in turn"])
def test_starttls_with_a_trusted_certificate(settings, tls, mailing, now, pipelining):
    with tls(starttls=True, pipelining=pipelining) as server:
        send(settings, mailing, now, server.relay(starttls=1, connections=2))
        everybody_got_it_in_private(server, mailing)


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "in turn"])
def test_implicit_tls(settings, tls, mailing, now, pipelining):
    with tls(smtps=True, pipelining=pipelining) as server:
        send(settings, mailing, now, server.relay(connections=2))
        everybody_got_it_in_private(server, mailing)


@pytest.mark.parametrize(
    ("served", "asked"), [({"starttls": True}, {"starttls": 1}), ({"smtps": True}, {})], ids=["STARTTLS", "smtps"]
)
def test_the_log_in_goes_over_tls(settings, tls, mailing, now, served, asked):
    with tls(user="anna", **served) as server:
        line = server.relay(connections=1, **asked).replace("://", "://anna:hemligt@")
        settings.MAIL_RELAYS = [line]
        assert check_settings() == []
        send(settings, mailing, now, line)
        everybody_got_it_in_private(server, mailing)
        assert server.ask()["logged_in"] >= 1


@pytest.mark.parametrize(
    ("served", "asked"), [({"starttls": True}, {"starttls": 1}), ({"smtps": True}, {})], ids=["STARTTLS", "smtps"]
)
@pytest.mark.parametrize("wrong", ["unknown authority", "another host"])
def test_a_wrong_certificate(settings, tls, authority, stranger, mailing, now, served, asked, wrong):
    certificate = stranger.issue("127.0.0.1") if wrong == "unknown authority" else authority.issue("mail.exempel.se")
    with tls(certificate, user="anna", **served) as server:
        send(settings, mailing, now, server.relay(**asked).replace("://", "://anna:hemligt@"))
        nobody_got_anything(server, mailing)
        assert "certificate" in RelayState.objects.get().last_error


def test_when_the_certificate_is_mended_the_relay_works_again(settings, tls, stranger, mailing, now):
    from datetime import timedelta

    with tls(stranger.issue("127.0.0.1"), starttls=True) as server:
        port = server.port
        send(settings, mailing, now, server.relay(starttls=1, name="a"))
    with tls(starttls=True, port=port) as server:
        send(settings, mailing, now + timedelta(minutes=1), server.relay(starttls=1, name="a"))
        everybody_got_it_in_private(server, mailing)
    assert not RelayState.objects.get().out_of_order


@pytest.mark.parametrize("how", ["not offered", "454", "501", "slipped in"])
def test_a_broken_starttls(settings, tls, mailing, now, how):
    options = {"starttls": how != "not offered", "slipped_in": "250 mail.exempel.se\r\n" if how == "slipped in" else ""}
    with tls(user="anna", **options) as server:
        if how in {"454", "501"}:
            server.script({"at": "starttls", "say": f"{how} 4.7.0 TLS not available"})
        send(settings, mailing, now, server.relay(starttls=1).replace("://", "://anna:hemligt@"))
        nobody_got_anything(server, mailing)


def test_tls_where_the_relay_speaks_in_clear(settings, mailing, now):
    with SmtpServer(user="anna") as server:
        line = server.relay().replace("smtp://", "smtps://anna:hemligt@")
        send(settings, mailing, now, line)
        nobody_got_anything(server, mailing)
