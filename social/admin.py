"""The admin's pages about announcements: the queue, and one row.

Every change is a POST of its own, makes one call, and says in words what came of it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.utils import get_valid_next_url_from_request

from cms.models import Post
from social import change_words, changes, desk, preview, words
from social.announce import NotNow
from social.channels import Draft, aliases, channel_of, get_channel
from social.history import figures_of
from social.models import Announcement, ChannelState
from social.outlet_fields import LaterForm
from social.posts import draft_of

PER_PAGE = 30
TABS = {
    "todo": (Announcement.NEEDS_CHECK, Announcement.MANUAL, Announcement.REFUSED),
    "coming": (Announcement.WAITING, Announcement.SENDING, Announcement.UNKNOWN),
    "done": (Announcement.PUBLISHED, Announcement.SKIPPED, Announcement.CANCELLED, Announcement.REMOVED),
}
MOVING = TABS["coming"]
QUICK = {"now", "cancel", "again"}


def may_publish(user: Any, post: Post | None) -> bool:
    """Tell whether `user` may decide about a post's announcements: those who may publish it."""
    if user.has_perm("social.change_announcement"):
        return True
    return post is not None and bool(post.permissions_for_user(user).can_publish())


def crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    """Return the way to a page of the room: addresses and labels."""
    first = {"url": reverse("social_queue"), "label": _("Social media")}
    return [first, *({"url": url, "label": label} for url, label in items)]


def page(request: HttpRequest, template: str, title: str, way: list[dict[str, str]], **context: Any) -> HttpResponse:
    """Answer with `social/admin/<template>.html`; it tells of the connections of `notices` (aliases; all of them if left out)."""
    names = context.pop("notices", aliases())
    shared = {
        "header_title": title,
        "breadcrumbs_items": way,
        "header_icon": "share",
        "notices": [words.Connection.of(name) for name in names],
        "now": timezone.now(),
    }
    return render(request, f"social/admin/{template}.html", shared | context)


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show all announcements, newest first, by tab and channel."""
    tab, channel = request.GET.get("visa", ""), request.GET.get("kanal", "")
    rows = Announcement.objects.filter(channel=channel) if channel in aliases() else Announcement.objects.all()
    tabs = _tabs(rows)
    if tab in TABS:
        rows = rows.filter(_of(tab))
    found = Paginator(rows.select_related("post"), PER_PAGE).get_page(request.GET.get("p"))
    states = {name: ChannelState.of(name) for name in {row.channel for row in found}}
    told = change_words.with_failures(words.shown(row, states[row.channel]) for row in found)
    shown = [(one, _acts(request.user, one.row) & QUICK) for one in told]
    choices = [("", _("All channels")), *((alias, get_channel(alias).label) for alias in aliases())]
    context = {"choices": choices, "chosen": channel, "live": any(row.state in MOVING for row in found)}
    return page(request, "queue", _("Social media"), crumbs(), rows=shown, page=found, tabs=tabs, tab=tab, **context)


def _of(tab: str) -> Q:
    found = Q(state__in=TABS[tab])
    return found | Q(pk__in=changes.unmended().values("announcement")) if tab == "todo" else found


def _tabs(rows: QuerySet[Announcement]) -> list[tuple[str, str, int]]:
    labels = {"todo": _("Needs you"), "coming": _("On its way"), "done": _("Done")}
    return [("", _("All"), rows.count()), *((name, labels[name], rows.filter(_of(name)).count()) for name in TABS)]


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one announcement: what goes out, what became of it, what can be done."""
    row = get_object_or_404(Announcement.objects.select_related("post"), pk=pk)
    state = ChannelState.of(row.channel)
    made, picture = _content(row)
    acts = _acts(request.user, row)
    context = {
        "row": row,
        "shown": words.shown(row, state),
        "content": made,
        "look": preview.look(made, channel_of(row.channel), picture),
        "advice": preview.advice(made, channel_of(row.channel), picture) if "text" in acts else [],
        "acts": acts,
        "hands": "there" in acts and (row.state == Announcement.MANUAL or bool(state.paused_reason)),
        "later": LaterForm(initial={"at": row.next_attempt_at}) if "later" in acts else None,
        "live": row.state in MOVING,
        "changes": change_words.of(row, may=may_publish(request.user, row.post)),
        "figures": figures_of(row),
        **preview.size(made.text, row.channel),
    }
    title = row.post_title or str(row)
    return page(request, "announcement", title, crumbs(("", title)), notices=[row.channel], **context)


def _content(row: Announcement) -> tuple[Draft, int | None]:
    if row.post is not None and row.state in desk.OPEN and row.channel in aliases():
        return draft_of(row, timezone.now())
    return Draft(row.text, row.title, row.description, row.link, alt=row.alt), row.picture_id


def _acts(user: Any, row: Announcement) -> set[str]:
    if row.lease_owner or not may_publish(user, row.post):
        return set()
    if row.channel not in aliases():
        return {"cancel"} if row.state in desk.OPEN else set()
    acts = {"there"} if row.state in desk.CLOSABLE else set()
    if row.state in desk.OPEN:
        acts |= {"text", "cancel"}
    if row.state == Announcement.WAITING:
        acts |= {"now", "later", "hand"}
    if row.state in desk.RESENDABLE and row.post_id:
        acts |= {"again"}
    return acts


ACTS: dict[str, tuple[Callable[[Announcement, HttpRequest], None], Any]] = {
    "text": (
        lambda row, request: desk.edit_text(row, request.POST.get("text", ""), timezone.now()),
        lambda: _("The text is saved."),
    ),
    "now": (lambda row, request: desk.send_at(row, timezone.now()), lambda: _("It goes out within a moment.")),
    "later": (
        lambda row, request: desk.send_later(row, request.POST.get("at", ""), timezone.now()),
        lambda: _("It goes out at the time that you chose."),
    ),
    "cancel": (lambda row, request: desk.cancel(row, timezone.now()), lambda: _("Cancelled; it will not go out.")),
    "again": (lambda row, request: desk.send_again(row, timezone.now()), lambda: _("It goes out within a moment.")),
    "hand": (lambda row, request: desk.by_hand(row, timezone.now()), lambda: _("Ready to be posted by hand.")),
    "there": (
        lambda row, request: desk.it_is_there(row, request.POST.get("url", ""), timezone.now()),
        lambda: _("Noted as published."),
    ),
}


def said(request: HttpRequest, do: Callable[[], Any], done: str) -> bool:
    """Do it, and tell the editor what came of it; False where it was refused."""
    try:
        do()
    except NotNow as error:
        messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, done)
    return True


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one thing to a row."""
    row = get_object_or_404(Announcement.objects.select_related("post"), pk=pk)
    if name not in ACTS or not may_publish(request.user, row.post):
        raise PermissionDenied
    do, done = ACTS[name]
    said(request, lambda: do(row, request), done())
    return redirect(get_valid_next_url_from_request(request) or reverse("social_announcement", args=[pk]))
