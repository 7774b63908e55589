"""Bringing in last year's reports: what was understood is shown and confirmed, and taken whole or not at all.

Today is Monday, 23 November 2026.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from integration import ledger, people, scheduler
from integration.audit import Problem, audit
from integration.messages import Button, Form, FormErrors, Reply, plain
from integration.settings import Settings
from plugins.logbook import locking
from plugins.logbook.entries import Entry
from plugins.logbook.imports import store, tasks
from plugins.logbook.plugin import PLUGIN
from plugins.logbook.review import deciding
from plugins.logbook.tables import logbook_entry, logbook_evidence, logbook_import
from tests import postgres
from tests.cast import NIP, Talker, at
from tests.plugins.logbook.sheets import HEADER, csv, heard, read, sends, works, xlsx
from tests.plugins.logbook.wrote import of_day, said, target
from tests.post import audited, button, inbox, labels, person_id, texts

THIRD, FOURTH = date(2025, 2, 3), date(2025, 2, 4)
FIRST_ROW = [
    1,
    "3/2/2025",
    "Menyusun laporan keuangan",
    "Laporan",
    2,
    "laporan",
    "2 jam",
    None,
    "https://drive.example/a",
    None,
]
ROWS = [HEADER, FIRST_ROW, [2, "4/2/2025", "Rapat koordinasi", None, None, None, "08.00–09.30", None, None, None]]
PEOPLE = [
    ["NIP", "Tanggal", "Kegiatan", "Waktu (jam)"],
    [NIP["siti"], "3/2/2025", "Menyusun laporan", 2],
    [NIP["dewi"], "3/2/2025", "Input data", 3],
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rows that are written once; what two do at the same moment is asked of both databases below."""
    return sqlite_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Months stay open until somebody closes them; how they close by themselves is asked below."""
    return settings.model_copy(update={"logbook_lock_day": 0})


def count(hadir) -> int:
    with hadir.database.read() as db:
        return db.scalar(select(func.count()).select_from(logbook_entry)) or 0


def takes(talker: Talker) -> str:
    """Confirm what the worker has just shown: what it tells then."""
    talker.presses("Benar, masukkan")
    return heard(talker)


def entry(hadir, day: date, username: str = "siti") -> Entry:
    [found] = of_day(hadir, username, day)
    return found


# ---------------------------------------------------------------- from the file to the logbook


def test_a_file_is_shown_confirmed_and_waits_for_the_supervisor(hadir, chat):
    siti, rhk = chat("siti"), target(hadir, "siti", "RHK-3", year=2025)
    rows = [HEADER, [*FIRST_ROW[:7], "rhk 3: laporan", *FIRST_ROW[8:]], ROWS[2]]
    siti.says("/logbook impor")
    assert isinstance(siti.last, Form)
    assert siti.last.takes_files
    assert read(siti, xlsx(rows)).splitlines() == [
        "**laporan.xlsx** sudah dibaca. Belum ada yang disimpan.",
        "- Tanggal: B “Tanggal”",
        "- Kegiatan: C “Uraian Kegiatan”",
        "- Hasil: D “Hasil”",
        "- Jumlah: E “Jumlah”",
        "- Satuan: F “Satuan”",
        "- Waktu: G “Waktu”",
        "- Target SKP: H “RHK”",
        "- Bukti: I “Bukti”",
        "- Keterangan: J “Keterangan”",
        "- Tidak dipakai: A “No”",
        "",
        "Contoh:",
        "1. 3 Februari 2025: Menyusun laporan keuangan · Laporan · 2 laporan · 2 jam · rhk 3: laporan",
        "2. 4 Februari 2025: Rapat koordinasi · 1 jam 30 menit",
        "",
        "**2 kegiatan** dari 3 Februari 2025 sampai 4 Februari 2025.",
        "- 2 dari hari yang sudah lewat batas waktu laporan (baris 2–3): masuk sebagai draf, dan atasan Anda dimintai izin "
        "supaya terkirim.",
    ]
    assert labels(siti.last) == ["Benar, masukkan", "Ubah kolom", "Tidak jadi"]
    assert count(hadir) == 0
    assert takes(siti) == (
        "**laporan.xlsx**: 2 kegiatan masuk ke logbook, 3 Februari 2025 s.d. 4 Februari 2025.\n"
        "2 masih draf, karena harinya sudah lewat batas waktu laporan. Izin atasan sudah diminta; dengan izin itu semuanya "
        "terkirim."
    )
    first = entry(hadir, THIRD)
    assert (first.state, first.content.minutes, first.content.target_id, first.late) == ("draft", 120, rhk, False)
    with hadir.database.read() as db:
        assert list(db.scalars(select(logbook_evidence.c.url))) == ["https://drive.example/a"]
        assert db.scalar(select(logbook_import.c.content)) is None
    [kept] = audited(hadir, "logbook.evidence_added")
    assert (kept.object, kept.after) == (f"logbook_entry:{first.id}", {"kind": "link", "count": 1})
    [asked], budi = inbox(hadir, "budi"), chat("budi")
    span = "3 Februari 2025 s.d. 4 Februari 2025"
    assert texts([asked])[0].startswith(f"Siti Rahayu memasukkan 2 kegiatan dari berkas, {span}. Itu sudah lewat batas waktu")
    assert "hanya diputuskan oleh atasannya" in chat("dewi").presses(button(asked, "Beri izin"))
    assert entry(hadir, THIRD).state == "draft"
    assert budi.presses(button(asked, "Beri izin")).startswith(f"Siti Rahayu memasukkan 2 kegiatan dari berkas, {span};")
    told = budi.last
    assert isinstance(told, Reply)
    assert budi.presses(button(asked, "Beri izin")) == "Tidak ada lagi yang menunggu dari impor ini."
    assert texts(inbox(hadir, "siti"))[-1] == "Budi Santoso memberi izin: 2 kegiatan dari **laporan.xlsx** sudah terkirim."
    assert "hanya diputuskan oleh atasannya" in chat("dewi").presses(button(told, "Setujui semua"))
    first = entry(hadir, THIRD)
    assert (first.state, first.late, first.round, first.sent_at is None) == ("sent", True, 1, False)
    assert chat("budi").presses(button(told, "Setujui semua")) == "Disetujui: 2 kegiatan Siti Rahayu."
    assert chat("budi").presses(button(told, "Setujui semua")) == "Tidak ada lagi yang menunggu dari impor ini."
    assert [entry(hadir, day).state for day in (THIRD, FOURTH)] == ["approved", "approved"]


def test_the_same_file_again_adds_nothing_however_it_was_saved(hadir, chat):
    siti = chat("siti")
    read(siti, xlsx(ROWS))
    takes(siti)
    assert "Semuanya sudah ada di logbook" in read(siti, xlsx([ROWS[0], ROWS[2], ROWS[1]], "Lain"), "salinan.xlsx")
    assert labels(siti.last) == ["Ubah kolom", "Tidak jadi"]
    more = [*ROWS, [3, "5/2/2025", "Input data", None, None, None, "1 jam", None, None, None], ROWS[1]]
    text = read(siti, xlsx(more))
    assert "**2 kegiatan** dari 3 Februari 2025 sampai 5 Februari 2025." in text
    assert "- 2 sudah ada di logbook dan dilewati." in text
    takes(siti)
    assert count(hadir) == 4


def test_a_personnel_officer_brings_in_what_was_approved(hadir, chat):
    rina = chat("rina")
    text = read(rina, xlsx(PEOPLE))
    assert "Siti Rahayu (1), Dewi Lestari (1)" in text
    assert takes(rina).splitlines()[1:] == ["Milik Dewi Lestari, Siti Rahayu.", "2 tercatat disetujui oleh Anda."]
    for name in ("siti", "dewi"):
        found = entry(hadir, THIRD, name)
        assert (found.state, found.decider_id) == ("approved", entry(hadir, THIRD).decider_id)
        assert texts(inbox(hadir, name)) == ["Rina Marlina memasukkan 1 kegiatan Anda ke logbook, 3 Februari 2025."]
    assert inbox(hadir, "budi") == []
    # Their own are somebody else's to approve.
    read(rina, xlsx(ROWS))
    takes(rina)
    assert {each.state for each in of_day(hadir, "rina", THIRD)} == {"draft"}
    assert len(inbox(hadir, "hendra")) == 1


def test_nobody_brings_in_anything_for_somebody_who_is_not_theirs(hadir, chat):
    text = read(chat("siti"), xlsx(PEOPLE))
    assert "Anda tidak dapat memasukkan data Dewi Lestari: hanya milik sendiri dan milik bawahan." in text
    assert "baris 3, kolom A “NIP”" in text
    assert labels(chat("siti").last or inbox(hadir, "siti")[-1]) == ["Ubah kolom", "Tidak jadi"]
    for name, allowed in (("budi", True), ("agus", False), ("kartika", False)):
        assert ("tidak dapat memasukkan" not in read(chat(name), xlsx(PEOPLE))) == allowed
    assert "Tidak ada pegawai dengan NIP 777777" in read(chat("rina"), xlsx([PEOPLE[0], ["777777", "3/2/2025", "Rapat", 1]]))
    assert count(hadir) == 0


# ---------------------------------------------------------------- what is wrong, and mended


def test_problems_are_listed_by_place_with_all_of_them_in_a_file(hadir, chat):
    siti = chat("siti")
    rows = [
        HEADER,
        FIRST_ROW,
        *[[n, f"{n}/13/2025", "Rapat", None, None, None, "1 jam", "RHK-9", None, None] for n in range(13, 38)],
    ]
    text = read(siti, xlsx(rows, "Februari"))
    assert "**Perlu diperbaiki dulu** (25)" in text
    assert "- lembar Februari, baris 3, kolom B “Tanggal”: “13/13/2025” bukan tanggal. Contoh: 23/11/2026." in text
    assert "… dan 5 lagi, semuanya ada di berkas di bawah" in text
    assert labels(siti.last) == ["Ubah kolom", "Tidak jadi"]
    [file] = inbox(hadir, "siti")[-1].files
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[:2] == [
        "Lembar;Baris;Kolom;Masalah dan perbaikannya",
        "Februari;3;B “Tanggal”;“13/13/2025” bukan tanggal. Contoh: 23/11/2026.",
    ]
    assert len(lines) == 26
    assert count(hadir) == 0
    # Pressed all the same, by somebody who kept the button of another file.
    with hadir.database.read() as db:
        found = store.open_of(db, person_id(hadir, "siti"))
    assert found is not None
    press = Button("", "logbook.import_take", f"{found.id}:{found.round}")
    assert siti.presses(press) == "Masih ada yang perlu diperbaiki: `/logbook impor`"


def test_columns_that_were_guessed_wrong_are_chosen(hadir, chat):
    siti = chat("siti")
    rows = [["Kapan", "Apa", "Lama", "RHK"], ["3/2/2025", "Menyusun laporan keuangan", "2 jam", "RHK 7"]]
    assert "RHK 7" in read(siti, xlsx(rows))
    assert "belum ada target SKP 2025" in plain(siti.last.text)
    old = siti.last
    assert siti.presses("Ubah kolom") == "Arti kolom"
    assert {field.name: field.default for field in siti.last.fields if field.default != "-"} == {
        "day": "kapan",
        "activity": "apa",
        "minutes": "lama",
        "target": "rhk",
    }
    form = siti.last
    assert siti.submits(form, target="apa", day="-") == str(
        {
            "day": "Ini harus diisi.",
            "activity": "Satu kolom hanya untuk satu isian.",
            "target": "Satu kolom hanya untuk satu isian.",
        }
    )
    assert siti.submits(form, target="lain") == "{'target': 'Pilih salah satu dari daftar.'}" or isinstance(
        siti.last, FormErrors
    )
    assert "sedang dibaca" in siti.submits(form, target="-")
    assert "- Tidak dipakai: D “RHK”" in heard(siti)
    assert "sudah dibaca ulang" in siti.presses(button(old, "Ubah kolom"))
    siti.last = inbox(hadir, "siti")[-1]
    takes(siti)
    assert said(hadir, "siti", THIRD) == [("Menyusun laporan keuangan", 120, "draft")]


def test_how_far_it_is_and_leaving_it(hadir, chat):
    siti = chat("siti")
    assert "sedang dibaca" in plain(sends(siti, xlsx(ROWS)).text)
    assert "sedang dibaca" in siti.says("/logbook impor")
    shown = heard(siti)
    assert siti.says("/logbook impor") == shown
    assert labels(siti.last) == ["Benar, masukkan", "Ubah kolom", "Tidak jadi", "Berkas lain"]
    taking = siti.last
    siti.presses("Benar, masukkan")
    assert "sedang dimasukkan" in siti.says("/logbook impor")
    assert "sedang dimasukkan" in siti.presses(button(taking, "Benar, masukkan"))
    works(hadir)
    assert siti.presses(button(taking, "Benar, masukkan")) == "**laporan.xlsx** sudah dimasukkan."
    assert siti.says("/logbook impor") == "Masukkan laporan lama"
    read(siti, xlsx(ROWS), "lagi.xlsx")
    old = siti.last
    assert siti.presses("Tidak jadi") == "**lagi.xlsx** tidak jadi dimasukkan; tidak ada yang disimpan."
    assert "Kirim lagi dengan `/logbook impor`" in siti.presses(button(old, "Ubah kolom"))
    assert "bukan milik Anda" in chat("dewi").presses(button(old, "Tidak jadi"))
    assert count(hadir) == 2


def test_what_cannot_be_read_is_said_at_once_or_by_the_worker(hadir, chat):
    siti = chat("siti")
    assert read(siti, b"%PDF-1.7") == "{'file': 'Ini bukan berkas tabel. Kirim XLSX, XLS, ODS, atau CSV.'}"
    assert read(siti, b"") == "{'file': 'Mohon pilih berkasnya.'}"
    assert "bukan tahun" in read(siti, xlsx(ROWS), year="20x5")
    assert read(siti, b"Tanggal;Kegiatan\n" + b"3/2/2025;Rapat\n" * 20_001, "besar.csv") == (
        "**besar.csv** tidak dapat dibaca. Berkas ini berisi lebih dari 20.000 baris. "
        "Kirim per bagian, misalnya satu berkas per unit atau per semester."
    )
    assert "Tidak ada tabel dengan judul kolom" in read(siti, xlsx([["x"]]))
    assert "Tidak ada tabel di berkas ini." in siti.presses("Ubah kolom")
    assert "Belum jelas kolom mana untuk: Tanggal" in read(siti, xlsx([["Kegiatan", "Hasil"], ["Menyusun laporan", "Laporan"]]))
    assert "Kirim lagi berkasnya dan isi tahun di formulir" in read(
        siti, xlsx([["Tanggal", "Kegiatan"], ["3 Februari", "Rapat"]]), year=""
    )


def test_every_bad_spreadsheet_of_the_issue_is_told_with_its_place_and_its_cure(hadir, chat):
    """Merged cells, dates as text, formulas, empty sheets, a hundred thousand rows: nothing of any of them is stored."""
    head, row = ["No", "Tanggal", "Kegiatan", "Waktu"], [1, "3/2/2025", "Rapat", "1 jam"]

    def merged(sheet):
        sheet.merge_cells("B3:B4")

    merged_day = [[2, "31/2/2025", "Rapat", "1 jam"], [3, None, "Data", "1 jam"]]
    never = "baris 3, kolom D “Waktu”: Rumus ini belum pernah dihitung. Buka berkasnya"
    known = [
        (xlsx([head, row, *merged_day], "Feb", merged), "lembar Feb, baris 3–4, kolom B “Tanggal”: “31/2/2025” bukan tanggal."),
        (xlsx([head, row, [2, "minggu depan", "Data", "1 jam"]]), "baris 3, kolom B “Tanggal”: “minggu depan” bukan tanggal."),
        (xlsx([head, row, [2, "4/2/2025", "Data", "=1+1"]]), never),
        (xlsx([], "Kosong", Juga=[]), "Tidak ada tabel dengan judul kolom"),
        (csv([["Tanggal", "Kegiatan"], *[["3/2/2025", "Rapat"]] * 100_000]), "lebih dari 20.000 baris. Kirim per bagian"),
    ]
    siti = chat("siti")
    for content, cure in known:
        assert cure in read(siti, content), cure
        assert "Benar, masukkan" not in labels(siti.last)
    assert count(hadir) == 0


def test_days_that_nobody_has(hadir, chat):
    siti = chat("siti")
    head = ["Tanggal", "Kegiatan", "Waktu"]
    assert "24 jam; perbaiki waktunya" in read(siti, xlsx([head, *[["3/2/2025", f"Rapat {n}", "13 jam"] for n in range(2)]]))
    read(siti, xlsx([head, ["3/2/2025", "Rapat", "13 jam"]]))
    takes(siti)
    assert "26 jam dalam sehari" in read(siti, xlsx([head, ["3/2/2025", "Rapat lain", "13 jam"]]))
    assert "- 1 tanpa lama waktu; diambil tanpa waktu." in read(siti, xlsx([head[:2], ["4/2/2025", "Rapat"]]))


# ---------------------------------------------------------------- days that are past the time for reports


def test_of_ones_own_only_what_could_be_typed_is_sent_at_once(hadir, chat):
    siti, budi = chat("siti"), chat("budi")
    siti.says("/logbook susulan 2/11 sakit")
    budi.presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    days = ("20/11/2026", "2/11/2026", "3/11/2026", "4/11/2026")
    rows = [["Tanggal", "Kegiatan", "Waktu"], *[[day, f"Rapat {day}", "1 jam"] for day in days]]
    text = read(siti, xlsx(rows), year="2026")
    assert "- 2 dari hari yang sudah lewat batas waktu laporan (baris 4–5)" in text
    assert takes(siti).splitlines()[1:] == [
        "2 menunggu persetujuan atasan, karena laporan sendiri disetujui atasan.",
        "2 masih draf, karena harinya sudah lewat batas waktu laporan. Izin atasan sudah diminta; dengan izin itu semuanya "
        "terkirim.",
    ]

    def there() -> list[tuple[str, bool]]:
        found = [of_day(hadir, "siti", date(2026, 11, day)) for day in (20, 2, 3, 4)]
        return [(each.state, each.late) for entries in found for each in entries]

    assert there() == [("sent", False), ("sent", True), ("draft", False), ("draft", False)]
    *_, told, asked = inbox(hadir, "budi")
    assert "memasukkan 2 kegiatan" in plain(told.text)
    # What she has thrown away meanwhile is not sent, and what an officer has closed takes nothing.
    siti.says("/logbook susulan 4/11 rapat")
    budi.presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    siti.says("/logbook hapus 1 4/11")
    with hadir.database.write() as db:
        locking.say(db, locking.of_person(person_id(hadir, "siti")), date(2026, 11, 1), True, "", hadir.clock(), None)
    assert "dikunci" in budi.presses(button(asked, "Beri izin"))
    with hadir.database.write() as db:
        locking.say(db, locking.of_person(person_id(hadir, "siti")), date(2026, 11, 1), False, "", hadir.clock(), None)
    assert "memasukkan 1 kegiatan" in budi.presses(button(asked, "Beri izin"))
    assert there() == [("sent", False), ("sent", True), ("sent", True)]
    assert siti.says("/logbook impor batal") == "Terakhir dimasukkan: **laporan.xlsx**."
    assert siti.presses("Batalkan impor").startswith("Impor dibatalkan: 3 kegiatan")
    with hadir.database.read() as db, hadir.database.read() as second:
        kept = {"logbook_entry": PLUGIN.ledgers["logbook_entry"]}
        assert not [each for each in ledger.compare(db, second, kept) if isinstance(each, Problem)]


def test_a_draft_that_was_written_anew_is_not_undone(hadir, chat, clock):
    siti = chat("siti")
    head, row = ["Tanggal", "Kegiatan", "Waktu"], ["3/11/2026", "Rapat", "1 jam"]
    read(siti, xlsx([head, row, ["4/11/2026", "Input data", "1 jam"]]), year="2026")
    takes(siti)
    undo = button(siti.last, "Batalkan impor")
    clock.now += timedelta(minutes=5)
    siti.says("/logbook bukti 1 3/11 https://drive.example/a")
    assert siti.presses(undo).startswith("Impor dibatalkan: 1 kegiatan")
    assert [each.content.activity for day in (3, 4) for each in of_day(hadir, "siti", date(2026, 11, day))] == ["Rapat"]


# ---------------------------------------------------------------- months that are closed


class TestClosedMonths:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"logbook_lock_day": 10})

    def test_history_fills_months_that_closed_by_themselves_but_none_that_was_reported_or_locked(self, hadir, chat):
        siti, budi = chat("siti"), chat("budi")

        def rows(day: str) -> bytes:
            return xlsx([["NIP", "Tanggal", "Kegiatan", "Waktu"], [NIP["siti"], day, "Rapat", "1 jam"]])

        siti.says("/logbook 20/11 menyusun laporan 2 jam")
        assert "Perlu diperbaiki" not in read(budi, rows("3/8/2026"), year="2026")
        # Of her own nobody could approve it any more.
        assert (
            "baris 2, kolom B “Tanggal”: Agustus 2026 sudah dikunci. Minta bagian kepegawaian membukanya untuk Anda, atau "
            "mintalah atasan atau bagian kepegawaian mengirim berkasnya dengan kolom NIP: langsung disetujui."
        ) in read(siti, rows("3/8/2026"), year="2026")
        assert "dibuka" in chat("rina").says("/logbook buka-kunci agustus 2026 @siti laporan lama")
        assert "Perlu diperbaiki" not in read(siti, rows("3/8/2026"), year="2026")
        with hadir.database.write() as db:
            locking.say(db, locking.of_person(person_id(hadir, "siti")), date(2026, 7, 1), True, "", hadir.clock(), None)
        assert "dikunci" in read(budi, rows("3/7/2026"), year="2026")
        hadir.clock.now = at("2027-01-20T08:00+07:00")
        assert "Perlu diperbaiki" in read(budi, rows("3/11/2026"), year="2026")
        assert count(hadir) == 1


# ---------------------------------------------------------------- out again


def test_an_import_is_undone_within_a_day_except_what_was_decided(hadir, chat):
    siti = chat("siti")
    read(siti, xlsx(ROWS))
    takes(siti)
    done = siti.last
    assert siti.says("/logbook impor batal") == "Terakhir dimasukkan: **laporan.xlsx**."
    budi = chat("budi")
    budi.presses(button(inbox(hadir, "budi")[-1], "Beri izin"))
    with hadir.database.write() as db:
        deciding.approve(scheduler.work(hadir, db), people.search(db, "budi")[0], of_day(hadir, "siti", FOURTH))
    assert "bukan milik Anda" in budi.presses(button(done, "Batalkan impor"))
    assert siti.presses(button(done, "Batalkan impor")) == (
        "Impor dibatalkan: 1 kegiatan dari **laporan.xlsx** dikeluarkan lagi.\n"
        "1 tetap ada: sudah diputuskan atau diubah sejak itu."
    )
    assert said(hadir, "siti", THIRD) == []
    assert siti.presses(button(done, "Batalkan impor")) == "Tidak ada lagi dari **laporan.xlsx** yang dapat dibatalkan."
    assert "**1 kegiatan** dari 3 Februari 2025" in read(siti, xlsx(ROWS))
    takes(siti)
    hadir.clock.now += timedelta(days=1, minutes=1)
    assert "hanya dapat dibatalkan dalam sehari" in siti.presses(siti.last.buttons[0])
    assert said(hadir, "siti", THIRD) == [("Menyusun laporan keuangan", 120, "draft")]


def test_what_an_officer_brought_in_as_approved_can_be_taken_out_by_them(hadir, chat):
    rina = chat("rina")
    read(rina, xlsx(PEOPLE))
    takes(rina)
    assert rina.presses("Batalkan impor").startswith("Impor dibatalkan: 2 kegiatan")
    assert of_day(hadir, "siti", THIRD) == []


def test_thousands_are_taken_out_by_the_worker(hadir, chat):
    siti = chat("siti")
    rows = [["Tanggal", "Kegiatan"], *[[f"{n % 28 + 1}/{n % 12 + 1}/2025", f"Input data {n}"] for n in range(2_100)]]
    read(siti, xlsx(rows))
    takes(siti)
    assert "sedang dikeluarkan" in siti.presses("Batalkan impor")
    assert heard(siti).startswith("Impor dibatalkan: 2100 kegiatan")


# ---------------------------------------------------------------- crashes, races, what is written down


def test_every_entry_and_the_import_are_in_the_audit_without_their_words(hadir, chat):
    siti = chat("siti")
    read(siti, xlsx(ROWS))
    takes(siti)
    assert [row.object for row in audited(hadir, "logbook.imported")] == ["logbook_entry:1", "logbook_entry:2"]
    assert audited(hadir, "logbook.imported")[0].after["minutes"] == 120
    assert [row.action for row in all_audited(hadir) if row.object == "logbook_import:1"] == [
        "logbook.import_sent",
        "logbook.import_confirmed",
        "logbook.import_taken",
    ]
    siti.presses("Batalkan impor")
    with hadir.database.read() as db, hadir.database.read() as second:
        kept = {"logbook_entry": PLUGIN.ledgers["logbook_entry"]}
        assert not [each for each in ledger.compare(db, second, kept) if isinstance(each, Problem)]
    assert not any("Menyusun" in str(row.after) + str(row.before) + row.reason for row in all_audited(hadir))


def all_audited(hadir):
    with hadir.database.read() as db:
        return list(db.execute(select(audit).order_by(audit.c.id)))


def test_files_that_nobody_answers_are_forgotten_with_their_bytes(hadir, chat, clock):
    siti = chat("siti")
    read(siti, xlsx(ROWS))
    [job] = tasks.JOBS
    clock.now += timedelta(days=3)
    assert scheduler.run_job(hadir, job, clock.now)
    with hadir.database.read() as db:
        assert db.execute(select(logbook_import.c.state, logbook_import.c.content, logbook_import.c.report)).one() == (
            "dropped",
            None,
            "",
        )
    assert "Kirim lagi dengan" in siti.presses("Benar, masukkan")


class TestBothDatabases:
    @pytest.fixture(params=["sqlite", "postgresql"])
    def database_url(self, request) -> str:
        if request.param == "sqlite":
            return str(request.getfixturevalue("sqlite_url"))
        url = request.getfixturevalue("postgres_url")
        postgres.empty(url)
        return url

    def test_a_step_that_is_begun_again_does_no_harm(self, hadir, chat):
        """The worker dies after its transaction and does the same once more; two of them at the same moment too."""
        siti = chat("siti")
        sends(siti, xlsx(ROWS))
        run = scheduler.JobRun(hadir, hadir.clock())
        given = {"import": 1, "round": 1}
        for _ in range(2):
            tasks.read(run, given)
        assert len(inbox(hadir, "siti")) == 1
        siti.last = inbox(hadir, "siti")[-1]
        siti.presses("Benar, masukkan")
        barrier = threading.Barrier(2)

        def take(_: int) -> None:
            barrier.wait()
            tasks.take(run, given)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(take, range(2)))
        tasks.take(run, given)
        assert count(hadir) == 2
        assert len(inbox(hadir, "siti")) == 2
        assert isinstance(inbox(hadir, "siti")[-1], Reply)

    def test_brought_in_approved_undone_and_brought_in_again(self, hadir, chat):
        rina = chat("rina")
        for _ in range(2):
            read(rina, xlsx(PEOPLE))
            takes(rina)
            assert [each.state for name in ("siti", "dewi") for each in of_day(hadir, name, THIRD)] == ["approved"] * 2
            rina.presses("Batalkan impor")
            assert of_day(hadir, "siti", THIRD) == of_day(hadir, "dewi", THIRD) == []
