"""`/rapat` on a Nextcloud alone: planned in Talk, seen in calendar and mailbox once each, answered there, held in Talk's room.

See `talk_people.py` for what it wants, and HADIR_LIVE_NEXTCLOUD_MAIL: the folder into which its mails fall. The tests are one
story, in this order.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import openpyxl
import pytest
import recurring_ical_events
import requests
import vobject
from sqlalchemy import select

from integration.calendars import dav as calendar_dav
from integration.deliveries.delivery import Delivery
from integration.jobs import core_jobs
from integration.outbox import outbox
from integration.scheduler import JobRun, plugin_jobs, run_job
from plugins.rapat.attending import closing
from plugins.rapat.tables import meeting, meeting_occurrence
from tests.live import talk_people
from tests.live.form_pages import fills, form
from tests.live.nextcloud_town import Town
from tests.live.talk_people import Person, eventually

pytestmark = [
    pytest.mark.live,
    talk_people.wanted,
    pytest.mark.skipif("HADIR_LIVE_NEXTCLOUD_MAIL" not in os.environ, reason="HADIR_LIVE_NEXTCLOUD_MAIL: no mails to read"),
    pytest.mark.timeout(900),
]
JAKARTA = ZoneInfo("Asia/Jakarta")
DAYS = ("senin", "selasa", "rabu", "kamis", "jumat")


@pytest.fixture(scope="module")
def rooms(town: Town) -> dict[str, str]:
    """Everybody's conversation with the service account."""
    return {who: someone.opens(town.account) for who, someone in town.people.items()}


@pytest.fixture(scope="module")
def title(town: Town) -> str:
    return f"Koordinasi {town.run[-6:]}"


@pytest.fixture(scope="module")
def guest(town: Town) -> str:
    """Somebody of another office, whom only mail reaches."""
    return f"tamu.{town.run[-6:]}@mitra.example"


def mails(someone: Person | str, title: str) -> Counter[tuple[str, str]]:
    """How often somebody got a mail about a meeting, by (subject, UID of the calendar's part)."""
    found: Counter[tuple[str, str]] = Counter()
    address = someone if isinstance(someone, str) else f"{someone.id}@kantor.example"
    for path in Path(os.environ["HADIR_LIVE_NEXTCLOUD_MAIL"]).glob("*.eml"):
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        if str(message["X-Envelope-To"]).strip("<> ") == address and title in str(message["Subject"]):
            parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
            uids = {str(event["UID"]) for part in parts for event in _events(part.get_content())}
            [uid] = uids or {""}
            found[str(message["Subject"]), uid] += 1
    return found


def _events(text: str | bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def in_calendar(someone: Person, uid: str) -> tuple[str, str]:
    """(address, content) of the event in that person's own calendar, or two empty strings."""
    address = f"{someone.url}/remote.php/dav/calendars/{someone.id}/personal/"
    headers = {"Depth": "1", "Content-Type": calendar_dav.XML_TYPE}
    login = (someone.id, someone.password)
    answer = requests.request("REPORT", address, data=calendar_dav.with_uid(uid), headers=headers, auth=login, timeout=60)
    found = [each for each in calendar_dav.objects(answer.text) if uid in each.content]
    if not found:
        return "", ""
    assert len(found) == 1
    vobject.readOne(found[0].content)  # another parser takes it too
    return found[0].href, found[0].content


def dates(content: str, first: datetime, days: int = 60) -> list[tuple[datetime, str]]:
    """(start, state) of every date, as an independent library expands it."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(content)).between(first, first + timedelta(days=days))
    return sorted((each["DTSTART"].dt.astimezone(UTC), str(each.get("STATUS", ""))) for each in found)


def settled(town: Town) -> None:
    """Wait until everything is delivered, calendar and files too."""

    def nothing_left() -> bool:
        with town.inside() as hadir, hadir.database.read() as db:
            return db.scalar(select(outbox.c.id).where(outbox.c.state == "waiting").limit(1)) is None

    eventually(nothing_left, "the end of what is to be delivered")


def row(town: Town, number: int) -> Any:
    return next(each for each in town.rows(meeting) if each.id == number)


def nine(weeks: int = 0) -> datetime:
    """Nine o'clock on the next working day, or so many weeks later."""
    day = datetime.now(UTC).astimezone(JAKARTA) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return (day + timedelta(weeks=weeks)).replace(hour=9, minute=0, second=0, microsecond=0)


def talk_room(someone: Person, title: str) -> dict[str, Any]:
    found = [each for each in someone("GET", "/apps/spreed/api/v4/room") if title in each["displayName"]]
    return found[0] if found else {}


def test_a_line_in_talk_invites_by_message_calendar_and_mail(
    town: Town, rooms: dict[str, str], title: str, guest: str, siti: Person, dewi: Person, hendra: Person
) -> None:
    siti.types(rooms["siti"], f'/rapat {nine():%d/%m/%Y} 09.00 "{title}" @{dewi.id} @{hendra.id} {guest} 90m')
    assert "daring (Nextcloud Talk)" in siti.reads(rooms["siti"], "Dijadwalkan")["message"]
    asked = dewi.reads(rooms["dewi"], "Undangan: ", 0)
    assert [line[:8] for line in asked["message"].splitlines()[-4:]] == ["1. Hadir", "2. Tidak", "3. Ragu", "4. Undan"]
    settled(town)
    assert mails(guest, title) == {(f"Invitation: {title}", row(town, 1).uid): 1}
    assert "kepada 3 orang" in siti.reads(rooms["siti"], "Undangan dikirim", 0)["message"]
    uid = row(town, 1).uid
    for someone in (siti, dewi, hendra):
        _, content = in_calendar(someone, uid)
        assert [start for start, _ in dates(content, nine())] == [nine().astimezone(UTC)]
        assert mails(someone, title) == {(f"Invitation: {title}", uid): 1}
    room = talk_room(siti, title)
    assert room["lobbyState"] == 1
    assert room["token"] in asked["message"]
    assert room["token"] in content


def test_answers_from_talk_and_from_the_calendar_meet_in_one_list(
    town: Town, rooms: dict[str, str], title: str, siti: Person, dewi: Person, hendra: Person
) -> None:
    asked = dewi.reads(rooms["dewi"], "Undangan: ", 0)
    dewi.chooses(rooms["dewi"], asked, "Hadir")
    dewi.reads(rooms["dewi"], "Jawaban Anda: **hadir**")
    href, content = in_calendar(hendra, row(town, 1).uid)
    mine = re.compile(rf"(ATTENDEE[^\n]*PARTSTAT=)[A-Z-]+([^\n]*{hendra.id}@)")
    changed, many = mine.subn(r"\g<1>DECLINED\g<2>", re.sub(r"\r?\n ", "", content))
    assert many == 1
    headers = {"Content-Type": calendar_dav.CALENDAR_TYPE}
    login = (hendra.id, hendra.password)
    assert requests.put(town.url + href, changed.encode(), headers=headers, auth=login, timeout=60).status_code == 204
    with town.inside() as hadir:
        [job] = [each for each in core_jobs(hadir) if each.name == "core.calendar_answers"]
        run_job(hadir, job, datetime.now(UTC))
    siti.types(rooms["siti"], "/rapat lihat 1")
    shown = siti.reads(rooms["siti"], "belum menjawab")
    assert "1 hadir, 1 tidak hadir, 0 ragu, 1 belum menjawab" in shown["message"]


def test_a_proposed_point_makes_no_mail(
    town: Town, rooms: dict[str, str], title: str, siti: Person, dewi: Person, hendra: Person
) -> None:
    before = [mails(someone, title) for someone in (siti, dewi, hendra)]
    dewi.types(rooms["dewi"], "/rapat usul 1 Peta layanan")
    dewi.reads(rooms["dewi"], "Diusulkan untuk")
    day_before = nine() - timedelta(days=1)
    with town.inside(clock=lambda: day_before) as hadir:
        [job] = [each for each in plugin_jobs(hadir) if each.name == "rapat.remind"]
        run_job(hadir, job, day_before)
        while Delivery(hadir, parallel=1).step():  # what is due then may be to come for the running service
            pass
    settled(town)
    assert [mails(someone, title) for someone in (siti, dewi, hendra)] == before


def test_it_is_moved_on_its_page(
    town: Town, rooms: dict[str, str], title: str, guest: str, siti: Person, dewi: Person, hendra: Person
) -> None:
    siti.types(rooms["siti"], "/rapat ubah 1")
    fills(siti.reads(rooms["siti"], "/form/"), time="13.30")
    assert "mohon jawab lagi" in dewi.reads(rooms["dewi"], f"Perubahan: **{title}**", 0)["message"]
    settled(town)
    uid = row(town, 1).uid
    for someone in (dewi, hendra):
        [(start, _)] = dates(in_calendar(someone, uid)[1], nine())
        assert start == (nine() + timedelta(hours=4, minutes=30)).astimezone(UTC)
    for someone in (dewi, hendra, guest):
        assert mails(someone, title) == {(f"Invitation: {title}", uid): 1, (f"Invitation updated: {title}", uid): 1}
    room = talk_room(siti, title)
    assert start - timedelta(hours=1) <= datetime.fromtimestamp(room["lobbyTimer"], UTC) <= start


def test_its_papers_lie_in_the_team_folder(town: Town, rooms: dict[str, str], title: str, siti: Person, dewi: Person) -> None:
    folder = f"Hadir/{town.unit}/Rapat/{nine():%Y}/{nine():%Y-%m-%d} {title}"
    assert dewi.drive("GET", f"{folder}/Undangan.pdf").content.startswith(b"%PDF-")


def test_a_series_with_one_date_moved_and_one_called_off(
    town: Town, rooms: dict[str, str], title: str, siti: Person, dewi: Person
) -> None:
    weekly = f"Apel {town.run[-6:]}"
    first = nine(1)
    when = f"tiap {DAYS[first.weekday()]} mulai {first:%d/%m/%Y} 08.30"
    siti.types(rooms["siti"], f'/rapat {when} "{weekly}" @{dewi.id} 30m 4 kali')
    assert "4 tanggal" in siti.reads(rooms["siti"], weekly)["message"]
    dewi.reads(rooms["dewi"], weekly, 0)
    settled(town)
    found = next(each for each in town.rows(meeting) if each.title == weekly)
    assert mails(dewi, weekly) == {(f"Invitation: {weekly}", found.uid): 1}
    second, third = (first + timedelta(weeks=n) for n in (1, 2))
    siti.types(rooms["siti"], f"/rapat ubah {found.id} {second:%d/%m/%Y}")
    fills(siti.reads(rooms["siti"], "/form/"), time="10.00")
    dewi.reads(rooms["dewi"], f"Perubahan: **{weekly}**", 0)
    settled(town)
    assert mails(dewi, weekly) == {(f"Invitation: {weekly}", found.uid): 1, (f"Invitation updated: {weekly}", found.uid): 1}
    siti.types(rooms["siti"], f"/rapat batal {found.id} {third:%d/%m/%Y} ada upacara")
    ask = siti.reads(rooms["siti"], "Hanya")
    siti.chooses(rooms["siti"], ask, "Hanya")
    siti.reads(rooms["siti"], "ditiadakan")
    settled(town)
    _, content = in_calendar(dewi, found.uid)
    starts = [start.astimezone(JAKARTA).strftime("%d/%m %H.%M") for start, _ in dates(content, first - timedelta(days=1))]
    fourth = first + timedelta(weeks=3)
    assert starts == [f"{first:%d/%m} 08.30", f"{second:%d/%m} 10.00", f"{fourth:%d/%m} 08.30"]
    assert mails(dewi, weekly) == {(f"Invitation: {weekly}", found.uid): 1, (f"Invitation updated: {weekly}", found.uid): 2}
    assert "ada upacara" in dewi.reads(rooms["dewi"], "Dibatalkan hanya", 0)["message"]
    siti.types(rooms["siti"], f"/rapat batal {found.id} diganti briefing")
    siti.chooses(rooms["siti"], siti.reads(rooms["siti"], "Semua 3 tanggal"), "Semua 3 tanggal")
    assert "diganti briefing" in dewi.reads(rooms["dewi"], f"Dibatalkan: **{weekly}**", 0)["message"]
    settled(town)
    assert mails(dewi, weekly)[f"Cancelled: {weekly}", found.uid] == 1
    assert sum(mails(dewi, weekly).values()) == 4


def test_it_is_held_and_written_down(town: Town, rooms: dict[str, str], title: str, siti: Person, dewi: Person) -> None:
    now = f"Singkat {town.run[-6:]}"
    siti.types(rooms["siti"], f'/rapat mulai "{now}" @{dewi.id}')
    siti.reads(rooms["siti"], "dimulai sekarang")
    dewi.reads(rooms["dewi"], now, 0)
    settled(town)
    dewi.types(rooms["dewi"], "/rapat hadir")
    dewi.reads(rooms["dewi"], "Hadir tercatat")
    siti.types(rooms["siti"], "/rapat notulen")
    said = siti.reads(rooms["siti"], "/form/")
    text = form(said)[1]["text"]
    assert "Dewi Lestari" in text
    text = text.replace("## Keputusan\n", "## Keputusan\n\n- Peta layanan dipakai\n")
    fills(said, text=f"{text}\n- [ ] Kirim surat edaran @{dewi.id} besok\n")
    saved = siti.reads(rooms["siti"], "Notulen tersimpan")
    siti.chooses(rooms["siti"], saved, "Terbitkan")
    mine = dewi.reads(rooms["dewi"], "Kirim surat edaran", 0)
    dewi.chooses(rooms["dewi"], mine, "Selesai")
    dewi.reads(rooms["dewi"], "Selesai: Kirim surat edaran")
    settled(town)
    day = datetime.now(UTC).astimezone(JAKARTA)
    folder = f"Hadir/{town.unit}/Rapat/{day:%Y}/{day:%Y-%m-%d} {now}"
    assert dewi.drive("GET", f"{folder}/Notulen.pdf").content.startswith(b"%PDF-")
    assert b"Peta layanan dipakai" in dewi.drive("GET", f"{folder}/Notulen.md").content
    siti.types(rooms["siti"], "/rapat daftar-hadir")
    assert "1 hadir" in siti.reads(rooms["siti"], "Daftar hadir: ")["message"]
    later = datetime.now(UTC) + timedelta(hours=3)
    with town.inside(clock=lambda: later) as hadir:  # the list is filed when nobody can check in any more
        held = next(each.id for each in town.rows(meeting) if each.title == now)
        occurrence = next(each.id for each in town.rows(meeting_occurrence) if each.meeting_id == held)
        closing.close(JobRun(hadir, later), {"occurrence": occurrence})
        while Delivery(hadir, parallel=1).step():
            pass
    settled(town)
    assert dewi.drive("GET", f"{folder}/Daftar hadir.pdf").content.startswith(b"%PDF-")
    sheet = openpyxl.load_workbook(BytesIO(dewi.drive("GET", f"{folder}/Daftar hadir.xlsx").content)).active
    assert "Dewi Lestari" in [cell.value for cells in sheet.iter_rows() for cell in cells]


def test_it_is_called_off_and_its_room_is_gone(
    town: Town, rooms: dict[str, str], title: str, guest: str, siti: Person, dewi: Person, hendra: Person
) -> None:
    siti.types(rooms["siti"], "/rapat batal 1 ada tamu")
    siti.chooses(rooms["siti"], siti.reads(rooms["siti"], "Ya, batalkan"), "Ya, batalkan")
    assert "ada tamu" in dewi.reads(rooms["dewi"], f"Dibatalkan: **{title}**", 0)["message"]
    settled(town)
    uid = row(town, 1).uid
    for someone in (dewi, hendra, guest):
        assert mails(someone, title)[f"Cancelled: {title}", uid] == 1
        assert sum(mails(someone, title).values()) == 3
    for someone in (dewi, hendra):
        _, content = in_calendar(someone, uid)
        assert not content or "STATUS:CANCELLED" in content
    eventually(lambda: not talk_room(siti, title), "the end of the room")
