"""The admin's part in posts that are out: changing and removing them, and what it asks and tells when pages change.

Each door makes one call; what was asked is kept at the request until the page itself is done.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.models import Page

from social import change_desk, changes, edited, removal
from social.admin import crumbs, may_publish
from social.announce import NotNow
from social.channels import channel_of
from social.models import Announcement, Change
from social.removal import REMOVE, Elsewhere

OWN_FIELDS = ("csrfmiddlewaretoken", "social-asked")


ACTS: dict[str, tuple[Callable[[Announcement, HttpRequest], Any], Any]] = {
    "text": (
        lambda row, request: change_desk.change_text(row, request.POST.get("text", ""), timezone.now()),
        lambda: _("The text is changed there within a moment."),
    ),
    "take-away": (
        lambda row, request: change_desk.take_away(row, timezone.now()),
        lambda: _("The post is taken away there within a moment."),
    ),
    "gone": (lambda row, request: change_desk.is_gone(row, timezone.now()), lambda: _("Noted as taken away.")),
    "cancel": (
        lambda row, request: changes.cancel(get_object_or_404(row.changes, pk=_number(request)), timezone.now()),
        lambda: _("Stopped; nothing is changed there."),
    ),
}


def _number(request: HttpRequest) -> int:
    value = request.POST.get("change", "")
    return int(value) if value.isdecimal() else 0


def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one thing to a post that is out; a removal asked for with GET is asked about first."""
    row = get_object_or_404(Announcement.objects.select_related("post"), pk=pk)
    if name not in ACTS or not may_publish(request.user, row.post):
        raise PermissionDenied
    if request.method != "POST":
        return _confirm(request, row) if name == "take-away" else redirect("social_announcement", pk=pk)
    do, done = ACTS[name]
    try:
        do(row, request)
    except NotNow as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done())
    return redirect("social_announcement", pk=pk)


def _confirm(request: HttpRequest, row: Announcement) -> HttpResponse:
    label = channel_of(row.channel).label
    title = _("Take away from %(label)s") % {"label": label}
    way = crumbs((reverse("social_announcement", args=[row.pk]), row.post_title or str(row)), ("", title))
    return _page(request, "take_away", title, way, row=row, label=label)


def _page(request: HttpRequest, template: str, title: str, way: list[dict[str, str]], **context: Any) -> HttpResponse:
    shared = {"header_title": title, "breadcrumbs_items": way, "header_icon": "share"}
    return render(request, f"social/admin/{template}.html", shared | context)


# --- when a page is taken down or deleted


def before_unpublish(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Ask about the posts of a page, and of those below it where they go too."""
    return _ask(request, [page], live=True, below=bool(request.POST.get("include_descendants")))


def before_delete(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Ask about the posts of a page and of those below it."""
    return _ask(request, [page], live=False, below=True)


def before_bulk(request: HttpRequest, action: str, objects: list[Any], view: Any) -> HttpResponse | None:
    """Ask about the posts of many pages."""
    pages = [one for one in objects if isinstance(one, Page)]
    if not pages or action not in ("unpublish", "delete"):
        return None
    below = action == "delete" or bool(request.POST.get("include_descendants"))
    return _ask(request, pages, live=action == "unpublish", below=below)


def _ask(request: HttpRequest, pages: list[Page], *, live: bool, below: bool) -> HttpResponse | None:
    if request.method != "POST":
        return None
    found = removal.elsewhere(pages, live=live, below=below)
    given = removal.answers(found, request.POST)
    if len(given) < len(found):
        return _question(request, found, given, live=live)
    request.social_removals = [pk for pk, answer in given.items() if answer == REMOVE]
    return None


def _question(request: HttpRequest, found: list[Elsewhere], given: dict[int, str], *, live: bool) -> HttpResponse:
    """Show the question; it goes back to where the form was sent, with all that stood in it."""
    kept = [(name, value) for name, values in request.POST.lists() for value in values if name not in OWN_FIELDS]
    kept = [(name, value) for name, value in kept if not name.startswith("social-")]
    title = _("Before it is unpublished") if live else _("Before it is deleted")
    rows = [(one, given.get(one.row.pk, "")) for one in found]
    context = {"rows": rows, "kept": kept, "address": request.get_full_path(), "again": "social-asked" in request.POST}
    back = get_valid_next_url_from_request(request) or reverse("wagtailadmin_explore_root")
    return _page(request, "removal", title, crumbs(("", title)), live=live, back=back, **context)


def after_page(request: HttpRequest, *page: Any) -> None:
    """Carry out what was answered, once the page is down, and say so."""
    made = removal.take_away(getattr(request, "social_removals", ()), timezone.now())
    _tell_removals(request, made)


def _tell_removals(request: HttpRequest, made: Iterable[Change]) -> None:
    going = [change for change in made if change.state != Change.FAILED]
    if going:
        words = ngettext("%(count)s post is taken away.", "%(count)s posts are taken away.", len(going))
        messages.success(request, words % {"count": len(going)})
    for change in made:
        if change.state == Change.FAILED:
            messages.warning(request, change.last_error, buttons=[_button(change.announcement_id)])


def _button(row: int) -> Any:
    return messages.button(reverse("social_announcement", args=[row]), _("To the announcement"))


# --- when a page is published again


def before_edit(request: HttpRequest, page: Page) -> None:
    """Remember how a page's posts look before it is published."""
    if request.method == "POST" and (request.POST.get("action-publish") or request.POST.get("action-workflow-action")):
        request.social_looks = edited.looks(page.pk)


def after_edit(request: HttpRequest, page: Page) -> None:
    """Tell what happens to them."""
    if before := getattr(request, "social_looks", None):
        for notice in edited.notices(page.pk, before):
            messages.warning(request, notice.words, buttons=[_button(notice.row)])
