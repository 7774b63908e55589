"""Reports that a supervisor leaves lying: whoever is above is told once a week, by names and numbers, never what they say.

Of supervisors whom nobody leads the personnel officers hear. While a supervisor is away nothing of theirs grows old here: then
whoever stands in has it in their own digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlalchemy import or_

from integration import deciders, people
from integration.batches import Found, tell_in_batches
from integration.i18n import Translate
from integration.messages import Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Job, Notice, Run, Work
from integration.work import Build
from integration.workdays import Plans, local_day
from plugins.logbook import entries, hours
from plugins.logbook.entries import Entry
from plugins.logbook.review import closed, reminders, teams
from plugins.logbook.tables import logbook_entry as _entry

# Working days of the supervisor: the digest has asked as often, and corrections and leave are told to others after three days.
PATIENCE = 3
# So far back their working days are looked at: a long holiday is in it.
_BACK = timedelta(days=21)
_HELPS, _DROPPED = timedelta(hours=3), timedelta(hours=9)
_LINES, _NAMES = 40, 5


@dataclass(frozen=True, slots=True)
class Late:
    """What has waited too long with a supervisor: whose, and how many."""

    chief: Person
    writers: Sequence[Person]
    count: int


def tell(run: Run) -> None:
    """On the first working day of a week, in the morning."""
    with run.read() as work:
        due = hours.zones_at(work, reminders.GAPS_AT, _HELPS)
    for zone, day in due:
        tell_in_batches(run, partial(find, zone=zone, day=day))


def find(work: Work, after: int, *, zone: str, day: date) -> Found:
    """The lists of the next supervisors (and personnel officers) after the id `after`."""
    monday = day - timedelta(days=day.weekday())
    prefix = f"logbook:overdue:{monday.isoformat()}:"
    found = hours.readers(work, zone, day, after, prefix, officers=True)
    last = found[-1].id if len(found) == hours.READERS else -1
    plans = work.workdays.plans(work.db, found, monday, day, work.now)
    first = [each for each in hours.at_work(plans, found, day) if not reminders.worked_before(plans, each, monday, day)]
    late = late_of(work, first) if first else {}
    until = work.now + _DROPPED
    return Found(
        last, [Notice(each, f"{prefix}{each.id}", _build(late[each.id]), until=until) for each in first if each.id in late]
    )


def late_of(work: Work, readers: Sequence[Person]) -> dict[int, list[Late]]:
    """By reader, of those who lead others below them. As many statements for a hundred readers as for one."""
    below = teams.by_supervisor(work, [each.id for each in readers])
    heads = _heads(work) if any(deciders.OFFICER in each.roles for each in readers) else []
    chiefs = {each.id: each for those in (*below.values(), heads) for each in those}
    late = _late(work, chiefs) if chiefs else {}
    found = {}
    for reader in readers:
        mine = [*below.get(reader.id, ()), *(heads if deciders.OFFICER in reader.roles else ())]
        # What waits with somebody else of the officer's own is no news to them.
        ids = dict.fromkeys(each.id for each in mine if each.id != reader.id)
        if those := [late[id] for id in ids if id in late]:
            found[reader.id] = those
    return found


def _heads(work: Work) -> list[Person]:
    """Those who lead others, and whom nobody leads."""
    today, chief = work.now.date(), deciders.SUPERIOR.c
    query = people.working(people.people_query(), today).outerjoin(deciders.SUPERIOR, chief.id == people.person.c.supervisor_id)
    nobody = or_(chief.id.is_(None), chief.ended_on < today)
    return people.fetch(work.db, query.where(nobody, hours.leads()).order_by(people.person.c.name, people.person.c.id))


def _late(work: Work, chiefs: Mapping[int, Person]) -> dict[int, Late]:
    """By supervisor, what was sent before their last `PATIENCE` working days and still waits; nothing of closed months."""
    members = teams.by_supervisor(work, list(chiefs))
    writers = {each.id: each for those in members.values() for each in those}
    e, query = _entry.c, entries.query().where(teams.WAITS, _entry.c.sent_at < work.now - timedelta(days=PATIENCE))
    found = [each for part in teams.in_parts(writers) for each in entries.fetch(work.db, query.where(e.person_id.in_(part)))]
    shut = closed.ids(work, writers, found)
    days = {id: local_day(work.now, each) for id, each in chiefs.items()}
    plans = work.workdays.plans(work.db, chiefs.values(), min(days.values()) - _BACK, max(days.values()), work.now)
    before = {id: _before(plans, id, day) for id, day in days.items()}
    late: dict[int, list[Entry]] = {}
    for each in found:
        chief = writers[each.person_id].supervisor_id
        since = before.get(chief or 0)
        if chief and since and each.sent_at and each.id not in shut and local_day(each.sent_at, chiefs[chief]) < since:
            late.setdefault(chief, []).append(each)
    return {id: _of(chiefs[id], writers, those) for id, those in late.items()}


def _before(plans: Plans, chief: int, today: date) -> date | None:
    """The working day before which something must have been sent to be late; None where there were too few of them."""
    worked = (day for n in range(1, _BACK.days + 1) if plans[chief, (day := today - timedelta(days=n))].works)
    return next((day for count, day in enumerate(worked, 1) if count == PATIENCE), None)


def _of(chief: Person, writers: Mapping[int, Person], those: Sequence[Entry]) -> Late:
    whose = sorted({each.person_id for each in those}, key=lambda id: (writers[id].name, id))
    return Late(chief, [writers[id] for id in whose], len(those))


def _build(late: Sequence[Late]) -> Build:
    def build(t: Translate) -> Reply:
        how = Text("`/logbook periksa @nama`")
        heading = t("**Reports that nobody has checked** for more than {days} working days:", days=PATIENCE)
        return Reply(join("\n", [heading, *_lines(t, late), t("You may decide on them as well: {how}", how=how)]))

    return build


def _lines(t: Translate, late: Sequence[Late]) -> Iterator[Text]:
    for each in late[:_LINES]:
        names = [fill("{name}", name=writer.name) for writer in each.writers[:_NAMES]]
        more = [Text("…")] if len(each.writers) > _NAMES else []
        yield t(
            "- with {chief}: {count} activities of {people} people ({names})",
            chief=each.chief.name,
            count=each.count,
            people=len(each.writers),
            names=join(", ", [*names, *more]),
        )
    if len(late) > _LINES:
        yield t("- … and {count} more", count=len(late) - _LINES)


JOBS = (Job("overdue", "*/15 * * * *", tell, catch_up_minutes=180),)
