"""`/logbook` on a running Mattermost: reported in a line and a dialog, decided by buttons, proved, summed up, filed.

Started like `test_mattermost.py`. The tests are one story, in this order. HADIR_PICTURES names a folder for pictures of the
web client, on a desk and on a phone.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
import requests
from sqlalchemy import select

from plugins.logbook.tables import logbook_entry
from tests import cast
from tests.live.form_pages import fills, form
from tests.live.office import only
from tests.live.running import Office
from tests.live.web_client import pictures
from tests.photos import photo
from tests.service import until

pytestmark = pytest.mark.live

MANIFEST = only("logbook")


@pytest.fixture(scope="module", autouse=True)
def afternoon(office: Office) -> None:
    """It is Monday at three."""
    office.clock.set(cast.at("2026-11-23T15:00+07:00"))


def labels(post: dict[str, Any]) -> list[str]:
    return [action["name"] for attached in post["props"].get("attachments", ()) for action in attached.get("actions") or ()]


def typed(opened: dict[str, Any], **values: str) -> dict[str, Any]:
    """The dialog as it opened, with these values in the place of what stood there."""
    given = {each["name"]: each.get("default") or "" for each in opened["dialog"]["elements"]}
    assert values.keys() <= given.keys(), given
    return given | values


def chosen(opened: dict[str, Any], name: str, text: str) -> str:
    """What the choice of a list's field that says this stands for."""
    (field,) = (each for each in opened["dialog"]["elements"] if each["name"] == name)
    return next(str(each["value"]) for each in field["options"] if text in each["text"])


def standing(office: Office) -> list[tuple[str, int, str]]:
    """(activity, minutes, state) of all that was not thrown away."""
    c = logbook_entry.c
    query = select(c.activity, c.minutes, c.state).where(c.state.not_in(("dropped", "replaced"))).order_by(c.id)
    with office.hadir.database.read() as db:
        return [tuple(row) for row in db.execute(query)]


# The tests below are one story, in this order.


def test_a_line_is_sent_taken_back_and_put_back(office: Office) -> None:
    siti = office.siti
    siti.types("/logbook menyusun laporan keuangan 2 jam")
    sent = siti.whispered("Terkirim ke Budi Santoso")
    assert "**menyusun laporan keuangan** — 2 jam" in sent["message"]
    siti.presses(sent, "Batalkan")
    siti.presses(siti.whispered("Dihapus: menyusun laporan keuangan"), "Pulihkan")
    siti.whispered("Terkirim")
    assert standing(office) == [("menyusun laporan keuangan", 120, "sent")]


def test_a_dialog_says_what_is_wrong_at_its_field(office: Office) -> None:
    siti = office.siti
    siti.types("/logbook tambah")
    opened = siti.dialog()
    filled = typed(opened, activity="Rapat koordinasi migrasi", time="30 jam", result="Notulen", quantity="1 notulen")
    assert list(siti.submits(opened, **filled)["errors"]) == ["time"]
    assert len(standing(office)) == 1
    assert not siti.submits(opened, **filled | {"time": "1 jam 15 menit"}).get("error")
    assert "1 jam 15 menit · 1 notulen" in siti.whispered("Terkirim")["message"]
    assert standing(office)[1:] == [("Rapat koordinasi migrasi", 75, "sent")]


def test_the_time_that_a_line_forgot_is_a_button(office: Office) -> None:
    siti = office.siti
    siti.types("/logbook memeriksa berkas usulan")
    asked = siti.whispered("Berapa lama “memeriksa berkas usulan”?")
    assert standing(office)[2:] == [("memeriksa berkas usulan", 0, "draft")]
    siti.presses(asked, "1 jam 30 menit")
    siti.whispered("Terkirim ke Budi Santoso")
    assert standing(office)[2:] == [("memeriksa berkas usulan", 90, "sent")]


def test_a_draft_waits_until_it_is_sent(office: Office) -> None:
    dewi = office.dewi
    dewi.types("/logbook tambah menjawab surat masuk")
    opened = dewi.dialog()
    dewi.submits(opened, **typed(opened, time="45 menit", then="draft"))
    dewi.whispered("menjawab surat masuk")
    assert standing(office)[3:] == [("menjawab surat masuk", 45, "draft")]
    dewi.types("/logbook")
    dewi.presses(dewi.whispered("menjawab surat masuk"), "Kirim")
    dewi.whispered("Terkirim ke Budi Santoso")
    assert standing(office)[3:] == [("menjawab surat masuk", 45, "sent")]


# ---------------------------------------------------------------- deciding


def test_the_digest_lets_the_supervisor_look_and_give_one_back(office: Office) -> None:
    siti, budi = office.siti, office.budi
    office.clock.set(cast.at("2026-11-23T16:31+07:00"))
    office.runs_job("logbook.digest")
    digest = budi.told("Laporan tim Anda")
    assert "masuk: 2 orang · menunggu Anda: 4 kegiatan" in digest["message"]
    assert labels(digest) == ["Setujui semua (4)", "Buka", "Kembalikan"]
    pictures(budi, office.town.name, "messages/@hadir", "logbook-ikhtisar")
    budi.types(f"/logbook periksa @{siti.username}")
    shown = budi.whispered("memeriksa berkas usulan")
    assert labels(shown)[:3] == ["Setujui semua (3)", "Kembalikan", "Pilih…"]
    budi.presses(shown, "Kembalikan")
    opened = budi.dialog()
    third = chosen(opened, "entry", "memeriksa berkas usulan")
    assert budi.submits(opened, entry=third, note="")["errors"]["note"]
    budi.submits(opened, entry=third, note="Sebutkan jumlah berkasnya")
    assert "Yang bersangkutan diberi tahu" in budi.whispered("Dikembalikan")["message"]
    back = siti.told("Sebutkan jumlah berkasnya")
    assert standing(office)[2][2] == "returned"
    siti.presses(back, "Ubah")
    again = siti.dialog()
    siti.submits(again, **typed(again, quantity="12 berkas"))
    assert "12 berkas" in siti.told("Terkirim")["message"]
    assert "12 berkas" in budi.told("sudah memperbaiki")["message"]


def test_all_is_approved_by_one_button(office: Office) -> None:
    siti, budi = office.siti, office.budi
    budi.types("/logbook periksa")
    budi.presses(budi.whispered("Laporan tim Anda"), "Setujui semua (4)")
    budi.whispered("Disetujui: 4 kegiatan dari 2 orang")
    assert {state for _, _, state in standing(office)} == {"approved"}
    siti.types("/logbook")
    assert "menyusun laporan keuangan" in siti.whispered()["message"]
    pictures(siti, office.town.name, "messages/@hadir", "logbook-hari", "/logbook", "menyusun laporan keuangan")


def test_both_speak_about_a_report(office: Office) -> None:
    siti, budi = office.siti, office.budi
    budi.types(f"/logbook komentar @{siti.username} 1 lampirannya di mana?")
    budi.whispered("Komentar terkirim")
    heard = siti.told("lampirannya di mana?")
    siti.presses(heard, "Balas")
    siti.submits(siti.dialog(), text="Menyusul sore ini")
    assert "tentang laporan" in budi.told("Menyusul sore ini")["message"]


# ---------------------------------------------------------------- a day past the time


def test_a_day_past_the_time_is_opened_by_the_supervisor(office: Office) -> None:
    siti, budi = office.siti, office.budi
    siti.types("/logbook 2/11 survei lapangan 3 jam")
    siti.presses(siti.whispered("lewat batas waktu"), "Minta izin atasan")
    opened = siti.dialog()
    siti.submits(opened, **typed(opened, reason="tidak ada sinyal"))
    siti.whispered("Menunggu keputusan atasan Anda, Budi Santoso")
    asked = budi.told("tidak ada sinyal")
    budi.presses(asked, "Setujui")
    allowed = siti.told("mengizinkan Anda")
    siti.presses(allowed, "Isi sekarang")
    opened = siti.dialog()
    filled = typed(opened, activity="survei lapangan", time="3 jam")
    assert filled["day"].startswith("02/11/2026")
    siti.submits(opened, **filled)
    siti.told("Terkirim")
    assert standing(office)[-1] == ("survei lapangan", 180, "sent")


# ---------------------------------------------------------------- targets, evidence


def test_a_target_is_named_by_its_code(office: Office) -> None:
    siti = office.siti
    siti.types("/logbook target tambah RHK-3 Laporan keuangan tepat waktu")
    opened = siti.dialog()
    siti.submits(opened, **typed(opened, quantity="12 laporan"))
    siti.whispered("RHK-3")
    siti.types("/logbook menyusun neraca 1 jam = 1 laporan #rhk3")
    assert "1 jam · 1 laporan · RHK-3" in siti.whispered("Terkirim")["message"]
    siti.types("/logbook target")
    assert "Laporan keuangan tepat waktu" in siti.whispered("RHK-3")["message"]


def test_a_photo_is_sent_by_the_page(office: Office) -> None:
    siti, budi = office.siti, office.budi
    siti.types("/logbook bukti 1")
    link = siti.whispered("/form/")
    address, _ = form(link)
    page = requests.get(address, timeout=30)
    assert page.ok
    assert 'type="file"' in page.text
    assert "tersimpan" in fills(link, {"file1": ("meja kerja.jpg", photo(1200, 900))})
    folder = office.hadir.settings.home / "files"
    until(lambda: list(folder.rglob("*meja kerja.jpg")))
    budi.types(f"/logbook periksa @{siti.username}")
    budi.presses(budi.whispered("menyusun laporan keuangan"), "Bukti 3")
    assert [file["name"] for file in budi.told("Bukti")["metadata"]["files"]] == ["meja kerja.jpg"]
    pictures(
        budi, office.town.name, "messages/@hadir", "logbook-periksa", f"/logbook periksa @{siti.username}", "meja kerja.jpg"
    )


# ---------------------------------------------------------------- sums


def test_a_month_in_figures_and_its_file(office: Office) -> None:
    siti, budi = office.siti, office.budi
    siti.types("/logbook rekap")
    recap = siti.whispered("Logbook November 2026 — Siti Rahayu")
    assert "Terisi 2 dari" in recap["message"]
    siti.presses(recap, "Unduh XLSX")
    [file] = siti.told("Rekap")["metadata"]["files"]
    assert file["name"].endswith(".xlsx")
    content = requests.get(
        f"{siti.api.url}/api/v4/files/{file['id']}", headers={"Authorization": f"Bearer {siti.api.token}"}, timeout=30
    ).content
    assert "survei lapangan" in words(content)
    budi.types("/logbook tim")
    assert "Terisi 2 dari 2" in budi.whispered("Siti Rahayu")["message"]


def words(book: bytes) -> str:
    return "\n".join(str(cell.value) for sheet in openpyxl.load_workbook(BytesIO(book)) for row in sheet for cell in row)


# ---------------------------------------------------------------- the month's end


def test_the_closed_month_is_filed_and_rated(office: Office) -> None:
    siti, budi = office.siti, office.budi
    office.clock.set(cast.at("2026-12-01T09:00+07:00"))
    budi.types(f"/logbook nilai @{siti.username} november di atas ekspektasi teliti")
    budi.whispered("Dinilai: Siti Rahayu, November 2026")
    assert "**di atas ekspektasi**" in siti.told("menilai kinerja Anda")["message"]
    office.clock.set(cast.at("2026-12-11T00:08+07:00"))
    office.runs_job("logbook.draw")
    office.runs_job("logbook.draw_closed")
    office.clock.set(cast.at("2026-12-11T00:12+07:00"))
    month = office.hadir.settings.home / "files/Hadir/Bidang Aplikasi/Logbook/2026/11"
    until(lambda: list(month.glob("Siti Rahayu*.xlsx")) and list(month.glob("Siti Rahayu*.pdf")))
    [own] = month.glob("Siti Rahayu*.xlsx")
    shown = words(own.read_bytes())
    for activity in ("memeriksa berkas usulan", "survei lapangan", "menyusun neraca"):
        assert activity in shown
    siti.types("/logbook 23/11 sesudah dikunci 1 jam")
    assert "November 2026 sudah dikunci" in siti.whispered()["message"]
