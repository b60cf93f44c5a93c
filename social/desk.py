"""What an editor may do with a row: each act is one conditional UPDATE, so it never meets a worker halfway."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from social.announce import NotNow
from social.changes import forget
from social.channels import Refused, get_channel
from social.compose import clean
from social.counting import first_count
from social.models import Announcement
from social.outlet_fields import LaterForm
from social.posts import draft, draft_of, why_not
from social.sending import words_of

S = Announcement
OPEN = (S.WAITING, S.NEEDS_CHECK, S.REFUSED, S.SKIPPED, S.MANUAL)
RESENDABLE = (S.NEEDS_CHECK, S.REFUSED, S.SKIPPED, S.CANCELLED, S.MANUAL)
CLOSABLE = (S.WAITING, S.UNKNOWN, *RESENDABLE)


def _change(row: Announcement, states: tuple[str, ...], **fields: Any) -> None:
    # The lease is looked at too: a worker that is looking a row up must not have it changed under its hands.
    free = S.objects.filter(pk=row.pk, state__in=states, lease_owner="")
    try:
        with transaction.atomic():
            changed = free.update(**fields)
    except IntegrityError:
        raise NotNow(_("Another announcement has this address already.")) from None
    if changed != 1:
        raise NotNow(_("The announcement has moved on meanwhile; look at it again."))
    row.refresh_from_db()


def edit_text(row: Announcement, text: str, now: datetime) -> None:
    """Give a row a text of its own; "" takes it back. Raises NotNow when it is too late or too long.

    The composed text, saved untouched, stays composed: it still follows the post.
    """
    channel, plain = get_channel(row.channel), clean(text)
    if row.post is not None and plain == draft(row.post, row.channel, now, "", row.occasion)[0].text:
        plain = ""
    if channel.length(plain) > channel.capabilities.limit:
        raise NotNow(
            _("The text takes %(length)s of %(limit)s characters.")
            % {"length": channel.length(plain), "limit": channel.capabilities.limit}
        )
    _change(row, OPEN, own_text=plain)


def send_at(row: Announcement, at: datetime) -> None:
    """Let a waiting row go out at `at` (now, or later). Raises NotNow."""
    _change(row, (S.WAITING,), next_attempt_at=at)


def send_later(row: Announcement, at: str, now: datetime) -> None:
    """Let a waiting row go out at the Swedish time `at`, as a form has it. Raises NotNow, with what is wrong with the time."""
    form = LaterForm({"at": at})
    if not form.is_valid():
        raise NotNow([str(said) for said in form.errors["at"]])
    moment = datetime.fromisoformat(form.cleaned_data["at"])
    if moment <= now:
        raise NotNow(_("That time has passed already."))
    send_at(row, moment)


def cancel(row: Announcement, now: datetime) -> None:
    """Stop a row that hasn't gone out. Raises NotNow."""
    _change(row, OPEN, state=S.CANCELLED, settled_at=now, last_error="")


def it_is_there(row: Announcement, url: str, now: datetime) -> None:
    """Take an address that the editor found or made by hand as the published post. Raises NotNow."""
    try:
        channel = get_channel(row.channel)
        receipt = channel.read_address(url.strip())
    except Refused as error:
        raise NotNow(str(error)) from None
    found: dict[str, Any] = {"remote_id": receipt.remote_id, "remote_url": receipt.url[:500]}
    found["figures_due_at"] = first_count(channel, receipt.remote_id, now)
    _change(row, CLOSABLE, state=S.PUBLISHED, settled_at=now, last_error="", **found)


def send_again(row: Announcement, now: datetime) -> None:
    """Put a settled row back in the queue, due at `now`: the editor answers for its not being there. Raises NotNow."""
    if reason := why_not(row.post, row.channel, now, row.own_text):
        raise NotNow(reason)
    fresh = {"wire": "", "attempts": 0, "creates": 0, "looks": 0, "duplicate_of": "", "last_error": "", "picture_note": ""}
    with transaction.atomic():
        # A removal that waited for the first try to be found would take the new post away.
        forget(row, now)
        _change(row, RESENDABLE, state=S.WAITING, next_attempt_at=now, settled_at=None, by_hand=True, **fresh)


def by_hand(row: Announcement, now: datetime) -> None:
    """Take a waiting row out of the queue, with its text composed, to be posted by hand. Raises NotNow."""
    if reason := why_not(row.post, row.channel, now, row.own_text):
        raise NotNow(reason)
    made, picture = draft_of(row, now)
    _change(row, (S.WAITING,), state=S.MANUAL, settled_at=now, picture_id=picture, **words_of(made))
