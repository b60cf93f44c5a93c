"""The admin's pages about announcements: the queue, one row, announcing a post.

Every change is a POST of its own, makes one call, and says in words what came of it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cms.addresses import own_url
from cms.media import NoPicture, rendition
from cms.models import Post
from social import announce, connection, desk, words
from social.announce import NotNow
from social.channels import aliases, get_channel
from social.models import Announcement, ChannelState
from social.posts import draft
from social.sending import RENDITION

PER_PAGE = 30
TABS = {
    "todo": (Announcement.NEEDS_CHECK, Announcement.MANUAL, Announcement.REFUSED),
    "coming": (Announcement.WAITING, Announcement.SENDING, Announcement.UNKNOWN),
    "done": (Announcement.PUBLISHED, Announcement.SKIPPED, Announcement.CANCELLED),
}


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
    """Show all announcements, newest first, by tab."""
    tab = request.GET.get("visa", "")
    rows = Announcement.objects.all()
    tabs = [("", _("All"), rows.count())]
    labels = {"todo": _("Needs you"), "coming": _("On its way"), "done": _("Done")}
    tabs += [(name, labels[name], rows.filter(state__in=states).count()) for name, states in TABS.items()]
    if tab in TABS:
        rows = rows.filter(state__in=TABS[tab])
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
    states = {name: ChannelState.of(name) for name in {row.channel for row in found}}
    shown = [words.shown(row, states[row.channel]) for row in found]
    may = connection.may_connect(request.user)
    return page(request, "queue", _("Social media"), crumbs(), rows=shown, page=found, tabs=tabs, tab=tab, may_connect=may)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one announcement: what goes out, what became of it, what can be done."""
    row = get_object_or_404(Announcement.objects.select_related("post"), pk=pk)
    shown = words.shown(row, ChannelState.of(row.channel))
    channel = get_channel(row.channel)
    content = {"title": row.title, "description": row.description, "link": row.link, "text": row.text}
    picture = row.picture_id
    if row.post is not None and row.state in desk.OPEN:
        made, picture = draft(row.post, row.channel, timezone.now(), row.own_text)
        content = {"title": made.title, "description": made.description, "link": made.link, "text": made.text}
    context = {"row": row, "shown": shown, "content": content, "picture": _picture(picture), "acts": _acts(request.user, row)}
    size = {"length": channel.length(content["text"]), "limit": channel.capabilities.limit, "label": channel.label}
    title = row.post_title or str(row)
    return page(request, "announcement", title, crumbs(("", title)), notices=[row.channel], **context, **size)


def _picture(picture: int | None) -> str:
    try:
        return own_url(rendition(picture, RENDITION).url) if picture else ""
    except NoPicture:
        return ""


def _acts(user: Any, row: Announcement) -> set[str]:
    if row.lease_owner or not may_publish(user, row.post):
        return set()
    acts = {"there"} if row.state in desk.CLOSABLE and row.state != Announcement.WAITING else set()
    if row.state in desk.OPEN:
        acts |= {"text", "cancel"}
    if row.state == Announcement.WAITING:
        acts |= {"now", "hand"}
    if row.state in desk.RESENDABLE and row.post_id:
        acts |= {"again"}
    return acts


ACTS: dict[str, tuple[Callable[[Announcement, HttpRequest], None], Any]] = {
    "text": (
        lambda row, request: desk.edit_text(row, request.POST.get("text", ""), timezone.now()),
        lambda: _("The text is saved."),
    ),
    "now": (lambda row, request: desk.send_at(row, timezone.now()), lambda: _("It goes out within a moment.")),
    "cancel": (lambda row, request: desk.cancel(row, timezone.now()), lambda: _("Cancelled; it will not go out.")),
    "again": (lambda row, request: desk.send_again(row, timezone.now()), lambda: _("It goes out within a moment.")),
    "hand": (lambda row, request: desk.by_hand(row, timezone.now()), lambda: _("Ready to be posted by hand.")),
    "there": (
        lambda row, request: desk.it_is_there(row, request.POST.get("url", ""), timezone.now()),
        lambda: _("Noted as published."),
    ),
}


def _said(request: HttpRequest, do: Callable[[], Any], done: str) -> bool:
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
    _said(request, lambda: do(row, request), done())
    return redirect("social_announcement", pk=pk)


def announce_post(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show what would be announced, and on POST announce it."""
    post = get_object_or_404(Post, pk=page_id)
    if not may_publish(request.user, post):
        raise PermissionDenied
    now, name = timezone.now(), _chosen(request.GET.get("kanal", ""))
    made, picture = draft(post, name, now)
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\r\n", "\n").strip()
        # An untouched text stays the post's own, composed anew when it goes out.
        own = "" if text == made.text else text
        if _said(request, lambda: announce.announce_again(post, name, now, own), _("It goes out within a moment.")):
            return redirect("social_queue")
        made, picture = draft(post, name, now, own)
    channel = get_channel(name)
    rows = Announcement.objects.filter(translation_key=post.translation_key, channel=name)
    earlier = [words.shown(row, ChannelState.of(name)) for row in rows]
    content = {"title": made.title, "description": made.description, "link": made.link, "text": made.text}
    context = {"post": post, "content": content, "picture": _picture(picture), "earlier": earlier}
    size = {"length": channel.length(made.text), "limit": channel.capabilities.limit, "label": channel.label}
    way = crumbs((reverse("wagtailadmin_pages:edit", args=[post.pk]), post.title), ("", _("Announce")))
    title = _("Announce “%(title)s”") % {"title": post.title}
    choices = [(alias, get_channel(alias).label) for alias in aliases()]
    return page(request, "announce", title, way, notices=[name], choices=choices, chosen=name, **context, **size)


def _chosen(alias: str) -> str:
    names = aliases()
    if alias and alias not in names:
        raise Http404
    return alias or names[0]
