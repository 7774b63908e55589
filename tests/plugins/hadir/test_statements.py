"""How many SQL statements a command costs, the look-up of the person included. The issue allows `masuk` six."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from integration import people
from integration.audit import By
from integration.rulebook import store
from plugins.hadir.tables import attendance_event
from tests.cast import at

TUESDAY = "2026-11-24"


def wib(clock, day="2026-11-23"):
    return at(f"{day}T{clock}+07:00")


@pytest.fixture
def count(chat, statements):
    """Statements of one line, once the calendar of working days is in memory."""

    def said(username, line, moment=None):
        moment = moment or wib("07:28")
        # `status` of somebody else at that moment reads the calendar and nothing of this person.
        chat("agus").says("/hadir status", at=moment)
        statements.clear()
        chat(username).says(line, at=moment)
        return len(statements)

    return said


def test_check_in(count):
    assert count("siti", "/hadir masuk wfh") == 4  # person; rota and absences; event; audit


def test_second_check_in(count):
    count("siti", "/hadir masuk wfh")
    assert count("siti", "/hadir masuk wfh") == 4  # person; rota and absences; event that is not inserted; the one that stands


def test_check_in_after_a_forgotten_check_out(count):
    count("siti", "/hadir masuk wfh")
    assert count("siti", "/hadir masuk wfh", wib("07:28", TUESDAY)) == 5  # … and whether its correction waits


def test_the_first_check_in_of_a_process(chat, statements):
    """Nothing is kept yet: what there is of calendar and rules, the hours, the rules. So once for each process."""
    chat("siti").says("/hadir masuk wfh")
    assert len(statements) == 7


def test_check_in_when_calendar_and_rules_are_old(count, chat, statements):
    """Twice a minute one statement asks whether they are still true."""
    count("siti", "/hadir masuk wfh")
    statements.clear()
    chat("dewi").says("/hadir masuk wfh", at=wib("07:28:31"))
    assert len(statements) == 5


def test_check_in_after_a_rule_was_chosen(hadir, count, chat, statements):
    count("siti", "/hadir masuk wfh")
    with hadir.database.write() as db:
        by = By("terminal", "uji", hadir.clock())
        store.choose(db, "attendance", "permentan-68-2012", None, wib("07:28").date(), by)
    statements.clear()
    chat("dewi").says("/hadir masuk wfh", at=wib("07:29"))
    assert len(statements) == 6  # … and the choices, which have grown


def test_who_is_late_costs_one_more(count):
    assert count("siti", "/hadir masuk wfh", wib("07:46")) == 5  # … and whether the service was down


def test_check_out(count):
    count("siti", "/hadir masuk wfh")
    assert count("siti", "/hadir pulang", wib("16:02")) == 5  # person; rota and absences; the days around; event; audit


def test_check_out_again(count):
    count("siti", "/hadir masuk wfh")
    count("siti", "/hadir pulang", wib("16:02"))
    assert count("siti", "/hadir pulang", wib("16:02:30")) == 3
    assert count("siti", "/hadir pulang", wib("17:00")) == 7  # … and the older row with its audit row


def test_status(count):
    assert count("siti", "/hadir status") == 5  # person; rota and absences; days; waiting corrections; reminders


def test_menu(count):
    assert count("siti", "/hadir") == 3  # person; rota and absences; days


@pytest.mark.parametrize("more", [0, 30])
def test_team_costs_the_same_however_many_people(count, hadir, more):
    with hadir.database.write() as db:
        budi = people.search(db, "budi")[0]
        for number in range(more):
            row = {"nip": f"{number}", "name": f"Orang {number}", "unit_id": budi.unit_id, "supervisor_id": budi.id}
            db.execute(people.person.insert().values(row | {"zone": "Asia/Jakarta", "roles": ["pegawai"]}))
    assert count("budi", "/hadir tim semua") == 4  # person; people; rota and absences; their days
    assert count("rina", "/hadir tim aplikasi semua") == 5  # … and the unit's name


def test_a_million_past_rows_would_not_be_read(hadir, chat):
    """The plans of the statements as they are sent, over 9,000 past rows: all go through the index of what counts."""
    past = [wib("08:00").date() - timedelta(days=number) for number in range(1, 501)]
    with hadir.database.write() as db:
        rows = [
            {"person_id": person, "day": day, "kind": kind, "at": wib("08:00"), "source": "import", "recorded_at": wib("08:00")}
            for person in range(1, 10)
            for day in past
            for kind in ("in", "out")
        ]
        db.execute(attendance_event.insert(), rows)
    with hadir.database.write() as db:
        db.exec_driver_sql("ANALYZE")
    sent = []
    event.listen(hadir.database.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: sent.append((sql, values)))
    chat("siti").says("/hadir masuk wfh")
    chat("siti").says("/hadir masuk wfh")
    chat("siti").says("/hadir pulang", at=wib("16:02"))
    chat("siti").says("/hadir status", at=wib("16:03"))
    ours = [
        (sql, values) for sql, values in sent if sql.startswith(("INSERT INTO attendance_event", "SELECT attendance_event"))
    ]
    assert len(ours) == 6
    explain = "EXPLAIN QUERY PLAN " if hadir.database.is_sqlite else "EXPLAIN "
    with hadir.database.read() as db:
        for sql, values in ours:
            plan = " ".join(str(row) for row in db.exec_driver_sql(explain + sql, values))
            assert "uq_attendance_event_active" in plan or "SELECT" not in sql, f"{sql}: {plan}"
            assert "ix_attendance_event_day" not in plan, f"{sql}: {plan}"
