"""Action items: from the minutes to whoever does them; done, undone, moved, reminded of, and in step with the text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from integration.core import Hadir
from integration.messages import Button, Form, Reply, plain
from integration.scheduler import run_job
from integration.workdays import holiday
from plugins.rapat.minutes import versions
from plugins.rapat.tasks import keeping, reminders
from plugins.rapat.tasks.commands import closed_tasks
from plugins.rapat.tasks.matching import Task
from tests import cast
from tests.cast import at
from tests.plugins.izin.post import approved
from tests.plugins.rapat.house import NINE, arranged
from tests.plugins.rapat.office import person
from tests.post import audited, button, change, inbox, labels, texts

Chat = Callable[[str], cast.Talker]
AFTER = at("2026-11-23T11:00+07:00")
WEEK = timedelta(days=7)


def written(hadir: Hadir, chat: Chat, *items: str, publish: bool = True) -> None:
    """Budi writes minutes with these action items, and publishes them."""
    budi = chat("budi")
    budi.says("/rapat notulen tulis")
    assert isinstance(budi.last, Form), budi.last
    kept = budi.last.fields[0].default.partition("## Tindak lanjut\n")[0]
    budi.submits(text=kept + "## Tindak lanjut\n\n" + "\n".join(items) + "\n")
    if publish:
        budi.presses("Terbitkan")


def rows(hadir: Hadir, occurrence_id: int) -> list[Task]:
    with hadir.database.read() as db:
        return keeping.of_occurrence(db, occurrence_id)


def states(hadir: Hadir, occurrence_id: int) -> list[tuple[str, str, str]]:
    return [(row.text, row.state, f"{row.due_on or ''}") for row in rows(hadir, occurrence_id)]


def text(hadir: Hadir, occurrence_id: int) -> str:
    with hadir.database.read() as db:
        found = versions.latest(db, occurrence_id)
    assert found is not None
    return found.text


def test_items_are_known_again_whatever_is_changed_about_them(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, one = arranged(hadir, "siti", "dewi")
    clock.now = AFTER
    written(hadir, chat, "- [ ] siapkan ruangan rapat besar @siti Jumat", "- kirim surat @dewi @siti 30/11", publish=False)
    assert [row.state for row in rows(hadir, one.id)] == ["open"] * 3
    first = rows(hadir, one.id)[0]
    assert "tidak ada tindak lanjut" in chat("siti").says("/rapat tugas").lower()  # a draft is nobody's yet
    # Another wording, another person, another order, and one ticked.
    written(hadir, chat, "- [x] kirim surat @dewi @siti 30/11", "- [ ] siapkan ruang rapat besar @dewi 1/12", publish=False)
    assert states(hadir, one.id) == [
        ("siapkan ruang rapat besar", "open", "2026-12-01"),
        ("kirim surat", "done", "2026-11-30"),
        ("kirim surat", "done", "2026-11-30"),
    ]
    assert rows(hadir, one.id)[0].id == first.id
    # One taken out is dropped, what is done stays done; put back it is open again, and known.
    written(hadir, chat, "- [x] kirim surat @dewi @siti 30/11", publish=False)
    assert [row.state for row in rows(hadir, one.id)] == ["dropped", "done", "done"]
    written(hadir, chat, "- [ ] kirim surat @dewi @siti 30/11", "- [ ] siapkan ruang rapat besar @dewi 1/12", publish=False)
    assert [row.state for row in rows(hadir, one.id)] == ["open", "open", "open"]
    assert len(rows(hadir, one.id)) == 3
    assert "ruang" not in str([(row.before, row.after) for row in audited(hadir, "meeting.task")])


def test_a_box_that_was_ticked_elsewhere_is_not_undone_by_an_old_text(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, one = arranged(hadir, "siti", "dewi")
    clock.now = AFTER
    written(hadir, chat, "- [ ] siapkan ruangan @siti Jumat", "- [ ] kirim surat @dewi 30/11")
    budi = chat("budi")
    budi.says("/rapat notulen tulis")
    siti = chat("siti")
    assert "siapkan ruangan — Jumat 27 Nov · Koordinasi SPBE" in siti.says("/rapat tugas")
    assert "Selesai: siapkan ruangan" in siti.presses("Selesai")
    assert "- [x] siapkan ruangan @siti Jumat" in text(hadir, one.id)
    assert isinstance(budi.last, Form)
    old = budi.last.fields[0].default
    assert "- [ ] siapkan ruangan @siti Jumat" in old
    budi.submits(text=old.replace("## Keputusan", "## Keputusan\n- Ya"))
    assert "- [x] siapkan ruangan @siti Jumat" in text(hadir, one.id)
    assert [row.state for row in rows(hadir, one.id)] == ["done", "open"]
    # The writer sees it ticked now; opening it is a wish.
    budi.says("/rapat notulen tulis")
    assert isinstance(budi.last, Form)
    budi.submits(text=budi.last.fields[0].default.replace("- [x] siapkan", "- [ ] siapkan"))
    assert [row.state for row in rows(hadir, one.id)] == ["open", "open"]


def test_done_undone_and_moved_by_those_who_may(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    meeting, one = arranged(hadir, "siti", "dewi")
    clock.now = AFTER
    written(hadir, chat, "- [ ] siapkan ruangan @siti Jumat", "- [ ] kirim surat @dewi")
    first, second = rows(hadir, one.id)
    done = Button("", "rapat.task_done", str(first.id))
    assert "bukan milik Anda" in chat("dewi").presses(done)
    assert "bukan milik Anda" in chat("siti").presses(Button("", "rapat.task_done", "x"))
    siti, budi = chat("siti"), chat("budi")
    assert "Selesai" in siti.presses(done)
    assert "Sudah selesai" in siti.presses(done)
    assert "Dibuka lagi" in siti.presses("Batal selesai")
    assert "Memang belum selesai" in siti.presses(Button("", "rapat.task_undo", str(first.id)))
    shown = budi.says(f"/rapat tugas rapat {meeting.id}")
    assert "2 belum, 0 selesai" in shown
    assert "1. siapkan ruangan — Siti Rahayu, Jumat 27 Nov" in shown
    assert labels(budi.last) == ["Selesai 1", "Selesai 2", "Ubah salah satu"]
    form = budi.presses("Ubah salah satu")
    assert form == "Ubah tindak lanjut"
    opened = budi.last
    assert isinstance(opened, Form)
    task = str(second.id)
    assert "sudah lewat" in budi.submits(opened, task=task, what="due", due="20/11/2026")
    assert "isi" in budi.submits(opened, task=task, what="due", due="").lower()
    assert "daftar" in budi.submits(opened, task="999", what="due", due="besok").lower()
    assert "batasnya kini Senin, 30 November 2026" in budi.submits(opened, task=task, what="due", due="30/11")
    assert "- [ ] kirim surat @dewi 30/11/2026" in text(hadir, one.id)
    assert "Budi Santoso mengubah batas" in texts(inbox(hadir, "dewi"))[-1]
    budi.submits(opened, task=str(first.id), what="due", due="2/12")
    assert "- [ ] siapkan ruangan @siti 02/12/2026" in text(hadir, one.id)
    budi.submits(opened, task=task, what="done", due="")
    assert [row.state for row in rows(hadir, one.id)] == ["open", "done"]
    assert "Hanya penyelenggara" in chat("siti").presses(Button("", "rapat.task_change", str(meeting.id)))
    assert "tidak ada" in chat("yosef").says(f"/rapat tugas rapat {meeting.id}").lower()
    with hadir.database.read() as db:
        assert [each.text for each in closed_tasks(db, person(hadir, "dewi"), date(2026, 11, 23))] == [
            "Menyelesaikan tindak lanjut rapat “Koordinasi SPBE”: kirim surat"
        ]
        assert closed_tasks(db, person(hadir, "siti"), date(2026, 11, 23)) == []


def test_what_was_done_is_offered_to_the_logbook(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    """With the meeting itself, to whoever did it; not done after all, it is not offered any more."""
    arranged(hadir, "siti", "dewi")
    clock.now = NINE
    chat("siti").says("/rapat hadir")
    clock.now = AFTER
    written(hadir, chat, "- [ ] siapkan ruangan @siti Jumat", "- [ ] kirim surat @dewi")
    siti = chat("siti")
    assert "Rapat “Koordinasi SPBE”, 09.00–10.30 WIB" in siti.says("/logbook")
    assert "siapkan ruangan" not in siti.says("/logbook")
    siti.says("/rapat tugas")
    siti.presses("Selesai")
    did = "Menyelesaikan tindak lanjut rapat “Koordinasi SPBE”: siapkan ruangan"
    undo = siti.last
    assert did in siti.says("/logbook")
    assert did not in chat("dewi").says("/logbook")
    assert isinstance(undo, Reply)
    siti.presses(button(undo, "Batal selesai"))
    assert did not in siti.says("/logbook")


def test_a_team_is_seen_without_what_is_said_elsewhere(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    arranged(hadir, "siti", "dewi", title="Koordinasi")
    clock.now = AFTER
    written(hadir, chat, "- [ ] siapkan ruangan @siti Jumat")
    arranged(hadir, "dewi", title="Rahasia", organizer="rina", starts=(NINE + timedelta(minutes=1),))
    rina = chat("rina")
    rina.says("/rapat notulen tulis")
    assert isinstance(rina.last, Form)
    rina.submits(text=rina.last.fields[0].default + "- [ ] periksa berkas @dewi besok\n")
    rina.presses("Terbitkan")
    shown = chat("budi").says("/rapat tugas tim")
    assert "- siapkan ruangan — Jumat 27 Nov · Koordinasi" in shown
    assert "1 dari rapat yang tidak mengundang Anda" in shown
    assert "periksa" not in shown
    assert "tidak ada bawahan" in chat("siti").says("/rapat tugas tim")
    assert "Milik tim saya" in labels(chat_says(chat("budi"), "/rapat tugas"))


def chat_says(talker: cast.Talker, line: str) -> Reply:
    talker.says(line)
    assert isinstance(talker.last, Reply)
    return talker.last


def test_what_the_last_date_left_is_closed_in_the_next_minutes(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    _, one = arranged(hadir, "siti", "dewi", starts=(NINE, NINE + WEEK))
    clock.now = AFTER
    written(hadir, chat, "- [ ] siapkan ruangan @siti Jumat", "- [ ] kirim surat @dewi 30/11")
    clock.now = AFTER + WEEK
    budi = chat("budi")
    budi.says("/rapat notulen tulis")
    assert isinstance(budi.last, Form)
    later = budi.last.fields[0].default
    assert (
        "## Tindak lanjut rapat lalu\n\n- [ ] siapkan ruangan @siti 27/11/2026\n- [ ] kirim surat @dewi 30/11/2026\n" in later
    )
    budi.submits(text=later.replace("- [ ] siapkan", "- [x] siapkan") + "- [ ] hal baru @siti\n")
    assert [row.state for row in rows(hadir, one.id)] == ["done", "open"]
    chat("dewi").presses(Button("", "rapat.task_done", str(rows(hadir, one.id)[1].id)))
    budi.says("/rapat notulen tulis")
    assert isinstance(budi.last, Form)
    now = budi.last.fields[0].default
    assert "- [x] kirim surat @dewi 30/11/2026" in now
    assert "- [x] kirim surat @dewi 30/11" in text(hadir, one.id)
    assert [row.text for row in rows(hadir, int(budi.last.value.partition(":")[0]))] == ["hal baru"]


# ---------------------------------------------------------------- reminders


@pytest.fixture
def reminded(hadir: Hadir, clock: cast.Clock) -> Callable[..., None]:
    """`reminded("2026-11-26T09:00+07:00", siti=1, budi=0)`: so many new messages at that moment."""

    def look(moment: str, **wanted: int) -> None:
        before = {who: len(inbox(hadir, who)) for who in wanted}
        clock.now = at(moment)
        assert run_job(hadir, reminders.JOBS[0], clock.now)
        assert {who: len(inbox(hadir, who)) - before[who] for who in wanted} == wanted, moment

    return look


def test_reminders_come_on_working_days_and_to_whom_they_help(
    hadir: Hadir, chat: Chat, clock: cast.Clock, reminded: Callable[..., None]
) -> None:
    arranged(hadir, "siti", "dewi", "wayan")
    with hadir.database.write() as db:
        db.execute(insert(holiday).values(day=date(2026, 11, 26), name="Libur", kind="public"))
    hadir.workdays.forget()
    approved(hadir, chat, "/izin cuti 30/11 tahunan keluarga", username="dewi")
    clock.now = AFTER
    written(
        hadir,
        chat,
        "- [ ] siapkan ruangan @siti Jumat",
        "- [ ] pesan konsumsi @siti Jumat",
        "- [ ] kirim surat @dewi 30/11",
        "- [ ] rapikan arsip PIC: Pak Lurah 24/11",
        "- [ ] foto @wayan 30/11",
        "- [ ] kapan-kapan @siti",
    )
    reminded("2026-11-23T12:30+07:00", siti=0, budi=0)  # told of it just now
    reminded("2026-11-24T06:30+07:00", budi=0)  # nobody is woken up
    reminded("2026-11-24T09:00+07:00", siti=0, budi=1)  # for whom nobody knows
    assert "untuk Pak Lurah, yang tidak dapat diberi tahu" in texts(inbox(hadir, "budi"))[-1]
    reminded("2026-11-24T09:30+07:00", budi=0)
    reminded("2026-11-25T09:00+07:00", siti=1, dewi=0)  # Thursday is a holiday
    told = inbox(hadir, "siti")[-1]
    assert "1. siapkan ruangan — Jumat 27 Nov · Koordinasi SPBE\n2. pesan konsumsi" in plain(told.text)
    assert labels(told) == ["Selesai 1", "Selesai 2", "Semua milik saya"]
    chat("siti").presses(told.buttons[0])
    reminded("2026-11-26T09:00+07:00", siti=0, dewi=0)
    reminded("2026-11-27T09:00+07:00", siti=1, dewi=1)  # the last working day before Dewi's leave
    assert "pesan konsumsi — Jumat 27 Nov — hari ini" in texts(inbox(hadir, "siti"))[-1]
    change(hadir, "wayan", ended_on=date(2026, 11, 29))
    reminded("2026-11-28T09:00+07:00", siti=0, dewi=0)
    reminded("2026-11-30T09:00+07:00", siti=0, dewi=0, budi=1, wayan=0)
    assert "foto — Senin 30 Nov — hari ini (I Wayan Sudarta sudah tidak bekerja di sini)" in texts(inbox(hadir, "budi"))[-1]
    reminded("2026-12-01T09:00+07:00", dewi=1, budi=1)
    assert "kirim surat — Senin 30 Nov — lewat 1 hari" in texts(inbox(hadir, "dewi"))[-1]
    reminded("2026-12-04T09:00+07:00", siti=1)
    assert "lewat 7 hari" in texts(inbox(hadir, "siti"))[-1]
    reminded("2026-12-05T09:00+07:00", siti=0)
