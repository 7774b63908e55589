"""Patterns in a month's record that are worth a look. Each has figures, none is a fault, and limits are data.

Everything here has an innocent explanation: a reminder that comes at the same minute every day, colleagues who arrive by
the same bus, a supervisor who knows that the gate's reader was broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations, groupby
from statistics import median
from typing import Any, Literal, get_args

from sqlalchemy import Connection, select, text

from integration import people
from integration.people import Person
from integration.rulebook.models import ComplianceRules
from plugins.hadir import rules
from plugins.hadir.recap import Line, PersonMonth
from plugins.hadir.tables import attendance_event as event

Code = Literal[
    "low_attendance", "many_missing", "many_late", "many_early", "many_incomplete",
    "approved_at_once", "made_punctual", "same_minute", "unplanned_home", "same_second",
]  # fmt: skip
CODES: tuple[Code, ...] = get_args(Code)

# Of a unit that is larger, pairs are too many to count one by one, and one second holds many by chance.
_LARGEST_GROUP = 50


@dataclass(frozen=True, slots=True)
class Pattern:
    """`count` of `of` (check-ins, corrections, days, people) show it.

    `detail` is a clock time, minutes or a limit, as the code needs.
    """

    code: Code
    people: tuple[str, ...]
    unit: str
    count: int
    of: int
    detail: str = ""


# ---------------------------------------------------------------- corrections


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a correction; `took` is the time until it was approved or rejected, None before or if withdrawn."""

    person_id: int
    state: str
    decider_id: int | None
    took: timedelta | None


def approved_at_once(limits: ComplianceRules, asked: Iterable[Asked], deciders: Mapping[int, Person]) -> Iterator[Pattern]:
    """Deciders who approved everything, half of it within minutes."""
    decided: dict[int, list[Asked]] = {}
    for row in asked:
        if row.took is not None and row.decider_id is not None:
            decided.setdefault(row.decider_id, []).append(row)
    for id, rows in decided.items():
        minutes = median(row.took.total_seconds() / 60 for row in rows if row.took is not None)
        everything = all(row.state == "approved" for row in rows)
        if everything and len(rows) >= limits.decided_least and minutes <= limits.decided_minutes:
            who = deciders[id]
            yield Pattern("approved_at_once", (who.name,), who.unit, len(rows), len(rows), f"{minutes:.0f}")


Before = Mapping[tuple[int, date], datetime]


def corrected(db: Connection, team: Sequence[Person], first: date, last: date) -> dict[tuple[int, date], datetime]:
    """When a check-in stood before a correction replaced it, by person and day. One statement."""
    ids = {someone.id for someone in team}
    columns = (event.c.person_id, event.c.day, event.c.at, event.c.source)
    query = select(*columns).where(
        event.c.day.between(first, last), event.c.kind == "in", ~event.c.active, event.c.source != "correction"
    )
    rows = db.execute(query.order_by(event.c.id))
    return {(row.person_id, row.day): row.at for row in rows if row.person_id in ids}


# ---------------------------------------------------------------- person by person


@dataclass(slots=True)
class Watch:
    """Looks at the months as they go by."""

    limits: ComplianceRules
    before: Before
    patterns: list[Pattern] = field(default_factory=list)
    # By unit: the day of each check-in from home, whose it was, and whether the day named any place.
    _home: dict[tuple[str, int], list[tuple[date, str, bool]]] = field(default_factory=dict)
    _with_rota: set[tuple[int, date]] = field(default_factory=set)

    def add(self, someone: PersonMonth) -> None:
        came = [line for line in someone.lines if line.found.arrival]
        self._made_punctual(someone, came)
        self._same_minute(someone, came)
        self._at_home(someone, came)

    def found(self) -> list[Pattern]:
        self.patterns += self._unplanned_home()
        return sorted(self.patterns, key=lambda pattern: (CODES.index(pattern.code), pattern.unit, pattern.people))

    def _made_punctual(self, someone: PersonMonth, came: Sequence[Line]) -> None:
        corrected = [line for line in came if (someone.person.id, line.day) in self.before and _is_corrected(line)]
        mended = [line for line in corrected if self._was_late(someone, line) and not line.result.late]
        if len(mended) >= self.limits.made_punctual and len(mended) == len(corrected):
            self._note("made_punctual", someone, len(mended), len(corrected))

    def _was_late(self, someone: PersonMonth, line: Line) -> bool:
        return rules.minutes_late(line.plan, self.before[someone.person.id, line.day]) > 0

    def _same_minute(self, someone: PersonMonth, came: Sequence[Line]) -> None:
        own = [line.found.arrival.at for line in came if line.found.arrival and line.found.arrival.source == "chat"]
        if len(own) < self.limits.same_minute_days:
            return
        clock, days = Counter(f"{at.astimezone(someone.person.tz):%H.%M}" for at in own).most_common(1)[0]
        if days >= self.limits.same_minute_days and days >= self.limits.same_minute_share * len(own):
            self._note("same_minute", someone, days, len(own), clock)

    def _at_home(self, someone: PersonMonth, came: Sequence[Line]) -> None:
        """Remember them by unit: on a day without any rota, nothing was planned for anybody."""
        unit = someone.person.unit_id
        self._with_rota |= {(unit, line.day) for line in someone.lines if line.plan.place}
        home = [line for line in came if line.result.place == "wfh"]
        if home:
            planned = ((line.day, someone.person.name, bool(line.plan.place) or not line.plan.works) for line in home)
            self._home.setdefault((someone.person.unit, unit), []).extend(planned)

    def _unplanned_home(self) -> Iterator[Pattern]:
        for (unit, unit_id), rows in sorted(self._home.items()):
            counted = [row for row in rows if (unit_id, row[0]) in self._with_rota]
            unplanned = [name for _, name, planned in counted if not planned]
            if unplanned and len(unplanned) >= self.limits.unplanned_home_days:
                names = tuple(sorted(set(unplanned)))
                yield Pattern("unplanned_home", names, unit, len(unplanned), len(counted))

    def _note(self, code: Code, someone: PersonMonth, count: int, of: int, detail: str = "") -> None:
        self.patterns.append(Pattern(code, (someone.person.name,), someone.person.unit, count, of, detail))


def _is_corrected(line: Line) -> bool:
    return line.found.arrival is not None and line.found.arrival.source == "correction"


# ---------------------------------------------------------------- many in one second


def same_second(db: Connection, limits: ComplianceRules, team: Sequence[Person], first: date, last: date) -> Iterator[Pattern]:
    """People of a unit who checked in within one second of one another, from the same place and platform, day after day.

    Many of a large office share a second by chance; that the same two do so again and again is none.
    """
    by_id = {someone.id: someone for someone in team}
    for unit, rows in groupby(_check_ins(db, first, last), key=lambda row: row.unit_id):
        yield from _of_unit(limits, unit, [row for row in rows if row.person_id in by_id], by_id)


def _check_ins(db: Connection, first: date, last: date) -> Iterator[Any]:
    """What people said themselves, unit by unit; read as it is looked at."""
    columns = (people.person.c.unit_id, event.c.person_id, event.c.day, event.c.at, event.c.place, event.c.platform)
    query = (
        select(*columns)
        .join_from(event, people.person, people.person.c.id == event.c.person_id)
        .where(event.c.day.between(first, last), event.c.kind == "in", text("attendance_event.active"))
        .where(event.c.source == "chat")
        .order_by(people.person.c.unit_id)
    )
    yield from db.execute(query.execution_options(yield_per=5_000))


def _of_unit(limits: ComplianceRules, unit: int, rows: Iterable[Any], by_id: Mapping[int, Person]) -> Iterator[Pattern]:
    seconds: dict[tuple[object, ...], set[int]] = {}
    for row in rows:
        at: datetime = row.at
        seconds.setdefault((row.day, at.replace(microsecond=0), row.place, row.platform), set()).add(row.person_id)
    groups = [group for group in seconds.values() if limits.same_second_people <= len(group) <= _LARGEST_GROUP]
    pairs = Counter(pair for group in groups for pair in combinations(sorted(group), 2))
    again = {pair for pair, days in pairs.items() if days >= limits.same_second_days}
    if again:
        names = sorted({by_id[id].name for pair in again for id in pair})
        together = [group for group in groups if any(group.issuperset(pair) for pair in again)]
        yield Pattern("same_second", tuple(names), by_id[next(iter(again))[0]].unit, len(together), len(seconds))
