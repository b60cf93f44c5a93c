"""The door behind “Lägg i nästa nummer” on a post's page. POST only."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.messages import button, success
from wagtail.admin.utils import get_valid_next_url_from_request

from cms.models import Post
from newsletter.adding import NotNow, add_to_next
from newsletter.admin.frame import ISSUE
from newsletter.models import MailingList
from newsletter.places import MAY_EDIT


@require_POST
def add_post(request: HttpRequest, page_id: int, list_id: int) -> HttpResponse:
    """Put the post into the list's next issue and lead there; or say why not, and lead back."""
    if not request.user.has_perm(MAY_EDIT):
        raise PermissionDenied
    post, back = get_object_or_404(Post, pk=page_id), get_valid_next_url_from_request(request)
    try:
        issue = add_to_next(post, get_object_or_404(MailingList, pk=list_id), request.user)
    except NotNow as error:
        messages.error(request, str(error))
        return redirect(back or reverse("wagtailadmin_pages:edit", args=[page_id]))
    words = _("“%(title)s” lies in this issue. It goes to nobody before the issue is approved and sent.")
    success(request, words % {"title": post.title}, buttons=[button(back, _("Back to the post"))] if back else [])
    return redirect(ISSUE + "edit", issue.pk)


def urls() -> list[URLPattern]:
    """Return the door's address."""
    return [path("newsletter/add-post/<int:page_id>/<int:list_id>/", add_post, name="newsletter_add_post")]
