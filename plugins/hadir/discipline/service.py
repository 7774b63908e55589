"""Who stands where against the discipline rule, and of what people have been told. No sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint, delete, select

from integration.db import Instant, insert_or_nothing, metadata
from integration.people import Person
from integration.plugin import Work
from integration.rulebook import Rule
from integration.rulebook.models import DisciplineRules
from integration.workdays import local_day
from plugins.hadir import corrections, discipline, recap
from plugins.hadir.discipline import Mark, Standing
from plugins.hadir.discipline import hold as discipline_hold
from plugins.hadir.evaluation.results import Status
from plugins.hadir.recap import Line
from plugins.hadir.tables import attendance_correction

# A row that began before the year is looked for so far back: ten working days, and the longest holidays between them.
_BEFORE_THE_YEAR = timedelta(days=45)

# A mark of which people were told; `day` is the last day on which it stood, `count` the days that counted then.
discipline_notice = Table(
    "discipline_notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("mark", String(30), nullable=False),
    Column("day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
    UniqueConstraint("person_id", "year", "mark"),
)

Told = Mapping[tuple[int, str], date]


@dataclass(frozen=True, slots=True)
class Record:
    """One person's year. `waiting` are counted days for which a correction waits, `asked` those for which an absence of that
    kind does, `correctable` the others that may be corrected, and until when. `held` are days without a record that do not
    count yet (`discipline_hold`).
    """

    person: Person
    stands: Standing
    rule: Rule
    rules: DisciplineRules
    waiting: frozenset[date] = frozenset()
    correctable: tuple[tuple[date, date], ...] = ()
    held: tuple[date, ...] = ()
    asked: Mapping[date, str] = field(default_factory=dict)


def records(work: Work, team: Sequence[Person], year: int, until: date | None = None) -> list[Record]:
    """The year of each of `team`, up to `until`; as many statements for all as for one."""
    last = until or date(year, 12, 31)
    lines = recap.days(work, team, date(year, 1, 1) - _BEFORE_THE_YEAR, last)
    waiting, held = _waiting(work, [person.id for person in team]), discipline_hold.held(work)
    return [_record(work, person, year, lines[person.id], waiting.get(person.id, frozenset()), held) for person in team]


def _record(
    work: Work, person: Person, year: int, lines: Sequence[Line], waiting: frozenset[date], held: frozenset[date]
) -> Record:
    stands = discipline.standing(statuses(lines, held), year)
    not_yet = tuple(day for day, status in statuses(lines) if status == "absent" and day in held and day.year == year)
    rule, rules = work.rules().discipline(person, stands.latest or min(local_day(work.now, person), date(year, 12, 31)))
    counted = {*stands.days, *stands.row}
    allowed = timedelta(days=work.settings.correction_days)
    today = local_day(work.now, person)
    asked = {line.day: line.plan.asked for line in lines if line.day in counted and line.plan.asked_whole}
    mend = sorted(counted - waiting - asked.keys())
    correctable = tuple((day, day + allowed) for day in mend if day + allowed >= today)
    return Record(person, stands, rule, rules, waiting & counted, correctable, not_yet, asked)


def statuses(lines: Iterable[Line], held: Collection[date] = ()) -> Iterator[tuple[date, Status]]:
    """What each day is for a row: whatever is done on a day off, it is one; an absence on a `held` day says nothing yet."""
    for line in lines:
        status = line.result.status
        if line.plan.start is None:
            yield line.day, "off"
        else:
            yield line.day, "expected" if status == "absent" and line.day in held else status


def _waiting(work: Work, person_ids: Sequence[int]) -> dict[int, frozenset[date]]:
    """The days for which a correction waits. One statement."""
    request = attendance_correction.c
    query = select(request.person_id, request.day).where(corrections.WAITING, request.person_id.in_(person_ids))
    found: dict[int, set[date]] = {}
    for person_id, day in work.db.execute(query):
        found.setdefault(person_id, set()).add(day)
    return {person_id: frozenset(days) for person_id, days in found.items()}


# ---------------------------------------------------------------- what was told


def told(work: Work, person_ids: Sequence[int]) -> dict[int, Told]:
    """On which day each mark stood last, by person. One statement."""
    notice = discipline_notice.c
    query = select(notice.person_id, notice.year, notice.mark, notice.day).where(notice.person_id.in_(person_ids))
    found: dict[int, dict[tuple[int, str], date]] = {}
    for person_id, year, mark, day in work.db.execute(query):
        found.setdefault(person_id, {})[year, mark] = day
    return dict(found)


def remember(work: Work, record: Record, marks: Sequence[Mark]) -> None:
    """These marks stand, and people have been told of them by now."""
    if not marks:
        return
    notice, person = discipline_notice.c, record.person.id
    for mark in marks:
        same = (notice.person_id == person, notice.year == mark.year, notice.mark == mark.code)
        work.db.execute(delete(discipline_notice).where(*same))
    rows = [
        {
            "person_id": person,
            "year": mark.year,
            "mark": mark.code,
            "day": record.stands.latest,
            "count": len(record.stands.row if mark.in_a_row else record.stands.days),
            "told_at": work.now,
        }
        for mark in marks
    ]
    work.db.execute(insert_or_nothing(work.db, discipline_notice), rows)
