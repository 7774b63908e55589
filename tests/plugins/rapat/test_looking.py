"""A planned meeting is changed: who cannot come now is told to whoever leads it. Tuesday 09.00–10.00 WIB, Budi's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from integration.adapters.local.calendar import IcsCalendar
from integration.core import Hadir
from integration.messages import Button, Reply, plain
from integration.ports import Attendee, Event, Span
from plugins.rapat.tables import meeting_room
from tests.cast import Clock, Talker
from tests.plugins.rapat.house import tasks, work_off
from tests.plugins.rapat.office import NINE, Channels, about, now, plans, span, starts, works
from tests.post import button, inbox, labels

Chat = Callable[[str], Talker]

WEDNESDAY = "2026-11-25"


@pytest.fixture
def budi(hadir: Hadir, chat: Chat) -> Talker:
    """His meeting with Siti and Dewi has gone out."""
    plans(hadir, "siti", "dewi")
    works(hadir)
    return chat("budi")


def busy(hadir: Hadir, who: str = "siti", when: Span | None = None) -> None:
    plans(hadir, who, by="rina", when=when or span("09:30", "11:00", WEDNESDAY), state="planned", title="Lain")


def changes(hadir: Hadir, talker: Talker, number: int = 1, day: str = "", **values: str) -> str:
    talker.says(f"/rapat ubah {number} {day}".strip())
    said = talker.submits(**values)
    works(hadir)
    return said


def told(hadir: Hadir, username: str = "budi") -> list[Reply]:
    """What the leader was told of those who cannot come."""
    return [each for each in inbox(hadir, username) if any(b.action == "rapat.check_keep" for b in each.buttons)]


def room(hadir: Hadir) -> int:
    row = {"id": 7, "name": "Ruang Garuda", "capacity": 20, "email": "", "closed": False, "bookings": 0}
    with hadir.database.write() as db:
        db.execute(insert(meeting_room).values(row))
    return 7


def lines(message: Reply) -> list[str]:
    return plain(message.text).splitlines()


# ---------------------------------------------------------------- another time


def test_a_new_time_that_suits_all_is_not_spoken_of(hadir: Hadir, budi: Talker) -> None:
    assert "Kalau ada yang tidak bisa pada waktu itu, saya beri tahu Anda." in changes(hadir, budi, day=WEDNESDAY)
    assert told(hadir) == []
    assert starts(hadir) == ["25/11 09.00"]


def test_whom_the_new_time_does_not_suit_with_other_times_and_the_old_one(hadir: Hadir, budi: Talker) -> None:
    busy(hadir)
    budi.says("/rapat ubah 1")
    budi.submits(day=WEDNESDAY)
    works(hadir)
    [message] = told(hadir)
    assert lines(message) == [
        "**Koordinasi SPBE**, Rabu 25 Nov, 09.00–10.00 WIB",
        "Pada waktu yang baru, 1 dari 3 orang tidak bisa. Semua tetap diberi tahu.",
        "- rapat lain: Siti Rahayu (09.30–11.00 WIB)",
        "",
        "Semua bisa pada waktu berikut: pilih satu, atau biarkan seperti ini.",
    ]
    assert labels(message) == [
        "Biarkan",
        "Rabu 25 Nov, 08.00–09.00 WIB",
        "Rabu 25 Nov, 11.00–12.00 WIB",
        "Rabu 25 Nov, 13.00–14.00 WIB",
        "Kembali ke Selasa 24 Nov, 09.00–10.00 WIB",
        "Ubah",
    ]
    assert about(hadir, "siti", "Perubahan: **Koordinasi SPBE**")  # and she is told
    for given in tasks(hadir, "rapat.look"):
        work_off(hadir, "rapat.look", given)  # begun again after a crash
    assert len(told(hadir)) == 1


def test_leaving_it_so(hadir: Hadir, chat: Chat, budi: Talker) -> None:
    busy(hadir)
    changes(hadir, budi, day=WEDNESDAY)
    press = button(told(hadir)[0], "Biarkan")
    assert "Hanya penyelenggara" in chat("siti").presses(press)
    assert budi.presses(press) == "“Koordinasi SPBE” tetap seperti ini: Rabu 25 Nov, 09.00–10.00 WIB."
    assert now(hadir).version == 2


def test_another_time_is_taken_and_looked_at_again(hadir: Hadir, chat: Chat, budi: Talker) -> None:
    busy(hadir)
    changes(hadir, budi, day=WEDNESDAY)
    press = button(told(hadir)[0], "Rabu 25 Nov, 11.00–12.00 WIB")
    busy(hadir, "dewi", span("11:30", "12:00", WEDNESDAY))  # meanwhile
    assert "dipindah ke Rabu 25 Nov, 11.00–12.00 WIB" in budi.presses(press)
    works(hadir)
    assert starts(hadir) == ["25/11 11.00"]
    assert "- rapat lain: Dewi Lestari (11.30–12.00 WIB)" in lines(told(hadir)[-1])
    assert "Pesan ini sudah lama" in budi.presses(press)
    assert "Pesan ini sudah lama" in budi.presses(button(told(hadir)[0], "Biarkan"))


def test_back_to_the_old_time_and_the_old_length(hadir: Hadir, budi: Talker) -> None:
    busy(hadir)
    changes(hadir, budi, day=WEDNESDAY, length="2 jam")
    budi.presses(button(told(hadir)[0], "Kembali ke Selasa 24 Nov, 09.00–10.00 WIB"))
    works(hadir)
    assert now(hadir).span == NINE
    assert len(told(hadir)) == 1


@pytest.mark.parametrize("value", ["1 2 x y z", "1 2 99999999999999999 0 0", "1 2", "1 2 -900000 0 0", "1 2 3600 0 77"])
def test_a_button_that_nobody_made_moves_nothing(hadir: Hadir, budi: Talker, value: str) -> None:
    changes(hadir, budi, day=WEDNESDAY)
    budi.presses(Button("x", "rapat.check_shift", value))
    assert starts(hadir) == ["25/11 09.00"]


def test_a_time_that_is_over_is_not_gone_back_to(hadir: Hadir, clock: Clock, budi: Talker) -> None:
    busy(hadir)
    changes(hadir, budi, day=WEDNESDAY)
    press = button(told(hadir)[0], "Kembali ke Selasa 24 Nov, 09.00–10.00 WIB")
    clock.now = NINE.end
    assert budi.presses(press) == "Waktu ini sudah lewat. Pilih waktu lain."


def test_a_room_that_is_taken_meanwhile(hadir: Hadir, chat: Chat) -> None:
    garuda = room(hadir)
    plans(hadir, "siti", mode="room", place="Ruang Garuda", room_id=garuda)
    works(hadir)
    busy(hadir)
    budi = chat("budi")
    changes(hadir, budi, day=WEDNESDAY)
    press = button(told(hadir)[0], "Rabu 25 Nov, 11.00–12.00 WIB")
    plans(hadir, "wayan", by="rina", when=span("11:00", "12:00", WEDNESDAY), state="planned", mode="room", room_id=garuda)
    assert "Ruang Garuda sudah dipakai" in budi.presses(press)
    assert starts(hadir) == ["25/11 09.00"]


def test_a_change_of_the_title_alone_asks_nobody(hadir: Hadir, budi: Talker) -> None:
    busy(hadir, when=NINE)
    changes(hadir, budi, title="Koordinasi TIK")
    assert told(hadir) == []


def test_of_two_changes_at_once_only_the_time_that_holds_is_looked_at(hadir: Hadir, budi: Talker) -> None:
    busy(hadir)
    for day in (WEDNESDAY, "2026-11-26"):
        budi.says("/rapat ubah 1")
        budi.submits(day=day)
    works(hadir)
    assert told(hadir) == []


# ---------------------------------------------------------------- series


def test_one_date_of_a_series(hadir: Hadir, budi: Talker) -> None:
    plans(hadir, "siti", title="Mingguan", dates=3, every=timedelta(days=1), when=span("13:00", "14:00"))
    works(hadir)
    busy(hadir, when=span("15:00", "16:00", WEDNESDAY))
    changes(hadir, budi, number=2, day="25/11", time="15.00")
    [message] = told(hadir)
    assert lines(message)[0] == "**Mingguan**, Rabu 25 Nov, 15.00–16.00 WIB"
    assert labels(message)[-2:] == ["Kembali ke Rabu 25 Nov, 13.00–14.00 WIB", "Ubah"]
    budi.presses(button(message, "Kembali ke Rabu 25 Nov, 13.00–14.00 WIB"))
    assert starts(hadir, 2) == ["24/11 13.00", "25/11 13.00", "26/11 13.00"]


def test_all_dates_of_a_series_go_and_come_back(hadir: Hadir, chat: Chat, budi: Talker) -> None:
    budi.says("/rapat baru tiap Selasa sampai 15/12 13.00 Mingguan @siti 60m")
    works(hadir)
    busy(hadir, when=span("15:30", "16:00", "2026-12-01"))
    assert len(starts(hadir, 2)) == 4
    budi.says("/rapat ubah 2")
    budi.presses(labels(budi.last)[-1])  # all of them
    budi.submits(time="15.00")
    works(hadir)
    [message] = told(hadir)
    assert "**Selasa 1 Des**" in lines(message)
    back = next(label for label in labels(message) if label.startswith("Kembali ke"))
    budi.presses(button(message, back))
    works(hadir)
    assert starts(hadir, 2) == ["24/11 13.00", "01/12 13.00", "08/12 13.00", "15/12 13.00"]
    assert now(hadir, 2).is_series


# ---------------------------------------------------------------- more people


def test_those_who_were_added_are_looked_at_and_nobody_else(hadir: Hadir, clock: Clock, budi: Talker) -> None:
    clock.now += timedelta(minutes=1)
    busy(hadir, "siti", NINE)
    busy(hadir, "wayan", NINE)
    changes(hadir, budi, invite="@wayan")
    [message] = told(hadir)
    assert lines(message)[1] == "Dari yang baru ditambahkan, 1 orang tidak bisa. Mereka tetap diundang."
    assert "Siti" not in plain(message.text)
    assert "Kembali ke" not in " ".join(labels(message))
    assert about(hadir, "wayan", "Undangan")


def test_those_of_a_channel_that_was_added(hadir: Hadir, budi: Talker) -> None:
    hadir.ports.chats["mattermost"] = Channels(people={"c1": ["budi", "wayan", "yosef"]})
    busy(hadir, "wayan", NINE)
    budi.says("/rapat ubah 1 ~umum", channels={"umum": "c1"})
    budi.submits()
    works(hadir)
    [message] = told(hadir)
    assert "I Wayan Sudarta" in plain(message.text)
    assert about(hadir, "yosef", "Undangan")


# ---------------------------------------------------------------- calendars


def test_the_meeting_itself_in_calendars_keeps_nobody(hadir: Hadir, budi: Talker, tmp_path: Path) -> None:
    """Its old time overlaps with the new one, and stands in everybody's calendar."""
    hadir.ports.calendar = calendar = IcsCalendar(tmp_path / "calendar", Clock())
    calendar.put(event("rapat", NINE, "siti@kantor.example", "dewi@kantor.example", "budi@kantor.example"))
    changes(hadir, budi, time="09.30")
    assert told(hadir) == []
    calendar.put(event("lain", span("11:00", "12:00"), "siti@kantor.example"))
    changes(hadir, budi, time="11.00")
    assert "- acara lain di kalender: Siti Rahayu (11.00–12.00 WIB)" in lines(told(hadir)[0])


def event(name: str, when: Span, *who: str) -> Event:
    return Event(name, "Rahasia", when, "Asia/Jakarta", attendees=tuple(Attendee(each) for each in who))
