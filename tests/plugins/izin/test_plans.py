"""What an absence changes in the plan of a day, and what a plan costs. Now it is Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from integration import people
from plugins.izin.tables import absence
from tests.cast import at
from tests.plugins.izin.post import approved
from tests.post import button, crowd, inbox

TUESDAY = date(2026, 11, 24)


@pytest.fixture
def plan(hadir):
    """`plan("siti", day)`: what is expected of her."""

    def of(name, day):
        with hadir.database.read() as db:
            return hadir.workdays.plan(db, people.search(db, name)[0], day, hadir.clock())

    return of


@pytest.mark.parametrize(
    ("line", "excuse", "source"),
    [
        ("/izin cuti 24-25 nov", "cuti", "izin no. 1"),
        ("/izin sakit 24-25 nov", "sakit", "izin no. 1"),
        ('/izin dinas 24-25 nov "Rakor" ST-112/2026', "dinas", "ST-112/2026"),
        ("/izin belajar 24-25 nov S2 800/7/2026", "tugas_belajar", "800/7/2026"),
    ],
)
def test_approved_days_are_excused_and_waiting_ones_are_not(hadir, chat, plan, line, excuse, source):
    chat("siti").says(line)
    assert plan("siti", TUESDAY).works
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    for day in (TUESDAY, TUESDAY + timedelta(days=1)):
        found = plan("siti", day)
        assert (found.excuse, found.excuse_source, found.works) == (excuse, source, False)
    assert plan("siti", TUESDAY + timedelta(days=2)).works
    assert plan("dewi", TUESDAY).works


def test_a_part_of_a_day_leaves_the_rest_to_be_worked(hadir, chat, plan):
    approved(hadir, chat, "/izin izin besok 07.00-10.00 antar anak")
    found = plan("siti", TUESDAY)
    assert found.works
    assert found.excused == ((at("2026-11-24T07:30+07:00"), at("2026-11-24T10:00+07:00")),)


def test_a_day_off_stays_what_it_is(hadir, chat, plan):
    approved(hadir, chat, "/izin sakit 27 nov - 30 nov")
    assert [plan("siti", date(2026, 11, day)).excuse for day in (27, 28, 29, 30)] == ["sakit", "", "", "sakit"]


def test_what_is_cancelled_excuses_no_more_and_what_waits_to_be_still_does(hadir, chat, plan):
    approved(hadir, chat, "/izin cuti 24-25 nov")
    siti, now = chat("siti"), at("2026-11-25T07:00+07:00")
    siti.says("/izin batal", at=now)
    siti.presses("Tarik kembali Selasa 24 Nov", at=now)
    siti.presses("Batalkan seluruhnya", at=now)
    assert plan("siti", TUESDAY).excuse == "cuti"
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"), at=now)
    assert plan("siti", TUESDAY).works


def test_a_sickness_that_is_approved_later_excuses_the_day_that_was(hadir, chat, plan, clock):
    chat("siti").says("/izin sakit")
    clock.now = at("2026-11-26T09:00+07:00")
    assert plan("siti", date(2026, 11, 23)).works
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert plan("siti", date(2026, 11, 23)).excuse == "sakit"


def _crowd(hadir, number):
    ids = crowd(hadir, number)
    with hadir.database.write() as db:
        base = {
            "type": "tahunan",
            "kind": "cuti",
            "state": "approved",
            "requested_at": hadir.clock(),
            "asked_at": hadir.clock(),
        }
        days = [date(2020, 1, 6) + timedelta(days=30 * n) for n in range(83)]
        for month in days:
            db.execute(insert(absence), [base | {"person_id": id, "first": month, "last": month} for id in ids])


@pytest.mark.parametrize("size", [1, 40, 600])
def test_one_statement_however_many_people(hadir, statements, size):
    _crowd(hadir, 600)
    with hadir.database.read() as db:
        everybody = people.everyone(db, TUESDAY)[-size:]
        hadir.workdays.plans(db, everybody, TUESDAY, TUESDAY, hadir.clock())
        statements.clear()
        plans = hadir.workdays.plans(db, everybody, date(2026, 8, 1), date(2026, 11, 30), hadir.clock())
    assert sum("FROM absence" in statement for statement in statements) == 1
    assert sum(plan.excuse == "cuti" for plan in plans.values()) >= size - 9


def test_past_absences_are_not_read(hadir):
    """The plans of the statements, over 50,000 rows of seven years: both go through an index, never through the table."""
    _crowd(hadir, 600)
    with hadir.database.write() as db:
        db.exec_driver_sql("ANALYZE")
    span = "absence.last >= '2026-11-01' AND absence.first <= '2026-11-30'"
    counts = "absence.state in ('waiting', 'approved', 'cancelling')"
    explain = "EXPLAIN QUERY PLAN " if hadir.database.is_sqlite else "EXPLAIN "
    for more, indexes in (
        ("", ["ix_absence_open"]),
        (" AND absence.person_id IN (1003, 1004)", ["ix_absence_open", "ix_absence_person_id_last"]),
    ):
        with hadir.database.read() as db:
            lines = db.exec_driver_sql(f"{explain}SELECT id FROM absence WHERE {counts} AND {span}{more}")  # noqa: S608
            told = " ".join(str(row) for row in lines)
        assert any(index in told for index in indexes), told
