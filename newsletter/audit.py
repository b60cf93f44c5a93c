"""Who did what with newsletters and members, in Wagtail's own log."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

ACTIONS = {
    "newsletter.approve": (_("Approve"), _("Approved the issue")),
    "newsletter.start": (_("Start"), _("Started the mailing")),
    "newsletter.pause": (_("Pause"), _("Paused the mailing")),
    "newsletter.resume": (_("Go on"), _("Let the mailing go on")),
    "newsletter.cancel": (_("Cancel"), _("Cancelled the mailing")),
    "newsletter.resend": (_("Send again"), _("Sent an uncertain letter again")),
    "newsletter.correct": (_("Correct"), _("Began a correction")),
    "newsletter.leave": (_("Leave as it is"), _("Left an uncertain letter as it is")),
    "newsletter.tidy_away": (_("Remove from the list"), _("Removed from the list: didn't answer the yearly question")),
    "newsletter.keep": (_("Keep"), _("Kept on the list without an answer to the yearly question")),
    "newsletter.vouch": (_("Vouch for a link"), _("Vouched for a link that seemed broken")),
}


def register(actions: LogActionRegistry) -> None:
    """Make our actions known to Wagtail's log."""
    for action, (label, message) in ACTIONS.items():
        actions.register_action(action, label, message)


def record(instance: Model, action: str, user: Any = None, **data: Any) -> None:
    """Write an act of `user` (None: the system) on `instance` into the log; `action` is one of ACTIONS without its room."""
    log(instance, f"newsletter.{action}", user=user, data=data or None)
