"""Who did what with newsletters and members, in Wagtail's own log."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

ACTIONS = {
    "newsletter.approve": (_("Approve"), _("Approved the issue")),
    "newsletter.test": (_("Test"), _("Sent a test")),
    "newsletter.digest": (_("Digest"), _("Made the digest of new posts")),
    "newsletter.digest_empty": (_("Digest"), _("Made no digest: there was nothing new")),
    "newsletter.start": (_("Start"), _("Started the mailing")),
    "newsletter.pause": (_("Pause"), _("Paused the mailing")),
    "newsletter.resume": (_("Go on"), _("Let the mailing go on")),
    "newsletter.cancel": (_("Cancel"), _("Cancelled the mailing")),
    "newsletter.resend": (_("Send again"), _("Sent an uncertain letter again")),
    "newsletter.correct": (_("Correct"), _("Began a correction")),
    "newsletter.leave": (_("Leave as it is"), _("Left an uncertain letter as it is")),
    "newsletter.relay_try": (_("Try now"), _("Let the mail server be tried at once")),
    "newsletter.relay_out": (_("Take out of use"), _("Took the mail server out of use")),
    "newsletter.relay_in": (_("Take into use"), _("Took the mail server into use")),
    "newsletter.tidy_away": (_("Remove from the list"), _("Removed from the list: didn't answer the yearly question")),
    "newsletter.keep": (_("Keep"), _("Kept on the list without an answer to the yearly question")),
    "newsletter.vouch": (_("Vouch for a link"), _("Vouched for a link that seemed broken")),
    "newsletter.import_receive": (_("Receive"), _("Sent a file of members")),
    "newsletter.import_start": (_("Import"), _("Started the import")),
    "newsletter.import_cancel": (_("Cancel"), _("Cancelled the import")),
    "newsletter.import_undo": (_("Undo"), _("Undid the import")),
    "newsletter.export": (_("Export"), _("Exported members")),
    "newsletter.export_person": (_("Export"), _("Exported all that is held on the member")),
    "newsletter.subscribe": (_("Subscribe"), _("Put the member on a list")),
    "newsletter.unsubscribe": (_("Unsubscribe"), _("Took the member off a list")),
    "newsletter.works_again": (_("Address works again"), _("Said that the member's address works again")),
    "newsletter.application": (_("Make a member"), _("Made a member by an application")),
    "newsletter.erase": (_("Erase"), _("Erased the member")),
    "newsletter.suppress": (_("Suppress"), _("Put an address on the suppression list")),
    "newsletter.lift": (_("Lift"), _("Lifted an address from the suppression list")),
}


def register(actions: LogActionRegistry) -> None:
    """Make our actions known to Wagtail's log."""
    for action, (label, message) in ACTIONS.items():
        actions.register_action(action, label, message)


def record(instance: Model, action: str, user: Any = None, **data: Any) -> None:
    """Write an act of `user` (None: the system) on `instance` into the log; `action` is one of ACTIONS without its room."""
    log(instance, f"newsletter.{action}", user=user, data=data or None)
