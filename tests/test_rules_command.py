"""`hadir rules` and `hadir reevaluate`: an administrator's own rules, who uses them, and days judged anew.

Today is Monday, 23 November 2026, 07.28 in Jakarta.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import delete, select

from integration import audit, people
from integration.core import Hadir
from integration.rulebook import read as read_rules
from integration.rulebook import store
from integration.rulebook.check import read
from integration.rulebook.lines import Lines
from integration.rulebook.tables import reevaluation, rule
from tests.cast import APLIKASI, NIP, Clock, Talker, at
from tests.terminal import Terminal

pytestmark = pytest.mark.in_turn

KANTOR = """
[[rule]]
kind = "attendance"
name = "kantor"
version = "1"
article = "SK Kepala 12/2026"
valid_from = 2026-11-01
[rule.content]
deducts = true
late = [
    { code = "TL1", minutes = 1, percent = "0.5" },
    { code = "TL2", minutes = 31, percent = "1" },
]
"""
SECOND = KANTOR.replace('version = "1"', 'version = "2"').replace("2026-11-01", "2026-12-01")

TYPE = 'types = [{ code = "a", kind = "cuti", name = "A", name_en = "A" }]'
THRESHOLDS = """
in_a_row_consequence = "x"
in_a_row_consequence_en = "x"
thresholds = [
    { days = 4, consequence = "a", consequence_en = "a" },
    { days = 3, consequence = "b", consequence_en = "b" },
]
"""

Rules = Callable[..., Result]


@pytest.fixture
def terminal(hadir: Hadir) -> Iterator[Terminal]:
    yield Terminal(hadir.settings, hadir.clock)
    with hadir.database.write() as db:
        db.execute(delete(rule))
        store.load(db)


@pytest.fixture
def load(terminal: Terminal, tmp_path: Path) -> Rules:
    """`load(KANTOR, "--dry-run")` writes the file and runs the command on it."""

    def run(text: str, *options: str, verb: str = "load") -> Result:
        file = tmp_path / "aturan.toml"
        file.write_text(text, encoding="utf-8")
        return terminal("rules", verb, str(file), *options)

    return run


def ruled(hadir: Hadir, day: str, username: str = "siti") -> tuple[str, str]:
    """(name, version) of the attendance rule of a day."""
    with hadir.database.read() as db:
        found = read_rules(db, hadir.clock()).attendance(people.search(db, NIP[username])[0], date.fromisoformat(day))[0]
    return found.name, found.version


def audited(hadir: Hadir, action: str) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(audit.audit).where(audit.audit.c.action.like(action)).order_by(audit.audit.c.id)))


# ---------------------------------------------------------------- a file


def test_rules_of_ones_own(hadir: Hadir, terminal: Terminal, load: Rules) -> None:
    said = load(KANTOR)
    assert said.exit_code == 0
    assert "+ attendance kantor, version 1: from 2026-11-01 (SK Kepala 12/2026)" in said.stdout
    assert "1 added, 0 replaced, 0 removed" in said.stdout
    assert "nobody uses kantor yet: hadir rules use attendance kantor --from DATE" in said.stderr
    assert ruled(hadir, "2026-11-23") == ("dasar", "1")
    [row] = audited(hadir, "rule.%")
    assert (row.action, row.object, row.reason) == ("rule.added", "attendance:kantor:1", "rules of aturan.toml")
    assert row.after["content"]["late"][1]["percent"] == "1"


def test_a_second_time_changes_nothing(hadir: Hadir, load: Rules) -> None:
    load(KANTOR)
    assert load(KANTOR).stdout == "Nothing changed: 1 version as the file says already.\n"
    assert len(audited(hadir, "rule.%")) == 1


@pytest.mark.parametrize(("verb", "options"), [("check", ()), ("load", ("--dry-run",))])
def test_looking_before_leaping(hadir: Hadir, load: Rules, verb: str, options: tuple[str, ...]) -> None:
    assert "Dry run: nothing was changed." in load(KANTOR, *options, verb=verb).stdout
    assert audited(hadir, "rule.%") == []


def test_a_version_is_replaced_by_a_later_row_and_taken_back_by_another(hadir: Hadir, load: Rules) -> None:
    load(KANTOR)
    assert "0 added, 1 replaced" in load(KANTOR.replace("31", "16")).stdout
    removal = '[[rule]]\nkind = "attendance"\nname = "kantor"\nversion = "1"\nremove = true\n'
    assert "0 added, 0 replaced, 1 removed" in load(removal).stdout
    assert load(removal).stdout.startswith("Nothing changed")
    with hadir.database.read() as db:
        assert [row.removed for row in db.execute(select(rule).where(rule.c.name == "kantor").order_by(rule.c.id))] == [
            False,
            False,
            True,
        ]
    assert [row.action for row in audited(hadir, "rule.%")] == ["rule.added", "rule.changed", "rule.removed"]


@pytest.mark.parametrize(
    "name",
    ["attendance pmk-221-2021", "leave bkn-24-2017", "discipline pp-94-2021", "rota se-1-2024", "compliance dasar"],
)
def test_what_is_exported_is_read_again(terminal: Terminal, load: Rules, name: str) -> None:
    exported = terminal("rules", "export", *name.split()).stdout
    assert load(exported).stdout.startswith("Nothing changed: ")
    own = exported.replace(f'name = "{name.split()[1]}"', 'name = "punya-kami"')
    assert " 0 replaced, 0 removed" in load(own).stdout


def test_what_is_shipped_is_right(terminal: Terminal) -> None:
    for path in store.SHIPPED.glob("*.toml"):
        assert terminal("rules", "check", str(path)).stdout.startswith("Nothing changed: "), path


# ---------------------------------------------------------------- what is wrong is explained, all of it


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (KANTOR.replace("article =", "artikel ="), "line 6: [[rule]] 1: unknown key artikel; is it article?"),
        (KANTOR.replace("article =", "#"), "line 2: [[rule]] 1: article is missing"),
        (KANTOR.replace("deducts =", "deduct ="), "line 9: [[rule]] 1: unknown key deduct; is it deducts?"),
        (KANTOR.replace("code = \"TL2\",", "kode = \"TL2\","), "line 12: [[rule]] 1, late 2: unknown key kode; is it code?"),
        (KANTOR.replace("attendance", "attendence"), "line 3: [[rule]] 1, kind: unknown kind 'attendence'; is it attendance?"),
        (KANTOR.replace('"kantor"', '"Kantor Kami"'), "line 4: [[rule]] 1, name: 'Kantor Kami' is not a name"),
        (KANTOR.replace('version = "1"', "version = 1"), "line 5: [[rule]] 1, version: 1 is not a version"),
        (KANTOR.replace("minutes = 31", "minutes = 1"), "line 10: [[rule]] 1, late: the bands TL1 (1) and TL2 (1) begin at"),
        (KANTOR.replace("minutes = 1,", "minutes = 45,"), "TL1 (45) and TL2 (31) are not in rising order of minutes"),
        (KANTOR.replace("TL2", "TL1"), "line 10: [[rule]] 1, late: the band TL1 stands there twice"),
        (KANTOR.replace('"1" }', '"101" }'), "line 12: [[rule]] 1, late 2 percent: 101 is too much: at most 100"),
        (KANTOR.replace('"0.5"', '"-1"'), "line 11: [[rule]] 1, late 1 percent: -1 is too little: at least 0"),
        (KANTOR.replace('"0.5"', "true"), "late 1 percent: write a number like"),
        (KANTOR.replace("minutes = 31", 'minutes = "31"'), "line 12: [[rule]] 1, late 2 minutes: '31' is not a whole number"),
        (KANTOR.replace("deducts = true", 'deducts = "ya"'), "line 9: [[rule]] 1, deducts: 'ya' is neither true nor false"),
        (KANTOR.replace("deducts = true", "stamps_from = 5"), "line 9: [[rule]] 1, stamps_from: write a time like"),
        (KANTOR.replace("deducts = true", "stamps_from = 05:00\nstamps_until = 04:00"), "is not after stamps_from (05:00)"),
        (KANTOR.replace("2026-11-01", "2026-11-31"), "line 7: valid_from: 2026-11-31 is no date: that month has 30 days"),
        (KANTOR.replace("2026-11-01", '"2026-11-01"'), "line 7: [[rule]] 1, valid_from: '2026-11-01' is not a date"),
        (KANTOR.replace("2026-11-01", "2026-11-09\nvalid_until = 2026-11-08"), "line 8: [[rule]] 1, valid_until: 2026-11-08"),
        (KANTOR * 2, "line 15: [[rule]] 2: version 1 of kantor stands in line 2: [[rule]] 1 already"),
        (KANTOR.replace("[[rule]]", "[rule]"), "line 2: write [[rule]], in double brackets"),
        (KANTOR.replace("[[rule]]", "[[rules]]").replace("[rule.", "[rules."), "line 2: unknown rules; is it rule?"),
        (KANTOR.replace("[rule.content]", "[rule.isi]"), "line 8: [[rule]] 1: unknown key isi"),
        (KANTOR.replace("late = [", "late = "), "the file is not TOML"),
    ],
)  # fmt: skip
def test_a_problem_has_its_line_and_its_cure(text: str, told: str) -> None:
    _, problems = read(text)
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        ("leave", TYPE.replace('"cuti"', '"libur"'), "kind: unknown word 'libur'; there are: 'cuti'"),
        ("leave", "types = []", "types: is empty"),
        ("leave", "escalate_days = 2", "types is missing"),
        ("leave", TYPE.replace(" }", ", carry_over = 3 }"), "write days, and per"),
        ("discipline", THRESHOLDS, "not in rising order of days"),
        ("rota", 'away_share = "50"', "away_share: 50 is too much: at most 1"),
        ("rota", "flexible_days_a_week = 8", "flexible_days_a_week: 8 is too much: at most 7"),
    ],
)  # fmt: skip
def test_every_kind_has_its_own_sense(kind: str, content: str, told: str) -> None:
    head = KANTOR.replace("attendance", kind).partition("deducts")[0]
    _, problems = read(head + content)
    assert any(told in problem and problem.startswith("line ") for problem in problems), problems


def test_all_problems_are_told_at_once_in_their_order_and_nothing_is_changed(hadir: Hadir, load: Rules) -> None:
    said = load(KANTOR.replace('"1" }', '"101" }') + SECOND.replace("article", "artikel"))
    assert (said.exit_code, said.stdout) == (1, "")
    lines = said.stderr.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == ["line 12", "line 15", "line 19"]
    assert lines[-1] == "3 problems; nothing was changed."
    assert audited(hadir, "rule.%") == []


@pytest.mark.parametrize(
    "second",
    [
        SECOND.replace("2026-12-01", "2026-11-01"),
        SECOND.replace("2026-12-01", "2026-11-20"),
    ],
    ids=["same day", "before the other ends"],
)
def test_versions_that_hold_on_the_same_day_are_refused(load: Rules, second: str) -> None:
    first = KANTOR.replace("2026-11-01", "2026-11-01\nvalid_until = 2026-11-30")
    for text in (first + second, second):  # both in the file; the other in the database
        said = load(text)
        assert said.exit_code == 1
        assert "version 2 of kantor (from 2026-11-" in said.stderr
        assert "overlaps version 1 (from 2026-11-01 until 2026-11-30); give one of them another valid_from" in said.stderr
        assert load(first).exit_code == 0


def test_a_version_without_an_end_is_ended_by_the_next(hadir: Hadir, terminal: Terminal, load: Rules) -> None:
    assert load(KANTOR + SECOND).exit_code == 0
    terminal("rules", "use", "attendance", "kantor", "--from", "2026-11-01")
    assert [ruled(hadir, day)[1] for day in ("2026-11-30", "2026-12-01")] == ["1", "2"]


def test_a_rule_in_use_keeps_a_version(terminal: Terminal, load: Rules) -> None:
    removal = '[[rule]]\nkind = "attendance"\nname = "{}"\nversion = "1"\nremove = true\n'
    assert "dasar is in use, this is its last version" in load(removal.format("dasar")).stderr
    load(KANTOR)
    terminal("rules", "use", "attendance", "kantor", "--from", "2026-12-01")
    assert "line 1: [[rule]] 1: kantor is in use" in load(removal.format("kantor")).stderr


def test_a_rule_that_ends_says_what_holds_then(load: Rules) -> None:
    said = load(KANTOR.replace("2026-11-01", "2026-12-01\nvalid_until = 2026-12-31"))
    assert "kantor ends on 2026-12-31; after that dasar holds" in said.stderr


@pytest.mark.parametrize("verb", ["check", "load"])
def test_a_file_that_is_not_there(terminal: Terminal, verb: str) -> None:
    said = terminal("rules", verb, "nowhere.toml")
    assert (said.exit_code, "cannot be read" in said.stderr) == (1, True)


def test_lines_of_a_file() -> None:
    lines = Lines('[[a]]\nx = 1\n[a.b]\n[[a.b.c]]\ny = [\n  { z = 1 },\n  { z = 2 },\n]\n[[a]]\n[[a.b.c]]\n[[a.b.c]]\n"y" = 3')
    assert lines.of(("a", 0, "x")) == 2
    assert lines.of(("a", 0, "b", "c", 0, "y", 1, "z")) == 7
    assert lines.of(("a", 0, "b", "c", 0, "missing")) == 4
    assert lines.of(("a", 1, "b", "c", 1, "y")) == 12
    assert lines.of(("nowhere",)) == 1


# ---------------------------------------------------------------- who uses which


def test_the_whole_office_uses_a_rule_from_a_day_on(hadir: Hadir, terminal: Terminal) -> None:
    said = terminal("rules", "use", "attendance", "pmk-221-2021", "--from", "2026-12-01")
    assert said.stdout == "attendance: the whole office uses pmk-221-2021 from 2026-12-01.\n"
    assert [ruled(hadir, day)[0] for day in ("2026-11-30", "2026-12-01")] == ["dasar", "pmk-221-2021"]
    assert "nothing changed" in terminal("rules", "use", "attendance", "pmk-221-2021", "--from", "2026-12-24").stdout
    [row] = audited(hadir, "rule.chosen")
    assert (row.after["name"], row.after["unit_id"], row.after["valid_from"]) == ("pmk-221-2021", None, "2026-12-01")


def test_a_unit_has_its_own_rule_and_gives_it_up(hadir: Hadir, terminal: Terminal) -> None:
    own = ("rules", "use", "attendance", "bgn-4-2025", "--unit", "aplikasi", "--from", "2026-12-01")
    assert f"{APLIKASI} uses bgn-4-2025 from 2026-12-01" in terminal(*own).stdout
    assert (ruled(hadir, "2026-12-01")[0], ruled(hadir, "2026-12-01", "rina")[0]) == ("bgn-4-2025", "dasar")
    back = terminal("rules", "use", "attendance", "--as-office", "--unit", "aplikasi", "--from", "2027-01-01")
    assert "the rule of the whole office from 2027-01-01" in back.stdout
    assert ruled(hadir, "2027-01-01")[0] == "dasar"
    assert f"{APLIKASI} since" not in terminal("rules", "list").stdout
    assert f"{APLIKASI} from 2026-12-01" in terminal("rules", "list").stdout


def test_a_choice_for_days_that_are_over_says_how_they_are_judged_anew(hadir: Hadir, terminal: Terminal) -> None:
    said = terminal("rules", "use", "attendance", "permentan-68-2012", "--from", "2026-11-02")
    assert "hadir reevaluate --from 2026-11-02 --until 2026-11-22 --why TEXT" in said.stderr
    assert [ruled(hadir, day)[0] for day in ("2026-11-20", "2026-11-23")] == ["dasar", "permentan-68-2012"]


def test_a_later_choice_stays(terminal: Terminal) -> None:
    terminal("rules", "use", "attendance", "pmk-221-2021", "--from", "2027-01-01")
    said = terminal("rules", "use", "attendance", "bgn-4-2025", "--from", "2026-12-01")
    assert "only until pmk-221-2021 begins on 2027-01-01" in said.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("attendance", "permentan", "--from", "2026-12-01"),
            "there is no attendance rule permentan; is it permentan-68-2012?",
        ),
        (("attendance", "pmk-221-2021", "--from", "2022-01-01"), "pmk-221-2021 holds from 2022-03-01"),
        (
            ("attendance", "dasar", "--unit", "keuangan", "--from", "2026-12-01"),
            "there is no unit “keuangan”; there are: Bidang",
        ),
        (("attendance", "dasar", "--unit", "an", "--from", "2026-12-01"), "“an” can mean 2 units"),
        (("attendance", "--from", "2026-12-01"), "give the NAME of a rule"),
        (("kehadiran", "dasar", "--from", "2026-12-01"), "'kehadiran' is not one of"),
        (("attendance", "dasar", "--from", "2026-02-30"), "Invalid value for '--from'"),
    ],
)
def test_a_choice_that_makes_no_sense(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    said = terminal("rules", "use", *words)
    assert said.exit_code != 0
    assert told in said.stderr


# ---------------------------------------------------------------- looking


def test_the_list_says_who_uses_what(terminal: Terminal) -> None:
    terminal("rules", "use", "attendance", "bgn-4-2025", "--from", "2026-11-23")
    lines = terminal("rules", "list", "--kind", "attendance").stdout.splitlines()
    assert [line.split()[1] for line in lines[1:]] == ["bgn-4-2025", "dasar", "permentan-68-2012", "pmk-221-2021"]
    assert "the whole office since 2026-11-23" in lines[1]
    rows = terminal.data("rules", "list")
    assert {row["kind"] for row in rows} >= {"attendance", "leave", "discipline", "rota"}


def test_a_rule_is_shown_with_what_is_uncertain(terminal: Terminal) -> None:
    said = terminal("rules", "show", "attendance", "pmk-221-2021").stdout
    assert "used by: nobody" in said
    assert "version 1, from 2022-03-01 (PMK 221/PMK.01/2021)" in said
    assert "medium: press reports" in said
    assert '{ code = "TL1", minutes = 91, percent = "1" }' in said
    wrong = terminal("rules", "show", "attendance", "pmk-221")
    assert (wrong.exit_code, "is it pmk-221-2021?" in wrong.stderr) == (1, True)


# ---------------------------------------------------------------- judged anew


@pytest.fixture
def late(hadir: Hadir, chat: Callable[[str], Talker], clock: Clock) -> Terminal:
    """Siti and Rina came at 08.00 on Friday, 20 November; the rule and its bands are entered on Monday, for all of November."""
    for name in ("siti", "rina"):
        chat(name).says("/hadir masuk", at=at("2026-11-20T08:00+07:00"))
        chat(name).says("/hadir pulang", at=at("2026-11-20T16:30+07:00"))
    terminal = Terminal(hadir.settings, hadir.clock)
    terminal("rules", "use", "attendance", "permentan-68-2012", "--from", "2026-11-01")
    return terminal


SPAN = ("--from", "2026-11-16", "--until", "2026-11-20", "--why", "SK terlambat")


@pytest.mark.usefixtures("terminal")
def test_days_are_judged_anew_on_purpose(hadir: Hadir, late: Terminal) -> None:
    assert ruled(hadir, "2026-11-20")[0] == "dasar"
    said = late("reevaluate", *SPAN, "-v")
    assert said.exit_code == 0
    assert f"~ 2026-11-20 {NIP['siti']} Siti Rahayu" in said.stdout
    assert "of everybody, 2026-11-16 to 2026-11-20" in said.stdout
    assert [ruled(hadir, f"2026-11-{day}")[0] for day in (13, 16, 20)] == ["dasar", "permentan-68-2012", "permentan-68-2012"]
    [row] = audited(hadir, "rule.reevaluated")
    assert (row.after["first"], row.after["last"], row.reason) == ("2026-11-16", "2026-11-20", "SK terlambat")
    assert "Changed: 0 results" in late("reevaluate", *SPAN).stdout  # a second time says the same


@pytest.mark.usefixtures("terminal")
def test_a_dry_run_counts_and_changes_nothing(hadir: Hadir, late: Terminal) -> None:
    said = late("reevaluate", *SPAN, "--dry-run")
    assert said.stdout.startswith("  ~ 2026-11-")
    assert "Dry run, nothing was written." in said.stdout
    with hadir.database.read() as db:
        assert db.execute(select(reevaluation)).all() == []
    assert audited(hadir, "rule.reevaluated") == []
    assert ruled(hadir, "2026-11-20")[0] == "dasar"


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("scope", [("--unit", APLIKASI), ("--person", NIP["siti"])])
def test_only_those_who_are_meant(hadir: Hadir, late: Terminal, scope: tuple[str, ...]) -> None:
    said = late("reevaluate", *SPAN, *scope, "-v")
    assert "Siti Rahayu" in said.stdout
    assert "Rina" not in said.stdout
    assert (ruled(hadir, "2026-11-20")[0], ruled(hadir, "2026-11-20", "rina")[0]) == ("permentan-68-2012", "dasar")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "2026-11-20", "--until", "2026-11-16", "--why", "x"), "lies before --from"),
        (("--from", "2026-11-23", "--until", "2026-11-24", "--why", "x"), "is not over yet"),
        (("--from", "2026-11-16", "--until", "2026-11-20"), "Missing option '--why'"),
        ((*SPAN[:4], "--why", " "), "say why"),
        ((*SPAN, "--unit", APLIKASI, "--person", NIP["siti"]), "not both"),
        ((*SPAN, "--unit", "keuangan"), "there is no unit"),
        ((*SPAN, "--person", "123"), "nobody has the NIP 123"),
    ],
)
def test_a_reevaluation_that_makes_no_sense(hadir: Hadir, terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    said = terminal("reevaluate", *words)
    assert said.exit_code != 0
    assert told in said.stderr
    with hadir.database.read() as db:
        assert db.execute(select(reevaluation)).all() == []
