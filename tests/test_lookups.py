"""Look-ups of people: the same rows whether each is asked by itself or all in one statement."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import bindparam, insert, select

from integration import people
from integration.core import Hadir
from integration.lookups import OfPeople, Together
from plugins.hadir.tables import attendance_event
from plugins.izin.tables import absence
from tests.cast import NIP

EVENTS = OfPeople(
    select(attendance_event.c.person_id, attendance_event.c.day, attendance_event.c.at, attendance_event.c.active).where(
        attendance_event.c.day.between(bindparam("first"), bindparam("last"))
    ),
    attendance_event.c.person_id,
    5,
)
ABSENCES = OfPeople(
    select(absence.c.id, absence.c.person_id, absence.c.kind, absence.c.first, absence.c.start).where(
        absence.c.last >= bindparam("first"), absence.c.first <= bindparam("last")
    ),
    absence.c.person_id,
    5,
)
DAY = date(2026, 11, 23)
SPAN = {"first": DAY, "last": DAY}


@pytest.fixture
def ids(hadir: Hadir) -> dict[str, int]:
    """Everybody checked in; Siti and Budi have an absence each, Siti's of some hours."""
    with hadir.database.write() as db:
        known = {nip: id for id, nip in db.execute(select(people.person.c.id, people.person.c.nip))}
        found = {name: known[nip] for name, nip in NIP.items()}
        now = hadir.clock()
        came = {"day": DAY, "kind": "in", "at": now, "place": "wfo", "source": "chat", "recorded_at": now}
        db.execute(insert(attendance_event), [came | {"person_id": id} for id in found.values()])
        row = {"type": "sakit", "kind": "sakit", "first": DAY, "last": DAY, "requested_at": now, "asked_at": now}
        db.execute(insert(absence), row | {"person_id": found["siti"], "start": now, "end": now})
        db.execute(insert(absence), row | {"person_id": found["budi"]})
    return found


@pytest.mark.parametrize("names", [("siti",), ("dewi",), ("siti", "budi", "dewi"), ()])
def test_together_finds_what_each_finds(
    hadir: Hadir, ids: dict[str, int], statements: list[str], names: tuple[str, ...]
) -> None:
    whom = [ids[name] for name in names]
    with hadir.database.read() as db:
        each = [sorted(map(tuple, lookup.rows(db, whom, **SPAN))) for lookup in (EVENTS, ABSENCES)]
        statements.clear()
        together = [sorted(map(tuple, rows)) for rows in Together([EVENTS, ABSENCES]).rows(db, whom, **SPAN)]
    assert len(statements) == 1
    assert together == each
    assert [len(rows) for rows in each] == [len(names), len({"siti", "budi"} & set(names))]
    for _, _, at, active in together[0]:
        assert (at, active) == (hadir.clock(), True)
    assert {row[-1] for row in together[1]} <= {hadir.clock(), None}


def test_of_very_many_everybodys_rows_come(hadir: Hadir, ids: dict[str, int]) -> None:
    with hadir.database.read() as db:
        assert len(list(EVENTS.rows(db, list(ids.values())[:6], **SPAN))) == len(ids)
        assert len(list(EVENTS.rows(db, list(ids.values())[:5], **SPAN))) == 5


def test_other_days_are_not_found(hadir: Hadir, ids: dict[str, int]) -> None:
    later = {"first": date(2026, 11, 24), "last": date(2026, 11, 30)}
    with hadir.database.read() as db:
        assert Together([EVENTS, ABSENCES]).rows(db, list(ids.values()), **later) == [[], []]
