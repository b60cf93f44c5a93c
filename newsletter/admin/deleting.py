"""What is not deleted: issues that were sent, and segments that issues name. Words, where the database would refuse."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from newsletter.models import Issue, Mailing, Segment


def refuse(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """Lead back to the list with a word about the first of `instances` that is in use; None where none is."""
    for one in instances:
        if words := _in_use(one):
            messages.error(request, words % {"name": one})
            return redirect(one.snippet_viewset.get_url_name("list"))
    return None


def _in_use(one: Any) -> str:
    if isinstance(one, Issue) and Mailing.objects.filter(issue=one.pk).exists():
        return _("“%(name)s” has been sent, or is about to be, and can't be deleted.")
    if isinstance(one, Segment) and (Issue.objects.filter(Q(segment=one.pk) | Q(left_out=one.pk)).exists()):
        return _("Issues go to “%(name)s” or leave it out, so it can't be deleted.")
    return ""
