"""The first part of a post's trail: the site itself."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import PageLogEntry, Revision

from cms.addresses import public_url
from cms.models import Post
from cms.trail import BAD, COMING, OVER, Act, Look, Step

TAKEN_DOWN = ("wagtail.unpublish", "wagtail.unpublish.scheduled")
# The scheduler publishes within a minute; so much later something is wrong.
PATIENCE = timedelta(minutes=5)


def on_site(look: Look) -> Iterable[Step]:
    """Yield whether the post is on the site, since when and until when, its changes, and what waits to be published."""
    if look.post.live:
        yield from _live(look.post)
    else:
        yield _away(look.post)
    yield from _waiting(look)


def _live(post: Post) -> Iterator[Step]:
    yield Step(
        post.first_published_at,
        _("On the site"),
        _("published"),
        url=public_url(post.path_on_site),
        details=tuple(_restrictions(post)),
        copy=True,
    )
    changed = post.last_published_at
    if changed and post.first_published_at and changed > post.first_published_at:
        yield Step(changed, _("Changed on the site"), _("published"), url=reverse("wagtailadmin_pages:history", args=[post.pk]))
    if post.expire_at:
        yield Step(post.expire_at, _("Is taken down from the site"), _("scheduled"), tone=COMING)


def _restrictions(post: Post) -> Iterator[str]:
    if post.members_only:
        yield _("Only members may read the text.")
    if post.get_view_restrictions().exists():
        yield _("The page isn't open to everybody.")


def _away(post: Post) -> Step:
    if post.first_published_at is None:
        return Step(None, _("On the site"), _("not yet"), tone=OVER)
    entry = PageLogEntry.objects.filter(page=post.pk, action__in=TAKEN_DOWN).select_related("user").order_by("-timestamp").first()
    if entry is None:
        return Step(None, _("Taken down from the site"), _("not on the site"), tone=OVER)
    who = _("It was taken down by %(name)s.") % {"name": entry.user_display_name} if entry.user_id else ""
    details = (_("Its time was up."),) if post.expired else tuple(filter(None, [who]))
    return Step(entry.timestamp, _("Taken down from the site"), _("not on the site"), tone=OVER, details=details)


def _waiting(look: Look) -> Iterator[Step]:
    """Yield what is written but not on the site: scheduled, waiting for approval, or a draft."""
    post = look.post
    if not post.has_unpublished_changes:
        return
    editor = reverse("wagtailadmin_pages:edit", args=[post.pk])
    what = _("Changes for the site") if post.live else _("The text")
    if scheduled := Revision.page_revisions.filter(object_id=str(post.pk), approved_go_live_at__isnull=False).first():
        yield _scheduled(look, scheduled, what, editor)
    elif post.current_workflow_state:
        yield Step(None, what, _("waiting for approval"), url=editor, tone=COMING)
    else:
        yield Step(post.latest_revision_created_at, what, _("draft"), url=editor, tone=OVER)


def _scheduled(look: Look, revision: Revision, what: str, editor: str) -> Step:
    at = revision.approved_go_live_at
    if at + PATIENCE > look.now:
        return Step(at, what, _("scheduled"), tone=COMING)
    words = _("It should be on the site by now. Publish it by hand, and tell whoever runs Ordet.")
    return Step(at, what, _("late"), tone=BAD, details=(words,), acts=(Act(_("To the editor"), editor, post=False),))
