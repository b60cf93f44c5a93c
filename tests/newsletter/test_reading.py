"""What is known of reading: page views without persons, opens and clicks of those who agreed, the figures."""

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter import engine, mailings, members, statistics, tracking, visits
from newsletter.letter import UNSUBSCRIBE, Letter
from newsletter.models import (
    Delivery,
    Mailing,
    MailingLink,
    Member,
    NewsletterRules,
    Reading,
    Visits,
)
from newsletter.relays.memory import Memory
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db
HOME = "https://ordet.example.se"
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0"


def letter_with(*urls):
    links = "".join(f'<a href="{url}">x</a>' for url in urls)
    return Letter(
        "Mars", f'<html><head><title>x</title></head><body>{links}<a href="{UNSUBSCRIBE}">u</a></body></html>', " ".join(urls)
    )


@pytest.fixture(autouse=True)
def _forget():
    cache.clear()


@pytest.fixture
def mailing_list():
    return make_list()


@pytest.fixture
def mia(mailing_list, now):
    return make_member(1, mailing_list, now)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{HOME}/nyheter/", f"{HOME}/nyheter/?utm_source=nyhetsbrev&utm_medium=email&utm_campaign=7"),
        (f"{HOME}/a?b=c&amp;d=1#slut", f"{HOME}/a?b=c&d=1&utm_source=nyhetsbrev&utm_medium=email&utm_campaign=7#slut"),
        (f"{HOME}/a?utm_campaign=egen", f"{HOME}/a?utm_campaign=egen"),
        ("https://front.example.se/x", "https://front.example.se/x?utm_source=nyhetsbrev&utm_medium=email&utm_campaign=7"),
        (f"{HOME}/media/a.jpg", f"{HOME}/media/a.jpg"),
        (f"{HOME}/n/w/abc", f"{HOME}/n/w/abc"),
        ("https://annan.se/?q=1", "https://annan.se/?q=1"),
        ("https://ordet.example.se.annan.se/", "https://ordet.example.se.annan.se/"),
        ("mailto:info@example.se", "mailto:info@example.se"),
        ("https://[fel", "https://[fel"),
    ],
)
def test_links_to_our_own_pages_say_which_mailing_it_was(settings, before, after):
    settings.FRONTEND_URL = "https://front.example.se"
    html = visits.tagged(letter_with(before), 7).html
    found = html.split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert found == after


def test_the_text_part_keeps_its_sentences():
    text = visits.tagged(Letter("x", "", f"Läs mer ({HOME}/nyheter/). Och {HOME}/b, sedan."), 7).text
    tag = "?utm_source=nyhetsbrev&utm_medium=email&utm_campaign=7"
    assert text == f"Läs mer ({HOME}/nyheter/{tag}). Och {HOME}/b{tag}, sedan."


def test_tagging_twice_is_tagging_once():
    once = visits.tagged(letter_with(f"{HOME}/a?b=1"), 7)
    assert visits.tagged(once, 7) == once


def begun(mailing_list, now, *urls, **fields):
    return make_mailing(mailing_list, now, letter_with(*urls), frozen_at=now, state=Mailing.SENT, **fields)


def test_a_visit_is_counted_per_page_and_day_without_a_person(client, mailing_list, now):
    mailing = begun(mailing_list, now, f"{HOME}/nyheter/?a=1")
    form = {"c": mailing.pk, "p": "/nyheter/"}
    for _ in range(3):
        answer = client.post("/n/v", form, headers={"Origin": HOME})
        assert (answer.status_code, answer.content, answer.cookies) == (204, b"", {})
    (row,) = Visits.objects.all()
    assert (row.path, row.count) == ("/nyheter/", 3)
    assert client.get("/n/v", form).status_code == 405
    for wrong in ({"p": "/annan/"}, {"p": "/" + "x" * 400}, {"c": "999"}, {"c": "x"}, {"c": "²"}, {"c": "9" * 30}):
        assert client.post("/n/v", form | wrong, headers={"Origin": HOME}).status_code == 400
    assert client.post("/n/v", form, headers={"Origin": "https://annan.se"}).status_code == 400
    assert client.post("/n/v", form).status_code == 400, "from nowhere"
    assert client.post("/n/v", form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert Visits.objects.get().count == 3
    assert client.post("/n/v", form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204


def test_many_visits_from_one_caller_are_too_many(client, mailing_list, now, monkeypatch):
    from newsletter import limits

    mailing = begun(mailing_list, now, f"{HOME}/nyheter/")
    monkeypatch.setitem(limits.BY_CALLER, limits.VISIT, limits.Limit(2, limits.HOUR))
    codes = [client.post("/n/v", {"c": mailing.pk, "p": "/nyheter/"}, headers={"Origin": HOME}).status_code for _ in range(3)]
    assert codes == [204, 204, 429]


# Tracking.


@pytest.fixture
def tracked(mailing_list, mia, now, settings):
    """A mailing that counts, to mia, who agreed, and otto, who didn't; sent, with what each got."""
    NewsletterRules.objects.create(tracking=True)
    Member.objects.filter(pk=mia.pk).update(tracking_agreed_at=now)
    make_member(2, mailing_list, now)
    content = letter_with(f"{HOME}/nyheter/", "https://annan.se/?a=1&amp;b=2")
    mailing = make_mailing(mailing_list, now, content, tracked=True)
    tracking.remember_links(mailing, visits.tagged(content, mailing.pk))
    settings.MAIL_RELAYS = ["memory://relay"]
    engine.send_due(now, seconds=5)
    return mailing


def sent_to(address):
    (raw,) = [sent.body for sent in Memory.sent if sent.address == address]
    return raw


def test_whoever_did_not_agree_gets_a_letter_without_traces_to_the_byte(tracked, mia, now):
    otto = Member.objects.get(address="m2@exempel.se")
    plain = Mailing.objects.get(pk=tracked.pk)
    plain.tracked = False
    compiled = mailings.compiled(plain)
    marked = mailings.compiled(tracked)
    assert marked.fill(otto.pk, otto.address, otto.name, now) == compiled.fill(otto.pk, otto.address, otto.name, now)
    assert b"/n/k/" not in sent_to(otto.address)
    assert b"/n/o/" not in sent_to(otto.address)
    assert b"/n/k/" in sent_to(mia.address)
    assert b"/n/o/" in sent_to(mia.address)


def test_nobody_is_tracked_when_it_is_switched_off_or_taken_back(tracked, mia):
    assert set(tracking.links_for(tracked.pk, [mia.pk])) == {mia.pk}
    Member.objects.filter(pk=mia.pk).update(tracking_agreed_at=None)
    assert tracking.links_for(tracked.pk, [mia.pk]) == {}
    Member.objects.filter(pk=mia.pk).update(tracking_agreed_at="2026-03-06T12:00Z")
    NewsletterRules.objects.update(tracking=False)
    assert tracking.links_for(tracked.pk, [mia.pk]) == {}


@pytest.fixture
def ways(tracked, mia, now):
    """Mia's own links, and an acceptance long enough ago."""
    Delivery.objects.filter(mailing_id=tracked.pk).update(settled_at=now - timedelta(days=1))
    links = tracking.links_for(tracked.pk, [mia.pk])[mia.pk]
    found = {name: urlsplit(address.split('src="')[-1].split('"')[0]).path for name, address in links.items()}
    return {"open": found[tracking.OPEN_SLOT], 0: found[tracking.slot(0)], 1: found[tracking.slot(1)]}


def test_the_foot_says_what_is_true(db, now, publish):
    from newsletter.contents import gather
    from newsletter.render import render
    from tests.newsletter import newsroom

    issue = newsroom.issue([])
    before = render(gather(issue, now))
    NewsletterRules.objects.create(tracking=True)
    after = render(gather(issue, now))
    for words in (before.html, before.text):
        assert "Vi mäter inte" in " ".join(words.split())
    for words in (after.html, after.text):
        assert "Vi räknar öppningar och klick bara för dem" in " ".join(words.split())
        assert "Vi mäter inte" not in words


def look(client, path, program=PERSON, method="get"):
    return getattr(client, method)(path, headers={"User-Agent": program})


def test_a_click_leads_only_to_what_the_letter_held(client, ways, tracked, mia):
    answer = look(client, ways[0])
    assert answer.status_code == 302
    assert answer["Location"] == f"{HOME}/nyheter/?utm_source=nyhetsbrev&utm_medium=email&utm_campaign={tracked.pk}"
    assert look(client, ways[1])["Location"] == "https://annan.se/?a=1&b=2"
    look(client, ways[0])
    assert look(client, ways["open"]).content == tracking.PIXEL
    rows = set(Reading.objects.values_list("kind", "link", "machine"))
    assert rows == {("click", 0, False), ("click", 1, False), ("open", 0, False)}
    assert tracking.readers(tracked.pk) == {"click": 1, "open": 1}
    forged = tracking.sign_link("click", tracked.pk, mia.pk, 9)
    assert look(client, f"/n/k/{forged}").status_code == 404
    MailingLink.objects.all().delete()
    assert look(client, ways[0]).status_code == 404


@pytest.mark.parametrize(
    ("program", "method"),
    [
        ("Mozilla/5.0", "get"),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "get"),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", "get"),
        ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; ms-office; MSOffice 16)", "get"),
        ("BarracudaCentral scan", "get"),
        ("curl/8.5", "get"),
        ("", "get"),
        (PERSON, "head"),
    ],
)
def test_what_a_machine_opens_is_left_out(client, ways, tracked, program, method):
    look(client, ways["open"], program, method)
    assert Reading.objects.get().machine
    assert tracking.readers(tracked.pk) == {}


def test_an_open_within_seconds_is_a_scanners(ways, tracked, mia, now):
    Delivery.objects.filter(mailing_id=tracked.pk).update(settled_at=now)
    seen = tracking.Glimpse(PERSON)
    assert tracking.is_machine(tracked.pk, mia.pk, seen, now + timedelta(seconds=9))
    assert not tracking.is_machine(tracked.pk, mia.pk, seen, now + timedelta(seconds=11))


def test_all_links_at_once_were_a_machines(mailing_list, mia, now):
    NewsletterRules.objects.create(tracking=True)
    Member.objects.filter(pk=mia.pk).update(tracking_agreed_at=now)
    content = letter_with(*(f"https://annan.se/{number}" for number in range(6)))
    mailing = make_mailing(mailing_list, now, content, tracked=True)
    tracking.remember_links(mailing, content)
    for place in range(6):
        tracking.clicked(tracking.sign_link("click", mailing.pk, mia.pk, place), tracking.Glimpse(PERSON), now)
    assert tracking.readers(mailing.pk) == {}
    later = now + timedelta(minutes=5)
    tracking.clicked(tracking.sign_link("click", mailing.pk, mia.pk, 2), tracking.Glimpse(PERSON), later)
    assert tracking.readers(mailing.pk) == {"click": 1}, "and the person who came later counts"


def test_after_a_no_the_old_links_lead_on_and_count_nothing(client, ways, mia):
    Member.objects.filter(pk=mia.pk).update(tracking_agreed_at=None)
    assert look(client, ways[0]).status_code == 302
    assert look(client, ways["open"]).status_code == 200
    assert not Reading.objects.exists()


# The figures.


def settle(mailing, now, **counts):
    number = Member.objects.count()
    for state, count in counts.items():
        for _ in range(count):
            number += 1
            member = make_member(number, mailing.list, now)
            Delivery.objects.create(mailing=mailing, member=member, address=member.address, state=state)
    Mailing.objects.filter(pk=mailing.pk).update(frozen_count=sum(counts.values()))


def test_the_figures_are_shares_of_what_left_beside_the_usual(mailing_list, now):
    for days in (3, 2, 1):
        earlier = begun(mailing_list, now - timedelta(days=days))
        settle(earlier, now, accepted=10 - days, bounced=days)
    mailing = begun(mailing_list, now, f"{HOME}/a", f"{HOME}/b")
    settle(mailing, now, accepted=16, bounced=3, complained=1, excluded=5)
    Visits.objects.create(mailing=mailing, path="/a", day=now.date(), count=8)
    Visits.objects.create(mailing=mailing, path="/a", day=now.date() + timedelta(days=1), count=2)
    Visits.objects.create(mailing=mailing, path="/b", day=now.date(), count=5)
    gone, back = list(Member.objects.order_by("-pk")[:2])
    for member in (gone, back):
        members.unsubscribe(member.pk, mailing_list.pk, now, source="unsubscribe page", mailing_id=mailing.pk)
    later = now + timedelta(minutes=1)
    members.choose(back.pk, mailing_list.pk, "subscribed", later, source="unsubscribe page", mailing_id=mailing.pk)
    found = statistics.of(mailing)
    figures = {figure.name: (figure.count, figure.share, figure.usual) for figure in found.figures}
    assert figures == {
        "accepted": (20, 100.0, None),
        "bounced": (3, 15.0, 20.0),
        "complained": (1, 5.0, 0.0),
        "unsubscribed": (1, 5.0, 0.0),
        "visits": (15, 75.0, 0.0),
    }
    assert [(page.path, page.count, page.share) for page in found.pages] == [("/a", 10, 100.0), ("/b", 5, 50.0)]
    assert found.compared == 3


def test_the_page_and_the_file_say_the_same(client, eva, mailing_list, now):
    mailing = begun(mailing_list, now, f"{HOME}/a")
    settle(mailing, now, accepted=3, bounced=1)
    Mailing.objects.filter(pk=mailing.pk).update(subject="=1+1")
    client.force_login(eva)
    page = client.get(f"/admin/snippets/newsletter/mailing/statistics/{mailing.pk}/").content.decode()
    assert "Studsade" in page
    assert "25,0 %" in page
    answer = client.get(f"/admin/snippets/newsletter/mailing/statistics/{mailing.pk}/csv/")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")), delimiter=";"))
    assert ["Studsade", "1", "25,00", ""] in rows
    assert rows[0] == ["Ämnesrad", "'=1+1"] or rows[0][1] == "'=1+1"


def test_the_number_of_queries_does_not_grow_with_the_mailings(mailing_list, now):
    def asked(count):
        for number in range(count):
            begun(mailing_list, now - timedelta(days=number + 1))
        mailing = begun(mailing_list, now)
        with CaptureQueriesContext(connection) as found:
            statistics.of(mailing)
        return len(found)

    few = asked(10)
    assert asked(10) == few
    assert few <= 6


def test_a_tagged_link_counts_what_it_says(client, mailing_list, now):
    """From the letter's link to the figure, as a reader's browser does it."""
    mailing = begun(mailing_list, now, f"{HOME}/nyheter/?a=1#x")
    html = visits.tagged(Letter("x", mailing.html, ""), mailing.pk).html
    url = html.split('href="')[1].split('"')[0].replace("&amp;", "&")
    asked = parse_qs(urlsplit(url).query)
    form = {"c": asked["utm_campaign"], "p": urlsplit(url).path}
    assert client.post("/n/v", form, headers={"Origin": HOME}).status_code == 204
    assert {figure.name: figure.count for figure in statistics.of(mailing).figures}["visits"] == 1
