"""An office on Nextcloud alone, from empty: setup, the people file, the service, and what people type and read in Talk.

See `talk_people.py` for what it wants. The tests are one story, in this order.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests
from sqlalchemy import select

from integration import people
from integration.guidance import SAY
from integration.messages import Button, Reply, Text
from integration.ports import Recipient
from plugins.hadir.tables import attendance_event
from plugins.izin.tables import absence
from tests.live import talk_people
from tests.live.nextcloud_town import Town
from tests.live.talk_people import Person, eventually
from tests.photos import photo

pytestmark = [pytest.mark.live, talk_people.wanted, pytest.mark.timeout(900)]
FROM_EMPTY = True
JAKARTA = ZoneInfo("Asia/Jakarta")


def test_from_empty_with_three_commands(town: Town) -> None:
    town.own_number()
    assert "3" in town.hadir("people", "import", str(town.people_file()))
    planned = town.setup("--dry-run")
    assert f"would create the account {town.account}" in planned
    done = town.setup()
    for line in re.findall("^would (.+)$", planned, re.MULTILINE):
        assert line in done
    town.install_bot(done)
    assert "nothing to change" in town.setup()
    town.start()
    eventually(lambda: " 0 failed" in town.hadir("doctor", fails=True), "a doctor who finds nothing")


def test_masuk_to_the_account_itself(town: Town, siti: Person) -> None:
    room = siti.opens(town.account)
    siti.types(room, "masuk wfh")
    assert "(WFH)" in siti.reads_once(room, "asuk tercatat pukul")["message"]
    siti.types(room, "masuk wfh")
    siti.reads(room, "sudah tercatat")
    assert [event.place for event in town.rows(attendance_event)] == ["wfh"]


def test_masuk_in_a_group_is_answered_in_private(town: Town, dewi: Person) -> None:
    group = town.group("dewi", "absensi", town.account)
    dewi.switches_on(group, town.bot())
    dewi.reads(group, "Hadir aktif di percakapan ini")
    dewi.types(group, "/hadir masuk")
    private = dewi.opens(town.account)
    dewi.reads_once(private, "asuk tercatat pukul")
    dewi.types(group, "selamat pagi semua")
    dewi.types(group, "/hadir pulang")
    dewi.reads(private, "ulang")
    assert not [each for each in dewi.messages(group) if "ercatat" in str(each["message"])]


def test_help_and_what_nobody_understands(town: Town, siti: Person) -> None:
    room = siti.opens(town.account)
    siti.types(room, "bantuan")
    assert "/hadir" in siti.reads(room, "masuk")["message"]
    siti.types(room, "/hadir bantuan")
    assert "koreksi" in siti.reads(room, "/hadir masuk")["message"]
    siti.types(room, "xyzzy kwartet")
    assert siti.reads(room, "")["message"]


def test_where_only_the_bot_is_an_answer_to_its_message_is_understood(town: Town, dewi: Person) -> None:
    """Nobody tells us the number of what the bot says there; Talk repeats its words with the answer."""
    group, private = town.group("dewi", "tanpa akun"), dewi.opens(town.account)
    dewi.switches_on(group, town.bot())
    dewi.reads(group, "Hadir aktif", 0)
    with town.inside() as hadir:
        for word in ("koreksi", "bantuan"):
            asked = Reply(Text(f"Perlu *{word}*?"), buttons=(Button(word.title(), f"hadir.{SAY}", word),))
            hadir.ports.chats["nextcloud"].send(Recipient("nextcloud", "channel", group), asked, f"{town.run}:{word}")
    older, last = dewi.reads(group, "koreksi", 0), int(dewi.messages(private)[0]["id"])
    dewi.chooses(group, older, "Koreksi")
    dewi.reads(private, "/form/", last)


def test_sick_with_a_letter_approved_by_a_number(town: Town, siti: Person, hendra: Person) -> None:
    room = siti.opens(town.account)
    siti.types(room, f"/izin sakit {_working_day()} demam")
    sent = siti.reads(room, "ekas sembuh")
    siti.chooses(room, sent, "Tambahkan surat")
    link = re.search(r"http://\S+/form/[^\s)]+", siti.reads(room, "/form/")["message"])
    assert link
    page = requests.get(link[0], timeout=30).text
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    [which] = re.findall(r'<option value="(\d+)"[^>]*>Cuti sakit', page)
    letter = {"file": ("surat.jpg", photo(1200, 900))}
    assert requests.post(link[0], data=hidden | {"which": which, "number": "SKD-7/2026"}, files=letter, timeout=30).ok
    private = hendra.opens(town.account)
    assert "SKD-7/2026" in hendra.reads(private, "menambahkan surat")["message"]
    asked = hendra.reads(private, "Setujui")
    assert "demam" in asked["message"]
    hendra.chooses(private, asked, "Setujui")
    siti.reads_once(room, "isetujui")
    [kept] = town.rows(absence)
    assert kept.state == "approved"
    eventually(lambda: town.rows(absence)[0].letter_path, "the letter in the storage")


def test_the_teams_plan_comes_as_a_picture(town: Town, hendra: Person) -> None:
    room = hendra.opens(town.account)
    hendra.types(room, "/jadwal tim")
    hendra.chooses(room, hendra.reads(room, "ambar"), "Gambar")
    assert hendra.fetches(hendra.reads(room, "{file}")).startswith(b"\x89PNG")


def test_a_recap_typed_by_the_leader(town: Town, hendra: Person, dewi: Person) -> None:
    room = hendra.opens(town.account)
    hendra.types(room, f"/hadir rekap {town.unit}")
    shown = hendra.reads(room, town.unit)
    assert "Siti Rahayu" in shown["message"]
    hendra.chooses(room, shown, "Unduh XLSX")
    assert hendra.fetches(hendra.reads(room, "{file}")).startswith(b"PK")
    private = dewi.opens(town.account)
    dewi.types(private, f"/hadir rekap {town.unit}")
    assert "Siti Rahayu" not in dewi.reads(private, "")["message"]


def test_last_months_recap_lies_in_the_units_folder_for_its_leader_alone(town: Town, hendra: Person, dewi: Person) -> None:
    month = _last_month()
    with town.inside() as hadir, hadir.database.write() as db:
        dewis = select(people.account.c.person_id).where(people.account.c.username == dewi.id).scalar_subquery()
        start = datetime(month.year, month.month, 5, 7, 20, tzinfo=JAKARTA)
        row = {"person_id": dewis, "kind": "in", "at": start.astimezone(UTC), "place": "wfo", "day": start.date()}
        row |= {"source": "command", "recorded_at": start.astimezone(UTC)}
        db.execute(attendance_event.insert().values(row))
    planned = datetime.combine(month + timedelta(days=32), datetime.min.time(), UTC).replace(day=1, hour=18)
    town.runs_job("hadir.file_recaps", planned)
    folder = f"Hadir/{town.unit}/Rekap/{month.year}"
    path = f"{folder}/rekap-{month:%Y-%m}-{town.unit.lower().replace(' ', '-')}.xlsx"
    eventually(lambda: hendra.drive("GET", path).status_code == 200, path)
    assert hendra.drive("GET", path).content.startswith(b"PK")
    assert hendra.drive("PUT", path, b"lain").status_code == 403
    assert [dewi.drive("GET", where).status_code for where in (path, folder)] == [404, 404]
    assert dewi.drive("PROPFIND", f"Hadir/{town.unit}", Depth="0").status_code == 207, "the unit's folder is hers too"


def test_the_doctor_has_nothing_to_say_at_the_end(town: Town) -> None:
    found = town.hadir(
        "doctor", "--nextcloud-admin-user", town.admin[0], "--nextcloud-admin-password", town.admin[1], fails=True
    )
    assert " 0 failed" in found, found
    assert re.search(r"^ok +messages to the bot \(nextcloud\)", found, re.MULTILINE), found


def _working_day() -> str:
    """`hari ini`, or the next day on which there is work."""
    today = datetime.now(JAKARTA)
    days = [today + timedelta(days=ahead) for ahead in range(7)]
    day = next(day for day in days if day.weekday() < 5 and (day != today or day.hour < 15))
    return "hari ini" if day == today else f"{day:%d/%m/%Y}"


def _last_month() -> date:
    return (datetime.now(JAKARTA).date().replace(day=1) - timedelta(days=1)).replace(day=1)
