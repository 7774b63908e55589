"""The service's own scheduled jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from integration import audit, choices, dispatch, linking, outbox_care, scheduler
from integration.calendars import answers as calendar_answers
from integration.core import Hadir
from integration.plugin import Job, Run

# One transaction never holds up the others for long: SQLite has one writer.
SEALED_AT_ONCE = 200
# Numbered choices are remembered until the last of their buttons, which lives for a year, cannot be pressed any more.
_CHOICES = timedelta(days=400)

log = structlog.get_logger()


def core_jobs(hadir: Hadir) -> tuple[Job, ...]:
    """Sealing and linking every minute, cleaning up at night in Indonesia (20:00 UTC is 03:00 WIB)."""

    def job(name: str, cron: str, run: Callable[[Hadir, Run], None], catch_up_minutes: int = 60) -> Job:
        return Job(f"core.{name}", cron, lambda r: run(hadir, r), catch_up_minutes)

    return (
        job("seal_audit", "* * * * *", _seal, 10),
        job("link_requests", "* * * * *", _link, 10),
        job("calendar_answers", "*/5 * * * *", lambda hadir, _: calendar_answers.read(hadir), 5),
        job("clean_up", "0 20 * * *", _clean_up, 12 * 60),
    )


def _seal(hadir: Hadir, _run: Run) -> None:
    key = hadir.signer.key("audit")
    while True:
        # Read and computed before anybody has to wait for it.
        with hadir.database.read() as db:
            seals = audit.make_seals(db, key, SEALED_AT_ONCE)
        if seals is None:
            return
        with hadir.database.write() as db:
            sealed = audit.write_seals(db, key, seals)
        if sealed:
            # Kept elsewhere, this line shows that a whole database was put back to an older state.
            log.info("audit_sealed", rows=sealed, head=f"{seals.head[0]}:{seals.head[1].hex()}")
        if len(seals.rows) < SEALED_AT_ONCE:
            return


def _link(hadir: Hadir, run: Run) -> None:
    linking.resolve(hadir, ask_again=run.planned.minute % 15 == 0)


def _clean_up(hadir: Hadir, _run: Run) -> None:
    now = hadir.clock()
    with hadir.database.write() as db:
        # A nonce outlives its form by a day: clocks of several servers differ.
        dispatch.forget_nonces(db, now - timedelta(days=1))
        scheduler.forget_runs(db, now)
        choices.forget(db, now - _CHOICES)
    purged = limit = 2000
    while purged == limit:
        with hadir.database.write() as db:
            purged = outbox_care.purge(db, now, limit)
