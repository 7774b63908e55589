"""`hadir db presets`: an office's own hours, Ramadan and holidays. Today is Monday, 23 November 2026."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import delete, select

from integration import audit, people
from integration.core import Hadir
from integration.presets import store
from integration.presets.check import read
from integration.presets.plan import TABLES, present
from integration.settings import Settings
from tests.cast import NIP, Clock, at
from tests.terminal import Terminal

pytestmark = pytest.mark.in_turn

OWN_HOLIDAY = """
[[holiday]]
day = 2027-12-14
name = "Hari Jadi Provinsi"
kind = "regional"
"""
WORKING_DAY = """
[[holiday]]
day = 2026-12-24
name = ""
"""
RAMADAN_2027 = """
[[season]]
name = "ramadan"
first = 2027-02-08
last = 2027-03-09
"""
HOURS_2027 = """
[[hours]]
schedule = "standar"
weekdays = [0, 1, 2, 3]
start = "08:00"
end = "16:30"
break_minutes = 60
source = "SK Kepala 12/2026"
valid_from = 2027-01-01
"""

# A schedule of one's own says of every day from Monday to Friday what holds.
FREE_FRIDAYS = """
[[hours]]
schedule = "standar"
weekdays = [4]
rest = true
source = "SK Kepala 12/2026"
valid_from = 2027-01-01
"""

Presets = Callable[..., Result]


@pytest.fixture
def presets(hadir: Hadir, settings: Settings, tmp_path: Path) -> Iterator[Presets]:
    """`presets(OWN_HOLIDAY, "--dry-run")` writes the file and runs the command on it; the calendar is put back afterwards."""

    def run(text: str | bytes, *options: str) -> Result:
        file = tmp_path / "kantor.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Terminal(settings, hadir.clock)("db", "presets", str(file), *options)

    yield run
    with hadir.database.write() as db:
        for table in TABLES:
            db.execute(delete(table))
        store.load(db)


def plan(hadir: Hadir, day: str, who: str = "siti") -> str:
    """What the service says of a day: `08.00–16.30`, a holiday's name, or nothing."""
    hadir.workdays.forget()
    with hadir.database.read() as db:
        person = people.search(db, who)[0]
        found = hadir.workdays.plan(db, person, date.fromisoformat(day), hadir.clock())
    if not found.start or not found.end:
        return found.free
    return f"{found.start:%H.%M}–{found.end:%H.%M}"


# ---------------------------------------------------------------- what is right is taken over


def test_a_holiday_of_ones_own(hadir: Hadir, presets: Presets) -> None:
    assert plan(hadir, "2027-12-14") == "07.30–16.00"
    said = presets(OWN_HOLIDAY)
    assert said.exit_code == 0
    assert "+ holiday 2027-12-14: Hari Jadi Provinsi (regional)" in said.stdout
    assert "1 added, 0 changed, 0 removed" in said.stdout
    assert "within 30 seconds" in said.stdout
    assert plan(hadir, "2027-12-14") == "Hari Jadi Provinsi"


def test_a_holiday_with_an_empty_name_is_a_working_day_after_all(hadir: Hadir, presets: Presets) -> None:
    assert plan(hadir, "2026-12-24") == "Cuti Bersama Hari Raya Natal"
    line = "~ holiday 2026-12-24: Cuti Bersama Hari Raya Natal (collective) → a working day after all"
    assert line in presets(WORKING_DAY).stdout
    assert plan(hadir, "2026-12-24") == "07.30–16.00"


def test_hours_hold_from_their_first_day_on(hadir: Hadir, presets: Presets) -> None:
    assert "4 added" in presets(HOURS_2027).stdout
    assert plan(hadir, "2026-12-31") == "07.30–16.00"
    assert plan(hadir, "2027-01-04") == "08.00–16.30"
    assert plan(hadir, "2027-01-08") == "07.30–16.30"  # the Friday is not in the file


def test_the_same_block_with_other_hours_changes_it(hadir: Hadir, presets: Presets) -> None:
    presets(HOURS_2027)
    said = presets(HOURS_2027.replace('"08:00"', '"09:00"'))
    assert "~ hours standar Mon from 2027-01-01: 08:00–16:30, break 60 min (SK Kepala 12/2026) → 09:00–16:30" in said.stdout
    assert plan(hadir, "2027-01-04") == "09.00–16.30"


def test_a_shift_over_midnight_and_times_without_quotes(hadir: Hadir, presets: Presets) -> None:
    text = HOURS_2027.replace('"08:00"', "20.00").replace('"16:30"', "04:00 # pagi").replace("standar", "sif-malam")
    assert "20:00–04:00" in presets(text).stdout


def test_a_new_schedule_says_how_people_get_it(presets: Presets) -> None:
    said = presets((HOURS_2027 + FREE_FRIDAYS).replace("standar", "sif-sore"))
    assert (said.exit_code, "hadir people schedule NIP sif-sore" in said.stderr) == (0, True)


def test_ramadan_of_a_year(hadir: Hadir, presets: Presets) -> None:
    assert "+ season ramadan: 2027-02-08 to 2027-03-09" in presets(RAMADAN_2027).stdout
    assert plan(hadir, "2027-02-08") == "08.00–15.00"


def test_a_ramadan_that_begins_a_day_earlier_replaces_the_shipped_one_for_good(hadir: Hadir, presets: Presets) -> None:
    said = presets('[[season]]\nname = "ramadan"\nfirst = 2026-02-18\nlast = 2026-03-19\n')
    assert "~ season ramadan: 2026-02-19 to 2026-03-20 → 2026-02-18 to 2026-03-19" in said.stdout
    assert "concern days before today (" in said.stderr
    assert plan(hadir, "2026-02-18") == "08.00–15.00"
    with hadir.database.write() as db:
        assert store.load(db) == 0
    assert plan(hadir, "2026-03-20") == "Cuti Bersama Hari Raya Idul Fitri"
    with hadir.database.read() as db:
        assert [key for key in present(db) if key[0] == "season"] == [("season", "ramadan", date(2026, 2, 18))]


def test_one_season_takes_the_place_of_two(hadir: Hadir, presets: Presets) -> None:
    presets(RAMADAN_2027)
    said = presets('[[season]]\nname = "ramadan"\nfirst = 2026-03-01\nlast = 2027-02-20\n')
    assert "0 added, 1 changed, 1 removed" in said.stdout
    assert plan(hadir, "2026-02-20") == "07.30–16.30"


def test_a_second_time_changes_nothing(hadir: Hadir, presets: Presets) -> None:
    everything = OWN_HOLIDAY + WORKING_DAY + RAMADAN_2027 + HOURS_2027
    assert "6 added, 1 changed" in presets(everything).stdout
    again = presets(everything)
    assert again.stdout == "Nothing changed: 7 rows as the file says already.\n"
    assert len(_audited(hadir)) == 7


def test_a_dry_run_changes_nothing(hadir: Hadir, presets: Presets) -> None:
    said = presets(OWN_HOLIDAY, "--dry-run")
    assert "+ holiday 2027-12-14" in said.stdout
    assert "Dry run: nothing was changed." in said.stdout
    assert plan(hadir, "2027-12-14") == "07.30–16.00"
    assert _audited(hadir) == []


def test_an_empty_file_changes_nothing(presets: Presets) -> None:
    assert presets("# nothing yet\n").stdout == "Nothing changed: 0 rows as the file says already.\n"


def test_the_shipped_files_are_right_and_there_already(presets: Presets) -> None:
    for path in sorted(store.SHIPPED.glob("*.toml")):
        said = presets(path.read_bytes())
        assert (said.exit_code, said.stdout.startswith("Nothing changed: ")) == (0, True), said.output


def test_every_change_is_audited(hadir: Hadir, presets: Presets) -> None:
    presets(WORKING_DAY + OWN_HOLIDAY)
    changed, added = _audited(hadir)
    assert (changed.action, changed.object) == ("presets.changed", "holiday:2026-12-24")
    assert changed.before == {"day": "2026-12-24", "name": "Cuti Bersama Hari Raya Natal", "kind": "collective"}
    assert changed.after == {"day": "2026-12-24", "name": "", "kind": "office"}
    assert (added.action, added.object, added.before) == ("presets.added", "holiday:2027-12-14", None)
    assert added.actor.startswith("terminal")
    assert added.reason == "presets of kantor.toml"


def _audited(hadir: Hadir) -> list[object]:
    with hadir.database.read() as db:
        query = select(audit.audit).where(audit.audit.c.action.like("presets.%")).order_by(audit.audit.c.id)
        return list(db.execute(query))


# ---------------------------------------------------------------- days that are over


def test_hours_that_are_entered_late_change_no_day_that_is_over(hadir: Hadir, presets: Presets, clock: Clock) -> None:
    """They reach back to October; today is 23 November. A re-evaluation would judge the days before anew."""
    said = presets(HOURS_2027.replace("2027-01-01", "2026-10-05"))
    assert "days before today (2026-11-23) keep the hours that were known then" in said.stderr
    assert "hadir reevaluate --from 2026-10-05 --until 2026-11-22 --why TEXT" in said.stderr
    assert plan(hadir, "2026-10-06") == "07.30–16.00"
    assert plan(hadir, "2026-11-23") == plan(hadir, "2026-12-01") == "08.00–16.30"


def test_a_block_that_is_written_again_leaves_the_days_between_as_they_were(
    hadir: Hadir, presets: Presets, clock: Clock
) -> None:
    presets(HOURS_2027.replace("2027-01-01", "2026-11-23"))
    clock.now = at("2026-11-25T09:00+07:00")
    assert "0 added, 4 changed" in presets(HOURS_2027.replace("2027-01-01", "2026-11-23").replace("08:00", "09:00")).stdout
    assert (plan(hadir, "2026-11-24"), plan(hadir, "2026-11-25")) == ("08.00–16.30", "09.00–16.30")
    clock.now = at("2026-11-26T09:00+07:00")
    removal = HOURS_2027.replace("2027-01-01", "2026-11-23") + "remove = true\n"
    assert "0 added, 0 changed, 4 removed" in presets(removal).stdout
    days = [plan(hadir, f"2026-11-{day}") for day in (24, 25, 26)]
    assert days == ["08.00–16.30", "09.00–16.30", "07.30–16.00"]
    with hadir.database.read() as db:
        office = TABLES[0].c.valid_from == date(2026, 11, 23)
        assert len(db.execute(select(TABLES[0]).where(office)).all()) == 12  # no row was changed or deleted


def test_an_upgrade_changes_no_day_that_is_over(hadir: Hadir, presets: Presets) -> None:
    with hadir.database.write() as db:
        db.execute(delete(TABLES[0]).where(TABLES[0].c.schedule == "standar", TABLES[0].c.weekday == 0))
        assert store.load(db, hadir.clock()) == 2
    assert plan(hadir, "2026-11-16") == ""
    assert plan(hadir, "2026-11-23") == plan(hadir, "2026-11-30") == "07.30–16.00"


def test_holidays_and_seasons_are_facts(hadir: Hadir, presets: Presets) -> None:
    presets(OWN_HOLIDAY.replace("2027-12-14", "2026-11-03"))
    assert plan(hadir, "2026-11-03") == "Hari Jadi Provinsi"


# ---------------------------------------------------------------- every day is said


def test_a_schedule_that_leaves_a_day_undefined_is_refused_with_the_cure(hadir: Hadir, presets: Presets) -> None:
    own = HOURS_2027.replace("standar", "kantor").replace("2027-01-01", "2026-12-01")
    said = presets(own)
    assert (said.exit_code, said.stdout) == (1, "")
    assert "line 2: [[hours]] 1: kantor leaves Fri undefined; give that day hours" in said.stderr
    assert "[[hours]] with weekdays = [4] and rest = true" in said.stderr
    late = FREE_FRIDAYS.replace("standar", "kantor")
    assert "kantor leaves Fri undefined" in presets(own + late).stderr  # a month of Fridays is open
    assert presets(own + late.replace("2027-01-01", "2026-12-01")).exit_code == 0
    change_schedule(hadir, "siti", "kantor")
    assert (plan(hadir, "2026-12-03"), plan(hadir, "2026-12-04"), plan(hadir, "2026-12-05")) == ("08.00–16.30", "", "")


def test_a_season_names_every_day_that_is_worked_without_it(presets: Presets) -> None:
    said = presets(HOURS_2027 + 'season = "haji"\n')
    assert "standar leaves Fri undefined during haji" in said.stderr
    seasons_only = HOURS_2027.replace("standar", "kantor") + 'season = "ramadan"\n'
    assert "kantor has hours in seasons only" in presets(seasons_only).stderr


def test_a_removal_may_not_leave_a_day_undefined_either(presets: Presets) -> None:
    week = HOURS_2027.replace("standar", "kantor").replace("[0, 1, 2, 3]", "[0, 1, 2, 3, 4]")
    assert presets(week).exit_code == 0
    removal = '[[hours]]\nschedule = "kantor"\nweekdays = {}\nvalid_from = 2027-01-01\nremove = true\n'
    assert "line 1: [[hours]] 1: kantor leaves Thu, Fri undefined" in presets(removal.format("[3, 4]")).stderr
    assert "5 removed" in presets(removal.format("[0, 1, 2, 3, 4]")).stdout


def test_a_schedule_by_which_somebody_works_cannot_go(hadir: Hadir, presets: Presets) -> None:
    week = HOURS_2027.replace("standar", "kantor").replace("[0, 1, 2, 3]", "[0, 1, 2, 3, 4]")
    presets(week)
    change_schedule(hadir, "siti", "kantor")
    said = presets(week + "remove = true\n")
    assert said.exit_code == 1
    assert f"kantor: 1 people work by it (NIP {NIP['siti']})" in said.stderr


def test_a_day_of_rest_from_a_date_on(hadir: Hadir, presets: Presets) -> None:
    """A four-day week: the shipped Fridays end."""
    assert "+ hours standar Fri from 2027-01-01: rest" in presets(FREE_FRIDAYS).stdout
    assert (plan(hadir, "2026-12-18"), plan(hadir, "2027-01-08")) == ("07.30–16.30", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FREE_FRIDAYS + 'start = "08:00"\n', "a day of rest has no start"),
        (HOURS_2027 + "minutes = 400\n", "minutes: belongs to dynamic = true"),
        (HOURS_2027 + "dynamic = true\n", "minutes is missing: with dynamic hours it says how many are owed"),
        (HOURS_2027 + "dynamic = true\nminutes = 600\n", "600 do not fit between start and end (510 minutes)"),
    ],
)
def test_hours_that_make_no_sense(text: str, told: str) -> None:
    _, problems = read(text)
    assert any(told in problem for problem in problems), problems


def change_schedule(hadir: Hadir, username: str, schedule: str) -> None:
    with hadir.database.write() as db:
        db.execute(people.person.update().where(people.person.c.nip == NIP[username]).values(schedule=schedule))


# ---------------------------------------------------------------- undoing


def test_a_row_that_was_a_mistake_is_removed(hadir: Hadir, presets: Presets) -> None:
    mistakes = OWN_HOLIDAY + RAMADAN_2027 + HOURS_2027
    presets(mistakes)
    removal = """
        [[holiday]]
        day = 2027-12-14
        remove = true
        [[season]]
        name = "ramadan"
        first = 2027-02-08
        remove = true
        [[hours]]
        schedule = "standar"
        weekdays = [0, 1, 2, 3]
        valid_from = 2027-01-01
        remove = true
    """
    assert "0 added, 0 changed, 6 removed" in presets(removal).stdout
    assert plan(hadir, "2027-12-14") == plan(hadir, "2027-01-04") == plan(hadir, "2027-02-08") == "07.30–16.00"
    assert presets(removal).stdout.startswith("Nothing changed")


@pytest.mark.parametrize(
    ("block", "cure"),
    [
        ("[[holiday]]\nday = 2026-12-25", "give it an empty name"),
        ('[[season]]\nname = "ramadan"\nfirst = 2026-02-19', "correct its dates"),
        ('[[hours]]\nschedule = "standar"\nweekdays = [4]\nvalid_from = 2023-04-12', "a later valid_from"),
    ],
)
def test_a_shipped_row_cannot_be_removed_as_it_would_come_back(presets: Presets, block: str, cure: str) -> None:
    said = presets(f"{block}\nremove = true\n")
    assert said.exit_code == 1
    assert "would be back after an upgrade" in said.stderr
    assert cure in said.stderr


# ---------------------------------------------------------------- what the package brings later


def test_an_upgrade_leaves_an_offices_own_rows_in_force(hadir: Hadir, presets: Presets) -> None:
    """An office whose hours are its own; then rows of the package are missing, as if a newer version had brought them."""
    own = HOURS_2027.replace("2027-01-01", "2023-01-02")
    presets(WORKING_DAY + own)
    with hadir.database.write() as db:
        hours = TABLES[0]
        db.execute(delete(hours).where(hours.c.schedule == "standar", hours.c.valid_from == date(2023, 4, 12)))
        assert store.load(db) == 6  # Fridays and Ramadan, on which the office has decided nothing
    assert plan(hadir, "2026-12-24") == "08.00–16.30"
    assert plan(hadir, "2026-12-04") == "07.30–16.30"


# ---------------------------------------------------------------- what is wrong is explained, all of it


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OWN_HOLIDAY.replace("holiday]]", "holidays]]"), "line 2: unknown [[holidays]]; is it holiday?"),
        (OWN_HOLIDAY.replace("[[holiday]]", "[holiday]"), "in double brackets"),
        (OWN_HOLIDAY.replace("day =", "days ="), "unknown key days; is it day?"),
        (OWN_HOLIDAY.replace("name =", "#"), "line 2: [[holiday]] 1: name is missing"),
        (OWN_HOLIDAY.replace("2027-12-14", "2027-02-29"), "line 3: day: 2027-02-29 is no date: that month has 28 days"),
        (OWN_HOLIDAY.replace("2027-12-14", "2027-13-14"), "there is no month 13"),
        (OWN_HOLIDAY.replace("2027-12-14", "14-12-2027"), "year, month and day like 2026-03-05"),
        (OWN_HOLIDAY.replace("2027-12-14", '"2027-12-14"'), "write it without quotes"),
        (OWN_HOLIDAY.replace("2027-12-14", "2027-12-14T00:00:00"), "without a time"),
        (OWN_HOLIDAY.replace("2027-12-14", "2207-12-14"), "is that a typing error?"),
        (OWN_HOLIDAY.replace("regional", "regionl"), "unknown kind 'regionl'; is it regional?"),
        (OWN_HOLIDAY.replace("Hari", "x" * 200), "up to 200 characters"),
        (OWN_HOLIDAY * 2, "line 7: [[holiday]] 2: 2027-12-14 stands in line 2: [[holiday]] 1 already"),
        (HOURS_2027.replace("[0, 1, 2, 3]", "[1, 7]"), "0 (Monday) to 6 (Sunday)"),
        (HOURS_2027.replace("[0, 1, 2, 3]", "[]"), "0 (Monday) to 6 (Sunday)"),
        (HOURS_2027.replace("[0, 1, 2, 3]", '["Senin"]'), "0 (Monday) to 6 (Sunday)"),
        (HOURS_2027.replace("[0, 1, 2, 3]", "[true]"), "0 (Monday) to 6 (Sunday)"),
        (HOURS_2027.replace("[0, 1, 2, 3]", "[1, 1]"), "names a weekday twice"),
        (HOURS_2027.replace("08:00", "25:00"), "start: '25:00' is not a time"),
        (HOURS_2027.replace("16:30", "24:00"), "end: '24:00' is not a time"),
        (HOURS_2027.replace("= 60", "= 600"), "the break (600) is longer than the day (510 minutes)"),
        (HOURS_2027.replace("= 60", "= -1"), "is not a number of minutes"),
        (HOURS_2027.replace("= 60", '= "60"'), "write 60, without quotes"),
        (HOURS_2027 + "on_holidays = 1\n", "neither true nor false"),
        (HOURS_2027.replace("SK Kepala 12/2026", " "), "say who decided it"),
        (HOURS_2027.replace("standar", "Jam Kantor"), "lower case letters"),
        (HOURS_2027 * 2, "standar Mon from 2027-01-01 stands in line 2: [[hours]] 1 already"),
        (RAMADAN_2027.replace("2027-03-09", "2027-01-09"), "lies before the first day"),
        (
            RAMADAN_2027 + RAMADAN_2027.replace("2027-02-08", "2027-02-09"),
            "ramadan 2027-02-09 to 2027-03-09 overlaps ramadan 2027-02-08 to 2027-03-09 of line 2: [[season]] 1",
        ),
        (RAMADAN_2027 + RAMADAN_2027.replace('"ramadan"', '"puasa"'), "only one season holds on a day"),
        ("[[holiday]\n", "the file is not TOML"),
    ],
)
def test_a_problem_has_its_place_and_its_cure(text: str, told: str) -> None:
    _, problems = read(text)
    assert any(told in problem for problem in problems), problems


def test_nothing_is_changed_unless_all_is_right(hadir: Hadir, presets: Presets) -> None:
    with hadir.database.read() as db:
        before = present(db)
    said = presets(OWN_HOLIDAY + HOURS_2027.replace("08:00", "25:00"))
    assert (said.exit_code, said.stdout) == (1, "")
    assert "start: '25:00' is not a time" in said.stderr
    assert "1 problem; nothing was changed." in said.stderr
    with hadir.database.read() as db:
        assert present(db) == before


def test_a_season_may_not_overlap_another_of_the_database(presets: Presets) -> None:
    said = presets(RAMADAN_2027.replace('"ramadan"', '"puasa"').replace("2027-", "2026-"))
    assert said.exit_code == 1
    assert "puasa 2026-02-08 to 2026-03-09 overlaps ramadan 2026-02-19 to 2026-03-20 of the database" in said.stderr


def test_all_problems_are_told_at_once_in_their_order(presets: Presets) -> None:
    wrong = OWN_HOLIDAY.replace("regional", "?") + HOURS_2027.replace("08:00", "8").replace("= 60", "= -1") + RAMADAN_2027 * 2
    lines = presets(wrong).stderr.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == ["line 2", "line 7", "line 7", "line 21"]
    assert lines[-1] == "4 problems; nothing was changed."


@pytest.mark.parametrize(
    ("content", "told"), [(b"\xff\xfe", "not UTF-8"), (b"#" * (2 << 20), "larger than 1 MiB")], ids=["utf-16", "large"]
)
def test_what_is_no_text_file(presets: Presets, content: bytes, told: str) -> None:
    said = presets(content)
    assert (said.exit_code, told in said.stderr) == (1, True)


def test_a_byte_order_mark_and_windows_line_ends_are_harmless(presets: Presets) -> None:
    assert "1 added" in presets(b"\xef\xbb\xbf" + OWN_HOLIDAY.replace("\n", "\r\n").encode()).stdout


def test_notes_do_not_stop(presets: Presets) -> None:
    said = presets(RAMADAN_2027.replace("ramadan", "musim-haji") + OWN_HOLIDAY.replace("Hari Jadi Provinsi", ""))
    assert said.exit_code == 0
    assert "the season musim-haji has no hours of its own" in said.stderr
    assert "2027-12-14 was no holiday before" in said.stderr
    haji = HOURS_2027.replace("[0, 1, 2, 3]", "[0, 1, 2, 3, 4]") + 'season = "haji"\n'
    assert "there is no season haji yet" in presets(haji).stderr


def test_reading_never_fails_whatever_the_values() -> None:
    for value in ("1", '""', "[]", "{}", "true", "1.5", "2026-01-01", "08:00:00", "[[1]]", "nan", "2026-01-01T00:00:00Z"):
        for text in (OWN_HOLIDAY, RAMADAN_2027, HOURS_2027):
            lines = text.strip().splitlines()
            for number in range(1, len(lines)):
                name = lines[number].split(" ")[0]
                changed = [*lines[:number], f"{name} = {value}", *lines[number + 1 :]]
                rows, problems = read("\n".join(changed))
                assert rows or problems


# ---------------------------------------------------------------- what is in force


def test_what_is_in_force_this_year(hadir: Hadir, presets: Presets, settings: Settings) -> None:
    presets(WORKING_DAY + HOURS_2027)
    said = Terminal(settings, hadir.clock)("db", "presets", "--show", "--year", "2026").stdout
    assert "Working hours in 2026" in said
    [standard] = [line for line in said.splitlines() if line.startswith("standar") and "07:30–16:00" in line]
    assert standard.split()[:3] == ["standar", "Mon–Thu", "07:30–16:00,"]
    assert "2027-01-01" in standard
    assert "SK Kepala" not in said
    assert "2026-12-24 Thu  a working day after all" in said
    assert "2026-12-25 Fri  Hari Raya Natal (national)" in said
    assert "ramadan  2026-02-19  2026-03-20" in said


def test_another_year_has_its_own(presets: Presets, settings: Settings) -> None:
    presets(HOURS_2027)
    found = Terminal(settings).data("db", "presets", "--show", "--year", "2028")
    assert (found["year"], found["seasons"]) == (2028, [])
    assert {row["kind"] for row in found["holidays"]} == {"national"}  # of years without a file, what the library knows
    standard = {
        tuple(row["weekdays"]): row["start"] for row in found["hours"] if row["schedule"] == "standar" and not row["season"]
    }
    assert standard == {(0, 1, 2, 3): 480, (4,): 450}
    said = Terminal(settings)("db", "presets", "--show", "--year", "2028").stdout
    assert said.count("none") == 1
    assert "Hari Kemerdekaan Republik Indonesia (national)" in said


@pytest.mark.parametrize(
    "words", [(), ("--show", "x.toml"), ("--dry-run", "--show"), ("x.toml", "--year", "2026"), ("x.toml", "--json")]
)
def test_what_does_not_go_together(hadir: Hadir, settings: Settings, words: tuple[str, ...]) -> None:
    said = Terminal(settings)("db", "presets", *words)
    assert (said.exit_code, "Usage:" in said.stderr) == (2, True)


def test_a_file_that_is_not_there(hadir: Hadir, settings: Settings) -> None:
    said = Terminal(settings)("db", "presets", "nowhere.toml")
    assert (said.exit_code, "cannot be read" in said.stderr) == (1, True)


def test_a_running_service_notices_within_half_a_minute(hadir: Hadir, presets: Presets) -> None:
    christmas_eve = at("2026-12-24T07:00+07:00")
    with hadir.database.read() as db:
        siti = people.search(db, "siti")[0]
        assert not hadir.workdays.plan(db, siti, date(2026, 12, 24), christmas_eve).works
    presets(WORKING_DAY)
    with hadir.database.read() as db:
        assert not hadir.workdays.plan(db, siti, date(2026, 12, 24), christmas_eve).works
        assert hadir.workdays.plan(db, siti, date(2026, 12, 24), at("2026-12-24T07:00:31+07:00")).works
