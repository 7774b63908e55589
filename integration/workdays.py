"""Office days: whose day it is where, which hours are expected of whom, and which days are free.

A day that is over keeps the hours and the schedule that were known when it ended, as it keeps its rules (see
integration/rulebook). Seasons and holidays are facts: they count at once, whenever they are entered.

Hours, seasons (Ramadan) and holidays are dated rows that each process keeps (`integration.kept`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from integration.activities import Activity, ActivityProvider, PlaceProvider, did
from integration.kept import FRESH_SECONDS, Keeper
from integration.lookups import OfPeople, Together
from integration.office_calendar import Calendar, Hours, Schedules, holiday, person_schedule, season, work_hours
from integration.people import Person
from integration.rulebook import Rules
from integration.rulebook.known import in_force, known_at
from integration.zones import ZONE_NAMES, clock, zone_name

STANDARD = "standar"


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What is expected of a person on a day; `start` and `end` are aware, None on a day off.

    `free` names why the day is off (a holiday's name; empty for a weekend or a shift's rest day). `place` is the planned one,
    `standby` that of a direct service. `excuse` says why the person is away: cuti, sakit, izin, dinas or tugas_belajar, a
    public word, never a private reason; `excuse_source` names the decision ("ST-112/2026") for those who may see the record.
    `excused` are times of a day that is worked otherwise (a short permission). `asked` is such a public word of an absence
    that waits for approval, for `asked_times` of the day or, without any, for the whole of it: it excuses nothing yet, but
    nobody who asked is reminded; for those who may see the record, never for colleagues. With `dynamic` hours nobody is
    late: start and end are the window in which stamps count, and `minutes` are owed, judged by the week. `minutes` are net,
    without the break. `source` (article) and `hours_from` (version) say which hours of `schedule` these are.
    """

    day: date
    start: datetime | None = None
    end: datetime | None = None
    break_minutes: int = 0
    free: str = ""
    excuse: str = ""
    place: str = ""
    source: str = ""
    schedule: str = ""
    season: str = ""
    hours_from: date | None = None
    dynamic: bool = False
    minutes: int = 0
    standby: bool = False
    excuse_source: str = ""
    excused: tuple[tuple[datetime, datetime], ...] = ()
    asked: str = ""
    asked_times: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def asked_whole(self) -> bool:
        """Whether an approval that is awaited would excuse the whole day."""
        return bool(self.asked) and not self.asked_times

    @property
    def works(self) -> bool:
        return self.start is not None and not self.excuse


Plans = dict[tuple[int, date], DayPlan]


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a provider is asked: the days from `first` to `last`, both included, of `people`.

    `plans` are those known so far. `hours` is the plan of a day by another schedule, for a shift that was assigned or
    swapped: `hours("sif-malam", person, day)`.
    """

    db: Connection
    people: Sequence[Person]
    first: date
    last: date
    plans: Mapping[tuple[int, date], DayPlan]
    hours: Callable[[str, Person, date], DayPlan]


# The plans that change.
DayPlanProvider = Callable[[PlanRequest], Plans]


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A provider that reads rows of people, and does nothing else with the database: several are asked in one statement.

    `of` has the parameters `first` and `last`; `change` makes plans of its rows, which come in no order.
    """

    of: OfPeople
    change: Callable[[PlanRequest, Iterable[Any]], Plans]

    def __call__(self, request: PlanRequest) -> Plans:
        rows = self.of.rows(request.db, [person.id for person in request.people], first=request.first, last=request.last)
        return self.change(request, rows)


# Of more people each look-up is asked by itself.
_TOGETHER = 100


@lru_cache
def _together(lookups: tuple[Lookup, ...]) -> Together:
    return Together([lookup.of for lookup in lookups])


# (db, first, last) -> ids of those whose hours a provider may change on these days. Whom it merely excuses, or gives a place,
# need not be named: reminders ask this first, every five minutes.
HoursChanged = Callable[[Connection, date, date], Collection[int]]


@dataclass
class Workdays:
    """Plans of days: the dated hours of a person's schedule, then whatever the plugins know better; and what was done on them.

    `changed` tells of a provider whose hours it changes; one that stands in `providers` alone may change anybody's.
    `keeper` has the calendar and the rules of this process. `activities` know what people did, `places`
    where.
    """

    providers: tuple[DayPlanProvider, ...] = ()
    changed: Mapping[DayPlanProvider, HoursChanged] = field(default_factory=dict)
    keeper: Keeper = field(default_factory=Keeper)
    activities: tuple[ActivityProvider, ...] = ()
    places: tuple[PlaceProvider, ...] = ()

    def did(self, db: Connection, person: Person, day: date) -> list[Activity]:
        """What the plugins know that this person did on that day."""
        return did(self.activities, db, person, day)

    def place(self, db: Connection, person: Person, day: date) -> str:
        """Where this person said that they work on that day, "" if nowhere: what `did` would say, and nothing else of it."""
        return next((place for said in self.places if (place := said(db, person, day))), "")

    def plan(self, db: Connection, person: Person, day: date, now: datetime) -> DayPlan:
        return self.plans(db, [person], day, day, now)[person.id, day]

    def plans(self, db: Connection, people: Iterable[Person], first: date, last: date, now: datetime) -> Plans:
        """The plan of every person for every day from `first` to `last`, both included."""
        people = list(people)
        sheet = self._sheet(db, people, now)
        plans = sheet.plans(people, first, last)
        rows = self._rows(db, people, first, last)
        for provide in self.providers:
            request = PlanRequest(db, people, first, last, plans, sheet.plan)
            if isinstance(provide, Lookup) and provide in rows:
                plans.update(provide.change(request, rows[provide]))
            else:
                plans.update(provide(request))
        return plans

    def _rows(
        self, db: Connection, people: Sequence[Person], first: date, last: date
    ) -> Mapping[DayPlanProvider, Sequence[Any]]:
        """What the look-ups among the providers find, where it is worth asking them together."""
        lookups = tuple(provider for provider in self.providers if isinstance(provider, Lookup))
        if len(lookups) < 2 or len(people) > _TOGETHER:
            return {}
        ids = [person.id for person in people]
        return dict(zip(lookups, _together(lookups).rows(db, ids, first=first, last=last), strict=True))

    def by_schedule(self, db: Connection, people: Iterable[Person], first: date, last: date, now: datetime) -> Plans:
        """The plans as hours, seasons and holidays have them, without what plugins know better."""
        people = list(people)
        return self._sheet(db, people, now).plans(people, first, last)

    def hours_changed(self, db: Connection, first: date, last: date) -> frozenset[int] | None:
        """Whose hours providers may change on these days; None if one cannot tell, so that it may be anybody."""
        known = [self.changed.get(provider) for provider in self.providers]
        if None in known:
            return None
        return frozenset(person_id for tell in known if tell for person_id in tell(db, first, last))

    def forget(self) -> None:
        """Read the calendar and the rules anew: this process has just changed them."""
        self.keeper.forget()

    def rules(self, db: Connection, now: datetime) -> Rules:
        return self.keeper.kept(db, now).rules

    def calendar(self, db: Connection, now: datetime) -> Calendar:
        return self.keeper.kept(db, now).calendar

    def _sheet(self, db: Connection, people: Sequence[Person], now: datetime) -> _Sheet:
        calendar = self.calendar(db, now)
        return _Sheet(calendar, calendar.schedules(db, people))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Plans that are being drawn: those who work by one schedule in one zone share them, so thousands cost as few do."""

    calendar: Calendar
    dated: Schedules

    def plans(self, people: Iterable[Person], first: date, last: date) -> Plans:
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        return {(person.id, day): self.plan(self.schedule(person, day), person, day) for person in people for day in days}

    def schedule(self, person: Person, day: date) -> str:
        """By which schedule somebody works on a day, as it was known when the day ended."""
        rows = self.dated.get(person.id)
        found = in_force(rows, day, self.known_at(person, day)) if rows else None
        return (person.schedule if found is None else found.schedule) or STANDARD

    def known_at(self, person: Person, day: date) -> datetime:
        return known_at(self.calendar.reevaluations, person, day)

    def plan(self, schedule: str, person: Person, day: date) -> DayPlan:
        """The plan of a day by any schedule."""
        if not works_here(person, day):
            return DayPlan(day)
        known_at = self.known_at(person, day)
        key, drawn = (schedule, person.zone, day, known_at), self.calendar.drawn
        if key not in drawn:
            drawn[key] = _planned(self.calendar, schedule or STANDARD, person.tz, day, known_at)
        found: DayPlan = drawn[key]
        return found


def _planned(calendar: Calendar, schedule: str, tz: ZoneInfo, day: date, known_at: datetime) -> DayPlan:
    free, kind = calendar.holiday(day)
    hours = _hours(calendar, schedule, day, known_at)
    if hours is None or not hours.worked(kind):
        return DayPlan(day, free=free, schedule=schedule)
    return DayPlan(
        day,
        start=at(day, hours.start, tz),
        end=at(day, hours.end, tz),
        break_minutes=hours.break_minutes,
        source=hours.source,
        schedule=schedule,
        season=hours.season,
        hours_from=hours.valid_from,
        dynamic=hours.dynamic,
        minutes=hours.minutes,
    )


def _hours(calendar: Calendar, schedule: str, day: date, known_at: datetime) -> Hours | None:
    """Those of the season, where the schedule has some for this weekday, else the normal ones."""
    for name in (*calendar.seasons_of(day), ""):
        found = in_force(calendar.hours.get((schedule, name, day.weekday()), ()), day, known_at)
        if found is not None:
            return found
    return None


def works_here(person: Person, day: date) -> bool:
    """Nothing is expected before the first day on which Hadir knows somebody, nor after their last."""
    return (person.started_on or day) <= day <= (person.ended_on or day)


def at(day: date, minute: int, tz: ZoneInfo) -> datetime:
    """The instant `minute` minutes after local midnight of `day`; a zone with summer time is met by the wall clock."""
    return datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), tz)


def local_day(now: datetime, person: Person) -> date:
    """The date on the calendar in the person's office."""
    return now.astimezone(person.tz).date()


__all__ = [
    "FRESH_SECONDS",
    "STANDARD",
    "ZONE_NAMES",
    "DayPlan",
    "DayPlanProvider",
    "HoursChanged",
    "Lookup",
    "PlanRequest",
    "Plans",
    "Workdays",
    "at",
    "clock",
    "holiday",
    "local_day",
    "person_schedule",
    "season",
    "work_hours",
    "works_here",
    "zone_name",
]
