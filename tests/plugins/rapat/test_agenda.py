"""The agenda that people propose: for which date, whose it is to settle, and how it goes on from date to date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from integration.core import Hadir
from integration.messages import Button, Reply
from integration.outbox import outbox
from integration.scheduler import run_job
from plugins.rapat import agenda, meetings, reminders
from tests import cast
from tests.plugins.rapat.house import NINE, arranged, change_date
from tests.post import audited, inbox, labels, texts

Chat = Callable[[str], cast.Talker]
WEEK = timedelta(days=7)


def test_points_are_proposed_listed_settled_and_carried(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    meeting, first = arranged(hadir, "siti", "dewi", starts=(NINE, NINE + WEEK, NINE + 2 * WEEK))
    siti, budi = chat("siti"), chat("budi")
    assert "masih kosong" in siti.says("/rapat usul")
    assert "Diusulkan untuk “Koordinasi SPBE”" in siti.says("/rapat usul 3 mobil dinas @all *baru*")
    assert "sudah ada di agenda" in chat("dewi").says("/rapat usul 3 Mobil dinas @all *baru*")
    siti.says(f"/rapat usul {meeting.id} Anggaran")
    told = [text for text in texts(inbox(hadir, "budi")) if "mengusulkan" in text]
    assert len(told) == 1  # the others of the day are on the list
    shown = budi.says("/rapat usul")
    assert "1. 3 mobil dinas @all *baru* — Siti Rahayu" in shown
    assert labels(budi.last) == ["Sudah dibahas 1", "Hapus 1", "Sudah dibahas 2", "Hapus 2"]
    # A week later, with nothing marked: all of it stands there still, and says since when.
    clock.now = NINE + WEEK
    assert "2. Anggaran — Siti Rahayu (sejak Senin 23 Nov)" in budi.says("/rapat usul")
    done = Button("", "rapat.agenda_done", "1")
    assert "Hanya penyelenggara" in siti.presses(done)
    assert "Sudah dibahas" in budi.presses(done)
    assert "Sudah dibahas" in budi.presses(done)  # once more changes nothing
    assert "sudah dibahas" in budi.says("/rapat usul")
    clock.now = NINE + WEEK + timedelta(hours=3)
    assert "mobil dinas" not in budi.says("/rapat usul")
    with hadir.database.read() as db:
        dates = meetings.occurrences(db, meeting.id)
        assert [[point.text for point in agenda.proposed(db, date)] for date in dates] == [
            ["Anggaran"],
            ["3 mobil dinas @all *baru*", "Anggaran"],
            ["Anggaran"],
        ]
        assert agenda.points(db, meeting, dates[2]) == ["Anggaran"]
        assert agenda.points(db, meeting, None) == []
    back = Button("", "rapat.agenda_withdraw", "2")
    assert "Hanya pengusul" in chat("dewi").presses(back)
    assert "Ditarik" in siti.presses(back)
    assert "Ditarik" in siti.presses(back)
    assert "sudah tidak ada di agenda" in budi.presses(Button("", "rapat.agenda_drop", "2"))
    assert "Hanya pengusul" in budi.presses(Button("", "rapat.agenda_back", "2"))
    assert "Kembali ke agenda" in siti.presses(Button("", "rapat.agenda_back", "2"))
    assert "Dihapus" in budi.presses(Button("", "rapat.agenda_drop", "2"))
    assert "Kembali ke agenda" in budi.presses(Button("", "rapat.agenda_back", "2"))
    assert "tidak ada" in chat("yosef").presses(Button("", "rapat.agenda_drop", "2"))
    assert "tidak ada" in budi.presses(Button("", "rapat.agenda_drop", "999"))
    assert "mobil" not in str([row.after for row in audited(hadir, "meeting.agenda")])
    assert first.id


def test_which_meeting_and_what_is_refused(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    siti = chat("siti")
    assert "dua minggu ke depan" in siti.says("/rapat usul Anggaran")
    meeting, one = arranged(hadir, "siti", title="Koordinasi")
    other, two = arranged(hadir, "siti", title="Evaluasi", starts=(NINE + timedelta(days=1),))
    assert "Rapat yang mana" in siti.says("/rapat usul Anggaran 2027")
    assert isinstance(siti.last, Reply)
    assert "Diusulkan untuk “Evaluasi”" in siti.presses(siti.last.buttons[1])
    assert "sudah ada di agenda" in siti.says(f"/rapat usul {other.id} anggaran 2027")
    assert "Paling banyak 500 huruf" in siti.says(f"/rapat usul {meeting.id} " + "panjang " * 100)
    assert "yang diundang" in chat("yosef").says(f"/rapat usul tanggal:{one.id} x")
    assert "Tidak ada rapat" in chat("yosef").says(f"/rapat usul #{meeting.id} x")
    change_date(hadir, two.id, state="cancelled")
    assert "dibatalkan" in siti.says(f"/rapat usul tanggal:{two.id} Lain")
    clock.now = NINE + timedelta(hours=2)
    assert "sudah selesai" in siti.says(f"/rapat usul tanggal:{one.id} Terlambat")
    for number in range(agenda.MOST_OPEN):
        clock.now = NINE - timedelta(hours=1)
        siti.says(f"/rapat usul {meeting.id} butir nomor {number}")
    assert "sudah penuh" in siti.says(f"/rapat usul {meeting.id} satu lagi")


def test_what_was_proposed_stands_on_card_and_reminder_and_mails_nobody(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    clock.now = NINE - timedelta(days=3)
    meeting, _ = arranged(hadir, "siti", "dewi")
    chat("siti").says(f"/rapat usul {meeting.id} Anggaran 2027")
    assert "Anggaran 2027" in chat("dewi").says(f"/rapat lihat {meeting.id}")
    clock.now = NINE - timedelta(days=1) + timedelta(minutes=1)
    assert run_job(hadir, reminders.JOBS[0], clock.now)
    assert "Anggaran 2027" in texts(inbox(hadir, "dewi"))[-1]
    with hadir.database.read() as db:
        # A server mails every attendee for each new text of an event.
        assert not db.scalars(select(outbox.c.payload).where(outbox.c.kind == "calendar")).all()
