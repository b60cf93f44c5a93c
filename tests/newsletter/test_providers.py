"""A provider's API as a relay (Postmark's, over real HTTP), and what providers tell of afterwards."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.core.mail import EmailMessage

from newsletter import engine
from newsletter.checks import check_settings
from newsletter.ledger import mark
from newsletter.models import Batch, Delivery, Mailing, Member, ProviderEvent, RelayState, SingleMail, Subscription, Suppression
from newsletter.postbox import Postbox, postbox_due
from newsletter.relays import UNCERTAIN, BadRelay, Outcome, Parcel, configured, parse
from tests.newsletter.stage import make_list, make_mailing, make_member, make_members
from tests.postmark_server import PostmarkServer

pytestmark = pytest.mark.django_db
SECRET = "ordet:mycket-hemligt"


@pytest.fixture
def provider(settings):
    with PostmarkServer() as running:
        settings.MAIL_RELAYS = [running.relay()]
        settings.MAIL_EVENTS_SECRET = SECRET
        yield running
        engine.shut_down()


@pytest.fixture
def mailing(now):
    mailing_list = make_list()
    make_members(3, mailing_list, now)
    return make_mailing(mailing_list, now)


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_a_mailing_leaves_through_the_api(provider, mailing, now):
    engine.send_due(now, seconds=10)
    assert states() == ["accepted"] * 3
    assert len(set(Delivery.objects.values_list("provider_id", flat=True)) - {""}) == 3
    letter = next(letter for letter in provider.letters if letter["To"] == "m0@exempel.se")
    member = Member.objects.get(ascii_address="m0@exempel.se")
    assert letter["Metadata"] == {"mailing": str(mailing.pk), "member": str(member.pk)}
    assert (letter["TrackOpens"], letter["TrackLinks"]) == (False, "None")
    headers = {header["Name"]: header["Value"] for header in letter["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<https://ordet.example.se/n/u/")
    assert "=?" not in headers["List-Unsubscribe"]
    assert "Å, ä och ö." in letter["TextBody"]
    assert '<html lang="sv">' in letter["HtmlBody"]
    assert letter["Subject"] == mailing.subject


REFUSED_406 = {
    "ErrorCode": 406,
    "Message": "You tried to send to a recipient that has been marked as inactive.\n"
    "Found inactive addresses: m0@exempel.se.\n"
    "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression.",
}


@pytest.mark.parametrize(
    ("answer", "state", "rests", "broken"),
    [
        ((200, {"ErrorCode": 0, "Message": "OK", "MessageID": "x", "To": "m0@exempel.se"}), "accepted", False, False),
        ((422, REFUSED_406), "refused", False, False),
        ((422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'm0@exempel.se'."}), "refused", False, False),
        ((422, {"ErrorCode": 400, "Message": "The 'From' address is not a Sender Signature."}), "refused", False, False),
        ((413, {"ErrorCode": 300, "Message": "too large"}), "refused", False, False),
        ((429, {"ErrorCode": 429, "Message": "Rate limit exceeded"}), "deferred", True, False),
        ((500, {"ErrorCode": 500, "Message": "Internal server error"}), "uncertain", True, False),
        ((503, b"down"), "uncertain", True, False),
        ((503, b"later", {"Retry-After": "60"}), "deferred", True, False),
        ((502, b"bad gateway"), "uncertain", True, False),
        ((200, b"<html>not json"), "uncertain", False, False),
        (None, "uncertain", False, False),
        ((401, {"ErrorCode": 10, "Message": "Bad token"}), "waiting", True, True),
        ((403, {"ErrorCode": 10, "Message": "Forbidden"}), "waiting", True, True),
    ],
)
def test_what_the_provider_answers_and_what_follows(provider, settings, now, answer, state, rests, broken):
    mailing_list = make_list()
    make_members(1, mailing_list, now)
    make_mailing(mailing_list, now)
    provider.answer = lambda letter, number: answer
    settings.OPERATOR_MAIL = "drift@exempel.se"
    engine.send_due(now, seconds=4)
    assert states() == [state]
    relay = RelayState.objects.filter(name="postmark").first()
    assert bool(relay and relay.rests_until) is rests
    assert bool(relay and relay.out_of_order) is broken


def test_nobody_listening_burns_nobody(provider, settings, mailing, now):
    settings.MAIL_RELAYS = [provider.relay(api_url="http://127.0.0.1:1/")]
    engine.send_due(now, seconds=4)
    assert states() == ["waiting"] * 3
    assert RelayState.objects.get().rests_until is not None


def test_the_key_is_never_told(provider, settings, mailing, now, caplog):
    settings.MAIL_RELAYS = [provider.relay(token="fel-nyckel-4711")]
    engine.send_due(now, seconds=4)
    relay = RelayState.objects.get()
    assert relay.out_of_order
    assert "4711" not in relay.last_error + caplog.text + repr(parse(settings.MAIL_RELAYS[0]))


def test_many_refusals_of_the_letter_pause_the_mailing(provider, now):
    mailing_list = make_list()
    make_members(30, mailing_list, now)
    mailing = make_mailing(mailing_list, now)
    provider.answer = lambda letter, number: (422, {"ErrorCode": 400, "Message": "The 'From' address is not a Sender Signature."})
    engine.send_due(now, seconds=10)
    mailing.refresh_from_db()
    assert mailing.state == Mailing.PAUSED
    assert provider.calls < 30


def test_a_single_mail_leaves_through_the_api(provider, now):
    Postbox(alias="default").send_messages([EmailMessage("Ämne", "Hej\n.punkt", "a@exempel.se", ["b@exempel.se"])])
    SingleMail.objects.update(next_attempt_at=now)
    postbox_due(now, seconds=5)
    assert SingleMail.objects.get().state == "sent"
    assert provider.letters[0]["Subject"] == "Ämne"
    assert "\n.punkt" in provider.letters[0]["TextBody"]
    assert "Metadata" not in provider.letters[0]


@pytest.mark.parametrize(
    "line",
    [
        "anymail+postmark://api.postmarkapp.com",
        "anymail+nobody://k@host",
        "anymail+postmark://k@host?api_url=ftp://x",
        "anymail+postmark://k@host?sender_domain=x",
        "anymail+ses://k:s@host?region=eu-north-1",
    ],
)
def test_a_bad_line_is_refused(line):
    with pytest.raises(BadRelay):
        parse(line)


@pytest.mark.parametrize(
    "name", ["postmark", "mailgun", "sendgrid", "brevo", "mailjet", "resend", "sparkpost", "mailersend", "mandrill", "mailtrap"]
)
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
def test_each_provider_can_be_configured(name, settings):
    settings.MAIL_RELAYS = [f"anymail+{name}://key:secret@api.example.se?name=x"]
    (relay,) = configured()
    relay.connect().close()


@pytest.mark.parametrize(
    ("secret", "wrong"),
    [
        ("ordet:hemligt", None),
        ("ordet:hemligt\nmailgun=k:ey", None),
        ("mailgun=key", "newsletter.E011"),
        ("hemligt", "newsletter.E011"),
        ("", "newsletter.W004"),
    ],
)
def test_a_secret_that_proves_nothing_is_told_at_the_start(settings, secret, wrong):
    settings.MAIL_RELAYS, settings.MAIL_EVENTS_SECRET = ["anymail+postmark://k@host"], secret
    found = [message.id for message in check_settings() if message.id in {"newsletter.E011", "newsletter.W004"}]
    assert found == ([wrong] if wrong else [])


# --- What providers tell ---


@pytest.fixture
def sent(provider, now):
    mailing_list = make_list()
    member = make_member(1, mailing_list, now)
    mailing = make_mailing(mailing_list, now, state=Mailing.SENT)
    Delivery.objects.create(
        mailing=mailing,
        member=member,
        address=member.ascii_address,
        state="accepted",
        provider_id="883953f4-6105-42a2-a16a-77a8eac79483",
    )
    return mailing, member


def bounce_event(mailing, member, **fields):
    """What Postmark posts for a bounce (fields as in its documentation, values our own)."""
    return {
        "RecordType": "Bounce",
        "MessageStream": "broadcast",
        "ID": 4323372036854775807,
        "Type": "HardBounce",
        "TypeCode": 1,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"mailing": str(mailing.pk), "member": str(member.pk)},
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": "m1@exempel.se",
        "From": "nyhetsbrev@example.se",
        "BouncedAt": "2026-03-06T11:05:00Z",
        **fields,
    }


@pytest.fixture
def tell(client):
    def post(event, provider="postmark", secret=SECRET, **headers):
        if secret:
            headers["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(secret.encode()).decode()
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return client.post(f"/mail/events/{provider}/", body, content_type="application/json", **headers).status_code

    return post


def row():
    return Delivery.objects.get()


def test_a_hard_bounce_silences_once(tell, sent):
    for _ in range(2):
        assert tell(bounce_event(*sent)) == 200
    assert (row().state, row().reason) == ("bounced", "hard")
    assert Member.objects.get().status == Member.BOUNCED
    assert ProviderEvent.objects.count() == 1


def test_a_hard_bounce_without_clear_words_counts_as_soft(tell, sent):
    tell(bounce_event(*sent, Details="smtp;550 5.7.1 rejected by policy"))
    assert (row().state, row().reason) == ("bounced", "soft")
    assert (Member.objects.get().status, Member.objects.get().soft_bounces) == (Member.ACTIVE, 1)


def test_a_complaint_suppresses_and_unsubscribes(tell, sent):
    mailing, member = sent
    event = {**bounce_event(mailing, member), "RecordType": "SpamComplaint", "Type": "SpamComplaint", "ID": 42}
    assert tell(event) == 200
    assert row().state == "complained"
    assert Suppression.objects.get().reason == "complaint"
    assert Subscription.objects.get().state == "unsubscribed"


def delivery_event(mailing, member, **fields):
    return {
        "RecordType": "Delivery",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": "m1@exempel.se",
        "DeliveredAt": "2026-03-06T11:01:00Z",
        "Details": "250 2.0.0 OK",
        "Metadata": {"mailing": str(mailing.pk), "member": str(member.pk)},
        **fields,
    }


@pytest.mark.parametrize("metadata", [True, False])
def test_a_delivery_settles_an_uncertain_row(tell, sent, metadata):
    Delivery.objects.update(state="uncertain", **({"provider_id": ""} if metadata else {}))
    event = delivery_event(*sent)
    if not metadata:
        del event["Metadata"]
    assert tell(event) == 200
    assert (row().state, row().provider_id) == ("accepted", event["MessageID"])


def test_a_delivery_that_comes_late_changes_no_bounce(tell, sent):
    tell(bounce_event(*sent))
    tell(delivery_event(*sent))
    assert row().state == "bounced"


def test_an_event_that_comes_before_its_answer_is_not_lost(provider, sent, tell, now):
    mailing, member = sent
    batch = Batch.objects.create(mailing=mailing, relay="postmark", owner="x", lease_until=now)
    Delivery.objects.update(state="sending", batch=batch.pk, provider_id="")
    tell(delivery_event(mailing, member))
    parcel = Parcel(mailing.pk, member.pk, batch.pk, "", "m1@exempel.se", bytes, relay="postmark")
    mark([(parcel, Outcome(UNCERTAIN, "no answer"))], now)
    assert (row().state, row().batch, bool(row().provider_id)) == ("accepted", None, True)


def test_another_address_than_ours_marks_nobody(tell, sent):
    tell(bounce_event(*sent, Email="otto@exempel.se"))
    assert row().state == "accepted"
    assert ProviderEvent.objects.get().member is None


def test_opens_are_not_kept(tell, sent):
    event = delivery_event(*sent, RecordType="Open", Recipient="m1@exempel.se", ReceivedAt="2026-03-06T11:09:00Z")
    assert tell(event) == 200
    assert ProviderEvent.objects.count() == 0


def test_who_does_not_prove_it_is_refused(tell, sent, client, settings):
    event = bounce_event(*sent)
    assert tell(event, secret="") == 403
    assert tell(event, secret="ordet:fel") == 403
    assert client.get("/mail/events/postmark/").status_code == 405
    assert client.put("/mail/events/postmark/").status_code == 405
    assert tell(event, provider="nobody") == 404
    assert tell(b"not json") == 400
    assert tell(b"[1]") == 400
    assert tell(b" " * 1_000_001) == 413
    settings.MAIL_EVENTS_SECRET = ""
    assert tell(event) == 404
    assert row().state == "accepted"
    assert ProviderEvent.objects.count() == 0


def mailgun_event(mailing, member, key="mailgun-key", **fields):
    stamp, token = str(int(time.time())), "a" * 50
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"token": token, "timestamp": stamp, "signature": signature},
        "event-data": {
            "id": "W3X4JOhFT-OZidZGKKr9iA",
            "event": "failed",
            "severity": "permanent",
            "timestamp": 1_772_794_800.1,
            "recipient": "m1@exempel.se",
            "delivery-status": {"code": 550, "message": "5.1.1 user unknown", "description": ""},
            "message": {"headers": {"message-id": "x@mg.example.se"}},
            "user-variables": {"mailing": str(mailing.pk), "member": str(member.pk)},
            **fields,
        },
    }


def test_a_signature_is_demanded_of_those_that_sign(tell, sent, settings):
    settings.MAIL_EVENTS_SECRET = f"{SECRET}\nmailgun=mailgun-key"
    assert tell(mailgun_event(*sent, key="another"), provider="mailgun") == 403
    assert row().state == "accepted"
    assert tell(mailgun_event(*sent), provider="mailgun") == 200
    assert (row().state, row().reason) == ("bounced", "hard")


def test_a_provider_that_signs_is_not_believed_without_its_key(tell, sent):
    assert tell(mailgun_event(*sent), provider="mailgun") == 404
