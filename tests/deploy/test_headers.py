"""What a browser is told of each page, and how the reader site steps aside for a front end."""

import re

import pytest
from wagtail.contrib.redirects.models import Redirect

from cms.models import Article
from deploy.checks import check_settings
from newsletter.letter import Letter
from newsletter.models import Mailing, MailingList
from tests.newsletter.stage import make_mailing

FRONT = "https://www.forening.example"
READERS = ["/", "/nyheter/", "/nyheter/mod/", "/finns-inte/", "/nyhetsbrev/", "/nyhetsbrev/mina-uppgifter/", "/n/u/x"]


@pytest.fixture
def post(publish):
    return publish(Article, title="Mod")


def test_every_page_for_readers_is_bound_to_our_own_files(client, post, settings):
    settings.MEDIA_URL = "https://cdn.example.se/media/"
    for path in READERS:
        answer = client.get(path)
        policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
        assert (path, policy["default-src"], policy["script-src"], policy["style-src"]) == (path, "'none'", "'self'", "'self'")
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert policy["img-src"] == "'self' https://cdn.example.se data:"
        assert "https://player.vimeo.com" in policy["frame-src"].split()
        assert "*" not in policy["frame-src"]
        assert "camera=()" in answer["Permissions-Policy"]
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert not re.search(r"<style|\sstyle=|<script>|\son[a-z]+=", answer.content.decode())


def test_a_login_may_lead_on_to_the_front_end(client, post, settings):
    settings.FRONTEND_URL = ""
    assert "form-action 'self';" in client.get("/nyhetsbrev/logga-in/")["Content-Security-Policy"]
    settings.FRONTEND_URL = f"{FRONT}/sv"
    assert f"form-action 'self' {FRONT};" in client.get("/nyhetsbrev/logga-in/")["Content-Security-Policy"]


def test_https_is_kept_to(client, post, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert client.get("/", secure=True)["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in client.get("/")


def test_the_admin_has_what_wagtail_needs_and_data_no_policy(client, eva, post):
    client.force_login(eva)
    admin = client.get("/admin/")["Content-Security-Policy"]
    assert "'unsafe-inline'" in admin
    assert "frame-ancestors 'self'" in admin
    assert "Content-Security-Policy" not in client.get("/api/content/v1/posts")


def test_a_letter_on_the_web_may_be_styled_but_runs_nothing(client, post, now):
    mailing = make_mailing(
        MailingList.objects.create(name="Alla", slug="alla", in_archive=True),
        now,
        Letter("Brev", "<html><body style='color:red'>Hej</body></html>", "Hej"),
        frozen_at=now,
        state=Mailing.SENT,
    )
    policy = client.get(f"/nyhetsbrev/{mailing.pk}/")["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/", "/"),
        ("/nyheter/mod/?a=1&b=%C3%A5", "/nyheter/mod/?a=1&b=%C3%A5"),
        ("/finns/inte/", "/finns/inte/"),
        ("/kalender/", "/kalender/"),
        ("/?p=12", "/nyheter/mod/"),
    ],
)
def test_readers_are_led_to_the_front_end(client, post, settings, asked, led):
    Redirect.objects.create(old_path="/?p=12", redirect_page=post, site=None)
    settings.FRONTEND_URL = FRONT
    answer = client.get(asked)
    assert (answer.status_code, answer.get("Location")) == (301, f"{FRONT}{led}")
    assert answer["Cache-Control"] == "max-age=3600"


def test_all_else_stays(client, eva, post, settings, home):
    settings.FRONTEND_URL = FRONT
    client.force_login(eva)
    for path in ["/admin/", "/api/content/v1/posts", "/health/live", "/nyhetsbrev/", "/nyhetsbrev/feed.atom", "/robots.txt"]:
        assert client.get(path).status_code == 200, path
    assert client.get("/media/finns-inte.jpg").status_code == 404


def test_a_front_end_on_our_own_host_does_not_go_round(client, post, settings):
    settings.FRONTEND_URL = "http://testserver"
    assert 'canonical" href="http://testserver/nyheter/mod/"' in client.get("/nyheter/mod/").content.decode()
    settings.SITE_URL = settings.FRONTEND_URL
    assert "deploy.E010" in {found.id for found in check_settings()}
