"""Who leads a meeting: its organiser and its secretary; and where the organiser has left, the secretary or their supervisor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from integration.core import Hadir
from plugins.rapat import asking
from plugins.rapat.tables import meeting
from tests.cast import Clock, Talker
from tests.plugins.rapat.invited import card, dates, firsts, invites
from tests.plugins.rapat.invited import works as goes_out
from tests.plugins.rapat.office import about, asked, now, plans, span, state, works
from tests.post import audited, button, change, labels, person_id, runs

Chat = Callable[[str], Talker]


def writes(hadir: Hadir, username: str = "dewi", number: int = 1) -> None:
    """She is its secretary."""
    with hadir.database.write() as db:
        db.execute(update(meeting).where(meeting.c.id == number).values(secretary_id=person_id(hadir, username)))


def leaves(hadir: Hadir, username: str = "budi") -> None:
    change(hadir, username, ended_on=date(2026, 11, 22))


@pytest.fixture
def planned(hadir: Hadir) -> None:
    """Budi's, with Siti and Dewi; Hendra is above him."""
    invites(hadir, "siti", "dewi")
    goes_out(hadir)


# ---------------------------------------------------------------- the secretary


def test_the_secretary_changes_and_calls_off(hadir: Hadir, chat: Chat, planned: None) -> None:
    dewi = chat("dewi")
    assert dewi.says("/rapat ubah 1") == "Hanya penyelenggara “Koordinasi SPBE” yang bisa melakukannya: Budi Santoso."
    assert "tidak punya rapat" in dewi.says("/rapat ubah")
    writes(hadir)
    assert dewi.says("/rapat ubah") == "Ubah rapat"
    assert "Diubah: **Koordinasi SPBE**" in dewi.submits(time="10.00")
    assert audited(hadir, "meeting.changed")[-1].actor_id == person_id(hadir, "dewi")
    dewi.says("/rapat lihat 1")
    assert {"Ubah", "Batalkan"} <= set(labels(dewi.last))
    assert "Batalkan **Koordinasi SPBE**?" in dewi.says("/rapat batal 1 libur")
    assert "dibatalkan" in dewi.presses(labels(dewi.last)[0])
    assert state(hadir) == "cancelled"
    assert "Hanya penyelenggara" in chat("siti").says("/rapat batal 1")


def test_the_secretary_calls_off_a_date_and_changes_one(hadir: Hadir, chat: Chat) -> None:
    invites(hadir, "dewi", weeks=3)
    goes_out(hadir)
    writes(hadir)
    dewi = chat("dewi")
    dewi.says("/rapat batal 1 1/12")
    dewi.presses(labels(dewi.last)[0])
    dewi.says("/rapat ubah 1 8/12")
    dewi.submits(time="14.00")
    assert [each.state for each in dates(hadir)] == ["planned", "cancelled", "planned"]
    assert dates(hadir)[2].changed


def test_the_secretary_answers_the_questions_of_the_check(hadir: Hadir, chat: Chat) -> None:
    plans(hadir, "siti", by="rina", when=span("09:30", "11:00"), state="planned")
    plans(hadir, "siti", "dewi")
    writes(hadir, number=2)
    works(hadir)
    press = button(asked(hadir), "Tetap undang")
    assert "Hanya penyelenggara" in chat("siti").presses(press)
    assert "sedang dikirim" in chat("dewi").presses(press)
    assert state(hadir, 2) == "planned"


# ---------------------------------------------------------------- the organiser has left


def test_the_supervisor_leads_when_the_organiser_has_left(hadir: Hadir, chat: Chat, planned: None) -> None:
    hendra = chat("hendra")
    assert "tidak ada rapat" in hendra.says("/rapat ubah 1").lower()
    assert "Koordinasi SPBE" not in hendra.says("/rapat daftar saya")
    leaves(hadir)
    assert "Koordinasi SPBE" in hendra.says("/rapat daftar saya")
    assert hendra.says("/rapat ubah") == "Ubah rapat"
    assert "jadi rapat ini sekarang Anda yang pimpin" in str(hendra.last.intro)  # type: ignore[union-attr]  # it is a form
    hendra.submits(time="10.00")
    assert audited(hadir, "meeting.changed")[-1].actor_id == person_id(hadir, "hendra")
    goes_out(hadir)
    assert "Kini dipimpin: Hendra Gunawan" in about(hadir, "siti", "Perubahan")[0]
    assert about(hadir, "hendra", "Perubahan dikirim kepada")  # the summing up goes to who leads
    assert "Kini dipimpin: Hendra Gunawan" in chat("siti").says("/rapat lihat 1")
    assert chat("siti").says("/rapat ubah 1") == "Itu hanya bisa dilakukan Hendra Gunawan, yang memimpin “Koordinasi SPBE”."
    assert "Anda yang pimpin" in hendra.says("/rapat batal 1")
    hendra.presses(labels(hendra.last)[0])
    assert state(hadir) == "cancelled"


def test_with_a_secretary_the_supervisor_has_no_part_in_it(hadir: Hadir, chat: Chat, planned: None) -> None:
    writes(hadir)
    leaves(hadir)
    assert "tidak ada rapat" in chat("hendra").says("/rapat ubah 1").lower()
    assert "tidak punya rapat" in chat("hendra").says("/rapat ubah")
    assert chat("dewi").says("/rapat ubah") == "Ubah rapat"
    leaves(hadir, "dewi")
    assert chat("hendra").says("/rapat ubah") == "Ubah rapat"


def test_a_supervisor_of_somebody_who_works_here_has_no_part_in_it(hadir: Hadir, chat: Chat, planned: None) -> None:
    leaves(hadir, "siti")
    assert "tidak ada rapat" in chat("hendra").says("/rapat batal 1").lower()
    leaves(hadir)
    change(hadir, "budi", ended_on=date(2026, 11, 23))  # today is his last day
    assert "tidak ada rapat" in chat("hendra").says("/rapat batal 1").lower()


def test_questions_go_to_who_leads(hadir: Hadir, chat: Chat, clock: Clock) -> None:
    plans(hadir, "siti", by="rina", when=span("09:30", "11:00"), state="planned")
    plans(hadir, "siti", "dewi")
    leaves(hadir)
    works(hadir)
    question = asked(hadir, "hendra")
    runs(hadir, clock, asking.JOBS[0])((clock.now + timedelta(hours=5)).isoformat())
    assert about(hadir, "hendra", "belum ada yang diundang")
    assert not about(hadir, "budi", "Undangan belum dikirim")
    assert "sedang dikirim" in chat("hendra").presses(button(question, "Tetap undang"))


def test_where_nobody_is_left_nobody_is_asked(hadir: Hadir) -> None:
    plans(hadir, "siti", by="rina", when=span("09:30", "11:00"), state="planned")
    plans(hadir, "siti", by="budi")
    leaves(hadir)
    leaves(hadir, "hendra")
    works(hadir)
    assert now(hadir, 2).state == "asking"
    assert not about(hadir, "hendra", "Undangan belum dikirim")


def test_who_is_taken_off_is_told_whom_to_ask(hadir: Hadir, chat: Chat, planned: None) -> None:
    leaves(hadir)
    hendra = chat("hendra")
    hendra.says("/rapat ubah 1")
    hendra.submits(remove="@siti")
    goes_out(hadir)
    assert "Hendra Gunawan" in about(hadir, "siti", "tidak lagi diundang")[0]
    assert firsts(hadir, "siti")[-1].startswith("Anda tidak lagi")
    assert card(hadir, "dewi")
