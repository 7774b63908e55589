"""A day before, a quarter of an hour before, at the start: each once, to those who come, and never too late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from integration import scheduler
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries.delivery import Delivery
from integration.messages import plain, reply_from_json
from integration.outbox import outbox
from integration.ports import Room, Span
from plugins.izin.tables import absence
from plugins.rapat.tables import meeting_reminder
from tests.cast import Clock, Talker, at
from tests.chats import Radio
from tests.plugins.rapat.house import give_room
from tests.plugins.rapat.invited import Provider, about, card, changes, changes_date, dates, invites, posts, to, works
from tests.post import button, change, inbox, labels

Chat = Callable[[str], Talker]
WEDNESDAY = "2026-11-25"


@pytest.fixture
def later(hadir: Hadir, clock: Clock) -> Callable[[str], list[str]]:
    """`later("2026-11-25T09:00")`: the job of that minute in Jakarta, and what Siti got."""
    [job] = [job for job in scheduler.plugin_jobs(hadir) if job.name == "rapat.remind"]

    def run(moment: str) -> list[str]:
        clock.now = at(f"{moment}+07:00")
        before = len(about(hadir, "siti"))
        assert scheduler.run_job(hadir, job, clock.now)
        with hadir.database.read() as db:
            assert set(db.scalars(select(scheduler.job_run.c.outcome))) == {"done"}
        return about(hadir, "siti")[before:]

    return run


@pytest.fixture
def meeting(hadir: Hadir) -> None:
    invites(hadir, "siti", "dewi", "yosef", **when(WEDNESDAY), channel="c-umum")
    works(hadir)


def when(day: str) -> dict[str, Any]:
    return {"when": Span(at(f"{day}T09:00+07:00"), at(f"{day}T10:00+07:00"))}


Later = Callable[[str], list[str]]


@pytest.mark.usefixtures("meeting")
def test_each_once_in_its_time(hadir: Hadir, later: Later) -> None:
    assert later("2026-11-24T08:59") == []
    [day] = later("2026-11-24T09:00")
    assert day.startswith("Besok: **Koordinasi SPBE**, Rabu 25 Nov, 09.00–10.00 WIB.")
    assert labels(inbox(hadir, "siti")[-1]) == ["Hadir", "Tidak", "Ragu"]
    assert later("2026-11-24T09:01") == []
    assert later("2026-11-25T08:44") == []
    [soon] = later("2026-11-25T08:45")
    assert soon.startswith("Seperempat jam lagi: **Koordinasi SPBE**")
    assert "Tempat: Ruang Garuda" in soon
    assert labels(inbox(hadir, "siti")[-1]) == ["Hadir"]
    [start] = later("2026-11-25T09:00")
    assert start.startswith("**Koordinasi SPBE** dimulai sekarang.")
    assert later("2026-11-25T09:01") == later("2026-11-25T09:14") == []
    assert "Rabu 25 Nov, 11.00–12.00 WIT" in about(hadir, "yosef")[1]
    with hadir.database.read() as db:
        assert db.scalar(select(func.count()).select_from(meeting_reminder)) == 3


@pytest.mark.usefixtures("meeting")
def test_the_channel_gets_the_button_of_the_list(hadir: Hadir, later: Later) -> None:
    later("2026-11-25T09:00")
    root, start = posts(hadir)
    message = reply_from_json(start.payload["message"])
    assert start.payload["under"] == root.key
    assert plain(message.text).startswith("**Koordinasi SPBE** dimulai sekarang.")
    assert [(each.action, each.value) for each in message.buttons] == [("rapat.present", str(dates(hadir)[0].id))]


def test_every_date_of_a_series_has_a_thread(hadir: Hadir, later: Later) -> None:
    invites(hadir, "siti", weeks=2, channel="c-umum")
    works(hadir)
    later("2026-11-24T09:00")
    later("2026-12-01T09:00")
    assert ["under" in post.payload for post in posts(hadir)] == [False] * 3


@pytest.mark.usefixtures("meeting")
def test_silent_for_who_does_not_come(hadir: Hadir, chat: Chat, later: Later) -> None:
    chat("dewi").presses(button(card(hadir, "dewi"), "Tidak"))
    change(hadir, "yosef", ended_on=date(2026, 11, 24))
    before = len(about(hadir, "dewi")), len(about(hadir, "yosef"))
    [_] = later("2026-11-25T08:45")
    assert (len(about(hadir, "dewi")), len(about(hadir, "yosef"))) == before


@pytest.mark.usefixtures("meeting")
def test_silent_for_who_is_away_all_day(hadir: Hadir, chat: Chat, later: Later) -> None:
    chat("siti").says("/izin cuti tahunan 25 Nov libur")
    chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"))
    with hadir.database.read() as db:
        assert db.scalars(select(absence.c.state)).all() == ["approved"]
    assert later("2026-11-25T08:45") == []
    assert "Seperempat jam lagi" in about(hadir, "dewi")[-1]


@pytest.mark.usefixtures("meeting")
def test_who_declined_one_date_hears_of_the_others(hadir: Hadir, chat: Chat, later: Later) -> None:
    invites(hadir, "siti", weeks=2, **when("2026-11-26"))  # the second meeting
    works(hadir)
    [day] = later("2026-11-25T09:00")[-1:]
    assert "dimulai" in day or "Besok" in day
    tomorrow = next(each for each in inbox(hadir, "siti")[::-1] if "Besok" in plain(each.text))
    chat("siti").presses(button(tomorrow, "Tidak"))
    assert later("2026-11-26T08:45") == []
    assert len(later("2026-12-03T08:45")) == 1


@pytest.mark.usefixtures("meeting")
def test_after_an_outage_only_what_helps(hadir: Hadir, later: Later) -> None:
    """The worker was away from Tuesday to Wednesday, 08.50: no word of "tomorrow", one of the quarter of an hour."""
    [soon] = later("2026-11-25T08:50")
    assert soon.startswith("Seperempat jam lagi")
    assert later("2026-11-25T09:20") == []  # too late for the start


@pytest.mark.usefixtures("meeting")
def test_what_waited_too_long_is_dropped(hadir: Hadir, clock: Clock, later: Later) -> None:
    later("2026-11-25T08:45")
    clock.now = at("2026-11-25T09:30+07:00")  # the chat was down
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    hadir.ports.chats["mattermost"] = radio = Radio()
    delivery = Delivery(hadir)
    while delivery.step():
        pass
    assert [text for text in radio.texts if text.startswith("Seperempat")] == []
    assert [text for text in radio.texts if text.startswith("Undangan")] != []


@pytest.mark.usefixtures("meeting")
def test_a_meeting_that_moves_is_reminded_of_anew(hadir: Hadir, later: Later) -> None:
    assert len(later("2026-11-24T09:00")) == 1
    changes(hadir, **to("2026-11-27"))
    works(hadir)
    assert later("2026-11-25T08:45") == later("2026-11-25T09:00") == []
    [day] = later("2026-11-26T13:00")
    assert "Jumat 27 Nov, 13.00–14.00 WIB" in day


@pytest.mark.usefixtures("meeting")
def test_called_off_is_not_reminded_of(hadir: Hadir, later: Later) -> None:
    changes(hadir, state="cancelled")
    works(hadir)
    assert later("2026-11-25T08:45") == []


def test_a_date_that_was_called_off_or_moved(hadir: Hadir, later: Later) -> None:
    invites(hadir, "siti", weeks=3)
    works(hadir)
    _, second, third = dates(hadir)
    changes_date(hadir, second.id, state="cancelled")
    changes_date(hadir, third.id, **to("2026-12-09"))
    works(hadir)
    assert later("2026-12-01T08:45") == later("2026-12-08T08:45") == []
    assert len(later("2026-12-09T12:45")) == 1


def test_who_was_invited_just_now_needs_no_reminder(hadir: Hadir, clock: Clock, later: Later) -> None:
    clock.now = at("2026-11-24T08:40+07:00")
    invites(hadir, "siti")
    works(hadir)
    assert later("2026-11-24T08:45") == []
    assert later("2026-11-24T09:00")[0].startswith("**Koordinasi SPBE** dimulai sekarang.")


def test_the_link_is_in_the_reminder_and_the_room_follows_the_date(hadir: Hadir, later: Later) -> None:
    hadir.ports.videos["jitsi"] = jitsi = Provider()
    invites(hadir, "siti", weeks=2, mode="virtual", place="", provider="jitsi")
    works(hadir)
    with hadir.database.write() as db:
        give_room(db, 1, Room("jitsi", "spbe", "https://meet.kantor.example/spbe"))
    assert "Gabung: [buka rapat](https://meet.kantor.example/spbe)" in later("2026-12-01T08:45")[0]
    works(hadir)
    assert jitsi.made[-1][1].start == at("2026-12-01T09:00+07:00")
    assert len(about(hadir, "siti")) == 2  # the same link: nobody is told of it again


def test_the_job_is_cheap_when_nothing_is_due(hadir: Hadir, clock: Clock, statements: list[str]) -> None:
    invites(hadir, "siti", weeks=52)
    works(hadir)
    [job] = [job for job in scheduler.plugin_jobs(hadir) if job.name == "rapat.remind"]
    clock.now = at("2026-11-23T08:00+07:00")
    statements.clear()
    scheduler.run_job(hadir, job, clock.now)
    assert len(statements) <= 7, statements


def test_a_crash_in_the_middle_reminds_nobody_twice(hadir: Hadir, clock: Clock, later: Later) -> None:
    invites(hadir, "siti", "dewi")
    works(hadir)
    assert len(later("2026-11-24T08:45")) == 1
    with hadir.database.write() as db:  # what was queued stands, that all was done does not
        db.execute(meeting_reminder.delete())
    assert later("2026-11-24T08:46") == []
    with hadir.database.read() as db:
        keys = list(db.scalars(select(outbox.c.key).where(outbox.c.key.like("%:remind:%"))))
    assert len(keys) == len(set(keys)) == 3


def test_reminders_are_of_the_time_of_the_wall(hadir: Hadir, later: Later) -> None:
    """Whoever works in Jayapura is reminded at the same instant, in their own time."""
    start: datetime = at("2026-11-26T08:30+09:00")
    invites(hadir, "siti", by="yosef", when=Span(start, start + timedelta(hours=1)))
    works(hadir)
    [day] = later("2026-11-25T06:30")
    assert "Kamis 26 Nov, 06.30–07.30 WIB" in day
