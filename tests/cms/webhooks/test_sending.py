"""Delivery to a strict front end: signed, in order per page, repeated with the same id until it is taken, and stopped in time."""

import json
import logging
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from standardwebhooks import Webhook

from cms.models import HookDelivery, HookEndpoint
from cms.webhooks import desk, events, keeping, pausing, sending
from cms.webhooks.outcome import WAITS
from cms.webhooks.signing import new_secret, signatures
from cms.webhooks.telling import Event, tell
from newsletter.models import SingleMail


def happens(now, *pages, kind=events.UPDATED):
    """Something happens to each page, in this order."""
    for page in pages:
        number = HookDelivery.objects.count()
        data = {"id": page, "number": number}
        assert tell([Event(kind, page, str(number), now, data, f"Sidan {page}")], now) == HookEndpoint.objects.count()


def states():
    return "".join(state[0] for state in HookDelivery.objects.order_by("pk").values_list("state", flat=True))


def ids(server):
    return [call.id for call in server.calls]


def order(server, page):
    return [body["data"]["number"] for body in server.taken if body["data"]["id"] == page]


def test_the_signature_is_the_specifications():
    secret = new_secret()
    now, body = timezone.now(), '{"type":"a","data":{"å":"✓"}}'
    seconds = int(now.timestamp())
    made = signatures([secret, new_secret()], "msg_1", seconds, body.encode())
    assert made.split()[0] == Webhook(secret).sign("msg_1", now, body)
    assert len(set(made.split())) == 2
    head = {"webhook-id": "msg_1", "webhook-timestamp": str(seconds), "webhook-signature": made}
    assert Webhook(secret).verify(body, head)["data"] == {"å": "✓"}


def test_it_arrives_at_once_and_is_told_once(endpoint, server, days, row):
    happens(days.now, "a")
    assert days.work() == {"delivered": 1}
    assert days.work() == {}
    delivery = row()
    (call,) = server.calls
    assert call.raw.decode() == delivery.body
    assert (delivery.status, delivery.answer, delivery.attempts) == (200, "taken", 1)
    assert (call.headers["user-agent"], len(delivery.tries)) == ("Ordet/1.0", 1)
    endpoint.refresh_from_db()
    assert endpoint.last_success_at is not None


@pytest.mark.parametrize("fault", [500, 404, "redirect", "drop", "half", "busy", "later"])
def test_whatever_goes_wrong_it_comes_again_with_the_same_id(endpoint, server, days, row, fault):
    server.script = [fault]
    happens(days.now, "a")
    assert days.work() == {"waiting": 1}
    waits = {"busy": 120, "later": 3 * 3600}.get(fault, 5)
    assert days.work(seconds=waits - 4) == {}
    delivery = row()
    assert delivery.last_error
    statuses = {"redirect": 307, "drop": None, "half": None, "busy": 429, "later": 503}
    assert delivery.tries[0]["status"] == statuses.get(fault, fault)
    assert days.work(seconds=6) == {"delivered": 1}
    assert len(set(ids(server))) == 1
    assert len(server.calls) == 2


def test_the_command_does_one_pass_and_prints_counts(endpoint, server, capsys):
    happens(timezone.now(), "a", "b")
    call_command("hooks_due")
    call_command("hooks_due")
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"delivered": 2}, {}]


def test_a_long_answer_is_an_answer_and_is_cut(endpoint, server, days, row):
    server.script = ["long", 500]
    happens(days.now, "a")
    assert days.work() == {"delivered": 1}
    assert len(row().answer) == 1000
    happens(days.now, "b")
    days.work()
    assert "\0" not in HookDelivery.objects.first().answer


def test_later_events_of_a_page_wait_for_the_earlier_and_other_pages_go_on(endpoint, server, days):
    server.of_post = {"a": 500}
    happens(days.now, "a", "b", "a", "a", "b")
    days.work()
    assert states() == "wdwwd"
    assert order(server, "b") == [1, 4]
    server.of_post = {}
    assert days.work(seconds=6) == {"delivered": 3}
    assert order(server, "a") == [0, 2, 3]


def test_an_hour_of_500_loses_nothing_and_mixes_up_nothing(endpoint, server, days):
    server.usual = 500
    pages = "abcde"
    happens(days.now, *pages, *pages)
    for _minute in range(12):
        days.work(minutes=5)
    asked, server.usual = len(server.calls), "ok"
    assert asked < 40
    for _half_hour in range(4):
        days.work(minutes=30)
    assert states() == "d" * 10
    for page in pages:
        assert order(server, page) == sorted(order(server, page))
        assert len(order(server, page)) == 2
    assert len(set(ids(server))) == 10


def test_a_front_end_that_is_away_is_asked_seldom_and_gets_all_at_once_when_it_is_back(endpoint, server, days, free_port):
    HookEndpoint.objects.update(address=f"http://127.0.0.1:{free_port}/hook")
    happens(days.now, *"abcdefgh")
    days.work()
    assert HookDelivery.objects.filter(attempts__gt=0).count() == 4
    for _minute in range(60):
        days.work(minutes=1)
    assert sum(HookDelivery.objects.values_list("attempts", flat=True)) < 20
    HookEndpoint.objects.update(address=server.address)
    days.work(minutes=11)
    assert states() == "d" * 8


def test_a_silent_front_end_keeps_no_other_waiting(endpoint, server, days):
    other = desk.create("Andra", server.address, [events.UPDATED], days.now - timedelta(days=1))
    resting = {"quiet_until": days.now + timedelta(minutes=5), "unreachable": 7}
    HookEndpoint.objects.filter(pk=other.pk).update(secret=endpoint.secret, **resting)
    happens(days.now, *"abcdefghijkl")
    assert days.work() == {"delivered": 12}
    assert other.deliveries.filter(state="waiting").count() == 12


def test_a_slow_front_end_is_waited_for_once_while_the_others_get_theirs(endpoint, server, days, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", 0.4)
    other = desk.create("Andra", server.address, [events.UPDATED], days.now - timedelta(days=1))
    HookEndpoint.objects.filter(pk=other.pk).update(secret=endpoint.secret)
    endpoint.deliveries.all().delete()
    server.of_post = {"slow": "hold"}
    happens(days.now, "slow", "a", "b")
    began = time.monotonic()
    assert days.work() == {"waiting": 2, "delivered": 4}
    assert time.monotonic() - began < 2
    server.go.set()
    server.of_post = {}
    assert days.work(seconds=7) == {"delivered": 2}
    assert [len([call for call in server.calls if call.id == one]) for one in sorted(set(ids(server)))]


def test_after_a_day_the_row_fails_the_endpoint_pauses_and_the_operator_is_told(endpoint, server, days, row, settings, eva):
    settings.OPERATOR_MAIL = "drift@example.se"
    server.usual = 500
    happens(days.now, "a")
    began = days.now
    while row().state == "waiting":
        days.work(seconds=max((row().next_attempt_at - days.now).total_seconds(), 0))
    assert timedelta(hours=23) < days.now - began < timedelta(hours=27)
    endpoint.refresh_from_db()
    assert (states(), row().attempts, len(server.calls)) == ("f", len(WAITS) + 1, len(WAITS) + 1)
    assert endpoint.paused_at is not None
    assert sorted(one.to[0] for one in mail.outbox) == ["drift@example.se", "eva@example.se"]
    assert mail.outbox[0].subject == "Webbkroken Webbplatsen är pausad"
    assert endpoint.secret not in mail.outbox[0].body
    server.usual = "ok"
    happens(days.now, "a", "b")
    assert days.work(days=1) == {}
    assert sending.next_due(days.now) is None
    pausing.resume(endpoint, days.now)
    assert desk.resend_failed(endpoint, days.now) == 1
    assert days.work() == {"delivered": 3}
    assert order(server, "a") == [0, 1]
    assert len(mail.outbox) == 2


def test_410_switches_it_off(endpoint, server, days, settings):
    settings.OPERATOR_MAIL = "drift@example.se"
    happens(days.now, "a", "a")
    server.usual = 410
    assert days.work() == {"failed": 1}
    assert states() == "fc"
    endpoint.refresh_from_db()
    assert not endpoint.active
    assert [one.subject for one in mail.outbox] == ["Webbkroken Webbplatsen är avstängd"]
    assert tell([Event(events.UPDATED, "a", "later", days.now, {})], days.now) == 0
    with pytest.raises(desk.NotNow):
        desk.resend(HookDelivery.objects.order_by("pk").first(), days.now)
    pausing.resume(endpoint, days.now)
    server.usual = "ok"
    happens(days.now, "c")
    assert days.work() == {"delivered": 1}


@pytest.fixture
def postbox(settings):
    """The real one: it takes no address such as root@localhost."""
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}


def test_an_address_that_takes_no_mail_stops_neither_the_row_nor_the_others(
    endpoint, server, days, settings, eva, django_user_model, postbox, caplog
):
    django_user_model.objects.create_superuser("root", "root@localhost", "x")
    settings.OPERATOR_MAIL = "drift@example.se"
    happens(days.now, "a")
    server.usual = 410
    assert days.work() == {"failed": 1}
    assert sorted(SingleMail.objects.values_list("recipient", flat=True)) == ["drift@example.se", "eva@example.se"]
    assert "could not be sent" in caplog.text


def test_a_row_that_breaks_takes_no_other_of_its_wave_along(endpoint, server, days, monkeypatch, caplog):
    happens(days.now, "a", "b", "c", "d")
    keys = list(HookDelivery.objects.order_by("pk").values_list("pk", flat=True))
    conclude, headers = sending.conclude, sending.headers

    def broken(act, number):
        def acted(row, *arguments):
            return {}["none"] if row.pk == keys[number] else act(row, *arguments)

        return acted

    monkeypatch.setattr(sending, "conclude", broken(conclude, 0))
    monkeypatch.setattr(sending, "headers", broken(headers, 1))
    assert days.work() == {"unknown": 1, "delivered": 2}
    assert caplog.text.count("KeyError") == 2
    monkeypatch.undo()
    server.script = ["ok"]
    assert days.work(minutes=1) == {"delivered": 2}
    assert len(set(ids(server))) == 4


def test_a_test_goes_out_whatever_the_state_and_never_twice(endpoint, server, days, row):
    pausing.pause(endpoint, "Sommar", days.now, told=False)
    server.script = [500]
    made = desk.test(endpoint, days.now)
    assert days.work() == {"failed": 1}
    assert desk.test(endpoint, days.now).hook_id != made.hook_id
    assert days.work() == {"delivered": 1}
    assert server.told() == ["ping"]
    with pytest.raises(desk.NotNow):
        desk.resend(made, days.now)


def test_a_new_secret_and_the_old_one_both_sign_for_a_day(endpoint, server, days, caplog):
    old, new = endpoint.secret, desk.rotate(endpoint, days.now)
    for secret in (old, new):
        server.secret = secret
        happens(days.now, secret[-5:])
        assert days.work() == {"delivered": 1}
    happens(days.later(days=1, minutes=1) or days.now, "b")
    assert days.work() == {"delivered": 1}
    (call,) = server.calls[2:]
    assert len(call.headers["webhook-signature"].split()) == 1
    keeping.forget_old(days.now)
    assert HookEndpoint.objects.get().old_secret == ""
    everything = caplog.text + json.dumps(list(HookDelivery.objects.values("body", "answer", "last_error", "tries")))
    assert not any(part in everything for part in (old, new, "v1,"))


def test_a_secret_that_cannot_be_read_stops_the_endpoint_not_the_worker(endpoint, server, days, row, settings):
    happens(days.now, "a")
    settings.FIELD_KEYS = ["another"]
    assert days.work() == {}
    assert (row().state, row().attempts, HookEndpoint.objects.defer("secret").get().paused_at is None) == ("waiting", 0, False)
    desk.rotate(HookEndpoint.objects.get(), days.now)
    pausing.resume(HookEndpoint.objects.get(), days.now)
    server.secret = HookEndpoint.objects.get().secret
    assert days.work() == {"delivered": 1}


def test_a_worker_that_was_frozen_past_its_lease_writes_nothing(endpoint, server, days, row, monkeypatch, caplog):
    happens(days.now, "a")
    conclude = sending.conclude

    def late(*arguments):
        monkeypatch.undo()
        assert sending.hooks_due(days.now + timedelta(minutes=1)) == {"delivered": 1}
        conclude(*arguments)

    monkeypatch.setattr(sending, "conclude", late)
    server.script = ["ok", "ok"]
    assert days.work() == {"lost": 1}
    assert (row().state, row().attempts, len(server.calls), len(set(ids(server)))) == ("delivered", 2, 2, 1)
    assert "taken over" in caplog.text


def test_an_address_that_leads_inside_is_not_called(endpoint, server, days, row, settings):
    settings.FETCH_ALLOW_NETWORKS = []
    happens(days.now, "a")
    assert days.work() == {"waiting": 1}
    assert "FETCH_ALLOW_NETWORKS" in row().last_error
    assert server.calls == []


def test_addresses_and_secrets_stand_in_no_log(endpoint, server, days, caplog):
    caplog.set_level(logging.DEBUG)
    HookEndpoint.objects.update(address=f"{server.address}?token=S3CRET-token")
    server.usual = 500
    happens(days.now, "a")
    sent = sending.hooks_due(days.now)
    assert sent == {"waiting": 1}
    assert not any(word in caplog.text for word in ("S3CRET", endpoint.secret, urlsplit(server.address).path + "?"))
    server.calls.clear()


def test_old_rows_go(endpoint, server, days):
    happens(days.now, "a", "b")
    days.work()
    happens(days.now, "c")
    pausing.pause(endpoint, "Sommar", days.now, told=False)
    assert keeping.forget_old(days.now + timedelta(days=89)) == 0
    assert keeping.forget_old(days.now + timedelta(days=91)) == 2
    assert states() == "c"
