"""The duties: plain functions of the time that claim what is due, do it, and mark it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty; `path` names a function of `now` that works for at most about 20 seconds and may be repeated at any time.

    A path and not the function, so that a duty can travel by name.
    """

    name: str
    path: str

    def run(self, now: datetime) -> Any:
        """Do what is due at `now`; returns and raises what the function does."""
        return import_string(self.path)(now)


DUTIES = [
    Duty("own data", "newsletter.personal.links_due"),
    Duty("logins", "newsletter.login.logins_due"),
    Duty("postbox", "newsletter.postbox.postbox_due"),
    Duty("announce", "social.announce.announce_due"),
    Duty("webhooks", "cms.webhooks.sending.hooks_due"),
    Duty("reconcile", "social.announce.reconcile_due"),
    Duty("changes", "social.changes.changes_due"),
    Duty("look over", "social.lookover.look_over_due"),
    Duty("send", "newsletter.engine.send_due"),
    Duty("imports", "newsletter.importing.import_due"),
    Duty("link checks", "newsletter.linkcheck.links_due"),
    Duty("figures", "social.figures.figures_due"),
]
