"""“Granska igen”: live posts that somebody should look over, because they said so or because nobody has for a year.

A post says so by `Post.review_by`. Without it, only kinds that are no news (never listed) come up, a year after they
were published last: a magazine's old columns are to stay as they were.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.models import Page, Revision
from wagtail.permissions import policy_registry

from cms.keydates import STOCKHOLM
from cms.models import Post, content_types
from cms.regional import region_of

YEAR = timedelta(days=365)


def due(user: Any, now: datetime) -> QuerySet[Post]:
    """Return the posts to look over that `user` may edit, those that have waited longest first."""
    lasting = [kind for kind, model in content_types().items() if not model.LISTED]
    asked = Q(review_by__lte=now.astimezone(STOCKHOLM).date())
    old = Q(review_by=None, kind__in=lasting, last_published_at__lte=now - YEAR)
    return editable(user).filter(asked | old, live=True).order_by("last_published_at", "pk")


def editable(user: Any) -> QuerySet[Post]:
    """Return the posts that `user` may edit, in no order; aliases are no posts of their own."""
    mine = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
    found = Post.objects.filter(alias_of=None, pk__in=mine.values("pk"))
    region = region_of(user)
    return found if region is None else found.filter(regions=region)


def looked_over(post: Post, now: datetime) -> date:
    """Note that the post is right as it stands; returns the day when it comes up again, a year from now.

    A draft that somebody is working on is told too, so that publishing it doesn't bring the old day back.
    """
    day = (now + YEAR).astimezone(STOCKHOLM).date()
    with transaction.atomic():
        Post.objects.filter(pk=post.pk).update(review_by=day)
        # Read under a lock, and now: a version that is being saved meanwhile must not be written over with an older one.
        newest = Page.objects.filter(pk=post.pk).values("latest_revision")
        draft = Revision.objects.select_for_update().filter(pk__in=newest).first()
        if draft is not None:
            draft.content["review_by"] = day.isoformat()
            draft.save(update_fields=["content"])
    return day
