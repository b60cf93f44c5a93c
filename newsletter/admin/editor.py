"""The issue's editor: what publishing means here, filling with new posts, copies, and the ways out in its head."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.panels import Panel
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import CopyView, CreateView, EditView, WorkflowActionView

from newsletter import filling
from newsletter.admin.frame import ISSUE, MAY_SEND
from newsletter.approval import OwnWork
from newsletter.models import Issue, MailingList


class Editing:
    """What writing and changing an issue have in common."""

    request: Any
    object: Any
    action: str

    def publish_action(self) -> HttpResponse | None:
        """Publish, which approves; somebody's own work stays a draft."""
        try:
            response: HttpResponse | None = super().publish_action()  # type: ignore[misc]
        except OwnWork as error:
            return self.held(error)
        return response

    def workflow_action_action(self) -> HttpResponse | None:
        """Act in the workflow; its last approval publishes."""
        try:
            response: HttpResponse | None = super().workflow_action_action()  # type: ignore[misc]
        except OwnWork as error:
            return self.held(error)
        return response

    def held(self, error: OwnWork) -> HttpResponse:
        """Say why it isn't published; what was written is saved."""
        messages.error(self.request, _("Your changes are saved as a draft. %(reason)s") % {"reason": error})
        return redirect(ISSUE + "edit", self.object.pk)

    def form_valid(self, form: Any) -> Any:
        """Save; then fill with new posts, where that was asked for: nothing that was written is lost."""
        response = super().form_valid(form)  # type: ignore[misc]
        if "action-fill" not in self.request.POST:
            return response
        n = filling.fill(self.object, self.request.user, timezone.now())
        words = ngettext("%(n)d new post was added last in the issue.", "%(n)d new posts were added last in the issue.", n)
        if n:
            messages.success(self.request, words % {"n": n})
        else:
            messages.info(self.request, _("There are no new posts since the last issue, so nothing was added."))
        return redirect(ISSUE + "edit", self.object.pk)

    def get_success_url(self) -> str:
        """Lead from publishing to sending."""
        if self.action == "publish" and self.request.user.has_perm(MAY_SEND):
            return reverse(ISSUE + "send", args=[self.object.pk])
        return str(super().get_success_url())  # type: ignore[misc]


class IssueEditView(Editing, EditView):
    """The editor, with the ways out of the house in its head."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Add test and send."""
        key = [self.object.pk]
        look = HeaderButton(_("Check before sending"), url=reverse(ISSUE + "preflight", args=key), icon_name="check", priority=15)
        out = [look, HeaderButton(_("Test to me"), url=reverse(ISSUE + "test", args=key), icon_name="mail", priority=10)]
        if self.request.user.has_perm(MAY_SEND):
            out.append(HeaderButton(_("Send …"), url=reverse(ISSUE + "send", args=key), icon_name="upload", priority=20))
        return out


class IssueCreateView(Editing, CreateView):
    """A new issue, with the number that comes next, and the list where there is but one."""

    def get_initial_form_instance(self) -> Issue:
        """Return an issue that has nothing else yet."""
        lists = list(MailingList.objects.all()[:2])
        return Issue(number=filling.next_number(), mailing_list=lists[0] if len(lists) == 1 else None)


class IssueCopyView(Editing, CopyView):
    """A new issue made from an earlier one: its frame and free blocks, without its posts."""

    def get_initial_form_instance(self) -> Issue:
        """Return the earlier one with the next number and without posts."""
        found: Issue = super().get_initial_form_instance()
        found.number, found.issue_line = filling.next_number(), ""
        found.content = [(block.block_type, block.value) for block in found.content if block.block_type != "post"]
        return found


class IssueWorkflowActionView(WorkflowActionView):
    """Approval from the list of tasks; the rule about another person speaks here too."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Act, or say why not."""
        try:
            return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]
        except OwnWork as error:
            messages.error(request, str(error))
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(request, {"step": "success", "redirect": self.redirect_url})  # type: ignore[no-any-return]
        return redirect(self.redirect_url)


class FillPanel(Panel):
    """“Fill with new posts”: how many there are, and the button that saves and adds them."""

    class BoundPanel(Panel.BoundPanel):
        """The panel in one editor's form."""

        template_name = "newsletter/admin/fill_panel.html"

        @cached_property
        def new(self) -> int:
            """How many posts the button would add."""
            return len(filling.new_posts(self.instance, self.instance.mailing_list, timezone.now()))

        @cached_property
        def last(self) -> Any:
            """The mailing since which posts are new."""
            return filling.last_mailing(self.instance.mailing_list)

        @property
        def media(self) -> forms.Media:
            """The script that counts characters and submits the form."""
            return forms.Media(js=["newsletter/compose.js"])
