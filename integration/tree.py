"""Where Hadir's files lie in the office's storage: `Hadir/<unit>/<kind>/<year>/…`, the same place for ever.

A unit is given its folder once, and it is kept: a unit that is renamed keeps its folder, and one that is merged into
another may go on in the other's (`share_folder`), so nobody's files are scattered. Letters of absences are no part of it:
they are not for the unit's eyes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import Column, Connection, ForeignKey, String, Table, select

from integration import people
from integration.db import Instant, insert_once, metadata
from integration.people import Person
from integration.safe_names import safe_name, same

ROOT = "Hadir"
Kind = Literal["Rapat", "Logbook", "Rekap", "Berkas"]
# Parts of a unit's folder that only its leaders see: recaps show lateness, logbooks are personal.
CLOSED: tuple[Kind, ...] = ("Rekap", "Logbook")

# `name_key` is the same for names that some computer takes for one; empty where two units share a folder.
_unit_folder = Table(
    "unit_folder",
    metadata,
    Column("unit_id", ForeignKey("unit.id"), primary_key=True, autoincrement=False),
    Column("name", String(255), nullable=False),
    Column("name_key", String(255), unique=True),
    Column("given_at", Instant, nullable=False),
)
_LONGEST_KEY = 255


def unit_folder(db: Connection, unit_id: int, now: datetime) -> str:
    """`Hadir/Bidang Aplikasi`: the unit's folder, given now if it had none. Raises `LookupError` for no unit of ours."""
    known = _given(db, unit_id)
    if known is None:
        name = _free(db, unit_id)
        insert_once(db, _unit_folder, {"unit_id": unit_id, "name": name, "name_key": _key(name), "given_at": now})
        known = _given(db, unit_id)
        if known is None:  # another unit was quicker with that name
            name = _numbered(name, unit_id)
            insert_once(db, _unit_folder, {"unit_id": unit_id, "name": name, "name_key": _key(name), "given_at": now})
            known = name
    return f"{ROOT}/{known}"


def planned_unit_folder(db: Connection, unit_id: int) -> str:
    """The unit's folder, or the one that it would be given now; for those who only read."""
    return f"{ROOT}/{_given(db, unit_id) or _free(db, unit_id)}"


def unit_folders(db: Connection) -> list[str]:
    """Every folder that was given to a unit, by name."""
    names = db.scalars(select(_unit_folder.c.name).where(_unit_folder.c.name_key.is_not(None)).order_by(_unit_folder.c.name))
    return [f"{ROOT}/{name}" for name in names]


def folder(db: Connection, unit_id: int, kind: Kind, year: int, now: datetime) -> str:
    """`Hadir/Bidang Aplikasi/Rekap/2026`."""
    return f"{unit_folder(db, unit_id, now)}/{kind}/{year:04}"


def path(db: Connection, unit_id: int, kind: Kind, year: int, name: str, now: datetime) -> str:
    """`Hadir/Bidang Aplikasi/Rekap/2026/rekap-2026-11.xlsx`; `name` may be anybody's words."""
    return f"{folder(db, unit_id, kind, year, now)}/{safe_name(name)}"


def share_folder(db: Connection, unit_id: int, other_id: int, now: datetime) -> str:
    """From now on the unit's files go where the other unit's go; what lies in its own folder stays there."""
    shared = unit_folder(db, other_id, now).removeprefix(f"{ROOT}/")
    row = {"unit_id": unit_id, "name": shared, "name_key": None, "given_at": now}
    if unit_id != other_id and insert_once(db, _unit_folder, row) is None:
        db.execute(_unit_folder.update().where(_unit_folder.c.unit_id == unit_id).values(name=shared, name_key=None))
    return f"{ROOT}/{shared}"


def sees_closed(person: Person) -> bool:
    """Whether the parts of their own unit's folder that are `CLOSED` are open to this person."""
    return person.sees_everyone or "pimpinan" in person.roles


def opens(db: Connection, person: Person, path: str) -> bool:
    """Whether the person can open that file of the office's storage: it lies in the folder of their unit, in no part of it
    that is closed to them. Of what lies elsewhere nobody here knows.
    """
    own = f"{planned_unit_folder(db, person.unit_id)}/"
    part = path.removeprefix(own).partition("/")[0]
    return path.startswith(own) and (part not in CLOSED or sees_closed(person))


def unit_of(db: Connection, path: str) -> int | None:
    """The id of the unit in whose folder `path` lies; of units that share it, the one to which it was given."""
    root, _, rest = path.partition("/")
    name = rest.partition("/")[0]
    if root != ROOT or not name:
        return None
    return db.scalar(select(_unit_folder.c.unit_id).where(_unit_folder.c.name_key == _key(name)))


def _given(db: Connection, unit_id: int) -> str | None:
    return db.scalar(select(_unit_folder.c.name).where(_unit_folder.c.unit_id == unit_id))


def _free(db: Connection, unit_id: int) -> str:
    """The unit's own name where that is a name; with the unit's number where it is not quite, or where it is taken."""
    unit = db.scalar(select(people.unit.c.name).where(people.unit.c.id == unit_id))
    if unit is None:
        raise LookupError(f"there is no unit {unit_id}")
    name = safe_name(unit)
    taken = db.scalar(select(_unit_folder.c.unit_id).where(_unit_folder.c.name_key == _key(name)))
    return name if name == unit and taken is None else _numbered(name, unit_id)


def _numbered(name: str, unit_id: int) -> str:
    return f"{name} ({unit_id})"


def _key(name: str) -> str:
    return same(name)[:_LONGEST_KEY]
