"""Whose reports a supervisor looks after: those of their own people, and those of people whose supervisor is away.

The same as `integration.deciders.first_asked` says of one person, for many readers at once and in few statements: a
supervisor who is away is stood in for by their own supervisor, or where there is none, or both are away, by the personnel
officers, who also have what is sent by people without a supervisor. Whoever has left stands in the list while something of
theirs waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    """The team of each, by the reader's id; empty for somebody without people. At most a dozen statements, however many."""
    own = by_supervisor(work, [each.id for each in readers])
    chiefs = _absent_chiefs(work, [each for team in own.values() for each in team])
    below = by_supervisor(work, list(chiefs)) if chiefs else {}
    lone, uncovered = _lone(work) if any(deciders.OFFICER in each.roles for each in readers) else ([], {})
    teams = {each.id: _team(each, own.get(each.id, []), chiefs, below) for each in readers}
    return {
        id: _with_lone(team, lone, uncovered) if deciders.OFFICER in team.reader.roles else team for id, team in teams.items()
    }


def _team(reader: Person, own: Sequence[Person], chiefs: Mapping[int, Person], below: Mapping[int, Sequence[Person]]) -> Team:
    away = {each.id: each for each in own if each.id in chiefs}
    instead = [someone for id in away for someone in below.get(id, ()) if someone.id != reader.id]
    return Team(reader, tuple(each for each in own if each.id != reader.id), tuple(instead), away)


def _with_lone(team: Team, lone: Sequence[Person], uncovered: Mapping[int, Person]) -> Team:
    known = {each.id for each in team.everyone} | {team.reader.id}
    return replace(team, away={**uncovered, **(team.away or {})}, lone=tuple(each for each in lone if each.id not in known))


def in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """Few enough for one statement each; none where there is nobody."""
    ids = list(ids)
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def by_supervisor(work: Work, ids: Collection[int]) -> dict[int, list[Person]]:
    """Those who work here, or have left something that waits, and report to them: by the supervisor's id, by name."""
    person, found = people.person.c, dict[int, list[Person]]()
    here = or_(person.ended_on.is_(None), person.ended_on >= work.now.date(), _waits())
    query = people.people_query().where(here).order_by(person.name, person.id)
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


def _waits() -> ColumnElement[bool]:
    """Whether something of somebody, of a query about people, waits."""
    return exists().where(_entry.c.person_id == people.person.c.id, WAITS)


def _lone(work: Work) -> tuple[list[Person], dict[int, Person]]:
    """People of whom something waits and whom nobody leads: no supervisor, or one who has left, or one who is away as is
    whoever would stand in; and those supervisors who are away, by their ids.
    """
    today, person, chief = work.now.date(), people.person.c, deciders.SUPERIOR
    uncovered = _uncovered(work)
    nobody: ColumnElement[bool] = or_(
        person.supervisor_id.is_(None), chief.c.ended_on < today, person.supervisor_id.in_(list(uncovered))
    )
    query = people.people_query().outerjoin(chief, chief.c.id == person.supervisor_id)
    found = people.fetch(work.db, query.where(nobody, _waits()).order_by(person.name, person.id).limit(_MOST_ORPHANS))
    return found, uncovered


def _uncovered(work: Work) -> dict[int, Person]:
    """Supervisors for whom something waits, who are away, and whose own supervisor is missing or away, too."""
    today, leads = work.now.date(), select(_LOWER.c.supervisor_id)
    leads = leads.where(exists().where(_entry.c.person_id == _LOWER.c.id, WAITS), _LOWER.c.supervisor_id.is_not(None))
    query = people.working(people.people_query(), today).where(people.person.c.id.in_(leads))
    chiefs = {each.id: each for each in people.fetch(work.db, query)}
    gone = {id: chiefs[id] for id in deciders.away(work, chiefs.values())} if chiefs else {}
    above = deciders.people_by_id(work, {each.supervisor_id for each in gone.values() if each.supervisor_id}) if gone else {}
    here = [each for each in above.values() if each.ended_on is None or each.ended_on >= today]
    covering = {each.id for each in here} - (deciders.away(work, here) if here else set())
    return {id: each for id, each in gone.items() if each.supervisor_id not in covering}
