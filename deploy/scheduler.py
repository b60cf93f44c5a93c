"""The whole timetable; the only file that imports APScheduler.

Jobs live in memory and are made anew at every start: rows are the truth. A job of the calendar that
was missed while no scheduler ran is caught up once. Two schedulers may run: see `deploy.jobs`.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms import publishing, review_mail
from cms.outbox import new_owner
from cms.webhooks import passing, watch
from deploy import heartbeats, jobs
from deploy.jobs import Act
from deploy.models import Heartbeat
from newsletter import digest, telling, yearly
from social import announce, changes, connection, warning

logger = logging.getLogger(__name__)

ZONE = "Europe/Stockholm"
DERIVE_EVERY = 30


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something that may be done any number of times, every so many seconds and at start."""

    name: str
    label: Any
    act: Act
    seconds: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """Something for set times of the calendar, once each; never between 02:00 and 03:00, which the clocks double or skip."""

    name: str
    label: Any
    act: Act
    at: CronTrigger


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something to do to the second: `when(now)` reads the next moment from rows.

    Mailings and announcements need none: workers look for due rows every second.
    """

    name: str
    when: Callable[[datetime], datetime | None]
    act: Act


SWEEPS = [
    Sweep("publishing", _("Scheduled publishing"), jobs.publish, 30),
    Sweep("mending", _("Mending what dead processes left"), jobs.mend, 60),
    Sweep("issues told", _("Issues that front ends are told of"), telling.tell_begun, 30),
    Sweep("digests", _("Digests of new posts"), digest.digests_due, 60),
    Sweep("key dates", _("Key dates"), jobs.mend_key_dates, 900),
    Sweep("missing share pictures", _("Share pictures that are missing"), jobs.draw_missing_share_pictures, 900),
    Sweep("announcements", _("Announcements that were missed"), announce.sweep, 60),
    Sweep("changes", _("Edits of announced posts that were missed"), changes.sweep, 60),
    Sweep("webhooks", _("Changes that front ends weren't told of"), watch.sweep, 60),
    Sweep("passing dates", _("Key dates that pass"), passing.tell_passed, 60),
    Sweep("mailbox", _("Bounces that came back"), jobs.read_mailboxes, 60),
    Sweep("tokens", _("Renewal of connections"), connection.renew_due, 3600),
    Sweep("connections", _("Connections that need somebody"), warning.warn_due, 900),
]
CALENDAR = [
    Appointment("films", _("Films that are still links"), jobs.look_up_films, CronTrigger(hour=3, minute=45, timezone=ZONE)),
    Appointment(
        "pictures", _("Copies of pictures that are missing"), jobs.copy_pictures, CronTrigger(hour=3, minute=30, timezone=ZONE)
    ),
    Appointment(
        "share pictures", _("Share pictures"), jobs.draw_share_pictures, CronTrigger(hour=3, minute=55, timezone=ZONE)
    ),
    Appointment("clean-up", _("Clean-up"), jobs.clean_up, CronTrigger(hour=4, minute=15, timezone=ZONE)),
    # When the week's work is planned.
    Appointment(
        "review",
        _("Mail about posts to look over again"),
        review_mail.remind,
        CronTrigger(day_of_week="mon", hour=8, minute=10, timezone=ZONE),
    ),
    # In the daytime of weekdays, a slice each hour: nobody is asked in the night, and no flood of mails leaves.
    Appointment(
        "yearly question",
        _("The yearly question"),
        yearly.ask_due,
        CronTrigger(day_of_week="mon-fri", hour="9-15", minute=20, timezone=ZONE),
    ),
]
ALARMS = [
    Alarm("publishing", publishing.next_due, jobs.publish),
    Alarm("passing dates", passing.next_due, passing.tell_passed),
]


class Timetable:
    """One scheduler's life."""

    def __init__(
        self, sweeps: list[Sweep] = SWEEPS, calendar: list[Appointment] = CALENDAR, alarms: list[Alarm] = ALARMS
    ) -> None:
        self.name = new_owner()
        self.sweeps, self.calendar, self.alarms = sweeps, calendar, alarms
        self.engine = BlockingScheduler(
            timezone=ZONE, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._fill()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; jobs in hand are finished."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        logger.info("Scheduler %s begins.", self.name)
        self.engine.start()
        heartbeats.leave(self.name)
        logger.info("Scheduler %s stops.", self.name)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        # Another thread, because a handler runs within whatever lock the main loop holds.
        threading.Thread(target=self.engine.shutdown).start()

    def _fill(self) -> None:
        now = timezone.now()
        self._every(heartbeats.EVERY.total_seconds(), self._beat, "heartbeat", now)
        self._every(DERIVE_EVERY, self.derive, "alarms", now)
        for sweep in self.sweeps:
            self._every(sweep.seconds, _sweep, sweep.name, now, sweep)
        for appointment in self.calendar:
            self.engine.add_job(_apart, appointment.at, [keep, appointment], id=f"calendar {appointment.name}")
            # What was missed while no scheduler ran; nothing if its run stands in the rows.
            self.engine.add_job(_apart, "date", [keep, appointment], run_date=now, id=f"caught up {appointment.name}")

    def _every(self, seconds: float, act: Callable[..., Any], name: str, now: datetime, *arguments: Any) -> None:
        self.engine.add_job(_apart, "interval", [act, *arguments], seconds=seconds, id=f"every {name}", next_run_time=now)

    def _beat(self) -> None:
        heartbeats.beat(Heartbeat.SCHEDULER, self.name, timezone.now())

    def derive(self) -> None:
        """Set each alarm anew by the rows; what is overdue is the sweeps' affair."""
        now = timezone.now()
        for alarm in self.alarms:
            at = alarm.when(now)
            if at is not None and at > now:
                self.engine.add_job(
                    _apart, "date", [self._ring, alarm], run_date=at, id=f"alarm {alarm.name}", replace_existing=True
                )

    def _ring(self, alarm: Alarm) -> None:
        jobs.run_sweep(alarm.name, alarm.act, timezone.now())
        self.derive()


def _apart(act: Callable[..., Any], *arguments: Any) -> None:
    """Run one job in its thread without leaving a database connection behind."""
    try:
        act(*arguments)
    finally:
        connections.close_all()


def _sweep(sweep: Sweep) -> None:
    jobs.run_sweep(sweep.name, sweep.act, timezone.now())


def keep(appointment: Appointment) -> bool:
    """Run an appointment for its latest moment, if nobody has; tell whether this call did."""
    now = timezone.now()
    due = latest(appointment.at, now)
    return due is not None and jobs.run_once(appointment.name, due, appointment.act, now)


def latest(trigger: CronTrigger, now: datetime) -> datetime | None:
    """Return the trigger's latest moment until `now`, at most 32 days back."""
    found, moment = None, trigger.get_next_fire_time(None, now - timedelta(days=32))
    while moment is not None and moment <= now:
        found, moment = moment, trigger.get_next_fire_time(moment, moment)
    return found


def plan(now: datetime) -> list[tuple[str, Any, datetime | None]]:
    """Return every job of the timetable: name, label, next moment (None for what comes every so many seconds)."""
    appointments = [(entry.name, entry.label, entry.at.get_next_fire_time(None, now)) for entry in CALENDAR]
    return [*((entry.name, entry.label, None) for entry in SWEEPS), *appointments]
