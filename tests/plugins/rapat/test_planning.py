"""Meetings that change: all dates, one date, the people, two changes at once, and calling off."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, update

from integration import people, scheduler
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Form, Reply, plain
from plugins.rapat import changing, meetings
from plugins.rapat.changing import Stale
from plugins.rapat.tables import meeting_agenda_item, meeting_room
from tests import cast
from tests.cast import at
from tests.plugins.rapat.house import tasks
from tests.plugins.rapat.planned import check, dates, in_a_calendar, invitations, invited, meeting, starts
from tests.post import audited, labels, person_id

Chat = Callable[[str], cast.Talker]


def series(hadir: Hadir, chat: Chat, line: str = "tiap senin 08.30 Apel @dewi @wayan 5 kali") -> cast.Talker:
    """Siti's series on five Mondays from the 23rd on, of which everybody has been told."""
    siti = chat("siti")
    siti.says(f"/rapat {line}")
    check(hadir)
    assert meeting(hadir).state == "planned"
    return siti


def published(hadir: Hadir) -> list[int]:
    return [int(given["version"]) for given in tasks(hadir, "rapat.publish")]


# ---------------------------------------------------------------- a single meeting


def test_a_new_time_is_a_new_sequence_and_everybody_is_told(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, 'besok 9.00 "Koordinasi" @dewi 90m')
    uid = meeting(hadir).uid
    assert siti.says("/rapat ubah 1 jam 13.00") == "Ubah rapat"
    assert isinstance(siti.last, Form)
    assert {field.name: field.default for field in siti.last.fields}["time"] == "jam 13.00"
    assert "Selasa, 24 November 2026, pukul 13.00–14.30 WIB" in siti.submits()
    found = meeting(hadir)
    assert (found.uid, found.sequence, found.version, found.state) == (uid, 1, 2, "planned")
    assert starts(hadir) == ["24/11 13.00"]
    assert published(hadir) == [1, 2]
    assert [row.after for row in audited(hadir, "meeting.changed")][0]["starts_at"] == "2026-11-24T06:00:00+00:00"


def test_a_new_title_is_no_new_sequence(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, 'besok 9.00 "Koordinasi" @dewi')
    siti.says("/rapat ubah 1")
    siti.submits(title="Koordinasi SPBE", agenda="rahasia")
    found = meeting(hadir)
    assert (found.title, found.sequence, found.version) == ("Koordinasi SPBE", 0, 2)
    assert "rahasia" not in str([row.after for row in audited(hadir, "meeting.changed")])


def test_nothing_changed_is_said_and_told_to_nobody(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, 'besok 9.00 "Koordinasi" @dewi')
    siti.says("/rapat ubah 1")
    assert "Tidak ada yang berubah" in siti.submits()
    # A phone gives the day back as it shows it.
    siti.says("/rapat ubah 1")
    assert "Tidak ada yang berubah" in siti.submits(day="24/11/2026")
    assert meeting(hadir).version == 1
    assert published(hadir) == [1]


def test_before_anybody_was_told_a_change_is_checked_again(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.says("/rapat besok 9.00 Koordinasi @dewi")
    siti.says("/rapat ubah 1 jam 10.00")
    assert "Saya periksa dulu" in siti.submits()
    assert [given["version"] for given in tasks(hadir, "rapat.check")] == [1, 2]
    assert (meeting(hadir).state, meeting(hadir).sequence) == ("checking", 0)
    check(hadir)
    assert meeting(hadir).state == "planned"
    assert published(hadir) == [2]


def test_the_form_of_another_zone_keeps_it(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 13.00 WIT Rapat Papua @yosef")
    siti.says("/rapat ubah 1")
    assert isinstance(siti.last, Form)
    assert {field.name: field.default for field in siti.last.fields}["time"] == "13.00 WIT"
    siti.submits(time="14.00")
    assert meeting(hadir).starts_at == at("2026-11-24T14:00+09:00")
    assert meeting(hadir).zone == "Asia/Jayapura"


def test_a_bad_change_leaves_the_form_open_and_the_meeting_as_it_was(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat ubah 1")
    opened = siti.last
    for values, said in (
        ({"day": "kemarin"}, "sudah lewat"),
        ({"time": "15.00-13.00"}, "sebelum dimulai"),
        ({"title": " "}, "judul"),
        ({"invite": "@tidakada"}, "Tidak ada pegawai"),
        ({"remove": "@rina"}, "Memang tidak diundang: Rina Marlina"),
        ({"mode": "room"}, "Di ruang mana?"),
    ):
        siti.last = opened
        assert said in siti.submits(**values)
    assert meeting(hadir).version == 1


# ---------------------------------------------------------------- people


def test_people_are_added_and_taken_off_and_come_back(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi @wayan")
    siti.says("/rapat ubah 1")
    siti.submits(invite="@yosef tamu@dinas.go.id", remove="@dewi")
    ids = {name: f"p:{person_id(hadir, name)}" for name in ("siti", "dewi", "wayan", "yosef")}
    assert invited(hadir) == [ids["siti"], ids["wayan"], ids["yosef"], "m:tamu@dinas.go.id"]
    assert meeting(hadir).version == 2
    siti.says("/rapat ubah 1")
    siti.submits(invite="@dewi")
    assert set(invited(hadir)) == {*ids.values(), "m:tamu@dinas.go.id"}
    assert len(invitations(hadir)) == 5
    assert [row.told for row in invitations(hadir) if row.who == ids["dewi"]] == [0]


def test_a_unit_that_is_added_is_found_by_the_worker(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat ubah 1")
    siti.submits(invite=f"unit {cast.KEPEGAWAIAN}")
    check(hadir)
    assert len(invited(hadir)) == 5


# ---------------------------------------------------------------- series


def test_one_date_moves_alone(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat)
    assert "Mana yang diubah?" in siti.says("/rapat ubah")
    assert labels(siti.last) == ["Hanya Senin 23 Nov", "Semua tanggal"]
    assert siti.says("/rapat ubah 1 30/11 10.00") == "Ubah satu tanggal"
    assert "Senin, 30 November 2026, pukul 10.00–11.00 WIB / 11.00–12.00 WITA" in siti.submits(title="Apel khusus")
    assert starts(hadir) == ["23/11 08.30", "30/11 10.00", "07/12 08.30", "14/12 08.30", "21/12 08.30"]
    assert in_a_calendar(hadir) == starts(hadir)
    moved = dates(hadir)[1]
    assert (moved.changed, moved.title, moved.original) == (True, "Apel khusus", at("2026-11-30T08:30+07:00"))
    assert (meeting(hadir).sequence, meeting(hadir).version) == (1, 2)
    assert "30 November 2026" in chat("dewi").says("/rapat lihat 1 30/11")
    assert "Apel khusus" in chat("dewi").says("/rapat daftar minggu depan")


def test_all_dates_to_come_move_and_those_that_are_over_stay(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti = series(hadir, chat)
    siti.says("/rapat ubah 1 14/12")
    siti.submits(title="Apel khusus")
    clock.now = at("2026-12-01T08:00+07:00")
    with hadir.database.write() as db:
        item = {"meeting_id": 1, "occurrence_id": dates(hadir)[2].id, "text": "Anggaran", "person_id": 1, "at": clock.now}
        db.execute(insert(meeting_agenda_item).values(item))
    before = {each.id: each.original for each in dates(hadir)}
    siti.says("/rapat ubah 1")
    siti.presses("Semua tanggal")
    assert isinstance(siti.last, Form)
    assert {field.name: field.default for field in siti.last.fields}["day"] == "2026-12-07"
    said = siti.submits(time="10.00", repeat="tiap selasa 4 kali")
    assert "Selasa, 8 Desember 2026, pukul 10.00–11.00 WIB" in said
    expected = ["23/11 08.30", "30/11 08.30", "08/12 10.00", "15/12 10.00", "22/12 10.00", "29/12 10.00"]
    assert starts(hadir) == expected
    assert in_a_calendar(hadir) == expected[2:]  # what is over is not a calendar's any more
    after = {each.id: each.original for each in dates(hadir)}
    assert [after[id] for id in list(before)[:2]] == list(before.values())[:2]
    assert before.keys() <= after.keys()  # what hangs on a date goes with it
    found = meeting(hadir)
    assert found.starts_at == at("2026-12-08T10:00+07:00")
    assert found.recurrence == "FREQ=WEEKLY;BYDAY=TU;COUNT=4"
    assert found.sequence == 1


def test_a_series_that_is_shortened_drops_its_last_dates(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat)
    siti.says("/rapat ubah 1")
    siti.presses("Semua tanggal")
    siti.submits(repeat="tiap senin sampai 7 Desember")
    assert starts(hadir) == in_a_calendar(hadir) == ["23/11 08.30", "30/11 08.30", "07/12 08.30"]
    siti.says("/rapat ubah 1")
    siti.presses("Semua tanggal")
    siti.submits(repeat="")
    assert starts(hadir) == in_a_calendar(hadir) == ["23/11 08.30"]
    assert meeting(hadir).recurrence == ""


def test_a_single_meeting_becomes_a_series(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat ubah 1")
    assert "Berulang: tiap hari Selasa, 3 tanggal" in siti.submits(repeat="tiap selasa 3 kali")
    assert starts(hadir) == in_a_calendar(hadir) == ["24/11 09.00", "01/12 09.00", "08/12 09.00"]


def test_dates_that_swap_places_do_not_get_into_each_others_way(hadir: Hadir, chat: Chat) -> None:
    """Every date takes the place of the next one."""
    siti = series(hadir, chat, "tiap hari kerja 9.00 Apel @dewi 6 kali")
    siti.says("/rapat ubah 1")
    siti.presses("Semua tanggal")
    siti.submits(day="26/11/2026", repeat="tiap hari kerja 6 kali")
    assert starts(hadir) == [f"{day} 09.00" for day in ("26/11", "27/11", "30/11", "01/12", "02/12", "03/12")]
    assert in_a_calendar(hadir) == starts(hadir)
    assert len(dates(hadir)) == 6 + len([each for each in dates(hadir) if each.state == "cancelled"])


# ---------------------------------------------------------------- calling off


def test_one_date_is_called_off_and_the_last_one_ends_it(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "tiap senin 08.30 Apel @dewi 2 kali")
    said = siti.says("/rapat batal apel rapat pimpinan")
    assert "masih ada 2 tanggal" in said
    assert "Alasan: “rapat pimpinan”" in said
    asked = siti.last
    assert "Tanggal lain tetap" in siti.presses("Hanya Senin 23 Nov")
    assert starts(hadir) == in_a_calendar(hadir) == ["30/11 08.30"]
    assert (meeting(hadir).sequence, meeting(hadir).state) == (1, "planned")
    siti.last = asked
    assert "sudah ditiadakan" in siti.presses("Hanya Senin 23 Nov")
    shown = chat("dewi").says("/rapat lihat 1 23/11")
    assert "ditiadakan" in shown
    assert "Alasan: “rapat pimpinan”" in shown
    siti.says("/rapat batal 1")
    siti.presses("Ya, batalkan")
    assert meeting(hadir).state == "cancelled"
    assert "Dibatalkan" in chat("dewi").says("/rapat lihat 1")
    assert "sudah dibatalkan" in siti.says("/rapat ubah 1")


def test_a_reason_is_told_and_stays_out_of_the_audit(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat batal 1 anak saya sakit")
    siti.presses("Ya, batalkan")
    assert meeting(hadir).cancel_reason == "anak saya sakit"
    with hadir.database.read() as db:
        rows = [str(tuple(row)) for row in db.execute(select(audit))]
    assert not [row for row in rows if "anak saya" in row]


def test_what_is_over_is_neither_changed_nor_called_off(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat batal 1")
    asked = siti.last
    clock.now = at("2026-11-25T09:00+07:00")
    assert "sudah selesai" in siti.says("/rapat ubah 1")
    assert "sudah selesai" in siti.says("/rapat batal 1")
    siti.last = asked
    assert "sudah selesai" in siti.presses("Ya, batalkan")
    assert "Koordinasi" in siti.says("/rapat lihat koordinasi")


# ---------------------------------------------------------------- two at once


def test_two_windows_lose_nothing_of_each_other(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat ubah 1")
    first = siti.last
    siti.says("/rapat ubah 1")
    assert "Diubah" in siti.submits(title="Koordinasi SPBE")
    assert isinstance(first, Form)
    assert siti.submits(first, agenda="Semua isian saya") == "Ubah rapat"
    assert isinstance(siti.last, Form)
    again = {field.name: field.default for field in siti.last.fields}
    assert again["agenda"] == "Semua isian saya"
    assert "sementara itu diubah" in plain(siti.last.intro)
    siti.submits(title="Koordinasi SPBE")
    assert (meeting(hadir).title, meeting(hadir).agenda) == ("Koordinasi SPBE", "Semua isian saya")


def test_of_two_changes_at_once_the_second_hears_of_the_first(hadir: Hadir, chat: Chat) -> None:
    series(hadir, chat)
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        old = meetings.get(db, 1)
        assert old is not None
        changing.call_off(work, old, changing.coming(work, 1)[:1])
        with pytest.raises(Stale) as stale:
            changing.cancel(work, old)
        assert stale.value.now is not None
        assert stale.value.now.version == 2


def test_five_presses_at_once_call_it_off_once(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat batal 1")
    assert isinstance(siti.last, Reply)
    button = siti.last.buttons[0]
    with ThreadPoolExecutor(5) as pool:
        said = list(pool.map(lambda _: chat("siti").presses(button), range(5)))
    assert sum("Semua yang diundang diberi tahu" in each for each in said) == 1
    assert (meeting(hadir).version, len(audited(hadir, "meeting.cancelled"))) == (2, 1)
    assert published(hadir) == [1, 2]


# ---------------------------------------------------------------- rooms


def test_the_room_moves_with_the_meeting(hadir: Hadir, chat: Chat) -> None:
    with hadir.database.write() as db:
        db.execute(insert(meeting_room), [{"name": "Garuda", "capacity": 20}])
    series(hadir, chat, "besok 13.00 Rapat @dewi di ruang Garuda")
    budi = chat("budi")
    budi.says("/rapat besok 9.00 Lain @wayan di ruang Garuda")
    check(hadir)
    budi.says("/rapat ubah 2 jam 13.30")
    assert "Garuda" in budi.submits()
    assert meeting(hadir, 2).version == 1
    budi.says("/rapat ubah 2 jam 15.00")
    assert "15.00–16.00" in budi.submits()
    assert meeting(hadir, 2).room_id == 1
    # Its old time is free again.
    assert "Dijadwalkan" in chat("dewi").says("/rapat besok 9.00 Ketiga @yosef di ruang Garuda")


def test_a_person_who_has_left_is_not_invited_any_more(hadir: Hadir, chat: Chat) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.id == 4).values(ended_on=at("2026-11-20T00:00+07:00").date()))
    siti = chat("siti")
    siti.says("/rapat besok 9.00 Koordinasi @dewi @wayan")
    assert isinstance(siti.last, Form)
    assert "Dewi Lestari sudah tidak" in plain(siti.last.intro)


def test_a_meeting_that_goes_on_is_made_longer(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    clock.now = at("2026-11-24T09:45+07:00")
    siti.says("/rapat ubah")
    assert "09.00–11.00 WIB" in siti.submits(length="2 jam")
    assert [(each.state, each.ends_at) for each in dates(hadir)] == [("planned", at("2026-11-24T11:00+07:00"))]
    siti.says("/rapat ubah")
    assert "sudah lewat" in siti.submits(length="30 menit")


def test_who_chooses_online_leaves_the_room(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi di Aula Barat")
    assert (meeting(hadir).mode, meeting(hadir).place) == ("room", "Aula Barat")
    siti.says("/rapat ubah 1")
    siti.submits(mode="virtual")
    assert (meeting(hadir).mode, meeting(hadir).place) == ("virtual", "")


def test_a_channel_is_invited_afterwards(hadir: Hadir, chat: Chat) -> None:
    siti = series(hadir, chat, "besok 9.00 Koordinasi @dewi")
    siti.says("/rapat ubah 1 ~umum", channels={"umum": "c1"})
    assert "Diubah" in siti.submits()
    assert meeting(hadir).channel_id == ""  # whether Siti is in it is seen by the task
    assert tasks(hadir, "rapat.check")[-1]["groups"] == [["channel", "mattermost", "c1", "umum", "id-siti"]]
