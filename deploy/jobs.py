"""What the timetable's jobs do, and how their runs are remembered; the times stand in `deploy.scheduler`."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from cms import previewing, publishing, share_picture
from cms.webhooks import keeping as webhooks
from deploy import heartbeats
from deploy.models import JobRun
from newsletter import applications, limits, linkcheck, login, mailbox, personal, postbox, reports, signup, tallies
from newsletter.importing import keeping as imports

logger = logging.getLogger(__name__)

Act = Callable[[datetime], Any]

STUCK_TASK = timedelta(minutes=15)
ABANDONED = timedelta(hours=1)
KEEP_RUNS = timedelta(days=30)
KEEP_TASKS = timedelta(days=14)


class Incomplete(Exception):
    """A job did what it could; the message says what failed, one thing per line."""


def run_once(job: str, due: datetime, act: Act, now: datetime) -> bool:
    """Run `act(now)` for the moment `due` if nobody has; tell whether this call did.

    The unique row comes first, so of two schedulers one runs it. What it raises is kept in the row.
    """
    try:
        with transaction.atomic():
            run = JobRun.objects.create(job=job, due=due, started=now)
    except IntegrityError:
        return False
    error = _attempt(job, act, now)
    run.state, run.error, run.finished = (JobRun.FAILED if error else JobRun.DONE), error, timezone.now()
    run.save()
    return True


def run_sweep(job: str, act: Act, now: datetime) -> None:
    """Run `act(now)`, which may be run any number of times; remembered in one row per hour.

    The row's state is that of the latest run, its error the latest of the hour.
    """
    error = _attempt(job, act, now)
    fields = {"state": JobRun.FAILED if error else JobRun.DONE, "finished": timezone.now()}
    if error:
        fields["error"] = error
    hour = now.replace(minute=0, second=0, microsecond=0)
    JobRun.objects.update_or_create(job=job, due=hour, defaults=fields, create_defaults={**fields, "started": now})


def _attempt(job: str, act: Act, now: datetime) -> str:
    """Return what went wrong, or nothing."""
    try:
        act(now)
    except Incomplete as error:
        return str(error)
    except Exception as error:
        logger.exception("The job %s failed.", job)
        return f"{type(error).__name__}: {error}"
    return ""


def publish(now: datetime) -> None:
    """Publish and take down what was scheduled. Raises Incomplete for what failed."""
    _demand_all(publishing.publish_due(now))


def mend_key_dates(now: datetime) -> None:
    """Rebuild the key dates that a killed process left stale. Raises Incomplete for what failed."""
    _demand_all(publishing.sweep_key_dates())


def _demand_all(report: publishing.Report) -> None:
    if report.failed:
        raise Incomplete("\n".join(report.failed))


def look_up_films(now: datetime) -> int:
    """Ask for films that a failed look-up or an import left as links; return in how many posts."""
    return publishing.sweep_films()


def copy_pictures(now: datetime) -> int:
    """Ask for the copies of pictures that an import or a failed job left unmade; return for how many posts."""
    return publishing.sweep_pictures()


def draw_share_pictures(now: datetime) -> int:
    """Draw the share pictures that are missing or out of date; return how many."""
    return share_picture.sweep()


def draw_missing_share_pictures(now: datetime) -> int:
    """Draw the share pictures of pages that have none; return how many."""
    return share_picture.sweep_missing()


def read_mailboxes(now: datetime) -> dict[str, int]:
    """Take in the bounces that came back; return how many of which kind. Raises Incomplete for a mailbox that failed."""
    report = mailbox.mailbox_due(now)
    if report.failed:
        raise Incomplete("\n".join(report.failed))
    return dict(report.counts)


def fail_stuck_tasks(now: datetime) -> int:
    """Fail Wagtail's tasks whose worker died while running them; return how many.

    django-tasks-db never looks at a RUNNING row again; what they do (indexing, files) is done anew at the next save.
    """
    stuck = DBTaskResult.objects.running().filter(started_at__lt=now - STUCK_TASK)
    return stuck.update(status=TaskResultStatus.FAILED, finished_at=now, traceback="Its worker died while running it.")


def give_up_abandoned(now: datetime) -> int:
    """Mark job runs whose scheduler died while running them; return how many."""
    abandoned = JobRun.objects.filter(state=JobRun.RUNNING, started__lt=now - ABANDONED)
    return abandoned.update(state=JobRun.FAILED, finished=now, error=str(_("Its scheduler died while running it.")))


def mend(now: datetime) -> None:
    """Put right what dead processes of our own left behind."""
    fail_stuck_tasks(now)
    give_up_abandoned(now)


def clean_up(now: datetime) -> None:
    """Remove what nobody asks for any more (old runs, finished tasks, expired sessions, dead heartbeats, old links); recount."""
    JobRun.objects.filter(due__lt=now - KEEP_RUNS).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_TASKS).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    heartbeats.forget(now)
    linkcheck.forget(now)
    previewing.forget_old(now)
    share_picture.forget_old(now)
    tallies.recount_still(now)
    for room in (applications, imports, limits, login, personal, postbox, reports, signup, webhooks):
        room.forget_old(now)
