"""Entries as they are read: one activity of a person on a day. `writing` changes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from integration.dates import last_of_month
from integration.errors import UserError
from integration.messages import Text
from integration.people import Person
from integration.work import Work
from plugins.logbook.tables import logbook_entry as _entry

LONGEST_ACTIVITY, LONGEST_RESULT, LONGEST_NOTE = 2000, 1000, 1000
MOST_MINUTES = 24 * 60
PLACES = ("wfo", "wfh", "wfa", "dinas")

# The entries that stand: neither thrown away nor replaced by a later version.
LIVE = ("draft", "sent", "returned", "approved")
# Those of them that the supervisor has seen or is to see.
REPORTED = ("sent", "returned", "approved")
# Those that nobody else is shown.
NOT_REPORTED = ("draft", "dropped")
# What the person may still change or take back as it stands; of the others one makes a revision.
CHANGEABLE = ("draft", "sent", "returned")


@dataclass(frozen=True, slots=True)
class Content:
    """What a person says of one activity. `minutes` of work; `quantity` of `measure`, like 2 laporan; `target_id` of their own
    SKP; `fields` are the answers to the form `form_id` by field name, always text.
    """

    activity: str
    result: str = ""
    quantity: Decimal | None = None
    measure: str = ""
    minutes: int = 0
    target_id: int | None = None
    place: str = ""
    source: str = ""
    form_id: int | None = None
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of `logbook_entry`, whose comment says what its columns mean."""

    id: int
    person_id: int
    unit_id: int
    day: date
    state: str
    version: int
    revises_id: int | None
    content: Content
    late: bool
    round: int
    created_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    decider_id: int | None
    decided_at: datetime | None
    note: str

    @property
    def open(self) -> bool:
        """Whether the person may still change it as it stands."""
        return self.state in ("draft", "returned")


_CONTENT = ("activity", "result", "quantity", "measure", "minutes", "target_id", "place", "source", "form_id", "fields")
_BEFORE = ("id", "person_id", "unit_id", "day", "state", "version", "revises_id")
_AFTER = ("late", "round", "created_at", "changed_at", "sent_at", "decider_id", "decided_at", "note")
COLUMNS = tuple(_entry.c[name] for name in (*_BEFORE, *_CONTENT, *_AFTER))
_FROM, _TO = len(_BEFORE), len(_BEFORE) + len(_CONTENT)
# A list of ids longer than this is asked for in parts.
_IDS_AT_ONCE = 5_000


def query() -> Select[Any]:
    """Every column of `Entry`; add a WHERE and pass it to `fetch`."""
    return select(*COLUMNS)


def fetch(db: Connection, wanted: Select[Any]) -> list[Entry]:
    return [of_row(row) for row in db.execute(wanted)]


def of_row(row: Sequence[Any]) -> Entry:
    """An entry from a row of `COLUMNS`."""
    values = tuple(row)
    fields: list[Any] = [*values[:_FROM], Content(*values[_FROM:_TO]), *values[_TO : len(COLUMNS)]]
    return Entry(*fields)


# Built once: these are asked for every entry that is written.
_BY_ID = query().where(_entry.c.id == bindparam("id"))
_OF_DAY = (
    query()
    .where(_entry.c.person_id == bindparam("person"), _entry.c.day == bindparam("day"))
    .where(_entry.c.state.in_(bindparam("states", expanding=True)))
    .order_by(_entry.c.id)
)


def get(db: Connection, entry_id: int) -> Entry | None:
    row = db.execute(_BY_ID, {"id": entry_id}).first()
    return of_row(row) if row else None


def by_ids(db: Connection, ids: Collection[int]) -> dict[int, Entry]:
    return {each.id: each for each in fetch(db, query().where(_entry.c.id.in_(list(ids))))}


def of_day(db: Connection, person_id: int, day: date, states: Sequence[str] = LIVE) -> list[Entry]:
    """The person's entries of that day, in the order in which they were written; a revision after what it revises."""
    return [of_row(row) for row in db.execute(_OF_DAY, {"person": person_id, "day": day, "states": list(states)})]


def between(db: Connection, person_ids: Iterable[int], first: date, last: date, states: Sequence[str] = LIVE) -> list[Entry]:
    """Entries of these people from `first` to `last`, both included: by person, day, and the order of writing."""
    return list(each_between(db, person_ids, first, last, states))


def each_between(
    db: Connection, person_ids: Iterable[int], first: date, last: date, states: Sequence[str] = LIVE
) -> Iterator[Entry]:
    """`between`, some people after the other, for those who need not hold them all."""
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), _IDS_AT_ONCE):
        wanted = query().where(_entry.c.person_id.in_(ids[start : start + _IDS_AT_ONCE]), _entry.c.day.between(first, last))
        wanted = wanted.where(_entry.c.state.in_(states)).order_by(_entry.c.person_id, _entry.c.day, _entry.c.id)
        yield from map(of_row, db.execute(wanted))


def counting(found: Iterable[Entry]) -> list[Entry]:
    """Without revisions that are not approved yet: what they revise counts until they are."""
    return [each for each in found if each.revises_id is None or each.state == "approved"]


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month."""
    return day.replace(day=1), last_of_month(day.replace(day=1))


def standing(found: Iterable[Entry]) -> list[Entry]:
    """Entries as their writer sees them: a change instead of what it changes, in the place of that."""
    found = list(found)
    changes = {each.revises_id: each for each in found if each.revises_id is not None and each.state != "approved"}
    ids = {each.id for each in found}
    shown = [changes.get(each.id, each) for each in found if each.id not in {change.id for change in changes.values()}]
    return shown + [each for each in changes.values() if each.revises_id not in ids]


def of_source(work: Work, person: Person, source: str) -> Entry | None:
    """The entry that reports this activity already."""
    e = _entry.c
    wanted = query().where(e.person_id == person.id, e.source == source, e.revises_id.is_(None), e.state != "dropped")
    return next(iter(fetch(work.db, wanted)), None)


def revision_of(work: Work, entry_id: int) -> Entry | None:
    """The change of this entry that is not approved yet."""
    wanted = query().where(_entry.c.revises_id == entry_id, _entry.c.state.in_(CHANGEABLE))
    return next(iter(fetch(work.db, wanted)), None)


def mine(work: Work, person: Person, entry_id: int) -> Entry:
    """The person's own entry; raises `UserError` if it is none of theirs."""
    wanted = query().where(_entry.c.id == entry_id, _entry.c.person_id == person.id)
    found = next(iter(fetch(work.db, wanted)), None)
    if found is None:
        raise UserError(work.speak(person)("This entry does not exist any more. See your day: {how}", how=Text("`/logbook`")))
    return found
