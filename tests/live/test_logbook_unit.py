"""A unit of thirty on a running Mattermost, for a day of reports: drafted, sent, reminded, given back, corrected, approved, and
the month's end. What each step looks like in detail is told by `test_logbook_mattermost.py`; here all of them press at once.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from integration import people
from plugins.logbook.tables import logbook_entry
from tests import cast
from tests.live.mattermost import User
from tests.live.office import only
from tests.live.running import Office
from tests.live.test_logbook_mattermost import labels, typed
from tests.service import until

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]
MANIFEST = only("logbook")
MORE = 27


@pytest.fixture(scope="module")
def staff(office: Office) -> list[User]:
    """Siti, Dewi and 27 more report to Budi: with him they are thirty."""
    users = [office.town.user(f"p{number:02}") for number in range(MORE)]
    with office.hadir.database.write() as db:
        budi = db.execute(select(people.person).where(people.person.c.name == "Budi Santoso")).one()
        for number, user in enumerate(users):
            row = {"nip": f"19900101201501{number:04}", "name": f"Pegawai {number:02}", "unit_id": budi.unit_id}
            row |= {"supervisor_id": budi.id, "email": f"{user.username}@kantor.example", "zone": "Asia/Jakarta"}
            made = people.person.insert().values(row | {"roles": ["pegawai"]}).returning(people.person.c.id)
            person = db.execute(made).scalar_one()
            db.execute(people.account.insert().values(person_id=person, platform="mattermost", username=user.username))
    return users


@pytest.fixture
def outsider(office: Office) -> User:
    """Somebody of another unit, who leads and is led by nobody here."""
    user = office.town.user("luar")
    with office.hadir.database.write() as db:
        unit = db.execute(people.unit.insert().values(name="Bidang Lain").returning(people.unit.c.id)).scalar_one()
        row = {"nip": "199001012015029999", "name": "Orang Luar", "unit_id": unit, "roles": ["pegawai"]}
        row |= {"email": f"{user.username}@kantor.example", "zone": "Asia/Jakarta"}
        person = db.execute(people.person.insert().values(row).returning(people.person.c.id)).scalar_one()
        db.execute(people.account.insert().values(person_id=person, platform="mattermost", username=user.username))
    return user


def states(office: Office) -> list[str]:
    with office.hadir.database.read() as db:
        return list(db.scalars(select(logbook_entry.c.state).order_by(logbook_entry.c.id)))


def test_the_day_of_a_unit_of_thirty_until_the_files_of_its_month(office: Office, staff: list[User], outsider: User) -> None:
    siti, dewi, budi = office.siti, office.dewi, office.budi
    office.clock.set(cast.at("2026-11-23T15:00+07:00"))

    # One keeps a draft in the dialog and sends it later, 27 type a line at the same moment, one says nothing.
    siti.types("/logbook tambah menyusun laporan keuangan")
    opened = siti.dialog()
    siti.submits(opened, **typed(opened, time="2 jam", then="draft"))
    siti.whispered("menyusun laporan keuangan")
    assert states(office) == ["draft"]

    def reports(each: tuple[int, User]) -> None:
        number, user = each
        user.types(f"/logbook menguji modul {number} 3 jam")
        user.whispered("Terkirim ke Budi Santoso")

    with ThreadPoolExecutor(9) as pool:
        list(pool.map(reports, enumerate(staff)))
    siti.types("/logbook kirim semua")
    siti.whispered("terkirim ke Budi Santoso")
    assert states(office) == ["sent"] * 28

    # Who has sent nothing is reminded, nobody else; the supervisor gets one message about all of them.
    office.clock.set(cast.at("2026-11-23T15:31+07:00"))
    office.runs_job("logbook.remind")
    dewi.told("belum terkirim")
    office.clock.set(cast.at("2026-11-23T16:31+07:00"))
    office.runs_job("logbook.digest")
    digest = budi.told("Laporan tim Anda")
    assert "masuk: 28 orang · belum: 1 orang · menunggu Anda: 28 kegiatan" in digest["message"]
    assert labels(digest)[:3] == ["Setujui semua (28)", "Buka", "Kembalikan"]

    # One of the 28 comes back, is corrected in the dialog, and comes again at once.
    budi.presses(digest, "Kembalikan")
    opened = budi.dialog()
    which = next(each for each in opened["dialog"]["elements"] if each["name"] == "entry")
    assert len(which["options"]) == 28
    chosen = next(each["value"] for each in which["options"] if "Pegawai 07" in each["text"])
    assert budi.submits(opened, entry=chosen, note="")["errors"]["note"]
    budi.submits(opened, entry=chosen, note="Modul yang mana?")
    back = staff[7].told("Modul yang mana?")
    staff[7].presses(back, "Ubah")
    opened = staff[7].dialog()
    staff[7].submits(opened, **typed(opened, result="Modul permohonan lulus uji"))
    assert "Modul permohonan lulus uji" in budi.told("sudah memperbaiki")["message"]
    assert states(office).count("sent") == 28

    # All the others at once, and nothing is left.
    budi.types("/logbook periksa")
    shown = budi.whispered("Laporan tim Anda")
    budi.presses(shown, "Setujui semua (28)")
    budi.whispered("Disetujui: 28 kegiatan dari 28 orang")
    assert states(office) == ["approved"] * 28
    budi.types("/logbook tim")
    assert "Terisi 28 dari 29" in budi.whispered("Terisi")["message"]

    # The month's end: everybody's files and the unit's book with a sheet for each, and nothing is written into it any more.
    office.clock.set(cast.at("2026-12-11T00:08+07:00"))
    office.runs_job("logbook.draw")
    office.runs_job("logbook.draw_closed")
    office.clock.set(cast.at("2026-12-11T00:12+07:00"))
    month = office.hadir.settings.home / "files/Hadir/Bidang Aplikasi/Logbook/2026/11"
    for number in (1, *range(4, 29, 4)):  # some at a time: how long all take is no matter of the test
        until(partial(filed, month, number), f"file {number}")
    until(lambda: book_of(month), "the unit's book")
    assert len(list(month.glob("*.pdf"))) == 28
    until(lambda: len(list(month.glob("*.xlsx"))) == 29)
    until(lambda: len(list(month.glob("*.ods"))) == 28)
    assert len(book_of(month)) == 1
    assert len(load_workbook(book_of(month)[0]).sheetnames) == 29
    staff[3].types("/logbook 23/11 sesudah dikunci 1 jam")
    assert "November 2026 sudah dikunci" in staff[3].whispered()["message"]

    # Each message came once, to whom it is meant for.
    assert not any("Laporan tim Anda" in message for message in budi.untold())
    assert not any("belum terkirim" in message for each in (siti, dewi, *staff) for message in each.untold())
    assert not any("Modul yang mana?" in message for each in (dewi, *staff) for message in each.untold())
    outsider.types("/logbook tim @siti")
    assert "modul" not in outsider.whispered()["message"].lower()
    assert not [message for message in outsider.untold() if not message.startswith("Laporan Anda")]  # of their own day


def filed(month: Path, number: int) -> bool:
    return len(list(month.glob("*.pdf"))) >= number


def book_of(month: Path) -> list[Path]:
    return list(month.glob("Logbook Bidang Aplikasi*.xlsx"))
