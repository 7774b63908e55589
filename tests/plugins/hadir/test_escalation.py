"""Corrections that nobody decides. Siti asks on Tuesday, 24 November 2026, at 09.00 WIB; her supervisor Budi is away."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from integration import people, scheduler
from integration.workdays import holiday
from plugins.hadir.plugin import PLUGIN
from plugins.hadir.tables import attendance_correction
from tests.cast import at
from tests.plugins.hadir.post import events
from tests.post import button, change, crowd, inbox, labels, person_id, runs, texts, told

TUESDAY = "2026-11-24T09:00+07:00"
ONE_DAY, THREE_DAYS = "2026-11-25T09:00+07:00", "2026-11-27T09:00+07:00"
LINE = "/hadir koreksi kemarin pulang 16.05 lupa menekan tombol"
JOB = next(job for job in PLUGIN.jobs if job.name == "corrections")


@pytest.fixture
def later(hadir, clock):
    return runs(hadir, clock, JOB)


@pytest.fixture
def asked(hadir, chat, clock):
    """Siti came on Monday, forgot to check out, and asked; the message to Budi."""
    chat("siti").says("/hadir masuk wfh", at=at("2026-11-23T07:28+07:00"))
    clock.now = at(TUESDAY)
    chat("siti").says(LINE)
    return inbox(hadir, "budi")[0]


# ---------------------------------------------------------------- who is told, and when


def test_after_a_day_the_supervisor_is_reminded_once(hadir, asked, later):
    later("2026-11-25T08:45+07:00")
    assert told(hadir) == {"budi": 1}
    for minute in ("00", "15", "30"):
        later(f"2026-11-25T09:{minute}+07:00")
    assert told(hadir) == {"budi": 2}
    reminder = inbox(hadir, "budi")[1]
    assert texts([reminder])[0].splitlines() == [
        "Permintaan Siti Rahayu menunggu keputusan Anda sejak Selasa 24 Nov, 09.00 WIB.",
        "**Permintaan koreksi** dari Siti Rahayu (Bidang Aplikasi)",
        "Hari: Senin, 23 November 2026",
        "Pulang: belum tercatat → **16.05 WIB**",
        "Alasan: “lupa menekan tombol”",
    ]
    assert labels(reminder) == ["Setujui", "Tolak"]


def test_after_three_days_the_supervisors_supervisor_is_told_once(hadir, chat, asked, later):
    later(ONE_DAY)
    later("2026-11-27T08:45+07:00")
    assert "hendra" not in told(hadir)
    for minute in ("00", "15"):
        later(f"2026-11-27T09:{minute}+07:00")
    assert told(hadir) == {"budi": 2, "hendra": 1}
    [message] = inbox(hadir, "hendra")
    first = (
        "Permintaan Siti Rahayu menunggu keputusan Budi Santoso sejak Selasa 24 Nov, 09.00 WIB. Anda juga dapat memutuskannya."
    )
    assert texts([message])[0].splitlines()[0] == first
    assert "Disetujui: Siti Rahayu" in chat("hendra").presses(button(message, "Setujui"))
    assert events(hadir, "siti", "2026-11-23")[1] == ("out", "16.05", "correction", True)


def test_everybody_who_was_asked_hears_of_the_decision_once(hadir, chat, asked, later):
    later(THREE_DAYS)
    hendra = chat("hendra")
    hendra.presses(button(inbox(hadir, "hendra")[0], "Setujui"))
    assert texts(inbox(hadir, "siti")) == ["Koreksi Anda disetujui Hendra Gunawan: Senin 23 Nov, pulang 16.05 WIB."]
    assert (
        texts(inbox(hadir, "budi"))[-1] == "Hendra Gunawan menyetujui permintaan Siti Rahayu: Senin 23 Nov, pulang 16.05 WIB."
    )
    assert "Sudah disetujui oleh Hendra Gunawan" in chat("budi").presses(button(asked, "Tolak"))
    hendra.presses(button(inbox(hadir, "hendra")[0], "Setujui"))
    later("2026-11-30T09:00+07:00")
    assert told(hadir) == {"siti": 1, "budi": 3, "hendra": 1}


def test_a_rejection_is_told_without_its_reason(hadir, chat, asked, later):
    later(THREE_DAYS)
    budi = chat("budi")
    budi.presses(button(asked, "Tolak"))
    budi.submits(reason="rahasia")
    assert texts(inbox(hadir, "hendra"))[-1] == "Budi Santoso menolak permintaan Siti Rahayu: Senin 23 Nov, pulang 16.05 WIB."


def test_three_at_once_are_one_decision_and_all_are_told_once(hadir, chat, asked, later):
    later(THREE_DAYS)
    said = []
    start = threading.Barrier(3)

    def press(who):
        start.wait()
        said.append(chat(who).presses(button(asked, "Setujui")))

    threads = [threading.Thread(target=press, args=(who,)) for who in ("budi", "hendra", "rina")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(text.startswith("Disetujui: ") for text in said) == 1
    assert len(inbox(hadir, "siti")) == 1
    decided = [text for name in ("budi", "hendra") for text in texts(inbox(hadir, name)) if "menyetujui" in text]
    assert len(decided) == (2 if any("Rina" in text for text in decided) else 1)


def test_a_withdrawn_request_is_taken_from_everybody(hadir, chat, asked, later):
    later(THREE_DAYS)
    siti = chat("siti")
    siti.says("/hadir koreksi daftar")
    siti.presses("Tarik kembali Senin 23 Nov")
    for name in ("budi", "hendra"):
        assert "Siti Rahayu menarik kembali koreksi" in texts(inbox(hadir, name))[-1]
    assert "sudah ditarik kembali" in chat("hendra").presses(button(inbox(hadir, "hendra")[0], "Setujui"))


@pytest.mark.parametrize(("moment", "action"), [(ONE_DAY, "Setujui"), (THREE_DAYS, "Setujui"), (THREE_DAYS, "Tarik kembali")])
def test_what_is_decided_is_brought_to_nobodys_mind(hadir, chat, asked, later, moment, action):
    siti = chat("siti")
    siti.says("/hadir koreksi daftar")
    who, what = (chat("budi"), button(asked, action)) if action == "Setujui" else (siti, siti.last.buttons[0])
    who.presses(what)
    before = told(hadir)
    later(moment)
    assert told(hadir) == before


def test_the_office_sets_how_long(hadir, chat, asked, later):
    hadir.settings = hadir.dispatcher.settings = hadir.settings.model_copy(update={"correction_escalate_days": 7})
    later("2026-11-30T09:00+07:00")
    assert told(hadir) == {"budi": 2}
    assert "Belum ada koreksi" in chat("hendra").says("/hadir koreksi daftar", at=at("2026-11-30T09:00+07:00"))
    later("2026-12-01T09:00+07:00")
    assert told(hadir) == {"budi": 2, "hendra": 1}


# ---------------------------------------------------------------- when nobody is above


def _left(hadir, name):
    change(hadir, name, ended_on=date(2026, 11, 20))


def test_without_a_supervisor_above_the_personnel_officers_are_told(hadir, asked, later):
    change(hadir, "budi", supervisor_id=None)
    later(THREE_DAYS)
    assert told(hadir) == {"budi": 2, "rina": 1}
    assert "menunggu keputusan Budi Santoso" in texts(inbox(hadir, "rina"))[0]


def test_a_supervisor_above_who_has_left_is_passed_over(hadir, asked, later):
    _left(hadir, "hendra")
    later(THREE_DAYS)
    assert told(hadir) == {"budi": 2, "rina": 1}


def test_so_is_one_without_an_account(hadir, asked, later):
    with hadir.database.write() as db:
        db.execute(people.account.delete().where(people.account.c.person_id == person_id(hadir, "hendra")))
    later(THREE_DAYS)
    assert told(hadir) == {"budi": 2, "rina": 1}


def test_when_the_supervisor_leaves_afterwards_others_take_over(hadir, chat, asked, later):
    _left(hadir, "budi")
    later(ONE_DAY)
    assert told(hadir) == {"budi": 1, "rina": 1}
    later(THREE_DAYS)
    assert told(hadir) == {"budi": 1, "rina": 1, "hendra": 1}
    first = "Permintaan Siti Rahayu menunggu keputusan sejak Selasa 24 Nov, 09.00 WIB. Anda dapat memutuskannya."
    assert texts(inbox(hadir, "hendra"))[0].splitlines()[0] == first
    chat("hendra").presses(button(inbox(hadir, "hendra")[0], "Setujui"))
    assert "Hendra Gunawan menyetujui" in texts(inbox(hadir, "rina"))[-1]
    assert told(hadir)["budi"] == 1  # who has left is not written to


def test_a_new_supervisor_is_told(hadir, asked, later):
    later(ONE_DAY)
    change(hadir, "siti", supervisor_id=person_id(hadir, "kartika"))
    later("2026-11-25T09:15+07:00")
    assert told(hadir) == {"budi": 2, "kartika": 1}


def test_officers_who_decide_anyway_are_reminded_and_nobody_else_is_told(hadir, chat, clock, later):
    clock.now = at(TUESDAY)
    chat("hendra").says("/hadir koreksi kemarin masuk 07.30 lupa")
    later(THREE_DAYS)
    assert told(hadir) == {"rina": 2}


def test_nobody_is_told_of_their_own_request(hadir, chat, clock, later):
    change(hadir, "hendra", supervisor_id=None)
    clock.now = at(TUESDAY)
    chat("rina").says("/hadir koreksi kemarin masuk 07.30 lupa")  # the only officer; Hendra has nobody above
    later(THREE_DAYS)
    assert told(hadir) == {"hendra": 2}


# ---------------------------------------------------------------- silence


@pytest.mark.parametrize("moment", ["2026-11-25T21:00+07:00", "2026-11-26T04:45+07:00"])
def test_nobody_is_told_at_night(hadir, asked, later, moment):
    later(moment)
    assert told(hadir) == {"budi": 1}
    later("2026-11-26T05:00+07:00")
    assert told(hadir) == {"budi": 2}


def test_the_hours_are_the_readers_own(hadir, asked, later):
    change(hadir, "budi", zone="Asia/Jayapura")
    later("2026-11-25T19:00+07:00")  # 21.00 in Jayapura
    assert told(hadir) == {"budi": 1}
    later("2026-11-26T03:00+07:00")
    assert told(hadir) == {"budi": 2}
    assert "sejak Selasa 24 Nov, 11.00 WIT" in texts(inbox(hadir, "budi"))[1]


def test_a_weekend_is_silent_and_monday_makes_up_for_it(hadir, chat, clock, later):
    clock.now = at("2026-11-27T15:00+07:00")
    chat("siti").says(LINE)
    for day in ("28", "29"):
        later(f"2026-11-{day}T16:00+07:00")
        assert told(hadir) == {"budi": 1}
    later("2026-11-30T07:30+07:00")
    assert told(hadir) == {"budi": 2}


def test_a_holiday_is_silent(hadir, asked, later):
    with hadir.database.write() as db:
        db.execute(holiday.insert().values(day=date(2026, 11, 25), name="Libur Setempat", kind="regional"))
    try:
        later(ONE_DAY)
    finally:
        with hadir.database.write() as db:
            db.execute(holiday.delete().where(holiday.c.name == "Libur Setempat"))
    assert told(hadir) == {"budi": 1}


def test_leave_is_a_day_off_of_the_reader_alone(hadir, asked, later):
    budi = person_id(hadir, "budi")

    def provide(request):
        return {key: replace(plan, excuse="cuti") for key, plan in request.plans.items() if key[0] == budi and plan.start}

    hadir.workdays.providers = (provide,)
    later(THREE_DAYS)
    assert told(hadir) == {"budi": 1, "hendra": 1}


def test_while_the_supervisor_is_away_a_substitute_is_asked(hadir, chat, clock):
    budi = person_id(hadir, "budi")

    def provide(request):
        return {key: replace(plan, excuse="cuti") for key, plan in request.plans.items() if key[0] == budi and plan.start}

    hadir.workdays.providers = (provide,)
    clock.now = at(TUESDAY)
    said = chat("siti").says(LINE.replace("pulang 16.05", "masuk 07.30"))
    assert "Atasan Anda, Budi Santoso, sedang tidak di kantor; yang memutuskan Hendra Gunawan." in said
    assert told(hadir) == {"hendra": 1}
    assert "Siti Rahayu" in chat("hendra").says("/hadir koreksi daftar")
    assert "Disetujui: Siti Rahayu" in chat("hendra").presses(button(inbox(hadir, "hendra")[0], "Setujui"))


def test_reminders_of_ones_own_record_are_another_matter(hadir, chat, asked, later):
    chat("budi").says("/hadir pengingat mati")
    later(ONE_DAY)
    assert told(hadir) == {"budi": 2}


def test_each_reads_it_in_their_own_language(hadir, asked, later):
    change(hadir, "hendra", locale="en")
    later(THREE_DAYS)
    [message] = inbox(hadir, "hendra")
    first = (
        "A request of Siti Rahayu has waited for Budi Santoso since Tuesday 24 Nov, 09.00 WIB; you may decide on it as well."
    )
    assert texts([message])[0].splitlines()[0] == first
    assert labels(message) == ["Approve", "Reject"]


# ---------------------------------------------------------------- the list


@pytest.mark.parametrize(("who", "first"), [("hendra", False), ("rina", False), ("budi", True)])
def test_the_list_shows_it_to_everybody_who_may_decide_once_it_is_overdue(chat, asked, clock, who, first):
    talker = chat(who)
    assert ("Siti Rahayu" in talker.says("/hadir koreksi daftar")) is first
    clock.now = at(THREE_DAYS)
    said = talker.says("/hadir koreksi daftar")
    assert (
        "1. Siti Rahayu: Senin 23 Nov, pulang 16.05 WIB — “lupa menekan tombol” (menunggu sejak Selasa 24 Nov, 09.00 WIB)"
        in said
    )
    assert "Disetujui" in talker.presses("Setujui 1")


@pytest.mark.parametrize("who", ["dewi", "kartika", "agus", "wayan"])
def test_the_list_shows_it_to_nobody_else(chat, asked, clock, who):
    clock.now = at(THREE_DAYS)
    assert "Belum ada koreksi" in chat(who).says("/hadir koreksi daftar")


def test_the_list_of_those_high_above(hadir, chat, asked, clock):
    """Four levels: Kartika → Hendra → Budi → Siti; and a ring in the lines ends the search."""
    change(hadir, "hendra", supervisor_id=person_id(hadir, "kartika"))
    clock.now = at(THREE_DAYS)
    assert "Siti Rahayu" in chat("kartika").says("/hadir koreksi daftar")
    change(hadir, "kartika", supervisor_id=person_id(hadir, "siti"))
    assert "Siti Rahayu" in chat("kartika").says("/hadir koreksi daftar")


def test_ones_own_overdue_request_is_not_for_oneself_to_decide(chat, clock):
    clock.now = at(TUESDAY)
    chat("rina").says("/hadir koreksi kemarin masuk 07.30 lupa")
    clock.now = at(THREE_DAYS)
    said = chat("rina").says("/hadir koreksi daftar")
    assert "Menunggu keputusan Anda" not in said
    assert "masuk 07.30 WIB: menunggu" in said


# ---------------------------------------------------------------- many


def _request(person_id, number):
    asked = at(TUESDAY)
    day = date(2026, 11, 23) - timedelta(days=number % 9)
    return {"person_id": person_id, "day": day, "kind": "out", "at": asked, "reason": "lupa", "requested_at": asked}


def _crowd(hadir, number):
    """So many more people below Budi, each with a request that waits."""
    ids = crowd(hadir, number)
    with hadir.database.write() as db:
        db.execute(insert(attendance_correction), [_request(id, id) for id in ids])


def test_ninety_requests_cost_as_many_statements_as_one(hadir, asked, later, statements):
    hadir.workdays.forget()
    later("2026-11-27T09:00+07:00")
    one = len(statements)
    _crowd(hadir, 90)
    hadir.workdays.forget()
    statements.clear()
    later("2026-11-27T09:15+07:00")
    assert len(statements) == one
    assert told(hadir) == {"budi": 2 + 90, "hendra": 1 + 90}


def test_more_than_a_batch_is_told_in_batches(hadir, asked, later):
    _crowd(hadir, 230)
    later(THREE_DAYS)
    assert told(hadir) == {"budi": 2 + 230, "hendra": 1 + 230}
    later("2026-11-27T09:15+07:00")
    assert told(hadir) == {"budi": 2 + 230, "hendra": 1 + 230}


def test_two_workers_at_once_tell_once(hadir, asked, clock):
    """As when a run is taken over from a worker that was only slow."""
    clock.now = at(THREE_DAYS)
    _crowd(hadir, 40)
    start = threading.Barrier(3)
    failed = []

    def run():
        start.wait()
        try:
            JOB.run(scheduler.JobRun(hadir, clock.now))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert told(hadir) == {"budi": 2 + 40, "hendra": 1 + 40}


def test_a_quiet_day_reads_one_table(hadir, later, statements):
    later(ONE_DAY)
    assert [statement for statement in statements if "attendance_" in statement or "person" in statement] == [
        statement for statement in statements if "attendance_correction" in statement
    ]
    assert sum("attendance_correction" in statement for statement in statements) == 1
