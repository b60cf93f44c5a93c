"""The demo's three users can do what their roles promise, and no more."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cms.models import Column, Post, User, content_types
from deploy.demo import audience, welcome
from deploy.demo.furnish import Furnisher
from deploy.demo.once import consenting
from newsletter.models import Issue, Member


@pytest.fixture
def demo(home):
    now = timezone.now()
    Furnisher(now).furnish()
    audience.employ()
    audience.gather(now)


def test_the_content_covers_every_kind_and_is_made_once(demo):
    kinds = set(Post.objects.filter(live=True).values_list("kind", flat=True))
    assert kinds == set(content_types())
    count = Post.objects.count()
    Furnisher(timezone.now()).furnish()
    audience.gather(timezone.now())
    assert (Post.objects.count(), Member.objects.count()) == (count, audience.COUNT)
    assert len(consenting()) == 43


def test_every_deadline_lies_ahead(demo):
    for post in Post.objects.filter(kind__in=["call", "award", "event"]):
        assert post.specific.is_open(timezone.now())


def test_the_editor_writes_and_does_not_publish(demo, client):
    client.force_login(User.objects.get(username="redaktor"))
    column = Column.objects.get()
    editor = client.get(reverse("wagtailadmin_pages:edit", args=[column.pk]))
    assert editor.status_code == 200
    assert 'name="action-publish"' not in editor.text
    assert client.get(reverse("jobs_report")).status_code == 302


def test_the_publisher_publishes_sends_and_sees_the_jobs(demo, client):
    client.force_login(User.objects.get(username="utgivare"))
    assert 'name="action-publish"' in client.get(reverse("wagtailadmin_pages:edit", args=[Column.objects.get().pk])).text
    assert client.get(reverse("jobs_report")).status_code == 200


def test_an_issue_lies_ready(demo):
    welcome.first_issue()
    assert Issue.objects.get().approved
    assert [block.block_type for block in Issue.objects.get().content] == ["post"] * 5 + ["dates"]


def test_the_passwords_that_are_printed_open_the_door(demo, client):
    for name in audience.USERS:
        assert client.login(username=name, password=audience.password(name))
