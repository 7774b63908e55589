"""Which months are closed to writing: by themselves some days into the next one, or by a personnel officer's word.

`settings.logbook_lock_day` is the last day of the next month on which the month is open, in the person's own zone; 0: months
never close by themselves. What an officer said last counts, whether of the person, of the unit or of the whole office.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from integration.dates import last_of_month, show_day, show_month
from integration.db import insert_or_nothing
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text
from integration.people import Person
from integration.settings import Settings
from integration.work import Work
from integration.workdays import local_day
from plugins.logbook.tables import logbook_lock as _lock

OFFICE = "office"
LONGEST_REASON = 500
# So far ahead of a person's day may be that of the officer who closes a month, wherever in the world both are.
_AHEAD = timedelta(days=2)
# Columns that every audit row repeats, so that a month that was opened behind the service's back shows.
LEDGER = ("scope", "month", "locked")
# Why a month is closed: `time` has come, or an officer closed it for the `office`, the `unit` or the `person`.
_KINDS = {"office": "office", "unit": "unit", "person": "person"}
_NEARNESS = {"office": 0, "unit": 1, "person": 2}


@dataclass(frozen=True, slots=True)
class Lock:
    """A row of `logbook_lock`, whose comment says what its columns mean; `month` is its first day."""

    id: int
    scope: str
    month: date
    locked: bool
    reason: str
    made_at: datetime
    made_by: int | None

    @property
    def kind(self) -> str:
        """office | unit | person"""
        return _KINDS[self.scope.partition(":")[0]]

    @property
    def of(self) -> int | None:
        """The id of the unit or the person."""
        return int(self.scope.partition(":")[2]) if ":" in self.scope else None


def of_unit(unit_id: int) -> str:
    return f"unit:{unit_id}"


def of_person(person_id: int) -> str:
    return f"person:{person_id}"


# ---------------------------------------------------------------- asking

_SCOPES = or_(_lock.c.scope == OFFICE, _lock.c.scope == bindparam("unit"), _lock.c.scope == bindparam("person"))
_OF_ONE = select(_lock).where(_SCOPES, _lock.c.month == bindparam("month"))


def locked(db: Connection, settings: Settings, person: Person, day: date, now: datetime) -> str:
    """Why nothing of that day may be written any more: `time`, `office`, `unit` or `person`; "" if it may. One statement,
    and none of a month that goes on everywhere: nobody can have closed that. `refuse` raises it in words.
    """
    month = day.replace(day=1)
    if not may_be_closed(month, local_day(now, person) + _AHEAD):
        return ""
    scopes = {"unit": of_unit(person.unit_id), "person": of_person(person.id), "month": month}
    found = [Lock(*row) for row in db.execute(_OF_ONE, scopes)]
    return _why(found, settings, person, month, now)


def locked_months(db: Connection, settings: Settings, person: Person, days: Iterable[date], now: datetime) -> dict[date, str]:
    """{first of the month: why} of the months of these days that are closed to the person. One statement."""
    months = {day.replace(day=1) for day in days}
    found = _rows(db, _scopes(person), months)
    why = {month: _why([each for each in found if each.month == month], settings, person, month, now) for month in months}
    return {month: word for month, word in why.items() if word}


def locked_of(db: Connection, settings: Settings, those: Iterable[tuple[Person, date]], now: datetime) -> set[tuple[int, date]]:
    """{(id of the person, first of the month)} of these people's days whose month is closed to them. One statement, and none
    of months that go on.
    """
    months = {(person.id, day.replace(day=1)): person for person, day in those}
    over = {key: person for key, person in months.items() if may_be_closed(key[1], local_day(now, person) + _AHEAD)}
    if not over:
        return set()
    found = _rows(db, {scope for person in over.values() for scope in _scopes(person)}, {month for _, month in over})
    return {
        (id, month)
        for (id, month), person in over.items()
        if _why([each for each in found if each.month == month and each.scope in _scopes(person)], settings, person, month, now)
    }


def _scopes(person: Person) -> tuple[str, str, str]:
    return OFFICE, of_unit(person.unit_id), of_person(person.id)


def refuse(work: Work, person: Person, day: date) -> None:
    """Raises `UserError` in the person's language if the day's month is closed; it names the cure."""
    word = locked(work.db, work.settings, person, day, work.now)
    if word:
        raise UserError(sentence(work.speak(person), word, day))


def sentence(t: Translate, word: str, day: date) -> Text:
    """The words of `locked`."""
    month = show_month(day.replace(day=1), t)
    cure = t("If something is missing, please ask the personnel officer to open it for you.")
    if word == "time":
        said = t("{month} is closed: its reports are complete and filed.", month=month)
    else:
        said = t("{month} was closed by the personnel officer.", month=month)
    return Text(f"{said} {cure}")


def closes_after(settings: Settings, month: date) -> date | None:
    """The last day on which the month is open by itself; None: it never closes by itself."""
    if not settings.logbook_lock_day:
        return None
    return last_of_month(month) + timedelta(days=settings.logbook_lock_day)


def _why(found: Sequence[Lock], settings: Settings, person: Person, month: date, now: datetime) -> str:
    if found:
        last = max(found, key=lambda each: (each.made_at, _NEARNESS[each.kind]))
        return last.kind if last.locked else ""
    last_day = closes_after(settings, month)
    return "time" if last_day is not None and local_day(now, person) > last_day else ""


def _rows(db: Connection, scopes: Iterable[str], months: Iterable[date]) -> list[Lock]:
    query = select(_lock).where(_lock.c.scope.in_(list(scopes)), _lock.c.month.in_(list(months)))
    return [Lock(*row) for row in db.execute(query)]


def words_of_officers(db: Connection, most: int) -> tuple[list[Lock], int]:
    """What officers said, the latest first, at most so many; and how many there are."""
    query = select(_lock).order_by(_lock.c.made_at.desc(), _lock.c.id.desc()).limit(most)
    return [Lock(*row) for row in db.execute(query)], db.scalar(select(func.count()).select_from(_lock)) or 0


def standing(db: Connection, scope: str, month: date) -> Lock | None:
    """What was said last of exactly this scope and month."""
    return next(iter(_rows(db, [scope], [month])), None)


# ---------------------------------------------------------------- saying


@dataclass(frozen=True, slots=True)
class Said:
    """What was written: `changed` is False where exactly that had been said already, and nothing newer stands against it."""

    lock: Lock
    changed: bool


def say(
    db: Connection, scope: str, month: date, closed: bool, reason: str, now: datetime, by: int | None
) -> tuple[Said, Lock | None]:
    """Close or open a month for a scope; and what stood there before. The caller writes the audit row.

    Said again it is the latest word again, for something else may have been said of a wider scope meanwhile.
    """
    before = standing(db, scope, month)
    values: dict[str, Any] = {"locked": closed, "reason": reason, "made_at": now, "made_by": by}
    if before is None:
        row = {"scope": scope, "month": month, **values}
        new = db.execute(insert_or_nothing(db, _lock).values(row).returning(_lock.c.id)).scalar()
        if new is not None:
            return Said(Lock(new, scope, month, closed, reason, now, by), True), None
        before = standing(db, scope, month)
    if before is None:
        raise RuntimeError("the month's row is neither there nor can it be made")
    if before.locked == closed and not _answered(db, before):
        return Said(before, False), before
    db.execute(update(_lock).where(_lock.c.id == before.id).values(values))
    return Said(Lock(before.id, scope, month, closed, reason, now, by), True), before


def _answered(db: Connection, said: Lock) -> bool:
    """Whether something else was said of that month after it."""
    later = select(func.count()).where(
        _lock.c.month == said.month, _lock.c.made_at > said.made_at, _lock.c.locked != said.locked
    )
    return bool(db.scalar(later))


def may_be_closed(month: date, today: date) -> bool:
    """Nobody closes a month that is still to be written in."""
    return last_of_month(month) < today


def shown_day(t: Translate, day: date) -> Text:
    return show_day(day, t, "d MMMM y")


def action(closed: bool) -> str:
    """What the audit calls it."""
    return "logbook.locked" if closed else "logbook.unlocked"


def plain(lock: Lock | None) -> dict[str, Any] | None:
    """As the audit has it."""
    return None if lock is None else {"scope": lock.scope, "month": lock.month.isoformat(), "locked": lock.locked}
