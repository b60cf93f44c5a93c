"""Where a post went on the channels and where it may go next: social's part of a post's trail."""

from collections.abc import Iterable, Iterator
from itertools import chain

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.trail import ASK, BAD, MOST, OVER, Act, Look, Offer, Step
from social import words
from social.channels import aliases, get_channel
from social.connection import may_connect
from social.models import REMINDER, Announcement, Change, ChannelState, Figure
from social.posts import why_not

S = Announcement
AGAIN = (S.REFUSED, S.SKIPPED, S.CANCELLED, S.NEEDS_CHECK)
# While one of these stands, a new announcement isn't what the editor needs.
OPEN = (*S.UNSETTLED, S.NEEDS_CHECK, S.MANUAL, S.REFUSED)


def trail(look: Look) -> Iterable[Step]:
    """Yield a step per announcement of the post, the newest first; five queries, however many there are."""
    found = Announcement.objects.filter(translation_key=look.post.translation_key).order_by("-created_at", "-pk")
    rows = list(found[: MOST + 1])
    states = {state.channel: state for state in ChannelState.objects.filter(channel__in={row.channel for row in rows})}
    figures, changes = _figures(rows), _changes(rows)
    for row in rows:
        if row.channel in aliases():
            state = states.get(row.channel) or ChannelState(channel=row.channel)
            yield _step(look, row, state, figures.get(row.pk, ""), changes.get(row.pk))
        else:
            gone = _("%(label)s is no longer set up here.") % {"label": row.channel}
            at = row.settled_at or row.created_at
            yield Step(at, row.channel, row.state_words, url=row.remote_url, tone=OVER, details=(gone,))


def _step(look: Look, row: Announcement, state: ChannelState, figures: str, change: Change | None) -> Step:
    shown = words.shown(row, state)
    stuck = row.state == S.WAITING and bool(state.paused_reason)
    failed = change is not None and change.state == Change.FAILED
    acts = chain(_connect(look, row) if stuck else (), _acts(row, stuck=stuck), _change_acts(change), _more(row))
    return Step(
        row.settled_at or row.next_attempt_at,
        shown.occasion,
        shown.state,
        url=row.remote_url if row.state == S.PUBLISHED else reverse("social_announcement", args=[row.pk]),
        tone=BAD if failed else ASK if stuck else shown.tone,
        details=tuple(filter(None, [shown.explanation, figures, _change_words(change)])),
        acts=tuple(acts),
    )


def _connect(look: Look, row: Announcement) -> Iterator[Act]:
    if may_connect(look.user):
        yield Act(_("To the connection"), reverse("social_connection", args=[row.channel]), post=False)


def _acts(row: Announcement, *, stuck: bool) -> Iterator[Act]:
    """Yield what may be done with a row that no worker holds: what mends it first."""
    if row.lease_owner:
        return
    page = reverse("social_announcement", args=[row.pk])
    if row.state == S.NEEDS_CHECK:
        yield Act(_("It is there: paste the link"), page, post=False)
    if row.state == S.MANUAL:
        yield Act(_("Post it by hand"), page, post=False)
    if row.state in AGAIN and row.post_id:
        yield Act(_("Send again"), reverse("social_act", args=[row.pk, "again"]))
    if row.state == S.WAITING and not stuck:
        yield Act(_("Send now"), reverse("social_act", args=[row.pk, "now"]))
    if row.state == S.WAITING:
        yield Act(_("Cancel the announcement"), reverse("social_act", args=[row.pk, "cancel"]))


def _change_acts(change: Change | None) -> Iterator[Act]:
    """Yield what repeats a change that failed; an editor's own words are written anew on the announcement's page."""
    if change is None or change.state != Change.FAILED or (change.kind == Change.UPDATE and change.by_hand):
        return
    door = "take-away" if change.kind == Change.DELETE else "text"
    yield Act(_("Try the change again"), reverse("social_change", args=[change.announcement_id, door]))


def _more(row: Announcement) -> Iterator[Act]:
    if row.state == S.PUBLISHED:
        yield Act(_("Figures and changes"), reverse("social_announcement", args=[row.pk]), post=False)


def _figures(rows: list[Announcement]) -> dict[int, str]:
    """Return each row's latest figures in words."""
    latest = Figure.objects.filter(announcement=OuterRef("announcement")).order_by("-taken_at").values("pk")[:1]
    found = Figure.objects.filter(announcement__in=[row.pk for row in rows], pk=Subquery(latest))
    return {figure.announcement_id: figure_words(figure) for figure in found}


def figure_words(figure: Figure) -> str:
    """Return "1 204 visningar, 1 klick"; what the network doesn't count is left out."""
    parts = [
        (figure.impressions, ngettext("%(n)s impression", "%(n)s impressions", figure.impressions or 0)),
        (figure.clicks, ngettext("%(n)s click", "%(n)s clicks", figure.clicks or 0)),
        (figure.reactions, ngettext("%(n)s reaction", "%(n)s reactions", figure.reactions or 0)),
        (figure.comments, ngettext("%(n)s comment", "%(n)s comments", figure.comments or 0)),
        (figure.shares, ngettext("%(n)s share", "%(n)s shares", figure.shares or 0)),
    ]
    return ", ".join(text % {"n": f"{count:,}".replace(",", "\u00a0")} for count, text in parts if count is not None)


def _changes(rows: list[Announcement]) -> dict[int, Change]:
    """Return each row's latest change, unless it is done with."""
    latest = Change.objects.filter(announcement=OuterRef("announcement")).order_by("-pk").values("pk")[:1]
    found = Change.objects.filter(announcement__in=[row.pk for row in rows], pk=Subquery(latest))
    return {change.announcement_id: change for change in found.exclude(state__in=(Change.DONE, Change.CANCELLED))}


def _change_words(change: Change | None) -> str:
    if change is None:
        return ""
    what = str(dict(Change.KINDS)[change.kind]).capitalize()
    return f"{what}: {dict(Change.STATES)[change.state]}. {change.last_error}".strip()


def offers(look: Look) -> Iterable[Offer]:
    """Yield “Annonsera” per channel on which nothing of the post is under way, for those who may publish it."""
    if not look.may_publish:
        return
    rows = Announcement.objects.filter(translation_key=look.post.translation_key, channel__in=aliases())
    rows = rows.exclude(occasion__startswith=REMINDER)
    busy = set(rows.filter(state__in=OPEN).values_list("channel", flat=True))
    out = set(rows.filter(state=S.PUBLISHED).values_list("channel", flat=True))
    for alias in (alias for alias in aliases() if alias not in busy):
        label = _("Announce again on %(label)s") if alias in out else _("Announce on %(label)s")
        # A public text for a post for members can be written on the page that this leads to.
        reason = why_not(look.post, alias, look.now, own_text=look.post.title)
        address = f"{reverse('social_announce', args=[look.post.pk])}?kanal={alias}"
        yield Offer(label % {"label": get_channel(alias).label}, address, why_not=reason, post=False)
