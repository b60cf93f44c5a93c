"""One member's pages in the admin: the history, what an editor may do about it, and the export of many."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem

from cms.csvfiles import as_csv
from newsletter import audit, exporting, history, members, segments, stewardship
from newsletter.admin.frame import MAY_EXPORT, MEMBER, OurPage
from newsletter.models import MailingList, Member, Segment, Suppression
from newsletter.stewardship import Refused

MAY_LOOK, MAY_CHANGE, MAY_ERASE = "newsletter.view_member", "newsletter.change_member", "newsletter.delete_member"
JSON = {"json_dumps_params": {"ensure_ascii": False, "indent": 1}}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class MembersPage(OurPage):
    """A page about members."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_LOOK, MAY_CHANGE)
    header_icon = "group"

    def trail(self) -> list[dict[str, str]]:
        """Return the members."""
        return [{"url": reverse(MEMBER + "list"), "label": _("Members")}]


class PersonPage(MembersPage):
    """A page about one member."""

    @cached_property
    def member(self) -> Member:
        """The member."""
        return get_object_or_404(Member.objects.select_related("region"), pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        """Return the name."""
        return str(self.member)


class AskView(MembersPage):
    """The question "did Anna get it?": a name or an address leads to the history."""

    page_title = gettext_lazy("Did they get it?")
    template_name = "newsletter/admin/ask.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show who is meant; straight to the history where it is one person."""
        words = request.GET.get("q", "")
        found = history.search(words)
        if len(found) == 1:
            return redirect(MEMBER + "history", found[0].pk)
        return self.render_to_response(self.get_context_data(words=words, found=found, most=history.FOUND))


class HistoryView(PersonPage):
    """Everything that is known of a member, and what may be done."""

    page_title = gettext_lazy("History")
    template_name = "newsletter/admin/history.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it; `before` is the mailing before which the shown ones lie."""
        before = request.GET.get("before", "")
        first = not before.isdecimal()
        chosen = history.choices(self.member)
        free = MailingList.objects.exclude(pk__in=[choice.list_id for choice in chosen if choice.state == choice.SUBSCRIBED])
        return self.render_to_response(
            self.get_context_data(
                member=self.member,
                silent=self._silent(),
                choices=chosen,
                free=free,
                letters=history.letters(self.member, 0 if first else int(before)),
                events=history.events(self.member) if first else [],
                first=first,
                may={name: request.user.has_perm(key) for name, key in (("change", MAY_CHANGE), ("erase", MAY_ERASE))},  # type: ignore[union-attr]
            )
        )

    def _silent(self) -> dict[str, Any]:
        why = stewardship.why_silent(self.member)
        words = dict(Member.STATUSES) | dict(Suppression.REASONS)
        return {"why": why, "words": words.get(why, ""), "bounced": why == "bounced"}


class ActView(PersonPage):
    """What an editor does about a member; POST only."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_CHANGE,)
    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Do it, and go back to the history."""
        do, said = self.ACTS[act]
        try:
            do(self, request)
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said)
        return redirect(MEMBER + "history", pk)

    def _list(self, request: HttpRequest) -> MailingList:
        key = request.POST.get("list", "")
        if not key.isdecimal():
            raise BadRequest("list")
        return get_object_or_404(MailingList, pk=int(key))

    def put_on(self, request: HttpRequest) -> None:
        """Subscribe the member to a list."""
        stewardship.put_on(self.member, self._list(request), request.POST.get("reason", ""), timezone.now(), request.user)

    def take_off(self, request: HttpRequest) -> None:
        """Take the member off a list."""
        stewardship.take_off(self.member, self._list(request), timezone.now(), request.user)

    def works_again(self, request: HttpRequest) -> None:
        """Say that the address works again."""
        stewardship.works_again(self.member, request.POST.get("reason", ""), request.user)

    ACTS: ClassVar[dict[str, tuple[Callable[["ActView", HttpRequest], None], Any]]] = {
        "put-on": (put_on, gettext_lazy("The member is on the list.")),
        "take-off": (take_off, gettext_lazy("The member is off the list.")),
        "works-again": (works_again, gettext_lazy("The address is used again.")),
    }


class AllView(PersonPage):
    """All that is held on a member, as JSON; POST, because it is written into the log."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_EXPORT,)
    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it."""
        try:
            held = members.export(self.member.address)
        except (ValidationError, members.Unknown) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
            return redirect(MEMBER + "history", pk)
        audit.record(self.member, "export_person", request.user)
        answer = JsonResponse(held, **JSON)
        answer["Content-Disposition"] = f'attachment; filename="member-{pk}.json"'
        return answer


class EraseView(PersonPage):
    """Erases a member, whose address must be typed."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_ERASE,)
    page_title = gettext_lazy("Erase the member")
    template_name = "newsletter/admin/erase.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask."""
        if self.member.status == Member.ERASED:
            return redirect(MEMBER + "history", pk)
        return self.render_to_response(self.get_context_data(member=self.member))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it, if the address was typed."""
        try:
            stewardship.erase_by_hand(self.member, request.POST.get("address", ""), timezone.now(), request.user)
        except Refused as error:
            return self.render_to_response(self.get_context_data(member=self.member, problem=str(error)))
        messages.success(request, _("The member is erased."))
        return redirect(MEMBER + "list")


class ExportView(MembersPage):
    """Members as a file: those whom the list's filters show, or whom a segment finds. GET asks, POST sends."""

    allowed: ClassVar[tuple[str, ...]] = (MAY_EXPORT,)
    page_title = gettext_lazy("Export members")
    template_name = "newsletter/admin/export.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Tell how many it would be."""
        return self.render_to_response(self.get_context_data(count=self.count(), filters=request.GET.urlencode()))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Say what keeps a segment's people from being found."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except (segments.BadConditions, segments.TooSlow) as error:
            messages.error(request, str(error))
            return redirect(MEMBER + "list")

    def count(self) -> int:
        """Return how many it would be. Raises BadConditions, TooSlow."""
        with segments.bounded():
            return self.chosen().count()

    def post(self, request: HttpRequest) -> StreamingHttpResponse:
        """Stream the file."""
        kind = "xlsx" if request.POST.get("kind") == "xlsx" else "csv"
        chosen = self.chosen()
        audit.record(request.user, "export", request.user, kind=kind, filters=sorted(request.GET), count=self.count())  # type: ignore[arg-type]
        write = exporting.as_xlsx if kind == "xlsx" else as_csv
        stream = write(exporting.headings(), exporting.rows(chosen))
        answer = StreamingHttpResponse(stream, content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="members-{timezone.localdate():%Y-%m-%d}.{kind}"'
        return answer

    def chosen(self) -> QuerySet[Member]:
        """Return whom the address's filters choose. Raises Http404 for a segment that isn't there, BadConditions."""
        from newsletter.admin.members import SEARCHED, MemberFilterSet

        found = Member.objects.exclude(status=Member.ERASED)
        if (key := self.request.GET.get("segment", "")).isdecimal():
            segment = get_object_or_404(Segment, pk=int(key))
            found = found.filter(segments.compile(segments.frozen(segment)["conditions"]))
        found = MemberFilterSet(self.request.GET, queryset=found, request=self.request).qs
        for word in self.request.GET.get("q", "").split()[:5]:
            wanted = Q()
            for name in SEARCHED:
                wanted |= Q(**{f"{name}__icontains": word})
            found = found.filter(wanted)
        return found


class AskMenuItem(MenuItem):
    """The menu's way to the search, for whoever may see members."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to them alone."""
        return any(request.user.has_perm(permission) for permission in MembersPage.allowed)


def menu_item(order: int) -> AskMenuItem:
    """Return the menu's entry."""
    return AskMenuItem(str(AskView.page_title), reverse(MEMBER + "ask"), icon_name="search", order=order)
