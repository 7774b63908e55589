"""Whose reports a supervisor looks after: those of their own people, and those of people whose supervisor is away.

The same as `integration.deciders.first_asked` says of one person, for many readers at once and in few statements: a
supervisor who is away is stood in for by their own supervisor, or where there is none by the personnel officers, who also
have what is sent by people without a supervisor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select, text

from integration import deciders, people
from integration.people import Person
from integration.work import Work
from plugins.logbook.tables import logbook_entry as _entry

# SQLite takes a partial index only for the very words of its condition.
WAITS, RETURNED = text("logbook_entry.state = 'sent'"), text("logbook_entry.state = 'returned'")
_LOWER = people.person.alias("lower")
# A list of ids longer than this is asked for in parts: databases take only so many parameters.
_AT_ONCE = 5_000
# People without a supervisor whose reports a personnel officer is shown at once.
_MOST_ORPHANS = 300


@dataclass(frozen=True, slots=True)
class Team:
    """`own`: people by name. `instead`: those of supervisors who are away, by the supervisor's id; for a personnel officer
    also those whom nobody leads (`lone`), as far as something of theirs waits.
    """

    reader: Person
    own: tuple[Person, ...]
    instead: tuple[Person, ...] = ()
    away: Mapping[int, Person] | None = None
    lone: tuple[Person, ...] = ()

    @property
    def everyone(self) -> list[Person]:
        return [*self.own, *self.instead, *self.lone]

    def in_place_of(self, person: Person) -> Person | None:
        """The supervisor who is away, for whom the reader looks after this person."""
        return (self.away or {}).get(person.supervisor_id) if person.supervisor_id and self.away else None


def of(work: Work, readers: Sequence[Person]) -> dict[int, Team]:
    """The team of each, by the reader's id; empty for somebody without people. At most eight statements, however many."""
    own = _by_supervisor(work, [each.id for each in readers])
    chiefs = _absent_chiefs(work, [each for team in own.values() for each in team])
    below = _by_supervisor(work, list(chiefs)) if chiefs else {}
    lone = _lone(work) if any(deciders.OFFICER in each.roles for each in readers) else []
    return {each.id: _team(each, own.get(each.id, []), chiefs, below, lone) for each in readers}


def _team(
    reader: Person,
    own: Sequence[Person],
    chiefs: Mapping[int, Person],
    below: Mapping[int, Sequence[Person]],
    lone: Sequence[Person],
) -> Team:
    away = {each.id: each for each in own if each.id in chiefs}
    instead = [someone for id in away for someone in below.get(id, ()) if someone.id != reader.id]
    officer = deciders.OFFICER in reader.roles
    known = {each.id for each in (*own, *instead)} | {reader.id}
    return Team(
        reader,
        tuple(each for each in own if each.id != reader.id),
        tuple(instead),
        away,
        tuple(each for each in lone if each.id not in known) if officer else (),
    )


def in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """Few enough for one statement each; none where there is nobody."""
    ids = list(ids)
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _by_supervisor(work: Work, ids: Collection[int]) -> dict[int, list[Person]]:
    """Those who work here and report to them, by the supervisor's id, by name."""
    person, found = people.person.c, dict[int, list[Person]]()
    query = people.working(people.people_query(), work.now.date()).order_by(person.name, person.id)
    for part in in_parts(ids):
        for each in people.fetch(work.db, query.where(person.supervisor_id.in_(part))):
            assert each.supervisor_id is not None  # noqa: S101  # the query asks for nobody else
            found.setdefault(each.supervisor_id, []).append(each)
    return found


def _absent_chiefs(work: Work, team: Iterable[Person]) -> dict[int, Person]:
    """Those of them who lead others, and are away today."""
    known = {each.id: each for each in team}
    leading = select(_LOWER.c.supervisor_id).distinct()
    parts = [work.db.scalars(leading.where(_LOWER.c.supervisor_id.in_(part))) for part in in_parts(known)]
    chiefs = {id: known[id] for part in parts for id in part}
    gone = deciders.away(work, chiefs.values()) if chiefs else set()
    return {id: each for id, each in chiefs.items() if id in gone}


def _lone(work: Work) -> list[Person]:
    """People of whom something waits and whom nobody leads: no supervisor, or one who has left, or the head is away."""
    today, person = work.now.date(), people.person.c
    heads = _absent_heads(work)
    chief = deciders.SUPERIOR
    nobody: ColumnElement[bool] = or_(person.supervisor_id.is_(None), chief.c.ended_on < today, person.supervisor_id.in_(heads))
    query = people.working(people.people_query(), today).outerjoin(chief, chief.c.id == person.supervisor_id)
    waits = exists().where(_entry.c.person_id == person.id, WAITS)
    return people.fetch(work.db, query.where(nobody, waits).order_by(person.name, person.id).limit(_MOST_ORPHANS))


def _absent_heads(work: Work) -> list[int]:
    """Those at the top who are away: nobody above stands in for them."""
    person = people.person.c
    leads = exists().where(_LOWER.c.supervisor_id == person.id)
    query = people.working(people.people_query(), work.now.date()).where(person.supervisor_id.is_(None), leads)
    heads = people.fetch(work.db, query.limit(_MOST_ORPHANS))
    return sorted(deciders.away(work, heads)) if heads else []
