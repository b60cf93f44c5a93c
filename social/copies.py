"""Copies that an editor kept published: live, but never published by anybody."""

from wagtail.models import PageLogEntry

from cms.models import Post


def is_live_copy(post: Post) -> bool:
    """Tell whether `post` came to be live as a copy of a live page; it says the same, so nothing of it goes out by itself."""
    # "Copy and keep published" sets the moment of publication to the copied revision's; publishing never does.
    live = post.live_revision
    if live is not None and live.created_at == post.first_published_at:
        return True
    # Published again, only its history knows; the entry is written after the copy's own publication was told.
    return PageLogEntry.objects.filter(page=post.pk, action="wagtail.copy", data__keep_live=True).exists()
