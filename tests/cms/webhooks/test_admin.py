"""“Webbkrokar” in the admin: made with a secret that is shown once, checked, tested, paused, resent; for those who may."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.models import HookDelivery, HookEndpoint
from cms.webhooks import desk, pausing
from tests.cms.webhooks.test_sending import happens
from tests.deploy.speech import english

PAGE = "/admin/webhooks/"


@pytest.fixture
def editor(client, eva):
    client.force_login(eva)
    return client


def said(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_endpoint_is_made_changed_and_deleted_and_its_secret_shown_once(editor, server):
    assert "Det finns inga webbkrokar än." in said(editor.get(PAGE))
    assert "Ny webbkrok" in said(editor.get(f"{PAGE}new/"))
    form = {"name": "Webbplatsen", "address": server.address, "events": ["post.published"]}
    made = editor.post(f"{PAGE}new/", form)
    endpoint = HookEndpoint.objects.get()
    assert endpoint.secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    page = f"{PAGE}{endpoint.pk}/"
    pages = [PAGE, page, f"{page}edit/", f"{page}secret/", f"{page}delete/"]
    shown = [editor.get(one).content.decode() for one in pages]
    assert not any(endpoint.secret in one for one in shown)
    assert [list(english(one)) for one in shown] == [[]] * len(pages)
    assert "Det finns redan en webbkrok med det namnet." in said(editor.post(f"{PAGE}new/", form))
    assert editor.post(f"{page}edit/", form | {"name": "Nya webben", "events": ["ping"]}).status_code == 200
    assert editor.post(f"{page}edit/", form | {"name": "Nya webben"}).status_code == 302
    renewed = editor.post(f"{page}secret/")
    fresh = HookEndpoint.objects.get()
    assert fresh.secret in renewed.content.decode()
    assert (fresh.name, fresh.old_secret) == ("Nya webben", endpoint.secret)
    assert editor.post(f"{page}delete/").status_code == 302
    assert not HookEndpoint.objects.exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://169.254.169.254/latest/", "ligger i ett nät som Ordet inte får anropa"),
        ("https://10.0.0.7/hook", "ligger i ett nät som Ordet inte får anropa"),
        ("https://[::1]/hook", "ligger i ett nät som Ordet inte får anropa"),
        ("http://192.0.32.10/hook", "måste börja med https://"),
        ("https://finns-inte.invalid/hook", "finns ingen dator som heter finns-inte.invalid"),
        ("https://eva:hemligt@example.se/", "är ingen webbadress"),
        ("ftp://example.se/", "är ingen webbadress"),
        ("https://example.se:port/", "är ingen webbadress"),
        ("https:// example.se/", "är ingen webbadress"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_in_words(editor, address, words):
    answer = editor.post(f"{PAGE}new/", {"name": "Fel", "address": address, "events": ["post.published"]})
    assert words in said(answer)
    assert not HookEndpoint.objects.exists()


def test_the_log_shows_what_was_sent_and_what_came_back(editor, endpoint, server, days):
    server.script = [500]
    happens(days.now, "a", "a")
    days.work()
    page = said(editor.get(f"{PAGE}{endpoint.pk}/"))
    assert "Den svarar med ett fel (500)." in page
    assert "når inte fram" in said(editor.get(PAGE)).lower()
    row = HookDelivery.objects.last()
    shown = said(editor.get(f"{PAGE}delivery/{row.pk}/"))
    assert row.hook_id in shown
    assert "&lt;h1&gt;500" in shown
    assert "v1," not in shown
    days.work(seconds=10)
    assert "Det senaste meddelandet kom fram" in said(editor.get(PAGE))
    editor.post(f"{PAGE}delivery/{row.pk}/resend/")
    assert days.work() == {"delivered": 1}
    assert len({call.id for call in server.calls}) == 2


def test_the_buttons_do_what_they_say(editor, endpoint, server, days):
    page = f"{PAGE}{endpoint.pk}/"
    assert "Testet är på väg" in said(editor.post(f"{page}test/", follow=True))
    assert days.work() == {"delivered": 1}
    assert "Testmeddelande" in said(editor.get(page))
    steps = [("pause", "Pausad."), ("resume", "Den fortsätter."), ("off", "Avstängd.")]
    for name, words in [*steps, ("resume", "Den fortsätter."), ("again", "0 skickas igen.")]:
        assert words in said(editor.post(f"{page}{name}/", follow=True))
    assert editor.post(f"{page}erase/").status_code == 404


def test_the_log_is_paged_by_key_and_costs_the_same_however_long(editor, endpoint, days):
    happens(days.now, *(f"p{number}" for number in range(65)))
    page = f"{PAGE}{endpoint.pk}/"
    editor.get(page)
    seen, address, costs = [], page, []
    while address:
        with CaptureQueriesContext(connection) as asked:
            body = editor.get(address).content.decode()
        costs.append(len(asked))
        seen += re.findall(r"Sidan p(\d+)</small>", body)
        found = re.search(r'href="(\?visa=&amp;fore=\d+)"', body)
        address = f"{page}{found[1].replace('&amp;', '&')}" if found else ""
    assert seen == [str(number) for number in reversed(range(65))]
    assert len(set(costs)) == 1
    assert editor.get(f"{page}?fore=99999999999999999999&visa=failed").status_code == 200


def test_only_those_who_may_see_it(client, endpoint, days, django_user_model):
    happens(days.now, "a")
    row = HookDelivery.objects.get()
    otto = django_user_model.objects.create_user("otto", "otto@example.se", "o")
    otto.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(otto)
    doors = [("webhooks", []), ("webhooks_add", []), ("webhooks_delivery", [row.pk])]
    doors += [(f"webhooks_{name}", [endpoint.pk]) for name in ("endpoint", "edit", "secret", "delete")]
    for name, arguments in doors:
        assert client.get(reverse(name, args=arguments)).status_code == 302
        assert client.post(reverse(name, args=arguments)).status_code in (302, 405)
    for name, arguments in [("webhooks_act", [endpoint.pk, "off"]), ("webhooks_resend", [row.pk])]:
        assert client.post(reverse(name, args=arguments)).status_code == 302
    assert "Webbkrokar" not in client.get("/admin/").content.decode()
    endpoint.refresh_from_db()
    assert endpoint.active
    otto.user_permissions.add(Permission.objects.get(codename="change_hookendpoint"))
    assert client.get(PAGE).status_code == 200
    assert "Webbkrokar" in client.get("/admin/").content.decode()


def test_a_posts_page_tells_which_front_ends_know_of_it(editor, endpoint, server, days, publish):
    post = publish(title="Ordet är fritt")
    page = reverse("cms_spread", args=[post.pk])
    server.usual = 500
    assert "Skickat till Webbplatsen Väntar" in said(editor.get(page))
    days.work()
    HookDelivery.objects.update(state="failed", settled_at=days.now)
    shown = editor.get(page)
    assert "1 meddelande kom inte fram." in said(shown)
    assert f"{PAGE}{endpoint.pk}/post/{post.pk}/" in shown.content.decode()
    server.usual = "ok"
    editor.post(f"{PAGE}{endpoint.pk}/post/{post.pk}/")
    assert days.work() == {"delivered": 1}
    assert "1 meddelande kom fram." in said(editor.get(page))
    pausing.pause(endpoint, "Sommar", days.now, told=False)
    post.save_revision().publish()
    assert "Är pausad" in said(editor.get(page))


def test_ready_counts_what_is_late_and_not_what_rests(endpoint, server, days):
    from deploy import figures

    later = timezone.now() + timedelta(minutes=10)
    desk.test(endpoint, timezone.now())
    happens(timezone.now(), "a")
    late = [line for line in figures.troubles(later) if line.startswith("hookdelivery")]
    assert len(late) == 1
    assert 'ordet_rows{kind="hookdelivery",state="waiting"} 2' in figures.metrics(later)
    HookDelivery.objects.filter(event="ping").delete()
    pausing.pause(endpoint, "Sommar", later, told=False)
    assert not [line for line in figures.troubles(later) if line.startswith("hookdelivery")]
