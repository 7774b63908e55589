"""Answers from chat, calendars and mail meet in one list; those to a time that holds no more, or to nothing, are told so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integration import scheduler
from integration.calendars import answers as calendar_answers
from integration.calendars import store as calendar_store
from integration.core import Hadir
from integration.errors import Refused
from integration.messages import Button, ButtonPress, Form, Reply
from integration.ports import Answer
from plugins.rapat import answers, events, following
from tests.cast import Clock, Talker, at
from tests.plugins.rapat.invited import (
    about,
    card,
    changes,
    changes_date,
    dates,
    invites,
    said,
    scheduled,
    takes_off,
    to,
    works,
)
from tests.post import audited, button, labels, runs

Chat = Callable[[str], Talker]


@pytest.fixture
def meeting(hadir: Hadir) -> None:
    invites(hadir, "siti", "dewi", "wayan", weeks=3, guests=["tamu@dinas.example"])
    works(hadir)


def press(chat: Chat, hadir: Hadir, who: str, label: str) -> str:
    return chat(who).presses(button(card(hadir, who), label))


def counted(hadir: Hadir, occurrence_id: int = 0) -> answers.Counts:
    with hadir.database.read() as db:
        return answers.counts(db, 1, occurrence_id)


@pytest.mark.usefixtures("meeting")
def test_an_answer_keeps_the_card(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    text = siti.presses(button(card(hadir, "siti"), "Hadir"))
    assert f"Berkas: {dates(hadir)[0].folder}" in text
    assert "Jawaban Anda: **hadir**. Bisa diubah kapan saja." in text
    assert "Waktu: Selasa, 24 November 2026" in text
    assert isinstance(siti.last, Reply)
    assert siti.last.replaces
    assert labels(siti.last) == ["Tidak", "Ragu", "Undangan (PDF)"]
    assert "segera dikirim" in siti.presses("Undangan (PDF)")
    assert said(hadir) == [("Siti Rahayu", 0, "accepted", "chat")]
    assert counted(hadir) == answers.Counts(accepted=1, waiting=3)


@pytest.mark.usefixtures("meeting")
def test_a_second_click_changes_nothing(hadir: Hadir, chat: Chat) -> None:
    first = press(chat, hadir, "siti", "Ragu")
    assert press(chat, hadir, "siti", "Ragu") == first
    assert len(audited(hadir, "meeting.answered")) == 1


@pytest.mark.usefixtures("meeting")
def test_the_reason_is_for_the_organiser_alone(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    press(chat, hadir, "siti", "Tidak")
    siti.last = None
    siti.presses(button(card(hadir, "siti"), "Tidak"))
    siti.presses("Beri alasan")
    assert isinstance(siti.last, Form)
    assert not siti.last.fields[0].required
    assert siti.submits(reason="rapat di dinas lain") == "Dicatat untuk **Koordinasi SPBE**: tidak hadir."
    budi = chat("budi")
    shown = budi.presses(Button("x", "rapat.answers", "1"))
    assert "Siti Rahayu (rapat di dinas lain)" in shown
    assert "0 hadir, 1 tidak hadir, 0 ragu, 3 belum menjawab" in shown
    assert "tamu@dinas.example" in shown
    assert chat("dewi").presses(Button("x", "rapat.answers", "1")) == (
        "Hanya penyelenggara yang dapat melihat jawaban setiap orang."
    )
    for row in audited(hadir, "meeting.answered"):
        assert "dinas lain" not in str((row.before, row.after, row.reason))


@pytest.mark.usefixtures("meeting")
def test_another_answer_drops_the_reason(hadir: Hadir, chat: Chat) -> None:
    siti = chat("siti")
    siti.presses(button(card(hadir, "siti"), "Tidak"))
    siti.presses("Beri alasan")
    siti.submits(reason="sakit")
    siti.presses(button(card(hadir, "siti"), "Hadir"))
    assert "sakit" not in chat("budi").presses(Button("x", "rapat.answers", "1"))


@pytest.mark.usefixtures("meeting")
def test_the_latest_counts_wherever_it_came_from(hadir: Hadir, chat: Chat) -> None:
    press(chat, hadir, "siti", "Hadir")
    hears(hadir, "siti@kantor.example", "declined")
    assert said(hadir) == [("Siti Rahayu", 0, "declined", "calendar")]
    press(chat, hadir, "siti", "Ragu")
    hears(hadir, "tamu@dinas.example", "accepted", via="mail", sequence=0)
    assert said(hadir) == [("Siti Rahayu", 0, "tentative", "chat"), ("tamu@dinas.example", 0, "accepted", "mail")]


def hears(hadir: Hadir, email: str, answer: Any, at: Any = None, **more: Any) -> bool:
    """What the worker does with an answer that it finds in the calendar or in the mail."""
    put(hadir)
    uid = scheduled(hadir)[-1][0].uid
    assert events.whole(uid) == uid
    return calendar_answers.hear(hadir, uid, Answer(email, answer, at, **more))


def put(hadir: Hadir) -> None:
    """What was scheduled last is in the calendar."""
    event, off = scheduled(hadir)[-1]
    with hadir.database.write() as db:
        before = calendar_store.delivered(db, event.uid)
        revision = before.revision + 1 if before else 1
        if before is None or before.event != event or before.cancelled != off:
            calendar_store.record(db, calendar_store.Delivered(event, off, revision, revision), hadir.clock())


@pytest.mark.usefixtures("meeting")
def test_one_date_may_have_an_answer_of_its_own(hadir: Hadir, chat: Chat) -> None:
    second = dates(hadir)[1]
    press(chat, hadir, "siti", "Hadir")
    assert hears(hadir, "siti@kantor.example", "declined", second.original)
    assert said(hadir) == [("Siti Rahayu", 0, "accepted", "chat"), ("Siti Rahayu", second.id, "declined", "calendar")]
    assert (counted(hadir).accepted, counted(hadir, second.id).declined) == (1, 1)


@pytest.mark.usefixtures("meeting")
def test_strangers_and_dates_that_are_none_are_nothing(hadir: Hadir) -> None:
    assert not hears(hadir, "penipu@luar.example", "accepted")
    hears(hadir, "siti@kantor.example", "accepted", at("2026-11-25T03:00+07:00"))
    assert said(hadir) == []


@pytest.mark.usefixtures("meeting")
def test_a_new_time_asks_again(hadir: Hadir, chat: Chat) -> None:
    old = button(card(hadir, "siti"), "Hadir")
    press(chat, hadir, "siti", "Hadir")
    press(chat, hadir, "dewi", "Tidak")
    changes(hadir, **to("2026-11-26"))
    assert said(hadir) == []
    assert audited(hadir, "meeting.answers_void")[0].after["answers"] == 2
    siti = chat("siti")
    text = siti.presses(old)
    assert "Waktunya sudah berubah sejak pesan ini." in text
    assert "26 November 2026, pukul 13.00–14.00 WIB" in text
    assert said(hadir) == []
    assert "Jawaban Anda: **hadir**" in siti.presses("Hadir")
    assert said(hadir) == [("Siti Rahayu", 0, "accepted", "chat")]


@pytest.mark.usefixtures("meeting")
def test_another_place_is_no_new_question(hadir: Hadir, chat: Chat) -> None:
    old = button(card(hadir, "siti"), "Hadir")
    changes(hadir, place="Aula")
    assert "Jawaban Anda: **hadir**" in chat("siti").presses(old)


@pytest.mark.usefixtures("meeting")
def test_a_date_that_moves_is_asked_about_by_itself(hadir: Hadir, chat: Chat) -> None:
    press(chat, hadir, "siti", "Hadir")
    second = dates(hadir)[1]
    changes_date(hadir, second.id, **to("2026-12-02"))
    assert counted(hadir).accepted == 1
    assert counted(hadir, second.id) == answers.Counts(waiting=4)
    press(chat, hadir, "siti", "Ragu")  # to all: that one too
    assert counted(hadir, second.id).tentative == 1


@pytest.mark.usefixtures("meeting")
def test_what_is_called_off_takes_no_answer(hadir: Hadir, chat: Chat) -> None:
    old = button(card(hadir, "siti"), "Hadir")
    changes(hadir, state="cancelled", cancel_reason="Pimpinan dinas luar")
    text = chat("siti").presses(old)
    assert text.startswith("Dibatalkan: **Koordinasi SPBE**")
    assert "Alasan: Pimpinan dinas luar" in text
    assert said(hadir) == []


@pytest.mark.usefixtures("meeting")
def test_what_is_over_takes_no_answer(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    old = button(card(hadir, "siti"), "Hadir")
    clock.now = at("2026-12-08T11:00+07:00")
    assert chat("siti").presses(old) == "**Koordinasi SPBE** sudah selesai, jadi jawaban tidak dicatat lagi."


@pytest.mark.usefixtures("meeting")
def test_who_is_not_invited_cannot_answer(hadir: Hadir, chat: Chat) -> None:
    old = button(card(hadir, "siti"), "Hadir")
    assert "tidak lagi diundang" in chat("kartika").presses(old)
    takes_off(hadir, "siti")
    for action in ("rapat.accept", "rapat.why"):
        assert "tidak lagi diundang" in chat("siti").presses(Button("x", action, old.value))
    assert said(hadir) == []


@pytest.mark.usefixtures("meeting")
@pytest.mark.parametrize("value", ["", "1", "1:2", "x:0:y", "1:99:y", "99:0:y", "1:0:" + "9" * 40, "²:0:y", "1:2:3:4"])
def test_forged_values_are_refused(hadir: Hadir, value: str) -> None:
    sender = Talker(hadir, "siti").sender
    for action in ("rapat.accept", "rapat.why"):
        if value.startswith("1:0:"):
            assert hadir.dispatcher.handle(sender, ButtonPress(action, value), hadir.clock()).refused  # type: ignore[union-attr]
        else:
            with pytest.raises(Refused):
                hadir.dispatcher.handle(sender, ButtonPress(action, value), hadir.clock())
    assert said(hadir) == []


@pytest.mark.usefixtures("meeting")
def test_a_mail_to_an_earlier_time_gets_an_answer(hadir: Hadir) -> None:
    changes(hadir, **to("2026-11-26"))
    works(hadir)
    for _ in range(2):
        assert not hears(hadir, "siti@kantor.example", "accepted", via="mail", sequence=0)
    assert said(hadir) == []
    assert [text for text in about(hadir, "siti") if "Jawaban Anda lewat surel adalah untuk waktu yang lama" in text] != []
    assert "Jawaban Anda lewat surel" in about(hadir, "siti")[-1]
    assert hears(hadir, "siti@kantor.example", "accepted", via="mail", sequence=1)
    assert said(hadir) == [("Siti Rahayu", 0, "accepted", "mail")]


@pytest.mark.usefixtures("meeting")
def test_a_mail_to_what_was_called_off_gets_an_answer(hadir: Hadir) -> None:
    changes(hadir, state="cancelled")
    works(hadir)
    told = len(about(hadir, "siti"))
    assert not hears(hadir, "siti@kantor.example", "accepted", via="mail", sequence=0)
    assert about(hadir, "siti")[told].startswith("Dibatalkan: **Koordinasi SPBE**")


@pytest.mark.usefixtures("meeting")
def test_the_organiser_gets_one_message_for_many_answers(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    press(chat, hadir, "siti", "Hadir")
    press(chat, hadir, "dewi", "Tidak")
    told = len(about(hadir, "budi"))
    [job] = [job for job in scheduler.plugin_jobs(hadir) if job.name == "rapat.answers"]
    later = runs(hadir, clock, job)
    later("2026-11-23T07:30+07:00")
    [line] = about(hadir, "budi")[told:]
    assert line.endswith("1 hadir, 1 tidak hadir, 0 ragu, 2 belum menjawab.")
    later("2026-11-23T08:00+07:00")
    assert len(about(hadir, "budi")) == told + 1  # nothing new
    press(chat, hadir, "wayan", "Ragu")
    clock.now = at("2026-11-24T09:00+07:00")
    press(chat, hadir, "wayan", "Hadir")
    later("2026-11-24T09:30+07:00")
    assert len(about(hadir, "budi")) == told + 1  # it has begun: who comes is there
    assert following.EVERY.total_seconds() == 1800


def test_answers_cost_few_statements(hadir: Hadir, chat: Chat, statements: list[str]) -> None:
    invites(hadir, "siti")
    works(hadir)
    pressed = button(card(hadir, "siti"), "Hadir")
    statements.clear()
    chat("siti").presses(pressed)
    assert len(statements) <= 16, statements
