"""Of whom a report is: a person, a unit, the direct subordinates of one, or everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from sqlalchemy import select

from integration import people
from integration.people import Person
from integration.plugin import Work

Kind = Literal["person", "unit", "team", "office"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """`id` is the person's or the unit's, 0 for the office; `name` is how the title calls it."""

    kind: Kind
    id: int
    name: str


def everybody(work: Work, month: date) -> list[Person]:
    """Who works here in the month, unit by unit and by name."""
    query = people.working(people.people_query(), month)
    return people.fetch(work.db, query.order_by(people.unit.c.name, people.unit.c.id, people.person.c.name, people.person.c.id))


def supervisors(work: Work) -> dict[int, Person]:
    """By id, those who are somebody's supervisor. One statement."""
    above = select(people.person.c.supervisor_id).where(people.person.c.supervisor_id.is_not(None))
    found = people.fetch(work.db, people.people_query().where(people.person.c.id.in_(above)))
    return {someone.id: someone for someone in found}


def head_of(team: Iterable[Person]) -> Person | None:
    """Who signs for a unit: its only `pimpinan`; with none or several nobody is guessed."""
    heads = [someone for someone in team if "pimpinan" in someone.roles]
    return heads[0] if len(heads) == 1 else None


def counted(found: Iterable[T], progress: Callable[[int], None]) -> Iterator[T]:
    """The same, telling how many have gone by."""
    for number, one in enumerate(found, 1):
        yield one
        progress(number)


def silent(_done: int) -> None:
    """Nobody watches."""
