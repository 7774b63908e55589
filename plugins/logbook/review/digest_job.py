"""The digest at the day's end: once a day to everybody who has reports to look at, where it is the hour for it.

Nobody is told on a day off or while away; then whoever stands in has the team in their own digest. Whoever has nothing to
look at is not told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import partial

from integration.batches import Found, tell_in_batches
from integration.messages import Button
from integration.plugin import Job, Notice, Run, Work
from integration.work import Build
from plugins.logbook import hours
from plugins.logbook.review import digest, digest_wording, rating, teams
from plugins.logbook.review.digest import Digest

# After an outage it still helps for so long; in the evening nobody decides any more.
HELPS = timedelta(minutes=90)
_DROPPED_AFTER = timedelta(hours=20)


def tell(run: Run) -> None:
    """Zone by zone, a hundred supervisors at a time."""
    with run.read() as work:
        due = hours.zones_at(work, work.settings.logbook_digest_at, HELPS)
    for zone, day in due:
        tell_in_batches(run, partial(find, zone=zone, day=day))


def find(work: Work, after: int, *, zone: str, day: date) -> Found:
    """The digests of the next supervisors after the id `after`."""
    prefix = f"logbook:digest:{day.isoformat()}:"
    found = hours.readers(work, zone, day, after, prefix, officers=True)
    last = found[-1].id if len(found) == hours.READERS else -1
    plans = work.workdays.plans(work.db, found, day, day, work.now)
    present = hours.at_work(plans, found, day)
    made = digest.build(work, list(teams.of(work, present).values())) if present else []
    made = [each for each in made if not each.empty]
    rated = _rated(work, made, day)
    return Found(last, [_notice(work, each, prefix, rated) for each in made])


def _rated(work: Work, made: Sequence[Digest], day: date) -> Collection[int]:
    """Who of all these people has the rating that is asked for at the month's end."""
    if not made or not rating.asked_today(day):
        return ()
    return rating.of_month(work.db, [each.id for one in made for each in one.team.own], rating.default_month(day))


def _notice(work: Work, made: Digest, prefix: str, rated: Collection[int]) -> Notice:
    reader = made.team.reader
    more = rating.buttons(work, made.team, rated)
    return Notice(reader, f"{prefix}{reader.id}", _build(made, more), until=work.now + _DROPPED_AFTER)


def _build(made: Digest, more: Sequence[Button]) -> Build:
    return lambda t: digest_wording.reply(t, made, 1, more)


JOBS = (Job("digest", "*/10 * * * *", tell, catch_up_minutes=int(HELPS.total_seconds() // 60)),)
