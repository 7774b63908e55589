"""What comes again: copies of another day, templates with and without a rhythm; and leave to write of an earlier day."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest

from integration import own_data, people
from integration.core import Hadir
from integration.messages import Button
from plugins.logbook.own import late_deciding
from plugins.logbook.plugin import PLUGIN
from tests import cast
from tests.cast import at
from tests.plugins.logbook.wrote import defaults, entry, form, newest, of_day, said, target, wrote
from tests.post import audited, button, inbox, labels, runs, texts

Chat = Callable[[str], cast.Talker]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is said depends on no database."""
    return sqlite_url


@pytest.fixture(autouse=True)
def afternoon(clock: cast.Clock) -> None:
    clock.now = at("2026-11-23T15:00+07:00")


# ---------------------------------------------------------------- copies


def test_the_last_day_is_copied_as_drafts_without_what_is_there_already(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Tidak ada yang bisa disalin dari Minggu 22 Nov" in siti.says("/logbook salin kemarin").replace(
        "kemarin", "Minggu 22 Nov"
    )
    siti.says("/logbook 20/11 apel 15 menit")
    siti.says("/logbook 20/11 menyusun laporan 2 jam wfh")
    siti.says("/logbook apel 15 menit")
    assert "1 disalin dari Jumat 20 Nov ke hari ini sebagai draf" in siti.says("/logbook salin")
    copied = siti.last
    assert said(hadir, "siti") == [("apel", 15, "sent"), ("menyusun laporan", 120, "draft")]
    assert "sudah ada di hari ini" in siti.says("/logbook salin 20/11")
    assert "1 draf dihapus" in siti.presses(button(copied, "Hapus salinan ini"))  # type: ignore[arg-type]
    assert "1 disalin" in siti.says("/logbook salin 20/11 ke hari ini")
    assert "Terkirim ke Budi Santoso" in siti.presses("Kirim")
    assert "tidak mengenal" in siti.says("/logbook salin apa saja")


def test_a_target_of_last_year_is_copied_under_its_code_of_this_year(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    target(hadir, "siti", "RHK-3")
    siti = chat("siti")
    clock.now = at("2026-12-31T15:00+07:00")
    siti.says("/logbook menyusun laporan 2 jam #RHK-3")
    new = target(hadir, "siti", "RHK-3", year=2027)
    clock.now = at("2027-01-04T15:00+07:00")
    siti.says("/logbook salin")
    assert entry(hadir, newest(hadir)).content.target_id == new


# ---------------------------------------------------------------- templates


def test_a_template_with_a_rhythm_drafts_itself_and_is_reported_once(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti = chat("siti")
    siti.says("/logbook rapat bidang mingguan 1 jam")
    assert "Masuk sendiri ke draf Anda: tiap senin." in siti.says("/logbook templat simpan 1 rapat bidang tiap senin")
    assert siti.says("/logbook").count("rapat bidang mingguan") == 1  # today it is reported already
    clock.now += timedelta(days=1)
    assert "rapat bidang" not in siti.says("/logbook")
    clock.now += timedelta(days=6)
    assert "1. rapat bidang mingguan — 1 jam" in siti.says("/logbook")
    assert "1 kegiatan terkirim" in siti.presses("Kirim")
    siti.says("/logbook kirim")
    assert said(hadir, "siti", date(2026, 11, 30)) == [("rapat bidang mingguan", 60, "sent")]
    assert "Pakai dengan" in siti.says("/logbook templat irama rapat bidang tanpa irama")
    clock.now += timedelta(days=7)
    assert "rapat bidang" not in siti.says("/logbook")


def test_templates_are_kept_used_renamed_and_removed(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    assert "Anda belum punya templat" in siti.says("/logbook templat")
    assert "Tulis nomornya" in siti.says("/logbook templat simpan")
    siti.says("/logbook verifikasi berkas masuk 3 jam")
    siti.says("/logbook templat simpan 1 verifikasi")
    assert "1. **verifikasi** — 3 jam" in siti.says("/logbook templat")
    assert "Disimpan sebagai draf" in siti.says("/logbook templat pakai verif 20/11")
    siti.says("/logbook templat verifikasi 20/11")
    assert said(hadir, "siti", date(2026, 11, 20)) == [("verifikasi berkas masuk", 180, "draft")]
    assert "tidak terbaca sebagai irama" in siti.says("/logbook templat irama verifikasi tiap hujan")
    assert "tiap tanggal 5" in siti.says("/logbook templat irama 1 tiap tanggal 5")
    assert "Templat yang mana? Yang ada: verifikasi" in siti.says("/logbook templat pakai apel")
    assert "dihapus" in siti.says("/logbook templat hapus verifikasi")
    gone = siti.last
    assert "belum punya templat" in siti.says("/logbook templat")
    assert "ada lagi" in siti.presses(button(gone, "Pulihkan"))  # type: ignore[arg-type]
    assert "sudah tidak ada" in chat("dewi").presses(Button("x", "logbook.template_use", "1:2026-11-23"))
    assert "sudah tidak ada" in chat("dewi").presses(Button("x", "logbook.template_back", "1"))
    assert not any("verifikasi" in str(row.after) for row in audited(hadir, "logbook.template_made"))


def test_no_template_is_due_on_a_day_off(chat: Chat, clock: cast.Clock) -> None:
    siti = chat("siti")
    siti.says("/logbook apel 15 menit")
    siti.says("/logbook templat simpan 1 tiap hari kerja")
    clock.now = at("2026-11-28T10:00+07:00")
    assert "apel" not in siti.says("/logbook")
    assert "apel" in siti.says("/logbook lihat jumat")


# ---------------------------------------------------------------- leave to write late


def test_an_earlier_day_is_opened_by_the_supervisor(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    siti.says("/logbook 2/11 survei lapangan 3 jam")
    siti.presses("Minta izin atasan")
    assert defaults(form(siti))["day"] == "2026-11-02"
    assert "'reason'" in siti.submits(reason=" ")
    siti.presses(Button("x", "logbook.late_ask", "2026-11-02"))
    assert "Menunggu keputusan atasan Anda, Budi Santoso." in siti.submits(reason="rahasia: sinyal tidak ada")
    waits = "Menunggu keputusan atasan Anda, Budi Santoso."
    assert f"masih menunggu. {waits}" in siti.says("/logbook susulan 2/11 lagi")
    assert f"Izin mengisinya sudah Anda minta. {waits}" in siti.says("/logbook 2/11 survei lapangan 3 jam")
    assert labels(siti.last) == ["Perbaiki"]
    assert waits in siti.says("/logbook lihat 2/11")
    assert labels(siti.last) == []
    asked = inbox(hadir, "budi")[-1]
    assert "Alasan: “rahasia: sinyal tidak ada”" in texts([asked])[0]
    assert "hanya" in chat("dewi").presses(button(asked, "Setujui")).lower()
    assert "boleh mengisi Senin, 2 November 2026" in budi.presses(button(asked, "Setujui"))
    assert "Sudah disetujui" in budi.presses(button(asked, "Setujui"))
    assert "Budi Santoso mengizinkan Anda" in texts(inbox(hadir, "siti"))[-1]
    siti.presses(button(inbox(hadir, "siti")[-1], "Isi sekarang"))
    assert defaults(form(siti))["day"] == "2026-11-02"
    siti.submits(activity="survei lapangan", time="3 jam")
    assert entry(hadir, newest(hadir)).late
    assert not any("rahasia" in str(row.after) + row.reason for row in audited(hadir, "logbook.late_requested"))


def test_a_rejection_says_why_and_one_may_ask_again(hadir: Hadir, chat: Chat) -> None:
    siti, budi = chat("siti"), chat("budi")
    siti.says("/logbook susulan 2/11 lupa")
    budi.presses(button(inbox(hadir, "budi")[-1], "Tolak"))
    assert "Ditolak" in budi.submits(reason="sudah direkap")
    assert "“sudah direkap”" in texts(inbox(hadir, "siti"))[-1]
    siti.presses(button(inbox(hadir, "siti")[-1], "Ajukan lagi"))
    siti.submits(reason="ada yang tertinggal")
    assert "Tarik Senin 2 Nov" in labels_of(siti, "/logbook susulan daftar")
    assert "Ditarik" in siti.presses("Tarik Senin 2 Nov")
    assert "menarik permintaan" in texts(inbox(hadir, "budi"))[-1]
    assert "Tidak ada permintaan" in chat("dewi").says("/logbook susulan daftar")


def labels_of(talker: cast.Talker, line: str) -> list[str]:
    talker.says(line)
    return labels(talker.last)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("susulan kemarin", "boleh mengisi"),
        ("susulan besok lupa", "belum tiba"),
        ("susulan 1/9 lupa", "September 2026"),
    ],
)
def test_what_need_not_or_cannot_be_asked(chat: Chat, line: str, says: str) -> None:
    assert says in chat("siti").says(f"/logbook {line}")


def test_a_request_that_waits_is_brought_to_mind(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    chat("siti").says("/logbook susulan 2/11 lupa")
    later = runs(hadir, clock, late_deciding.JOBS[0])
    later("2026-11-24T16:00+07:00")
    later("2026-11-24T16:15+07:00")
    assert len(inbox(hadir, "budi")) == 2
    later("2026-11-27T09:00+07:00")
    assert "Siti Rahayu meminta izin" in texts(inbox(hadir, "hendra"))[-1]
    assert any(job is late_deciding.JOBS[0] for job in PLUGIN.jobs)


# ---------------------------------------------------------------- what is kept about a person


def test_everything_of_ones_reports_is_in_ones_own_data(hadir: Hadir, chat: Chat) -> None:
    target(hadir, "siti", "RHK-3")
    siti, budi = chat("siti"), chat("budi")
    id = wrote(siti, "/logbook menyusun laporan 2 jam #RHK-3 https://awan.example/a")
    others = wrote(chat("dewi"), "/logbook rahasia dewi 1 jam")
    siti.says("/logbook templat simpan 1 laporan")
    siti.says("/logbook susulan 2/11 lupa")
    for number in (id, others):
        budi.presses(Button("x", "logbook.comment", str(number)))
        budi.submits(text=f"komentar {number}")
    with hadir.database.read() as db:
        who = people.search(db, cast.NIP["siti"])[0]
        data = own_data.collect(db, who, hadir.clock())
        packed = own_data.as_zip(data, hadir.catalogues.speak("id"))
    tables = json.loads(zipfile.ZipFile(BytesIO(packed)).read("data.json"))["tables"]
    for name in ("logbook_entry", "logbook_evidence", "logbook_comment", "logbook_template", "logbook_late", "skp_target"):
        assert len(tables[name]) == 1, name
    assert tables["logbook_comment"][0]["text"] == f"komentar {id}"
    assert "rahasia dewi" not in str(tables)
    assert len(of_day(hadir, "siti")) == 1
