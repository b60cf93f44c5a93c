"""Jobs of the timetable run once per due time, and what they met is remembered."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from deploy import jobs, scheduler
from deploy.models import JobRun
from deploy.scheduler import ZONE, Alarm, Appointment, Timetable

DUE = datetime(2026, 3, 6, 3, 15, tzinfo=UTC)


class Act:
    def __init__(self, error=None):
        self.times, self.error = 0, error

    def __call__(self, now):
        self.times += 1
        if self.error:
            raise self.error


def test_of_two_schedulers_one_runs_a_job(db, now):
    act = Act()
    assert [jobs.run_once("digest", DUE, act, now) for _ in range(2)] == [True, False]
    assert act.times == 1
    assert JobRun.objects.get().state == JobRun.DONE


def test_a_job_that_raises_is_kept_with_its_error(db, now):
    assert jobs.run_once("digest", DUE, Act(ValueError("no paper")), now)
    run = JobRun.objects.get()
    assert (run.state, run.error) == (JobRun.FAILED, "ValueError: no paper")


def test_a_sweep_has_a_row_per_hour_with_its_latest_state_and_error(db, now):
    jobs.run_sweep("mending", Act(), now)
    jobs.run_sweep("mending", Act(ValueError("no")), now + timedelta(minutes=1))
    assert JobRun.objects.get().state == JobRun.FAILED
    jobs.run_sweep("mending", Act(), now + timedelta(minutes=2))
    run = JobRun.objects.get()
    assert (run.state, run.error, run.started) == (JobRun.DONE, "ValueError: no", now)
    jobs.run_sweep("mending", Act(), now + timedelta(hours=1))
    assert JobRun.objects.count() == 2


def test_late_after_downtime_runs_once(db):
    act = Act()
    appointment = Appointment("clean-up", "", act, CronTrigger(hour=4, minute=15, timezone=ZONE))
    # The scheduler was down for days: one run, for the latest moment; a second start finds it done.
    assert [scheduler.keep(appointment) for _ in range(2)] == [True, False]
    assert act.times == 1


@pytest.mark.parametrize(
    ("at", "latest"),
    [
        # The night the clock goes back: 04:15 comes once.
        (datetime(2026, 10, 25, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 3, 15, tzinfo=UTC)),
        # The night it goes forward.
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 2, 15, tzinfo=UTC)),
        (datetime(2026, 3, 29, 2, 14, tzinfo=UTC), datetime(2026, 3, 28, 3, 15, tzinfo=UTC)),
    ],
)
def test_the_latest_moment_of_an_appointment(at, latest):
    assert scheduler.latest(CronTrigger(hour=4, minute=15, timezone=ZONE), at) == latest


def test_no_appointment_stands_in_the_hour_that_the_clocks_double():
    for appointment in scheduler.CALENDAR:
        for night in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
            moment = appointment.at.get_next_fire_time(None, night - timedelta(hours=2))
            assert moment.hour != 2


def test_an_alarm_is_set_by_the_rows_and_moves_with_them(db):
    moments = [timezone.now() + timedelta(hours=1)]
    timetable = Timetable([], [], [Alarm("publishing", lambda now: moments[0], Act())])
    timetable.derive()
    moments[0] += timedelta(hours=1)
    timetable.derive()
    pending = {job.id: job.trigger.run_date for job in timetable.engine.get_jobs() if job.id.startswith("alarm")}
    assert pending == {"alarm publishing": moments[0]}


def test_an_overdue_moment_sets_no_alarm(db):
    timetable = Timetable([], [], [Alarm("publishing", lambda now: now - timedelta(seconds=1), Act())])
    timetable.derive()
    assert [job for job in timetable.engine.get_jobs() if job.id.startswith("alarm")] == []


def test_a_task_whose_worker_died_is_failed_after_a_while(db):
    def task(**fields):
        return DBTaskResult.objects.create(
            args_kwargs={}, task_path="x.y", backend_name="default", run_after=get_date_max(), status="RUNNING", **fields
        )

    now = timezone.now()
    old, young = task(started_at=now - timedelta(minutes=16)), task(started_at=now - timedelta(minutes=14))
    assert jobs.fail_stuck_tasks(now) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == (TaskResultStatus.FAILED, TaskResultStatus.RUNNING)


def test_a_run_whose_scheduler_died_is_given_up(db, now):
    JobRun.objects.create(job="digest", due=DUE, started=now)
    assert jobs.give_up_abandoned(now + timedelta(minutes=59)) == 0
    assert jobs.give_up_abandoned(now + timedelta(minutes=61)) == 1
    assert JobRun.objects.get().state == JobRun.FAILED


def test_clean_up_forgets_what_is_old(db, now):
    jobs.run_once("digest", DUE, Act(), now)
    jobs.clean_up(DUE + jobs.KEEP_RUNS)
    assert JobRun.objects.count() == 1
    jobs.clean_up(DUE + jobs.KEEP_RUNS + timedelta(seconds=1))
    assert not JobRun.objects.exists()


def test_what_can_not_be_published_stands_in_the_runs(publish, monkeypatch, now):
    from wagtail.models import Revision

    from cms.models import Column

    page = publish(Column, go_live_at=timezone.now() + timedelta(hours=1))

    def refuse(*args, **kwargs):
        raise ValueError("no room")

    monkeypatch.setattr(Revision, "publish", refuse)
    later = timezone.now() + timedelta(hours=2)
    jobs.run_sweep("publishing", jobs.publish, later)
    run = JobRun.objects.get()
    assert run.state == JobRun.FAILED
    assert f"Den schemalagda versionen {page.latest_revision_id}: ValueError: no room" in run.error
