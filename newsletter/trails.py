"""Where a post went by newsletter, for the editor of the post."""

from collections.abc import Iterable

from django.db.models import Count
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cms.trail import ASK, BAD, COMING, GOOD, MOST, OVER, Act, Look, Step
from newsletter import mailings
from newsletter.drafts import called, unsent
from newsletter.mailings import Report
from newsletter.models import Delivery, Mailing, Reading
from newsletter.places import ISSUE, MAILING, MAY_EDIT, MAY_FOLLOW, MAY_STEER
from newsletter.progress import headline, thousands

TONES = {Mailing.SENT: GOOD, Mailing.PAUSED: ASK, Mailing.HELD: BAD, Mailing.CANCELLED: OVER}


def mailings_of(look: Look) -> Iterable[Step]:
    """Yield a step per draft that the post lies in, then one per mailing that it went in, the newest first."""
    yield from _drafts(look)
    found = Mailing.objects.filter(mailed_posts__translation_key=look.post.translation_key)
    rows = list(found.select_related("list", "issue").defer("html", "text").order_by("-start_at", "-pk")[: MOST + 1])
    reports = mailings.reports(rows)
    readers = _readers(rows)
    for mailing in rows:
        # What was taken back before anybody got it didn't go anywhere.
        if mailing.state != Mailing.CANCELLED or reports[mailing.pk].counts[Delivery.ACCEPTED]:
            yield _mailing(look, mailing, reports[mailing.pk], readers.get(mailing.pk, {}))


def _drafts(look: Look) -> Iterable[Step]:
    may = look.user.has_perm(MAY_EDIT)
    for draft in look.once(unsent):
        if look.post.pk in draft.posts:
            url = reverse(ISSUE + "edit", args=[draft.issue.pk]) if may else ""
            yield Step(None, _("In %(name)s") % {"name": draft.name}, draft.state, url=url, tone=COMING)


def _readers(rows: list[Mailing]) -> dict[int, dict[str, int]]:
    """Return how many opened and clicked each tracked mailing, machines left out: nothing where nobody is counted."""
    keys = [mailing.pk for mailing in rows if mailing.tracked]
    if not keys:
        return {}
    counted = Reading.objects.filter(mailing__in=keys, machine=False).order_by().values_list("mailing", "kind")
    out: dict[int, dict[str, int]] = {key: {} for key in keys}
    for mailing, kind, count in counted.annotate(n=Count("member_id", distinct=True)):
        out[mailing][kind] = count
    return out


def _mailing(look: Look, mailing: Mailing, report: Report, readers: dict[str, int]) -> Step:
    names = {"name": capfirst(called(mailing.issue.number, mailing.subject)), "list": mailing.list.name}
    may = any(look.user.has_perm(permission) for permission in MAY_FOLLOW)
    uncertain = report.counts[Delivery.UNCERTAIN]
    return Step(
        mailing.start_at,
        _("%(name)s, to %(list)s") % names,
        str(mailing.get_state_display()),
        url=reverse(MAILING + "progress", args=[mailing.pk]) if may else "",
        tone=ASK if uncertain and mailing.state != Mailing.HELD else TONES.get(mailing.state, COMING),
        details=tuple(filter(None, [_figures(mailing, report, readers), mailing.why])),
        acts=tuple(_acts(look, mailing, uncertain)),
    )


def _figures(mailing: Mailing, report: Report, readers: dict[str, int]) -> str:
    if mailing.frozen_at is None:
        return ""
    parts = [headline(mailing, report)]
    if opened := readers.get("open"):
        parts.append(_("%(n)s opened it, of those who let us count") % {"n": thousands(opened)})
    if clicked := readers.get("click"):
        parts.append(_("%(n)s followed a link") % {"n": thousands(clicked)})
    return " · ".join(parts)


def _acts(look: Look, mailing: Mailing, uncertain: int) -> Iterable[Act]:
    if not look.user.has_perm(MAY_STEER):
        return
    if mailing.state in (Mailing.PAUSED, Mailing.HELD):
        yield Act(_("Go on"), reverse(MAILING + "resume", args=[mailing.pk]))
    if uncertain:
        yield Act(_("Decide about the uncertain letters"), reverse(MAILING + "uncertain"), post=False)
