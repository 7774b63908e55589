"""Everybody invited is told once of every version, in order, in their own time and language, and nobody is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from integration import outbox as boxes
from integration import people, scheduler
from integration.adapters.local.storage import FolderStorage
from integration.core import Hadir
from integration.messages import Button, plain
from integration.outbox import outbox
from plugins.rapat import following, planning, publish
from plugins.rapat.planning import Who
from tests.cast import Clock, Talker, at
from tests.chats import Radio
from tests.plugins.rapat.house import tasks, work_off
from tests.plugins.rapat.invited import (
    Crash,
    Dying,
    about,
    calendars,
    changes,
    changes_date,
    count_told,
    dates,
    edits,
    firsts,
    invites,
    posts,
    takes_off,
    throng,
    to,
    works,
)
from tests.post import button, change, inbox, labels

Chat = Callable[[str], Talker]


def test_the_invitation_has_all_one_needs(hadir: Hadir) -> None:
    invites(hadir, "siti", "wayan", "yosef", agenda="1. Evaluasi\n2. Rencana @all")
    works(hadir)
    [siti] = inbox(hadir, "siti")
    text = plain(siti.text)
    assert text.startswith("Undangan: **Koordinasi SPBE**")
    assert "Selasa, 24 November 2026, pukul 09.00–10.30 WIB / 10.00–11.30 WITA / 11.00–12.30 WIT" in text
    assert "Tempat: Ruang Garuda" in text
    assert "Pengundang: Budi Santoso" in text
    assert "1. Evaluasi\n2. Rencana @all" in text
    assert "Rapat/2026/2026-11-24 Koordinasi SPBE" in text
    assert labels(siti) == ["Hadir", "Tidak", "Ragu", "Undangan (PDF)"]
    # Each in their own zone first.
    assert "pukul 10.00–11.30 WITA / 09.00–10.30 WIB / 11.00–12.30 WIT" in about(hadir, "wayan")[0]
    assert "pukul 11.00–12.30 WIT / 09.00–10.30 WIB / 10.00–11.30 WITA" in about(hadir, "yosef")[0]


def test_the_organiser_hears_that_it_is_done(hadir: Hadir) -> None:
    invites(hadir, "siti", "dewi", guests=["tamu@dinas.example"])
    works(hadir)
    [done] = about(hadir, "budi")
    assert "Undangan dikirim kepada 2 orang." in done
    assert "Tidak terjangkau: tamu@dinas.example." in done  # nobody mails here: no calendar is connected


def test_a_file_for_those_into_whose_calendar_nobody_writes(hadir: Hadir) -> None:
    invites(hadir, "siti", weeks=3)
    works(hadir)
    [file] = inbox(hadir, "siti")[0].files
    assert (file.name, file.media_type) == ("Koordinasi SPBE.ics", "text/calendar")
    [event] = calendars(file.content).events
    assert (str(event["SUMMARY"]), "METHOD" in calendars(file.content)) == ("Koordinasi SPBE", False)
    assert "ATTENDEE" not in event


def test_who_is_in_the_calendar_gets_no_file(hadir: Hadir) -> None:
    hadir.ports.calendar = _Scheduling()  # type: ignore[assignment]  # only asked whether it invites
    change(hadir, "dewi", email="")
    invites(hadir, "siti", "dewi", guests=["tamu@dinas.example"])
    works(hadir)
    assert inbox(hadir, "siti")[0].files == ()
    assert len(inbox(hadir, "dewi")[0].files) == 1
    [done] = about(hadir, "budi")
    assert "Undangan dikirim kepada 3 orang (2 lewat obrolan, 1 lewat kalender atau surel)." in done
    assert "Tidak terjangkau" not in done


class _Scheduling:
    name, schedules = "nextcloud", True


def test_whom_nothing_reaches_is_named(hadir: Hadir) -> None:
    hadir.ports.calendar = _Scheduling()  # type: ignore[assignment]  # only asked whether it invites
    hadir.ports.chats = {"mattermost": Radio()}
    with hadir.database.write() as db:
        theirs = people.account.c.username.in_(["dewi", "wayan"])
        db.execute(update(people.account).where(theirs).values(platform="nextcloud"))
    change(hadir, "dewi", email="")
    invites(hadir, "siti", "dewi", "wayan")
    works(hadir)
    [done] = about(hadir, "budi")
    assert "kepada 2 orang (1 lewat obrolan, 1 lewat kalender atau surel)" in done
    assert "Tidak terjangkau: Dewi Lestari." in done
    assert about(hadir, "dewi") == about(hadir, "wayan") == []


def test_who_has_left_is_not_written_to(hadir: Hadir) -> None:
    invites(hadir, "siti", "dewi")
    change(hadir, "dewi", ended_on=date(2026, 11, 20))
    works(hadir)
    assert (len(about(hadir, "siti")), about(hadir, "dewi")) == (1, [])
    changes(hadir, **to("2026-11-25"))
    works(hadir)
    assert (len(about(hadir, "siti")), about(hadir, "dewi")) == (2, [])


def test_a_change_says_what_was_and_what_is(hadir: Hadir) -> None:
    invites(hadir, "siti", "yosef")
    works(hadir)
    changes(hadir, place="Aula", title="Rapat SPBE", **to("2026-11-25"))
    works(hadir)
    text = about(hadir, "yosef")[1]
    assert text.startswith("Perubahan: **Rapat SPBE**")
    line = next(line for line in text.splitlines() if line.startswith("- Waktu"))
    assert "Selasa, 24 November 2026, pukul 11.00–12.30 WIT" in line.split("→")[0]
    assert "Rabu, 25 November 2026, pukul 15.00–16.00 WIT" in line.split("→")[1]
    assert "- Tempat: Ruang Garuda → **Aula**" in text
    assert "- Judul: Koordinasi SPBE → **Rapat SPBE**" in text
    assert "mohon jawab lagi" in text
    assert labels(inbox(hadir, "yosef")[1]) == ["Hadir", "Tidak", "Ragu", "Undangan (PDF)"]
    assert "Perubahan dikirim kepada 2 orang" in about(hadir, "budi")[-1]


def test_nobody_hears_of_a_version_that_was_overtaken(hadir: Hadir) -> None:
    """Changed three times before the worker came: one message, of the last."""
    invites(hadir, "siti")
    changes(hadir, place="Aula")
    changes(hadir, place="Lobi")
    works(hadir)
    assert firsts(hadir, "siti") == ["Undangan: Koordinasi SPBE"]
    assert "Tempat: Lobi" in about(hadir, "siti")[0]


def test_changed_back_before_anybody_was_told(hadir: Hadir) -> None:
    invites(hadir, "siti")
    works(hadir)
    changes(hadir, place="Aula")
    changes(hadir, place="Ruang Garuda")
    works(hadir)
    assert firsts(hadir, "siti") == ["Undangan: Koordinasi SPBE"]


def test_who_comes_late_is_invited_and_the_others_are_left_alone(hadir: Hadir) -> None:
    invites(hadir, "siti")
    works(hadir)
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        planning.invite(work, 1, [Who(people.search(db, "dewi")[0].id)])
        publish.bring(work, 1)
    works(hadir)
    assert firsts(hadir, "siti") == firsts(hadir, "dewi") == ["Undangan: Koordinasi SPBE"]


def test_who_is_taken_off_hears_it_once_and_is_invited_again_as_new(hadir: Hadir) -> None:
    invites(hadir, "siti", "dewi")
    works(hadir)
    takes_off(hadir, "dewi")
    works(hadir)
    changes(hadir, place="Aula")
    works(hadir)
    assert firsts(hadir, "dewi") == ["Undangan: Koordinasi SPBE", "Anda tidak lagi diundang: Koordinasi SPBE"]
    assert len(about(hadir, "siti")) == 2
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        planning.invite(work, 1, [Who(people.search(db, "dewi")[0].id)])
    changes(hadir)
    works(hadir)
    assert firsts(hadir, "dewi")[2:] == ["Undangan: Koordinasi SPBE"]
    assert len(about(hadir, "siti")) == 2


def test_called_off_with_its_reason(hadir: Hadir) -> None:
    invites(hadir, "siti", weeks=2)
    works(hadir)
    changes(hadir, state="cancelled", cancel_reason="Pimpinan *dinas luar*", sequence=1)
    works(hadir)
    text = about(hadir, "siti")[1]
    assert text.startswith("Dibatalkan: **Koordinasi SPBE**")
    assert "Alasan: Pimpinan *dinas luar*" in text
    [file] = inbox(hadir, "siti")[1].files
    assert calendars(file.content)["METHOD"] == "CANCEL"
    assert "1 orang diberi tahu" in about(hadir, "budi")[-1]


def test_called_off_before_anybody_knew(hadir: Hadir) -> None:
    invites(hadir, "siti", channel="c-umum")
    changes(hadir, state="cancelled")
    works(hadir)
    assert about(hadir, "siti") == []
    assert posts(hadir) == []


def test_one_date_of_a_series(hadir: Hadir) -> None:
    invites(hadir, "siti", weeks=4)
    works(hadir)
    second, third = dates(hadir)[1:3]
    assert "(sisa 4 tanggal)" in next(line for line in about(hadir, "siti")[0].splitlines() if line.startswith("Berulang: "))
    changes_date(hadir, second.id, **to("2026-12-02"))
    works(hadir)
    changes_date(hadir, third.id, state="cancelled", cancel_reason="ada upacara")
    works(hadir)
    moved, dropped = about(hadir, "siti")[1:]
    line = next(line for line in moved.splitlines() if line.startswith("- "))
    assert "Selasa, 1 Desember 2026, pukul 09.00–10.30 WIB" in line.split("→")[0]
    assert "Rabu, 2 Desember 2026, pukul 13.00–14.00 WIB" in line.split("→")[1]
    off = "- Dibatalkan hanya untuk tanggal ini: Selasa, 8 Desember 2026, pukul 09.00–10.30 WIB. Alasan: ada upacara"
    assert off in dropped.splitlines()
    assert "2 Desember" not in dropped
    for text in (moved, dropped):  # the time of the first date would look like theirs
        assert "Waktu:" not in text
        assert "Tempat: Ruang Garuda" in text


def test_the_channel_has_one_thread(hadir: Hadir) -> None:
    invites(hadir, "siti", channel="c-umum")
    works(hadir)
    changes(hadir, place="Aula")
    works(hadir)
    changes(hadir, state="cancelled")
    works(hadir)
    root, *below = posts(hadir)
    assert "under" not in root.payload
    assert [post.payload["under"] for post in below] == [root.key] * 2
    assert "Undangan: " in root.payload["message"]["text"]
    assert "Dibatalkan: " in below[1].payload["message"]["text"]


def test_the_announcement_says_what_holds_now(hadir: Hadir) -> None:
    """Whoever reads the channel later finds the time at which it is, and one who has seen it before is told below it."""
    invites(hadir, "siti", channel="c-umum")
    works(hadir)
    changes(hadir, **to("2026-11-25"))
    works(hadir)
    changes(hadir, state="cancelled")
    works(hadir)
    root, *below = posts(hadir)
    moved, off = edits(hadir)
    assert {moved.payload["instead_of"], off.payload["instead_of"]} == {root.key}
    assert "Rabu, 25 November 2026, pukul 13.00" in moved.payload["message"]["text"]
    assert "24 November" not in moved.payload["message"]["text"]
    assert "Undangan: " in moved.payload["message"]["text"]
    assert "Dibatalkan: " in off.payload["message"]["text"]
    assert len(below) == 2
    assert moved.id < below[0].id


def test_a_channel_hears_of_everything_since_it_was_told_last(hadir: Hadir, clock: Clock) -> None:
    """The first of two changes in one moment is never announced."""
    invites(hadir, "siti", channel="c-umum")
    works(hadir)
    for step in range(2):  # first with only the announcement there, then with a change below it
        clock.now += timedelta(minutes=1)
        changes(hadir, **to(f"2026-11-2{5 + step}"))
        changes(hadir, place=f"Aula {step}")
        works(hadir)
        text = posts(hadir)[-1].payload["message"]["text"]
        assert "- Waktu: " in text, step
        assert "- Tempat: " in text, step
    assert len(posts(hadir)) == 3


def test_a_reader_of_english(hadir: Hadir) -> None:
    change(hadir, "siti", locale="en")
    invites(hadir, "siti")
    works(hadir)
    assert firsts(hadir, "siti") == ["Invitation: Koordinasi SPBE"]
    assert labels(inbox(hadir, "siti")[0]) == ["I will come", "I cannot", "Maybe", "Invitation (PDF)"]


def test_titles_and_links_are_nothing_but_words(hadir: Hadir) -> None:
    evil = "Rapat [x](http://evil) @all **tebal**"
    invites(hadir, "siti", title=evil, agenda="BEGIN:VALARM\r\n| a | b |")
    works(hadir)
    [message] = inbox(hadir, "siti")
    assert evil in plain(message.text)
    assert "\ue000Rapat [x](http://evil)" in str(message.text)  # marked as somebody's own
    [event] = calendars(message.files[0].content).events
    assert str(event["SUMMARY"]) == evil
    assert "BEGIN:VALARM" in str(event["DESCRIPTION"])


# ---------------------------------------------------------------- thousands, and crashes


def large(hadir: Hadir, number: int) -> None:
    """A meeting of Budi's with so many others, who have calendars."""
    hadir.ports.calendar = _Scheduling()  # type: ignore[assignment]  # only asked whether it invites
    invites(hadir)
    crowd = throng(hadir, number)
    with hadir.database.write() as db:
        work = scheduler.work(hadir, db)
        planning.invite(work, 1, crowd)
        publish.bring(work, 1)


def test_a_crash_after_any_batch_leaves_nobody_out_and_nobody_twice(hadir: Hadir) -> None:
    large(hadir, 450)
    crashes = 0
    while _crashes(hadir, crashes):  # each time one transaction later
        crashes += 1
    assert crashes > 5
    works(hadir)
    works(hadir)
    assert count_told(hadir, "meeting:1:1:invited:%") == 450
    assert {len(each) for each in _by_person(hadir).values()} == {1}


def _crashes(hadir: Hadir, commits: int) -> bool:
    try:
        publish.publish(Dying(hadir, commits), {"meeting": 1, "version": 1})
    except Crash:
        return True
    return False


def _by_person(hadir: Hadir) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    with hadir.database.read() as db:
        for row in db.execute(boxes.outbox.select().where(outbox.c.kind == "chat")):
            if ":invited:" in row.key:
                found.setdefault(row.payload["person"], []).append(row.key)
    return found


def test_a_change_in_the_middle_takes_over(hadir: Hadir) -> None:
    """Who was told of the first version hears what has changed; the others hear of the second only."""
    large(hadir, 450)
    with pytest.raises(Crash):
        publish.publish(Dying(hadir, 6), {"meeting": 1, "version": 1})
    told = count_told(hadir, "meeting:1:1:invited:%")
    assert 0 < told < 450
    changes(hadir, place="Aula")
    works(hadir)
    assert count_told(hadir, "meeting:1:1:invited:%") == told
    assert count_told(hadir, "meeting:1:2:changed:%") == told
    assert count_told(hadir, "meeting:1:2:invited:%") == 450 - told


def test_the_organiser_of_many_hears_how_far_it_is(hadir: Hadir) -> None:
    large(hadir, 1100)
    works(hadir)
    before, after = about(hadir, "budi")
    assert before == "**Koordinasi SPBE**: 1000 dari 1101 orang sudah diberi tahu."
    assert "Undangan dikirim kepada 1100 orang." in after


# ---------------------------------------------------------------- what never arrived


def test_the_organiser_hears_of_a_message_that_never_arrived(hadir: Hadir, clock: Clock) -> None:
    invites(hadir, "siti", "dewi")
    works(hadir)
    with hadir.database.write() as db:
        lost = outbox.c.key.like("meeting:1:1:invited:%") & (outbox.c.stream == f"person:{people.search(db, 'dewi')[0].id}")
        db.execute(update(outbox).where(lost).values(state="dead", finished_at=clock.now))
    job = replace(next(job for job in following.JOBS if job.name == "unreached"), name="rapat.unreached")
    for moment in ("2026-11-23T07:30+07:00", "2026-11-23T07:35+07:00"):
        clock.now = at(moment)
        assert scheduler.run_job(hadir, job, clock.now)
    assert [text for text in about(hadir, "budi") if "tidak sampai" in text] == [
        "**Koordinasi SPBE**: pesan saya tidak sampai kepada Dewi Lestari.\n"
        "Mohon Anda sendiri yang memberi tahu. Administrator dapat melihat sebabnya."
    ]


# ---------------------------------------------------------------- the letter


def test_the_letter_comes_when_somebody_wants_it(hadir: Hadir, chat: Chat, tmp_path: Path) -> None:
    hadir.ports.storage = storage = FolderStorage(tmp_path / "files")
    invites(hadir, "siti")
    works(hadir)
    wants = button(inbox(hadir, "siti")[0], "Undangan (PDF)")
    assert "belum ada di foldernya" in gets_letter(hadir, chat, wants)[0]
    path = f"{dates(hadir)[0].folder}/Undangan.pdf"
    storage.put(path, b"%PDF", "application/pdf")
    hadir.clock.now += timedelta(minutes=1)  # type: ignore[attr-defined]  # the tests' clock
    gets_letter(hadir, chat, wants)
    [file] = inbox(hadir, "siti")[-1].files
    assert (file.name, file.path) == ("Undangan.pdf", path)
    told = len(inbox(hadir, "siti"))
    gets_letter(hadir, chat, wants)  # a second click within the minute
    assert len(inbox(hadir, "siti")) == told
    assert "tidak lagi diundang" in chat("kartika").presses(wants)


def gets_letter(hadir: Hadir, chat: Chat, wants: Button) -> list[str]:
    before = len(inbox(hadir, "siti"))
    assert chat("siti").presses(wants) == "Surat undangan segera dikirim kepada Anda lewat pesan langsung."
    work_off(hadir, "rapat.letter", tasks(hadir, "rapat.letter")[-1])
    return about(hadir, "siti")[before:]
