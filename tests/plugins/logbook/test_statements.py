"""How many SQL statements a report costs, the look-up of the person included: everybody sends theirs at four o'clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from integration.core import Hadir
from integration.messages import FormErrors
from plugins.logbook.tables import logbook_entry
from tests import cast
from tests.plugins.logbook.wrote import TODAY, entry, newest, of_day, target

Chat = Callable[[str], cast.Talker]
LINE = "/logbook menyusun laporan keuangan 2 jam #RHK-3"


@pytest.fixture
def count(hadir: Hadir, chat: Chat, statements: list[str]) -> Callable[[str], int]:
    """Statements of a line of Siti's, once the calendar of working days is in memory."""
    for who in ("siti", "agus"):
        target(hadir, who, "RHK-3")

    def said(line: str) -> int:
        chat("agus").says("/hadir status")
        statements.clear()
        answer = chat("siti").says(line)
        assert answer.startswith("Terkirim ke Budi Santoso: "), answer
        return len(statements)

    return said


def test_a_line(count: Callable[[str], int], hadir: Hadir) -> None:
    # person; turn and supervisor; the day's entries; targets; form; rota and absences; check-in; entry; audit; days in a row
    assert count(LINE) == 10
    assert entry(hadir, newest(hadir)).content.target_id is not None


def test_the_next_line_of_the_day_and_one_that_says_the_place(count: Callable[[str], int], chat: Chat) -> None:
    chat("siti").says("/hadir masuk wfh")
    assert count("/logbook membaca surat 1 jam") == 9  # no targets
    assert count(f"{LINE} wfh") == 8  # no check-in, for the place is said, and no days in a row
    assert count("/logbook menulis surat 30 menit") == 7  # … or the entries before say it
    siti = chat("siti")
    assert "3 jam 30 menit" in siti.says("/logbook"), siti.last
    assert {each.content.place for each in of_day(siti.hadir, "siti")} == {"wfh"}


def test_the_same_line_twice_is_read_and_not_written(count: Callable[[str], int], hadir: Hadir) -> None:
    count(LINE)
    assert count(LINE) == 7
    assert len(of_day(hadir, "siti")) == 1


def test_a_day_before(count: Callable[[str], int], hadir: Hadir) -> None:
    assert count(f"/logbook 20/11 {LINE.removeprefix('/logbook ')}") == 10  # … and how far back one writes freely
    assert entry(hadir, newest(hadir)).day == date(2026, 11, 20)


def test_the_form(hadir: Hadir, chat: Chat, statements: list[str]) -> None:
    siti, aim = chat("siti"), target(hadir, "siti", "RHK-3")
    chat("agus").says("/hadir status")
    siti.says("/logbook tambah")
    statements.clear()
    said = siti.submits(activity="menyusun laporan", time="2 jam", target=str(aim))
    sent = list(statements)
    assert not isinstance(siti.last, FormErrors), said
    assert said.startswith("Terkirim ke Budi Santoso: "), said
    written = entry(hadir, newest(hadir))
    assert (written.state, written.round, written.content.target_id) == ("sent", 1, aim)
    assert len(sent) == 9, sent


def test_years_of_entries_are_not_read(hadir: Hadir, chat: Chat) -> None:
    """The plans of the statements as they are sent, over 4,500 past entries: all go through the index of a person's days."""
    siti, at = chat("siti"), hadir.clock() - timedelta(days=600)
    with hadir.database.write() as db:
        row = {"unit_id": 1, "state": "approved", "activity": "Rapat", "minutes": 60, "round": 1}
        stamps = {"created_at": at, "changed_at": at, "sent_at": at}
        days = [TODAY - timedelta(days=back) for back in range(1, 501)]
        db.execute(insert(logbook_entry), [row | stamps | {"person_id": id, "day": day} for id in range(1, 10) for day in days])
    with hadir.database.write() as db:
        db.exec_driver_sql("ANALYZE")
    sent: list[tuple[str, Any]] = []
    event.listen(hadir.database.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: sent.append((sql, values)))
    assert "hari kerja berturut-turut" in siti.says(LINE.removesuffix(" #RHK-3"))
    ours = [(sql, values) for sql, values in sent if "FROM logbook_entry" in sql]
    assert len(ours) == 2  # the day's, and in how many of the last days there were any
    explain = "EXPLAIN QUERY PLAN " if hadir.database.is_sqlite else "EXPLAIN "
    with hadir.database.read() as db:
        for sql, values in ours:
            plan = " ".join(str(row) for row in db.exec_driver_sql(explain + sql, values))
            assert "ix_logbook_entry_person_id_day" in plan, f"{sql}: {plan}"
