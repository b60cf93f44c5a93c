"""“Granska igen”: what is to be looked over, and by whom."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from cms import review
from cms.models import Column, PlainPage, Post, Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(publish):
    """A column of years ago, one that asks to be looked over, and a page that nobody has touched for a year."""
    column, asking, page = publish(Column), publish(Column, slug="fragar"), publish(PlainPage, slug="om-oss")
    Post.objects.update(last_published_at=timezone.now() - timedelta(days=366))
    Post.objects.filter(pk=asking.pk).update(review_by=timezone.now().date() - timedelta(days=1))
    return column, asking, page


def keys(user, now=None):
    return {post.pk for post in review.due(user, now or timezone.now())}


def test_news_stay_as_they_were_pages_and_what_asks_come_up(old, eva):
    _column, asking, page = old
    assert keys(eva) == {asking.pk, page.pk}
    assert keys(eva, timezone.now() - timedelta(days=3)) == set()


def test_everybody_sees_what_they_may_edit(old, django_user_model):
    _column, asking, _page = old
    user = django_user_model.objects.create_user("r", password="x")
    user.groups.add(Group.objects.get(name="Skribent"))
    assert keys(user) == set()
    user = django_user_model.objects.create_user("s", password="x", region=Region.objects.create(name="Skåne", slug="skane"))
    user.groups.add(Group.objects.get(name="Redaktör"))
    assert keys(user) == set()
    asking.regions = [user.region]
    asking.save()
    Post.objects.filter(pk=asking.pk).update(review_by=timezone.now().date())
    assert keys(user) == {asking.pk}


def test_what_somebody_saves_meanwhile_is_kept(old):
    post = Post.objects.get(pk=old[2].pk)
    read_before = post.latest_revision
    draft = type(read_before).objects.get(pk=read_before.pk)
    draft.content["title"] = "Nyare"
    draft.save()
    newest = old[2].save_revision()
    review.looked_over(post, timezone.now())
    draft.refresh_from_db()
    newest.refresh_from_db()
    assert draft.content["title"] == "Nyare"
    assert newest.content["review_by"] == Post.objects.get(pk=post.pk).review_by.isoformat()


def test_one_press_says_it_is_right_for_a_year_and_a_draft_keeps_that(client, old, eva, django_user_model):
    _column, asking, _page = old
    address = reverse("cms_review")
    client.force_login(eva)
    assert address in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(address).content.decode().count('name="post"') == 2
    client.post(address, {"post": asking.pk})
    asking.refresh_from_db()
    assert asking.review_by > timezone.now().date() + timedelta(days=360)
    assert asking.pk not in keys(eva)
    asking.get_latest_revision().publish()
    assert asking.pk not in keys(eva)
    assert [client.post(address, {"post": odd}).status_code for odd in ("", "x", "9" * 30)] == [404, 404, 404]
    otto = django_user_model.objects.create_user("otto", password="x")
    otto.groups.add(Group.objects.get(name="Skribent"))
    client.force_login(otto)
    before = Post.objects.get(pk=old[2].pk).review_by
    client.post(address, {"post": old[2].pk})
    assert Post.objects.get(pk=old[2].pk).review_by == before
