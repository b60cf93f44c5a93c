"""Where a post went by newsletter: found by an index, told in an editor's words."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from newsletter import filling
from newsletter.models import MailedPost, Mailing
from tests.newsletter.stage import make_list, make_mailing

pytestmark = pytest.mark.django_db


def mailed(post, number=1, **fields):
    """So many mailings with the post, to one list, an hour apart."""
    now, mailing_list = timezone.now(), fields.pop("list", None) or make_list(slug=f"lista-{number}")
    at = [now - timedelta(hours=hours) for hours in range(number, 0, -1)]
    return [make_mailing(mailing_list, moment, posts=[str(post.translation_key)], **fields) for moment in at]


def test_a_mailings_posts_are_written_down_once_each(publish):
    post = publish()
    (mailing,) = mailed(post)
    mailing.save()
    assert list(MailedPost.objects.values_list("mailing", "translation_key")) == [(mailing.pk, post.translation_key)]


def test_earlier_mailings_are_written_down_by_the_migration(publish):
    post = publish()
    (mailing,) = mailed(post)
    MailedPost.objects.all().delete()
    importlib.import_module("newsletter.migrations.0011_mailed_posts").write_down(apps, None)
    assert MailedPost.objects.get().mailing == mailing


def test_where_a_post_went_is_asked_in_one_statement(publish, django_assert_num_queries):
    post = publish()
    mailed(post, 5)
    Mailing.objects.filter(pk=Mailing.objects.latest("start_at").pk).update(state=Mailing.CANCELLED)
    with django_assert_num_queries(1):
        assert len(filling.went_in(None, [post.translation_key])[str(post.translation_key)]) == 4
