"""Reminders: who is told, when, in three zones; and who is left in peace. Monday is 23 November 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from integration import people, scheduler, schedules
from integration.outbox import outbox
from integration.workdays import DayPlan, holiday
from plugins.hadir.plugin import PLUGIN
from tests.cast import CAST, JAKARTA, at
from tests.post import change, inbox, labels, person_id, texts

IN_JAKARTA = [name for name, *_, zone in CAST if zone == JAKARTA]
JOB = next(job for job in PLUGIN.jobs if job.name == "reminders")


@pytest.fixture
def runs(hadir, clock):
    """`runs("2026-11-23T07:15+07:00")`: the reminders' job at that moment; it is planned for that moment too."""

    def run(moment: str, planned: str = "") -> None:
        clock.now = at(moment)
        assert scheduler.run_job(hadir, JOB, at(planned or moment))
        with hadir.database.read() as db:
            assert set(db.scalars(scheduler.job_run.select().with_only_columns(scheduler.job_run.c.outcome))) == {"done"}

    return run


def reminded(hadir) -> list[str]:
    return sorted(name for name, *_ in CAST if inbox(hadir, name))


def test_before_the_start_those_not_in_are_reminded(hadir, chat, runs):
    chat("siti").says("/hadir masuk", at=at("2026-11-23T07:02+07:00"))
    runs("2026-11-23T07:15+07:00")
    assert reminded(hadir) == sorted(set(IN_JAKARTA) - {"siti"})
    [message] = inbox(hadir, "dewi")
    assert texts([message])[0].startswith("Jam kerja mulai pukul 07.30 WIB; Anda belum mencatat masuk.")
    assert labels(message) == ["Masuk WFO", "Masuk WFH"]
    dewi = chat("dewi")
    assert "Masuk tercatat pukul 07.20 WIB" in dewi.presses(message.buttons[1], at=at("2026-11-23T07:20+07:00"))


def test_nobody_is_reminded_twice(hadir, runs):
    for minute in (15, 20, 25):
        runs(f"2026-11-23T07:{minute}+07:00")
    assert [len(inbox(hadir, name)) for name in IN_JAKARTA] == [1] * len(IN_JAKARTA)


@pytest.mark.parametrize("moment", ["07:10", "07:30", "07:35", "12:00"])
def test_no_reminder_too_early_or_too_late(hadir, runs, moment):
    runs(f"2026-11-23T{moment}+07:00")
    assert reminded(hadir) == []


def test_a_run_that_was_missed_helps_until_the_start(hadir, runs):
    runs("2026-11-23T07:28+07:00", planned="2026-11-23T07:15+07:00")
    assert "siti" in reminded(hadir)


def test_a_run_that_comes_too_late_says_nothing(hadir, runs):
    runs("2026-11-23T07:31+07:00", planned="2026-11-23T07:15+07:00")
    assert reminded(hadir) == []


def test_each_zone_has_its_own_morning(hadir, runs):
    runs("2026-11-23T07:15+09:00")
    assert reminded(hadir) == ["yosef"]
    assert "07.30 WIT" in texts(inbox(hadir, "yosef"))[0]
    runs("2026-11-23T07:15+08:00")
    assert reminded(hadir) == ["wayan", "yosef"]


def test_after_the_end_only_those_still_in_are_reminded(hadir, chat, runs):
    for name in ("siti", "dewi", "budi"):
        chat(name).says("/hadir masuk", at=at("2026-11-23T07:20+07:00"))
    chat("dewi").says("/hadir pulang", at=at("2026-11-23T16:01+07:00"))
    runs("2026-11-23T16:15+07:00")
    assert reminded(hadir) == ["budi", "siti"]
    [message] = inbox(hadir, "siti")
    assert texts([message])[0].startswith("Jam kerja selesai pukul 16.00 WIB; Anda belum mencatat pulang.")
    assert labels(message) == ["Pulang"]
    assert "Pulang tercatat" in chat("siti").presses(message.buttons[0], at=at("2026-11-23T16:20+07:00"))
    runs("2026-11-23T16:20+07:00")
    assert len(inbox(hadir, "budi")) == 1


def test_friday_ends_later(hadir, chat, runs):
    chat("siti").says("/hadir masuk", at=at("2026-11-27T07:20+07:00"))
    runs("2026-11-27T16:15+07:00")
    assert reminded(hadir) == []
    runs("2026-11-27T16:45+07:00")
    assert reminded(hadir) == ["siti"]


@pytest.mark.parametrize("moment", ["2026-11-28T07:15+07:00", "2026-11-29T16:15+07:00"])
def test_weekends_are_silent(hadir, runs, moment):
    runs(moment)
    assert reminded(hadir) == []


def test_holidays_are_silent(hadir, runs):
    with hadir.database.write() as db:
        db.execute(holiday.insert().values(day=date(2026, 11, 23), name="Libur Setempat", kind="override"))
    try:
        runs("2026-11-23T07:15+07:00")
    finally:
        with hadir.database.write() as db:
            db.execute(holiday.delete().where(holiday.c.name == "Libur Setempat"))
    assert reminded(hadir) == []


def test_who_turned_reminders_off_is_left_in_peace(hadir, chat, runs):
    chat("siti").says("/hadir pengingat mati")
    runs("2026-11-23T07:15+07:00")
    assert "siti" not in reminded(hadir)
    chat("siti").says("/hadir pengingat hidup")
    runs("2026-11-23T07:20+07:00")
    assert "siti" in reminded(hadir)


def test_who_has_left_or_has_no_account_is_not_written_to(hadir, runs):
    change(hadir, "siti", ended_on=date(2026, 11, 20))
    with hadir.database.write() as db:
        db.execute(people.account.delete().where(people.account.c.person_id == person_id(hadir, "dewi")))
    runs("2026-11-23T07:15+07:00")
    assert not {"siti", "dewi"} & set(reminded(hadir))
    assert "budi" in reminded(hadir)


def test_the_last_day_still_counts(hadir, runs):
    change(hadir, "siti", ended_on=date(2026, 11, 23))
    runs("2026-11-23T07:15+07:00")
    assert "siti" in reminded(hadir)


def test_a_night_shift_is_reminded_on_the_morning_after(hadir, chat, runs):
    change(hadir, "siti", schedule="sif-malam")
    chat("siti").says("/hadir masuk", at=at("2026-11-23T21:50+07:00"))
    runs("2026-11-23T21:45+07:00")  # outside the hours in which reminders are sent
    assert reminded(hadir) == []
    runs("2026-11-24T06:15+07:00")
    assert "siti" in reminded(hadir)
    assert "06.00 WIB" in texts(inbox(hadir, "siti"))[0]
    said = chat("siti").presses(inbox(hadir, "siti")[0].buttons[0], at=at("2026-11-24T06:16+07:00"))
    assert "Pulang tercatat pukul 06.16 WIB" in said


def test_an_afternoon_shift_is_reminded_at_noon(hadir, runs):
    change(hadir, "siti", schedule="sif-siang")
    runs("2026-11-28T13:45+07:00")
    assert reminded(hadir) == ["siti"]


def test_the_hours_of_reminders_are_local(hadir, runs):
    change(hadir, "siti", schedule="sif-siang")
    change(hadir, "yosef", schedule="sif-siang")
    for name, zone in (("siti", "07"), ("yosef", "09")):
        with hadir.database.write() as db:
            _came(db, hadir, name, at(f"2026-11-23T13:55+{zone}:00"))
    runs("2026-11-23T22:15+09:00")
    runs("2026-11-23T22:15+07:00")
    assert reminded(hadir) == []  # 22.15 is after 21.00 for both


def _came(db, hadir, name, moment):
    from plugins.hadir.tables import attendance_event

    row = {"person_id": person_id(hadir, name), "day": date(2026, 11, 23), "kind": "in", "at": moment, "source": "chat"}
    db.execute(attendance_event.insert().values(row | {"recorded_at": moment}))


def test_what_other_plugins_know_wins(hadir, runs):
    """A plugin excuses Siti, and gives Dewi other hours; nobody else is touched."""
    siti, dewi = person_id(hadir, "siti"), person_id(hadir, "dewi")

    def provide(request):
        plans = {}
        for day in (request.first + timedelta(n) for n in range((request.last - request.first).days + 1)):
            ten = at(f"{day.isoformat()}T10:00+07:00")
            plans[siti, day] = (
                replace(request.plans[siti, day], excuse="cuti") if (siti, day) in request.plans else DayPlan(day)
            )
            plans[dewi, day] = DayPlan(day, start=ten, end=ten + timedelta(hours=8), place="wfa")
        return {key: plan for key, plan in plans.items() if key in request.plans}

    hadir.workdays.providers = (provide,)
    runs("2026-11-23T07:15+07:00")
    assert not {"siti", "dewi"} & set(reminded(hadir))
    assert "budi" in reminded(hadir)
    runs("2026-11-23T09:45+07:00")
    assert "siti" not in reminded(hadir)
    assert labels(inbox(hadir, "dewi")[0]) == ["Masuk WFA"]


def test_a_plugin_that_says_whose_hours_it_changes_costs_nobody_else(hadir, runs, statements):
    """Dewi comes at ten today; the rest of the office is known by its groups."""
    dewi = person_id(hadir, "dewi")

    def provide(request):
        ten = at(f"{request.first.isoformat()}T10:00+07:00")
        return {key: replace(plan, start=ten) for key, plan in request.plans.items() if key[0] == dewi}

    hadir.workdays.providers = (provide,)
    hadir.workdays.changed = {provide: lambda _db, _first, _last: {dewi}}
    runs("2026-11-23T07:15+07:00")
    assert reminded(hadir) == sorted(set(IN_JAKARTA) - {"dewi"})
    statements.clear()
    runs("2026-11-23T09:45+07:00")
    assert "dewi" in reminded(hadir)
    people_read = [statement for statement in statements if "person.nip" in statement and "attendance_event" in statement]
    assert all("person.id IN" in statement for statement in people_read)


def test_two_schedules_in_one_month(hadir, runs, chat):
    """From today on Siti works the afternoon shift: not the morning's reminder, but the one before two o'clock."""
    with hadir.database.write() as db:
        siti = people.search(db, "siti")[0]
        schedules.put(db, siti, date(2026, 11, 23), "sif-siang", by="terminal", now=at("2026-11-20T09:00+07:00"))
    runs("2026-11-23T07:15+07:00")
    assert reminded(hadir) == sorted(set(IN_JAKARTA) - {"siti"})
    runs("2026-11-23T13:45+07:00")
    assert "13.45" not in texts(inbox(hadir, "siti"))[0]
    assert "14.00 WIB" in texts(inbox(hadir, "siti"))[0]


def test_dynamic_hours_have_no_start_to_be_reminded_of(hadir, runs, chat):
    change(hadir, "siti", schedule="dinamis")
    chat("siti").says("/hadir masuk", at=at("2026-11-23T07:00+07:00"))
    for moment in ("2026-11-23T05:45+07:00", "2026-11-23T07:15+07:00", "2026-11-23T20:55+07:00"):
        runs(moment)
    assert "siti" not in reminded(hadir)


def test_who_may_come_later_is_not_reminded(hadir, runs):
    siti = person_id(hadir, "siti")

    def permission(request):
        return {
            key: replace(plan, excused=((plan.start, plan.start + timedelta(hours=2)),))
            for key, plan in request.plans.items()
            if key[0] == siti and plan.start
        }

    hadir.workdays.providers = (permission,)
    runs("2026-11-23T07:15+07:00")
    assert reminded(hadir) == sorted(set(IN_JAKARTA) - {"siti"})


def test_a_quiet_moment_reads_no_people(hadir, runs, statements):
    runs("2026-11-23T12:00+07:00")
    assert not [s for s in statements if "attendance_event" in s or "person.nip" in s]


def test_many_people_are_reminded_in_batches(hadir, runs, statements):
    with hadir.database.write() as db:
        unit = db.scalar(people.unit.select().with_only_columns(people.unit.c.id).limit(1))
        rows = [
            {"id": n, "nip": f"9{n}", "name": f"Pegawai {n}", "unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
            for n in range(1000, 2203)
        ]
        db.execute(people.person.insert(), rows)
        accounts = [{"person_id": row["id"], "platform": "mattermost", "username": f"p{row['id']}"} for row in rows]
        db.execute(people.account.insert(), accounts)
    statements.clear()
    runs("2026-11-23T07:15+07:00")
    assert sum("nip" in s and "person.id > " in s for s in statements) == 3, "of 500 people each"
    assert sum("INTO outbox" in s for s in statements) == 8, "of 200 messages each, at most"
    with hadir.database.read() as db:
        told = [payload["person"] for payload in db.scalars(outbox.select().with_only_columns(outbox.c.payload))]
    assert len(told) == len(set(told)) == 1203 + len(IN_JAKARTA)


def test_a_reminder_that_nobody_could_deliver_in_time_is_dropped(hadir, runs):
    """Each of a batch says until when it helps: the start of that person's own day."""
    change(hadir, "siti", schedule="sif-siang")
    runs("2026-11-23T07:15+07:00")
    runs("2026-11-23T13:45+07:00")
    until = {}
    with hadir.database.read() as db:
        for payload in db.scalars(outbox.select().with_only_columns(outbox.c.payload)):
            until[payload["person"]] = at(payload["until"])
    assert until[person_id(hadir, "dewi")] == at("2026-11-23T07:30+07:00")
    assert until[person_id(hadir, "siti")] == at("2026-11-23T14:00+07:00")


def test_reminders_are_written_in_the_readers_language(hadir, runs):
    change(hadir, "siti", locale="en")
    runs("2026-11-23T07:15+07:00")
    assert "Your working day begins at 07.30 WIB" in texts(inbox(hadir, "siti"))[0]
    assert labels(inbox(hadir, "siti")[0]) == ["Check in WFO", "Check in WFH"]
