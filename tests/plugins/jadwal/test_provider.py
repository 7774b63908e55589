"""What a published rota changes in people's plans."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from integration import people
from plugins.jadwal.tables import rota_day
from tests.cast import APLIKASI, NIP
from tests.plugins.jadwal.published import MONDAY, publish
from tests.post import change


@pytest.fixture
def plan(hadir):
    """`plan("siti", 24)` is her plan of 24 November."""

    def of(who, day, month=11):
        with hadir.database.read() as db:
            person = people.search(db, NIP[who])[0]
            return hadir.workdays.plan(db, person, date(2026, month, day), hadir.clock())

    return of


def test_places_and_standby(hadir, plan):
    publish(hadir)
    assert [plan("siti", day).place for day in range(23, 28)] == ["wfo", "wfh", "wfo", "wfh", "wfo"]
    assert (plan("dewi", 24).standby, plan("dewi", 25).standby) == (True, False)
    assert (plan("siti", 30).place, plan("rina", 24).place) == ("", "")


def test_a_check_in_without_a_place_takes_the_rotas(chat, hadir):
    publish(hadir, {"siti": "H O O O O"})
    assert chat("siti").says("/hadir masuk") == "Masuk tercatat pukul 07.28 WIB (WFH)."


def test_the_hours_of_a_shift(hadir, plan):
    publish(hadir, {"siti": "O/sif-malam O/sif-pagi O . ."})
    night, morning = plan("siti", 23), plan("siti", 24)
    assert f"{night.start:%d %H.%M}–{night.end.astimezone(night.start.tzinfo):%d %H.%M}" == "23 22.00–24 06.00"
    assert (night.schedule, night.place) == ("sif-malam", "wfo")
    assert f"{morning.start:%H.%M}" == "06.00"
    assert plan("siti", 25).schedule == "standar"


def test_a_shift_on_a_weekend_makes_it_a_working_day(hadir, plan):
    publish(hadir, {"siti": ". . . . . O/sif-malam"})
    assert plan("siti", 28).works
    assert not plan("siti", 29).works


def test_a_holiday_wins(hadir, plan):
    publish(hadir, {"siti": "O O O H H"}, date(2026, 12, 21))
    assert (plan("siti", 25, 12).place, plan("siti", 25, 12).free) == ("", "Hari Raya Natal")
    assert plan("siti", 23, 12).place == "wfo"


def test_an_absence_that_is_known_before_stays(hadir, plan):
    """Whichever plugin comes first."""
    publish(hadir, {"siti": "O/sif-malam O O O O"})
    ours = hadir.workdays.providers

    def away(request):
        return {key: replace(each, excuse="cuti", excuse_source="C-1") for key, each in request.plans.items()}

    for order in ((away, *ours), (*ours, away)):
        hadir.workdays.providers = order
        for day in (23, 24):
            found = plan("siti", day)
            assert (found.works, found.excuse, found.excuse_source) == (False, "cuti", "C-1")


def test_who_has_left_is_expected_nowhere(hadir, plan):
    publish(hadir, {"siti": "O H O/sif-malam O O"})
    change(hadir, "siti", ended_on=date(2026, 11, 23))
    assert plan("siti", 23).place == "wfo"
    assert [plan("siti", day).start for day in (24, 25)] == [None, None]


def test_only_days_that_hold_count(hadir, plan):
    number = publish(hadir, {"siti": "H H H H H"})
    with hadir.database.write() as db:
        db.execute(rota_day.update().where(rota_day.c.rota_id == number).values(active=False))
    assert plan("siti", 24).place == ""


def test_those_with_the_hours_of_a_shift_are_named(hadir):
    publish(hadir, {"siti": "O O/sif-malam O O O", "dewi": "H H H H H"})
    with hadir.database.read() as db:
        siti = people.search(db, NIP["siti"])[0].id
        named = next(p for p in hadir.plugins if p.name == "jadwal").hours_changed
        assert set(named(db, date(2026, 11, 24), date(2026, 11, 24))) == {siti}
        assert set(named(db, date(2026, 11, 25), date(2026, 11, 27))) == set()


@pytest.mark.parametrize("days", [1, 62])
@pytest.mark.parametrize("many", [0, 1500])
def test_one_statement_however_many_people_and_days(hadir, statements, many, days):
    publish(hadir)
    with hadir.database.write() as db:
        unit = db.scalar(select(people.unit.c.id).where(people.unit.c.name == APLIKASI))
        row = {"unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        if many:
            db.execute(people.person.insert(), [row | {"nip": f"9{n}", "name": f"Orang {n}"} for n in range(many)])
    with hadir.database.read() as db:
        everyone = people.everyone(db, MONDAY)
        hadir.workdays.plans(db, everyone[:1], MONDAY, MONDAY, hadir.clock())
        statements.clear()
        plans = hadir.workdays.plans(db, everyone, MONDAY, MONDAY + timedelta(days - 1), hadir.clock())
        siti = people.search(db, NIP["siti"])[0].id
    assert plans[siti, MONDAY].place == "wfo"
    assert sum("rota_day" in statement for statement in statements) == 1


def test_the_past_is_not_read_for_today(hadir):
    """The plan of the statement as it is sent, over two years of rows: it goes through the index of days that hold."""
    number = publish(hadir)
    with hadir.database.write() as db:
        ids = db.scalars(select(people.person.c.id)).all()
        row = {"rota_id": number, "place": "wfo", "source": "import", "active": True}
        past = [row | {"person_id": id, "day": MONDAY - timedelta(n)} for id in ids for n in range(1, 500)]
        db.execute(rota_day.insert(), past)
    with hadir.database.write() as db:
        db.exec_driver_sql("ANALYZE")
    sent = []
    event.listen(hadir.database.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: sent.append((sql, values)))
    with hadir.database.read() as db:
        person = people.search(db, NIP["siti"])[0]
        hadir.workdays.plan(db, person, MONDAY, hadir.clock())
    [(sql, values)] = [each for each in sent if "FROM rota_day" in each[0]]
    explain = "EXPLAIN QUERY PLAN " if hadir.database.is_sqlite else "EXPLAIN "
    with hadir.database.read() as db:
        found = " ".join(str(row) for row in db.exec_driver_sql(explain + sql, values))
    assert "uq_rota_day_active" in found or "ix_rota_day_day" in found
