"""An entry goes to another day: by a line, in its form, there and back; nothing is counted twice and no file keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from integration.activities import Activity
from integration.core import Hadir
from integration.messages import Button, Reply
from plugins.logbook.evidence import commands as evidence_commands
from tests import cast
from tests.cast import at
from tests.plugins.logbook.drawn import SITI, UNIT, minute, tasks
from tests.plugins.logbook.proved import BUKTI, house
from tests.plugins.logbook.test_drawing import words
from tests.plugins.logbook.wrote import (
    TODAY,
    approves,
    defaults,
    entry,
    form,
    knows,
    newest,
    returns,
    said,
    target,
    wrote,
)
from tests.post import audited, button, inbox, labels, texts

Chat = Callable[[str], cast.Talker]
SUNDAY, FRIDAY = date(2026, 11, 22), date(2026, 11, 20)


@pytest.fixture(autouse=True)
def afternoon(clock: cast.Clock) -> None:
    clock.now = at("2026-11-23T15:00+07:00")


def test_there_and_back(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    id = wrote(siti)
    heard = siti.says("/logbook ubah 1 tanggal kemarin")
    assert heard.startswith("Dipindah dari hari ini ke Minggu 22 Nov.\nTerkirim ke Budi Santoso: **menyusun laporan keuangan**")
    moved = siti.last
    assert isinstance(moved, Reply)
    assert (entry(hadir, id).day, entry(hadir, id).state, entry(hadir, id).round) == (SUNDAY, "sent", 2)
    assert said(hadir, "siti") == []
    assert "Dipindah dari Minggu 22 Nov ke hari ini." in siti.presses("Pindah lagi ke hari ini")
    assert "sudah tercatat untuk hari ini" in siti.presses(button(moved, "Pindah lagi ke hari ini"))  # a second click
    rows = audited(hadir, "logbook.changed")
    assert [(row.before["day"], row.after["day"]) for row in rows] == [
        ("2026-11-23", "2026-11-22"),
        ("2026-11-22", "2026-11-23"),
    ]
    for line in (
        "ubah 1 tgl 20",
        "ubah 1 20/11 pindah ke hari ini",
        "ubah 1 ke jumat",
        "ubah 1 20 nov jadi 23/11",
        "ubah ke 20/11",
    ):
        assert "Dipindah" in siti.says(f"/logbook {line}"), line
    assert entry(hadir, id).day == FRIDAY
    siti.presses(Button("x", "logbook.drop", str(id)))
    assert "sudah tidak ada" in siti.presses(Button("x", "logbook.move", f"{id}:2026-11-23"))
    assert "sudah tidak ada" in chat("dewi").presses(Button("x", "logbook.move", f"{id}:2026-11-23"))
    assert "sudah tidak ada" in siti.presses(Button("x", "logbook.move", f"{id}:kemarin"))


def test_a_day_that_cannot_be_leaves_it_where_it_stands(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    id = wrote(siti)
    siti.says("/logbook kemarin jaga 23 jam")
    for line, says, offered in (
        ("ubah 1 tanggal besok", "belum tiba", ["Ubah"]),
        ("ubah 1 tanggal 2/11", "sudah lewat batas waktu laporan", ["Minta izin atasan", "Ubah"]),
        ("ubah 1 tanggal 1/9", "September 2026 sudah dikunci", ["Ubah"]),
        ("ubah 1 tanggal kemarin", "sehari 24 jam", ["Ubah"]),
        ("ubah 1 tanggal 31/02", "bukan tanggal", []),
        ("ubah 9 tanggal kemarin", "Tidak ada nomor 9", []),
    ):
        assert says in siti.says(f"/logbook {line}"), line
        assert labels(siti.last) == offered, line
    assert (entry(hadir, id).day, entry(hadir, id).round) == (TODAY, 1)


def test_in_the_form(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    id = wrote(siti)
    siti.says("/logbook ubah 1 tanggal")
    shown = form(siti)
    assert defaults(shown)["day"] == "2026-11-23"
    assert "'day'" in siti.submits(shown, day="2/11/2026")
    assert "'day'" in siti.submits(shown, day="besok")
    assert "Dipindah dari hari ini ke Jumat 20 Nov." in siti.submits(shown, day="20/11", time="3 jam")
    assert (entry(hadir, id).day, entry(hadir, id).content.minutes) == (FRIDAY, 180)
    siti.submits(shown, time="4 jam")  # another window, opened before
    assert "sudah berubah" in form(siti).intro
    assert "Tidak ada yang berubah" in siti.submits(form(siti), day="20/11", time="3 jam")


def test_what_came_back_is_corrected_by_moving_it_however_late(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti)
    clock.now += timedelta(days=8)  # beyond the time for reports
    returns(budi, id, "bukan hari itu")
    clock.now += timedelta(hours=1)
    assert "Ubah 1" in labels_of(siti, "/logbook lihat 23/11")
    assert "Kirim lagi bila sudah diperbaiki" in siti.says("/logbook ubah 1 23/11 tanggal 30/11")
    assert entry(hadir, id).state == "returned"
    siti.presses("Kirim")
    assert (entry(hadir, id).state, entry(hadir, id).late) == ("sent", False)
    assert "Senin 30 Nov" in texts(inbox(hadir, "budi"))[-1]
    told = len(inbox(hadir, "budi"))
    siti.says("/logbook ubah 1 30/11 tanggal 27/11")
    assert "Jumat 27 Nov" in texts(inbox(hadir, "budi"))[-1]
    assert len(inbox(hadir, "budi")) == told + 1
    returns(budi, id, "masih keliru")
    clock.now += timedelta(days=8)
    siti.says("/logbook ubah 1 27/11")
    siti.submits(result="yang benar")
    assert (entry(hadir, id).state, entry(hadir, id).day) == ("sent", date(2026, 11, 27))


def labels_of(talker: cast.Talker, line: str) -> list[str]:
    talker.says(line)
    return labels(talker.last)


def test_what_was_approved_counts_until_its_move_is_approved(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti)
    approves(budi, id)
    heard = siti.says("/logbook ubah 1 tanggal kemarin")
    assert "Dipindah dari hari ini ke Minggu 22 Nov." in heard
    assert "yang disetujui tetap berlaku" in heard
    assert labels(siti.last) == ["Ubah", "Batalkan", "Lihat hari itu"]
    change = entry(hadir, newest(hadir))
    assert (change.day, change.version, change.state, entry(hadir, id).day) == (SUNDAY, 2, "sent", TODAY)
    siti.says("/logbook ubah 1")  # of the day where the approved one stands
    assert defaults(form(siti))["day"] == "2026-11-22"
    siti.submits(time="3 jam")
    assert "Dipindah dari Minggu 22 Nov ke Jumat 20 Nov." in siti.says("/logbook ubah 1 tanggal 20/11")
    assert (entry(hadir, change.id).day, entry(hadir, change.id).content.minutes) == (FRIDAY, 180)
    approves(budi, change.id)
    assert said(hadir, "siti") == []
    assert said(hadir, "siti", FRIDAY) == [("menyusun laporan keuangan", 180, "approved")]


def test_what_was_drafted_is_not_drafted_again_where_it_was(hadir: Hadir, chat: Chat) -> None:
    knows(hadir, Activity("rapat:7", "Rapat A", at("2026-11-23T09:00+07:00"), 60))
    siti = chat("siti")
    assert "Disimpan sebagai draf" in siti.says("/logbook ubah 1 tanggal 20/11")
    assert said(hadir, "siti", FRIDAY) == [("Rapat A", 60, "draft")]
    assert "Rapat A" not in siti.says("/logbook lihat hari ini")
    siti.says("/logbook hapus 1 20/11")
    assert "Rapat A" in siti.says("/logbook lihat hari ini")


def test_into_the_year_before_its_target_is_that_of_the_same_code(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    clock.now = at("2027-01-04T15:00+07:00")
    old, _ = target(hadir, "siti", "RHK-3"), target(hadir, "siti", "RHK-3", year=2027)
    target(hadir, "siti", "RHK-8", year=2027)
    siti = chat("siti")
    id = wrote(siti, "/logbook menyusun laporan 2 jam #RHK-3")
    siti.says("/logbook ubah 1")
    siti.submits(day="31/12/2026")
    assert entry(hadir, id).content.target_id == old
    other = wrote(siti, "/logbook menyusun nota 2 jam #RHK-8")
    assert "bukan RHK Anda" in siti.says("/logbook ubah 1 tanggal 31/12")
    assert entry(hadir, other).day == date(2027, 1, 4)


def test_what_is_said_behind_the_number_stands_in_the_form(hadir: Hadir, chat: Chat) -> None:
    aim = str(target(hadir, "siti", "RHK-3"))
    siti = chat("siti")
    id = wrote(siti)
    for line in ("ubah 1 3 jam", "ubah 1 jadi 3 jam", "ubah no 1 hari ini waktunya 3 jam"):
        siti.says(f"/logbook {line}")
        assert defaults(form(siti))["time"] == "3 jam", line
    siti.submits()
    assert entry(hadir, id).content.minutes == 180
    siti.says("/logbook ubah 1 hari ini #RHK-3 wfh = 2 berkas hasil: nota")
    assert {"target": aim, "place": "wfh", "quantity": "2 berkas", "result": "nota"}.items() <= defaults(form(siti)).items()
    for line, meant in (("pindah 1 ke kemarin", "ubah 1 ke kemarin"), ("batalkan 1", "hapus 1"), ("batal", "hapus")):
        assert f"Maksud Anda `/logbook {meant}`" in siti.says(f"/logbook {line}")
    siti.says("/logbook pindah 1 ke kemarin")
    assert "Dipindah" in siti.presses("/logbook ubah 1 ke kemarin")
    siti.presses("Pindah lagi ke hari ini")
    assert "Terkirim" in siti.says("/logbook ganti 2 lampu ruang rapat 1 jam")
    siti.presses("Batalkan")
    assert "Terkirim" in siti.says("/logbook ubah 3 slide paparan 1 jam")
    assert said(hadir, "siti")[1] == ("ubah 3 slide paparan", 60, "sent")


# ---------------------------------------------------------------- what is filed


def test_the_month_that_it_leaves_is_drawn_again(hadir: Hadir, chat: Chat, clock: cast.Clock, tmp_path: Path) -> None:
    clock.now = at("2026-12-02T15:00+07:00")
    office, siti = house(hadir, tmp_path), chat("siti")

    def filed() -> None:
        clock.now += timedelta(minutes=2)
        minute(hadir)
        office.runs(evidence_commands.JOBS[1])

    siti.says("/logbook 30/11 apel 15 menit")
    id = wrote(siti, "/logbook 30/11 menyusun laporan 2 jam https://awan.example/laporan")
    filed()
    assert all("menyusun laporan" in words(hadir, *file) for file in ((), (UNIT, 1)))
    assert "menyusun laporan" in office.drive.get(f"{BUKTI}/Bukti.md").decode()
    clock.now += timedelta(hours=1)
    siti.says("/logbook ubah 2 30/11 tanggal hari ini")
    assert entry(hadir, id).day == date(2026, 12, 2)
    filed()
    december = [path.replace("2026/11", "2026/12").replace("2026-11", "2026-12") for path in (SITI, UNIT)]
    assert "menyusun laporan" in words(hadir, f"{december[0]}.xlsx")
    assert "menyusun laporan" in words(hadir, december[1], 1)
    for file in ((), (UNIT, 1)):
        assert "apel" in words(hadir, *file)
        assert "menyusun laporan" not in words(hadir, *file)
    assert "Tidak ada lagi bukti" in office.drive.get(f"{BUKTI}/Bukti.md").decode()
    queued = len(tasks(hadir))
    filed()
    assert len(tasks(hadir)) == queued  # and then there is rest
