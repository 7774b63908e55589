"""`/logbook` as people fill it: the drafted day, one line, the form, and taking things back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from integration.activities import Activity
from integration.core import Hadir
from integration.messages import Button, Reply, plain
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.fields import Declared
from plugins.logbook.tables import logbook_entry
from tests import cast
from tests.cast import at
from tests.plugins.logbook.wrote import (
    LINE,
    approves,
    defaults,
    entry,
    form,
    knows,
    newest,
    of_day,
    returns,
    said,
    target,
    wrote,
)
from tests.post import audited, button, inbox, labels, texts

Chat = Callable[[str], cast.Talker]

AFTERNOON = at("2026-11-23T15:00+07:00")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is said depends on no database; `test_writing` asks both what is written."""
    return sqlite_url


@pytest.fixture(autouse=True)
def afternoon(clock: cast.Clock) -> None:
    clock.now = AFTERNOON


# ---------------------------------------------------------------- one line


def test_one_line_is_sent_and_can_be_taken_back_and_put_back(hadir: Hadir, chat: Chat) -> None:
    target(hadir, "siti", "RHK-3")
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    heard = siti.says("/logbook kemarin menyusun laporan keuangan 2 jam = 3 laporan #rhk3 https://awan.example/a")
    assert heard.startswith(
        "Terkirim ke Budi Santoso: **menyusun laporan keuangan** — 2 jam · 3 laporan · RHK-3 (Minggu 22 Nov)."
    )
    found = entry(hadir, newest(hadir))
    assert (found.state, found.round, str(found.day)) == ("sent", 1, "2026-11-22")
    assert "1 bukti" in siti.presses("Lihat hari itu")
    siti.says(LINE)
    assert entry(hadir, newest(hadir)).content.place == "wfh"  # as she checked in
    assert "Dihapus: menyusun laporan keuangan" in siti.presses("Batalkan")
    drop = siti.last
    assert "Terkirim" in siti.presses("Pulihkan")
    assert said(hadir, "siti") == [("menyusun laporan keuangan", 120, "sent")]
    assert isinstance(drop, Reply)
    assert "Terkirim" in siti.presses(button(drop, "Pulihkan"))  # a second click
    assert len(audited(hadir, "logbook.restored")) == 1


def test_a_result_in_the_line_is_told_and_a_closed_day_is_named_above_its_form(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    heard = siti.says("/logbook menyusun nota dinas 2 jam = 1 dokumen hasil: nota dinas")
    assert "**menyusun nota dinas** — 2 jam · 1 dokumen.\nHasil: nota dinas\n" in heard
    siti.says("/logbook tambah 2/11")
    assert "sudah lewat batas waktu laporan" in form(siti).intro
    siti.says("/logbook tambah kemarin")
    assert form(siti).intro == ""


def test_the_same_line_twice_is_one_entry_and_later_it_is_two(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti = chat("siti")
    assert siti.says(LINE) == siti.says(LINE)
    assert len(of_day(hadir, "siti")) == 1
    clock.now += timedelta(minutes=5)
    siti.says(LINE)
    assert len(of_day(hadir, "siti")) == 2


def test_a_missing_time_is_asked_by_buttons_and_nothing_is_lost(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Berapa lama “menyusun nota dinas untuk pimpinan”?" in siti.says("/logbook menyusun nota dinas untuk pimpinan")
    asked = siti.last
    assert isinstance(asked, Reply)
    assert labels(asked)[:4] == ["30 menit", "1 jam", "1 jam 30 menit", "2 jam"]
    assert said(hadir, "siti") == [("menyusun nota dinas untuk pimpinan", 0, "draft")]
    assert "Terkirim ke Budi Santoso" in siti.presses("1 jam 30 menit")
    assert "Terkirim" in siti.presses(button(asked, "2 jam"))  # a second click changes nothing
    assert said(hadir, "siti") == [("menyusun nota dinas untuk pimpinan", 90, "sent")]


def test_an_unknown_target_keeps_the_entry_and_offers_the_nearest(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    said_ = siti.says("/logbook apel 1 jam #RHK-7")
    assert "Anda belum punya RHK tahun 2026 (RHK-7)" in said_
    for code in ("RHK-1", "RHK-2", "IKU-2"):
        target(hadir, "siti", code)
    target(hadir, "dewi", "RHK-9")
    assert "tidak ada RHK-9 di target Anda tahun 2026" in siti.says("/logbook rapat 1 jam #RHK-9")
    id = newest(hadir)
    assert entry(hadir, id).state == "draft"
    assert any(label.startswith("RHK-1") for label in labels(siti.last))
    assert "RHK-1" in siti.presses(next(label for label in labels(siti.last) if label.startswith("RHK-1")))
    assert (entry(hadir, id).state, entry(hadir, id).content.target_id is not None) == ("sent", True)
    assert "Satu kegiatan untuk satu RHK" in siti.says("/logbook dua hal 1 jam #RHK-1 #RHK-2")
    assert "Terkirim" in siti.presses("Kirim tanpa RHK")
    assert "RHK-2" in siti.says("/logbook satu hal 1 jam #2") or "Satu kegiatan" in siti.says("/logbook x 1 jam #2")


def test_a_typo_of_a_subcommand_becomes_no_entry(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    for line in ("krim", "krim semua", "lihatt kemarin", "tamba"):
        assert "Maksud Anda" in siti.says(f"/logbook {line}"), line
    assert newest(hadir) == 0
    assert "Berapa lama “tamba”" in siti.presses("Laporkan sebagai kegiatan")
    assert "Berapa lama “rapat tim”" in siti.says("/logbook rapat tim")
    assert "tidak mengenal “yang mana saja”" in siti.says("/logbook lihat yang mana saja")
    assert "Terkirim" in siti.says("/logbook kirim surat undangan 1 jam")
    assert entry(hadir, newest(hadir)).content.activity == "kirim surat undangan"


def test_a_day_a_month_a_number_or_a_name_alone_is_no_entry(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Minggu, 22 November 2026" in siti.says("/logbook kemarin")
    assert siti.says("/logbook november").startswith("**November 2026**")
    assert "`/logbook ubah 2`" in siti.says("/logbook 2")
    assert "`/logbook periksa @dewi`" in siti.says("/logbook @dewi")
    assert "belum tiba" in siti.says("/logbook besok")
    assert "belum tiba" in siti.says("/logbook lihat desember 2027")
    assert newest(hadir) == 0


def test_a_day_past_the_time_offers_to_ask(chat: Chat) -> None:
    siti = chat("siti")
    assert "sudah lewat batas waktu laporan. Minta izin atasan" in siti.says("/logbook lihat 2/11")
    assert labels(siti.last) == ["Minta izin atasan"]
    assert "Hari libur: tidak perlu laporan." in siti.says("/logbook lihat 1/11")
    assert "September 2026 sudah dikunci" in siti.says("/logbook lihat 1/9")
    assert labels(siti.last) == []


def test_several_lines_are_several_entries(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "2 kegiatan terkirim ke Budi Santoso, 1 jam 15 menit." in siti.says("/logbook - apel 15 menit\n- rapat bidang 1 jam")
    assert said(hadir, "siti") == [("apel", 15, "sent"), ("rapat bidang", 60, "sent")]
    siti.says("/logbook menyusun nota\nuntuk pimpinan 1 jam")
    assert said(hadir, "siti")[2:] == [("menyusun nota untuk pimpinan", 60, "sent")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("besok rapat 1 jam", "belum tiba"),
        ("rapat 30 jam", "30 jam tidak muat dalam sehari"),
        ("31/02 rapat 1 jam", "bukan tanggal"),
        ("jaga 12.00-11.00", "11.00 tidak sesudah 12.00"),
        ("2/11 rapat 1 jam", "sudah lewat batas waktu laporan"),
        ("5/9 rapat 1 jam", "September 2026"),
    ],
)
def test_what_is_refused_can_be_mended_with_everything_that_was_typed(hadir: Hadir, chat: Chat, line: str, says: str) -> None:
    siti = chat("siti")
    assert says in siti.says(f"/logbook {line}")
    siti.presses("Perbaiki")
    assert any(word in defaults(form(siti))["activity"] for word in ("rapat", "jaga"))
    assert newest(hadir) == 0


def test_a_line_that_is_far_too_long_comes_back_as_a_file(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    text = "menyusun laporan " * 1200
    assert "paling banyak 2000" in siti.says(f"/logbook {text}") or "kegiatan.txt" in siti.says(f"/logbook {text}")
    files = [file for message in inbox(hadir, "siti") for file in message.files]
    assert files[0].content.decode() == text.strip()
    assert newest(hadir) == 0


# ---------------------------------------------------------------- the drafted day


def test_the_day_is_drafted_from_what_is_known_and_sent_once(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    meeting = Activity("rapat:7", "Rapat “Koordinasi”, 09.00–10.30 WIB", at("2026-11-23T09:00+07:00"), 90)
    saved = Activity("berkas:1:2026-11-23", "Menyimpan 1 berkas: nota.pdf", files=("Hadir/nota.pdf",))
    knows(hadir, saved, meeting)
    shown = siti.says("/logbook")
    assert "1. Rapat “Koordinasi”, 09.00–10.30 WIB — 1 jam 30 menit · WFH" in shown
    assert "2. Menyimpan 1 berkas: nota.pdf — waktu? · WFH · 1 bukti" in shown
    home = siti.last
    assert isinstance(home, Reply)
    assert labels(home) == ["Kirim semua", "Tambah", "Ubah 1", "Ubah 2", "Bantuan"]
    assert newest(hadir) == 0  # nothing is stored by looking
    heard = siti.presses("Kirim semua")
    assert "1 kegiatan terkirim ke Budi Santoso, 1 jam 30 menit." in heard
    assert "Berapa lama “Menyimpan 1 berkas: nota.pdf”?" in heard
    siti.presses("30 menit")
    siti.presses(button(home, "Kirim semua"))  # the old button, once more
    assert [minutes for _, minutes, _ in said(hadir, "siti")] == [90, 30]
    assert {state for _, _, state in said(hadir, "siti")} == {"sent"}
    assert "Semua sudah terkirim." in siti.says("/logbook")
    assert "1 bukti" in siti.says("/logbook")
    assert "Semua kegiatan hari ini sudah terkirim." in siti.says("/logbook kirim semua")


def test_a_drafted_line_can_be_changed_or_thrown_away(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    knows(hadir, Activity("rapat:7", "Rapat A", minutes=60), Activity("rapat:8", "Rapat B", minutes=60))
    siti.says("/logbook ubah 1")
    first = form(siti)
    assert defaults(first)["activity"] == "Rapat A"
    siti.submits(first, activity="Rapat A, memimpin", time="2 jam", then="draft")
    assert "Dihapus: Rapat B" in siti.says("/logbook hapus 2")
    assert siti.says("/logbook").count("Rapat") == 1
    dropped = next(each for each in (entry(hadir, id) for id in range(1, newest(hadir) + 1)) if each.state == "dropped")
    siti.presses(Button("x", "logbook.restore", str(dropped.id)))
    assert siti.says("/logbook").count("Rapat") == 2
    siti.submits(first, activity="Rapat A, dari jendela lama", time="1 jam", then="draft")
    assert "sudah berubah" in plain(form(siti).intro)
    assert said(hadir, "siti")[0] == ("Rapat A, memimpin", 120, "draft")


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2026-11-22T10:00+07:00", "Hari libur: tidak perlu laporan."),
        ("2026-12-25T10:00+07:00", "Hari libur (Hari Raya Natal)"),
        ("2026-11-23T10:00+07:00", "Belum ada kegiatan yang tercatat."),
    ],
)
def test_an_empty_day_says_what_kind_of_day_it_is(chat: Chat, clock: cast.Clock, moment: str, says: str) -> None:
    clock.now = at(moment)
    assert says in chat("siti").says("/logbook")


def test_nothing_known_offers_the_last_day(chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/logbook")
    assert labels(siti.last) == ["Tambah", "Salin dari hari terakhir", "Bantuan"]


def test_who_is_on_leave_is_told_that_no_report_is_expected(hadir: Hadir, chat: Chat) -> None:
    chat("siti").says("/izin sakit demam")
    budi = chat("budi")
    budi.presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    assert "Anda tidak bertugas hari itu (sakit): tidak perlu laporan." in chat("siti").says("/logbook")


def test_what_came_back_stands_first_with_its_note_and_is_told_at_once(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti, "/logbook jumat menyusun nota 1 jam")
    returns(budi, id, "lampirkan drafnya")
    clock.now += timedelta(minutes=10)
    shown = siti.says("/logbook")
    assert shown.startswith("↩ Dikembalikan (Jumat 20 Nov): menyusun nota. Atasan Anda: “lampirkan drafnya”")
    siti.presses("Perbaiki (20 Nov)")
    assert "Atasan Anda: “lampirkan drafnya”" in plain(form(siti).intro)
    siti.submits(result="draf terlampir")
    assert (entry(hadir, id).state, entry(hadir, id).round) == ("sent", 2)
    assert any("Siti Rahayu" in text and "menyusun nota" in text for text in texts(inbox(hadir, "budi")))
    assert "Dikembalikan" not in siti.says("/logbook")


# ---------------------------------------------------------------- the form


def test_the_form_says_of_every_field_what_is_wrong_and_keeps_what_was_typed(hadir: Hadir, chat: Chat) -> None:
    own, others = target(hadir, "siti", "RHK-1"), target(hadir, "dewi", "RHK-9")
    siti = chat("siti")
    siti.says("/logbook tambah kemarin")
    shown = form(siti)
    assert defaults(shown)["day"] == "2026-11-22"
    wrong: dict[str, Any] = {"activity": "x" * 20_000, "time": "30 jam", "day": "besok", "quantity": "banyak", "place": "bulan"}
    heard = siti.submits(shown, **wrong, target=str(others), link="javascript:x", then="terbang")
    for name in (*wrong, "target", "link", "then"):
        assert f"'{name}'" in heard, name
    assert "20000 dari paling banyak 2000" in heard
    assert newest(hadir) == 0
    good: dict[str, Any] = {
        "activity": "Menyusun laporan\nbulan ini",
        "time": "2 jam",
        "quantity": "1,5 berkas",
        "place": "wfo",
    }
    siti.submits(shown, **good, target=str(own), link="https://awan.example/a", result="selesai", then="send")
    heard = siti.submits(shown, **good, target=str(own), link="https://awan.example/a", result="selesai", then="send")
    assert heard.startswith("Terkirim ke Budi Santoso: **Menyusun laporan bulan ini** — 2 jam · 1,5 berkas · RHK-1 · WFO")
    assert "1 bukti" in siti.says("/logbook lihat kemarin")
    assert newest(hadir) == 1  # sent twice, written once


@pytest.mark.parametrize(
    ("day", "says"), [("24/11/2026", "belum tiba"), ("2/11/2026", "lewat batas waktu"), ("1/9/2026", "September 2026")]
)
def test_a_day_that_is_closed_is_said_at_its_field(chat: Chat, day: str, says: str) -> None:
    siti = chat("siti")
    siti.says("/logbook tambah")
    heard = siti.submits(day=day, activity="rapat", time="1 jam")
    assert "'day'" in heard
    assert says in heard


def test_a_day_has_24_hours(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/logbook jaga 22.00-08.00")
    siti.says("/logbook jaga lagi 10 jam")
    assert "sehari 24 jam. Sudah tercatat 20 jam" in siti.says("/logbook jaga terus 5 jam")
    siti.says("/logbook tambah")
    assert "'time'" in siti.submits(activity="jaga terus", time="5 jam")
    assert len(of_day(hadir, "siti")) == 2


def test_two_windows_at_once_lose_nothing(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    id = wrote(siti)
    siti.says("/logbook ubah 1")
    one = two = form(siti)
    siti.submits(one, activity="menyusun laporan, versi satu")
    siti.submits(two, activity="menyusun laporan, versi dua", time="3 jam")
    again = form(siti)
    assert "sekarang: “menyusun laporan, versi satu”" in plain(again.intro)
    assert (defaults(again)["activity"], defaults(again)["time"]) == ("menyusun laporan, versi dua", "3 jam")
    siti.submits(again)
    assert entry(hadir, id).content.activity == "menyusun laporan, versi dua"
    siti.says("/logbook hapus 1")
    siti.submits(two, activity="sesudah dihapus")
    assert "Isian Anda tetap di sini" in plain(form(siti).intro)
    siti.submits()
    assert [activity for activity, _, _ in said(hadir, "siti")] == ["sesudah dihapus"]


def test_a_change_of_what_was_approved_asks_again_and_the_old_counts_until_then(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti)
    approves(budi, id)
    assert "sudah disetujui dan tidak bisa dihapus" in siti.says("/logbook hapus 1")
    siti.says("/logbook ubah 1")
    assert "Perubahan dimintakan lagi ke atasan" in plain(form(siti).intro)
    assert "yang disetujui tetap berlaku" in siti.submits(time="3 jam")
    change = entry(hadir, newest(hadir))
    assert (change.revises_id, change.version, change.state) == (id, 2, "sent")
    assert entry(hadir, id).state == "approved"
    shown = siti.says("/logbook")
    assert shown.count("menyusun laporan keuangan") == 1
    assert "terkirim, perubahan; yang disetujui berlaku sampai itu" in shown
    siti.presses(Button("x", "logbook.edit", str(id)))  # an old button leads to the change
    siti.submits(time="4 jam")
    assert entry(hadir, change.id).content.minutes == 240
    approves(budi, change.id)
    assert (entry(hadir, id).state, entry(hadir, change.id).state) == ("replaced", "approved")


def test_what_was_approved_while_the_form_was_open_is_said(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti)
    siti.says("/logbook ubah 1")
    shown = form(siti)
    approves(budi, id)
    siti.submits(shown, time="5 jam")
    assert "sudah disetujui" in plain(form(siti).intro)
    assert defaults(form(siti))["time"] == "5 jam"
    assert newest(hadir) == id


def test_the_units_own_fields_are_asked_and_a_line_that_lacks_them_is_kept(hadir: Hadir, chat: Chat) -> None:
    fields = [Declared("lokasi", "Lokasi", "text", required=True), Declared("peserta", "Peserta", "number", least=None)]
    with hadir.database.write() as db:
        form_fields.put(db, form_fields.OFFICE, fields, hadir.clock())
    siti = chat("siti")
    heard = siti.says(LINE)
    assert "disimpan sebagai draf. Unit Anda juga meminta: Lokasi." in heard
    siti.presses("Lengkapi")
    assert "'isian_lokasi'" in siti.submits(isian_lokasi="", isian_peserta="tiga puluh")
    siti.presses(Button("x", "logbook.edit", str(newest(hadir))))
    assert "Terkirim" in siti.submits(isian_lokasi="Aula", isian_peserta="30")
    found = entry(hadir, newest(hadir))
    assert (found.state, found.content.fields) == ("sent", {"lokasi": "Aula", "peserta": "30"})


# ---------------------------------------------------------------- by number, by day, by month


def test_numbers_and_days(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "belum ada kegiatan" in siti.says("/logbook hapus 1")
    for line in ("apel 15 menit", "rapat 1 jam", "kemarin jaga 2 jam"):
        siti.says(f"/logbook {line}")
    assert "Tidak ada nomor 9; hari itu ada 2 kegiatan" in siti.says("/logbook ubah 9")
    assert "Yang mana?" in siti.says("/logbook ubah")
    assert "Yang mana?" in siti.says("/logbook hapus 1 2")
    assert "Nomor 1 sudah terkirim." in siti.says("/logbook kirim 1")
    assert siti.says("/logbook ubah kemarin") == "Ubah kegiatan"
    assert "- Minggu 22 Nov: 2 jam · 1 terkirim" in siti.says("/logbook lihat november")
    assert "Total 3 jam 15 menit." in siti.says("/logbook lihat")
    assert "`/logbook periksa @nama`" in siti.says("/logbook lihat @dewi")
    assert "Semua kegiatan kemarin sudah terkirim." in siti.says("/logbook kirim kemarin").replace("Minggu 22 Nov", "kemarin")


def test_nobody_touches_what_is_somebody_elses(hadir: Hadir, chat: Chat) -> None:
    id = wrote(chat("siti"))
    dewi = chat("dewi")
    for action in ("edit", "drop", "restore", "send"):
        assert "sudah tidak ada" in dewi.presses(Button("x", f"logbook.{action}", str(id)))
    assert "sudah tidak ada" in dewi.presses(Button("x", "logbook.time", f"{id}:60"))
    assert entry(hadir, id).state == "sent"


def test_an_entry_that_is_dropped_by_hand_in_the_database_is_no_trouble(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    id = wrote(siti)
    with hadir.database.write() as db:
        db.execute(update(logbook_entry).values(state="replaced"))
    assert "sudah tidak ada" in siti.presses(Button("x", "logbook.edit", str(id)))


def test_a_line_and_a_day_cost_few_statements(hadir: Hadir, chat: Chat, statements: list[str]) -> None:
    """At four in the afternoon everybody reports."""
    target(hadir, "siti", "RHK-3")
    siti = chat("siti")
    siti.says("/hadir masuk wfh")
    siti.says("/logbook apel 15 menit")
    statements.clear()
    siti.says("/logbook menyusun laporan 2 jam #RHK-3")
    assert len(statements) <= 15
    statements.clear()
    siti.says("/logbook")
    assert len(statements) <= 13
