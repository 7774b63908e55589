"""Rooms: the list, adding and closing them, and that none is booked twice, whoever is quicker."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from integration import scheduler
from integration.cli import hadir as cli
from integration.ports import Span
from plugins.rapat import planning
from plugins.rapat.clashes import overlap
from plugins.rapat.planning import Plan
from plugins.rapat.rooms import booking, wording
from plugins.rapat.rooms.booking import Booked, Taken, first_clash, gaps
from plugins.rapat.tables import meeting, meeting_occurrence, meeting_room
from tests.cast import at
from tests.conftest import SECRET
from tests.plugins.rapat.office import NINE, asked, ids, person, plans, span, state, works
from tests.post import audited, button, labels

WEEK, HALF = timedelta(weeks=1), timedelta(minutes=30)


@pytest.fixture
def rooms(chat):
    """Garuda for 20, Rajawali for 8, Aula for 100; their numbers are 1 to 3."""
    for line in ('tambah "Garuda" 20', "tambah Rajawali 8", "tambah Aula Utama, kapasitas 100 orang"):
        assert chat("agus").says(f"/rapat ruang {line}").startswith("Ditambahkan: ")


def books(hadir, room_id: int, spans: Sequence[Span], except_meeting: int | None = None) -> str:
    """The room's name, or why it cannot be had."""
    with hadir.database.write() as db:
        try:
            return booking.book(scheduler.work(hadir, db), room_id, spans, except_meeting=except_meeting).name
        except Taken as taken:
            return str(taken)


# ---------------------------------------------------------------- the list


def test_without_rooms_it_says_who_can_add_them(chat):
    assert chat("siti").says("/rapat ruang") == "Belum ada ruang. Minta Agus Wijaya menambahkannya."
    assert "`/rapat ruang tambah" in chat("agus").says("/rapat ruang")


def test_administrators_add_change_and_close_rooms(hadir, chat, rooms):
    assert "Hanya administrator" in chat("siti").says("/rapat ruang tambah Elang 5")
    assert chat("agus").says("/rapat ruang tambah garuda 20").endswith("sudah ada di daftar.")
    assert chat("agus").says('/rapat ruang tambah "Garuda" 25') == "Diubah: Garuda (25 orang)."
    assert "Tidak ada ruang yang memuat" in chat("agus").says("/rapat ruang tambah Stadion 999999")
    assert "1 sampai 200 huruf" in chat("agus").says("/rapat ruang tambah " + "x" * 201)
    assert "tidak dapat dipesan lagi" in chat("agus").says("/rapat ruang tutup rajawali")
    assert chat("agus").says("/rapat ruang tutup rajawali") == "Rajawali ditutup."
    assert "Rajawali" not in chat("siti").says("/rapat ruang besok")
    assert "Hanya administrator" in chat("siti").says("/rapat ruang buka rajawali")
    assert chat("agus").says("/rapat ruang buka Rajawali") == "Rajawali dapat dipesan lagi."
    assert [row.action for row in audited(hadir, "room.changed")] == ["room.changed"]
    assert audited(hadir, "room.changed")[0].before["capacity"] == 20


def test_who_only_looks_waits_for_nobody_who_writes(hadir, chat, rooms):
    looks = ("/rapat ruang", "/rapat ruang garuda besok", "/rapat ruang tambah", "/rapat cari-waktu", "/rapat cari-waktu baru")
    with ThreadPoolExecutor(1) as pool, hadir.database.write():
        said = [pool.submit(chat("siti").says, line).result(timeout=10) for line in (*looks, "/rapat notulen baca")]
    assert "Aula Utama (100 orang): kosong" in said[0]
    assert "Rajawali" in said[2]  # there is none called so, and there are these
    assert said[4] == "Cari waktu"


def test_the_list_shows_when_each_is_free(hadir, chat, rooms):
    plans(hadir, "siti", when=span("08:00", "10:00", "2026-11-23"), state="planned", mode="room", room_id=1)
    plans(hadir, "siti", when=span("07:00", "18:00", "2026-11-23"), state="planned", mode="room", room_id=2)
    assert chat("siti").says("/rapat ruang").splitlines() == [
        "Ruang, Senin 23 Nov (WIB):",
        "- Aula Utama (100 orang): kosong",
        "- Garuda (20 orang): kosong 07.28–08.00, 10.00–18.00",
        "- Rajawali (8 orang): penuh",
        "",
        "Satu ruang pada satu hari: `/rapat ruang Aula Utama besok`",
    ]
    assert "Garuda (20 orang): kosong\n" in chat("siti").says("/rapat ruang besok")
    assert "Garuda (20 orang): kosong 08.28–09.00, 11.00–18.00" in chat("wayan").says("/rapat ruang")  # in WITA


def test_one_room_says_by_whom_it_is_taken_and_never_for_what(hadir, chat, rooms):
    plans(hadir, "siti", when=NINE, state="planned", title="Rahasia", mode="room", room_id=1)
    answer = chat("dewi").says("/rapat ruang Garuda besok")
    assert answer.splitlines() == [
        "Garuda (20 orang), Selasa 24 Nov (WIB):",
        "- 09.00–10.00 dipakai Budi Santoso",
        "- kosong 07.00–09.00, 10.00–18.00",
    ]
    assert "Rahasia" not in answer
    assert "Tidak ada ruang bernama “elang”. Yang ada: Aula Utama, Garuda, Rajawali." in chat("dewi").says("/rapat ruang elang")
    chat("agus").says("/rapat ruang tambah Garuda Kecil 4")
    assert "Garuda (20 orang)" in chat("dewi").says("/rapat ruang garuda")
    dewi = chat("dewi")
    assert "Ruang mana" in dewi.says("/rapat ruang garu")
    assert "Garuda Kecil (4 orang), " in dewi.presses("Garuda Kecil")


def test_hours_that_have_passed_today_are_not_offered(hadir, chat, clock, rooms):
    clock.now = at("2026-11-23T17:50+07:00")
    said = chat("siti").says("/rapat ruang")
    assert said.startswith("Ruang, Selasa 24 Nov (WIB):")  # what is left of today is no use to anybody
    assert "Garuda (20 orang): kosong" in said


# ---------------------------------------------------------------- booking


def test_what_overlaps_is_refused_and_what_touches_is_not(hadir, rooms):
    found = plans(hadir, when=NINE, mode="room", room_id=1)
    assert books(hadir, 1, [span("10:00", "11:00"), span("08:00", "09:00")]) == "Garuda"
    for other in (span("09:30", "09:45"), span("08:00", "12:00"), span("09:59", "10:30"), NINE):
        assert books(hadir, 1, [other]) == "the room is taken"
    assert books(hadir, 2, [NINE]) == "Rajawali"
    assert books(hadir, 1, [NINE], except_meeting=found.id) == "Garuda"
    assert books(hadir, 99, [NINE]) == "the room is closed"


@pytest.mark.parametrize("gone", ["cancelled", "dropped", "polling"])
def test_a_meeting_that_is_not_to_be_holds_no_room(hadir, rooms, gone):
    plans(hadir, when=NINE, mode="room", room_id=1)
    with hadir.database.write() as db:
        db.execute(update(meeting).values(state=gone))
    assert books(hadir, 1, [NINE]) == "Garuda"


def test_one_date_of_a_series_in_another_room_or_called_off(hadir, rooms):
    plans(hadir, when=NINE, mode="room", room_id=1, every=WEEK, dates=60)
    third = Span(NINE.start + 2 * WEEK, NINE.end + 2 * WEEK)
    assert books(hadir, 1, [third]) == "the room is taken"
    with hadir.database.write() as db:
        db.execute(update(meeting_occurrence).where(meeting_occurrence.c.starts_at == third.start).values(room_id=2))
    assert (books(hadir, 1, [third]), books(hadir, 2, [third])) == ("Garuda", "the room is taken")
    with hadir.database.write() as db:
        db.execute(update(meeting_occurrence).where(meeting_occurrence.c.starts_at == NINE.start).values(state="cancelled"))
    assert books(hadir, 1, [NINE]) == "Garuda"
    last = Span(NINE.start + 59 * WEEK, NINE.end + 59 * WEEK)
    assert books(hadir, 1, [NINE, last]) == "the room is taken"


def test_two_at_once_and_one_gets_it(hadir, rooms):
    """Eight organisers press at the same moment."""
    start = threading.Barrier(8)
    who = [person(hadir, each) for each in ("hendra", "budi", "siti", "dewi", "wayan", "yosef", "rina", "kartika")]

    def plan(number: int) -> bool:
        by = timedelta(minutes=5 * number)
        when = Span(NINE.start + by, NINE.end + by)
        start.wait()
        with hadir.database.write() as db:
            try:
                planning.create(
                    scheduler.work(hadir, db),
                    who[number],
                    Plan(title="Rapat", span=when, zone="Asia/Jakarta", starts=(when.start,), mode="room", room_id=1),
                )
            except Taken:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(plan, range(8)))
    assert got.count(True) == 1
    assert len(ids(hadir)) == 1
    with hadir.database.read() as db:
        assert db.scalar(select(meeting_room.c.bookings).where(meeting_room.c.id == 1)) >= 1


def test_a_time_is_only_taken_where_the_room_is_free(hadir, chat, rooms):
    plans(hadir, "siti", by="rina", when=span("09:30", "10:30"), state="planned")
    plans(hadir, "kartika", by="rina", when=span("10:30", "12:00"), state="planned", mode="room", room_id=1)
    plans(hadir, "siti", when=NINE, mode="room", room_id=1)
    works(hadir)
    assert state(hadir, 3) == "asking"
    question = asked(hadir)
    assert labels(question)[1:3] == ["Selasa 24 Nov, 08.00–09.00 WIB", "Selasa 24 Nov, 13.00–14.00 WIB"]
    plans(hadir, "kartika", by="rina", when=span("13:30", "14:00"), state="planned", mode="room", room_id=1)  # meanwhile
    said = chat("budi").presses(button(question, labels(question)[2]))
    assert "Garuda sudah dipakai: Selasa 24 Nov, 13.30–14.00 WIB, oleh Rina Marlina." in said
    assert "Yang kosong saat itu: Rajawali (8 orang), Aula Utama (100 orang)." in said
    assert state(hadir, 3) == "asking"
    chat("budi").presses(button(question, labels(question)[1]))
    works(hadir)
    assert state(hadir, 3) == "planned"


def test_free_rooms_come_in_the_order_in_which_they_fit(hadir, rooms):
    plans(hadir, when=NINE, mode="room", room_id=2)

    def free(count: int, when: Span = NINE) -> list[str]:
        with hadir.database.read() as db:
            return [room.name for room in booking.free(db, [when], count)]

    assert free(5) == ["Garuda", "Aula Utama"]
    assert free(30) == ["Aula Utama", "Garuda"]
    assert free(5, span("14:00", "15:00")) == ["Rajawali", "Garuda", "Aula Utama"]


def test_too_small_a_room_is_named_and_not_refused(hadir, rooms):
    with hadir.database.read() as db:
        room = booking.get(db, 2)
    assert room is not None
    t = hadir.catalogues.speak("en")
    assert wording.too_small(t, room, 8) is None
    assert "holds 8, and 9 people are invited" in str(wording.too_small(t, room, 9))


# ---------------------------------------------------------------- pure


def test_gaps_and_clashes_of_a_day():
    def booked(start: str, end: str) -> Booked:
        return Booked(1, 1, 1, span(start, end))

    day = span("07:00", "18:00")
    taken = [booked("06:00", "08:00"), booked("08:00", "09:00"), booked("12:00", "13:00"), booked("17:30", "19:00")]
    assert gaps(taken, day) == [span("09:00", "12:00"), span("13:00", "17:30")]
    assert gaps([], day) == [day]
    assert gaps([booked("06:00", "20:00")], day) == []
    assert first_clash([span("09:00", "10:00"), span("12:30", "12:40")], taken) == (span("12:30", "12:40"), taken[2])
    assert first_clash([span("09:00", "12:00")], taken) is None


PAIRS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=8)


@settings(max_examples=200, deadline=None)
@given(PAIRS, PAIRS)
def test_the_first_clash_is_what_looking_at_every_pair_finds(wanted, kept):
    """Bookings of one room never lie over one another; what is wanted may."""
    begin = NINE.start
    spans = [Span(begin + n * HALF, begin + (n + length) * HALF) for n, length in wanted]
    taken: list[Booked] = []
    for n, length in sorted(kept):
        each = Booked(1, 1, 1, Span(begin + n * HALF, begin + (n + length) * HALF))
        if not taken or taken[-1].span.end <= each.span.start:
            taken.append(each)
    clashing = [each for each in spans if any(overlap(each, booked.span) for booked in taken)]
    found = first_clash(spans, taken)
    assert (found is None) == (not clashing)
    if found is not None:
        assert found[0].start == min(each.start for each in clashing)
        assert overlap(found[0], found[1].span)


# ---------------------------------------------------------------- a file of rooms


@pytest.fixture
def says(hadir, database_url, monkeypatch, tmp_path):
    """`says("rooms import", file)` at a terminal: (exit code, everything that was printed)."""
    monkeypatch.setenv("HADIR_DATABASE_URL", database_url)
    monkeypatch.setenv("HADIR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HADIR_SECRET_KEY", SECRET)

    def run(line: str, *words: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, [*line.split(), *words])
        return result.exit_code, result.output

    return run


def test_rooms_come_from_a_file(hadir, chat, says, tmp_path):
    file = tmp_path / "ruang.csv"
    file.write_text("Nama;Kapasitas;Unit;Email\nGaruda;20;Bidang Aplikasi;garuda@kantor.example\nAula;;;\n\n", encoding="utf-8")
    assert says("rooms import --dry-run", str(file)) == (
        0,
        "Nothing was changed: this was a dry run.\n2 rooms added, 0 changed, 0 as before.\n",
    )
    assert says("rooms list")[1].startswith("There are no rooms yet")
    assert says("rooms import", str(file)) == (0, "2 rooms added, 0 changed, 0 as before.\n")
    file.write_text("nama,kapasitas,unit,email\ngaruda,25,,\nAula,,,\n", encoding="utf-8")
    assert says("rooms import", str(file)) == (0, "0 rooms added, 1 changed, 1 as before.\n")
    assert [(room["name"], room["capacity"]) for room in json.loads(says("rooms list --json")[1])["rooms"]] == [
        ("Aula", 0),
        ("garuda", 25),
    ]
    assert "garuda (25 orang)" in chat("siti").says("/rapat ruang")
    assert len(audited(hadir, "room.added")) == 2


def test_a_file_with_anything_wrong_changes_nothing(hadir, says, tmp_path):
    file = tmp_path / "ruang.csv"
    file.write_text("nama,kapasitas,unit,email\nA,dua,,\n,5,,\nB,1,Bidang Antah,\nC,1,,bukan\nD,1,,\nd,2,,\n", encoding="utf-8")
    code, said = says("rooms import", str(file))
    assert code == 1
    for part in ("row 2: kapasitas is 'dua'", "row 3: nama", "no unit", "'bukan' is no address", "row 7: d is there twice"):
        assert part in said
    for content in (b"", b"\x00\x01", b"PK\x03\x04kaput", b"ruang,isi\nA,1\n"):
        file.write_bytes(content)
        assert says("rooms import", str(file))[0] == 1
    with hadir.database.read() as db:
        assert booking.every(db, closed=True) == []


def test_a_spreadsheet_of_rooms(says, tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "ruang.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["nama", "kapasitas"])
    sheet.write_row(1, 0, ["Garuda", 20])
    book.close()
    assert says("rooms import", str(tmp_path / "ruang.xlsx")) == (0, "1 room added, 0 changed, 0 as before.\n")
