"""The admin's page on which an editor announces a post, for the first time or again."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.models import Post
from social import announce, preview, words
from social.admin import crumbs, may_publish, page, said
from social.channels import aliases, get_channel
from social.models import Announcement, ChannelState
from social.posts import draft


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
        if said(request, lambda: announce.announce_again(post, name, now, own), _("It goes out within a moment.")):
            return redirect("social_queue")
        made, picture = draft(post, name, now, own)
    channel = get_channel(name)
    rows = Announcement.objects.filter(translation_key=post.translation_key, channel=name)
    earlier = [words.shown(row, ChannelState.of(name)) for row in rows]
    context: dict[str, Any] = {"post": post, "content": made, "earlier": earlier, "look": preview.look(made, channel, picture)}
    context |= {"advice": preview.advice(made, channel, picture), **preview.size(made.text, name)}
    way = crumbs((reverse("wagtailadmin_pages:edit", args=[post.pk]), post.title), ("", _("Announce")))
    title = _("Announce “%(title)s”") % {"title": post.title}
    choices = [(alias, get_channel(alias).label) for alias in aliases()]
    return page(request, "announce", title, way, notices=[name], choices=choices, chosen=name, **context)


def _chosen(alias: str) -> str:
    names = aliases()
    if alias and alias not in names:
        raise Http404
    return alias or names[0]
