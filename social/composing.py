"""The "Social media" tab while somebody writes: the suggestion, the preview and the reminders, from the form as it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.text import slugify
from wagtail.models import Page

from cms import outlets
from cms.models import Post
from cms.outlet_form import as_sent
from social import reminders
from social.channels import aliases, get_channel
from social.models import REMINDER
from social.posts import draft, suggestion
from social.preview import advice, look, size
from social.words import clock_time, reminder_words

EDIT, ADD = "wagtailadmin_pages:edit", "wagtailadmin_pages:add"


class NotAnEditor(LookupError):
    """The address isn't that of a post's editor."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A reminder as the tab offers it."""

    key: str
    words: str
    at: str
    text: str
    suggestion: str
    chosen: bool


def composed(path: str, data: QueryDict, user: Any, now: datetime) -> dict[str, dict[str, str]]:
    """Return for each channel the suggestion and the pieces of the tab, for the editor at `path` with the form `data`.

    Nothing is stored. Raises NotAnEditor, and PermissionDenied where `user` may not edit there.
    """
    post = as_written(path, data, user)
    return {alias: _channel(post, alias, now) for alias in aliases()}


def as_written(path: str, data: QueryDict, user: Any) -> Post:
    """Return the post as the form has it, unsaved; fields that can't be read keep their last value."""
    post, parent = _page(path, user)
    form_class = post.get_edit_handler().get_form_class()
    form = form_class(data, instance=post, parent_page=parent, for_user=user)
    form.defer_required_fields()
    written = form.save(commit=False) if form.is_valid() else form.instance
    written.outlets = as_sent(data)
    if not written.pk:
        written.slug = written.slug or slugify(written.title) or "ny"
        written.locale = parent.locale
        written.set_url_path(parent)
    return written


def _page(path: str, user: Any) -> tuple[Post, Page]:
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        raise NotAnEditor(path) from None
    if found.view_name == EDIT:
        return _edited(Page.objects.filter(pk=found.captured_kwargs.get("page_id") or found.args[0]).first(), user)
    if found.view_name == ADD:
        return _new([*found.args, *found.captured_kwargs.values()], user)
    raise NotAnEditor(path)


def _edited(page: Page | None, user: Any) -> tuple[Post, Page]:
    if page is None or not page.permissions_for_user(user).can_edit():
        raise PermissionDenied
    latest = page.get_latest_revision_as_object()
    if not isinstance(latest, Post):
        raise NotAnEditor(page.url_path)
    return latest, page.get_parent()


def _new(names: list[Any], user: Any) -> tuple[Post, Page]:
    model, parent = apps.get_model(str(names[0]), str(names[1])), Page.objects.filter(pk=names[2]).first()
    if parent is None or not parent.permissions_for_user(user).can_add_subpage():
        raise PermissionDenied
    if not issubclass(model, Post):
        raise NotAnEditor(model.__name__)
    return model(owner=user), parent


def _channel(post: Post, alias: str, now: datetime) -> dict[str, str]:
    channel = get_channel(alias)
    own = outlets.value(post.outlets, alias, "text", "")
    made, picture = draft(post, alias, now)
    made_of_it = suggestion(post, alias, now) if own else made.text
    context = {"look": look(made, channel, picture), "advice": advice(made, channel, picture), **size(made.text, alias)}
    offered = {"reminders": list(_offered(post, alias, now)), "name": f"outlets-{alias}-reminders"}
    return {
        "suggestion": made_of_it,
        "preview": render_to_string("social/admin/composed.html", context),
        "reminders": render_to_string("social/admin/reminders.html", offered),
    }


def _offered(post: Post, alias: str, now: datetime) -> Iterable[Offered]:
    chosen = reminders.chosen(post, alias)
    for one in reminders.suggestions(post.moments(), now):
        text = draft(post, alias, one.at, occasion=REMINDER + one.key)[0].text
        words = reminder_words(one.days, f"{one.moment.label} {one.moment.shown()}")
        yield Offered(one.key, words, clock_time(one.at), chosen.get(one.key, ""), text, one.key in chosen)
