"""Flat lists: what they hold, and that paging is stable while posts are published."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction

from cms import listing
from cms.models import Article, Home, PlainPage, Post

START = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def posts(home: Home) -> listing.QuerySet:
    return listing.listed(home.locale_id)


def test_only_live_public_listed_posts_stand_in_lists(publish, posts):
    shown = publish(Article, title="Syns")
    publish(PlainPage, title="Om oss")
    gone = publish(Article, title="Borttagen")
    gone.unpublish()
    closed = publish(Article, title="Stängd")
    PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.LOGIN)
    publish(Article, title="Väntar", go_live_at=START + timedelta(days=36500))
    assert [post.pk for post in listing.listed(shown.locale_id)] == [shown.pk]


def test_a_base_page_unpublished_in_bulk_leaves_the_list(publish, home):
    from wagtail.models import Page

    post = publish(Article)
    Page.objects.get(pk=post.pk).unpublish()
    assert not Post.objects.get(pk=post.pk).listed


def test_paging_neither_repeats_nor_skips_while_posts_are_published(publish, posts):
    made = [publish(Article, title=f"Nr {n}", date=START + timedelta(days=n // 3)) for n in range(7)]
    first = listing.page(posts, limit=3)
    publish(Article, title="Ny", date=START + timedelta(days=50))
    second = listing.page(posts, after=first.after, limit=3)
    third = listing.page(posts, after=second.after, limit=3)
    seen = [post.pk for part in (first, second, third) for post in part.posts]
    assert sorted(seen) == sorted(post.pk for post in made)
    assert third.after == ""


@given(st.text(max_size=60))
def test_a_made_up_key_is_refused_and_never_crashes(after):
    try:
        date, key = listing.read_cursor(after)
    except listing.BadCursor:
        return
    assert date.tzinfo is not None
    assert isinstance(key, int)
