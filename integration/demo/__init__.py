"""An office to try Hadir in: 30 people in three time zones, and what they did in a year.

The days are told through the plugin's own commands, buttons and forms, as if everybody had typed them then. So
every row has its audit row, and nothing here knows how attendance is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, inspect, select, update

from integration import audit, installation, people, workdays
from integration.adapters.browser import store
from integration.audit import By
from integration.core import Hadir
from integration.db import Database, metadata
from integration.demo import days, logbook, meetings, rotas
from integration.demo.acts import Stage
from integration.errors import UserError
from integration.kept import Keeper
from integration.messages import Form, Reply
from integration.people import Person
from integration.roster import check, plan, read, write
from integration.roster.model import Findings
from integration.workdays import Plans, Workdays

PEOPLE = Path(__file__).parent / "people.csv"
GUARD, NIGHT_SHIFT = "joko", "sif-malam"
_PRESETS = frozenset({"work_hours", "season", "holiday", "rule"})
_RUNNING = frozenset({"alembic_version"})


def is_empty(database: Database) -> bool:
    """Whether nothing but the schema and its presets is there."""
    with database.read() as db:
        there = set(inspect(db).get_table_names()) - _RUNNING - _PRESETS
        tables = [table for table in metadata.sorted_tables if table.name in there]
        return not any(db.execute(select(func.count()).select_from(table)).scalar() for table in tables)


def is_demo(database: Database) -> bool:
    """Whether the database was made by `seed`."""
    with database.read() as db:
        return inspect(db).has_table(installation.installation.name) and installation.is_demo(db)


def wipe(database: Database) -> None:
    """Empty a demo database; the schema stays, so that whoever serves it goes on."""
    with database.write() as db:
        if not installation.is_demo(db):
            raise ValueError("only a demo database is ever emptied")
        db.execute(update(people.person).values(supervisor_id=None))
        for table in reversed(metadata.sorted_tables):
            if table.name not in _PRESETS:
                db.execute(delete(table))


def seed(hadir: Hadir, working_days: int = days.WORKING_DAYS) -> None:
    """Fill an empty, migrated database with so many past working days; all of it or nothing."""
    now = hadir.clock()
    with hadir.database.write() as db:
        installation.put(db, installation.DEMO, True)
        past, coming = _working_days(db, now.astimezone(ZoneInfo(hadir.settings.zone)).date(), working_days)
        # The story jumps through time, and nothing of the calendar changes meanwhile: it is read once.
        known = Workdays(
            hadir.workdays.providers,
            hadir.workdays.changed,
            Keeper(fresh=timedelta.max),
            hadir.workdays.activities,
            hadir.workdays.places,
        )
        stage = Stage(hadir, db, _settle(db, now, past[0]), known)
        _tell(stage, meetings.Days(past, coming, now, ZoneInfo(hadir.settings.zone)))


# ---------------------------------------------------------------- who


def _settle(db: Connection, now: datetime, first_day: date) -> dict[str, Person]:
    """Import the people file, give everybody a seat in the room, and the guard the night shift."""
    found = Findings()
    entries = check.entries(read.read(PEOPLE, found), found, zone="Asia/Jakarta")
    planned = plan.compare(entries, {}, [], found, today=first_day, end=None)
    if found.problems:
        raise ValueError(f"{PEOPLE.name}: {found.problems[0]}")
    write.apply(db, planned, By("demo", PEOPLE.name, now))
    db.execute(update(people.person).values(started_on=first_day))
    ids = {row.nip: row.id for row in db.execute(select(people.person.c.id, people.person.c.nip))}
    usernames = {ids[entry.nip]: entry.usernames["mattermost"] for entry in entries}
    seats = [
        {"person_id": id, "platform": store.PLATFORM, "username": username, "external_id": username}
        for id, username in usernames.items()
    ]
    db.execute(people.account.insert(), seats)
    _put_on_shift(db, next(id for id, username in usernames.items() if username == GUARD), now)
    return {usernames[person.id]: person for person in people.fetch(db, people.people_query())}


def _put_on_shift(db: Connection, person_id: int, now: datetime) -> None:
    db.execute(update(people.person).where(people.person.c.id == person_id).values(schedule=NIGHT_SHIFT))
    after, object = {"schedule": NIGHT_SHIFT}, f"person:{person_id}"
    audit.record(db, now, actor_id=None, actor="demo", action="people.changed", object=object, after=after)


# ---------------------------------------------------------------- what they did


def _working_days(db: Connection, today: date, count: int) -> tuple[list[date], list[date]]:
    """The last `count` working days before today and the next ones after it, oldest first."""
    holidays = set(db.scalars(select(workdays.holiday.c.day)))
    around = (today + timedelta(days=n) for n in range(-2 * count - 80, 40) if n)
    found = [day for day in around if day.weekday() < 5 and day not in holidays]
    return [day for day in found if day < today][-count:], [day for day in found if day > today]


def _tell(stage: Stage, known: meetings.Days) -> None:
    """Say every line at its time, and the corrections and meetings between them."""
    past, now = known.past, known.now
    today = now.astimezone(known.tz).date()
    everyone = list(stage.people.values())
    plans = stage.workdays.plans(stage.db, everyone, past[0], today + timedelta(days=1), now)
    monday = today - timedelta(days=today.weekday())
    made = rotas.moment(past, monday, known.tz)
    before, after = _Part(None, made), _Part(made, None)
    _say(stage, known, plans, before)
    rotas.publish(stage, monday, made)
    # Places are known from here on, and people go by them.
    plans |= stage.workdays.plans(stage.db, everyone, monday, today + timedelta(days=1), now)
    _say(stage, known, plans, after)


@dataclass(frozen=True, slots=True)
class _Part:
    """Of the story, from one moment on and before another."""

    first: datetime | None
    end: datetime | None

    def has(self, at: datetime) -> bool:
        return (self.first is None or self.first <= at) and (self.end is None or at < self.end)


def _say(stage: Stage, known: meetings.Days, plans: Plans, part: _Part) -> None:
    by_username = {
        username: {day: plan for (id, day), plan in plans.items() if id == person.id}
        for username, person in stage.people.items()
    }
    past, now = known.past, known.now
    lines = ((line.at, partial(stage.says, line.username, line.text, line.at)) for line in days.lines(by_username, past, now))
    asked = ((at, partial(_correct, stage, each, past[-each.ago], at)) for each, at in _requests(stage, past, now))
    away = ((at, partial(_be_away, stage, each.username, line, at)) for each, line, at in _absences(stage, past))
    told: Iterator[meetings.Act] = chain(lines, asked, away, meetings.acts(stage, known), logbook.acts(stage, known, plans))
    for _, act in sorted((each for each in told if part.has(each[0])), key=itemgetter(0)):
        act()


def _be_away(stage: Stage, username: str, line: str, at: datetime) -> None:
    stage.understood(username, line, at)
    _decide(stage, "approve", "", at, at + timedelta(minutes=35))


def _absences(stage: Stage, past: Sequence[date]) -> Iterator[tuple[days.Absence, str, datetime]]:
    """Each with the line that asks for it, at half past six on some day before."""
    for absence in days.ABSENCES:
        if absence.first <= len(past):
            first, last = past[-absence.first], past[-absence.last]
            span = f"{first:%d/%m/%Y} - {last:%d/%m/%Y}"
            asked = workdays.at(first - timedelta(days=absence.ahead), 6 * 60 + 30, stage.people[absence.username].tz)
            yield absence, f"/izin {absence.line.format(days=span)}", asked


def _requests(stage: Stage, past: Sequence[date], now: datetime) -> Iterator[tuple[days.Request, datetime]]:
    """Each on the next working morning; the one that waits was asked a moment ago."""
    for request in days.REQUESTS:
        if request.decision == "wait":
            yield request, now - timedelta(minutes=25)
        else:
            tz, next_day = stage.people[request.username].tz, past[1 - request.ago]
            yield request, workdays.at(next_day, 8 * 60 + 40 + request.ago, tz)


def _correct(stage: Stage, request: days.Request, day: date, at: datetime) -> None:
    try:
        stage.says(request.username, f"/hadir koreksi {day:%d/%m/%Y} {request.kind} {request.time} {request.why}", at)
    except UserError:
        return  # this installation takes no corrections so late
    if request.decision != "wait":
        _decide(stage, request.decision, request.note, at, at + timedelta(minutes=20))


def _decide(stage: Stage, decision: str, note: str, asked: datetime, at: datetime) -> None:
    """Who was asked presses the button of the very message that was queued."""
    usernames = {person.id: username for username, person in stage.people.items()}
    style = "good" if decision == "approve" else "danger"
    for row in stage.queued(asked):
        decider = usernames[row.payload["person"]]
        button = next((each for each in stage.buttons(row) if each.style == style), None)
        answer = stage.presses(decider, button, at) if button else None
        if isinstance(answer, Form):
            answer = stage.submits(decider, answer, {field.name: note for field in answer.fields}, at)
        stage.deliver(row, answer if isinstance(answer, Reply) else None)
    for row in stage.queued(at):
        stage.deliver(row)
