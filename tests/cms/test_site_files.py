"""What programs ask a site for, and what a lost reader is given."""

from xml.etree import ElementTree as Xml

import pytest
from django.template.loader import render_to_string
from wagtail.models import PageViewRestriction

from cms import lost, sitemap
from cms.models import Article, Call, Identity, PlainPage, section_for

NS = {"s": sitemap.NAMESPACE}
BASE = "https://ordet.example.se"


def places(client, address="/sitemap.xml", each="url"):
    answer = client.get(address)
    assert answer.status_code == 200
    return [found.text.removeprefix(BASE) for found in Xml.fromstring(answer.content).findall(f"s:{each}/s:loc", NS)]


@pytest.fixture
def posts(publish, home):
    made = [publish(Article, title="Öppen"), publish(PlainPage, title="Om oss"), publish(Call, title="Hemlig", members_only=True)]
    PageViewRestriction.objects.create(page=publish(Article, title="Spärrad"), restriction_type="login")
    section_for(Article, home).add_child(instance=Article(title="Utkast", live=False))
    return made


def test_the_map_names_what_anybody_may_open_and_nothing_else(client, posts):
    found = places(client)
    assert {"/", "/nyheter/", *(post.path_on_site for post in posts), "/kalender/"} <= set(found)
    assert not [path for path in found if "sparrad" in path or "utkast" in path]
    assert b"<lastmod>20" in client.get("/sitemap.xml").content


def test_a_large_site_has_an_index_of_parts(client, posts, monkeypatch):
    whole = places(client)
    monkeypatch.setattr(sitemap, "PART", 2)
    index = places(client, each="sitemap")
    assert len(index) > 2
    # Where the pages' ids begin is the database's affair.
    assert {path for part in index for path in places(client, part)} >= set(whole) - set(sitemap.LANDING)
    assert client.get("/sitemap.xml?part=x").status_code == 404
    assert places(client, "/sitemap.xml?part=99999") == []


def test_the_map_is_asked_again_only_when_something_changed(client, posts, publish):
    tag = client.get("/sitemap.xml")["ETag"]
    assert client.get("/sitemap.xml", headers={"if-none-match": tag}).status_code == 304
    publish(Article, title="Ny")
    assert client.get("/sitemap.xml", headers={"if-none-match": tag}).status_code == 200


def test_robots_are_told_what_to_leave_alone(client, home, settings):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {BASE}/sitemap.xml" in text
    assert "Disallow: /admin/" in text
    assert "Disallow: /\n" not in text
    settings.FRONTEND_URL = "https://www.example.se"
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()


def test_a_telephone_knows_the_sites_name_and_icon(client, home):
    Identity.objects.create(name="Föreningen Sveriges socialchefer", short_name="FSS")
    found = client.get("/manifest.webmanifest").json()
    assert (found["name"], found["short_name"]) == ("Föreningen Sveriges socialchefer", "FSS")
    assert client.get("/favicon.ico")["Location"].endswith(".png")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/nyheter/oppen-for-alla", "/nyheter/oppen-for-alla-2026/"),
        ("/gammalt/oppen-for-alla-2026.html", "/nyheter/oppen-for-alla-2026/"),
        ("/nyheter/öpen-för-alla-2026/", "/nyheter/oppen-for-alla-2026/"),
        ("/nyheter/pengar/", None),
        ("/wp-login.php", None),
    ],
)
def test_a_lost_reader_is_shown_what_may_have_been_meant(publish, home, asked, meant):
    publish(Article, title="Öppen för alla", slug="oppen-for-alla-2026")
    publish(Article, title="Sluten", slug="sluten-for-alla")
    found = lost.help_for(asked, home.locale_id)
    assert ([place.path for place in found.alike] or [None])[0] == meant
    assert bool(found.newest) == (".php" not in asked)


def test_restricted_pages_are_not_suggested_and_words_are_escaped(client, posts):
    assert lost.alike("sparrad") == []
    text = client.get("/nyheter/<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in text
    text = client.get("/nyheter/oppet/").content.decode()
    assert 'value="oppet"' in text
    assert "/nyheter/oppen/" in text


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "500"])
def test_when_all_fails_a_page_is_shown_without_asking_the_database(name):
    text = render_to_string(f"{name}.html")
    assert 'lang="sv"' in text
    assert "Till startsidan" in text
