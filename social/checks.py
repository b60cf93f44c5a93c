"""System checks: a wrong setting stops the start, an ending one is told in time."""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.utils import timezone
from django.utils.module_loading import import_string

from social.channels import Checked

WARN_AHEAD = timedelta(days=90)
NEWER = "Set LINKEDIN_VERSION to a newer month."
FORM = re.compile(r"20\d{2}(0[1-9]|1[0-2])")


def version_ends(version: str) -> date:
    """Return the last day of a version `YYYYMM`: LinkedIn ends it on the 15th, a year later."""
    return date(int(version[:4]) + 1, int(version[4:]), 15)


def version_ending(version: str, today: date) -> date | None:
    """Return the last day of a version that has ended, or does within 90 days; None for any other."""
    ends = version_ends(version)
    return ends if ends - today <= WARN_AHEAD else None


def version_messages(version: str, today: date) -> Iterator[CheckMessage]:
    """Yield what is wrong with `LINKEDIN_VERSION` on `today`."""
    if not FORM.fullmatch(version):
        yield Error(f"LINKEDIN_VERSION is {version!r}.", hint="It is a month: YYYYMM, such as 202609.", id="social.E001")
        return
    if (ends := version_ending(version, today)) is None:
        return
    name = f"{ends.day} {calendar.month_name[ends.month]} {ends.year}"
    if ends < today:
        yield Caution(f"LinkedIn ended version {version} on {name}.", hint=NEWER, id="social.W002")
    else:
        yield Caution(f"LinkedIn ends version {version} on {name}.", hint=NEWER, id="social.W001")


def check_version(**kwargs: Any) -> list[CheckMessage]:
    """Check `LINKEDIN_VERSION`."""
    return list(version_messages(settings.LINKEDIN_VERSION, timezone.localdate()))


def check_channels(**kwargs: Any) -> list[CheckMessage]:
    """Check that every channel can be made, and that LinkedIn's id and secret come together."""
    found: list[CheckMessage] = []
    for alias, entry in settings.SOCIAL_CHANNELS.items():
        options = {name: value for name, value in entry.items() if name != "BACKEND"}
        try:
            made = import_string(entry["BACKEND"])(alias, **options)
            problems = made.problems() if isinstance(made, Checked) else ()
            found += [Error(problem, hint="See deploy/env.example.", id="social.E005") for problem in problems]
        except (KeyError, ImportError, TypeError) as error:
            found.append(Error(f"The channel {alias} can't be made: {error}", hint="See SOCIAL_CHANNELS.", id="social.E002"))
        if bool(options.get("client_id")) != bool(options.get("client_secret")):
            hint = "Set both, or neither (then posts are made by hand)."
            found.append(Error("LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET belong together.", hint=hint, id="social.E003"))
    if any(seconds < 0 for seconds in (settings.ANNOUNCE_DELAY_SECONDS, settings.RECONCILE_WAIT_SECONDS)):
        found.append(Error("A wait is negative.", hint="See ANNOUNCE_DELAY_SECONDS, RECONCILE_WAIT_SECONDS.", id="social.E004"))
    return found


register(check_version)
register(check_channels)
