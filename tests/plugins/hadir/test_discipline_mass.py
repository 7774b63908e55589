"""A day on which most of the office is absent: nobody is warned, those who can explain it are asked, and it counts later.

Twenty people besides the cast; everybody comes, but for the days that a test takes away. Monday is 2 November 2026.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from integration import installation, outages, people, scheduler
from integration.audit import By, audit
from integration.outbox import outbox
from integration.presets import days_off
from integration.rulebook.tables import rule
from integration.workdays import holiday
from plugins.hadir.plugin import PLUGIN
from plugins.hadir.tables import attendance_event
from tests.cast import CAST, at
from tests.post import change, inbox, person_id, texts

JOB = next(job for job in PLUGIN.jobs if job.name == "discipline")
FIRST = date(2026, 11, 2)
ASKED = ["agus", "rina"]  # administrator, personnel officer


def november(*days):
    return [date(2026, 11, day) for day in days]


@pytest.fixture
def office(hadir):
    """Twenty-nine people, all of whom came on every working day of eight weeks."""
    with hadir.database.write() as db:
        unit = db.scalar(select(people.person.c.unit_id).where(people.person.c.id == person_id(hadir, "budi")))
        more = {"unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        db.execute(people.person.insert(), [{"nip": f"9000{n:04}", "name": f"Pegawai {n}", **more} for n in range(20)])
        db.execute(update(people.person).values(started_on=FIRST))
        days = [day for day in (FIRST + timedelta(days=n) for n in range(56)) if day.weekday() < 5]
        came = [
            {"person_id": id, "day": day, "kind": kind, "at": at(f"{day}T{time}:00+07:00"), "place": "wfo", "source": "import"}
            | {"recorded_at": at(f"{day}T{time}:00+07:00")}
            for id in db.scalars(select(people.person.c.id)).all()
            for day in days
            for kind, time in (("in", "05:20"), ("out", "18:00"))
        ]
        db.execute(attendance_event.insert(), came)


@pytest.fixture
def empty(hadir, office):
    """`empty(november(4))`: nobody recorded anything on these days, but for `but` of the twenty and some of the cast."""

    def clear(days, but=0, cast=()):
        with hadir.database.write() as db:
            stay = [person_id(hadir, name) for name in cast]
            stay += db.scalars(select(people.person.c.id).where(people.person.c.nip.like("9000%")).limit(but)).all()
            there = attendance_event.c
            db.execute(delete(attendance_event).where(there.day.in_(days), there.person_id.not_in(stay)))

    return clear


@pytest.fixture
def night(hadir, clock):
    """`night(date(2026, 11, 6))`: the job in the small hours after that day, 05.00 WIB."""

    def run(*days):
        for day in days:
            clock.now = at(f"{day + timedelta(days=1)}T05:00+07:00")
            assert scheduler.run_job(hadir, JOB, clock.now)
        with hadir.database.read() as db:
            assert set(db.scalars(select(scheduler.job_run.c.outcome))) == {"done"}

    return run


@pytest.fixture
def calendar(hadir):
    """`calendar(date(2026, 11, 4))` makes the day a holiday, as an administrator does; it is put back afterwards."""
    added = []

    def free(day):
        added.append(day)
        with hadir.database.write() as db:
            days_off.put(db, days_off.DayOff(day, "Libur Pilkada", "office"), By("agus", "test", hadir.clock()))
        hadir.workdays.forget()

    yield free
    with hadir.database.write() as db:
        db.execute(delete(holiday).where(holiday.c.day.in_(added)))


def told(hadir):
    """Those of the cast who have got a message, and the twenty if any of them has."""
    names = sorted(name for name, *_ in CAST if inbox(hadir, name))
    with hadir.database.read() as db:
        streams = set(db.scalars(select(outbox.c.stream)))
        others = db.scalars(select(people.person.c.id).where(people.person.c.nip.like("9000%"))).all()
    return [*names, *(["the twenty"] if any(f"person:{id}" in streams for id in others) else [])]


def asked(hadir):
    """The questions that Rina has got."""
    return [text for text in texts(inbox(hadir, "rina")) if "tanpa catatan**" in text]


def warned(hadir):
    with hadir.database.read() as db:
        return len(db.execute(select(audit.c.id).where(audit.c.action == "discipline.warned")).all())


def test_those_who_can_explain_it_are_asked_and_nobody_is_warned(hadir, empty, night):
    empty(november(3), but=20)  # 9 of the cast: too few to be a holiday
    empty(november(4), but=2)
    night(*november(2, 3, 4))
    assert told(hadir) == ASKED
    assert asked(hadir) == [
        "**Rabu 4 Nov: 27 dari 29 pegawai tanpa catatan**\n"
        "Hari libur yang belum dicatat, atau gangguan? Belum ada yang diperingatkan.\n"
        '- Hari libur: `hadir holidays add 2026-11-04 "…"`\n'
        '- Gangguan seharian: `hadir outages add "2026-11-04 00:00" 23:59 --why "…"`\n'
        "Administrator mengetiknya di server.\n"
        "- Bukan keduanya: tidak perlu apa-apa. Peringatan dikirim mulai Jumat 6 Nov."
    ]
    with hadir.database.read() as db:
        rows = db.execute(select(audit.c.object, audit.c.after).where(audit.c.action == "discipline.held")).all()
        assert {due for (due,) in db.execute(select(outbox.c.due_at))} == {at("2026-11-05T07:30+07:00")}
    assert rows == [("day:2026-11-04", {"absent": 27, "expected": 29, "until": "2026-11-06"})]


def test_a_day_that_nobody_explains_counts_a_day_later_for_everybody(hadir, empty, night):
    empty(november(3, 4))
    night(*november(2, 3, 4))
    assert (warned(hadir), len(asked(hadir))) == (0, 2)
    night(*november(5))  # Tuesday counts; two days are needed
    night(*november(6))
    assert warned(hadir) == 29
    assert "the twenty" not in told(hadir), "they have no account"
    assert "Hari yang dihitung: 3, 4 Nov" in "".join(texts(inbox(hadir, "siti")))
    night(*november(7, 8, 9, 10))
    assert warned(hadir) == 29
    assert len(asked(hadir)) == 2
    with hadir.database.read() as db:
        assert installation.get(db, "discipline.held") == {}


def test_a_holiday_that_is_entered_in_time_warns_nobody(hadir, empty, night, calendar):
    empty(november(3, 4))
    night(*november(3))
    calendar(date(2026, 11, 3))
    night(*november(4))
    calendar(date(2026, 11, 4))
    night(*november(5, 6, 9))
    assert warned(hadir) == 0
    assert told(hadir) == ASKED


def test_an_outage_that_is_declared_does_the_same(hadir, empty, night, clock):
    empty(november(3, 4))
    night(*november(3))
    for day in november(3, 4):
        with hadir.database.write() as db:
            outages.declare(db, at(f"{day}T00:00+07:00"), at(f"{day}T23:59+07:00"), "listrik", "agus", at("2026-11-05T00:00Z"))
    night(*november(4, 5, 6))
    assert (warned(hadir), len(asked(hadir))) == (0, 1)


def test_what_is_explained_for_most_counts_at_once_for_the_others(hadir, empty, night):
    """Records are handed in late for all but Siti, who was absent the day before as well."""
    empty(november(3), but=20, cast=[name for name, *_ in CAST if name != "siti"])
    empty(november(4), cast=["hendra"])
    night(*november(3, 4))
    assert warned(hadir) == 0
    with hadir.database.write() as db:
        ids = set(db.scalars(select(people.person.c.id)).all()) - {person_id(hadir, name) for name in ("siti", "hendra")}
        came = at("2026-11-04T07:20+07:00")
        row = {"day": date(2026, 11, 4), "kind": "in", "at": came, "place": "wfo", "source": "import", "recorded_at": came}
        db.execute(attendance_event.insert(), [{"person_id": id, **row} for id in ids])
    night(*november(5))
    assert warned(hadir) == 1
    assert "Hari yang dihitung: 3, 4 Nov" in texts(inbox(hadir, "siti"))[0]


def test_who_is_absent_on_other_days_is_warned_without_the_day_that_is_held(hadir, empty, night, chat, clock):
    everybody_else = [name for name, *_ in CAST if name != "siti"]
    empty(november(2, 3), but=20, cast=everybody_else)
    empty(november(4))
    night(*november(2, 3, 4))
    assert [line for line in texts(inbox(hadir, "siti"))[0].splitlines() if "dihitung" in line] == [
        "Hari yang dihitung: 2, 3 Nov"
    ]
    clock.now = at("2026-11-05T09:00+07:00")
    said = chat("siti").says("/hadir disiplin")
    assert "tahun 2026: **2**" in said
    assert "Belum dihitung, karena sebagian besar pegawai tanpa catatan: 4 Nov" in said
    assert "Belum dihitung" in chat("dewi").says("/hadir disiplin")
    clock.now = at("2026-11-06T09:00+07:00")
    assert "tahun 2026: **3**" in chat("siti").says("/hadir disiplin")


def test_a_friday_waits_until_they_have_had_a_working_day_to_explain_it(hadir, empty, night):
    empty(november(5), but=19)  # 10 of 29: not more than half
    empty(november(6))
    night(*november(4, 5, 6, 7, 8, 9))
    assert "Jumat 6 Nov: 29 dari 29" in asked(hadir)[0]
    assert asked(hadir)[0].endswith("Peringatan dikirim mulai Selasa 10 Nov.")
    assert warned(hadir) == 10
    with hadir.database.read() as db:
        moments = db.execute(select(audit.c.at).where(audit.c.action == "discipline.warned")).scalars().all()
    assert set(moments) == {at("2026-11-10T05:00+07:00")}


@pytest.mark.parametrize(("stay", "held"), [(15, False), (14, True)])
def test_exactly_half_is_not_more_than_half(hadir, empty, night, stay, held):
    """Of thirty: one more than usual."""
    with hadir.database.write() as db:
        unit = db.scalar(select(people.unit.c.id).limit(1))
        row = {"nip": "80000001", "name": "Pegawai Baru", "unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        db.execute(people.person.insert().values(row | {"started_on": FIRST}))
    empty(november(4), but=stay)
    night(*november(4))
    assert bool(asked(hadir)) == held


def test_who_is_on_leave_is_not_expected(hadir, empty, night):
    """Fifteen are away with leave; of the fourteen others ten are absent."""
    with hadir.database.read() as db:
        away = set(db.scalars(select(people.person.c.id).where(people.person.c.nip.like("9000%")).limit(15)))

    def provide(request):
        return {key: replace(plan, excuse="cuti") for key, plan in request.plans.items() if key[0] in away}

    hadir.workdays.providers = (provide,)
    empty(november(4), cast=["budi", "siti", "dewi", "wayan"])
    night(*november(4))
    assert "10 dari 14 pegawai" in asked(hadir)[0]


def test_several_days_at_once_are_one_message(hadir, empty, night):
    """The worker was down from Tuesday to Thursday."""
    empty(november(4, 5))
    night(*november(2, 5))
    assert asked(hadir)[0].splitlines()[:2] == [
        "**Rabu 4 Nov: 29 dari 29 pegawai tanpa catatan**",
        "**Kamis 5 Nov: 29 dari 29 pegawai tanpa catatan**",
    ]
    assert len(asked(hadir)) == 1


def test_a_second_run_asks_nobody_twice(hadir, empty, night, clock):
    empty(november(4))
    night(*november(4))
    for minute in (1, 2):
        clock.now += timedelta(minutes=minute)
        assert scheduler.run_job(hadir, JOB, clock.now)
    assert len(inbox(hadir, "rina")) == 1


def test_with_nobody_to_ask_it_waits_a_day_all_the_same(hadir, empty, night):
    for name in ASKED:
        change(hadir, name, roles=["pegawai"])
    empty(november(3, 4))
    night(*november(3, 4))
    assert warned(hadir) == 0
    night(*november(5))
    assert warned(hadir) == 29


def test_the_rule_says_how_many_are_too_many(hadir, empty, night):
    """A rule of the office: from all of them on, so never."""
    with hadir.database.write() as db:
        [row] = db.execute(select(rule).where(rule.c.kind == "discipline")).all()
        db.execute(update(rule).where(rule.c.id == row.id).values(content=row.content | {"mass_share": "1"}))
    try:
        hadir.workdays.forget()
        empty(november(3, 4))
        night(*november(3, 4))
        assert (asked(hadir), warned(hadir)) == ([], 29)
    finally:
        with hadir.database.write() as db:
            db.execute(update(rule).where(rule.c.id == row.id).values(content=row.content))
