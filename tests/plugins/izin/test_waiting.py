"""Requests that nobody decides. Siti asks on Tuesday, 24 November 2026, at 09.00 WIB; her supervisor is Budi."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from plugins.izin.plugin import PLUGIN
from plugins.izin.tables import absence
from tests.cast import at
from tests.plugins.izin.post import approved
from tests.post import button, change, crowd, inbox, labels, runs, texts, told

TUESDAY = "2026-11-24T09:00+07:00"
ONE_DAY, TWO_DAYS = "2026-11-25T09:00+07:00", "2026-11-26T09:00+07:00"
JOB = next(job for job in PLUGIN.jobs if job.name == "requests")


@pytest.fixture
def later(hadir, clock):
    return runs(hadir, clock, JOB)


@pytest.fixture
def asked(hadir, chat, clock):
    clock.now = at(TUESDAY)
    chat("siti").says("/izin cuti 7-9 des keluarga")
    return inbox(hadir, "budi")[0]


def test_after_a_day_the_supervisor_is_reminded_once(hadir, asked, later):
    later("2026-11-25T08:45+07:00")
    assert told(hadir) == {"budi": 1}
    for minute in ("00", "15", "30"):
        later(f"2026-11-25T09:{minute}+07:00")
    assert told(hadir) == {"budi": 2}
    reminder = inbox(hadir, "budi")[1]
    assert texts([reminder])[0].splitlines() == [
        "Permintaan Siti Rahayu menunggu keputusan Anda sejak Selasa 24 Nov, 09.00 WIB.",
        "**Permintaan** dari Siti Rahayu (Bidang Aplikasi)",
        "Jenis: Cuti tahunan",
        "Tanggal: Senin 7 – Rabu 9 Des 2026",
        "Alasan: “keluarga”",
    ]
    assert labels(reminder) == ["Setujui", "Tolak"]


def test_after_the_days_of_the_rule_the_supervisors_supervisor_is_told_once(hadir, chat, asked, later):
    later(ONE_DAY)
    for minute in ("00", "15"):
        later(f"2026-11-26T09:{minute}+07:00")
    assert told(hadir) == {"budi": 2, "hendra": 1}
    [message] = inbox(hadir, "hendra")
    assert (
        "menunggu keputusan Budi Santoso sejak Selasa 24 Nov, 09.00 WIB. Anda juga dapat memutuskannya." in texts([message])[0]
    )
    assert "Disetujui: Siti Rahayu" in chat("hendra").presses(button(message, "Setujui"))
    assert "Hendra Gunawan menyetujui permintaan Siti Rahayu" in texts(inbox(hadir, "budi"))[-1]
    later("2026-11-30T09:00+07:00")
    assert told(hadir) == {"siti": 1, "budi": 3, "hendra": 1}


def test_without_anybody_above_the_officers_are_told(hadir, asked, later):
    change(hadir, "budi", supervisor_id=None)
    later(TWO_DAYS)
    assert told(hadir) == {"budi": 2, "rina": 1}


def test_a_supervisor_who_falls_ill_is_stood_in_for_after_a_day(hadir, chat, clock, asked, later):
    clock.now = at("2026-11-25T07:00+07:00")
    approved(hadir, chat, "/izin sakit", "budi", "hendra")
    before = told(hadir)
    later(ONE_DAY)
    assert told(hadir) == {**before, "hendra": before["hendra"] + 1}
    assert "Siti Rahayu" in chat("hendra").says("/izin daftar")
    later(TWO_DAYS)
    assert told(hadir)["hendra"] == before["hendra"] + 1  # told once, whatever for


def test_nobody_is_told_at_night_or_on_a_day_off(hadir, chat, clock, later):
    clock.now = at("2026-11-27T15:00+07:00")
    chat("siti").says("/izin cuti 7-9 des")
    for moment in ("2026-11-28T16:00+07:00", "2026-11-29T16:00+07:00", "2026-11-30T04:45+07:00"):
        later(moment)
        assert told(hadir) == {"budi": 1}
    later("2026-11-30T07:30+07:00")
    assert told(hadir) == {"budi": 2, "hendra": 1}


def test_what_is_decided_or_withdrawn_is_brought_to_nobodys_mind(hadir, chat, asked, later):
    chat("budi").presses(button(asked, "Setujui"))
    before = told(hadir)
    later(TWO_DAYS)
    assert told(hadir) == before


def test_a_cancelling_that_waits_is_brought_to_mind_as_well(hadir, chat, clock, later):
    clock.now = at(TUESDAY)
    approved(hadir, chat, "/izin cuti 25-27 nov")
    clock.now = at("2026-11-26T09:00+07:00")
    siti = chat("siti")
    siti.says("/izin batal")
    siti.presses("Tarik kembali Rabu 25 Nov")
    siti.presses("Batalkan seluruhnya")
    before = told(hadir)
    later("2026-11-27T09:00+07:00")
    assert told(hadir) == {**before, "budi": before["budi"] + 1}
    assert "**Permintaan pembatalan**" in texts(inbox(hadir, "budi"))[-1]


@pytest.mark.parametrize(
    ("who", "first", "then"), [("budi", True, True), ("hendra", False, True), ("rina", False, True), ("dewi", False, False)]
)
def test_whose_list_shows_it(chat, asked, clock, who, first, then):
    assert ("Siti Rahayu" in chat(who).says("/izin daftar")) is first
    clock.now = at("2026-11-26T09:01+07:00")
    assert ("Siti Rahayu" in chat(who).says("/izin daftar")) is then


def _crowd(hadir, number):
    """So many more people below Budi, each with a request that waits."""
    ids = crowd(hadir, number)
    with hadir.database.write() as db:
        day = date(2026, 12, 7)
        row = {
            "type": "tahunan",
            "kind": "cuti",
            "first": day,
            "last": day,
            "requested_at": at(TUESDAY),
            "asked_at": at(TUESDAY),
        }
        db.execute(insert(absence), [row | {"person_id": id} for id in ids])


def test_ninety_requests_cost_as_many_statements_as_one(hadir, asked, later, statements):
    hadir.workdays.forget()
    later(TWO_DAYS)
    one = len(statements)
    _crowd(hadir, 90)
    hadir.workdays.forget()
    statements.clear()
    later("2026-11-26T09:15+07:00")
    assert len(statements) == one
    assert told(hadir) == {"budi": 2 + 90, "hendra": 1 + 90}


def test_more_than_a_batch_is_told_in_batches(hadir, asked, later):
    _crowd(hadir, 230)
    later(TWO_DAYS)
    assert told(hadir) == {"budi": 2 + 230, "hendra": 1 + 230}


# ---------------------------------------------------------------- letters

LETTERS = next(job for job in PLUGIN.jobs if job.name == "letters")


@pytest.fixture
def letters(hadir, clock):
    return runs(hadir, clock, LETTERS)


def test_a_missing_letter_is_asked_for_once_a_week_when_its_person_works(hadir, chat, clock, letters):
    clock.now = at(TUESDAY)
    approved(hadir, chat, "/izin sakit 24-25 nov")
    for moment, count in (
        ("2026-11-25T09:20+07:00", 1),  # still ill
        ("2026-11-26T04:20+07:00", 1),  # night
        ("2026-11-26T09:20+07:00", 2),
        ("2026-11-27T09:20+07:00", 2),
        ("2026-11-28T09:20+07:00", 2),  # Saturday
        ("2026-11-30T09:20+07:00", 3),
        ("2027-02-01T09:20+07:00", 3),  # long past
    ):
        letters(moment)
        assert len(inbox(hadir, "siti")) == count, moment
    assert texts(inbox(hadir, "siti"))[1] == "Surat untuk Cuti sakit Selasa 24 Nov belum ada. Tambahkan dengan `/izin surat`"


def test_nobody_is_asked_for_a_letter_that_is_there_or_not_wanted(hadir, chat, clock, letters):
    clock.now = at(TUESDAY)
    approved(hadir, chat, "/izin sakit hari ini")
    approved(hadir, chat, "/izin izin besok 08.00-10.00 bank")
    chat("siti").says("/izin surat SK-12/XI/2026")
    before = len(inbox(hadir, "siti"))
    letters((at(TUESDAY) + timedelta(days=2)).isoformat())
    assert len(inbox(hadir, "siti")) == before
