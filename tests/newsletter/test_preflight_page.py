"""The preflight page by its doors: looking changes nothing, asking writes rows, vouching is logged; few queries."""

import pytest
from django.core.cache import cache

from newsletter.models import Issue, LinkCheck, MailingList
from tests.newsletter import newsroom

ISSUE = "/admin/snippets/newsletter/issue"
LINK = "https://example.se/medlem"


@pytest.fixture
def issue(home):
    cache.clear()
    newsroom.association()
    members = MailingList.objects.create(name="Medlemmar", slug="medlemmar")
    made = newsroom.issue([], mailing_list=members)
    made.save_revision().publish()
    return Issue.objects.get(pk=made.pk)


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)
    return client


def test_looking_changes_nothing_and_pressing_asks(desk, issue):
    page = desk.get(f"{ISSUE}/preflight/{issue.pk}/").content.decode()
    assert "Ingen prenumererar på" in page
    assert "inte provad än" in page
    assert not LinkCheck.objects.exists()
    desk.post(f"{ISSUE}/preflight/{issue.pk}/")
    assert LinkCheck.objects.get().address == LINK
    assert "håller på att provas" in desk.get(f"{ISSUE}/preflight/{issue.pk}/links/").content.decode()


def test_a_doubtful_link_can_be_vouched_for_by_post_alone(desk, issue, now):
    row = LinkCheck.objects.create(address=LINK, host="example.se", state="broken", answer="sidan finns inte", checked_at=now)
    assert "är trasig: sidan finns inte" in desk.get(f"{ISSUE}/preflight/{issue.pk}/").content.decode()
    assert desk.get(f"{ISSUE}/preflight/{issue.pk}/vouch/").status_code == 405
    desk.post(f"{ISSUE}/preflight/{issue.pk}/vouch/", {"address": LINK})
    row.refresh_from_db()
    assert row.vouched_at is not None
    assert "är trasig" not in desk.get(f"{ISSUE}/preflight/{issue.pk}/").content.decode()


def test_who_may_not_write_issues_sees_nothing(client, issue, django_user_model):
    client.force_login(django_user_model.objects.create_user("otto", "otto@example.se", "otto-is-nobody"))
    assert client.get(f"{ISSUE}/preflight/{issue.pk}/").status_code == 302


def test_queries_do_not_grow_with_the_blocks(desk, issue, django_assert_max_num_queries):
    def many(count):
        issue.content = [("button", {"text": f"Knapp {n}", "url": f"https://example.se/{n}"}) for n in range(count)]
        issue.save_revision().publish()

    many(30)
    with django_assert_max_num_queries(110):
        desk.get(f"{ISSUE}/preflight/{issue.pk}/")
