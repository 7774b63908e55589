"""Somebody's own reports: lines that were written, the entries they made, forms that were filled, things that were done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import insert

from integration.activities import Activity
from integration.core import Hadir
from integration.messages import Button, Form
from integration.people import Person
from plugins.logbook import entries
from plugins.logbook.entries import Entry
from plugins.logbook.review import shown
from plugins.logbook.tables import logbook_entry, skp_target
from plugins.logbook.targets.reading import code_key
from tests import cast
from tests.post import person_id

TODAY = date(2026, 11, 23)
LINE = "/logbook menyusun laporan keuangan 2 jam"


def wrote(siti: cast.Talker, line: str = LINE, at: datetime | None = None) -> int:
    """The id of the entry that a line has made: it must be the newest of all."""
    before = newest(siti.hadir)
    said = siti.says(line, at)
    after = newest(siti.hadir)
    assert after > before, said
    return after


def newest(hadir: Hadir) -> int:
    with hadir.database.read() as db:
        ids = list(db.scalars(logbook_entry.select().with_only_columns(logbook_entry.c.id)))
    return max(ids, default=0)


def entry(hadir: Hadir, id: int) -> Entry:
    with hadir.database.read() as db:
        found = entries.get(db, id)
    assert found is not None
    return found


def of_day(hadir: Hadir, username: str, day: date = TODAY) -> list[Entry]:
    """The entries that stand, in the order of writing."""
    with hadir.database.read() as db:
        return entries.of_day(db, person_id(hadir, username), day)


def said(hadir: Hadir, username: str, day: date = TODAY) -> list[tuple[str, int, str]]:
    """(activity, minutes, state) of each."""
    return [(each.content.activity, each.content.minutes, each.state) for each in of_day(hadir, username, day)]


def target(hadir: Hadir, username: str, code: str, title: str = "Laporan keuangan", year: int = 2026) -> int:
    row = {"person_id": person_id(hadir, username), "year": year, "code": code, "code_key": code_key(code), "title": title}
    with hadir.database.write() as db:
        made = db.execute(insert(skp_target).values(row | {"changed_at": hadir.clock()}).returning(skp_target.c.id))
        id: int = made.scalar_one()
    return id


def form(talker: cast.Talker) -> Form:
    """The one that was just shown."""
    assert isinstance(talker.last, Form), f"the last answer was {talker.last!r}"
    return talker.last


def defaults(shown: Form) -> dict[str, str]:
    return {field.name: field.default for field in shown.fields}


def knows(hadir: Hadir, *done: Activity) -> None:
    """From now on Hadir knows that Siti did this, on every day that the activity is of."""
    siti = person_id(hadir, "siti")

    def did(_db: object, person: Person, day: date) -> list[Activity]:
        return [each for each in done if person.id == siti and (each.at is None or each.at.date() == day)]

    hadir.workdays.activities = (*hadir.workdays.activities, did)


# ---------------------------------------------------------------- the supervisor's side


def approves(budi: cast.Talker, id: int) -> None:
    heard = budi.presses(Button("x", "logbook.review_approve", shown.pack([entry(budi.hadir, id)])))
    assert entry(budi.hadir, id).state == "approved", heard


def returns(budi: cast.Talker, id: int, note: str) -> None:
    budi.presses(Button("x", "logbook.review_return", shown.pack([entry(budi.hadir, id)])))
    heard = budi.submits(note=note)
    assert entry(budi.hadir, id).state == "returned", heard
