"""Scheduled jobs. Every worker's scheduler fires; a unique row (job, planned time) decides who runs it.

The planned time comes from the job's trigger, never from the moment at which somebody looked, so that all workers
mean the same row. The row's `started_at` is the runner's last sign of life: a run that gives none is another's to take.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Column, Connection, String, Table, delete, select, update

from integration.core import Hadir
from integration.db import Instant, insert_once, metadata
from integration.deliveries import chat as chat_delivery
from integration.metrics import JOBS
from integration.people import Person
from integration.plugin import Build, Job, Run, Work

log = structlog.get_logger()

# outcome: running → done | failed | lost (its runner died, and it is too late to begin again)
job_run = Table(
    "job_run",
    metadata,
    Column("job", String(80), primary_key=True),
    Column("planned_at", Instant, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String(10), nullable=False, server_default="running"),
)

SILENT = timedelta(minutes=5)
KEEP_RUNS = timedelta(days=30)
_LOOK_AFTER_SECONDS = 60
_WEEKDAY_NUMBER = re.compile(r"(^|[,-])\d")


def trigger(cron: str) -> Any:
    """The APScheduler trigger of a crontab in UTC, seconds in front where there are six fields; raises `ValueError` for one
    that would mean something else.

    APScheduler counts weekdays from Monday = 0, every other crontab from Sunday = 0: only names are allowed.
    """
    from apscheduler.triggers.cron import CronTrigger

    fields = cron.split()
    if len(fields) not in (5, 6):
        raise ValueError(f"a crontab has five fields, or six with seconds in front: {cron!r}")
    if _WEEKDAY_NUMBER.search(fields[-1]):
        raise ValueError(f"weekdays need names, like mon-fri: {cron!r}")
    second, minute, hour, day, month, weekday = ["0", *fields][-6:]
    when = {"second": second, "minute": minute, "hour": hour, "day": day, "month": month, "day_of_week": weekday}
    return CronTrigger(**when, timezone=UTC)


def latest(cron: str, after: datetime, until: datetime) -> datetime | None:
    """The last time after `after`, up to and with `until`, at which the crontab fires."""
    fires, found = trigger(cron), None
    moment = fires.get_next_fire_time(None, after + timedelta(microseconds=1))
    while moment is not None and moment <= until:
        found = moment
        moment = fires.get_next_fire_time(moment, moment + timedelta(microseconds=1))
    return cast(datetime, found).astimezone(UTC) if found else None


class JobRun:
    """What a job's function is handed (`plugin.Run`)."""

    def __init__(self, hadir: Hadir, planned: datetime) -> None:
        self.hadir = hadir
        self.planned = planned
        self.settings = hadir.settings
        self.ports = hadir.ports

    @contextmanager
    def begin(self) -> Iterator[Work]:
        with self.hadir.database.write() as db:
            yield work(self.hadir, db)

    @contextmanager
    def read(self) -> Iterator[Work]:
        with self.hadir.database.read() as db:
            yield work(self.hadir, db)

    def whisper(self, person: Person, key: str, build: Build) -> None:
        t = self.hadir.catalogues.speak(person.locale or self.hadir.settings.locale)
        chat_delivery.send(self.hadir, {"person": person.id}, build(t), key)


def work(hadir: Hadir, db: Connection) -> Work:
    """The service itself at work in the transaction `db`."""
    return Work(
        db=db,
        now=hadir.clock(),
        settings=hadir.settings,
        workdays=hadir.workdays,
        catalogues=hadir.catalogues,
        ports=hadir.ports,
    )


def plugin_jobs(hadir: Hadir) -> tuple[Job, ...]:
    """The jobs that plugins declare, under their full names."""
    return tuple(
        Job(f"{plugin.name}.{job.name}", job.cron, job.run, job.catch_up_minutes)
        for plugin in hadir.plugins
        for job in plugin.jobs
    )


# ---------------------------------------------------------------- one run


def run_job(hadir: Hadir, job: Job, planned: datetime) -> bool:
    """Run the job for its planned time unless somebody has; whether it was run here. Its errors end here."""
    now = hadir.clock()
    with hadir.database.write() as db:
        if not (_claim(db, job, planned, now) or _take_over(db, job, planned, now)):
            return False
    outcome = _outcome(hadir, job, planned)
    with hadir.database.write() as db:
        db.execute(update(job_run).where(_row(job, planned)).values(finished_at=hadir.clock(), outcome=outcome))
    JOBS.labels(job.name, outcome).inc()
    return True


def _outcome(hadir: Hadir, job: Job, planned: datetime) -> str:
    run: Run = JobRun(hadir, planned)
    try:
        job.run(run)
    except Exception:
        log.exception("job_failed", job=job.name, planned=planned.isoformat())
        return "failed"
    return "done"


def _row(job: Job, planned: datetime) -> Any:
    return (job_run.c.job == job.name) & (job_run.c.planned_at == planned)


def _claim(db: Connection, job: Job, planned: datetime, now: datetime) -> bool:
    row = {"job": job.name, "planned_at": planned, "started_at": now}
    return insert_once(db, job_run, row) is not None


def _take_over(db: Connection, job: Job, planned: datetime, now: datetime) -> bool:
    silent = _row(job, planned) & (job_run.c.outcome == "running") & (job_run.c.started_at < now - SILENT)
    return db.execute(update(job_run).where(silent).values(started_at=now)).rowcount == 1


def forget_runs(db: Connection, now: datetime) -> None:
    db.execute(delete(job_run).where(job_run.c.planned_at < now - KEEP_RUNS, job_run.c.outcome != "running"))


# ---------------------------------------------------------------- the scheduler of one worker


class Scheduler:
    """Fires the jobs of one worker. `look` alone does everything but wait for the clock."""

    def __init__(self, hadir: Hadir, jobs: Sequence[Job]) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler

        self.hadir = hadir
        self.jobs = tuple(jobs)
        self._running: set[tuple[str, datetime]] = set()
        self._lock = threading.Lock()
        # A late firing still looks: what is too late for a job is for its `catch_up_minutes` to say.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)

    def start(self) -> None:
        """Catch up on what was missed while nobody ran, then fire on time."""
        for job in self.jobs:
            self._scheduler.add_job(self._safely(self.look, job), trigger(job.cron), id=job.name)
        self._scheduler.add_job(self._safely(self.look_after), "interval", seconds=_LOOK_AFTER_SECONDS, id="core.look_after")
        self._scheduler.add_job(self._safely(self.catch_up), id="core.catch_up")
        self._scheduler.start()

    def stop(self) -> None:
        """Fire no more and wait for what is running."""
        self._scheduler.shutdown(wait=True)

    def look(self, job: Job) -> bool:
        """Run the job's latest planned time that still helps, unless that was done; whether it was run here."""
        now = self.hadir.clock()
        planned = latest(job.cron, now - timedelta(minutes=max(job.catch_up_minutes, 1)), now)
        return planned is not None and not self._begun(job, planned, now) and self._run(job, planned)

    def catch_up(self) -> None:
        """Of every job the latest run that was missed, if it still helps."""
        for job in self.jobs:
            try:
                self.look(job)
            except Exception:
                log.exception("job_not_begun", job=job.name)

    def look_after(self) -> None:
        """Give signs of life for what runs here, take over what died elsewhere, catch up on what a dead database cost."""
        now = self.hadir.clock()
        with self._lock:
            running = list(self._running)
        with self.hadir.database.write() as db:
            for name, planned in running:
                db.execute(update(job_run).where(job_run.c.job == name, job_run.c.planned_at == planned).values(started_at=now))
            self._give_up(db, now)
        self.catch_up()

    def _begun(self, job: Job, planned: datetime, now: datetime) -> bool:
        """A cheap look before the write: has it ended, or does it show signs of life?"""
        with self.hadir.database.read() as db:
            row = db.execute(select(job_run.c.outcome, job_run.c.started_at).where(_row(job, planned))).first()
        return row is not None and (row.outcome != "running" or row.started_at >= now - SILENT)

    def _run(self, job: Job, planned: datetime) -> bool:
        with self._lock:
            if (job.name, planned) in self._running:
                return False
            self._running.add((job.name, planned))
        try:
            return run_job(self.hadir, job, planned)
        finally:
            with self._lock:
                self._running.discard((job.name, planned))

    def _give_up(self, db: Connection, now: datetime) -> None:
        for job in self.jobs:
            too_old = now - max(timedelta(minutes=job.catch_up_minutes), SILENT)
            silent = (job_run.c.outcome == "running") & (job_run.c.started_at < now - SILENT)
            gone = silent & (job_run.c.job == job.name) & (job_run.c.planned_at < too_old)
            if db.execute(update(job_run).where(gone).values(outcome="lost", finished_at=now)).rowcount:
                log.error("job_lost", job=job.name)

    def _safely(self, function: Callable[..., object], *args: Any) -> Callable[[], None]:
        def call() -> None:
            try:
                function(*args)
            except Exception:
                log.exception("scheduler_trouble", job=getattr(args[0], "name", "") if args else "")

        return call
