"""What is read for the files of a month: entries with their targets, evidence and answers, and which days were to be filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sqlalchemy import select

from integration import people
from integration.i18n import Translate
from integration.people import Person
from integration.settings import Settings
from integration.work import Work
from integration.workdays import DayPlan, local_day
from plugins.logbook import entries, locking
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.fields import Declared, written
from plugins.logbook.declared.forms import FormVersion
from plugins.logbook.drawing.scopes import Scope
from plugins.logbook.entries import REPORTED, Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.evidence.keeping import Evidence
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered to a field of their unit's form: in words, and as the number or the day that it is."""

    label: str
    words: str
    value: str | Decimal | date


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown. `counts`: no change that waits for its approval."""

    entry: Entry
    target: Target | None
    evidence: Sequence[Evidence]
    answers: Sequence[Answer]
    counts: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """What entries come to."""

    entries: int = 0
    minutes: int = 0
    approved: int = 0

    def with_(self, entry: Entry) -> Sum:
        minutes = entry.content.minutes
        return Sum(self.entries + 1, self.minutes + minutes, self.approved + (minutes if entry.state == "approved" else 0))

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.entries + other.entries, self.minutes + other.minutes, self.approved + other.approved)


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """What a person reported in a month for one unit, by day and in the order of writing; `plans` are theirs of every day."""

    person: Person
    lines: Sequence[Line]
    plans: Mapping[date, DayPlan]
    until: date

    @property
    def counted(self) -> list[Line]:
        return [line for line in self.lines if line.counts]

    @property
    def total(self) -> Sum:
        return _sum(self.counted)

    def by_day(self) -> dict[date, Sum]:
        found: dict[date, Sum] = {}
        for line in self.counted:
            found[line.entry.day] = found.get(line.entry.day, Sum()).with_(line.entry)
        return found

    def by_target(self) -> list[tuple[Target | None, Sum]]:
        """In the order of their codes; what was for no target comes last."""
        sums: dict[int | None, Sum] = {}
        known: dict[int | None, Target | None] = {}
        for line in self.counted:
            id = line.target.id if line.target else None
            known[id], sums[id] = line.target, sums.get(id, Sum()).with_(line.entry)
        first = sorted((target for target in known.values() if target), key=targets.in_order)
        return [(target, sums[target.id]) for target in first] + ([(None, sums[None])] if None in sums else [])

    def due(self) -> list[date]:
        """The working days up to `until` that were to be reported about."""
        return [day for day, plan in self.plans.items() if plan.works and day <= self.until]

    def filled(self) -> int:
        """How many of the days that are `due` have something."""
        there = {line.entry.day for line in self.counted}
        return sum(day in there for day in self.due())


@dataclass(frozen=True, slots=True)
class Issue:
    """What all files of a month have in common: in whose words, when, of which unit; `final`: the month is closed."""

    t: Translate
    settings: Settings
    month: date
    unit: str
    now: datetime
    final: bool

    @property
    def day(self) -> date:
        return self.local.date()

    @property
    def local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.settings.zone))

    @property
    def last(self) -> date:
        return entries.month_of(self.month)[1]


@dataclass(frozen=True, slots=True)
class PersonFile:
    """`supervisor` is who signs beside the person."""

    issue: Issue
    found: PersonMonth
    supervisor: Person | None


@dataclass(frozen=True, slots=True)
class UnitFile:
    """`people` by name: who reported something for the unit, and who belongs to it."""

    issue: Issue
    people: Sequence[PersonMonth]


# ---------------------------------------------------------------- reading


def person_file(work: Work, scope: Scope) -> PersonFile | None:
    """The person's month as far as it was reported for that unit; None for nobody."""
    person = people.get(work.db, scope.person_id)
    if person is None:
        return None
    found = _months(work, [person], _reported(work, scope), scope.month)[0]
    above = people.get(work.db, person.supervisor_id) if person.supervisor_id else None
    return PersonFile(_issue(work, scope), found, above)


def unit_file(work: Work, scope: Scope) -> UnitFile:
    """Everything that was reported for the unit, whoever belongs to it now, and who of it has reported nothing."""
    reported, last = _reported(work, scope), entries.month_of(scope.month)[1]
    members = [each for each in people.of_unit(work.db, scope.unit_id, scope.month) if (each.started_on or last) <= last]
    others = {each.person_id for each in reported} - {each.id for each in members}
    if others:
        members += people.fetch(work.db, people.people_query().where(people.person.c.id.in_(others)))
    staff = sorted(members, key=lambda each: (each.name, each.id))
    return UnitFile(_issue(work, scope), _months(work, staff, reported, scope.month))


def is_closed(work: Work, scope: Scope) -> bool:
    """Whether the month is closed to the person; of a unit, whatever was said of one of its people."""
    person = people.get(work.db, scope.person_id) if scope.kind == "person" else _nobody(work, scope.unit_id)
    return person is not None and bool(locking.locked(work.db, work.settings, person, scope.month, work.now))


def _nobody(work: Work, unit_id: int) -> Person:
    """Of the unit, so that only what was said of that and of the office counts."""
    return Person(0, "", "", unit_id, "", None, "", work.settings.zone, frozenset())


def unit_name(work: Work, unit_id: int) -> str:
    return work.db.scalar(select(people.unit.c.name).where(people.unit.c.id == unit_id)) or ""


def _issue(work: Work, scope: Scope) -> Issue:
    unit, final = unit_name(work, scope.unit_id), is_closed(work, scope)
    return Issue(work.speak(None), work.settings, scope.month, unit, work.now, final)


def _reported(work: Work, scope: Scope) -> list[Entry]:
    e = _entry.c
    wanted = entries.query().where(e.unit_id == scope.unit_id, e.day.between(*entries.month_of(scope.month)))
    wanted = wanted.where(e.state.in_(REPORTED))
    if scope.kind == "person":
        wanted = wanted.where(e.person_id == scope.person_id)
    return entries.fetch(work.db, wanted.order_by(e.person_id, e.day, e.id))


def _months(work: Work, staff: Sequence[Person], reported: Sequence[Entry], month: date) -> list[PersonMonth]:
    """Of each of them, in the same order. A handful of statements, however many they are."""
    first, last = entries.month_of(month)
    lines = _lines(work, reported)
    plans = work.workdays.plans(work.db, staff, first, last, work.now)
    days = [first + timedelta(n) for n in range(last.day)]
    return [
        PersonMonth(
            each,
            lines.get(each.id, ()),
            {day: plans[each.id, day] for day in days},
            min(last, local_day(work.now, each)),
        )
        for each in staff
    ]


def _lines(work: Work, reported: Sequence[Entry]) -> dict[int, list[Line]]:
    """By person; a change that waits stands below what it changes."""
    known = targets.by_ids(work.db, {each.content.target_id for each in reported})
    proofs = evidence.of_entries(work.db, [each.id for each in reported])
    forms = form_fields.by_ids(work.db, {each.content.form_id for each in reported})
    counting = {each.id for each in entries.counting(reported)}
    t = work.speak(None)
    found: dict[int, list[Line]] = {}
    for each in _in_order(reported):
        content = each.content
        form = forms.get(content.form_id) if content.form_id else None
        answers = _answers(t, form, content.fields) if form and content.fields else ()
        target = known.get(content.target_id) if content.target_id else None
        line = Line(each, target, proofs.get(each.id, ()), answers, each.id in counting)
        found.setdefault(each.person_id, []).append(line)
    return found


def _answers(t: Translate, form: FormVersion, given: Mapping[str, str]) -> list[Answer]:
    """Under the labels of the form that the entry was written with."""
    known = [(field, given[field.name]) for field in form.fields if given.get(field.name)]
    return [Answer(field.label, written(t, field, said), _value(field, said)) for field, said in known]


def _value(field: Declared, said: str) -> str | Decimal | date:
    try:
        if field.kind == "number":
            return Decimal(said)
        return date.fromisoformat(said) if field.kind == "date" else said
    except (ValueError, InvalidOperation):  # imported, or of a form that somebody changed by hand
        return said


def _in_order(reported: Iterable[Entry]) -> list[Entry]:
    """By day; what revises an entry stands right below it, or in its place."""

    def place(each: Entry) -> tuple[date, int, int]:
        return each.day, each.revises_id if each.revises_id is not None else each.id, each.id

    return sorted(reported, key=place)


def _sum(lines: Iterable[Line]) -> Sum:
    found = Sum()
    for line in lines:
        found = found.with_(line.entry)
    return found
