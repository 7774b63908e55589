"""A people file into the database: every dialect, every problem with its place, all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import delete, select, update

from integration import people
from integration.audit import By, audit
from integration.core import Hadir
from integration.messages import Sender
from integration.roster.check import entries
from integration.roster.export import as_csv, working_people
from integration.roster.importing import Options, Outcome, import_file
from integration.roster.model import COLUMNS, FileError, Findings, protect, unprotect
from integration.roster.read import read
from tests import cast

TODAY = date(2026, 11, 23)
LANI, MADE, NOVA = "199001012015012001", "199102022016021002", "199203032017032003"
NEW_YEAR = datetime.fromisoformat("2026-01-01")
OPTIONS = Options(By("terminal:root", "import of orang.csv", cast.MONDAY_0728), TODAY, cast.JAKARTA)


def row(nip: str = LANI, nama: str = "Lani Wijaya", unit: str = cast.APLIKASI, **rest: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {"nip": nip, "nama": nama, "unit": unit} | rest


def saved(folder: Path, rows: Iterable[Mapping[str, str]], *, separator: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return raw(folder, text.getvalue().encode(encoding))


def raw(folder: Path, content: bytes, name: str = "orang.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def spreadsheet(folder: Path, rows: Iterable[Iterable[object]]) -> Path:
    path = folder / "orang.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
    return path


def imported(hadir: Hadir, path: Path, **options: object) -> Outcome:
    return import_file(hadir.database, path, replace(OPTIONS, **options))  # type: ignore[arg-type]


def problems(hadir: Hadir, folder: Path, *rows: Mapping[str, str]) -> list[str]:
    """What is said of the rows; none of them may have got in."""
    outcome = imported(hadir, saved(folder, rows))
    assert not outcome.done
    with hadir.database.read() as db:
        assert len(people.everyone(db, TODAY)) == len(cast.CAST)
        assert db.execute(select(audit)).all() == []
    return [str(problem) for problem in outcome.findings.problems]


def found(hadir: Hadir, nip: str) -> people.Person:
    with hadir.database.read() as db:
        (who,) = people.fetch(db, people.people_query().where(people.person.c.nip == nip))
    return who


# ---------------------------------------------------------------- what goes well


def test_new_people_get_in_with_unit_supervisor_roles_zone_and_accounts(hadir: Hadir, tmp_path: Path) -> None:
    outcome = imported(
        hadir,
        saved(
            tmp_path,
            [
                row(
                    LANI,
                    "Lani",
                    "Bidang Baru",
                    atasan=MADE,
                    peran="pegawai",
                    email="Lani@Kantor.Example",
                    zona="wit",
                    mattermost="@Lani",
                ),
                row(MADE, "Made", "Bidang Baru", atasan=cast.NIP["hendra"], peran="atasan; pegawai", zona="Asia/Pontianak"),
            ],
        ),
    )
    assert outcome.done
    lani, made = found(hadir, LANI), found(hadir, MADE)
    assert (lani.unit, lani.supervisor_id, lani.email, lani.zone) == (
        "Bidang Baru",
        made.id,
        "lani@kantor.example",
        cast.JAYAPURA,
    )
    assert (made.zone, made.roles) == ("Asia/Pontianak", {"pegawai", "atasan"})
    with hadir.database.read() as db:
        (account,) = people.accounts(db, [lani.id])[lani.id]
        assert (account.username, account.external_id) == ("lani", None)
        (entry,) = db.execute(select(audit).where(audit.c.object == f"person:{lani.id}")).all()
    assert (entry.action, entry.actor, entry.before) == ("people.added", "terminal:root", None)
    assert entry.after["supervisor"] == MADE


def test_empty_cells_take_the_offices_zone_and_the_plain_role(hadir: Hadir, tmp_path: Path) -> None:
    imported(hadir, saved(tmp_path, [row(atasan="-", zona="-")]))
    lani = found(hadir, LANI)
    assert (lani.zone, lani.roles, lani.supervisor_id) == (cast.JAKARTA, {"pegawai"}, None)


def test_a_second_time_changes_nothing(hadir: Hadir, tmp_path: Path) -> None:
    path = saved(tmp_path, [row(mattermost="lani"), row(MADE, "Made", atasan=LANI)])
    assert len(imported(hadir, path).plan.added) == 2
    again = imported(hadir, path)
    assert (again.plan.changes, again.plan.left, again.done) == ([], 2, True)
    with hadir.database.read() as db:
        assert len(db.execute(select(audit)).all()) == 2


def test_a_change_is_written_with_what_was_before(hadir: Hadir, tmp_path: Path) -> None:
    imported(hadir, saved(tmp_path, [row()]))
    imported(hadir, saved(tmp_path, [row(nama="Lani Kusuma", unit=cast.KEPEGAWAIAN, atasan=cast.NIP["rina"])]))
    lani = found(hadir, LANI)
    assert (lani.name, lani.unit) == ("Lani Kusuma", cast.KEPEGAWAIAN)
    with hadir.database.read() as db:
        entry = db.execute(select(audit).order_by(audit.c.id.desc())).first()
    assert entry is not None
    assert entry.before == {"name": "Lani Wijaya", "unit": cast.APLIKASI, "supervisor": ""}
    assert entry.after == {"name": "Lani Kusuma", "unit": cast.KEPEGAWAIAN, "supervisor": cast.NIP["rina"]}


def test_a_dry_run_says_what_would_change_and_changes_nothing(hadir: Hadir, tmp_path: Path) -> None:
    outcome = imported(hadir, saved(tmp_path, [row()]), dry_run=True)
    assert ([change.name for change in outcome.plan.added], outcome.done) == (["Lani Wijaya"], False)
    with hadir.database.read() as db:
        assert people.search(db, LANI) == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_way_in_which_a_spreadsheet_saves_csv(hadir: Hadir, tmp_path: Path, separator: str, encoding: str) -> None:
    outcome = imported(
        hadir, saved(tmp_path, [row(nama="René Café, S.T.", peran="pegawai;atasan")], separator=separator, encoding=encoding)
    )
    assert outcome.done
    assert found(hadir, LANI).name == "René Café, S.T."


def test_columns_in_any_order_and_case_with_stray_spaces_and_blank_lines(hadir: Hadir, tmp_path: Path) -> None:
    content = (
        "sep=;\n\n Nama ;NIP; UNIT;Atasan;peran;EMAIL;zona;Nextcloud;mattermost;;\n"
        f"\n  Lani   Wijaya ; 19900101 201501 2 001 ;{cast.APLIKASI};;;;;;;;\n;;;;;;;;;;\n"
    )
    assert imported(hadir, raw(tmp_path, content.encode())).done
    assert found(hadir, LANI).name == "Lani Wijaya"


def test_a_spreadsheet_with_a_short_number_an_empty_row_and_a_title_sheet(hadir: Hadir, tmp_path: Path) -> None:
    cells = [
        list(COLUMNS),
        [LANI, "Lani", "Baru", 12345678, "", "", "WIB", "", ""],
        [12345678, "Made", "Baru"],
        [""],
        ["", " "],
    ]
    outcome = imported(hadir, spreadsheet(tmp_path, cells))
    assert outcome.done
    assert found(hadir, LANI).supervisor_id == found(hadir, "12345678").id
    assert [str(warning) for warning in outcome.findings.warnings] == [
        "row 3, column nip: 12345678 has 8 digits, an NIP 18: taken as another staff number",
        "row 3, column peran: supervises 1 and has no role atasan",
    ]


def test_usernames_may_be_exchanged_and_are_bound_anew(hadir: Hadir, tmp_path: Path) -> None:
    imported(hadir, saved(tmp_path, [row(mattermost="lani"), row(MADE, "Made", mattermost="made")]))
    with hadir.database.write() as db:
        people.bind(db, Sender("mattermost", "id-lani", "lani"))
    assert imported(hadir, saved(tmp_path, [row(mattermost="made"), row(MADE, "Made", mattermost="lani")])).done
    with hadir.database.read() as db:
        assert people.by_username(db, "mattermost", "lani") == found(hadir, MADE)
        assert people.by_sender(db, Sender("mattermost", "id-lani", "lani")) is None


def test_an_empty_username_cell_leaves_the_account_and_its_id(hadir: Hadir, tmp_path: Path) -> None:
    imported(hadir, saved(tmp_path, [row(mattermost="lani")]))
    with hadir.database.write() as db:
        people.bind(db, Sender("mattermost", "id-lani", "lani"))
    assert imported(hadir, saved(tmp_path, [row()])).plan.changes == []
    with hadir.database.read() as db:
        assert people.by_sender(db, Sender("mattermost", "id-lani", "lani")) == found(hadir, LANI)


# ---------------------------------------------------------------- those who are not in the file


def test_those_missing_are_named_and_left_as_they_are(hadir: Hadir, tmp_path: Path) -> None:
    outcome = imported(hadir, saved(tmp_path, [row()]))
    assert {who.nip for who in outcome.plan.missing} == set(cast.NIP.values())
    assert outcome.plan.ended == []
    assert found(hadir, cast.NIP["siti"]).ended_on is None
    assert outcome.plan.unused_units == []


def test_those_missing_end_on_the_day_that_is_given_and_come_back_when_listed(hadir: Hadir, tmp_path: Path) -> None:
    path, last = saved(tmp_path, [row()]), date(2026, 11, 20)
    outcome = imported(hadir, path, end_missing=last)
    assert len(outcome.plan.ended) == len(cast.CAST)
    assert outcome.plan.unused_units == [cast.KEPEGAWAIAN]
    assert found(hadir, cast.NIP["siti"]).ended_on == last
    assert imported(hadir, path, end_missing=last).plan.changes == []
    siti = row(
        cast.NIP["siti"], "Siti Rahayu", email="siti@kantor.example", zona="WIB", peran="pegawai", atasan=cast.NIP["budi"]
    )
    back = imported(hadir, saved(tmp_path, [row(), siti]))
    assert [change.after for change in back.plan.changed] == [{"ended_on": None}]
    assert [str(warning) for warning in back.findings.warnings] == [
        f"row 3, column atasan: Budi Santoso ({cast.NIP['budi']}) no longer works here"
    ]


def test_the_username_of_one_who_left_goes_to_a_new_colleague(hadir: Hadir, tmp_path: Path) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == cast.NIP["siti"]).values(ended_on=date(2026, 10, 30)))
    assert imported(hadir, saved(tmp_path, [row(mattermost="siti", email="siti@kantor.example")])).done
    with hadir.database.read() as db:
        assert people.by_username(db, "mattermost", "siti") == found(hadir, LANI)


# ---------------------------------------------------------------- what is wrong, and where


def test_every_problem_is_named_with_row_and_column(hadir: Hadir, tmp_path: Path) -> None:
    assert problems(
        hadir,
        tmp_path,
        row("", "Tanpa NIP"),
        row("19900101201501200X", "Salah", zona="Asia/Jakrta", peran="atasn"),
        row("1234567", "Pendek", email="bukan-surel", mattermost="lani wijaya"),
        row(LANI, "", "", atasan=LANI),
        row(LANI, "=HYPERLINK(1)", "x" * 201, atasan="198001012000011999", mattermost="siti", email="budi@kantor.example"),
    ) == [
        "row 2, column nip: the NIP is missing",
        "row 3, column nip: “19900101201501200X” is not an NIP: it has 18 digits and nothing else",
        "row 3, column peran: unknown role “atasn”; is it atasan?",
        "row 3, column zona: unknown zone “Asia/Jakrta”; is it Asia/Jakarta?",
        "row 4, column nip: 1234567 has 7 digits; an NIP has 18, another staff number 8 or more",
        "row 4, column email: “bukan-surel” is not an e-mail address",
        "row 4, column mattermost: “lani wijaya” is not a username: up to 64 letters, digits, dot, hyphen and underscore",
        "row 5, column nama: is empty",
        "row 5, column unit: is empty",
        "row 5, column atasan: nobody is their own supervisor; leave it empty for the head of the office",
        f"row 6, column nip: {LANI} stands in row 5 already",
        "row 6, column nama: “=HYPERLINK(1)” begins like a formula; if it really is the text, put an apostrophe (') in front",
        "row 6, column unit: is 201 characters long; at most 200 fit",
        "row 6, column atasan: nobody has the NIP 198001012000011999, neither in this file nor in the database",
        f"row 6, column email: budi@kantor.example is the address of Budi Santoso ({cast.NIP['budi']})",
        f"row 6, column mattermost: siti is the username of Siti Rahayu ({cast.NIP['siti']})",
    ]


def test_one_wrong_row_keeps_the_right_ones_out(hadir: Hadir, tmp_path: Path) -> None:
    assert problems(hadir, tmp_path, row(), row(MADE, "Made", zona="Jayapurra")) == [
        "row 3, column zona: unknown zone “Jayapurra”; is it Asia/Jayapura?"
    ]


def test_a_username_or_address_twice_in_the_file(hadir: Hadir, tmp_path: Path) -> None:
    twice = row(email="a@kantor.example", nextcloud="Sama"), row(MADE, "Made", email="A@kantor.example", nextcloud="sama")
    assert problems(hadir, tmp_path, *twice) == [
        "row 3, column email: a@kantor.example stands in row 2 already",
        "row 3, column nextcloud: sama stands in row 2 already",
    ]


def test_supervisors_that_go_round_in_a_circle(hadir: Hadir, tmp_path: Path) -> None:
    circle = row(LANI, "Lani", atasan=MADE), row(MADE, "Made", atasan=NOVA), row(NOVA, "Nova", atasan=LANI)
    assert problems(hadir, tmp_path, *circle) == [
        f"row 2, column atasan: the line of supervisors goes round in a circle: {LANI} → {MADE} → {NOVA} → {LANI}"
    ]


def test_a_circle_through_the_database(hadir: Hadir, tmp_path: Path) -> None:
    hendra = row(cast.NIP["hendra"], "Hendra Gunawan", atasan=cast.NIP["siti"])
    (problem,) = problems(hadir, tmp_path, hendra)
    assert problem.startswith("row 2, column atasan: the line of supervisors goes round in a circle: ")


def test_missing_unknown_and_double_columns_are_said_once(hadir: Hadir, tmp_path: Path) -> None:
    content = f"nip,nama,nama,unit,jabatan,peran,e-mail,zona,nextcloud\n{LANI},Lani,Lani,Baru,,,,,\n".encode()
    outcome = imported(hadir, raw(tmp_path, content))
    assert [str(problem) for problem in outcome.findings.problems] == [
        "row 1, column nama: the column is there 2 times",
        "row 1, column atasan: the column is missing; add it, and leave its cells empty if there is nothing to say",
        "row 1, column email: the column is missing; add it, and leave its cells empty if there is nothing to say",
        "row 1, column mattermost: the column is missing; add it, and leave its cells empty if there is nothing to say",
        "row 1, column jabatan: unknown column; known are nip, nama, unit, atasan, peran, email, zona, mattermost, nextcloud",
        "row 1, column e-mail: unknown column; is it email?",
    ]


def test_an_unquoted_comma_in_a_name(hadir: Hadir, tmp_path: Path) -> None:
    content = f"{','.join(COLUMNS)}\n{LANI},Lani, S.T.,Baru,,,,,,lani\n".encode()
    outcome = imported(hadir, raw(tmp_path, content))
    assert "row 2: more values than columns; a value that holds the separator needs double quotes around it" in [
        str(problem) for problem in outcome.findings.problems
    ]


def test_an_nip_that_a_spreadsheet_has_cut(hadir: Hadir, tmp_path: Path) -> None:
    outcome = imported(hadir, spreadsheet(tmp_path, [COLUMNS, [int(LANI), "Lani", "Baru"], [MADE, NEW_YEAR, "Baru"]]))
    cut, dated = (str(problem) for problem in outcome.findings.problems)
    assert cut.startswith("row 2, column nip: the cell holds a number, and a spreadsheet keeps only 15 of its digits")
    assert "format the column as text" in cut
    assert dated.startswith("row 3, column nama: the cell holds a date or time (2026-01-01)")
    assert "format the column as text" in problems(hadir, tmp_path, row("1,99001E+17"))[0]


def test_two_spellings_of_a_unit_are_pointed_out(hadir: Hadir, tmp_path: Path) -> None:
    outcome = imported(hadir, saved(tmp_path, [row(unit="Bidang Baru"), row(MADE, "Made", "bidang baru")]))
    assert [str(warning) for warning in outcome.findings.warnings] == [
        "row 3, column unit: “bidang baru” and “Bidang Baru” (row 2) become two units"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n,,\n", "is empty"),
        (b"\x89PNG\r\n\x00\x00", "neither CSV nor XLSX"),
        (b"PK\x03\x04 not a zip", "cannot be opened"),
        (b"\xd0\xcf\x11\xe0 with a password", "cannot be opened"),
        (b'nip,nama\n"' + b"x" * 200_000, "not readable as CSV"),
    ],
)
def test_a_file_that_is_none(hadir: Hadir, tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said):
        imported(hadir, raw(tmp_path, content))


def test_a_file_that_is_not_there(hadir: Hadir, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        imported(hadir, tmp_path / "tidak-ada.csv")


def test_two_imports_at_once_end_as_one_after_the_other(hadir: Hadir, tmp_path: Path) -> None:
    path = saved(tmp_path, [row(mattermost="lani"), row(MADE, "Made", atasan=LANI)])
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: imported(hadir, path), range(4)))
    assert sorted(len(outcome.plan.added) for outcome in outcomes) == [0, 0, 0, 2]


# ---------------------------------------------------------------- there and back

NAMES = strategies.text(
    strategies.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=30
)


@given(text=strategies.text())
def test_protection_is_undone_exactly(text: str) -> None:
    assert unprotect(protect(text)) == text
    assert protect(text)[:1] not in ("=", "+", "-", "@")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=strategies.lists(NAMES.filter(str.strip), min_size=1, max_size=5),
    unit=NAMES.filter(str.strip),
    marks=strategies.lists(strategies.sampled_from("=+-@'"), max_size=3),
)
def test_an_export_imported_again_changes_nothing(
    hadir: Hadir, tmp_path: Path, names: list[str], unit: str, marks: list[str]
) -> None:
    with hadir.database.write() as db:
        db.execute(delete(people.account))
        db.execute(delete(people.person))
    rows = [
        row(str(199001012015010000 + n), protect("".join(marks) + name.strip()), protect(unit.strip()), mattermost=f"orang{n}")
        for n, name in enumerate(names)
    ]
    assert imported(hadir, saved(tmp_path, rows)).findings.problems == []
    with hadir.database.read() as db:
        exported = as_csv(working_people(db, TODAY))
    for cell in next(csv.reader(io.StringIO(exported.partition("\n")[2]))):
        assert cell[:1] not in ("=", "+", "-", "@")
    again = imported(hadir, raw(tmp_path, exported.encode()))
    assert (again.findings.problems, again.plan.changes, again.plan.left) == ([], [], len(names))


def test_the_cast_goes_there_and_back(hadir: Hadir, tmp_path: Path) -> None:
    with hadir.database.read() as db:
        exported = as_csv(working_people(db, TODAY))
    assert exported.splitlines()[0] == ",".join(COLUMNS)
    again = imported(hadir, raw(tmp_path, exported.encode()))
    assert (again.plan.changes, again.plan.left, again.plan.missing) == ([], len(cast.CAST), [])
    with hadir.database.read() as db:
        assert people.by_sender(db, Sender("mattermost", "id-siti", "siti")) == found(hadir, cast.NIP["siti"])


CELLS = strategies.one_of(
    strategies.text(max_size=30),
    strategies.sampled_from(
        [LANI, f"'{LANI}", "WIB", "pegawai;atasan", "a@b.example", "-", "=1", "1,9E+17", "٣" * 18, "²" * 18]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=strategies.one_of(strategies.binary(max_size=200), strategies.binary(max_size=80).map(lambda b: b"PK\x03\x04" + b))
)
def test_no_bytes_at_all_are_a_crash(tmp_path: Path, content: bytes) -> None:
    with suppress(FileError):
        entries(read(raw(tmp_path, content), Findings()), Findings(), zone=cast.JAKARTA)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=strategies.lists(strategies.fixed_dictionaries(dict.fromkeys(COLUMNS, CELLS)), min_size=1, max_size=4))
def test_whatever_stands_in_the_cells_is_right_or_has_its_problem(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    found = Findings()
    checked = entries(read(saved(tmp_path, rows, encoding="utf-16"), found), found, zone=cast.JAKARTA)
    wrong = {problem.row for problem in found.problems}
    for entry in checked:
        right = (
            entry.nip.isdecimal() and entry.name and entry.unit and entry.roles and ZoneInfo(entry.zone)
            if entry.zone
            else False
        )
        assert right or entry.row in wrong
