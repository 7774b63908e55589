"""Who works here: looking them up, and the commands of whoever keeps the list."""

from __future__ import annotations

import csv
import dataclasses
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from integration import accounts, people
from integration.audit import audit
from integration.core import Hadir
from integration.messages import Sender, plain, reply_from_json
from integration.outbox import outbox
from integration.people import Person
from tests import cast
from tests.terminal import Terminal

DAY = date(2026, 11, 23)


@pytest.fixture
def terminal(hadir: Hadir) -> Terminal:
    return Terminal(hadir.settings)


def person(hadir: Hadir, username: str) -> Person:
    with hadir.database.read() as db:
        (who,) = people.search(db, cast.NIP[username])
    return who


def change(hadir: Hadir, username: str, **values: Any) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == cast.NIP[username]).values(values))


def audited(hadir: Hadir) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(audit).order_by(audit.c.id)))


# ---------------------------------------------------------------- looking people up


def test_the_columns_stand_in_the_order_of_the_fields() -> None:
    assert [column.name for column in people.people_query().selected_columns] == [f.name for f in dataclasses.fields(Person)]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("siti", ["Siti Rahayu"]),
        ("@Siti", ["Siti Rahayu"]),
        (cast.NIP["siti"], ["Siti Rahayu"]),
        (f"{cast.NIP['siti'][:8]} {cast.NIP['siti'][8:14]} 1 {cast.NIP['siti'][15:]}", []),
        (f"{cast.NIP['siti'][:8]} {cast.NIP['siti'][8:14]} {cast.NIP['siti'][14:]}", ["Siti Rahayu"]),
        ("rahayu", ["Siti Rahayu"]),
        ("RAHAYU  siti", ["Siti Rahayu"]),
        ("sa", ["Budi Santoso", "Kartika Sari"]),
        ("i wayan", ["I Wayan Sudarta"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("'; drop table person; --", []),
        ("  ", []),
        ("@", []),
        ("tidak ada", []),
    ],
)
def test_words_that_may_name_somebody(hadir: Hadir, words: str, who: list[str]) -> None:
    with hadir.database.read() as db:
        assert [found.name for found in people.search(db, words)] == who


def test_a_beginning_comes_before_a_middle_and_who_left_comes_last(hadir: Hadir) -> None:
    change(hadir, "dewi", name="Sudarta Dewi")
    change(hadir, "hendra", name="Sudarta Anwar", ended_on=DAY)
    with hadir.database.read() as db:
        assert [who.name for who in people.search(db, "sudarta")] == ["Sudarta Dewi", "I Wayan Sudarta", "Sudarta Anwar"]


def test_a_username_on_two_platforms_names_both_but_not_one_who_left(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        db.execute(people.account.insert().values(platform="nextcloud", username="siti", person_id=person(hadir, "dewi").id))
        assert {who.name for who in people.search(db, "siti")} == {"Siti Rahayu", "Dewi Lestari"}
    change(hadir, "dewi", ended_on=DAY)
    with hadir.database.read() as db:
        assert [who.name for who in people.search(db, "siti")] == ["Siti Rahayu"]


def test_roles_are_found_as_whole_words_among_those_who_work_here(hadir: Hadir) -> None:
    change(hadir, "rina", roles=["pegawai", "kepegawaian"])
    with hadir.database.read() as db:
        assert [who.name for who in people.with_role(db, "kepegawaian", DAY)] == ["Rina Marlina"]
        assert len(people.with_role(db, "pegawai", DAY)) == len(cast.CAST)
        assert people.with_role(db, "gawai", DAY) == []
    change(hadir, "rina", ended_on=date(2026, 11, 22))
    with hadir.database.read() as db:
        assert people.with_role(db, "kepegawaian", DAY) == []


def test_more_ids_than_a_database_takes_in_one_statement(hadir: Hadir) -> None:
    with hadir.database.read() as db:
        known = [who.id for who in people.everyone(db, DAY)]
        many = [*known, *range(1_000_000, 1_070_000)]
        assert {who.id for who in people.everyone(db, DAY, many)} == set(known)
        assert people.accounts(db, many).keys() == set(known)
        assert people.everyone(db, DAY, []) == []


def test_who_may_see_whose_record(hadir: Hadir) -> None:
    pairs = {("siti", "siti"), ("budi", "siti"), ("hendra", "siti"), ("rina", "siti"), ("kartika", "siti"), ("hendra", "agus")}
    with hadir.database.read() as db:
        for viewer, other in pairs:
            assert people.may_see_record(db, person(hadir, viewer), person(hadir, other)), (viewer, other)
        for viewer, other in {("siti", "dewi"), ("siti", "budi"), ("budi", "rina"), ("agus", "siti")}:
            assert not people.may_see_record(db, person(hadir, viewer), person(hadir, other)), (viewer, other)


def test_a_circle_of_supervisors_does_not_hang(hadir: Hadir) -> None:
    change(hadir, "hendra", supervisor_id=person(hadir, "siti").id)
    with hadir.database.read() as db:
        assert people.is_above(db, person(hadir, "siti").id, person(hadir, "hendra").id)
        assert not people.is_above(db, person(hadir, "agus").id, person(hadir, "hendra").id)


def test_an_account_of_somebody_else_is_not_taken_over(hadir: Hadir) -> None:
    with pytest.raises(accounts.AccountTaken, match="Siti Rahayu"), hadir.database.write() as db:
        accounts.link(db, Sender("mattermost", "id-baru", "Siti"), person(hadir, "dewi").id)
    with pytest.raises(accounts.AccountTaken, match="Siti Rahayu"), hadir.database.write() as db:
        accounts.link(db, Sender("mattermost", "id-siti", "baru"), person(hadir, "dewi").id)


# ---------------------------------------------------------------- hadir people …


def test_import_export_and_import_again(terminal: Terminal, tmp_path: Path) -> None:
    exported = terminal("people", "export").stdout
    (tmp_path / "orang.csv").write_text(exported + f"199001012015012001,Lani,Bidang Baru,{cast.NIP['budi']},,,,lani,\n")
    first = terminal("people", "import", str(tmp_path / "orang.csv"))
    assert first.exit_code == 0
    assert "+ 199001012015012001 Lani" in first.stdout
    assert "+ unit Bidang Baru" in first.stdout
    assert first.stdout.endswith("Done: 1 added, 0 changed, 0 ended, 9 as they were.\n")
    again = terminal("people", "import", str(tmp_path / "orang.csv"))
    assert again.stdout == "Nothing changed: 0 added, 0 changed, 0 ended, 10 as they were.\n"


def test_a_wrong_file_is_said_on_standard_error_and_fails(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "orang.csv").write_text(terminal("people", "export").stdout + "1,,,,,,,,\n")
    result = terminal("people", "import", str(tmp_path / "orang.csv"))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "row 11, column nama: is empty" in result.stderr
    assert result.stderr.endswith("3 problems; nothing was changed.\n")
    assert terminal("people", "import", str(tmp_path / "tidak-ada.csv")).exit_code == 1


def test_missing_people_are_named_and_ended_only_when_asked(terminal: Terminal, tmp_path: Path) -> None:
    lines = terminal("people", "export").stdout.splitlines()
    (tmp_path / "orang.csv").write_text("\n".join(line for line in lines if "Siti" not in line))
    said = terminal("people", "import", str(tmp_path / "orang.csv"), "--dry-run").stdout
    assert "1 person not in the file, left as they are:" in said
    assert f"? {cast.NIP['siti']} Siti Rahayu" in said
    ended = terminal("people", "import", str(tmp_path / "orang.csv"), "--end-missing", "2020-01-31").stdout
    assert f"- {cast.NIP['siti']} Siti Rahayu: last day 2020-01-31" in ended
    assert "Siti" not in terminal("people", "export").stdout


def test_a_long_list_is_cut_unless_asked_for(terminal: Terminal, tmp_path: Path) -> None:
    rows = [f"{199001012015010000 + n},Orang {n},Baru,,,,,," for n in range(30)]
    path = tmp_path / "orang.csv"
    path.write_text("\n".join(["nip,nama,unit,atasan,peran,email,zona,mattermost,nextcloud", *rows]))
    assert "… and 10 more" in terminal("people", "import", str(path), "--dry-run").stdout
    assert "Orang 29" in terminal("people", "import", str(path), "--dry-run", "--verbose").stdout


def test_the_list_by_name_username_unit_or_everyone(terminal: Terminal) -> None:
    assert "Siti Rahayu" in terminal("people", "list", "siti").stdout
    assert "3 people" in terminal("people", "list", "subbagian").stdout
    assert [who["name"] for who in terminal.data("people", "list", "rahayu")] == ["Siti Rahayu"]
    everyone = terminal.data("people", "list")
    assert len(everyone) == len(cast.CAST)
    assert everyone[0] | {"name": "", "nip": "", "email": "", "mattermost": ""} == {
        "nip": "", "name": "", "unit": cast.APLIKASI, "roles": "pegawai;atasan", "zone": "WIB", "email": "",
        "mattermost": "", "nextcloud": "", "schedule": "", "ended": "",
    }  # fmt: skip
    nobody = terminal("people", "list", "zzz")
    assert (nobody.exit_code, nobody.stdout) == (1, "Nobody is called “zzz”.\n")


def test_a_request_is_linked_and_what_was_said_first_is_done_as_of_then(hadir: Hadir, terminal: Terminal) -> None:
    with hadir.database.write() as db:
        db.execute(people.account.delete().where(people.account.c.username == "siti"))
    cast.Talker(hadir, "siti.baru").says("/hadir masuk wfh rahasia")
    (request,) = terminal.data("people", "requests")
    assert (request["username"], request["said"]) == ("siti.baru", "/hadir masuk")
    assert "rahasia" not in terminal("people", "requests").stdout
    result = terminal("people", "link", "--platform", "mattermost", "--username", "@Siti.Baru", "--nip", cast.NIP["siti"])
    assert result.exit_code == 0
    assert "07.28 WIB (WFH)" in result.stdout
    assert "07.28 WIB (WFH)" in cast.Talker(hadir, "siti.baru").says("/hadir masuk")
    assert terminal("people", "requests").stdout == "Nobody is waiting to be linked.\n"
    with hadir.database.read() as db:
        (message,) = db.scalars(select(outbox.c.payload).where(outbox.c.key.like("said:%")))
    assert "07.28 WIB" in plain(reply_from_json(message["message"]).text)
    assert [entry.action for entry in audited(hadir)][:2] == ["people.link_requested", "people.linked"]


def test_a_username_is_given_before_its_first_word(hadir: Hadir, terminal: Terminal) -> None:
    words = ("people", "link", "--platform", "nextcloud", "--username", "Siti", "--nip", cast.NIP["siti"])
    assert "from their first message on" in terminal(*words).stdout
    assert "already; nothing changed" in terminal(*words).stdout
    with hadir.database.read() as db:
        assert people.by_username(db, "nextcloud", "siti") == person(hadir, "siti")
    assert [entry.after for entry in audited(hadir)] == [{"person_id": person(hadir, "siti").id, "username": "siti"}]


def test_links_that_cannot_be(hadir: Hadir, terminal: Terminal) -> None:
    taken = terminal("people", "link", "--platform", "mattermost", "--username", "siti", "--nip", cast.NIP["dewi"])
    assert (taken.exit_code, taken.stderr) == (1, f"Error: siti on mattermost belongs to Siti Rahayu ({cast.NIP['siti']})\n")
    assert (
        "nobody has the NIP 1" in terminal("people", "link", "--platform", "mattermost", "--username", "x", "--nip", "1").stderr
    )
    assert terminal("people", "link", "--platform", "irc", "--username", "x", "--nip", "1").exit_code == 2
    for number in (1, 2):
        hadir.dispatcher.handle(Sender("nextcloud", f"id-{number}", "Kembar"), cast.parse("hadir", ""), hadir.clock())
    words = ("people", "link", "--platform", "nextcloud", "--username", "kembar", "--nip", cast.NIP["siti"])
    assert "Choose with --id: id-1, id-2" in terminal(*words).stderr
    assert terminal(*words, "--id", "id-2").exit_code == 0


def test_an_end_its_repeat_and_its_undoing(hadir: Hadir, terminal: Terminal) -> None:
    first = terminal("people", "end", cast.NIP["budi"], "--on", "2099-01-31")
    assert first.stdout == f"Budi Santoso ({cast.NIP['budi']}): last working day 2099-01-31.\n"
    assert "4 people will have no supervisor" in first.stderr
    assert "nothing changed" in terminal("people", "end", cast.NIP["budi"], "--on", "2099-01-31").stdout
    assert "works here" in terminal("people", "end", cast.NIP["budi"], "--undo").stdout
    assert person(hadir, "budi").ended_on is None
    assert [(entry.before, entry.after) for entry in audited(hadir)] == [
        ({"ended_on": None}, {"ended_on": "2099-01-31"}),
        ({"ended_on": "2099-01-31"}, {"ended_on": None}),
    ]
    assert terminal("people", "end", cast.NIP["budi"]).exit_code == 2
    assert terminal("people", "end", cast.NIP["budi"], "--on", "31 Januari").exit_code == 2


def schedules(hadir: Hadir, *days: str) -> list[str]:
    """By which schedule Siti works on each day."""
    hadir.workdays.forget()
    siti = person(hadir, "siti")
    with hadir.database.read() as db:
        return [hadir.workdays.plan(db, siti, date.fromisoformat(day), hadir.clock()).schedule for day in days]


def test_a_schedule_holds_from_a_day_on(hadir: Hadir) -> None:
    terminal, siti = Terminal(hadir.settings, hadir.clock), cast.NIP["siti"]
    said = terminal("people", "schedule", siti, "sif-pagi", "--from", "2026-12-07")
    assert said.stdout.startswith(f"Siti Rahayu ({siti}): schedule sif-pagi from 2026-12-07.")
    assert schedules(hadir, "2026-12-04", "2026-12-07") == ["standar", "sif-pagi"]
    now = terminal("people", "schedule", siti, "sif-malam")
    assert "schedule sif-malam from 2026-11-23" in now.stdout
    assert "only until sif-pagi begins on 2026-12-07" in now.stderr
    assert "nothing changed" in terminal("people", "schedule", siti, "sif-malam").stdout
    assert schedules(hadir, "2026-11-20", "2026-11-23", "2026-12-07") == ["standar", "sif-malam", "sif-pagi"]
    assert terminal("people", "schedule", siti).stdout.splitlines() == [
        f"Siti Rahayu ({siti}): standar",
        "  from 2026-11-23: sif-malam",
        "  from 2026-12-07: sif-pagi",
    ]
    assert terminal.data("people", "list", siti)[0]["schedule"] == "sif-malam"
    assert [(row.action, row.before, row.after) for row in audited(hadir)] == [
        ("people.scheduled", {"schedule": ""}, {"schedule": "sif-pagi", "from": "2026-12-07"}),
        ("people.scheduled", {"schedule": ""}, {"schedule": "sif-malam", "from": "2026-11-23"}),
    ]


def test_a_schedule_is_taken_back(hadir: Hadir) -> None:
    terminal, siti = Terminal(hadir.settings, hadir.clock), cast.NIP["siti"]
    terminal("people", "schedule", siti, "sif-pagi", "--from", "2026-12-07")
    said = terminal("people", "schedule", siti, "--remove", "--from", "2026-12-07")
    assert "schedule standar on 2026-12-07 again" in said.stdout
    assert schedules(hadir, "2026-12-07") == ["standar"]
    wrong = terminal("people", "schedule", siti, "--remove", "--from", "2026-12-07")
    assert (wrong.exit_code, "no schedule of Siti Rahayu begins on 2026-12-07; there are: none" in wrong.stderr) == (1, True)


def test_a_schedule_for_days_that_are_over_needs_a_reevaluation(hadir: Hadir) -> None:
    terminal, siti = Terminal(hadir.settings, hadir.clock), cast.NIP["siti"]
    said = terminal("people", "schedule", siti, "sif-pagi", "--from", "2026-11-16")
    assert f"hadir reevaluate --from 2026-11-16 --until 2026-11-22 --person {siti} --why TEXT" in said.stderr
    assert schedules(hadir, "2026-11-20", "2026-11-23") == ["standar", "sif-pagi"]
    terminal("reevaluate", "--from", "2026-11-16", "--until", "2026-11-22", "--person", siti, "--why", "SK terlambat")
    assert schedules(hadir, "2026-11-13", "2026-11-20") == ["standar", "sif-pagi"]


def test_a_schedule_without_hours_yet_is_pointed_out(hadir: Hadir) -> None:
    terminal = Terminal(hadir.settings, hadir.clock)
    said = terminal("people", "schedule", cast.NIP["siti"], "dinamis", "--from", "2025-01-06")
    assert "dinamis has hours from 2025-04-21 only; before, nothing is expected" in said.stderr


@pytest.mark.parametrize("words", [("--remove",), ("sif-pagi", "--remove", "--from", "2026-12-07"), ("--from", "2026-12-07")])
def test_schedule_options_that_do_not_go_together(terminal: Terminal, words: tuple[str, ...]) -> None:
    assert terminal("people", "schedule", cast.NIP["siti"], *words).exit_code == 2


def test_a_schedule_must_exist(hadir: Hadir, terminal: Terminal) -> None:
    wrong = terminal("people", "schedule", cast.NIP["siti"], "sif-subuh")
    assert person(hadir, "siti").schedule == ""
    assert (wrong.exit_code, wrong.stderr) == (
        1,
        "Error: there is no schedule sif-subuh; "
        "there are: dinamis, layanan, pmk-221, sif-malam, sif-pagi, sif-siang, standar\n",
    )


def test_an_export_is_what_a_spreadsheet_reads_and_never_computes(hadir: Hadir, terminal: Terminal) -> None:
    change(hadir, "siti", name="=1+1")
    rows = list(csv.DictReader(io.StringIO(terminal("people", "export").stdout)))
    assert {row["nama"] for row in rows if row["mattermost"] == "siti"} == {"'=1+1"}
