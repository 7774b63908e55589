"""Tables of worked days for every preset, written from the rules' own figures: Perpres 21/2023, Permentan 68/2012,
PMK 221/PMK.01/2021 (start 07:30, flexible by 90 minutes, made up on the same day) and BGN 4/2025.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal

import pytest

from integration.rulebook.models import AttendanceRules
from integration.rulebook.store import SHIPPED
from integration.workdays import DayPlan
from plugins.hadir.evaluation import evaluate
from plugins.hadir.evaluation.results import WORDS
from plugins.hadir.evaluation.week import evaluate_week, weeks_of
from plugins.hadir.reason_wording import CODES
from plugins.hadir.service import EMPTY, Day
from tests.plugins.hadir.judged import (
    BGN,
    DASAR,
    DYNAMIC,
    FRIDAY,
    MONDAY,
    MORNING,
    NIGHT,
    NORMAL,
    NORMAL_FRIDAY,
    PERMENTAN,
    PMK,
    RAMADAN,
    RAMADAN_FRIDAY,
    at,
    codes,
    event,
    found,
    judged,
    plan,
    rule,
)

# PMK 221 has a day of its own: 07:30–17:00.
MINISTRY = plan("07:30", "17:00", 60)


def figures(result):
    return result.word, result.late, result.early, result.worked


# ---------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("of", "came", "left", "expected"),
    [
        (NORMAL, "07:30", "16:00", ("hadir", 0, 0, 450)),  # 37 h 30 a week are five times 450 minutes
        (NORMAL_FRIDAY, "07:30", "16:30", ("hadir", 0, 0, 450)),
        (RAMADAN, "08:00", "15:00", ("hadir", 0, 0, 390)),  # 32 h 30 a week are five times 390
        (RAMADAN_FRIDAY, "08:00", "15:30", ("hadir", 0, 0, 390)),
        (NORMAL, "07:30:59", "16:00", ("hadir", 0, 0, 450)),
        (NORMAL, "07:31", "16:00", ("terlambat", 1, 0, 449)),
        (NORMAL, "07:46", "16:00", ("terlambat", 16, 0, 434)),
        (NORMAL, "07:28", "15:59", ("pulang cepat", 0, 1, 451)),
        (NORMAL, "07:46", "15:50", ("terlambat", 16, 10, 424)),
        (NORMAL_FRIDAY, "07:30", "16:00", ("pulang cepat", 0, 30, 420)),  # on any other day this is the end
        (RAMADAN, "08:10", "15:00", ("terlambat", 10, 0, 380)),
        (RAMADAN, "07:45", "15:00", ("hadir", 0, 0, 405)),  # late on a normal day
        (NORMAL, "07:28", "", ("tidak lengkap", 0, 0, 0)),
        (NORMAL, "07:46", "", ("tidak lengkap", 16, 0, 0)),
        (NORMAL, "", "16:05", ("tidak lengkap", 0, 0, 0)),
        (NORMAL, "", "15:00", ("tidak lengkap", 0, 60, 0)),
        (NORMAL, "", "", ("tanpa keterangan", 0, 0, 0)),
        (NORMAL, "12:00", "11:00", ("tidak lengkap", 270, 0, 0)),  # a slip is no check-out
        (NORMAL, "17:00", "18:00", ("terlambat", 510, 0, 60)),  # nobody is later than the day is long
        (NORMAL, "06:00", "07:00", ("pulang cepat", 0, 510, 60)),
        (MORNING, "06:00", "14:00", ("hadir", 0, 0, 450)),
        (MORNING, "06:05", "13:50", ("terlambat", 5, 10, 435)),
        (NIGHT, "21:50", "30:05", ("hadir", 0, 0, 465)),
        (NIGHT, "24:30", "30:00", ("terlambat", 150, 0, 300)),  # half past midnight
        (NIGHT, "22:00", "29:00", ("pulang cepat", 0, 60, 390)),
    ],
)
def test_minutes_and_words(of, came, left, expected):
    result = judged(DASAR, came, left, of)
    assert figures(result) == expected
    assert (result.bands, result.deduction) == ((), 0)
    assert result.owed == of.minutes


# ---------------------------------------------------------------- presets


@pytest.mark.parametrize(
    ("by", "of", "came", "left", "bands", "percent"),
    [
        (PERMENTAN, NORMAL, "07:30", "16:00", "", "0"),
        (PERMENTAN, NORMAL, "07:31", "16:00", "TL1", "0.5"),
        (PERMENTAN, NORMAL, "08:00", "16:00", "TL1", "0.5"),
        (PERMENTAN, NORMAL, "08:01", "16:00", "TL2", "1"),
        (PERMENTAN, NORMAL, "08:30", "16:00", "TL2", "1"),
        (PERMENTAN, NORMAL, "08:31", "16:00", "TL3", "1.5"),
        (PERMENTAN, NORMAL, "09:00", "16:00", "TL3", "1.5"),
        (PERMENTAN, NORMAL, "09:01", "16:00", "TL4", "2"),
        (PERMENTAN, NORMAL, "07:30", "15:59", "PSW1", "0.5"),
        (PERMENTAN, NORMAL, "07:30", "15:29", "PSW2", "1"),
        (PERMENTAN, NORMAL, "07:30", "14:59", "PSW3", "1.5"),
        (PERMENTAN, NORMAL, "07:30", "14:29", "PSW4", "2"),
        (PERMENTAN, NORMAL, "07:45", "15:00", "TL1 PSW2", "1.5"),
        (PERMENTAN, NORMAL, "07:30", "", "PSW4", "2"),
        (PERMENTAN, NORMAL, "", "16:00", "TL4", "2"),
        (PERMENTAN, NORMAL, "", "", "TK", "4"),
        (PERMENTAN, NORMAL, "11:00", "12:00", "TL4 PSW4", "4"),
        (PERMENTAN, NORMAL, "", "12:00", "PSW4 TL4", "4"),
        (PMK, MINISTRY, "07:30", "17:00", "", "0"),
        (PMK, MINISTRY, "08:00", "17:30", "", "0"),
        (PMK, MINISTRY, "09:00", "18:30", "", "0"),
        (PMK, MINISTRY, "09:00", "18:29", "TMK", "1"),
        (PMK, MINISTRY, "08:00", "17:00", "TMK", "1"),
        (PMK, MINISTRY, "09:01", "17:00", "TL1", "1"),
        (PMK, MINISTRY, "09:30", "17:00", "TL1", "1"),
        (PMK, MINISTRY, "09:31", "17:00", "TL2", "1.25"),
        (PMK, MINISTRY, "10:00", "17:00", "TL2", "1.25"),
        (PMK, MINISTRY, "10:01", "17:00", "TL3", "2.5"),
        (PMK, MINISTRY, "06:00", "15:30", "", "0"),
        (PMK, MINISTRY, "05:00", "15:30", "", "0"),  # coming still earlier earns no more
        (PMK, MINISTRY, "06:30", "16:00", "", "0"),
        (PMK, MINISTRY, "06:30", "15:45", "TMK", "1"),
        (PMK, MINISTRY, "07:30", "15:30", "TMK", "1"),
        (PMK, MINISTRY, "07:30", "15:29", "PSW1", "1"),
        (PMK, MINISTRY, "07:30", "14:59", "PSW2", "1.25"),
        (PMK, MINISTRY, "07:30", "14:29", "PSW3", "2.5"),
        (PMK, MINISTRY, "08:30", "15:00", "PSW1 TMK", "2"),  # an hour not made up, and gone before one may
        (PMK, MINISTRY, "08:00", "", "PSW3", "2.5"),
        (PMK, MINISTRY, "", "17:00", "TL3", "2.5"),
        (PMK, MINISTRY, "", "", "TL3 PSW3", "5.0"),  # no record at either end
        (PMK, MINISTRY, "04:59", "17:00", "TL3", "2.5"),  # stamps count from 05:00
        (PMK, MINISTRY, "07:30", "24:00", "PSW3", "2.5"),  # … to 23:59
        (PMK, MINISTRY, "07:30", "23:59", "", "0"),
        (PMK, NIGHT, "22:00", "30:00", "", "0"),  # a night shift has other hours
        (BGN, NORMAL, "07:30", "16:00", "", "0"),
        (BGN, NORMAL, "07:31", "16:00", "TL1", "0.5"),
        (BGN, NORMAL, "08:30", "16:00", "TL1", "0.5"),
        (BGN, NORMAL, "08:31", "16:00", "TL2", "1"),
        (BGN, NORMAL, "07:30", "15:00", "PSW1", "0.5"),
        (BGN, NORMAL, "07:30", "14:59", "PSW2", "1"),
        (BGN, NORMAL, "", "", "", "0"),
        (BGN, RAMADAN, "08:01", "15:00", "TL1", "0.5"),
    ],
)
def test_bands_and_deductions(by, of, came, left, bands, percent):
    result = judged(by, came, left, of)
    assert (" ".join(result.bands), result.deduction) == (bands, Decimal(percent))


@pytest.mark.parametrize("name", ["dasar", "permentan-68-2012", "pmk-221-2021", "bgn-4-2025"])
def test_the_shipped_presets_are_those_of_the_table(name):
    rows = tomllib.loads((SHIPPED / "attendance.toml").read_text(encoding="utf-8"))["rule"]
    [content] = [AttendanceRules.model_validate(row["content"]) for row in rows if row["name"] == name]
    mine = {"dasar": DASAR, "permentan-68-2012": PERMENTAN, "pmk-221-2021": PMK, "bgn-4-2025": BGN}[name].content
    if name == "pmk-221-2021":  # what failing to make up costs is in no public source
        content, mine = (each.model_copy(update={"unmade": None}) for each in (content, mine))
    assert content == mine


def test_without_deducts_bands_are_shown_and_nothing_is_deducted():
    shown = rule(late=[{"code": "TL1", "minutes": 1, "percent": "0.5"}], absent={"code": "TK", "percent": "4"})
    late, absent = judged(shown, "07:46", "16:00"), judged(shown)
    assert (late.bands, late.deduction, absent.bands, absent.deduction) == (("TL1",), 0, ("TK",), 0)


@pytest.mark.parametrize(
    ("came", "left", "word", "late", "early", "made_up", "end"),
    [
        ("08:00", "17:30", "hadir", 0, 0, 30, "17:30"),
        ("08:00", "17:10", "pulang cepat", 0, 20, 10, "17:30"),
        ("08:00", "17:00", "pulang cepat", 0, 30, 0, "17:30"),
        ("09:00", "19:00", "hadir", 0, 0, 90, "18:30"),
        ("09:15", "17:00", "terlambat", 105, 0, 0, "17:00"),
        ("06:30", "16:00", "hadir", 0, 0, 0, "16:00"),
    ],
)
def test_flexible_hours_move_the_end(came, left, word, late, early, made_up, end):
    result = judged(PMK, came, left, MINISTRY)
    assert (result.word, result.late, result.early, result.made_up) == (word, late, early, made_up)
    assert result.end == at(end)


def test_who_came_never_loses_more_than_who_stayed_away():
    hard = rule(
        deducts=True,
        late=[{"code": "TL", "minutes": 1, "percent": "60"}],
        early=[{"code": "PSW", "minutes": 1, "percent": "70"}],
    )
    assert judged(hard, "09:00", "12:00").deduction == 100
    capped = judged(rule(**hard.content.model_dump() | {"absent": {"code": "TK", "percent": "50"}}), "09:00", "12:00")
    assert (capped.deduction, codes(capped)[-1]) == (50, "capped")


# ---------------------------------------------------------------- days that are not over


@pytest.mark.parametrize(
    ("came", "left", "now", "word", "due"),
    [
        ("", "", "07:00", "belum", False),
        ("", "", "08:00", "belum", True),
        ("", "", "16:00", "tanpa keterangan", True),
        ("07:20", "", "07:25", "sedang bekerja", True),
        ("07:46", "", "12:00", "sedang bekerja", True),
        ("07:28", "", "28:00", "sedang bekerja", True),
        ("07:28", "", "28:01", "tidak lengkap", True),
        ("07:28", "12:00", "12:01", "pulang cepat", True),
    ],
)
def test_a_day_as_it_stands(came, left, now, word, due):
    result = evaluate(NORMAL, found(came, left), PERMENTAN, at(now))
    assert (result.word, result.due) == (word, due)


def test_lateness_counts_while_somebody_is_still_in():
    result = evaluate(NORMAL, found("07:46"), PERMENTAN, at("12:00"))
    assert (result.late, result.bands, result.deduction) == (16, ("TL1",), Decimal("0.5"))


# ---------------------------------------------------------------- excuses and days off


@pytest.mark.parametrize(
    ("excuse", "word"), [("cuti", "cuti"), ("sakit", "sakit"), ("izin", "izin"), ("dinas", "dinas"), ("tugas_belajar", "dinas")]
)
def test_who_is_excused_owes_nothing(excuse, word):
    away = replace(NORMAL, excuse=excuse, excuse_source="ST-112/2026")
    for day in (EMPTY, found("09:00", "11:00"), found("09:00")):
        result = evaluate(away, day, PERMENTAN, at("240:00"))
        assert (result.word, result.late, result.early, result.owed, result.bands) == (word, 0, 0, 0, ())
        assert result.came == (day != EMPTY)
    assert result.reasons[-1].values == {"excuse": excuse, "source": "ST-112/2026"}


def test_a_holiday_is_free_and_work_on_it_is_shown():
    holiday = DayPlan(MONDAY, free="Hari Raya Natal", schedule="standar")
    assert figures(judged(PERMENTAN, of=holiday)) == ("libur", 0, 0, 0)
    worked = judged(PERMENTAN, "09:00", "15:00", holiday)
    assert (figures(worked), worked.came, worked.due) == (("hadir", 0, 0, 360), True, False)
    assert (judged(PERMENTAN, "09:00", "", holiday).word, judged(PERMENTAN, "09:00", "", holiday).bands) == (
        "tidak lengkap",
        (),
    )


@pytest.mark.parametrize(
    ("spans", "came", "left", "late", "early", "owed", "word"),
    [
        ([("07:30", "09:00")], "08:55", "16:00", 0, 0, 360, "hadir"),
        ([("07:30", "09:00")], "09:05", "16:00", 5, 0, 360, "terlambat"),
        ([("08:00", "09:00")], "09:05", "16:00", 35, 0, 390, "terlambat"),
        ([("14:00", "16:00")], "07:30", "14:00", 0, 0, 330, "hadir"),
        ([("14:00", "16:00")], "07:30", "13:45", 0, 15, 330, "pulang cepat"),
        ([("07:00", "08:00"), ("07:45", "08:15")], "08:20", "16:00", 5, 0, 405, "terlambat"),
        ([("07:30", "16:00")], "", "", 0, 0, 0, "izin"),
        ([("10:00", "11:00")], "", "", 0, 0, 390, "tanpa keterangan"),
        ([("10:00", "10:00")], "07:30", "16:00", 0, 0, 450, "hadir"),
    ],
)
def test_a_permission_excuses_its_minutes(spans, came, left, late, early, owed, word):
    allowed = replace(NORMAL, excused=tuple((at(first), at(last)) for first, last in spans))
    result = judged(PERMENTAN, came, left, allowed)
    assert (result.late, result.early, result.owed, result.word) == (late, early, owed, word)


# ---------------------------------------------------------------- outages


@pytest.mark.parametrize(
    ("windows", "came", "left", "word", "late", "excused"),
    [
        ([("07:00", "08:10")], "08:20", "16:00", "hadir", 0, True),  # within the hour of grace
        ([("07:00", "08:10")], "09:10", "16:00", "hadir", 0, True),
        ([("07:00", "08:10")], "09:11", "16:00", "terlambat", 101, False),
        ([("08:00", "09:00")], "09:10", "16:00", "terlambat", 30, True),  # late until the service went down
        ([("07:00", "07:30")], "07:50", "16:00", "terlambat", 20, False),  # it was back when they should have come
        ([("07:00", "07:50"), ("08:00", "08:30")], "08:40", "16:00", "hadir", 0, True),
        ([("07:00", "08:10")], "07:20", "16:00", "hadir", 0, False),
        ([("15:50", "16:30")], "07:30", "", "hadir", 0, True),
        ([("15:50", "16:30")], "07:46", "", "terlambat", 16, True),
        ([("12:00", "13:00")], "07:30", "", "tidak lengkap", 0, False),
        ([("07:00", "16:10")], "", "", "izin", 0, True),
        ([("07:00", "15:00")], "", "", "tanpa keterangan", 0, False),
        ([("07:00", "16:10")], "", "16:20", "tidak lengkap", 0, False),
    ],
)
def test_an_outage_excuses_by_itself(windows, came, left, word, late, excused):
    result = judged(PERMENTAN, came, left, outages=tuple(windows))
    assert (result.word, result.late, result.outage is not None) == (word, late, excused)


def test_a_check_out_that_an_outage_hid_counts_to_the_end():
    result = judged(PERMENTAN, "07:30", "", outages=(("15:50", "16:30"),))
    assert (result.worked, result.bands, result.outage) == (450, (), (at("15:50"), at("16:30")))


# ---------------------------------------------------------------- places, corrections


@pytest.mark.parametrize(
    ("planned", "place", "off"), [("wfo", "wfh", True), ("wfo", "wfo", False), ("", "wfh", False), ("wfo", "", False)]
)
def test_another_place_than_planned_is_flagged(planned, place, off):
    result = evaluate(replace(NORMAL, place=planned), found("07:30", "16:00", place=place), PERMENTAN, at("240:00"))
    assert (result.off_plan, result.word, "off_plan" in codes(result)) == (off, "hadir", off)


def test_a_corrected_stamp_counts_at_any_time():
    corrected = Day(event("in", "04:30", source="correction"), event("out", "17:00"))
    assert evaluate(MINISTRY, corrected, PMK, at("240:00")).word == "hadir"


# ---------------------------------------------------------------- reasons


def test_every_reason_names_its_rule():
    result = judged(PERMENTAN, "07:46", "15:50")
    assert codes(result) == ["hours", "late", "early"]
    hours, late, _ = result.reasons
    assert (hours.rule, hours.version, hours.article) == ("standar", "2023-04-12", "Perpres 21/2023")
    assert (late.rule, late.version, late.article) == ("permentan-68-2012", "1", "Peraturan permentan-68-2012")


def test_the_words_are_those_of_the_issue():
    wanted = "hadir, terlambat, pulang cepat, tidak lengkap, izin, sakit, cuti, dinas, libur, tanpa keterangan"
    assert ", ".join(WORDS.values()).startswith(wanted)
    assert {"hours", "late", "absent", "week_short"} <= CODES


# ---------------------------------------------------------------- dynamic hours


def week(*days, now="240:00"):
    """Days from Monday on: (came, left), "" absent, "L" a holiday, "C" leave."""
    judged_days = []
    for number, said in enumerate(days):
        day = MONDAY.fromordinal(MONDAY.toordinal() + number)
        own = plan("06:00", "21:00", 60, day, dynamic=True, minutes=450, schedule="dinamis")
        own = {"L": DayPlan(day, free="Libur"), "C": replace(own, excuse="cuti"), "-": DayPlan(day)}.get(str(said), own)
        record = found(*said, day=day) if isinstance(said, tuple) else EMPTY
        judged_days.append((own, evaluate(own, record, DASAR, at(now))))
    return evaluate_week(judged_days, DASAR, at(now))


FULL = ("08:00", "16:30")  # 450 minutes net


@pytest.mark.parametrize(
    ("days", "owed", "worked", "short"),
    [
        ([FULL] * 5 + ["-", "-"], 2250, 2250, 0),
        ([("06:00", "18:00"), ("06:00", "18:00"), ("10:00", "14:00"), FULL, ("09:00", "13:00"), "-", "-"], 2250, 2250, 0),
        ([FULL] * 4 + [("08:00", "12:00"), "-", "-"], 2250, 2040, 210),
        ([FULL] * 4 + ["", "-", "-"], 2250, 1800, 450),
        ([FULL] * 4 + ["L", "-", "-"], 1800, 1800, 0),
        (["C", "C", FULL, FULL, ("08:00", "16:00"), "-", "-"], 1350, 1320, 30),
        ([("05:00", "22:00"), *[FULL] * 4, "-", "-"], 2250, 2640, 0),  # 06:00–21:00 count: 840 net
    ],
)
def test_dynamic_hours_are_judged_by_the_week(days, owed, worked, short):
    result = week(*days)
    assert (result.owed, result.worked, result.short, result.over) == (owed, worked, short, True)


def test_a_week_that_is_not_over_is_no_fault():
    result = week(FULL, FULL, "", "", "", "-", "-", now="72:00")
    assert (result.owed, result.worked, result.short, result.over) == (2250, 900, 0, False)


def test_nobody_is_late_with_dynamic_hours():
    result = judged(PERMENTAN, "11:00", "15:00", DYNAMIC)
    assert (figures(result), result.bands, result.owed) == (("hadir", 0, 0, 240), (), 450)
    assert codes(result) == ["dynamic_hours"]


@pytest.mark.parametrize(
    ("first", "last", "monday", "sunday"),
    [
        ((2026, 11, 1), (2026, 11, 30), (2026, 11, 2), (2026, 11, 29)),
        ((2026, 10, 1), (2026, 10, 31), (2026, 9, 28), (2026, 11, 1)),
    ],
)
def test_a_week_belongs_to_the_month_of_its_thursday(first, last, monday, sunday):
    day = type(FRIDAY)
    assert weeks_of(day(*first), day(*last)) == (day(*monday), day(*sunday))
