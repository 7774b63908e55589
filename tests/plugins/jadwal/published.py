"""Rotas that are published already, in letters: `{"siti": "O H O H O"}` is Monday to Friday.

O at the office, H at home, A elsewhere, `*` on standby, `.` nothing; `O/sif-malam` by the hours of a shift.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select

from integration import people
from integration.core import Hadir
from plugins.jadwal.tables import rota, rota_day
from tests.cast import APLIKASI, NIP

MONDAY = date(2026, 11, 23)
PLACES = {"O": "wfo", "H": "wfh", "A": "wfa"}
# Two flexible days each, but for the leader; at most three of six are away at once.
WEEK = {
    "hendra": "O O O O O",
    "budi": "O H O O H",
    "siti": "O H O H O",
    "dewi": "H O* H O O",
    "wayan": "O O H O H",
    "yosef": "H O O H O*",
}


def publish(hadir: Hadir, days: Mapping[str, str] = WEEK, monday: date = MONDAY, unit: str = APLIKASI) -> int:
    """A published rota of a week; its id."""
    with hadir.database.write() as db:
        unit_id = people.units_named(db, unit)[0][0]
        row = {"unit_id": unit_id, "first": monday, "last": monday + timedelta(6), "state": "published"}
        row |= {"made_at": hadir.clock(), "statement": {}}
        number: int = db.execute(rota.insert().values(row).returning(rota.c.id)).scalar_one()
        ids = {nip: id for id, nip in db.execute(select(people.person.c.id, people.person.c.nip))}
        rows = [
            {"rota_id": number, "person_id": ids[NIP[who]], "day": monday + timedelta(n), "source": "solver", "active": True}
            | _said(letters)
            for who, week in days.items()
            for n, letters in enumerate(week.split())
            if letters != "."
        ]
        db.execute(rota_day.insert(), rows)
    return number


def _said(letters: str) -> dict[str, object]:
    first, _, schedule = letters.partition("/")
    return {"place": PLACES[first[0]], "standby": "*" in first, "schedule": schedule}


def places(hadir: Hadir, who: str, monday: date = MONDAY) -> str:
    """What holds for somebody from Monday to Friday, in the same letters."""
    names = {place: letter for letter, place in PLACES.items()}
    with hadir.database.read() as db:
        query = select(rota_day).join(people.person, people.person.c.id == rota_day.c.person_id)
        query = query.where(rota_day.c.active, people.person.c.nip == NIP[who])
        found = {row.day: row for row in db.execute(query)}
    week = [found.get(monday + timedelta(n)) for n in range(5)]
    return " ".join(names[row.place] + "*" * row.standby if row else "." for row in week)
