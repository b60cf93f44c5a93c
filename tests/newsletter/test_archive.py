"""The archive on the web: what is for everybody, paged, without anybody's links, and as a feed."""

from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter import archive, identity, mailings
from newsletter.letter import Letter
from newsletter.models import Issue, Mailing
from tests.newsletter import newsroom
from tests.newsletter.stage import make_list, make_mailing
from tests.newsletter.test_reading import HOME, begun

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailing_list():
    return make_list()


def test_the_archive_holds_what_is_for_everybody_once(mailing_list, now):
    shown = begun(mailing_list, now, f"{HOME}/a")
    other = Mailing.objects.get(pk=shown.pk)
    other.pk, other.list = None, make_list("andra")
    other.save()
    begun(make_list("styrelsen", in_archive=False), now)
    begun(mailing_list, now, audience={"segment": {"name": "Norr"}, "left_out": None})
    make_mailing(mailing_list, now, Letter("Ej börjad", "", ""))
    assert [entry.key for entry in archive.shelf().entries] == [shown.pk]


def test_the_archive_is_paged_in_one_query(client, mailing_list, now):
    for number in range(45):
        begun(mailing_list, now + timedelta(days=number))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        first = archive.shelf("1")
    assert len(asked) == 1
    assert (len(first.entries), first.newer, first.older) == (20, 0, 2)
    last = archive.shelf("3")
    assert (len(last.entries), last.newer, last.older) == (5, 2, 0)
    assert first.entries[0].at > first.entries[-1].at > last.entries[0].at
    assert 'rel="next" href="?sida=2"' in client.get("/nyhetsbrev/").content.decode()


def test_an_issue_on_the_web_has_nobodys_links(client, mailing_list, now):
    mailing = begun(mailing_list, now, f"{HOME}/nyheter/")
    page = client.get(f"/nyhetsbrev/{mailing.pk}/").content.decode()
    assert f'<link rel="canonical" href="{HOME}/nyhetsbrev/{mailing.pk}/">' in page
    assert "/n/u/" not in page
    assert "@@" not in page
    assert "utm_" not in page, "who reads the archive doesn't come from the letter"
    linked = client.get(urlsplit(identity.web_view_url(mailing.pk)).path)
    assert f'href="{HOME}/nyhetsbrev/{mailing.pk}/"' in linked.content.decode()
    assert linked["X-Robots-Tag"] == "noindex"
    assert client.get("/nyhetsbrev/999/").status_code == 404
    type(mailing_list).objects.update(in_archive=False)
    assert client.get(f"/nyhetsbrev/{mailing.pk}/").status_code == 404
    assert "canonical" not in client.get(urlsplit(identity.web_view_url(mailing.pk)).path).content.decode()


def test_the_feed_is_atom_and_not_sent_twice(client, mailing_list, now):
    mailing = begun(mailing_list, now)
    Issue.objects.update(preheader="Om mod & möten")
    answer = client.get("/nyhetsbrev/feed.atom")
    found = ElementTree.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    (entry,) = found.findall(f"{atom}entry")
    assert entry.find(f"{atom}title").text == "Mars"
    assert entry.find(f"{atom}summary").text == "Om mod & möten"
    assert entry.find(f"{atom}link").get("href") == f"{HOME}/nyhetsbrev/{mailing.pk}/"
    asked = {"headers": {"If-None-Match": answer["ETag"]}}
    assert client.get("/nyhetsbrev/feed.atom", **asked).status_code == 304
    begun(mailing_list, now - timedelta(days=3))
    assert client.get("/nyhetsbrev/feed.atom", **asked).status_code == 200
    type(mailing).objects.filter(pk=mailing.pk).update(state="cancelled")
    shown = client.get("/nyhetsbrev/feed.atom", **asked)
    assert (shown.status_code, f"/nyhetsbrev/{mailing.pk}/" in shown.content.decode()) == (200, False)


def test_a_letter_with_a_post_for_members_alone_is_in_no_archive(client, mailing_list, publish, now):
    newsroom.association()
    kept, shown = (
        mailings.start_mailing(newsroom.issue([publish(title=title, members_only=alone)], subject=title), mailing_list, now)
        for title, alone in (("Inåt", True), ("Utåt", False))
    )
    Mailing.objects.update(frozen_at=now, state=Mailing.SENT)
    assert [entry.key for entry in archive.shelf().entries] == [shown.pk]
    assert client.get(f"/nyhetsbrev/{kept.pk}/").status_code == client.get(f"/api/content/v1/issues/{kept.pk}").status_code == 404
    assert client.get(urlsplit(identity.web_view_url(kept.pk)).path).status_code == 200
