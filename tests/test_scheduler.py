"""Scheduled jobs: each planned time once, whoever looks, whenever they look, whatever dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from integration import installation, outbox, outbox_care
from integration.core import Hadir
from integration.jobs import core_jobs
from integration.plugin import Job, Run
from integration.scheduler import KEEP_RUNS, SILENT, Scheduler, forget_runs, job_run, latest, plugin_jobs, run_job, trigger
from tests.cast import MONDAY_0728, Clock, at

HOURLY = "0 * * * *"


class Diary:
    """A job that writes down the planned times for which it was run."""

    def __init__(self) -> None:
        self.runs: list[datetime] = []
        self.trouble: list[Exception] = []

    def __call__(self, run: Run) -> None:
        self.runs.append(run.planned)
        if self.trouble:
            raise self.trouble.pop(0)


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def job(diary: Diary) -> Job:
    return Job("test.diary", HOURLY, diary, catch_up_minutes=90)


def outcomes(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(job_run.c.outcome).order_by(job_run.c.planned_at)))


# ---------------------------------------------------------------- planned times


@pytest.mark.parametrize("cron", ["0 0 * * 1", "0 0 * * 1-5", "0 0 * * mon,3", "0 0 * * 0"])
def test_weekdays_as_numbers_are_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="mon-fri"):
        trigger(cron)


def test_weekdays_by_name_are_those_weekdays() -> None:
    saturday = at("2026-11-28T12:00+00:00")
    assert latest("0 1 * * mon-fri", saturday - timedelta(days=7), saturday) == at("2026-11-27T01:00+00:00")


def test_six_fields_begin_with_seconds() -> None:
    noon = at("2026-11-28T12:00:00+00:00")
    assert latest("*/30 * * * * *", noon, noon + timedelta(seconds=45)) == noon + timedelta(seconds=30)
    assert latest("* * * * *", noon, noon + timedelta(seconds=45)) is None
    with pytest.raises(ValueError, match="five fields"):
        trigger("* * * *")


@pytest.mark.parametrize(
    ("now", "planned"),
    [
        ("2026-11-23T07:00:00+00:00", "2026-11-23T07:00+00:00"),
        ("2026-11-23T07:00:00.000001+00:00", "2026-11-23T07:00+00:00"),
        ("2026-11-23T07:59:59.999999+00:00", "2026-11-23T07:00+00:00"),
        ("2026-11-23T08:00:00+00:00", "2026-11-23T08:00+00:00"),
    ],
)
def test_the_planned_time_does_not_depend_on_when_one_looks(now: str, planned: str) -> None:
    assert latest(HOURLY, at(now) - timedelta(hours=3), at(now)) == at(planned)


def test_there_may_be_no_planned_time_in_the_span() -> None:
    assert latest(HOURLY, at("2026-11-23T07:00+00:00"), at("2026-11-23T07:59+00:00")) is None


def test_every_declared_job_has_a_crontab_that_means_what_it_says(hadir: Hadir) -> None:
    jobs = (*core_jobs(hadir), *plugin_jobs(hadir))
    assert len({job.name for job in jobs}) == len(jobs)
    for job in jobs:
        trigger(job.cron)


# ---------------------------------------------------------------- one run


def test_a_planned_time_is_run_once(hadir: Hadir, job: Job, diary: Diary) -> None:
    assert run_job(hadir, job, MONDAY_0728)
    assert not run_job(hadir, job, MONDAY_0728)
    assert diary.runs == [MONDAY_0728]
    assert outcomes(hadir) == ["done"]


def test_of_several_workers_one_runs_it(hadir: Hadir, job: Job, diary: Diary) -> None:
    together = threading.Barrier(6)

    def worker() -> None:
        together.wait()
        run_job(hadir, job, MONDAY_0728)

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert diary.runs == [MONDAY_0728]


def test_a_run_that_fails_is_marked_and_stops_no_other(hadir: Hadir, job: Job, diary: Diary) -> None:
    diary.trouble = [RuntimeError("broken")]
    other = replace(job, name="test.other")
    scheduler = Scheduler(hadir, [job, other])
    scheduler.catch_up()
    assert sorted(outcomes(hadir)) == ["done", "failed"]
    scheduler.catch_up()
    assert len(diary.runs) == 2


def test_a_job_works_in_transactions_of_its_own(hadir: Hadir) -> None:
    def job(run: Run) -> None:
        with run.begin() as work:
            installation.put(work.db, "kept", work.now.isoformat())
        with run.begin() as work:
            installation.put(work.db, "lost", True)
            raise RuntimeError("broken")

    run_job(hadir, Job("test.work", HOURLY, job), MONDAY_0728)
    with hadir.database.read() as db:
        assert installation.get(db, "kept") == MONDAY_0728.isoformat()
        assert installation.get(db, "lost") is None


# ---------------------------------------------------------------- downtime and death


def test_after_downtime_only_the_latest_missed_run_is_caught_up(hadir: Hadir, job: Job, diary: Diary, clock: Clock) -> None:
    scheduler = Scheduler(hadir, [job])
    clock.now = at("2026-11-23T00:00:01+00:00")
    scheduler.catch_up()
    clock.now = at("2026-11-23T09:20+00:00")
    scheduler.catch_up()
    scheduler.catch_up()
    assert diary.runs == [at("2026-11-23T00:00+00:00"), at("2026-11-23T09:00+00:00")]


def test_what_is_missed_for_too_long_is_left(hadir: Hadir, diary: Diary, clock: Clock) -> None:
    clock.now = at("2026-11-23T09:20+00:00")
    Scheduler(hadir, [Job("test.diary", HOURLY, diary, catch_up_minutes=15)]).catch_up()
    assert diary.runs == []


def die_in(hadir: Hadir, job: Job, planned: datetime) -> None:
    """A worker was killed in the middle of the run."""
    with hadir.database.write() as db:
        db.execute(job_run.insert().values(job=job.name, planned_at=planned, started_at=hadir.clock()))


def test_the_run_of_a_worker_that_died_is_taken_over(hadir: Hadir, job: Job, diary: Diary, clock: Clock) -> None:
    clock.now = planned = at("2026-11-23T07:00+00:00")
    die_in(hadir, job, planned)
    scheduler = Scheduler(hadir, [job])
    clock.now += SILENT / 2
    scheduler.look_after()
    assert diary.runs == []
    clock.now += SILENT
    scheduler.look_after()
    assert diary.runs == [planned]
    assert outcomes(hadir) == ["done"]


def test_a_run_that_nobody_can_repeat_any_more_is_marked_lost(hadir: Hadir, job: Job, diary: Diary, clock: Clock) -> None:
    clock.now = at("2026-11-23T07:00+00:00")
    die_in(hadir, job, clock.now)
    clock.now += timedelta(hours=5, minutes=1)
    Scheduler(hadir, [job]).look_after()
    assert outcomes(hadir) == ["lost", "done"]


def test_a_long_run_gives_signs_of_life_and_is_not_taken_over(hadir: Hadir, clock: Clock) -> None:
    clock.now = planned = at("2026-11-23T07:00+00:00")
    runs: list[datetime] = []

    def long(run: Run) -> None:
        runs.append(run.planned)
        for _ in range(5):
            clock.now += SILENT * 0.8
            mine.look_after()
            theirs.look_after()

    job = Job("test.long", HOURLY, long, catch_up_minutes=90)
    mine, theirs = Scheduler(hadir, [job]), Scheduler(hadir, [job])
    mine.catch_up()
    assert runs == [planned]


def test_old_runs_are_forgotten(hadir: Hadir, job: Job, clock: Clock) -> None:
    run_job(hadir, job, clock.now)
    clock.now += KEEP_RUNS + timedelta(hours=1)
    run_job(hadir, job, clock.now)
    with hadir.database.write() as db:
        forget_runs(db, clock.now)
    assert len(outcomes(hadir)) == 1


# ---------------------------------------------------------------- the clock itself, and the service's own jobs


def test_a_started_scheduler_catches_up_in_the_background_and_stops(hadir: Hadir, job: Job, diary: Diary) -> None:
    ran = threading.Event()

    def tell(run: Run) -> None:
        diary(run)
        ran.set()

    scheduler = Scheduler(hadir, [replace(job, run=tell)])
    scheduler.start()
    assert ran.wait(30)
    scheduler.stop()
    assert diary.runs == [at("2026-11-23T00:00+00:00")]
    assert outcomes(hadir) == ["done"]


@pytest.fixture
def run(hadir: Hadir) -> Callable[[str], None]:
    jobs: dict[str, Any] = {job.name: job for job in core_jobs(hadir)}
    return lambda name: print(run_job(hadir, jobs[name], hadir.clock()))


def test_the_night_clean_up_forgets_what_is_old(hadir: Hadir, clock: Clock, run: Callable[[str], None]) -> None:
    from integration.dispatch import used_nonce

    with hadir.database.write() as db:
        db.execute(used_nonce.insert(), [{"nonce": f"n{n}", "expires_at": clock.now + timedelta(days=n)} for n in (0, 3)])
        outbox.enqueue(db, kind="note", stream="a", key="k", payload={}, now=clock.now)
        db.execute(
            update(outbox.outbox).values(state="done", finished_at=clock.now - outbox_care.KEEP_DONE - timedelta(days=1))
        )
    clock.now += timedelta(days=2)
    run("core.clean_up")
    with hadir.database.read() as db:
        assert list(db.scalars(select(used_nonce.c.nonce))) == ["n3"]
        assert db.scalars(select(outbox.outbox.c.id)).all() == []
