"""Who leads a meeting: its organiser and its secretary; and where the organiser has left, the secretary or their supervisor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from integration.app import create_app
from integration.core import Hadir
from integration.messages import Button, Form
from integration.ports import Room
from plugins.rapat import asking
from plugins.rapat.minutes import jobs as minutes_jobs
from plugins.rapat.tables import meeting
from tests.cast import Clock, Talker
from tests.plugins.rapat.house import NINE, Phone, Rooms, arranged
from tests.plugins.rapat.invited import card, dates, firsts, invites
from tests.plugins.rapat.invited import works as goes_out
from tests.plugins.rapat.office import about, asked, now, plans, span, state, works
from tests.post import audited, button, change, inbox, labels, person_id, runs

Chat = Callable[[str], Talker]


def writes(hadir: Hadir, username: str = "dewi", number: int = 1) -> None:
    """She is its secretary."""
    with hadir.database.write() as db:
        db.execute(update(meeting).where(meeting.c.id == number).values(secretary_id=person_id(hadir, username)))


def leaves(hadir: Hadir, username: str = "budi") -> None:
    change(hadir, username, ended_on=date(2026, 11, 22))


@pytest.fixture
def client(hadir: Hadir) -> FlaskClient:
    return create_app(hadir).test_client()


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


def test_who_leads_it_for_the_organiser_holds_it_too(hadir: Hadir, chat: Chat, clock: Clock, client: FlaskClient) -> None:
    """The agenda, the code on the wall, the video room, the list, the minutes and their tasks, and who writes them."""
    rooms = hadir.ports.videos["talk"] = Rooms()
    _, date_ = arranged(hadir, "siti", "dewi", provider="talk", room=Room("talk", "room-1", "", {}))
    chat("siti").says("/rapat usul 1 Anggaran")
    hendra, phone = chat("hendra"), Phone(client)
    for line in ("usul 1", "layar", "daftar-hadir 1", "notulen 1", "notulis @dewi 1", "tugas rapat 1"):
        assert "Koordinasi" not in hendra.says(f"/rapat {line}"), line
    leaves(hadir)
    chat("dewi").says("/rapat usul 1 Pegawai")
    assert about(hadir, "hendra", "mengusulkan")
    hendra.says("/rapat usul #1")
    assert "Sudah dibahas: “Anggaran”" in hendra.presses("Sudah dibahas 1")
    clock.now = NINE
    shown = hendra.says("/rapat layar")
    assert "/rapat hadir " in phone.opens(shown[shown.index("http") : shown.index(")**")])
    card_ = hendra.says("/rapat lihat 1")
    phone.opens(card_[card_.index("(http") + 1 : card_.index(")", card_.index("(http"))])
    assert (phone.status, [who.moderator for who in rooms.joined]) == (303, [True])
    assert "minta Hendra Gunawan" in chat("rina").presses(Button("x", "rapat.present", str(date_.id)))
    hendra.says("/rapat daftar-hadir 1")
    hendra.presses("Tambah orang")
    assert "Siti Rahayu tercatat" in hendra.submits(who="siti", came="09.05", reason="HP mati")
    assert "Dewi Lestari menjadi notulis" in hendra.says("/rapat notulis @dewi 1")
    assert "Tidak ada rapat" in hendra.says("/rapat notulen 1 tulis")  # from here on she leads it
    leaves(hadir, "dewi")
    assert hendra.says("/rapat notulen 1 tulis") == "Notulen"
    assert isinstance(hendra.last, Form)
    hendra.submits(text=hendra.last.fields[0].default + "\n- [ ] siapkan ruang @siti Jumat\n")
    runs(hadir, clock, minutes_jobs.JOBS[1])("2026-11-24T09:20+07:00")
    assert about(hadir, "hendra", "belum diterbitkan")
    hendra.says("/rapat notulen 1 terbitkan")
    assert "terbit" in hendra.presses("Terbitkan")
    hendra.says("/rapat tugas rapat 1")
    assert "Selesai: siapkan ruang" in hendra.presses("Selesai 1")


def test_who_leads_it_for_the_organiser_settles_the_time(hadir: Hadir, chat: Chat) -> None:
    chat("budi").says('/rapat cari-waktu "Evaluasi" @siti @dewi selasa 09.00, rabu 13.00')
    works(hadir)
    hendra = chat("hendra")
    assert "Tidak ada yang sedang mencari waktu" in hendra.says("/rapat cari-waktu")
    leaves(hadir)
    assert "dari 2 sudah menjawab" in hendra.says("/rapat cari-waktu")
    pick = button(hendra.last, "Pilih Rab 25 Nov 13.00")  # type: ignore[arg-type]  # it is a reply
    vote = next(each for each in inbox(hadir, "siti")[-1].buttons if ".poll_vote" in each.action)
    assert "sudah tidak ada" in hendra.presses(vote)  # nobody asks him
    assert "Hanya penyelenggara" in chat("siti").presses(pick)
    assert "ditetapkan Rabu 25 Nov" in hendra.presses(pick)
    assert state(hadir) == "checking"
