"""`/logbook` on a Nextcloud alone: reported in Talk, proved by a photo, decided by numbers, filed in the unit's team folder.

Of the team folder's `Logbook` the unit's leader (Hendra) and Hadir see something, and nobody else. See `talk_people.py` for
what is wanted. The tests are one story, in this order; all of it is about the day on which it began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from urllib.parse import quote
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from integration import people
from integration.outbox import outbox
from tests.adapters.nextcloud.slow_upload import uploading
from tests.live import talk_people
from tests.live.form_pages import fills
from tests.live.logbook_files import (
    comes,
    drawn,
    due_now,
    fetched,
    file_id,
    mark,
    marks,
    names,
    rows,
    team_folder,
    versions,
    waiting,
    words,
)
from tests.live.nextcloud_town import Town
from tests.live.talk_people import Person, eventually, occ
from tests.photos import photo

pytestmark = [pytest.mark.live, talk_people.wanted, pytest.mark.timeout(900)]
JAKARTA = ZoneInfo("Asia/Jakarta")
KINDS = ("unit", "xlsx", "ods", "pdf")
UNLIMITED = "-3"


@pytest.fixture(scope="module")
def rooms(town: Town) -> dict[str, str]:
    """Everybody's conversation with the service account."""
    return {who: someone.opens(town.account) for who, someone in town.people.items()}


@pytest.fixture(scope="module")
def day() -> date:
    return datetime.now(UTC).astimezone(JAKARTA).date()


@pytest.fixture(scope="module")
def folder(town: Town, day: date) -> str:
    return f"Hadir/{town.unit}/Logbook/{day:%Y/%m}"


@pytest.fixture(scope="module")
def files(folder: str, town: Town, siti: Person, day: date) -> dict[str, str]:
    """The paths of the unit's workbook and of Siti's files, by their kind."""
    person = next(each for each in town.rows(people.person) if each.name == "Siti Rahayu")
    own = f"{folder}/{person.name} – NIP {person.nip} – {day:%Y-%m}"
    return {"unit": f"{folder}/Logbook {town.unit} – {day:%Y-%m}.xlsx"} | {kind: f"{own}.{kind}" for kind in KINDS[1:]}


# ---------------------------------------------------------------- reporting


def test_a_line_in_talk_is_sent_taken_back_and_put_back(town: Town, rooms: dict[str, str], siti: Person, day: date) -> None:
    siti.types(rooms["siti"], f"/logbook {day:%d/%m/%Y} menyusun laporan keuangan 2 jam = 3 laporan wfh")
    sent = siti.reads_once(rooms["siti"], "Terkirim ke Hendra Gunawan")
    assert "**menyusun laporan keuangan** — 2 jam · 3 laporan · WFH" in sent["message"]
    siti.chooses(rooms["siti"], sent, "Batalkan")
    dropped = siti.reads_once(rooms["siti"], "Dihapus: menyusun laporan keuangan")
    siti.chooses(rooms["siti"], dropped, "Pulihkan")
    siti.reads_once(rooms["siti"], "Terkirim")
    assert [(each.activity, each.minutes, each.state) for each in rows(town)] == [("menyusun laporan keuangan", 120, "sent")]


def test_the_time_that_a_line_forgot_is_a_number(
    town: Town, rooms: dict[str, str], siti: Person, dewi: Person, day: date
) -> None:
    siti.types(rooms["siti"], f"logbook {day:%d/%m/%Y} memeriksa berkas usulan kenaikan pangkat")
    asked = siti.reads_once(rooms["siti"], "Berapa lama")
    siti.chooses(rooms["siti"], asked, "1 jam 30 menit")
    siti.reads_once(rooms["siti"], "Terkirim ke Hendra Gunawan")
    dewi.types(rooms["dewi"], f"/logbook {day:%d/%m/%Y} =cmd() menjawab surat @all 45 menit")
    dewi.reads_once(rooms["dewi"], "Terkirim ke Hendra Gunawan")
    assert [each.minutes for each in rows(town)] == [120, 90, 45]


def test_an_activity_is_written_on_a_page(town: Town, rooms: dict[str, str], siti: Person, day: date) -> None:
    siti.types(rooms["siti"], f"/logbook tambah {day:%d/%m/%Y}")
    opened = siti.reads(rooms["siti"], "/form/")
    said = fills(
        opened, activity="Rapat koordinasi migrasi", time="1 jam 15 menit", result="Notulen rapat", quantity="1 notulen"
    )
    assert "Rapat koordinasi migrasi" in said
    assert [each.minutes for each in rows(town)] == [120, 90, 45, 75]
    siti.types(rooms["siti"], f"/logbook lihat {day:%d/%m/%Y}")
    shown = siti.reads(rooms["siti"], "Rapat koordinasi migrasi")["message"]
    assert "Total 4 jam 45 menit" in shown


# ---------------------------------------------------------------- evidence


def test_a_photo_lies_in_the_team_folder_and_its_link_is_with_the_entry(
    town: Town, rooms: dict[str, str], folder: str, siti: Person, dewi: Person, hendra: Person, day: date
) -> None:
    siti.types(rooms["siti"], f"/logbook bukti {day:%d/%m/%Y} 1")
    fills(siti.reads(rooms["siti"], "/form/"), {"file1": ("foto meja kerja.jpg", photo(1200, 900))})
    eventually(lambda: names(hendra, f"{folder}/Bukti"), "the folder of her evidence")
    [own] = names(hendra, f"{folder}/Bukti")
    assert own.startswith("Siti Rahayu ")
    path = f"{folder}/Bukti/{own}/{day:%Y-%m-%d} menyusun laporan keuangan – foto meja kerja.jpg"
    eventually(lambda: path.rpartition("/")[2] in names(hendra, f"{folder}/Bukti/{own}"), "the photo")
    assert fetched(hendra, path).startswith(b"\xff\xd8")
    for someone in (siti, dewi):  # not even one's own: what others may not see is closed to all but the leader
        assert someone.drive("GET", quote(path)).status_code == 404
    siti.types(rooms["siti"], f"/logbook bukti {day:%d/%m/%Y} 1")
    listed = siti.reads(rooms["siti"], "foto meja kerja.jpg (")
    siti.chooses(rooms["siti"], listed, "Kirim berkasnya")
    eventually(
        lambda: [each for each in siti.messages(rooms["siti"]) if "file" in (each["messageParameters"] or {})], "the file"
    )
    hendra.types(rooms["hendra"], f"/logbook periksa @{siti.id}")
    hendra.chooses(rooms["hendra"], hendra.reads(rooms["hendra"], "menyusun laporan keuangan"), "Bukti 1")
    assert f"/f/{file_id(hendra, path)}" in hendra.reads(rooms["hendra"], "/f/")["message"]
    siti.types(rooms["siti"], f"/logbook lihat {day:%d/%m/%Y}")
    assert "1 bukti" in siti.reads(rooms["siti"], "menyusun laporan keuangan")["message"]


# ---------------------------------------------------------------- deciding


def test_the_supervisor_gives_one_back_and_approves_the_rest_by_numbers(
    town: Town, rooms: dict[str, str], siti: Person, hendra: Person, day: date
) -> None:
    hendra.types(rooms["hendra"], f"/logbook periksa @{siti.id}")
    hendra.reads(rooms["hendra"], "menyusun laporan keuangan")
    hendra.types(rooms["hendra"], f"/logbook kembalikan @{siti.id} 2")
    fills(hendra.reads(rooms["hendra"], "/form/"), note="Sebutkan jumlah berkasnya")
    back = siti.reads(rooms["siti"], "Sebutkan jumlah berkasnya", 0)
    siti.chooses(rooms["siti"], back, "Ubah")
    fills(siti.reads(rooms["siti"], "/form/"), quantity="12 berkas")
    again = hendra.reads(rooms["hendra"], "sudah memperbaiki", 0)
    hendra.chooses(rooms["hendra"], again, "Setujui")
    hendra.reads(rooms["hendra"], "Disetujui")
    hendra.types(rooms["hendra"], f"/logbook periksa {day:%d/%m/%Y}")
    digest = hendra.reads(rooms["hendra"], "Laporan tim Anda")
    hendra.chooses(rooms["hendra"], digest, "Setujui semua (3)")
    hendra.reads(rooms["hendra"], "3 kegiatan dari 2 orang")
    assert {each.state for each in rows(town)} == {"approved"}


# ---------------------------------------------------------------- files


def test_the_month_is_drawn_into_the_team_folder(
    town: Town, folder: str, files: dict[str, str], siti: Person, hendra: Person
) -> None:
    drawn(town)
    there = names(hendra, folder)
    assert {path.rpartition("/")[2] for path in files.values()} <= there
    assert len(there) == 4 + 3 + 1, there  # the unit's, three of each person, and the folder of the evidence
    kept = {kind: fetched(hendra, path) for kind, path in files.items()}
    for kind, content in kept.items():
        (town.home / f"awal-{kind}.{'xlsx' if kind == 'unit' else kind}").write_bytes(content)
    for kind in ("unit", "xlsx", "ods"):
        assert "memeriksa berkas usulan kenaikan pangkat" in words(kept[kind]), kind
        assert "foto meja kerja" in words(kept[kind]), kind
    assert "=cmd() menjawab surat @all" in words(kept["unit"])
    cells = (cell for sheet in openpyxl.load_workbook(BytesIO(kept["unit"])) for row in sheet for cell in row)
    assert [cell.data_type for cell in cells if "cmd()" in str(cell.value)] == ["s"]
    assert kept["pdf"].startswith(b"%PDF-")


def test_a_second_run_changes_nothing(town: Town, files: dict[str, str], hendra: Person) -> None:
    before, queued = marks(hendra, files), len(rows(town, outbox))
    town.runs_job("logbook.draw")
    town.runs_job("logbook.draw")
    assert len(rows(town, outbox)) == queued
    assert marks(hendra, files) == before


def test_a_change_makes_one_new_version_of_each_file(
    town: Town, rooms: dict[str, str], folder: str, files: dict[str, str], siti: Person, hendra: Person, day: date
) -> None:
    there, before, counted = (
        names(hendra, folder),
        marks(hendra, files),
        {kind: versions(hendra, path) for kind, path in files.items()},
    )
    for line in ("menyiapkan bahan paparan 1 jam", "mengarsipkan surat masuk 30 menit"):
        siti.types(rooms["siti"], f"/logbook {day:%d/%m/%Y} {line}")
        siti.reads(rooms["siti"], "Terkirim")
    drawn(town)
    now = marks(hendra, files)
    assert all(now[kind] != before[kind] for kind in KINDS)
    assert {kind: versions(hendra, path) - counted[kind] for kind, path in files.items()} == dict.fromkeys(KINDS, 1)
    assert names(hendra, folder) == there
    for kind in ("unit", "xlsx", "ods"):
        assert {"menyiapkan bahan paparan", "mengarsipkan surat masuk"} <= set(words(fetched(hendra, files[kind])).splitlines())


def test_what_somebody_edits_by_hand_stays_and_both_are_told(
    town: Town, rooms: dict[str, str], folder: str, files: dict[str, str], siti: Person, hendra: Person, day: date
) -> None:
    """Leaders read. Where the administrator lets one write, too, what he writes stays, and the new one lies beside it."""
    there, path = names(hendra, folder), files["xlsx"]
    assert hendra.drive("PUT", quote(path), b"catatan").status_code == 403
    occ("groupfolders:permissions", "--user", hendra.id, str(team_folder(town)), "Logbook", "--", "+read", "+write")
    book = openpyxl.load_workbook(BytesIO(fetched(hendra, path)))
    book.worksheets[0]["A40"] = "catatan tangan"
    book.save(edited := BytesIO())
    assert hendra.drive("PUT", quote(path), edited.getvalue()).status_code == 204
    siti.types(rooms["siti"], f"/logbook {day:%d/%m/%Y} menerima tamu dari pusat 20 menit")
    siti.reads(rooms["siti"], "Terkirim")
    drawn(town)
    assert fetched(hendra, path) == edited.getvalue()
    [beside] = names(hendra, folder) - there
    assert beside.startswith(path.rpartition("/")[2].removesuffix(".xlsx"))
    assert "(versi Hadir " in beside
    for new in (f"{folder}/{beside}", files["ods"], files["unit"]):
        assert "menerima tamu dari pusat" in words(fetched(hendra, new))
    hendra.reads(rooms["hendra"], "Perubahan Anda di", 0)
    assert "Hendra Gunawan" in siti.reads(rooms["siti"], "dibiarkan apa adanya", 0)["message"]


def test_a_file_that_somebody_is_writing_comes_when_they_are_done(
    town: Town, rooms: dict[str, str], folder: str, files: dict[str, str], siti: Person, hendra: Person, day: date
) -> None:
    """The server itself holds it for whoever is in the midst of an upload, here over a line that breaks in the end."""
    occ("groupfolders:permissions", "--user", hendra.id, str(team_folder(town)), "Logbook", "--", "+read", "+write")
    there, before = names(hendra, folder), marks(hendra, files)
    with uploading(hendra.url, hendra.id, hendra.password, files["ods"]):
        siti.types(rooms["siti"], f"/logbook {day:%d/%m/%Y} menyalin berita acara 35 menit")
        siti.reads(rooms["siti"], "Terkirim")
        comes(lambda: any("423" in each.error for each in waiting(town)), "the refusal")
        comes(lambda: len(waiting(town)) == 1, "all the others")
        assert mark(hendra, files["pdf"]) != before["pdf"]

    def filed() -> bool:
        due_now(town)
        return not waiting(town)

    eventually(filed, "the file")
    assert "menyalin berita acara" in words(fetched(hendra, files["ods"]))
    assert not [name for name in names(hendra, folder) - there if "(versi Hadir" in name and name.endswith(".ods")]


@pytest.fixture
def full(town: Town) -> Iterator[Callable[[], None]]:
    """The unit's team folder has no room left, until this is called."""
    folder = str(team_folder(town))

    def room() -> None:
        occ("groupfolders:quota", "--", folder, UNLIMITED)

    occ("groupfolders:quota", folder, "1KB")
    yield room
    room()


def test_a_full_folder_gets_the_files_when_there_is_room(
    town: Town,
    rooms: dict[str, str],
    files: dict[str, str],
    siti: Person,
    hendra: Person,
    full: Callable[[], None],
    day: date,
) -> None:
    before = marks(hendra, files)
    siti.types(rooms["siti"], f"/logbook {day:%d/%m/%Y} menutup buku bulanan 25 menit")
    siti.reads(rooms["siti"], "Terkirim")  # nobody waits for the storage
    comes(lambda: len([each for each in waiting(town) if "507" in each.error]) >= len(KINDS), "the refusals")
    assert marks(hendra, files) == before
    full()
    due_now(town)
    eventually(lambda: not waiting(town), "the files")
    for kind in ("ods", "pdf"):
        assert mark(hendra, files[kind]) != before[kind]
    assert "menutup buku bulanan" in words(fetched(hendra, files["ods"]))
