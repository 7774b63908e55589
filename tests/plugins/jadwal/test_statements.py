"""How many SQL statements a command costs, the look-up of the person included, however many people there are.

Other plugins that provide plans add theirs: what one look at plans costs more than ours is measured and taken off.
"""

from datetime import date

import pytest
from sqlalchemy import select

from integration import people
from tests.cast import APLIKASI, NIP
from tests.plugins.jadwal.published import publish
from tests.post import button, inbox


@pytest.fixture
def count(chat, hadir, statements):
    """Statements of one line, once the calendar of working days is in memory."""

    def said(username, line):
        chat("agus").says("/jadwal besok")  # reads the calendar and the rules
        return _less(hadir, statements, lambda: chat(username).says(line))

    return said


def _less(hadir, statements, act):
    with hadir.database.read() as db:
        siti = people.search(db, NIP["siti"])[0]
        statements.clear()
        hadir.workdays.plan(db, siti, date(2026, 11, 24), hadir.clock())
        of_others = len(statements) - 1
    statements.clear()
    act()
    return len(statements) - of_others


def crowd(hadir, number):
    with hadir.database.write() as db:
        unit = db.scalar(select(people.unit.c.id).where(people.unit.c.name == APLIKASI))
        row = {"unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        db.execute(people.person.insert(), [row | {"nip": f"9{n}", "name": f"Orang {n}"} for n in range(number)])


def test_ones_own_week_day_and_month(hadir, count):
    publish(hadir)
    for line in ("/jadwal", "/jadwal besok", "/jadwal pekan", "/jadwal november"):
        assert count("siti", line) == 3  # person; plans; open swaps
    assert count("siti", "/jadwal desember") == 4  # … and whether there is any rota at all


@pytest.mark.parametrize("more", [0, 60])
def test_the_units_week(hadir, count, more):
    publish(hadir)
    if more:
        crowd(hadir, more)
    assert count("siti", "/jadwal tim") == 3  # person; the unit's people; plans
    assert count("siti", "/jadwal gambar") == 5  # … and the message, and the bytes of its picture
    assert count("rina", "/jadwal tim aplikasi") == 4  # … and the unit's name


def test_a_swap(chat, hadir, count, statements):
    publish(hadir)
    # person; partner by username; open swaps; accounts; the rota's days; plans; swap; audit; message
    assert count("siti", "/jadwal tukar @dewi selasa rabu") <= 12
    statements.clear()
    chat("dewi").presses(button(inbox(hadir, "dewi")[0], "Setuju"))
    assert len(statements) <= 22
    statements.clear()
    chat("budi").presses(button(inbox(hadir, "budi")[0], "Setujui"))
    assert len(statements) <= 30


def test_wishes_holidays_and_the_register(hadir, count):
    assert count("siti", "/jadwal ingin rabu wfh") <= 7
    assert count("siti", "/jadwal ingin") <= 3
    assert count("siti", "/jadwal libur") <= 7
    assert count("siti", "/jadwal daftar-wfh") <= 3
