"""Counting against PP 94/2021, by tables, and who is warned when, by the job, in talk."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from integration import people, scheduler
from integration.audit import audit
from integration.outbox import outbox
from integration.rulebook.models import MODELS
from integration.rulebook.store import shipped
from plugins.hadir import discipline
from plugins.hadir.discipline import Standing
from plugins.hadir.plugin import PLUGIN
from plugins.hadir.tables import attendance_event
from tests.cast import at
from tests.post import change, inbox, labels, person_id, texts, told

RULES = next(MODELS["discipline"].model_validate(row["content"]) for row in shipped() if row["kind"] == "discipline")
MONDAY = date(2026, 3, 2)


def working_days(count, first=MONDAY):
    """Working days with their weekends between them, Saturday and Sunday as days off."""
    found, day = [], first
    while sum(status != "off" for _, status in found) < count:
        found.append((day, "off" if day.weekday() > 4 else "absent"))
        day += timedelta(days=1)
    return found


def codes(count, row=0):
    """The marks of so many days in a year, of which the last `row` were in a row."""
    days = tuple(MONDAY + timedelta(days=2 * n) for n in range(count))
    return [mark.code for mark in discipline.marks(RULES, Standing(2026, days, days[count - row :]))]


# From domain.md: 3; 4–6; 7–10; 11–13; 14–16; 17–20; 21–24; 25–27; 28 and more.
@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, []),
        (1, []),
        (2, ["before-3"]),
        (3, ["reached-3", "before-4"]),
        (4, ["reached-4"]),
        (5, ["reached-4"]),
        (6, ["reached-4", "before-7"]),
        (7, ["reached-7"]),
        (9, ["reached-7"]),
        (10, ["reached-7", "before-11"]),
        (11, ["reached-11"]),
        (13, ["reached-11", "before-14"]),
        (14, ["reached-14"]),
        (16, ["reached-14", "before-17"]),
        (17, ["reached-17"]),
        (20, ["reached-17", "before-21"]),
        (21, ["reached-21"]),
        (24, ["reached-21", "before-25"]),
        (25, ["reached-25"]),
        (27, ["reached-25", "before-28"]),
        (28, ["reached-28"]),
        (200, ["reached-28"]),
    ],
)
def test_the_thresholds_of_a_year(days, expected):
    assert codes(days) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (2, "oral reprimand"),
        (3, "written reprimand"),
        (6, "written statement of dissatisfaction"),
        (10, "allowance cut 25 % for 6 months"),
        (13, "allowance cut 25 % for 9 months"),
        (16, "allowance cut 25 % for 12 months"),
        (20, "one level down for 12 months"),
        (24, "relieved of the post for 12 months"),
        (27, "dismissal"),
    ],
)
def test_what_comes_next(days, expected):
    assert discipline.upcoming(RULES, days).consequence_en == expected
    assert discipline.upcoming(RULES, 28) is None


@pytest.mark.parametrize(
    ("row", "expected"), [(8, []), (9, ["before-row-10"]), (10, ["reached-row-10"]), (15, ["reached-row-10"])]
)
def test_ten_in_a_row(row, expected):
    assert [code for code in codes(row, row) if "row" in code] == expected


def test_weekends_and_holidays_neither_count_nor_interrupt():
    found = discipline.standing(working_days(10), 2026)
    assert (len(found.days), len(found.row)) == (10, 10)
    assert found.latest == MONDAY + timedelta(days=11)


@pytest.mark.parametrize("status", ["present", "late", "early", "incomplete", "open", "permission", "sick", "leave", "travel"])
def test_who_came_or_was_excused_begins_a_new_row(status):
    days = working_days(9)
    found = discipline.standing([*days, (date(2026, 3, 13), status), (date(2026, 3, 16), "absent")], 2026)
    assert (len(found.days), len(found.row)) == (10, 1)


def test_a_day_that_is_not_over_says_nothing():
    found = discipline.standing([*working_days(9), (date(2026, 3, 13), "expected")], 2026)
    assert (len(found.days), len(found.row)) == (9, 9)


def test_the_year_begins_at_nothing_but_a_row_goes_on():
    """Monday, 28 December 2026 to Friday, 8 January 2027: New Year's Day is a holiday."""
    days = [(day, "off" if day == date(2027, 1, 1) else status) for day, status in working_days(10, date(2026, 12, 28))]
    found = discipline.standing(days, 2027)
    assert (len(found.days), len(found.row)) == (5, 9)
    assert [mark.code for mark in discipline.marks(RULES, found)] == ["reached-4", "before-row-10"]
    assert discipline.marks(RULES, found)[1].year == 2026


def test_warned_once_and_again_only_after_the_count_had_fallen():
    days = tuple(MONDAY + timedelta(days=7 * n) for n in range(6))
    three = Standing(2026, days[:3], ())
    found = discipline.marks(RULES, three)
    told = {(2026, mark.code): days[2] for mark in found}
    assert discipline.untold(found, three, {}) == found
    assert discipline.untold(found, three, told) == ()
    fewer_then_more = Standing(2026, (days[1], days[2], days[4]), ())  # the first was corrected, another came
    assert discipline.untold(discipline.marks(RULES, fewer_then_more), fewer_then_more, told) == found
    later_ones_fell = Standing(2026, days[:3], ())  # those after the third were corrected
    assert discipline.untold(found, later_ones_fell, told) == ()


def test_an_office_that_warns_earlier():
    rules = RULES.model_copy(update={"warn_before": 3})
    days = tuple(MONDAY + timedelta(days=7 * n) for n in range(8))

    def warned(count):
        return [mark.code for mark in discipline.marks(rules, Standing(2026, days[:count], ()))]

    assert warned(0) == []
    assert warned(1) == warned(2) == ["before-3"]
    assert warned(4) == ["reached-4", "before-7"]
    assert warned(8) == ["reached-7", "before-11"]


# ---------------------------------------------------------------- the job, in talk
#
# The office is known from Monday, 2 November 2026. Everybody comes every day, but for the days that a test takes away.

JOB = next(job for job in PLUGIN.jobs if job.name == "discipline")
FIRST = date(2026, 11, 2)


def november(*days):
    return [date(2026, 11, day) for day in days]


@pytest.fixture
def misses(hadir):
    """`misses("siti", november(5, 6))`: neither came nor told why."""
    with hadir.database.write() as db:
        db.execute(update(people.person).values(started_on=FIRST))
        days = [FIRST + timedelta(days=n) for n in range(80)]
        came = [
            {"person_id": id, "day": day, "kind": kind, "at": at(f"{day}T{time}:00+07:00"), "place": "wfo", "source": "import"}
            | {"recorded_at": at(f"{day}T{time}:00+07:00")}
            for id in db.scalars(select(people.person.c.id)).all()
            for day in days
            if day.weekday() < 5
            for kind, time in (("in", "05:20"), ("out", "18:00"))
        ]
        db.execute(attendance_event.insert(), came)

    def take_away(who, days):
        with hadir.database.write() as db:
            mine = (attendance_event.c.person_id == person_id(hadir, who), attendance_event.c.day.in_(days))
            db.execute(delete(attendance_event).where(*mine))

    return take_away


@pytest.fixture
def night(hadir, clock):
    """`night(date(2026, 11, 6))`: the job in the small hours after that day, 05.00 WIB."""

    def run(day):
        clock.now = at(f"{day + timedelta(days=1)}T05:00+07:00")
        assert scheduler.run_job(hadir, JOB, clock.now)
        with hadir.database.read() as db:
            assert set(db.scalars(select(scheduler.job_run.c.outcome))) == {"done"}

    return run


def comes_after_all(hadir, who, day):
    """A correction: the day counts no longer."""
    with hadir.database.write() as db:
        row = {"person_id": person_id(hadir, who), "day": day, "kind": "in", "at": at(f"{day}T07:20+07:00"), "place": "wfo"}
        db.execute(attendance_event.insert().values(row | {"source": "correction", "recorded_at": at(f"{day}T07:20+07:00")}))


def test_the_second_day_warns_the_person_and_the_supervisor(hadir, misses, night):
    misses("siti", november(4, 6))
    night(date(2026, 11, 4))
    assert told(hadir) == {}
    night(date(2026, 11, 5))
    night(date(2026, 11, 6))
    assert told(hadir) == {"siti": 1, "budi": 1}
    assert texts(inbox(hadir, "siti"))[0].splitlines() == [
        "**Peringatan dini tentang kehadiran Anda**",
        "Hari kerja tanpa keterangan tahun 2026: **2** (PP 94/2021)",
        "Berikutnya: 3 hari — teguran lisan",
        "Hari yang dihitung: 4, 6 Nov",
        "Masih dapat dikoreksi: 4 Nov (sampai 18 Nov), 6 Nov (sampai 20 Nov)",
        "Ada hari yang keliru, atau ada alasannya? Ketik `/hadir koreksi`; untuk sakit, cuti, atau dinas `/izin`. "
        "Pertanyaan: Budi Santoso.",
        "Hadir hanya menghitung; keputusan ada pada pejabat yang berwenang.",
    ]
    assert texts(inbox(hadir, "budi"))[0].splitlines() == [
        "**Peringatan dini tentang kehadiran Siti Rahayu** (Bidang Aplikasi)",
        "Hari kerja tanpa keterangan tahun 2026: **2** (PP 94/2021)",
        "Berikutnya: 3 hari — teguran lisan",
        "Hari yang dihitung: 4, 6 Nov",
        "Masih dapat dikoreksi: 4 Nov (sampai 18 Nov), 6 Nov (sampai 20 Nov)",
        "Mohon dibicarakan dengan yang bersangkutan. Bila ada alasan yang sah, catat dengan `/hadir koreksi` atau `/izin`.",
        "Menurut PP 94/2021, atasan yang tidak menindaklanjuti dapat ikut dimintai pertanggungjawaban.",
        "Hadir hanya menghitung; keputusan ada pada pejabat yang berwenang.",
    ]


def test_it_arrives_on_the_next_working_morning(hadir, misses, night):
    """Friday's absence is known on Saturday at five; both work again on Monday."""
    misses("siti", november(4, 6))
    night(date(2026, 11, 6))
    night(date(2026, 11, 7))
    with hadir.database.read() as db:
        assert {due for (due,) in db.execute(select(outbox.c.due_at))} == {at("2026-11-09T07:30+07:00")}


def test_everybody_is_told_where_they_are(hadir, misses, night):
    """Yosef in Jayapura begins two hours before Budi in Jakarta."""
    misses("yosef", november(3, 4))
    night(date(2026, 11, 4))
    with hadir.database.read() as db:
        due = dict(db.execute(select(outbox.c.stream, outbox.c.due_at)).all())
    assert due[f"person:{person_id(hadir, 'yosef')}"] == at("2026-11-05T07:30+09:00")
    assert due[f"person:{person_id(hadir, 'budi')}"] == at("2026-11-05T07:30+07:00")


def test_each_threshold_is_told_once(hadir, misses, night):
    """Two to seven days: before 3; 3 and before 4; 4; before 7; 7. Five says nothing new."""
    days = november(3, 5, 9, 11, 13, 17, 19)
    misses("siti", days)
    counts = []
    for day in november(*range(2, 21)):
        night(day)
        counts.append(told(hadir).get("siti", 0))
    by_day = dict(zip(november(*range(2, 21)), counts, strict=True))
    assert [by_day[day] for day in days] == [0, 1, 2, 3, 3, 4, 5]
    assert told(hadir) == {"siti": 5, "budi": 5}
    assert "Tercapai: 3 hari — teguran lisan" in texts(inbox(hadir, "siti"))[1]
    assert "Berikutnya: 4 hari — teguran tertulis" in texts(inbox(hadir, "siti"))[1]
    assert "Tercapai: 7 hari — pernyataan tidak puas secara tertulis" in texts(inbox(hadir, "siti"))[4]


def test_nine_and_ten_in_a_row_are_told(hadir, misses, night):
    misses("siti", november(3, 4, 5, 6, 9, 10, 11, 12, 13, 16))
    for day in november(*range(2, 17)):
        night(day)
    last = [text for text in texts(inbox(hadir, "siti")) if "Berturut-turut: 10" in text]
    assert len(last) == 1
    assert "Berturut-turut: 10; mulai 10: pemberhentian; gaji dihentikan mulai bulan berikutnya" in last[0]
    assert len([text for text in texts(inbox(hadir, "siti")) if "Berturut-turut: 9" in text]) == 1


def test_a_second_run_and_a_second_worker_tell_nobody_twice(hadir, misses, night, clock):
    misses("siti", november(4, 6))
    night(date(2026, 11, 6))
    before = told(hadir)
    for minute in (1, 2):
        clock.now += timedelta(minutes=minute)
        assert scheduler.run_job(hadir, JOB, clock.now)
    assert told(hadir) == before == {"siti": 1, "budi": 1}


def test_who_climbs_again_after_a_correction_is_warned_again(hadir, misses, night):
    misses("siti", november(4, 6, 11))
    night(date(2026, 11, 6))
    comes_after_all(hadir, "siti", date(2026, 11, 4))
    for day in november(9, 10):
        night(day)
    assert told(hadir)["siti"] == 1
    night(date(2026, 11, 11))
    assert told(hadir)["siti"] == 2
    assert "Hari yang dihitung: 6, 11 Nov" in texts(inbox(hadir, "siti"))[1]


def test_what_was_missed_while_the_worker_was_down_is_told(hadir, misses, night):
    misses("siti", november(4, 6))
    night(date(2026, 11, 3))
    night(date(2026, 11, 17))
    assert told(hadir) == {"siti": 1, "budi": 1}


def test_a_correction_that_waits_is_named(hadir, misses, night, chat):
    misses("siti", november(4, 6))
    chat("siti").says("/hadir koreksi 4/11 masuk 07.25 lupa", at=at("2026-11-06T20:00+07:00"))
    night(date(2026, 11, 6))
    said = texts(inbox(hadir, "siti"))[-1]
    assert "Koreksi menunggu keputusan: 4 Nov" in said
    assert "Masih dapat dikoreksi: 6 Nov (sampai 20 Nov)" in said


def test_days_too_old_to_correct_say_whom_to_ask(hadir, misses, night):
    misses("siti", november(3, 4))
    night(date(2026, 11, 2))
    night(date(2026, 11, 27))
    said = texts(inbox(hadir, "siti"))[0]
    assert "Masih dapat dikoreksi" not in said
    assert "Mohon hubungi Budi Santoso." in said


def test_without_a_supervisor_the_personnel_officers_are_told(hadir, misses, night):
    misses("hendra", november(4, 6))
    night(date(2026, 11, 6))
    assert told(hadir) == {"hendra": 1, "rina": 1}
    assert "Pertanyaan: pengelola kepegawaian." in texts(inbox(hadir, "hendra"))[0]


def test_a_supervisor_of_several_gets_one_message(hadir, misses, night):
    misses("siti", november(4, 6))
    misses("dewi", november(2, 4, 6))
    night(date(2026, 11, 6))
    assert told(hadir) == {"siti": 1, "dewi": 1, "budi": 1}
    assert texts(inbox(hadir, "budi"))[0].splitlines()[:4] == [
        "**Peringatan dini tentang kehadiran 2 orang** (PP 94/2021)",
        "Hari kerja tanpa keterangan tahun ini:",
        "- Siti Rahayu: 2 (4, 6 Nov); berikutnya 3: teguran lisan",
        "- Dewi Lestari: 3 (2, 4, 6 Nov); berikutnya 4: teguran tertulis",
    ]


def test_who_has_left_is_not_written_to(hadir, misses, night):
    misses("siti", november(4, 6))
    change(hadir, "siti", ended_on=date(2026, 11, 6))
    night(date(2026, 11, 6))
    assert told(hadir) == {}


def test_nothing_counts_before_somebody_came_nor_after_they_left(hadir, misses, chat, clock):
    misses("siti", november(3, 4, 5, 6, 9, 10))
    change(hadir, "siti", started_on=date(2026, 11, 5), ended_on=date(2026, 11, 9))
    clock.now = at("2026-11-20T09:00+07:00")
    assert "tahun 2026: **3**" in chat("rina").says("/hadir disiplin siti rahayu")


def test_a_new_year_begins_at_nothing(hadir, misses, chat, night):
    misses("siti", [date(2026, 12, 29), date(2026, 12, 30), date(2027, 1, 7)])
    for day in (date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 30), date(2027, 1, 6), date(2027, 1, 7)):
        night(day)
    assert told(hadir) == {"siti": 1, "budi": 1}
    assert "tahun 2027: **1**" in chat("siti").says("/hadir disiplin")


def test_it_is_audited_without_any_reason(hadir, misses, night):
    misses("siti", november(4, 6))
    night(date(2026, 11, 6))
    with hadir.database.read() as db:
        [row] = db.execute(select(audit).where(audit.c.action == "discipline.warned")).all()
    assert row.object == f"person:{person_id(hadir, 'siti')}"
    assert row.after == {"year": 2026, "days": 2, "marks": ["before-3"], "told": [person_id(hadir, "budi")]}


def test_a_night_with_nobody_absent_costs_the_same_for_any_office(hadir, misses, night, statements):
    """Not more for more people: people, plans and days are read in batches of hundreds."""
    night(date(2026, 11, 3))
    statements.clear()
    night(date(2026, 11, 4))
    few = len(statements)
    with hadir.database.write() as db:
        budi = person_id(hadir, "budi")
        unit = db.scalar(select(people.person.c.unit_id).where(people.person.c.id == budi))
        more = {"unit_id": unit, "supervisor_id": budi, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        rows = [{"nip": f"{n}", "name": f"Orang {n}", "started_on": date(2027, 1, 1), **more} for n in range(300)]
        db.execute(people.person.insert(), rows)
    statements.clear()
    night(date(2026, 11, 5))
    assert len(statements) <= few + 1  # of more than a hundred people each look-up of plans is asked by itself


def test_warning_fifty_costs_one_reading(hadir, misses, night, statements):
    """What grows with the number of people who are warned is only what is written for each."""
    misses("siti", november(4, 6))
    misses("dewi", november(4, 6))
    misses("wayan", november(4, 6))
    night(date(2026, 11, 5))
    statements.clear()
    night(date(2026, 11, 6))
    reads = [each for each in statements if each.lstrip().startswith("SELECT")]
    assert told(hadir) == {"siti": 1, "dewi": 1, "wayan": 1, "budi": 1}
    assert len(reads) <= 30


# ---------------------------------------------------------------- the command


def test_nobody_missing_is_one_line(chat, misses, clock):
    clock.now = at("2026-11-20T09:00+07:00")
    assert chat("siti").says("/hadir disiplin") == "Tidak ada hari kerja tanpa keterangan pada tahun 2026."


def test_ones_own_standing(chat, misses, clock):
    misses("siti", november(4, 18, 19))
    clock.now = at("2026-11-20T09:00+07:00")
    siti = chat("siti")
    assert siti.says("/hadir disiplin").splitlines() == [
        "Hari kerja tanpa keterangan tahun 2026: **3** (PP 94/2021)",
        "Tercapai: 3 hari — teguran lisan",
        "Berikutnya: 4 hari — teguran tertulis",
        "Hari yang dihitung: 4, 18, 19 Nov",
        "Masih dapat dikoreksi: 18 Nov (sampai 2 Des), 19 Nov (sampai 3 Des)",
        "Ada hari yang keliru, atau ada alasannya? Ketik `/hadir koreksi`; untuk sakit, cuti, atau dinas `/izin`. "
        "Pertanyaan: Budi Santoso.",
    ]
    assert labels(siti.last) == ["Koreksi"]


def test_a_supervisor_sees_the_team(chat, misses, clock):
    misses("siti", november(4, 6))
    misses("dewi", november(4, 5, 6))
    clock.now = at("2026-11-20T09:00+07:00")
    expected = [
        "**Tim Anda: tanpa keterangan tahun ini**",
        "- Dewi Lestari: 3 (4, 5, 6 Nov); berikutnya 4: teguran tertulis",
        "- Siti Rahayu: 2 (4, 6 Nov); berikutnya 3: teguran lisan",
    ]
    assert chat("budi").says("/hadir disiplin tim").splitlines() == expected
    own, *rest = chat("budi").says("/hadir disiplin").splitlines()
    assert (own, rest) == ("Tidak ada hari kerja tanpa keterangan pada tahun 2026.", ["", *expected])
    assert "tidak ada hari kerja tanpa keterangan tahun ini" in chat("hendra").says("/hadir disiplin tim")
    assert "Tidak ada pegawai dengan Anda sebagai atasan" in chat("siti").says("/hadir disiplin tim")


@pytest.mark.parametrize(
    ("who", "sees"), [("budi", True), ("hendra", True), ("rina", True), ("kartika", True), ("dewi", False)]
)
def test_who_sees_whose_days(chat, misses, clock, who, sees):
    misses("siti", november(4, 6))
    clock.now = at("2026-11-20T09:00+07:00")
    said = chat(who).says("/hadir disiplin @siti", mentions={"siti": "id-siti"})
    assert ("4, 6 Nov" in said) == sees
    assert ("hanya dilihat" in said) != sees


def test_a_name_that_is_nobodys_and_one_that_is_two(chat, misses, clock):
    clock.now = at("2026-11-20T09:00+07:00")
    rina = chat("rina")
    assert "Tidak ada orang bernama “tuti”" in rina.says("/hadir disiplin tuti")
    assert "Siapa yang dimaksud" in rina.says("/hadir disiplin a")
    assert len(rina.last.buttons) > 1


def test_all_of_a_year_costs_a_handful_of_statements(chat, misses, clock, statements):
    misses("siti", november(4, 6))
    clock.now = at("2026-11-20T09:00+07:00")
    chat("budi").says("/hadir disiplin")
    statements.clear()
    chat("budi").says("/hadir disiplin tim")
    assert len(statements) <= 10
