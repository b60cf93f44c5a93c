"""Films are looked up by a job, through the guarded door, and never while a page is read."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from django_tasks_db.models import DBTaskResult
from PIL import Image
from wagtail.embeds.finders import get_finders
from wagtail.embeds.models import Embed

from cms import embeds, fetch
from cms.models import Film, Home, section_for
from cms.publishing import sweep_films

FILM = "https://film.example.se/76979871"


@pytest.fixture
def provider(settings):
    """A provider of films on this machine; returns what was asked of it and may be told what to answer."""
    picture = BytesIO()
    Image.new("RGB", (640, 360), "#0b5563").save(picture, "PNG")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self.path)
            body = picture.getvalue() if self.path == "/still.png" else json.dumps(server.answer).encode()
            self.send_response(server.status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.status = [], 200
    base = f"http://127.0.0.1:{server.server_port}"
    frame = '<iframe src="https://player.vimeo.com/video/1?h=2" width="640"></iframe><script>alert(1)</script>'
    server.answer = {
        "type": "video",
        "title": "En film",
        "provider_name": "Vimeo",
        "html": frame,
        "thumbnail_url": f"{base}/still.png",
        "width": 640,
        "height": 360,
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    providers = [{"endpoint": f"{base}/oembed", "urls": [r"^https://film\.example\.se/.+$"]}]
    settings.WAGTAILEMBEDS_FINDERS = [{"class": "cms.embeds.Finder", "providers": providers}]
    get_finders.cache_clear()
    yield server
    server.shutdown()
    server.server_close()
    get_finders.cache_clear()


@pytest.fixture
def film(publish):
    block = {"url": FILM, "title": "", "length": "3:12", "people": [], "credits": "", "transcript": "Hej."}
    return publish(Film, title="Tillit", films=[("film", block)], body=[("film", {"url": FILM, "title": "", "length": ""})])


def test_publishing_asks_the_job_once_and_calls_nobody(provider, film):
    assert provider.asked == []
    task = _tasks().get()
    assert task.args_kwargs["args"] == [[FILM]]
    film.save_revision().publish()
    assert _tasks().count() == 2  # still unknown, so asked again
    embeds.look_up([FILM])
    film.save_revision().publish()
    assert _tasks().count() == 2


def _tasks():
    return DBTaskResult.objects.filter(task_path="cms.embeds.look_up_films")


def test_a_film_is_a_link_until_it_was_looked_up_and_then_a_still_of_our_own(provider, film, client):
    before = client.get(film.url).content.decode()
    assert f'href="{FILM}"' in before
    assert "data-player" not in before
    assert provider.asked == []
    assert embeds.look_up([FILM]) == {}
    after = client.get(film.url).content.decode()
    assert 'data-player="https://player.vimeo.com/video/1?h=2&amp;dnt=1"' in after
    assert "/media/stills/" in after
    assert "<iframe" not in after
    assert "127.0.0.1" not in after.replace("127.0.0.1:8000", "")
    assert "alert(1)" not in after


@pytest.mark.parametrize(
    ("status", "answer"),
    [(404, {}), (200, []), (200, {"type": "link"}), (500, {"type": "video"})],
)
def test_what_can_not_be_found_stays_a_link_and_says_why(provider, db, status, answer):
    provider.status, provider.answer = status, answer
    assert list(embeds.look_up([FILM])) == [FILM]
    assert not Embed.objects.exists()


def test_a_picture_that_is_none_gives_a_film_without_a_still(provider, db):
    provider.answer["thumbnail_url"] = provider.answer["thumbnail_url"].replace("still.png", "page.html")
    assert embeds.look_up([FILM]) == {}
    assert embeds.players([FILM])[FILM].still == ""


def test_a_provider_nobody_knows_is_not_called(provider, db):
    assert list(embeds.look_up(["https://unknown.example.se/1"])) == ["https://unknown.example.se/1"]
    assert provider.asked == []


def test_private_networks_are_not_called(provider, db, settings):
    settings.FETCH_ALLOW_NETWORKS = []
    assert list(embeds.look_up([FILM])) == [FILM]
    with pytest.raises(fetch.Forbidden):
        fetch.fetch("GET", f"http://127.0.0.1:{provider.server_port}/")
    assert provider.asked == []


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<b>",
        '<iframe src="http://player.vimeo.com/1">',
        '<iframe src="javascript:alert(1)">',
        '<iframe src="https://a@b.se/">',
    ],
)
def test_only_an_https_frame_is_a_player(html):
    assert embeds.frame_source(html) == ""


def test_youtube_is_asked_not_to_follow_readers():
    html = '<iframe src="https://www.youtube.com/embed/abc?feature=oembed"></iframe>'
    assert embeds.frame_source(html) == "https://www.youtube-nocookie.com/embed/abc?feature=oembed"


def test_an_import_asks_nothing_but_the_nightly_sweep_does(home: Home, provider):
    block = {"url": FILM, "title": "", "length": "", "people": [], "credits": "", "transcript": ""}
    section_for(Film, home).add_child(instance=Film(title="Gammal", live=True, films=[("film", block)], imported_from="x"))
    assert _tasks().count() == 0
    assert sweep_films() == 1
    assert provider.asked == []
    embeds.look_up(_tasks().get().args_kwargs["args"][0])
    assert sweep_films() == 0
