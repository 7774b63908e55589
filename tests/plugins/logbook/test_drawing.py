"""When the files of a month are drawn: once for many changes, never for none, and never missing one."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from integration import tree
from integration.app import connect
from integration.core import Hadir
from integration.scheduler import JobRun, work
from plugins.logbook import locking, writing
from plugins.logbook.drawing import filing, scopes, sweep
from plugins.logbook.drawing.scopes import Scope
from plugins.logbook.entries import Content, get
from plugins.logbook.own import drafting
from plugins.logbook.review import deciding
from plugins.logbook.tables import logbook_drawing, logbook_entry
from tests import cast
from tests.plugins.logbook import drawn as office
from tests.plugins.logbook.drawn import SITI, UNIT, changed, deliver, drawn, filed, hour, minute, wrote

ALL = [UNIT, *(f"{SITI}.{ending}" for ending in ("xlsx", "ods", "pdf"))]


@pytest.fixture
def hadir(hadir: Hadir) -> Hadir:
    return connect(hadir)


def words(hadir: Hadir, path: str = f"{SITI}.xlsx", sheet: int = 0) -> str:
    """Everything that stands on a sheet of a workbook."""
    assert hadir.ports.storage is not None
    book = load_workbook(io.BytesIO(hadir.ports.storage.get(path)))
    return "\n".join(str(cell.value) for row in book.worksheets[sheet].rows for cell in row if cell.value is not None)


def drawing(hadir: Hadir, scope: str) -> scopes.Drawing:
    with hadir.database.read() as db:
        found = scopes.drawing(db, Scope.of(scope))
    assert found is not None
    return found


# ---------------------------------------------------------------- once, and not again


def test_what_was_sent_is_filed_after_a_pause_and_only_then_again(hadir: Hadir, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Menyusun laporan keuangan")
    assert minute(hadir) == 2  # the person's month, and the unit's
    deliver(hadir)
    assert filed(hadir) == []  # somebody may be writing still
    clock.now += timedelta(seconds=30)
    deliver(hadir)
    assert filed(hadir) == ALL
    assert "Menyusun laporan keuangan" in words(hadir)
    assert [drawn(hadir, clock) for _ in range(15)] == [0] * 15
    clock.now += timedelta(hours=2)
    changed(hadir, entry, activity="Menyusun laporan kinerja")
    assert drawn(hadir, clock) == 2
    assert filed(hadir) == ALL * 2
    assert "laporan kinerja" in words(hadir)
    assert "Menyusun laporan kinerja" in words(hadir, UNIT, 1)


def test_a_look_that_finds_nothing_new_only_reads(hadir: Hadir, clock: cast.Clock, statements: list[str]) -> None:
    wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    clock.now += timedelta(minutes=1)
    statements.clear()
    sweep.look(JobRun(hadir, clock.now))
    # How far was looked, what changed since, what of that the files show.
    assert [each.split()[0] for each in statements] == ["SELECT"] * 3


def test_many_changes_are_one_drawing_of_each_file(hadir: Hadir, clock: cast.Clock) -> None:
    """They come for a minute and a half; the job looks meanwhile, and the worker draws when it is quiet."""
    clock.now = cast.at("2026-11-23T16:00:40+07:00")
    for second in range(0, 40, 5):
        wrote(hadir, "siti", f"Kegiatan {second}")
        wrote(hadir, "dewi", f"Kegiatan {second}")
        clock.now += timedelta(seconds=5)
        if clock.now.second == 0:
            assert minute(hadir) == 3
        deliver(hadir)
    assert filed(hadir) == []
    for _ in range(8):
        clock.now += timedelta(seconds=10)
        if clock.now.second == 0:
            minute(hadir)
        deliver(hadir)
    assert len(filed(hadir)) == len(set(filed(hadir))) == 7
    assert words(hadir).count("Kegiatan ") == 8


def test_who_never_stops_writing_is_filed_nevertheless(hadir: Hadir, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-23T16:00:00+07:00")
    for _ in range(18):
        wrote(hadir, "siti", "Satu lagi")
        clock.now += timedelta(seconds=10)
        if clock.now.second == 0:
            minute(hadir)
        deliver(hadir)
    assert filed(hadir).count(UNIT) == 2  # after 75 seconds, and as long after the first that was not in it


def test_a_draft_is_nobodys_business(hadir: Hadir, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Catatan sendiri", state="draft", round=0, sent_at=None)
    assert drawn(hadir, clock) == 0
    wrote(hadir, "siti", "Yang terkirim")
    drawn(hadir, clock)
    assert "Catatan sendiri" not in words(hadir) + words(hadir, UNIT, 1)
    changed(hadir, entry, activity="Catatan lain")
    assert drawn(hadir, clock) == 0


def test_what_is_written_by_the_plugin_itself_is_drawn(hadir: Hadir, clock: cast.Clock) -> None:
    """Sent, approved, changed: the change shows and is not counted; and a draft of it does not."""
    clock.now = cast.at("2026-11-23T16:00+07:00")
    siti = office.person(hadir, "siti")
    content = Content("Menyusun laporan", result="Laporan", minutes=120, place="wfo")
    with hadir.database.write() as db:
        entry = writing.add(work(hadir, db), siti, date(2026, 11, 23), content, state="sent")
    drawn(hadir, clock)
    assert "terkirim" in words(hadir)
    changed(hadir, entry.id, state="approved", decided_at=clock.now)
    with hadir.database.write() as db:
        approved = get(db, entry.id)
        assert approved is not None
        writing.change(work(hadir, db), approved, Content("Menyusun laporan akhir", result="Laporan", minutes=180, place="wfo"))
    drawn(hadir, clock)
    said = words(hadir)
    assert "disetujui" in said
    assert "perubahan menunggu persetujuan; 180 menit belum dihitung" in said
    assert "Jumlah\n2 jam" in said


# ---------------------------------------------------------------- nothing is missed


def test_what_is_committed_late_is_found(hadir: Hadir, clock: cast.Clock) -> None:
    """A transaction that took minutes wrote down when it began; meanwhile later changes were drawn."""
    begun = clock.now
    clock.now += timedelta(minutes=2)
    wrote(hadir, "siti", "Yang cepat")
    drawn(hadir, clock)
    drawn(hadir, clock)
    clock.now += timedelta(minutes=4)
    wrote(hadir, "siti", "Yang lambat", changed_at=begun)
    assert drawn(hadir, clock) == 2
    assert "Yang lambat" in words(hadir)
    assert drawn(hadir, clock) == 0


def test_what_was_said_during_an_outage_and_is_written_an_hour_later_is_found(hadir: Hadir, clock: cast.Clock) -> None:
    clock.now = said = cast.at("2026-11-23T16:00+07:00")
    siti, budi = office.person(hadir, "siti"), office.person(hadir, "budi")
    wrote(hadir, "dewi", "Yang didengar segera")
    drawn(hadir, clock)
    clock.now += timedelta(hours=1)
    drawn(hadir, clock)
    with hadir.database.write() as db:
        late = replace(work(hadir, db), now=said, heard_at=clock.now)
        entry = writing.add(late, siti, said.date(), Content("Yang didengar kemudian", minutes=60), state="sent")
    assert (entry.created_at, entry.changed_at, entry.sent_at) == (said, clock.now, clock.now)
    assert drawn(hadir, clock) == 2
    assert "Yang didengar kemudian" in words(hadir)
    with hadir.database.write() as db:
        late = replace(work(hadir, db), now=clock.now - timedelta(hours=1), heard_at=clock.now)
        returned = deciding.give_back(late, budi, entry, "Hasilnya apa?")
    assert returned is not None
    assert not drafting.corrected(returned)  # only who changes it has corrected it
    assert drawn(hadir, clock) == 2
    assert "dikembalikan" in words(hadir)


def test_a_change_during_the_drawing_makes_one_more(hadir: Hadir, clock: cast.Clock) -> None:
    wrote(hadir, "siti", "Sebelum")
    clock.now += timedelta(minutes=1)
    scope, run = Scope.of(f"person:{office.person(hadir, 'siti').id}:1:2026-11"), JobRun(hadir, clock.now)
    with run.read() as here:
        found = filing.read(here, scope)
    assert isinstance(found, filing.State)
    wrote(hadir, "siti", "Selagi digambar", changed_at=clock.now - timedelta(seconds=31))
    with run.begin() as here:
        filing.put(here, scope, found, filing.files_of(found))
    deliver(hadir)
    assert "Selagi digambar" not in words(hadir)
    drawn(hadir, clock)
    assert "Selagi digambar" in words(hadir)
    assert filed(hadir).count(f"{SITI}.xlsx") == 2
    assert drawn(hadir, clock) == 0


def test_two_who_draw_the_same_file_it_once(hadir: Hadir, clock: cast.Clock) -> None:
    """A worker that was thought dead goes on, beside the one that took over."""
    wrote(hadir, "siti", "Rapat")
    clock.now += timedelta(minutes=1)
    scope = Scope.of(f"person:{office.person(hadir, 'siti').id}:1:2026-11")
    run = JobRun(hadir, clock.now)
    with run.read() as here:
        found = filing.read(here, scope)
    assert isinstance(found, filing.State)
    filing.draw(run, {"scope": str(scope)})
    with run.begin() as here:
        filing.put(here, scope, found, filing.files_of(found))
    assert len(filed(hadir)) == 3
    assert drawing(hadir, str(scope)).drawn_at == clock.now


def test_after_an_outage_everything_is_caught_up(hadir: Hadir, clock: cast.Clock) -> None:
    wrote(hadir, "siti", "Pagi")
    for _ in range(8):
        drawn(hadir, clock)
    wrote(hadir, "dewi", "Selama worker mati")
    clock.now += timedelta(hours=9)
    assert drawn(hadir, clock) == 2
    assert any("Dewi Lestari" in path for path in filed(hadir))


def test_thousands_of_changes_are_looked_at_in_parts(hadir: Hadir, clock: cast.Clock) -> None:
    siti = office.person(hadir, "siti")
    base = _base(siti.id, siti.unit_id, clock)
    with hadir.database.write() as db:
        db.execute(insert(logbook_entry), [base | {"activity": f"Impor {n}"} for n in range(7)])
    with hadir.database.read() as db:
        parts = list(scopes.changed(db, clock.now - timedelta(minutes=1), at_once=3))
    seen = [id for part in parts for scope, changes in part.items() if scope.kind == "unit" for id in changes]
    assert len(seen) == len(set(seen)) == 7
    assert len(parts) == 3


def _base(person_id: int, unit_id: int, clock: cast.Clock) -> dict[str, object]:
    at = clock.now
    moments = {"created_at": at, "changed_at": at, "sent_at": at}
    return {"person_id": person_id, "unit_id": unit_id, "day": date(2026, 11, 23), "state": "sent", "round": 1} | moments


# ---------------------------------------------------------------- where they lie


def test_who_changes_units_has_files_in_both(hadir: Hadir, clock: cast.Clock) -> None:
    wrote(hadir, "siti", "Di bidang aplikasi", date(2026, 11, 10))
    office.moved(hadir, "siti", cast.KEPEGAWAIAN)
    wrote(hadir, "siti", "Di subbagian kepegawaian", date(2026, 11, 20))
    assert drawn(hadir, clock) == 4
    there = SITI.replace("Bidang Aplikasi", "Subbagian Kepegawaian")
    assert "Di bidang aplikasi" in words(hadir)
    assert "Di subbagian kepegawaian" not in words(hadir)
    assert "Di subbagian kepegawaian" in words(hadir, f"{there}.xlsx")
    # She belongs to the other unit now, and what she did for the first is in its workbook still.
    assert "Di bidang aplikasi" in words(hadir, UNIT, 1)


def test_two_units_that_share_a_folder_do_not_write_over_one_another(hadir: Hadir, clock: cast.Clock) -> None:
    with hadir.database.write() as db:
        tree.share_folder(db, 2, 1, clock.now)
    wrote(hadir, "siti", "Di bidang aplikasi", date(2026, 11, 10))
    office.moved(hadir, "siti", cast.KEPEGAWAIAN)
    wrote(hadir, "siti", "Di subbagian kepegawaian", date(2026, 11, 20))
    drawn(hadir, clock)
    assert len(filed(hadir)) == len(set(filed(hadir))) == 8
    assert {path.rpartition("/")[0] for path in filed(hadir)} == {SITI.rpartition("/")[0]}


def test_a_new_name_or_another_folder_moves_no_file(hadir: Hadir, clock: cast.Clock) -> None:
    """One month is one file: what was linked to stays where it is."""
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    with hadir.database.write() as db:
        db.exec_driver_sql("UPDATE person SET name = 'Siti Rahayu, S.Kom.' WHERE name = 'Siti Rahayu'")
        db.exec_driver_sql("UPDATE unit SET name = 'Bidang Layanan Digital' WHERE name = 'Bidang Aplikasi'")
        tree.share_folder(db, 1, 2, clock.now)
    changed(hadir, entry, minutes=90)
    drawn(hadir, clock)
    assert set(filed(hadir)) == set(ALL)
    assert "Siti Rahayu, S.Kom." in words(hadir)
    assert "Bidang Layanan Digital" in words(hadir)


def test_namesakes_have_files_of_their_own_whatever_their_names(hadir: Hadir, clock: cast.Clock) -> None:
    with hadir.database.write() as db:
        db.exec_driver_sql("UPDATE person SET name = 'CON/..\\: *?\"<>|' WHERE name IN ('Siti Rahayu', 'Dewi Lestari')")
    wrote(hadir, "siti", "Satu")
    wrote(hadir, "dewi", "Dua")
    drawn(hadir, clock)
    assert len(filed(hadir)) == len(set(filed(hadir))) == 7
    assert all(path.count("/") == 5 for path in filed(hadir))
    book = load_workbook(io.BytesIO(hadir.ports.storage.get(UNIT)))  # type: ignore[union-attr]
    assert len({name.lower() for name in book.sheetnames}) == 3


# ---------------------------------------------------------------- empty, closed


def test_a_month_without_its_entries_is_drawn_as_empty(hadir: Hadir, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Salah ketik")
    drawn(hadir, clock)
    changed(hadir, entry, state="dropped")
    assert drawn(hadir, clock) == 2
    for path in (f"{SITI}.xlsx", UNIT):
        assert "Tidak ada lagi kegiatan yang dilaporkan untuk November 2026." in words(hadir, path)
        assert "Salah ketik" not in words(hadir, path)
    changed(hadir, entry, state="sent", activity="Dikembalikan lagi")
    drawn(hadir, clock)
    assert "Dikembalikan lagi" in words(hadir)


def test_what_was_taken_back_before_it_was_drawn_makes_no_file(hadir: Hadir, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Salah kirim")
    changed(hadir, entry, state="dropped")
    assert drawn(hadir, clock) == 2
    assert filed(hadir) == []
    assert drawn(hadir, clock) == 0
    changed(hadir, entry, state="sent")
    drawn(hadir, clock)
    assert sorted(filed(hadir)) == sorted(ALL)


def test_a_closed_month_is_drawn_once_more_and_then_stands(hadir: Hadir, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    assert "Bulan ini masih berjalan." in words(hadir)
    for day in ("2026-11-30", "2026-12-09"):
        clock.now = cast.at(f"{day}T12:07+07:00")
        assert hour(hadir) == 0
    clock.now = cast.at("2026-12-11T08:07+07:00")
    assert hour(hadir) == 2
    deliver(hadir)
    assert "Final: bulan ini sudah ditutup." in words(hadir)
    assert drawing(hadir, "unit:1:2026-11").final
    assert (hour(hadir), minute(hadir)) == (0, 0)
    # The supervisor decides after the end: it is drawn, and final still.
    changed(hadir, entry, state="approved")
    drawn(hadir, clock)
    assert "disetujui" in words(hadir)
    assert "Final" in words(hadir)
    assert hour(hadir) == 0


def test_a_month_that_was_opened_again_is_closed_again(hadir: Hadir, clock: cast.Clock) -> None:
    entry = wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    clock.now = cast.at("2026-12-11T08:07+07:00")
    hour(hadir)
    deliver(hadir)
    siti = office.person(hadir, "siti")
    with hadir.database.write() as db:
        locking.say(db, locking.of_person(siti.id), date(2026, 11, 1), False, "lupa", clock.now, None)
    changed(hadir, entry, minutes=75)
    drawn(hadir, clock)
    assert "Bulan ini masih berjalan." in words(hadir)
    assert hour(hadir) == 0  # to her it is open; the unit's stood as it was, and is final
    clock.now += timedelta(days=1)
    with hadir.database.write() as db:
        locking.say(db, locking.of_person(siti.id), date(2026, 11, 1), True, "", clock.now, None)
    assert hour(hadir) == 1
    deliver(hadir)
    assert "Final" in words(hadir)


def test_months_that_never_close_are_not_looked_at(hadir: Hadir, clock: cast.Clock) -> None:
    hadir.settings = hadir.settings.model_copy(update={"logbook_lock_day": 0})
    wrote(hadir, "siti", "Rapat")
    drawn(hadir, clock)
    clock.now = cast.at("2027-06-01T08:07+07:00")
    assert hour(hadir) == 0
    with hadir.database.write() as db:
        locking.say(db, locking.OFFICE, date(2026, 11, 1), True, "", clock.now, None)
    assert hour(hadir) == 2


def test_how_far_was_looked_stands_in_a_row_of_its_own(hadir: Hadir, clock: cast.Clock) -> None:
    wrote(hadir, "siti", "Rapat")
    for _ in range(10):
        drawn(hadir, clock)
    with hadir.database.read() as db:
        assert clock.now - scopes.looked_until(db) < timedelta(minutes=7)
        names = set(db.scalars(select(logbook_drawing.c.scope)))
    assert "sweep" in names
    assert "unit:1:2026-11" in names
