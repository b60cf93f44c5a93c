"""Wagtail's and Django's signals about posts. None of them may break what the editor does: the sweep tells what they miss."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from cms.models import Post
from cms.webhooks import watch

logger = logging.getLogger(__name__)


def published(post: Post) -> None:
    """Hear of a post that went live (`cms.publishing.when_live`, which guards it)."""
    watch.look([post.pk], timezone.now())


def unpublished(sender: type, instance: Page, **kwargs: Any) -> None:
    """Receive `page_unpublished`."""
    _guarded("taken down", instance, lambda: watch.look([instance.pk], timezone.now()))


def moved(sender: type, instance: Page, **kwargs: Any) -> None:
    """Receive `post_page_move` and `page_slug_changed`: the addresses of all posts below have changed."""
    _guarded("moved", instance, lambda: watch.look_below(instance.path, timezone.now()))


def deleted(sender: type, instance: Page, **kwargs: Any) -> None:
    """Receive `post_delete` of a post, however it is deleted: Wagtail tells of its being taken down while it is still there."""
    _guarded("deleted", instance, lambda: watch.gone(instance.pk, timezone.now()))


def _guarded(what: str, page: Page, act: Callable[[], int]) -> None:
    try:
        with transaction.atomic():
            act()
    except Exception:
        logger.exception("The webhooks of page %s, %s, could not be written; the sweep will try again.", page.pk, what)


def connect() -> None:
    """Listen to all of them; called once, when the app is ready."""
    from django.db.models.signals import post_delete
    from wagtail.signals import page_slug_changed, page_unpublished, post_page_move

    from cms.publishing import when_live

    when_live(published)
    page_unpublished.connect(unpublished, dispatch_uid="cms.webhooks.unpublished")
    post_page_move.connect(moved, dispatch_uid="cms.webhooks.moved")
    page_slug_changed.connect(moved, dispatch_uid="cms.webhooks.slug")
    post_delete.connect(deleted, sender=Post, dispatch_uid="cms.webhooks.deleted")
