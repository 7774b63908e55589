"""`/logbook rekap`: figures that fit on a phone, of those whom one may see; the files by the worker."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pydantic import SecretStr

from integration import people
from integration.app import assemble
from integration.core import Hadir
from integration.messages import Button, File, Reply
from integration.settings import Settings
from plugins.logbook.recap import commands as recap
from plugins.logbook.recap import figures
from plugins.logbook.tables import logbook_rating
from tests import cast, paper
from tests.certificates import PASSWORD, pkcs12_file
from tests.plugins.logbook.drawn import changed, month_of, moved, person, target, wrote
from tests.plugins.logbook.proved import House, house
from tests.post import audited, change, crowd, inbox, labels, person_id

Chat = Callable[[str], cast.Talker]
FRIDAY = date(2026, 11, 20)
# The database decides nothing there.
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def office(hadir: Hadir, tmp_path: Path) -> House:
    return house(hadir, tmp_path)


def rated(hadir: Hadir, who: str, rating: str, by: str = "budi") -> None:
    row = {"person_id": person_id(hadir, who), "month": date(2026, 11, 1), "rating": rating}
    with hadir.database.write() as db:
        db.execute(logbook_rating.insert().values(row | {"decider_id": person_id(hadir, by), "decided_at": hadir.clock()}))


def sent(office: House, who: str) -> list[File]:
    """The files of the last message to that person."""
    to = f"id-{who}"
    messages = zip(office.radio.messages, office.radio.heard, strict=True)
    return list([message for message, (id, _, _) in messages if id == to][-1].files)


def words(file: File, folder: Path) -> str:
    """What stands in a PDF."""
    path = folder / file.name
    path.write_bytes(file.content)
    return paper.words(path)


# ---------------------------------------------------------------- one person


def test_ones_own_month(hadir: Hadir, chat: Chat) -> None:
    rhk = target(hadir, "siti", "RHK-3", "Laporan keuangan yang tepat waktu dan benar menurut aturan yang berlaku")
    wrote(hadir, "siti", "laporan", FRIDAY, state="approved", minutes=150, target_id=rhk)
    wrote(hadir, "siti", "rapat", FRIDAY, minutes=60)
    wrote(hadir, "siti", "surat", minutes=45, state="returned", target_id=rhk)
    wrote(hadir, "siti", "lembur", date(2026, 11, 22), minutes=30)  # a Sunday
    wrote(hadir, "siti", "nanti", minutes=600, state="draft", round=0)
    wrote(hadir, "siti", "bukan ini", minutes=600, state="dropped")
    siti = chat("siti")
    lines = siti.says("/logbook rekap").splitlines()
    assert lines[0] == "**Logbook November 2026 — Siti Rahayu**"
    assert lines[1] == "Terisi 2 dari 16 hari kerja · **4 jam 45 menit** · 1 hari libur bekerja"
    assert lines[2] == "Kegiatan: disetujui 1 · menunggu 2 · dikembalikan 1 · belum dikirim 1"
    assert lines[3].replace("\N{NO-BREAK SPACE}", " ").startswith("Belum terisi: Sen 2, Sel 3, Rab 4,")
    assert lines[3].endswith("dan 4 lagi")
    table = "\n".join(lines[5:])
    assert "\n- **RHK-3** Laporan keuangan yang tepat waktu dan b…: 2 kegiatan, 3 jam 15 menit" in table
    assert "\n- Tanpa RHK: 2 kegiatan, 1 jam 30 menit" in table  # a list: on a phone a table of four columns is cut off
    assert max(map(len, lines)) < 110
    assert labels(siti.last) == ["Unduh XLSX", "Unduh ODS", "Unduh PDF", "Oktober 2026"]
    assert siti.presses("Oktober 2026") == "Anda belum melaporkan apa pun pada Oktober 2026. Mulai dari hari ini: `/logbook`"
    assert labels(siti.last) == ["September 2026", "November 2026"]
    for words in ("nov", "11/2026", "bulan ini saya", "2026-11"):
        assert siti.says(f"/logbook rekap {words}").startswith("**Logbook November 2026 — Siti Rahayu**")
    assert "belum tiba" in siti.says("/logbook rekap des 2026")
    assert "bukan nama pegawai, unit, atau bulan" in siti.says("/logbook rekap blabla")
    assert "`/logbook rekap nov`" in siti.says("/logbook rekap blabla")


def test_a_change_that_waits_counts_once_and_a_draft_is_ones_own(hadir: Hadir, chat: Chat) -> None:
    first = wrote(hadir, "siti", "laporan", minutes=60, state="approved")
    second = wrote(hadir, "siti", "laporan", minutes=90, revises_id=first, version=2)
    wrote(hadir, "siti", "rahasia", minutes=600, state="draft", round=0)
    said = chat("budi").says("/logbook rekap @siti")
    assert "**1 jam**" in said
    assert said.splitlines()[2] == "Kegiatan: disetujui 1"
    changed(hadir, first, state="replaced")
    changed(hadir, second, state="approved")
    assert "**1 jam 30 menit**" in chat("budi").says("/logbook rekap @siti")
    wrote(hadir, "dewi", "rahasia", minutes=600, state="draft", round=0)
    assert chat("budi").says("/logbook rekap @dewi") == "Dewi Lestari belum melaporkan apa pun pada November 2026."


def test_the_rating_is_for_the_person_and_the_line(hadir: Hadir, chat: Chat) -> None:
    wrote(hadir, "siti", "laporan")
    wrote(hadir, "dewi", "laporan")
    rated(hadir, "siti", "above")
    for who in ("siti", "budi", "hendra"):
        assert "Penilaian: di atas ekspektasi" in chat(who).says("/logbook rekap @siti"), who
    for who in ("rina", "kartika"):  # they see everybody's reports, and nobody's rating
        assert "Penilaian" not in chat(who).says("/logbook rekap @siti"), who
        assert "Nilai" not in chat(who).says("/logbook rekap Bidang Aplikasi"), who
    assert re.search(r"\| Siti Rahayu +\|.*\| \+ +\|", chat("budi").says("/logbook rekap tim"))
    assert "hanya dapat dilihat" in chat("dewi").says("/logbook rekap @siti")
    assert "hanya dapat dilihat" in chat("dewi").presses(
        Button("", "logbook.recap", f"2026-11:person:{person_id(hadir, 'siti')}")
    )


# ---------------------------------------------------------------- many


def test_a_team_and_a_unit_by_name(hadir: Hadir, chat: Chat) -> None:
    wrote(hadir, "siti", "laporan", FRIDAY, minutes=450)
    wrote(hadir, "siti", "laporan", minutes=45, state="returned")
    wrote(hadir, "wayan", "rapat", state="approved", minutes=60)
    budi = chat("budi")
    said = budi.says("/logbook rekap tim")
    assert said.startswith("**Logbook November 2026 — tim Budi Santoso** (4 orang)")
    names = re.findall(r"^\| (\w[\w ]+?) +\| \d", said, re.MULTILINE)
    assert names == ["Dewi Lestari", "I Wayan Sudarta", "Siti Rahayu", "Yosef Wenda"]  # by name, never by how much
    assert re.search(r"\| Siti Rahayu +\| 2/16 +\| 8,2[05]? +\| 1 +\| 1 +\|", said)
    assert re.search(r"\| Dewi Lestari +\| 0/16 +\| – +\| – +\| – +\|", said)
    assert re.search(r"\| \*\*Jumlah\*\* +\| 3/64 +\| 9,2", said)
    assert "(6 orang)" in chat("hendra").says("/logbook rekap unit")
    assert "hanya dapat dilihat" in chat("dewi").says("/logbook rekap Subbagian Kepegawaian")
    assert "Tim Anda belum melaporkan" in chat("rina").says("/logbook rekap tim")
    assert "1 orang lain tidak ditampilkan" in budi.says("/logbook rekap unit")
    assert "Belum ada pegawai yang atasannya Anda. Rekap Anda sendiri: `/logbook rekap`" in chat("dewi").says(
        "/logbook rekap tim"
    )


def test_a_large_unit_in_few_statements(hadir: Hadir, chat: Chat, statements: list[str]) -> None:
    wrote(hadir, "siti", "laporan")
    chat("hendra").says("/logbook rekap unit")
    statements.clear()
    chat("hendra").says("/logbook rekap unit")
    few = len(statements)
    crowd(hadir, 100)
    statements.clear()
    said = chat("hendra").says("/logbook rekap unit")
    assert "dan 46 orang lagi: selengkapnya di berkas XLSX" in said
    assert len(said) < 16_000
    assert len(statements) <= few + 5  # beyond a hundred people each provider of plans is asked by itself
    assert recap.MOST_PEOPLE == 60


def test_working_days_end_with_who_left_and_begin_with_who_came(hadir: Hadir) -> None:
    change(hadir, "siti", started_on=date(2026, 11, 16), ended_on=date(2026, 11, 19))
    wrote(hadir, "siti", "laporan", date(2026, 11, 17))
    with hadir.database.read() as db:
        from integration.scheduler import work

        siti = people.get(db, person_id(hadir, "siti"))
        assert siti is not None
        (found,) = figures.of_people(work(hadir, db), [siti], date(2026, 11, 1))
    assert (found.filled, found.due) == (1, 4)


# ---------------------------------------------------------------- files


@ONE_DATABASE
def test_the_files_of_a_person_come_in_a_message(hadir: Hadir, chat: Chat, office: House, tmp_path: Path) -> None:
    month_of(hadir, "siti", days=15)
    budi = chat("budi")
    budi.says("/logbook rekap @siti")
    recap_of_siti = budi.last
    assert isinstance(recap_of_siti, Reply)
    for label, ending, begins in (("Unduh XLSX", "xlsx", b"PK"), ("Unduh ODS", "ods", b"PK"), ("Unduh PDF", "pdf", b"%PDF")):
        budi.last = recap_of_siti
        assert "sedang dibuat" in budi.presses(label)
        office.works()
        (file,) = sent(office, "budi")
        assert file.name == f"logbook-2026-11-siti-rahayu.{ending}"
        assert file.content.startswith(begins)
    assert "Menyusun laporan keuangan triwulan III" in " ".join(words(file, tmp_path).split())
    assert office.told("budi")[-1] == "Rekap November 2026: Siti Rahayu."


@ONE_DATABASE
def test_the_files_of_a_team(hadir: Hadir, chat: Chat, office: House, tmp_path: Path) -> None:
    month_of(hadir, "siti", days=5)
    month_of(hadir, "dewi", days=5)
    wrote(hadir, "budi", "bukan dari tim", minutes=60)
    budi = chat("budi")
    budi.says("/logbook rekap tim")
    shown = budi.last
    budi.presses("Unduh XLSX")
    office.works()
    (file,) = sent(office, "budi")
    book = load_workbook(io.BytesIO(file.content))
    assert book.sheetnames == ["Ringkasan", "Dewi Lestari", "Siti Rahayu"]
    budi.last = shown
    budi.presses("Unduh PDF")
    office.works()
    (file,) = sent(office, "budi")
    text = words(file, tmp_path)
    assert "REKAP LAPORAN KERJA HARIAN" in text
    assert "Yosef Wenda" in text
    assert text.index("Dewi Lestari") < text.index("Siti Rahayu")
    budi.last = shown
    budi.presses("Unduh ODS")
    office.works()
    (file,) = sent(office, "budi")
    assert file.name == "logbook-2026-11-tim-budi-santoso.ods"


@ONE_DATABASE
def test_who_changed_units_has_a_file_for_each(hadir: Hadir, chat: Chat, office: House) -> None:
    wrote(hadir, "siti", "di bidang", FRIDAY)
    moved(hadir, "siti", cast.KEPEGAWAIAN)
    wrote(hadir, "siti", "di subbagian")
    siti = chat("siti")
    siti.says("/logbook rekap")
    siti.presses("Unduh XLSX")
    office.works()
    names = [file.name for file in sent(office, "siti")]
    assert names == [
        "logbook-2026-11-siti-rahayu-bidang-aplikasi.xlsx",
        "logbook-2026-11-siti-rahayu-subbagian-kepegawaian.xlsx",
    ]


def test_who_may_not_see_any_more_gets_no_file(hadir: Hadir, chat: Chat, office: House) -> None:
    month_of(hadir, "siti", days=3)
    budi = chat("budi")
    budi.says("/logbook rekap @siti")
    budi.presses("Unduh PDF")
    change(hadir, "siti", supervisor_id=person_id(hadir, "hendra"))
    office.works()
    assert "hanya dapat dilihat" in office.told("budi")[-1]
    value = f"2026-11:person:{person(hadir, 'siti').id}"
    assert "hanya dapat dilihat" in chat("dewi").presses(Button("", "logbook.recap_xlsx", value))
    assert inbox(hadir, "dewi") == []


@ONE_DATABASE
def test_a_closed_month_is_signed_where_the_office_has_a_certificate(
    settings: Settings, hadir: Hadir, clock: cast.Clock, tmp_path: Path
) -> None:
    key = pkcs12_file(tmp_path, clock(), name="Budi Santoso")
    signing = settings.model_copy(update={"signing_pkcs12": key, "signing_password": SecretStr(PASSWORD)})
    signed = assemble(signing, clock=clock)
    there = house(signed, tmp_path)
    month_of(hadir, "siti", days=3)
    budi = cast.Talker(signed, "budi")
    for moment, valid in (("2026-11-30T09:00+07:00", False), ("2026-12-15T09:00+07:00", True)):
        clock.now = cast.at(moment)
        for target_, action in (("tim", "team"), ("@siti", "person")):
            budi.says(f"/logbook rekap nov 2026 {target_}")
            budi.presses("Unduh PDF")
            there.works()
            (file,) = sent(there, "budi")
            path = tmp_path / f"{action}.pdf"
            path.write_bytes(file.content)
            said = paper.signatures(path)
            assert (said.get("Signature Validation") == "Signature is Valid.") is valid, (moment, action, said)
    rows = audited(signed, "logbook.signed")
    assert [(row.after["signer"], row.after["by"]) for row in rows] == [("Budi Santoso", person_id(hadir, "budi"))] * 2
    signed.database.dispose()
