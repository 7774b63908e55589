"""The check of a new meeting: who is asked, what the organiser is told, and what the buttons do. Tuesday 09.00–10.00 WIB."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select, update
from werkzeug import Response

from integration import scheduler
from integration.adapters.caldav import CalDavCalendar
from integration.adapters.local.calendar import IcsCalendar
from integration.errors import DeliveryError
from integration.messages import Button, Reply, plain
from integration.outbox import outbox
from integration.people import account
from integration.ports import Attendee, Event
from plugins.rapat import asking, busy_calendars, planning
from plugins.rapat.tables import meeting_invitee
from tests.calendars import PASSWORD, USER, radicale_server
from tests.cast import Clock, at
from tests.plugins.izin.post import approved
from tests.plugins.jadwal.published import publish
from tests.plugins.rapat.office import (
    NINE,
    UMUM,
    Channels,
    about,
    asked,
    goes_out,
    later,
    now,
    person,
    plans,
    span,
    starts,
    state,
    works,
)
from tests.post import audited, button, change, crowd, inbox, labels, runs, texts, told

SITI = "siti@kantor.example"


def lines(message: Reply) -> list[str]:
    return plain(message.text).splitlines()


def checked(hadir, *who, **more) -> None:
    plans(hadir, *who, **more)
    works(hadir)


@pytest.fixture
def in_a_clash(hadir):
    """Siti has another meeting; Budi is asked."""
    plans(hadir, "siti", by="rina", when=span("09:30", "11:00"), state="planned")
    checked(hadir, "siti", "dewi")
    assert state(hadir, 2) == "asking"


# ---------------------------------------------------------------- free, and not


def test_where_all_are_free_the_invitations_go_out(hadir):
    checked(hadir, "siti", "wayan", "yosef")
    assert state(hadir) == "planned"
    assert goes_out(hadir)
    assert not any(".check_" in b.action for message in inbox(hadir, "budi") for b in message.buttons)


def test_clashes_are_named_with_three_times_that_suit_all(hadir, chat, in_a_clash):
    approved(hadir, chat, "/izin cuti 24/11 tahunan umrah", username="dewi")
    checked(hadir, "siti", "dewi")
    assert not goes_out(hadir, 3)
    assert lines(asked(hadir)) == [
        "**Koordinasi SPBE**, Selasa 24 Nov, 09.00–10.00 WIB",
        "Undangan belum dikirim: 2 dari 3 orang tidak bisa.",
        "- tidak bertugas hari itu: Dewi Lestari",
        "- rapat lain: Siti Rahayu (09.30–11.00 WIB)",
        "",
        "Semua bisa pada waktu berikut: pilih satu, atau tetap undang.",
    ]
    assert labels(asked(hadir)) == [
        "Tetap undang",
        "Rabu 25 Nov, 08.00–09.00 WIB",
        "Rabu 25 Nov, 09.00–10.00 WIB",
        "Rabu 25 Nov, 10.00–11.00 WIB",
        "Ubah",
        "Batalkan",
    ]
    assert told(hadir).keys() <= {"budi", "dewi"}  # nobody who would be invited was told of it


def test_times_are_found_for_three_zones(hadir):
    checked(hadir, "wayan", "yosef", when=span("15:00", "16:00"))
    assert "- di luar jam kerja: I Wayan Sudarta (06.30–15.00 WIB), Yosef Wenda (05.30–14.00 WIB)" in lines(asked(hadir))
    assert labels(asked(hadir))[1:4] == [
        "Selasa 24 Nov, 08.00–09.00 WIB",
        "Selasa 24 Nov, 09.00–10.00 WIB",
        "Selasa 24 Nov, 13.00–14.00 WIB",
    ]


def test_what_keeps_everybody_is_said_once(hadir):
    crowd(hadir, 12)
    everybody = planning.Group("unit", "1", "Bidang Aplikasi")
    checked(hadir, when=span("09:00", "10:00", "2026-11-28"), groups=[everybody])
    assert "- libur: semua" in lines(asked(hadir))
    assert labels(asked(hadir))[1] == "Senin 30 Nov, 08.00–09.00 WIB"


def test_if_nothing_suits_all_the_best_times_say_who_is_missing(hadir, chat):
    approved(hadir, chat, "/izin cuti 23/11-11/12 tahunan", username="dewi")
    plans(hadir, "siti", by="rina", when=span("08:00", "12:00"), state="planned")
    checked(hadir, "siti", "dewi")
    assert lines(asked(hadir))[-4:] == [
        "Tidak ada waktu yang cocok bagi semua. Yang terbaik:",
        "- Selasa 24 Nov, 13.00–14.00 WIB: tanpa Dewi Lestari",
        "- Selasa 24 Nov, 14.00–15.00 WIB: tanpa Dewi Lestari",
        "- Selasa 24 Nov, 15.00–16.00 WIB: tanpa Dewi Lestari",
    ]


def test_who_need_not_come_keeps_nobody_from_being_invited(hadir):
    plans(hadir, "siti", by="rina", when=NINE, state="planned")
    checked(hadir, "dewi", optional=["siti"])
    assert state(hadir, 2) == "planned"
    assert "- rapat lain: Siti Rahayu (09.00–10.00 WIB)" in about(hadir, "budi", "Siti Rahayu")[-1]


def test_who_works_from_home_is_only_a_note(hadir):
    publish(hadir)
    checked(hadir, "dewi", mode="room", place="Ruang Garuda")
    assert state(hadir) == "planned"
    assert "- bekerja dari rumah (hanya catatan): Budi Santoso" in about(hadir, "budi", "Koordinasi SPBE")[0]


def test_a_series_is_checked_by_date_and_moves_as_a_whole(hadir, chat):
    plans(hadir, "siti", by="rina", when=span("09:00", "11:00", "2026-11-26"), state="planned")
    checked(hadir, "siti", dates=4)
    question = asked(hadir)
    assert "**Kamis 26 Nov**" in lines(question)
    assert labels(question)[1:4] == [  # from 11.00 to 12.00 would be Friday prayer on the last date
        "Selasa 24 Nov, 08.00–09.00 WIB",
        "Selasa 24 Nov, 13.00–14.00 WIB",
        "Selasa 24 Nov, 14.00–15.00 WIB",
    ]
    assert "dipindah ke Selasa 24 Nov, 13.00–14.00 WIB" in chat("budi").presses(button(question, labels(question)[2]))
    works(hadir)
    assert starts(hadir, 2) == ["24/11 13.00", "25/11 13.00", "26/11 13.00", "27/11 13.00"]
    assert state(hadir, 2) == "planned"


def test_long_series_are_checked_as_far_as_that_makes_sense(hadir, clock):
    plans(hadir, "siti", by="rina", when=NINE, state="planned")
    checked(hadir, "siti", dates=90)
    assert "Yang diperiksa 60 tanggal pertama dari 90." in lines(asked(hadir))
    assert any(line.startswith("… dan ") and line.endswith(" tanggal lagi") for line in lines(asked(hadir)))


# ---------------------------------------------------------------- the buttons


def test_inviting_all_the_same_is_done_once(hadir, chat, in_a_clash):
    press = button(asked(hadir), "Tetap undang")
    assert "Hanya penyelenggara" in chat("dewi").presses(press)
    assert state(hadir, 2) == "asking"
    assert chat("budi").presses(press) == "Undangan “Koordinasi SPBE” sedang dikirim kepada 2 orang."
    assert goes_out(hadir, 2)
    assert "undangan sudah dikirim" in chat("budi").presses(press)
    assert "undangan sudah dikirim" in chat("budi").presses(button(asked(hadir), "Batalkan"))
    assert state(hadir, 2) == "planned"
    assert [row.after for row in audited(hadir, "meeting.planned")] == [{"state": "planned"}]


def test_a_time_is_taken_and_checked_again(hadir, chat, in_a_clash):
    question = asked(hadir)
    press = button(question, "Selasa 24 Nov, 11.00–12.00 WIB")
    plans(hadir, "dewi", by="rina", when=span("11:30", "12:00"), state="planned")  # meanwhile
    assert "Saya periksa sekali lagi" in chat("budi").presses(press)
    assert starts(hadir, 2) == ["24/11 11.00"]
    works(hadir)
    assert state(hadir, 2) == "asking"
    assert "- rapat lain: Dewi Lestari (11.30–12.00 WIB)" in lines(asked(hadir))
    assert "Pesan ini sudah lama" in chat("budi").presses(press)
    chat("budi").presses(button(asked(hadir), "Selasa 24 Nov, 13.00–14.00 WIB"))
    works(hadir)
    assert state(hadir, 2) == "planned"
    assert now(hadir, 2).starts_at == at("2026-11-24T13:00+07:00")


def test_a_time_that_has_passed_is_not_taken(hadir, chat, clock, in_a_clash):
    question = asked(hadir)
    later(hadir, clock, "2026-11-24T12:30+07:00")
    for label in ("Tetap undang", "Selasa 24 Nov, 11.00–12.00 WIB"):
        assert chat("budi").presses(button(question, label)) == "Waktu ini sudah lewat. Pilih waktu lain."
    assert state(hadir, 2) == "asking"


def test_cancelling_tells_nobody_else(hadir, chat, in_a_clash):
    before = told(hadir)
    assert "Belum ada yang diundang" in chat("budi").presses(button(asked(hadir), "Batalkan"))
    assert state(hadir, 2) == "dropped"
    assert "Belum ada yang diundang" in chat("budi").presses(button(asked(hadir), "Tetap undang"))
    works(hadir)
    assert told(hadir) == before


def test_values_that_are_none_of_ours_change_nothing(hadir, chat, in_a_clash):
    for value in ("", "x", "99", "2", "2 1 gestern", "2 1 9999-99-99", "9" * 40, "2 x [[1]]", "2 1 2026-11-20T09:00:00"):
        for action in ("check_invite", "check_time", "check_drop", "check_again"):
            assert "bermasalah" not in chat("dewi").presses(Button("x", f"rapat.{action}", value))
            if action in ("check_time", "check_again"):
                assert "bermasalah" not in chat("budi").presses(Button("x", f"rapat.{action}", value))
    works(hadir)
    assert state(hadir, 2) == "asking"


def test_two_who_press_at_once_decide_once(hadir, chat, in_a_clash):
    question = asked(hadir)
    start = threading.Barrier(2)

    def press(label: str) -> str:
        start.wait()
        return chat("budi").presses(button(question, label))

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(press, ["Tetap undang", "Batalkan"]))
    assert sum("sedang dikirim" in each or "Belum ada yang diundang" in each for each in said) >= 1
    assert state(hadir, 2) in ("planned", "dropped")
    assert goes_out(hadir, 2) == (state(hadir, 2) == "planned")


def test_who_does_not_decide_is_reminded_once_and_then_it_is_over(hadir, clock, in_a_clash):
    job = runs(hadir, clock, asking.JOBS[0])
    job("2026-11-23T10:00+07:00")
    assert not about(hadir, "budi", "Saya menunggu keputusan Anda")
    for minute in ("30", "45"):
        job(f"2026-11-23T11:{minute}+07:00")
    assert len(about(hadir, "budi", "Saya menunggu keputusan Anda")) == 1
    assert labels(inbox(hadir, "budi")[-1]) == ["Tetap undang", "Ubah", "Batalkan"]
    for minute in ("15", "30"):
        job(f"2026-11-24T10:{minute}+07:00")
    assert state(hadir, 2) == "dropped"
    assert len(about(hadir, "budi", "waktunya sudah lewat")) == 1


# ---------------------------------------------------------------- repeats


def test_a_check_that_is_begun_again_or_overtaken_does_nothing(hadir, chat, in_a_clash):
    given = {"meeting": 2, "version": 1, "groups": [], "ask": True}
    run = scheduler.JobRun(hadir, hadir.clock())
    from plugins.rapat.checking import check

    before = told(hadir)
    check(run, given)
    check(run, {**given, "version": 7})
    check(run, {**given, "meeting": 99})
    assert (state(hadir, 2), told(hadir)) == ("asking", before)
    chat("budi").presses(button(asked(hadir), "Batalkan"))
    check(run, given)
    assert state(hadir, 2) == "dropped"


def test_a_worker_that_was_down_invites_nobody_to_what_is_over(hadir, clock):
    plans(hadir, "siti")
    later(hadir, clock, "2026-11-24T10:01+07:00")
    works(hadir)
    assert state(hadir) == "dropped"
    assert about(hadir, "budi", "waktunya sudah lewat dan belum ada yang diundang")
    assert not goes_out(hadir)


def test_an_organiser_who_has_left_is_not_written_to(hadir, clock):
    plans(hadir, "siti", by="rina", when=NINE, state="planned")
    plans(hadir, "siti")
    change(hadir, "budi", ended_on=date(2026, 11, 22))
    works(hadir)
    job = runs(hadir, clock, asking.JOBS[0])
    job("2026-11-23T15:00+07:00")
    job("2026-11-24T15:00+07:00")
    assert (state(hadir, 2), told(hadir).get("budi")) == ("dropped", None)


def test_a_meeting_for_now_is_not_asked_about(hadir):
    plans(hadir, "siti", by="rina", when=NINE, state="planned")
    found = plans(hadir, "siti", state="checking")
    with hadir.database.write() as db:
        db.execute(outbox.delete().where(outbox.c.kind == "task"))
        planning.check(scheduler.work(hadir, db), found, ask=False)
    works(hadir)
    assert state(hadir, 2) == "planned"
    assert goes_out(hadir, 2)


# ---------------------------------------------------------------- channels and units


def invited(hadir, meeting_id: int = 1) -> int:
    with hadir.database.read() as db:
        return len(db.execute(select(meeting_invitee.c.id).where(meeting_invitee.c.meeting_id == meeting_id)).all())


def test_everybody_in_a_channel_or_a_unit_is_invited_once(hadir):
    """Dewi has never spoken to Hadir."""
    with hadir.database.write() as db:
        db.execute(update(account).where(account.c.username == "dewi").values(external_id=None))
    hadir.ports.chats["mattermost"] = Channels(people={"c-umum": ["siti", "dewi", "budi", "orang.luar", "orang.lain"]})
    checked(hadir, "siti", groups=[UMUM, planning.Group("unit", "2", "Subbagian Kepegawaian")])
    assert state(hadir) == "planned"
    assert invited(hadir) == 6
    with hadir.database.read() as db:
        via = dict(db.execute(select(meeting_invitee.c.person_id, meeting_invitee.c.via)).all())
    assert {via[person(hadir, who).id] for who in ("siti", "dewi", "rina")} == {"", "~umum", "Subbagian Kepegawaian"}
    assert about(hadir, "budi", "2 orang di ~umum tidak ada di daftar pegawai, jadi tidak diundang.")


def test_a_channel_without_the_bot_says_how_to_let_it_in_and_the_others_are_invited(hadir, chat):
    mattermost = hadir.ports.chats["mattermost"] = Channels(people={"c-umum": ["dewi"]}, outside={"c-umum"})
    checked(hadir, "siti", groups=[UMUM])
    assert state(hadir) == "planned"
    message = inbox(hadir, "budi")[-1]
    note = next(m for m in inbox(hadir, "budi") if "Coba lagi" in labels(m))
    assert "Ketik `/invite @hadir` di sana, lalu tekan “Coba lagi”." in plain(note.text), message
    mattermost.outside.clear()
    assert "periksa lagi siapa saja yang ada di ~umum" in chat("budi").presses(button(note, "Coba lagi"))
    works(hadir)
    assert invited(hadir) == 3


def test_a_meeting_of_nobody_but_such_a_channel_waits_for_it(hadir, chat):
    mattermost = hadir.ports.chats["mattermost"] = Channels(people={"c-umum": ["dewi", "siti"]}, outside={"c-umum"})
    checked(hadir, groups=[UMUM])
    assert state(hadir) == "asking"
    assert "Belum ada yang diundang." in lines(asked(hadir))
    assert labels(asked(hadir)) == ["Coba lagi", "Ubah", "Batalkan"]
    mattermost.outside.clear()
    chat("budi").presses(button(asked(hadir), "Coba lagi"))
    works(hadir)
    assert (state(hadir), invited(hadir)) == ("planned", 3)


def test_a_chat_that_is_down_is_asked_again_later(hadir, clock):
    mattermost = Channels(people={"c-umum": ["dewi"]}, trouble=[DeliveryError("down")])
    hadir.ports.chats["mattermost"] = mattermost
    checked(hadir, groups=[UMUM])
    assert state(hadir) == "checking"
    later(hadir, clock, "2026-11-23T07:40+07:00")
    works(hadir)
    assert (state(hadir), invited(hadir)) == ("planned", 2)


def test_five_hundred_are_checked_in_as_many_statements_as_few(hadir, statements):
    crowd(hadir, 500)
    plans(hadir, "siti", by="rina", when=NINE, state="planned")
    plans(hadir, "siti", groups=[planning.Group("unit", "1", "Bidang Aplikasi")])
    statements.clear()
    works(hadir)
    assert state(hadir, 2) == "asking"
    assert invited(hadir, 2) == 506
    assert "Undangan belum dikirim: 1 dari 506 orang tidak bisa." in lines(asked(hadir))
    assert len(statements) < 70


# ---------------------------------------------------------------- calendars


def event(name: str, when, *who: str) -> Event:
    return Event(name, "Rahasia", when, "Asia/Jakarta", attendees=tuple(Attendee(each) for each in who))


@pytest.fixture(params=["folder", "radicale"])
def calendar(request, tmp_path: Path, hadir):
    if request.param == "folder":
        hadir.ports.calendar = IcsCalendar(tmp_path / "calendar", Clock())
        yield hadir.ports.calendar
        return
    folder = tmp_path / "radicale"
    folder.mkdir()
    with radicale_server(folder) as url:
        found = CalDavCalendar(f"{url}kalender/", USER, PASSWORD, clock=Clock())
        hadir.ports.calendar = found
        yield found
        found.close()


def test_what_stands_in_calendars_counts_and_its_title_is_not_told(hadir, chat, calendar):
    calendar.put(event("lain-1", span("09:30", "10:30"), SITI, "tamu@instansi.example"))
    checked(hadir, "siti", "dewi", guests=["tamu@instansi.example"])
    assert "- acara lain di kalender: Siti Rahayu (09.30–10.00 WIB), tamu@instansi.example (09.30–10.00 WIB)" in lines(
        asked(hadir)
    )
    assert "Rahasia" not in plain(asked(hadir).text)
    assert labels(asked(hadir))[1] == "Selasa 24 Nov, 08.00–09.00 WIB"
    chat("budi").presses(button(asked(hadir), labels(asked(hadir))[1]))
    works(hadir)
    assert state(hadir) == "planned"


def test_a_weekly_series_is_looked_for_in_calendars_for_months(hadir, calendar):
    calendar.put(event("lain-1", span("09:30", "10:30", "2027-01-12"), SITI))
    checked(hadir, "siti", dates=12, every=timedelta(days=7))
    assert "**Selasa 12 Jan**" in lines(asked(hadir))
    assert "- acara lain di kalender: Siti Rahayu (09.30–10.00 WIB)" in lines(asked(hadir))


def test_meetings_of_ours_in_the_calendar_count_once(hadir, calendar):
    other = plans(hadir, "siti", by="rina", when=NINE, state="planned")
    calendar.put(event(other.uid, NINE, SITI))
    checked(hadir, "siti")
    assert [line for line in lines(asked(hadir)) if line.startswith("- ")] == ["- rapat lain: Siti Rahayu (09.00–10.00 WIB)"]


def test_a_calendar_that_answers_nonsense_keeps_nobody(hadir, httpserver: HTTPServer):
    hadir.ports.calendar = CalDavCalendar(httpserver.url_for("/kalender/"), "u", "p", clock=Clock())
    for number, nonsense in enumerate(("<html>Silakan masuk</html>", "", "BEGIN:VCALENDAR\nBEGIN:VEVENT"), 1):
        httpserver.clear()
        httpserver.expect_request("/kalender/").respond_with_data(nonsense, content_type="text/html")
        checked(hadir, "siti", when=span(f"{9 + number:02}:00", f"{9 + number:02}:30"))
        assert state(hadir, number) == "planned"
        notes = about(hadir, "budi", "Kalender tidak terjawab; yang diperiksa hanya data Hadir sendiri.")
        assert len(notes) == number


def test_a_calendar_that_hangs_is_given_up(hadir, httpserver: HTTPServer, request):
    """It is asked once with a limit, not once for each batch of people, and the times are found without it."""
    gone = threading.Event()
    request.addfinalizer(gone.set)
    calls = []

    def hang(_request) -> Response:
        calls.append(1)
        gone.wait(30)
        return Response("")

    httpserver.expect_request("/kalender/").respond_with_handler(hang)
    calendar = CalDavCalendar(httpserver.url_for("/kalender/"), "u", "p", clock=Clock())
    people = [f"orang{n}@kantor.example" for n in range(250)]
    found = busy_calendars.ask(calendar, people, NINE, seconds=0.3)
    gone.set()
    assert found.silent
    assert found.times == {}
    assert len(calls) <= 3


def test_without_a_calendar_nothing_is_amiss(hadir):
    change(hadir, "siti", email="")
    checked(hadir, "siti")
    assert state(hadir) == "planned"
    assert not about(hadir, "budi", "Kalender")
    assert texts(inbox(hadir, "rina")) == []


def test_a_calendar_that_was_silent_is_not_asked_for_other_times(hadir, httpserver: HTTPServer):
    """It keeps the worker waiting once, and times are offered by what Hadir knows."""
    calls = []

    def busy(_request) -> Response:
        calls.append(1)
        return Response("", status=403)

    httpserver.expect_request("/kalender/").respond_with_handler(busy)
    hadir.ports.calendar = CalDavCalendar(httpserver.url_for("/kalender/"), "u", "p", clock=Clock())
    plans(hadir, "siti", by="rina", when=NINE, state="planned")
    checked(hadir, "siti")
    assert len(calls) == 1
    assert "Kalender tidak terjawab; yang diperiksa hanya data Hadir sendiri." in lines(asked(hadir))
    assert labels(asked(hadir))[1] == "Selasa 24 Nov, 08.00–09.00 WIB"


def test_a_daily_series_of_years_moves_at_once(hadir, chat, statements):
    plans(hadir, "siti", by="rina", when=NINE, state="planned")
    checked(hadir, "siti", dates=1300)
    question = asked(hadir)
    statements.clear()
    chat("budi").presses(button(question, "Selasa 24 Nov, 08.00–09.00 WIB"))
    assert len(statements) < 20
    assert {each[6:] for each in starts(hadir, 2)} == {"08.00"}
    assert len(starts(hadir, 2)) == 1300
