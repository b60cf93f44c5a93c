"""The cache in front: told by a job, never in a request, of a page's addresses and those of the API."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django_tasks_db.models import DBTaskResult
from wagtail.contrib.frontend_cache.tasks import purge_urls_from_cache_task

from cms import purging
from cms.models import Article, Column, section_for


@pytest.fixture
def front():
    """A cache that writes down what it is asked, and answers with `status`."""

    class Handler(BaseHTTPRequestHandler):
        def asked(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.asked.append((self.command, self.headers["Host"], self.path, self.headers.get("Authorization"), body))
            self.send_response(server.status)
            self.end_headers()

        do_PURGE = do_POST = asked  # noqa: N815 - http.server's names

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.status, server.url = [], 200, f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def use(settings):
    """Put a cache in front."""

    def at(url, token=""):
        backend = {"BACKEND": "cms.purging.Cache", "LOCATION": url, "TOKEN": token}
        settings.WAGTAILFRONTENDCACHE = {"default": backend}

    return at


def jobs():
    """Return the addresses in each waiting job, oldest first."""
    rows = DBTaskResult.objects.filter(task_path="wagtail.contrib.frontend_cache.tasks.purge_urls_from_cache_task")
    return [row.args_kwargs["args"][0] for row in rows.order_by("enqueued_at")]


def test_a_publication_queues_the_pages_addresses_and_the_apis(publish, use, front, home):
    publish(Article, title="Ingen frågar")
    assert jobs() == []
    use(front.url)
    post = publish(Article, title="Hej")
    site, api = "https://ordet.example.se", "https://ordet.example.se/api/content/v1"
    wanted = {f"{site}/nyheter/hej/", f"{site}/nyheter/", f"{site}/", f"{api}/posts", f"{api}/posts/{post.translation_key}"}
    assert wanted | {f"{api}/by-path?path=/nyheter/hej/", f"{site}/feed.atom"} <= set(jobs()[-1])
    post.move(section_for(Column, home), pos="last-child")
    assert {f"{site}/nyheter/hej/", f"{site}/ordforanden-har-ordet/hej/"} <= set(jobs()[-1])
    number = len(jobs())
    Article.objects.get(pk=post.pk).unpublish()
    assert len(jobs()) == number + 1
    assert front.asked == []


def test_varnish_gets_purge_for_each_address(use, front, db):
    use(f"{front.url}/")
    purge_urls_from_cache_task.call(["https://ordet.example.se/a/", "https://ordet.example.se/api?path=/%C3%A5/"])
    assert [asked[:3] for asked in front.asked] == [
        ("PURGE", "ordet.example.se", "/a/"),
        ("PURGE", "ordet.example.se", "/api?path=/%C3%A5/"),
    ]


def test_cloudflare_gets_lists_with_a_token_that_no_log_tells(use, front, db, caplog):
    use(f"{front.url}/zones/1/purge_cache", "hemlig-nyckel")
    front.status = 403
    urls = [f"https://ordet.example.se/{number}/" for number in range(31)]
    purge_urls_from_cache_task.call(urls)
    assert [(asked[0], asked[2], asked[3]) for asked in front.asked] == [
        ("POST", "/zones/1/purge_cache", "Bearer hemlig-nyckel")
    ] * 2
    assert json.loads(front.asked[0][4])["files"] + json.loads(front.asked[1][4])["files"] == urls
    assert "answered 403" in caplog.text
    assert "hemlig" not in caplog.text


def test_a_cache_that_is_down_stops_nothing(publish, use, caplog):
    use("http://127.0.0.1:9")
    purging.Cache({"LOCATION": "http://127.0.0.1:9"}).purge("https://ordet.example.se/")
    assert "could not be told" in caplog.text
    assert publish(Article).live
