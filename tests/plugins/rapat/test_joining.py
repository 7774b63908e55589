"""The way into the video room: at once, early, late, called off, without a room, without an answer; and whose it is."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from integration import scheduler
from integration.app import create_app
from integration.core import Hadir
from integration.db import metadata
from integration.errors import DeliveryError
from integration.ports import Member, Room, VideoMeeting
from plugins.rapat import joining, meetings
from plugins.rapat.meetings import Meeting
from plugins.rapat.planning import Who
from plugins.rapat.tables import meeting_invitee
from tests import cast
from tests.cast import at
from tests.plugins.rapat.house import NINE, Phone, Rooms, arranged, change, change_date, give_room
from tests.post import change as change_person
from tests.post import person_id

ROOM = Room("talk", "room-1", "", {"secret": "rahasia-penyedia"})
GUEST = Who(email="andi@mitra.example", name="Andi", office="PT Mitra")


@pytest.fixture
def rooms(hadir: Hadir) -> Rooms:
    made = Rooms()
    hadir.ports.videos["talk"] = made
    return made


@pytest.fixture
def client(hadir: Hadir) -> FlaskClient:
    return create_app(hadir).test_client()


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    return Phone(client)


def link(hadir: Hadir, meeting: Meeting, username: str = "", guest: str = "") -> str:
    """The address as a message has it: somebody's own, a guest's, or the meeting's."""
    with hadir.database.read() as db:
        found = meetings.get(db, meeting.id)
        assert found is not None
        invited = {each.who: each for each in meetings.invitees(db, meeting.id)}
        who = invited[f"p:{person_id(hadir, username)}"] if username else invited[f"m:{guest}"] if guest else None
        return joining.address(scheduler.work(hadir, db), found, who)


def video(hadir: Hadir, *invited: str, **more: object) -> Meeting:
    return arranged(hadir, *invited, provider="talk", **{"room": ROOM, **more})[0]  # type: ignore[arg-type]


def test_a_click_leads_into_the_room_as_oneself(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti")
    mine, boss = link(hadir, meeting, "siti"), link(hadir, meeting, "budi")
    clock.now = NINE
    phone.opens(mine)
    assert (phone.status, phone.location) == (303, "https://video.kantor.example/room-1?jwt=rahasia-1")
    phone.opens(boss)
    siti, budi = rooms.joined
    assert (siti.name, siti.email, siti.moderator) == ("Siti Rahayu", "siti@kantor.example", False)
    assert (siti.id, siti.accounts) == (f"p{person_id(hadir, 'siti')}", {"mattermost": "id-siti"})
    assert budi.moderator
    assert rooms.limits == [2.0, 2.0]


def test_no_token_is_in_an_address_or_in_the_database(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti")
    url = link(hadir, meeting, "siti")
    clock.now = NINE
    phone.opens(url)
    assert "rahasia" not in url
    with hadir.database.read() as db:
        kept = [row for table in metadata.sorted_tables for row in db.execute(text(f'SELECT * FROM "{table.name}"'))]  # noqa: S608
    assert "rahasia-1" not in repr(kept)


def test_opening_the_page_is_not_being_there(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti")
    clock.now = NINE
    phone.opens(link(hadir, meeting, "siti"))
    assert "Belum ada yang tercatat hadir" in cast.Talker(hadir, "budi").says("/rapat daftar-hadir")


def test_an_address_that_everybody_may_use_needs_no_page(hadir: Hadir, rooms: Rooms) -> None:
    meeting = video(hadir, "siti", room=Room("talk", "room-1", "https://cloud.kantor.example/call/abc"))
    assert link(hadir, meeting, "siti") == link(hadir, meeting) == "https://cloud.kantor.example/call/abc"


def test_a_meeting_in_a_room_has_no_address(hadir: Hadir) -> None:
    assert link(hadir, arranged(hadir, "siti", mode="room", provider="talk")[0], "siti") == ""
    assert link(hadir, arranged(hadir, "siti", mode="both")[0]) == ""


def test_who_comes_early_reads_when_in_their_own_zone_and_is_led_in_by_itself(
    hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone
) -> None:
    meeting = video(hadir, "yosef")
    clock.now = at("2026-11-23T08:40+07:00")
    said = phone.opens(link(hadir, meeting, "yosef"))
    assert "Senin, 23 November 2026, pukul 11.00–12.30 WIT" in said
    assert "mulai pukul 10.45 WIT" in said
    assert phone.refresh == 60
    clock.now = at("2026-11-23T08:44:40+07:00")
    phone.opens(link(hadir, meeting, "yosef"))
    assert phone.refresh == 21
    assert rooms.joined == []
    phone.opens(link(hadir, meeting, "budi"))  # who leads it prepares the room
    assert phone.status == 303
    clock.now = at("2026-11-23T08:45+07:00")
    phone.opens(link(hadir, meeting, "yosef"))
    assert phone.status == 303


def test_days_before_the_page_does_not_ask_again(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti")
    clock.now = NINE - timedelta(days=3)
    phone.opens(link(hadir, meeting, "siti"))
    assert phone.refresh == 0


def test_until_the_provider_made_the_room_the_page_waits(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti", room=None)
    clock.now = NINE
    url = link(hadir, meeting, "siti")
    assert "segera ada" in phone.opens(url)
    assert phone.refresh == 15
    with hadir.database.write() as db:
        give_room(db, meeting.id, ROOM)
    phone.opens(url)
    assert phone.status == 303


def test_a_provider_that_is_down_or_gone_is_said_and_tried_again(
    hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone
) -> None:
    meeting = video(hadir, "siti")
    url = link(hadir, meeting, "siti")
    clock.now = NINE
    rooms.trouble.append(DeliveryError("down"))
    assert "sedang tidak menjawab" in phone.opens(url)
    assert phone.refresh == 8
    phone.opens(url)
    assert phone.status == 303
    hadir.ports.videos.clear()
    assert "sedang tidak menjawab" in phone.opens(url)


def test_what_was_called_off_or_is_over_says_so(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti")
    url = link(hadir, meeting, "siti")
    clock.now = at("2026-11-23T11:29+07:00")  # it may last longer than was planned
    phone.opens(url)
    assert phone.status == 303
    clock.now = at("2026-11-23T11:31+07:00")
    assert "sudah selesai" in phone.opens(url)
    clock.now = NINE
    change(hadir, meeting.id, state="cancelled")
    assert "dibatalkan" in phone.opens(url)


def test_of_a_series_it_leads_to_the_date_that_is_on(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    weeks = [NINE + timedelta(weeks=n) for n in range(3)]
    meeting, first = arranged(hadir, "siti", provider="talk", room=ROOM, starts=weeks)
    url = link(hadir, meeting, "siti")
    clock.now = weeks[1]
    phone.opens(url)
    assert phone.status == 303
    clock.now = weeks[1] + timedelta(hours=3)
    assert "Senin, 7 Desember 2026" in phone.opens(url)
    for date in (first.id, first.id + 1, first.id + 2):
        change_date(hadir, date, state="cancelled")
    assert "dibatalkan" in phone.opens(url)


def test_a_meeting_that_moved_takes_its_old_addresses_along(
    hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone
) -> None:
    meeting, date = arranged(hadir, "siti", provider="talk", room=ROOM)
    url = link(hadir, meeting, "siti")
    later = NINE + timedelta(days=30)
    change(hadir, meeting.id, last_end=later + timedelta(hours=1))
    change_date(hadir, date.id, starts_at=later, ends_at=later + timedelta(hours=1))
    clock.now = later
    phone.opens(url)
    assert phone.status == 303


def test_who_was_taken_off_or_left_gets_in_no_more(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti", "dewi", guests=[GUEST])
    links = [link(hadir, meeting, "siti"), link(hadir, meeting, guest=GUEST.email), link(hadir, meeting, "dewi")]
    clock.now = NINE
    with hadir.database.write() as db:
        gone = (f"p:{person_id(hadir, 'siti')}", f"m:{GUEST.email}")
        db.execute(update(meeting_invitee).where(meeting_invitee.c.who.in_(gone)).values(removed_at=clock.now))
    change_person(hadir, "dewi", ended_on=clock.now.date() - timedelta(days=1))
    assert "tidak lagi diundang" in phone.opens(links[0])
    assert "tidak lagi diundang" in phone.opens(links[1])
    assert "tidak valid" in phone.opens(links[2]) or phone.status == 403
    assert rooms.joined == []


def test_an_invited_guest_has_a_link_of_their_own(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, guests=[GUEST])
    other = video(hadir)
    clock.now = NINE
    phone.opens(link(hadir, meeting, guest=GUEST.email))
    assert phone.status == 303
    assert (rooms.joined[0].name, rooms.joined[0].email, rooms.joined[0].id) == ("Andi", GUEST.email, "")
    with hadir.database.read() as db:
        work = scheduler.work(hadir, db)
        invitee = meetings.invitees(db, meeting.id)[-1]
        elsewhere = work.page(joining.PAGE, f"{other.id}.{invitee.id}", days=1)
    assert "tidak lagi diundang" in phone.opens(elsewhere)


def test_the_meetings_own_address_asks_a_stranger_who_they_are(
    hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone
) -> None:
    meeting = video(hadir, "siti")
    clock.now = NINE
    assert "tautan pribadi di undangan" in phone.opens(link(hadir, meeting))
    assert "Mohon diisi" in phone.sends(name="Tono", office=" ")
    phone.sends(name=" <script>alert(1)</script>\u202e", office="PT  Mitra")
    assert phone.status == 200
    assert 'content="0; url=https://video.kantor.example/room-1?jwt=rahasia-1"' in phone.html
    who = rooms.joined[0]
    assert (who.name, who.id, who.moderator) == ("<script>alert(1)</script> (PT Mitra)", "", False)


def test_somebody_elses_personal_address_cannot_be_made(hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone) -> None:
    meeting = video(hadir, "siti")
    mine = link(hadir, meeting, "siti")
    clock.now = NINE
    head, value, person, expiry, signature = (mine.rpartition("/")[0], *mine.rpartition("/")[2].rsplit(".", 3))
    boss = f"{person_id(hadir, 'budi'):x}"
    for forged in (
        f"{value}.{boss}.{expiry}.{signature}",
        f"{value}.0.{expiry}.{signature}",
        f"9.{person}.{expiry}.{signature}",
    ):
        phone.opens(f"{head}/{forged}")
        assert phone.status == 403
    clock.now += timedelta(days=300)
    assert "kedaluwarsa" in phone.opens(mine)
    assert rooms.joined == []


def test_a_person_of_ours_is_looked_up_once(
    hadir: Hadir, clock: cast.Clock, rooms: Rooms, phone: Phone, statements: list[str]
) -> None:
    meeting = video(hadir, "siti")
    url = link(hadir, meeting, "siti")
    clock.now = NINE
    statements.clear()
    phone.opens(url)
    assert len(statements) <= 8, statements


class _Hanging(Rooms):
    """A provider that answers nobody until it is let go."""

    def join(self, room: Room, meeting: VideoMeeting, who: Member) -> str:
        self.waiting.release()
        self.go_on.wait()
        return super().join(room, meeting, who)

    waiting: threading.Semaphore
    go_on: threading.Event


def test_a_provider_that_hangs_takes_not_every_thread(hadir: Hadir, clock: cast.Clock, client: FlaskClient) -> None:
    rooms = _Hanging()
    rooms.waiting, rooms.go_on = threading.Semaphore(0), threading.Event()
    hadir.ports.videos["talk"] = rooms
    meeting = video(hadir, "siti")
    url = link(hadir, meeting, "siti")
    clock.now = NINE
    phones = [Phone(create_app(hadir).test_client()) for _ in range(6)]
    threads = [threading.Thread(target=phone.opens, args=(url,)) for phone in phones]
    for thread in threads:
        thread.start()
        rooms.waiting.acquire()
    one_more = Phone(client)
    assert "sedang tidak menjawab" in one_more.opens(url)
    assert one_more.refresh == 8
    rooms.go_on.set()
    for thread in threads:
        thread.join()
    assert [phone.status for phone in phones] == [303] * 6
    one_more.opens(url)
    assert one_more.status == 303
