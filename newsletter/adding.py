"""“Lägg i nästa nummer”: one post into the issue that a list gets next."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.actions.create import CreateAction

from cms.models import Post
from cms.trail import Look, Offer
from newsletter import filling
from newsletter.drafts import Draft, called, next_of, read, unsent
from newsletter.models import Issue, MailedPost, Mailing, MailingList
from newsletter.places import MAY_BEGIN, MAY_EDIT

# So many lists get a button of their own.
LISTS = 10
SUBJECT = 200


class NotNow(ValueError):
    """The post can't be put into the issue now; the words are for the editor."""


def offers(look: Look) -> Iterable[Offer]:
    """Yield a button per list for those who may edit issues; where the post can't be put in now, with the reason."""
    if not look.user.has_perm(MAY_EDIT):
        return
    lists, drafts, had = list(MailingList.objects.all()[: LISTS + 1]), look.once(unsent), _had(look.post)
    only, unfit = len(lists) == 1, why_unfit(look.post)
    for mailing_list in lists[:LISTS]:
        draft = next_of(mailing_list, drafts, only)
        label = _("Put it into the next issue") if only else _("Put it into the next issue of “%(list)s”")
        why = unfit or why_not(look.post, draft, look.user) or had.get(mailing_list.pk, "")
        url = reverse("newsletter_add_post", args=[look.post.pk, mailing_list.pk])
        yield Offer(label % {"list": mailing_list.name}, url, why_not=why)


def _had(post: Post) -> dict[int, str]:
    """Return for each list that has had the post where, in words."""
    rows = MailedPost.objects.filter(translation_key=post.translation_key).exclude(mailing__state=Mailing.CANCELLED)
    columns = ("mailing__list", "mailing__issue__number", "mailing__subject")
    # The latest is the one that stays.
    found = {key: called(number, subject) for key, number, subject in rows.order_by("mailing__start_at").values_list(*columns)}
    words = _("It has been in %(name)s. Choose it in the issue itself if it shall go out once more.")
    return {key: words % {"name": name} for key, name in found.items()}


def why_unfit(post: Post) -> str:
    """Return why the post can't be in any issue, in words; "" when it can."""
    if not post.live:
        return _("It isn't on the site yet.")
    if post.get_view_restrictions().exists():
        return _("It isn't open to everybody on the list.")
    return ""


def why_not(post: Post, draft: Draft | None, user: Any) -> str:
    """Return why the post can't be put into `draft` (None: into a new issue) by `user`, in words; "" when it can."""
    if draft is None:
        return "" if user.has_perm(MAY_BEGIN) else _("There is no draft, and you may not begin a new issue.")
    names = {"name": draft.name}
    if post.pk in draft.posts:
        return _("It lies in %(name)s already.") % names
    if draft.in_approval:
        return _("It can't be put into %(name)s, which waits for approval.") % names
    if draft.issue.locked and draft.issue.locked_by_id != user.pk:
        return _locked(draft)
    return ""


def _locked(draft: Draft) -> str:
    return _("It can't be put into %(name)s, which is locked.") % {"name": draft.name}


def add_to_next(post: Post, mailing_list: MailingList, user: Any) -> Issue:
    """Put `post` last into the list's next issue, as a new version of `user`'s, or into a new issue; return the issue.

    A post that lies there already isn't put in again. Raises NotNow.
    """
    if reason := why_unfit(post):
        raise NotNow(reason)
    with transaction.atomic():
        # Held, so that two who press the button at once don't both begin an issue, or both add the post.
        held = MailingList.objects.select_for_update(no_key=True).get(pk=mailing_list.pk)
        draft = next_of(held, unsent(), only=not MailingList.objects.exclude(pk=held.pk).exists())
        if draft is not None:
            return _add(post, draft.issue.pk, user)
        if reason := why_not(post, None, user):
            raise NotNow(reason)
        return _begin(post, held, user)


def _add(post: Post, key: int, user: Any) -> Issue:
    # Read anew under its lock: somebody may have saved, locked or sent it since.
    row = Issue.objects.select_for_update().get(pk=key)
    draft = read(row)
    if post.pk in draft.posts:
        return row
    if row.mailings.exclude(state=Mailing.CANCELLED).exists():
        raise NotNow(_("It can't be put into %(name)s, which is being sent.") % {"name": draft.name})
    lock = row.get_lock()
    reason = why_not(post, draft, user) or (_locked(draft) if lock is not None and lock.for_user(user) else "")
    if reason:
        raise NotNow(reason)
    version: Issue = row.get_latest_revision_as_object()
    filling.add(version, [post])
    version.save_revision(user=user, log_action=True, clean=False)
    return version


def _begin(post: Post, mailing_list: MailingList, user: Any) -> Issue:
    made = Issue(mailing_list=mailing_list, number=filling.next_number(), subject=post.title[:SUBJECT], live=False)
    filling.add(made, [post])
    # As the issue's own form begins one: row, version and log entry at once.
    begun: Issue = CreateAction(made, user=user).execute(skip_permission_checks=True)
    return begun
