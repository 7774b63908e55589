"""Absences and swaps on a running Mattermost: a form with its errors, approvals by button, a letter on its page.

Started like `test_mattermost.py`.
"""

from __future__ import annotations

import re

import pytest
import requests
from sqlalchemy import select

from integration import pictures
from plugins.izin.tables import absence
from plugins.jadwal.tables import rota_day
from tests import cast
from tests.live.office import PLANS, publish
from tests.live.running import Office
from tests.photos import photo

pytestmark = pytest.mark.live

MANIFEST = PLANS


# The tests below are one story, in this order.


def test_leave_is_asked_for_in_a_form(office: Office) -> None:
    office.clock.set(cast.at("2026-11-23T08:00+07:00"))
    with office.recorder.section("leave"):
        office.siti.types("/izin cuti")
        opened = office.siti.dialog()
        values = {"type": "tahunan", "days": "1-3 des", "reason": "antar ibu @all"}
        assert office.siti.submits(opened, **values | {"days": "3-1 des"})["errors"]["days"]
        assert not office.siti.submits(opened, **values).get("error")
        assert "3 hari kerja" in office.siti.whispered("Budi Santoso")["message"]
        asked = office.budi.told("Siti Rahayu")
    assert "@all" not in asked["message"]
    with office.recorder.section("leave-approval"):
        office.budi.presses(asked, "Setujui")
        assert "Cuti tahunan" in office.siti.told("Disetujui Budi Santoso")["message"]
    after = office.budi.api("GET", f"/posts/{asked['id']}")
    assert after["message"].startswith("Disetujui: Siti Rahayu")
    assert "attachments" not in after["props"]
    assert office.siti.submits(opened, ok=False, **values).status_code >= 400  # replayed


def test_a_letter_is_added_on_its_page(office: Office) -> None:
    """A dialog takes no file; the page does, and the worker brings the file to the storage."""
    office.clock.set(cast.at("2026-11-23T08:05+07:00"))
    with office.recorder.section("letter"):
        office.siti.types("/izin sakit")
        sent = office.siti.whispered("Semoga lekas sembuh")
        office.budi.told("Cuti sakit")
        office.siti.presses(sent, "Tambahkan surat")
        said = office.siti.whispered("formulirnya")["message"]
    link = re.search(r"\[Buka formulir\]\((http\S+)\)", said)
    assert link, said
    page = requests.get(link[1], timeout=30)
    assert page.ok
    taken = photo(3000, 2000)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    [which] = re.findall(r'<option value="(\d+)"[^>]*>Cuti sakit', page.text)
    form = fields | {"which": which, "number": "SKD-7/2026"}
    wrong = requests.post(link[1], data=form, files={"file": ("surat.jpg", b"no letter")}, timeout=30)
    assert wrong.status_code == 422
    assert "SKD-7/2026" in wrong.text
    assert requests.post(link[1], data=form, files={"file": ("surat.JPG", taken)}, timeout=30).ok
    assert "SKD-7/2026" in office.budi.told("menambahkan surat")["message"]
    with office.hadir.database.read() as db:
        path = db.scalar(select(absence.c.letter_path).where(absence.c.letter_path != ""))
    assert path
    assert office.hadir.ports.storage
    assert office.hadir.ports.storage.get(path) == pictures.letter(taken)


def test_a_swap_is_agreed_and_approved(office: Office) -> None:
    office.clock.set(cast.at("2026-11-23T08:10+07:00"))
    with office.hadir.database.write() as db:
        publish(db)
    with office.recorder.section("swap"):
        office.siti.types(f"/jadwal tukar @{office.dewi.username} selasa rabu antar anak")
        assert "Dewi Lestari" in office.siti.whispered()["message"]
        asked = office.dewi.told("bertukar jadwal")
    with office.recorder.section("swap-agreement"):
        office.dewi.presses(asked, "Setuju")
        office.siti.told("Dewi Lestari setuju")
        waiting = office.budi.told("sepakat")
    with office.recorder.section("swap-approval"):
        office.budi.presses(waiting, "Setujui")
        for user in (office.siti, office.dewi):
            user.told("disetujui Budi Santoso")
    with office.hadir.database.read() as db:
        query = select(rota_day.c.day).where(rota_day.c.active, rota_day.c.place == "wfh").order_by(rota_day.c.person_id)
        assert [f"{day:%A}" for day in db.scalars(query)] == ["Wednesday", "Tuesday"]
    assert "attachments" not in office.budi.api("GET", f"/posts/{waiting['id']}")["props"]
