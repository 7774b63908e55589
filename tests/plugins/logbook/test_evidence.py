"""`/logbook bukti`: files and links of an entry, filed once, shown to whoever may see them, missed when they are gone."""

from __future__ import annotations

import io
import posixpath
import re
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from integration import ledger, people, uploads
from integration.activities import Activity
from integration.adapters.browser.forms import form_link
from integration.app import create_app
from integration.audit import Problem
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.messages import Button, Field, Form, Reply, plain
from integration.scheduler import work
from integration.settings import Settings
from plugins.logbook import entries, writing
from plugins.logbook.drawing import sweep
from plugins.logbook.evidence import commands as evidence_commands
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.tables import logbook_evidence
from tests import cast
from tests.photos import photo
from tests.plugins.logbook.proved import BUKTI, House, house, sends
from tests.plugins.logbook.wrote import knows
from tests.post import audited, button, labels, person_id

Chat = Callable[[str], cast.Talker]
PDF = b"%PDF-1.7 laporan"
NIGHT, INDEX = evidence_commands.JOBS
# The database decides nothing there.
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"public_url": "https://hadir.example"})


@pytest.fixture
def office(hadir: Hadir, tmp_path: Path) -> House:
    return house(hadir, tmp_path)


def document(inside: str, more: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(inside, "<x/>")
        if more:
            archive.writestr(more, "x")
    return made.getvalue()


def kept(hadir: Hadir, entry_id: int = 1) -> list[str]:
    with hadir.database.read() as db:
        return [each.name for each in evidence.of_entry(db, entry_id)]


def reported(chat: Chat, line: str = "/logbook menyusun laporan keuangan 2 jam") -> cast.Talker:
    siti = chat("siti")
    siti.says(line)
    return siti


# ---------------------------------------------------------------- sending


def test_a_file_is_sent_filed_shown_and_sent_to_the_supervisor(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    assert siti.says("/logbook bukti 1") == "Bukti"  # nothing there: the form at once
    form = siti.last
    assert isinstance(form, Form)
    assert plain(form.intro) == "“menyusun laporan keuangan”, Senin 23 Nov"
    assert "Pilih berkas atau tempelkan tautan" in sends(siti, form)
    said = sends(siti, form, file1=("laporan.pdf", PDF), file2=("foto.png", photo()), link="drive.example/hasil")
    assert said == "Bukti “menyusun laporan keuangan” tersimpan: drive.example/hasil, laporan.pdf, foto.jpg."
    office.works()
    assert office.files() == [
        "2026-11-23 menyusun laporan keuangan – foto.jpg",
        "2026-11-23 menyusun laporan keuangan – laporan.pdf",
    ]
    assert office.drive.get(f"{BUKTI}/2026-11-23 menyusun laporan keuangan – laporan.pdf") == PDF

    said = siti.says("/logbook bukti")  # the only entry of the day
    assert "- [drive.example/hasil](https://drive.example/hasil)" in said
    assert "- laporan.pdf (1 KB)" in said
    assert labels(siti.last)[:2] == ["Tambah bukti", "Kirim berkasnya ke saya"]

    budi, see = chat("budi"), Button("", "logbook.evidence_see", "1")
    assert "pesan langsung" in budi.presses(see)
    office.works()
    assert "- laporan.pdf" in office.told("budi")[-1]
    assert "awan.example" not in office.told("budi")[-1]  # `Logbook` is closed to all but the unit's leaders
    message = office.radio.messages[-1]
    assert [file.name for file in message.files] == ["laporan.pdf", "foto.jpg"]
    assert message.files[0].content == PDF
    chat("hendra").presses(see)
    office.works()
    assert "[laporan.pdf](https://awan.example/f/16)" in office.told("hendra")[-1]  # who leads the unit
    chat("rina").presses(see)
    office.works()
    assert "awan.example" not in office.told("rina")[-1]  # of another unit, though she may see it
    assert "tidak ada" in chat("dewi").presses(see)  # a colleague
    rows = audited(hadir, "logbook.evidence_added")
    assert [row.object for row in rows] == ["logbook_entry:1"] * 3
    assert "laporan" not in str([dict(row.after) for row in rows])  # never what is in it, nor what it is called
    with hadir.database.read() as db, hadir.database.read() as second:
        assert [each for each in ledger.compare(db, second, ledger.of(hadir.plugins)) if isinstance(each, Problem)] == []


@ONE_DATABASE
def test_links_numbers_and_days_as_people_type_them(hadir: Hadir, chat: Chat, office: House, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-24T09:00+07:00")
    siti = reported(chat, "/logbook rapat anggaran 1 jam")
    siti.says("/logbook menyusun notulen 30 menit")
    assert "1. rapat anggaran — belum ada bukti" in siti.says("/logbook bukti")
    assert "Bukti “menyusun notulen” tersimpan: hasil akhir." in siti.says(
        "/logbook bukti 2 https://drive.example/x?a=1 hasil akhir"
    )
    assert "Sudah ada" in siti.says("/logbook bukti 2 https://drive.example/x?a=1")
    assert "nomornya di depan" in siti.says("/logbook bukti https://drive.example/x")
    assert "Tidak ada nomor 7; hari itu ada 2 kegiatan" in siti.says("/logbook bukti 7")
    assert "Belum ada kegiatan pada Senin 23 Nov" in siti.says("/logbook bukti kemarin 1")
    assert "Bukti “rapat anggaran” tersimpan" in siti.says("/logbook bukti hari ini 1 www.kantor.example/a")
    assert siti.says("/logbook bukti 1 24/11").startswith("**Bukti “rapat anggaran”**")
    assert "2. menyusun notulen — 1 bukti" in siti.says("/logbook bukti")
    assert "rapat anggaran" in siti.presses("1. rapat anggaran")
    for address, why in (
        ("ftp://drive.example/a", "Awali dengan https://"),
        ("https://siti:rahasia@drive.example/a", "kata sandi"),
        ("https://" + "a" * 2100 + ".example/", "terlalu panjang"),
        ("http://[::1", "Awali dengan https://"),
        ("https://hadir.example/form/abc", "khusus untuk Anda"),
    ):
        assert why in siti.says(f"/logbook bukti 1 {address}")
    assert kept(hadir, 1) == ["www.kantor.example/a"]


@ONE_DATABASE
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("program.exe", b"MZ\x90\x00", "Yang bisa: PDF"),
        ("arsip.zip", document("a.txt"), "Yang bisa: PDF"),
        ("laporan.docx", b"not a document", "Yang bisa: PDF"),
        ("laporan.xlsx", document("xl/workbook.xml", "xl/vbaProject.bin"), "Yang bisa: PDF"),
        ("laporan.docm", document("word/document.xml"), "Yang bisa: PDF"),
        ("kosong.pdf", b"", "kosong"),
        ("besar.pdf", b"%PDF-" + b"x" * uploads.LARGEST_BYTES, "terlalu besar"),
        ("IMG_1.HEIC", b"\x00\x00\x00\x18ftypheic", "HEIC"),
    ],
)
def test_what_cannot_be_taken_says_what_can(hadir: Hadir, name: str, content: bytes, why: str) -> None:
    t = hadir.catalogues.speak("id")
    with pytest.raises(uploads.Unusable) as error:
        uploads.document(name, content, t)
    assert why in plain(error.value.text)


@ONE_DATABASE
def test_office_documents_are_kept_as_they_are(hadir: Hadir) -> None:
    t, field = hadir.catalogues.speak("id"), Field("f", "F", "file", documents=True)
    for name, content in (
        ("laporan.DOCX", document("word/document.xml")),
        ("data.ods", document("content.xml")),
        ("lama.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x"),
        ("data.csv", "nama;nilai\nSiti;1".encode("utf-8-sig")),
        ("surat.pdf", PDF),
    ):
        taken = uploads.receiver(field)(name, content, t)
        assert (taken.name, taken.content) == (name, content)
    assert uploads.document("foto.png", photo(400, 300), t).media_type == "image/jpeg"


def test_the_same_content_is_kept_once(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    siti.says("/logbook menyusun notulen 30 menit")
    siti.presses(Button("", "logbook.evidence_add", "1"))
    sends(siti, file1=("a.pdf", PDF), file2=("b.pdf", PDF))
    assert kept(hadir) == ["a.pdf"]
    siti.presses(Button("", "logbook.evidence_add", "2"))
    sends(siti, file1=("c.pdf", PDF))  # another entry of the month
    siti.presses(Button("", "logbook.evidence_add", "2"))
    sends(siti, file1=("a.pdf", PDF + b"2"), file2=("a.pdf", PDF + b"3"))
    office.works()
    assert kept(hadir, 2) == ["c.pdf", "a.pdf", "a.pdf"]
    assert office.files() == [
        "2026-11-23 menyusun laporan keuangan – a.pdf",
        "2026-11-23 menyusun notulen – a (2).pdf",
        "2026-11-23 menyusun notulen – a.pdf",
    ]


@ONE_DATABASE
def test_the_form_is_a_page_on_which_a_phone_finds_its_photos_and_documents(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1")
    assert isinstance(siti.last, Form)
    app = create_app(hadir)
    path = urlsplit(form_link(hadir, siti.last, siti.sender)).path
    page = app.test_client().get(path).text
    assert page.count('type="file" accept="image/jpeg,image/png,.pdf,.docx') == 3
    refused = posted(app, path, ("file1", "program.exe", b"MZ\x90"), ("link", "", b"https://drive.example/a"))
    assert refused.status_code == 422
    assert "Yang bisa: PDF, JPG, PNG, DOCX" in refused.text
    assert "https://drive.example/a" in refused.text  # what was typed stays
    done = posted(app, path, ("file1", "laporan.docx", document("word/document.xml")), ("file2", "foto.png", photo()))
    assert "laporan.docx, foto.jpg" in done.text
    assert kept(hadir) == ["laporan.docx", "foto.jpg"]
    assert posted(app, path, ("file1", "a.pdf", PDF)).status_code == 403  # once


def posted(app: Flask, path: str, *parts: tuple[str, str, bytes]) -> TestResponse:
    """As a browser sends it: (field, file's name or "", content)."""
    body = b""
    for name, named, content in parts:
        file = f'; filename="{named}"\r\nContent-Type: application/octet-stream' if named else ""
        body += f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"
    return app.test_client().post(path, data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x")


def test_the_same_file_sent_twice_at_once_is_there_once(hadir: Hadir, chat: Chat, office: House) -> None:
    reported(chat)
    t, start = hadir.catalogues.speak("id"), threading.Barrier(4)

    def send(_number: int) -> None:
        start.wait()
        with hadir.database.write() as db:
            here, entry = work(hadir, db), entries.get(db, 1)
            siti = people.get(db, person_id(hadir, "siti"))
            assert entry is not None
            assert siti is not None
            evidence.add_file(here, siti, entry, uploads.document("a.pdf", PDF, t))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    office.works()
    assert kept(hadir) == ["a.pdf"]
    assert len(office.files()) == 1


# ---------------------------------------------------------------- nobody approves what they were not shown


def test_evidence_of_what_was_sent_is_a_new_round(hadir: Hadir, chat: Chat, office: House, clock: cast.Clock) -> None:
    siti, budi = reported(chat, "/logbook menyusun laporan 2 jam https://drive.example/a"), chat("budi")
    assert [each.round for each in office.entries()] == [1]  # what came with the line is shown with it

    def shown() -> Button:
        clock.now += timedelta(minutes=1)
        budi.says("/logbook periksa @siti")
        assert isinstance(budi.last, Reply)
        return button(budi.last, "Setujui")

    def changed(*by: str) -> None:
        """Whatever is done after he has looked, he has to look again."""
        press = shown()
        clock.now += timedelta(minutes=1)
        for each in by:
            siti.says(each) if each.startswith("/") else siti.presses(each)
        said = budi.presses(press)
        assert [each.state for each in office.entries()] == ["sent"], said

    changed("/logbook bukti 1 https://drive.example/b")
    changed("/logbook bukti 1", "Hapus drive.example/b")
    changed("Pulihkan")
    assert [each.round for each in office.entries()] == [4]
    press = shown()
    siti.says("/logbook bukti 1 https://drive.example/b")  # it is there already
    siti.says("/logbook bukti 1")
    budi.presses(press)
    assert [each.state for each in office.entries()] == ["approved"]
    with hadir.database.read() as db, hadir.database.read() as second:
        assert [each for each in ledger.compare(db, second, ledger.of(hadir.plugins)) if isinstance(each, Problem)] == []


# ---------------------------------------------------------------- removing, and what is frozen


def test_removed_and_put_back_and_at_last_gone(hadir: Hadir, chat: Chat, office: House, clock: cast.Clock) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1")
    sends(siti, file1=("ktp.pdf", PDF))
    office.works()
    drop = button(siti.last, "Hapus ktp.pdf")  # type: ignore[arg-type]
    assert siti.presses(drop) == "Dihapus: ktp.pdf."
    undo = button(siti.last, "Pulihkan")  # type: ignore[arg-type]
    assert kept(hadir) == []
    assert "sudah dihapus" in siti.presses(drop)
    assert siti.presses(undo) == "“ktp.pdf” sudah kembali."
    assert siti.presses(undo) == "“ktp.pdf” sudah kembali."
    assert "sudah tidak ada" in chat("dewi").presses(drop).lower()
    clock.now += timedelta(hours=2)
    siti.presses(drop)
    clock.now += timedelta(hours=23)
    office.works()
    assert len(office.files()) == 1  # the first removal was undone; the second may still be
    clock.now += timedelta(hours=3)
    office.works()
    assert office.files() == []  # nothing of it is left in the shared folder
    assert "tidak bisa dikembalikan" in siti.presses(undo)
    assert len(audited(hadir, "logbook.evidence_deleted")) == 1


def test_a_file_that_others_changed_or_need_stays(hadir: Hadir, chat: Chat, office: House, clock: cast.Clock) -> None:
    siti = reported(chat)
    siti.says("/logbook menyusun notulen 30 menit")
    for entry in ("1", "2"):
        siti.presses(Button("", "logbook.evidence_add", entry))
        sends(siti, file1=("a.pdf", PDF))
    siti.presses(Button("", "logbook.evidence_add", "1"))
    sends(siti, file1=("b.pdf", PDF + b"b"))
    office.works()
    ours = f"{BUKTI}/2026-11-23 menyusun laporan keuangan – b.pdf"
    office.drive.put(ours, b"%PDF-1.7 ditambah orang", "application/pdf")
    for id in (1, 3):
        siti.presses(Button("", "logbook.evidence_drop", f"1 {id}"))
    clock.now += timedelta(days=2)
    office.works()
    assert len(office.files()) == 2


def test_an_approved_entry_is_frozen_and_a_change_is_a_revision_with_all_of_it(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1")
    sends(siti, file1=("a.pdf", PDF))
    office.approves(1)
    assert "sudah disetujui" in siti.says("/logbook bukti 1")
    assert "versi baru" in siti.says("/logbook bukti 1 https://drive.example/b")
    approved, revision = office.entries()
    assert (approved.state, revision.state, revision.revises_id) == ("approved", "sent", 1)
    assert kept(hadir, 1) == ["a.pdf"]
    assert kept(hadir, 2) == ["a.pdf", "drive.example/b"]
    # from the message about the first version: it is the revision that loses it, and the same one
    assert "Dihapus: a.pdf." in siti.presses(Button("", "logbook.evidence_drop", "1 1"))
    assert (kept(hadir, 1), kept(hadir, 2)) == (["a.pdf"], ["drive.example/b"])
    assert siti.presses("Pulihkan") == "“a.pdf” sudah kembali."
    assert len(office.entries()) == 2


def test_what_an_approved_entry_has_already_makes_no_revision(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1 https://drive.example/a")
    siti.says("/logbook bukti 1")
    siti.presses("Hapus drive.example/a")
    undo = button(siti.last, "Pulihkan")  # type: ignore[arg-type]
    siti.says("/logbook bukti 1 https://drive.example/b")
    office.approves(1)
    assert "Sudah ada" in siti.says("/logbook bukti 1 https://drive.example/b")
    assert "tidak bisa dikembalikan" in siti.presses(undo)
    assert [each.state for each in office.entries()] == ["approved"]


def test_a_revision_by_other_means_has_the_evidence_of_what_it_revises(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1 https://drive.example/a")
    office.approves(1)
    with hadir.database.write() as db:
        here = work(hadir, db)
        first = entries.get(db, 1)
        assert first is not None
        writing.change(here, first, first.content)
        found = evidence.of_entries(db, [1, 2])
    assert [each.url for each in found[2]] == [each.url for each in found[1]] == ["https://drive.example/a"]


def test_nobody_elses_and_no_closed_month(hadir: Hadir, chat: Chat, office: House, clock: cast.Clock) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1")
    form = siti.last
    assert isinstance(form, Form)
    assert "sudah tidak ada" in sends(chat("dewi"), form, link="https://drive.example/a").lower()
    clock.now = cast.at("2027-01-12T09:00+07:00")
    assert "November 2026" in sends(siti, form, link="https://drive.example/a")
    assert "November 2026" in siti.says("/logbook bukti 23/11/2026 1 https://drive.example/a")
    assert kept(hadir) == []


@ONE_DATABASE
def test_too_much_evidence_is_refused_and_nothing_of_it_is_kept(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    for number in range(evidence.MOST):
        siti.says(f"/logbook bukti 1 https://drive.example/{number}")
    assert "paling banyak 20 bukti" in siti.says("/logbook bukti 1 https://drive.example/lagi")
    assert len(kept(hadir)) == evidence.MOST


# ---------------------------------------------------------------- what lies in the storage already


def test_a_file_of_the_shared_folder_by_name_or_path(hadir: Hadir, chat: Chat, office: House) -> None:
    shared = "Hadir/Bidang Aplikasi/Berkas/2026"
    for name in ("undangan rapat.pdf", "undangan mitra.pdf"):
        office.drive.put(f"{shared}/{name}", name.encode(), "application/pdf")
    office.drive.put("Hadir/Subbagian Kepegawaian/Berkas/2026/gaji.pdf", b"x", "application/pdf")
    siti = reported(chat)
    assert "sedang dicari" in siti.says("/logbook bukti 1 undangan rapat.pdf")
    office.works()
    assert office.told("siti")[-1] == "Bukti “menyusun laporan keuangan” tersimpan: undangan rapat.pdf."
    siti.says("/logbook bukti 1 undangan")
    office.works()
    assert office.told("siti")[-1].startswith("Berkas mana bukti")
    assert "tersimpan: undangan mitra.pdf" in siti.presses(button(office.last("siti"), "undangan mitra.pdf"))
    for words in ("gaji.pdf", "Hadir/Subbagian Kepegawaian/Berkas/2026/gaji.pdf", f"{shared}/../../../gaji.pdf", "tidak ada"):
        siti.says(f"/logbook bukti 1 {words}")
        office.works()
        assert office.told("siti")[-1].startswith("Tidak ada berkas")
    siti.says(f"/logbook bukti 1 {shared}/undangan mitra.pdf")
    office.works()
    assert kept(hadir) == ["undangan rapat.pdf", "undangan mitra.pdf"]
    forged = Button("", "logbook.evidence_use", "1 Hadir/Subbagian Kepegawaian/Berkas/2026/gaji.pdf")
    assert "Tidak ada berkas" in siti.presses(forged)


def test_what_is_known_and_not_reported_yet_becomes_a_draft_with_its_evidence(hadir: Hadir, chat: Chat, office: House) -> None:
    path = "Hadir/Kanal/umum/undangan.pdf"
    knows(
        hadir,
        Activity("berkas:1", "Menyimpan 1 berkas: undangan.pdf", minutes=30, files=(path,)),
        Activity("rapat:1", "Rapat", minutes=60),
    )
    siti = chat("siti")
    said = siti.says("/logbook bukti")
    assert "1. Menyimpan 1 berkas: undangan.pdf — 1 bukti" in said
    assert "2. Rapat — belum ada bukti" in said
    siti.presses("2. Rapat")
    assert office.entries() == []  # who only looks has reported nothing
    assert "Bukti “Rapat” tersimpan: notulen.pdf." in sends(siti, file1=("notulen.pdf", PDF))
    assert "tersimpan" in siti.says("/logbook bukti 2 https://drive.example/a")
    assert [(each.content.source, each.state) for each in office.entries()] == [("rapat:1", "draft"), ("berkas:1", "draft")]
    assert kept(hadir, 1) == ["notulen.pdf"]
    assert kept(hadir, 2) == ["undangan.pdf", "drive.example/a"]
    office.drive.put(path, PDF, "application/pdf")
    siti.says(f"/logbook bukti 1 {path}")  # it lies where she may not look, but it is known of her day
    office.works()
    assert office.told("siti")[-1] == "Bukti “Rapat” tersimpan: undangan.pdf."


def test_files_of_a_draft_come_along(hadir: Hadir, chat: Chat, office: House) -> None:
    reported(chat)
    with hadir.database.write() as db:
        entry = entries.get(db, 1)
        assert entry is not None
        path = "Hadir/Bidang Aplikasi/Berkas/2026/undangan.pdf"
        evidence.add_known(work(hadir, db), entry, (path, path))
        evidence.add_known(work(hadir, db), entry, (path,))
    assert kept(hadir) == ["undangan.pdf"]


# ---------------------------------------------------------------- what is gone


def test_evidence_that_is_gone_is_told_once_and_mended(hadir: Hadir, chat: Chat, office: House, clock: cast.Clock) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1")
    sends(siti, file1=("laporan.pdf", PDF), file2=("pindah.pdf", PDF + b"p"))
    office.runs(NIGHT)  # also while they are on their way
    assert office.told("siti") == []
    office.works()
    lost, moved = (f"{BUKTI}/2026-11-23 menyusun laporan keuangan – {name}" for name in ("laporan.pdf", "pindah.pdf"))
    office.drive.delete(lost)
    to = "Hadir/Bidang Aplikasi/Arsip/" + moved.rpartition("/")[2]
    office.drive.move(moved, to)
    for _ in range(3):
        clock.now += timedelta(minutes=5)
        office.runs(NIGHT)
    (said,) = office.told("siti")
    assert "Bukti “laporan.pdf” untuk “menyusun laporan keuangan” (Senin 23 Nov) tidak ada lagi" in said
    assert "tetap tercatat" in said
    assert "laporan.pdf — tidak ditemukan lagi" in siti.says("/logbook bukti 1")
    with hadir.database.read() as db:
        assert [each.path for each in evidence.of_entry(db, 1)] == [lost, to]  # it was found where it had been moved
    budi = chat("budi")
    budi.presses(Button("", "logbook.evidence_see", "1"))
    office.works()
    assert "laporan.pdf — tidak ditemukan lagi" in office.told("budi")[-1]
    siti.presses(button(office.last("siti"), "Kirim lagi berkasnya"))
    sends(siti, file1=("laporan.pdf", PDF))
    office.works()
    assert kept(hadir) == ["pindah.pdf", "laporan.pdf"]
    assert "tidak ditemukan" not in siti.says("/logbook bukti 1")


def test_what_somebody_else_has_put_in_its_place_is_not_taken_for_it(hadir: Hadir, chat: Chat, office: House) -> None:
    """The storage keeps what people put there; ours goes beside it, and that is what is opened and looked after."""
    siti = reported(chat)
    office.drive.put(f"{BUKTI}/2026-11-23 menyusun laporan keuangan – a.pdf", b"orang lain", "application/pdf")
    siti.says("/logbook bukti 1")
    sends(siti, file1=("a.pdf", PDF))
    office.works()
    office.runs(NIGHT)
    with hadir.database.read() as db:
        (found,) = evidence.of_entry(db, 1)
    assert "versi Hadir" in found.path
    assert office.drive.get(found.path) == PDF


@ONE_DATABASE
def test_an_ill_storage_loses_nothing(hadir: Hadir, chat: Chat, office: House) -> None:
    siti = reported(chat)
    siti.says("/logbook bukti 1")
    sends(siti, file1=("laporan.pdf", PDF))
    office.works()

    class Ill(type(office.drive)):  # type: ignore[misc]  # whatever the drive is
        def list(self, folder: str, *, folders: bool = False) -> list[object]:
            raise DeliveryError("the drive is down")

    hadir.ports.storage = Ill(office.drive._root)
    office.runs(NIGHT)
    empty = office.drive._root.parent / "leer"
    empty.mkdir()
    hadir.ports.storage = type(office.drive)(empty)  # a mount that did not come up
    office.runs(NIGHT)
    assert office.told("siti") == []
    with hadir.database.read() as db:
        assert db.scalars(select(logbook_evidence.c.gone_at)).all() == [None]


# ---------------------------------------------------------------- the index


def test_an_index_says_what_belongs_to_what(hadir: Hadir, chat: Chat, office: House, clock: cast.Clock) -> None:
    siti = reported(chat, "/logbook menyusun *laporan* [keuangan] 2 jam")
    siti.says("/logbook tanpa bukti 1 jam")
    siti.says("/logbook bukti 1")
    sends(siti, file1=("hasil.pdf", PDF), link="https://drive.example/a>b")
    office.works()
    office.runs(INDEX)
    text = office.drive.get(f"{BUKTI}/Bukti.md").decode()
    assert text.startswith("# Bukti kerja November 2026 — Siti Rahayu\n\n## Senin, 23 November 2026\n")
    assert "- **menyusun \\*laporan\\* \\[keuangan\\]** (2 jam, terkirim)" in text
    assert "[hasil.pdf](2026-11-23%20menyusun%20-laporan-%20%5Bkeuangan%5D%20%E2%80%93%20hasil.pdf)" in text
    assert "tanpa bukti" not in text
    office.runs(INDEX)  # nothing has changed
    assert office.told("siti") == []
    clock.now += timedelta(minutes=5)
    office.runs(sweep.JOBS[0])
    linked = re.search(r"Laporan bulan ini: \[XLSX\]\(([^)]+)\)", office.drive.get(f"{BUKTI}/Bukti.md").decode())
    assert linked, "the index does not lead to the month's files"
    assert office.drive.get(posixpath.normpath(f"{BUKTI}/{unquote(linked[1])}"))[:2] == b"PK"
    clock.now += timedelta(minutes=10)
    for id in (1, 2):
        siti.presses(Button("", "logbook.evidence_drop", f"1 {id}"))
    office.runs(INDEX)
    assert "Tidak ada lagi bukti" in office.drive.get(f"{BUKTI}/Bukti.md").decode()


def test_one_statement_for_the_evidence_of_many(hadir: Hadir, chat: Chat, office: House, statements: list[str]) -> None:
    siti = reported(chat)
    siti.says("/logbook menyusun notulen 30 menit")
    siti.says("/logbook bukti 2 https://drive.example/a")
    statements.clear()
    with hadir.database.read() as db:
        found = evidence.of_entries(db, [1, 2])
    assert list(found) == [2]
    assert len(statements) == 1
