"""A provider's API that fails in ways that nobody documents: broken encryption, and errors of the adapter itself."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from newsletter import engine
from newsletter.journal import Journal
from newsletter.leases import settle_expired
from newsletter.models import Batch, Delivery, RelayState
from newsletter.relays import ACCEPTED, Outcome
from tests.certificates import Authority
from tests.newsletter.stage import make_list, make_mailing, make_members
from tests.postmark_server import PostmarkServer

pytestmark = pytest.mark.django_db


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


@pytest.fixture
def tls_provider(tmp_path, settings, monkeypatch, now):
    """A provider that is asked over TLS; returns what it heard after it met one call with `act(its TCP, its TLS)`."""
    mailing_list = make_list()
    make_members(1, mailing_list, now)
    make_mailing(mailing_list, now)
    authority = Authority(tmp_path)
    pair = authority.issue("127.0.0.1")
    world = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    world.load_cert_chain(pair.cert, pair.key)
    calls = []

    def serve(listening, act):
        with suppress(OSError):
            while True:
                with suppress(OSError), listening.accept()[0] as plain:
                    plain.settimeout(5)
                    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                    act(plain, calls, world.wrap_bio(incoming, outgoing, server_side=True), incoming, outgoing)

    def run(act, *, trusted=True):
        if trusted:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.file)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            threading.Thread(target=serve, args=(listening, act), daemon=True).start()
            address = f"https://127.0.0.1:{listening.getsockname()[1]}/"
            settings.MAIL_RELAYS = [f"anymail+postmark://k@p?name=p&connections=1&timeout=3&api_url={address}"]
            engine.send_due(now, seconds=4)
            engine.shut_down()
        return calls

    return run


def shake_hands(plain, calls, tls, incoming, outgoing):
    """Answer the greeting, then with rubbish instead of an answer."""
    done = False
    while not done:
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass
        plain.sendall(outgoing.read())
        if not done:
            incoming.write(plain.recv(65_536))
    heard = b""
    while b"@exempel.se" not in heard:
        try:
            heard += tls.read(65_536)
        except ssl.SSLWantReadError:
            incoming.write(plain.recv(65_536))
    calls.append(heard)
    plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
    with suppress(OSError):
        plain.recv(65_536)


def test_an_answer_whose_encryption_breaks_is_a_lost_answer(tls_provider):
    assert len(tls_provider(shake_hands)) == 1
    assert states() == ["uncertain"]


@pytest.mark.parametrize("trusted", [True, False])
def test_a_handshake_that_fails_burns_nobody(tls_provider, trusted):
    act = (lambda plain, *_: plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) if trusted else shake_hands
    assert tls_provider(act, trusted=trusted) == []
    assert (states(), RelayState.objects.get().out_of_order) == (["waiting"], True)


def test_what_nobody_expected_is_reported_all_the_same(settings, now, monkeypatch):
    """Before the call it is the letter's failure; after it nobody knows what became of the letter."""

    def odd(*_arguments, **_named):
        raise RuntimeError("odd")

    mailing_list = make_list()
    make_members(3, mailing_list, now)
    make_mailing(mailing_list, now)
    with PostmarkServer() as provider, monkeypatch.context() as patch:
        settings.MAIL_RELAYS = [provider.relay()]
        patch.setattr("requests.Session.request", odd)
        engine.send_due(now, seconds=1)
        doubted = Delivery.objects.filter(state="uncertain").count()
        assert 0 < doubted < 3
        patch.setattr("newsletter.relays.anymail.letter_of", odd)
        RelayState.objects.all().delete()
        engine.send_due(now, seconds=2)
        engine.shut_down()
    assert states() == ["refused"] * (3 - doubted) + ["uncertain"] * doubted
    assert set(Delivery.objects.filter(state="refused").values_list("reason", flat=True)) == {"policy"}
    assert not Batch.objects.exists()


def test_what_the_provider_calls_a_letter_survives_a_kill(now):
    """Without it, an event that lacks our metadata would find no row."""
    mailing_list = make_list()
    (member,) = make_members(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    batch = Batch.objects.create(mailing=mailing, relay="postmark", owner="dead", lease_until=now - timedelta(hours=1))
    Delivery.objects.create(mailing=mailing, member=member, address="m0@exempel.se", state="sending", batch=batch.pk)
    kept = Journal("dead")
    kept.begin(batch.pk, member.pk)
    kept.done(batch.pk, member.pk, Outcome(ACCEPTED, "taken", provider_id="b7bc2f4a"))
    kept.close()
    settle_expired(now)
    row = Delivery.objects.get()
    assert (row.state, row.provider_id) == ("accepted", "b7bc2f4a")
