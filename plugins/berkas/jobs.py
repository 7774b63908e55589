"""What `/berkas` does by the clock."""

from __future__ import annotations

from integration.plugin import Job, Run
from plugins.berkas import drops, members, saved, share_tasks


def forget(run: Run) -> None:
    """Questions that nobody answered."""
    with run.begin() as work:
        saved.forget_offers(work.db, work.now - saved.OFFERED_FOR)


JOBS = (*share_tasks.JOBS, *members.JOBS, *drops.JOBS, Job("forget", "41 18 * * *", forget, catch_up_minutes=1440))
