"""Which person or unit is meant at the terminal."""

from __future__ import annotations

import click
from sqlalchemy import Connection, select

from integration import people
from integration.people import Person


def one_person(db: Connection, nip: str) -> Person:
    """Raises ClickException if nobody has the NIP."""
    nip = "".join(nip.split())
    found = people.fetch(db, people.people_query().where(people.person.c.nip == nip))
    if not found:
        raise click.ClickException(f"nobody has the NIP {nip}; look with: hadir people list NAME")
    return found[0]


def one_unit(db: Connection, words: str) -> tuple[int, str]:
    """(id, name); an exact name wins over a part of one. Raises ClickException if it is none or several."""
    found = people.units_named(db, words)
    if len(found) == 1:
        return found[0]
    if not found:
        names = ", ".join(db.scalars(select(people.unit.c.name).order_by(people.unit.c.name).limit(10))) or "none yet"
        raise click.ClickException(f"there is no unit “{words}”; there are: {names}")
    names = ", ".join(name for _, name in found[:10])
    raise click.ClickException(f"“{words}” can mean {len(found)} units: {names}; give the whole name in quotes")
