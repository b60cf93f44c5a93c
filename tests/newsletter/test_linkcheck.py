"""Links tried by a worker against a real server: what counts as broken, what only as doubtful, and how politely."""

import threading
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils.translation import override
from wagtail.models import ModelLogEntry

from cms import fetch
from newsletter import linkcheck
from newsletter.models import Issue, LinkCheck
from tests.newsletter.stage import make_list


class Door(BaseHTTPRequestHandler):
    """Answers by the path: /200, /404, …; /to/<path> redirects; /nohead/<status> refuses HEAD."""

    asked: Counter[str]

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.asked[f"HEAD {self.path}"] += 1
        self.reply(405 if self.path.startswith("/nohead") else None)

    def do_GET(self):
        self.asked[f"GET {self.path}"] += 1
        self.reply(None)

    def reply(self, status):
        if self.path == "/hangs":
            threading.Event().wait(2)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[3:] if self.path != "/to/private" else "http://10.0.0.1/x")
        elif self.path == "/loop":
            self.send_response(301)
            self.send_header("Location", "/loop")
        else:
            last = self.path.rpartition("/")[2].partition("?")[0]
            self.send_response(status or (int(last) if last.isdigit() else 200))
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def door():
    Door.asked = Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "state", "words"),
    [
        ("/200", "ok", ""),
        ("/nohead/200", "ok", ""),
        ("/to/200", "ok", ""),
        ("/404", "broken", "sidan finns inte (404)"),
        ("/410", "broken", "sidan finns inte (410)"),
        ("/to/404", "broken", "sidan finns inte (404)"),
        ("/nohead/404", "broken", "sidan finns inte (404)"),
        ("/403", "unknown", "släpper inte in maskiner (403)"),
        ("/503", "unknown", "problem (503)"),
        ("/429", "unknown", "problem (429)"),
        ("/loop", "unknown", "i cirklar"),
        ("/to/private", "unknown", "inte får anropas"),
    ],
)
def test_a_visit_is_judged_by_where_it_ends(door, path, state, words):
    with override("sv"):
        found = linkcheck.try_link(f"{door}{path}", 4)
    assert found.state == state
    assert words in found.answer


def test_head_comes_first_and_get_only_where_it_is_refused(door):
    linkcheck.try_link(f"{door}/200", 4)
    linkcheck.try_link(f"{door}/nohead/200", 4)
    assert Door.asked == {"HEAD /200": 1, "HEAD /nohead/200": 1, "GET /nohead/200": 1}


def test_a_name_that_nobody_has_is_broken_and_a_silent_name_server_is_not(monkeypatch):
    for error, state in ((fetch.NoSuchName("x"), "broken"), (fetch.NotSent("x"), "unknown")):

        def fail(host, port, error=error):
            raise error

        monkeypatch.setattr(fetch, "resolve", fail)
        assert linkcheck.try_link("https://example.invalid/", 4).state == state


def test_a_slow_server_is_doubtful_in_time(door):
    found = linkcheck.try_link(f"{door}/hangs", 0.3)
    assert (found.state, found.passing) == ("unknown", True)


@pytest.mark.django_db
def test_each_address_is_tried_once_and_good_for_a_day(door, now):
    address = f"{door}/200"
    assert linkcheck.ask([address, address], now) == 1
    assert linkcheck.ask([address], now) == 0
    assert linkcheck.links_due(now) == 1
    row = LinkCheck.objects.get()
    assert (row.state, row.checked_at) == ("ok", now)
    assert linkcheck.ask([address], now + timedelta(hours=23)) == 0
    assert linkcheck.links_due(now + timedelta(hours=23)) == 0
    assert linkcheck.ask([address], now + timedelta(hours=25)) == 1
    assert sum(Door.asked.values()) == 1


@pytest.mark.django_db
def test_one_address_per_host_and_pass(door, now):
    other = door.replace("127.0.0.1", "127.0.0.2")
    addresses = [f"{door}/200?{n}" for n in range(3)]
    linkcheck.ask([*addresses, other], now)
    assert linkcheck.links_due(now) == 2
    assert linkcheck.links_due(now + timedelta(seconds=1)) == 1
    assert linkcheck.links_due(now + timedelta(seconds=2)) == 1
    assert linkcheck.links_due(now + timedelta(seconds=3)) == 0


@pytest.mark.django_db
def test_a_passing_trouble_is_tried_again_and_a_dead_workers_row_too(door, now):
    linkcheck.ask([f"{door}/503"], now)
    linkcheck.links_due(now)
    row = LinkCheck.objects.get()
    assert (row.state, row.checked_at) == ("waiting", None)
    # A worker that claimed it and died.
    later = now + linkcheck.AGAIN_AFTER
    LinkCheck.claim(later, "dead", 1)
    assert linkcheck.links_due(later) == 0
    assert linkcheck.links_due(later + timedelta(minutes=2)) == 1
    row.refresh_from_db()
    assert (row.state, row.checked_at is not None) == ("unknown", True)


@pytest.mark.django_db
def test_saving_an_issue_asks_for_what_its_editor_wrote(now):
    issue = Issue.objects.create(
        subject="x", mailing_list=make_list(), introduction='<p><a href="https://a.example.se/1">a</a></p>'
    )
    issue.content = [
        ("text", '<p><a href="https://b.example.se/2?x=1">b</a> <a href="mailto:x@example.se">c</a></p>'),
        ("button", {"text": "Knapp", "url": "https://c.example.se/3"}),
    ]
    assert linkcheck.ask_for(issue, now) == 3
    hosts = set(LinkCheck.objects.values_list("host", flat=True))
    assert hosts == {"a.example.se", "b.example.se", "c.example.se"}


@pytest.mark.django_db
def test_an_editor_may_vouch_for_a_doubtful_link_for_a_day_and_it_is_logged(now, eva):
    issue = Issue.objects.create(subject="x", mailing_list=make_list())
    row = LinkCheck.objects.create(address="https://example.se/x", host="example.se", state="broken", checked_at=now)
    assert linkcheck.vouch(issue, row.address, eva, now)
    assert not linkcheck.vouch(issue, "https://example.se/y", eva, now)
    row.refresh_from_db()
    assert row.vouched(now + timedelta(hours=23))
    assert not row.vouched(now + timedelta(hours=25))
    assert ModelLogEntry.objects.get(action="newsletter.vouch").data == {"address": row.address}
    with override("sv"):
        assert [one.doubtful for one in linkcheck.standing([row.address], now).rows] == [False]


@pytest.mark.django_db
def test_old_rows_are_forgotten(now):
    LinkCheck.objects.create(address="https://example.se/x", host="example.se", state="ok", checked_at=now - timedelta(days=100))
    LinkCheck.objects.update(created_at=now - timedelta(days=120))
    assert linkcheck.forget(now) == 1
