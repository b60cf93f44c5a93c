"""The archive in the content API: what everybody may read, paged, without anybody's links, never out of date."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.models import Issue, Mailing
from tests.newsletter.stage import make_list
from tests.newsletter.test_reading import HOME, begun

pytestmark = pytest.mark.django_db
API = "/api/content/v1/issues"


@pytest.fixture
def mailing_list():
    cache.clear()
    return make_list()


def test_issues_are_listed_newest_first_and_paged_by_key(client, mailing_list, now):
    begun(make_list("styrelsen", in_archive=False), now)
    made = [begun(mailing_list, now + timedelta(days=number)).pk for number in range(5)]
    with CaptureQueriesContext(connection) as asked:
        first = client.get(f"{API}?limit=3").json()
    assert len(asked) == 2
    begun(mailing_list, now + timedelta(days=9))
    second = client.get(f"{API}?limit=3&after={first['after']}").json()
    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert (second["after"], first["items"][0]["url"]) == (None, f"{HOME}/nyhetsbrev/{made[-1]}/")


def test_an_issue_has_nobodys_links(client, mailing_list, now):
    mailing = begun(mailing_list, now, f"{HOME}/nyheter/")
    found = client.get(f"{API}/{mailing.pk}").json()
    assert (found["subject"], found["list"]) == (mailing.subject, mailing_list.name)
    for body in (found["html"], found["text"]):
        assert body
        assert "@@" not in body
        assert "/n/u/" not in body
    type(mailing_list).objects.update(in_archive=False)
    for key in (mailing.pk, 2**63 - 1):
        assert client.get(f"{API}/{key}").status_code == 404
    assert [client.get(f"{API}/{key}").status_code for key in (0, 2**63, "x")] == [422] * 3


def test_an_answer_follows_what_no_content_version_knows(client, mailing_list, now):
    mailing = begun(mailing_list, now)
    first = client.get(API)
    assert "Last-Modified" not in first
    assert client.get(API, headers={"if-none-match": first["ETag"]}).status_code == 304
    Issue.objects.update(preheader="Ändrad")
    again = client.get(API, headers={"if-none-match": first["ETag"]})
    assert again.json()["items"][0]["preheader"] == "Ändrad"
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.CANCELLED)
    assert client.get(API).json()["items"] == []
