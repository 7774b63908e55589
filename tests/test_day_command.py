"""`hadir day`: a day's result for an administrator and for a program."""

from __future__ import annotations

import json
from datetime import date

import pytest

from integration.rulebook.tables import rule_choice
from tests.cast import NIP, at
from tests.post import change
from tests.terminal import Terminal

KEYS = [
    *("status", "expected_start", "expected_end", "first_in", "last_out"),
    *("late_minutes", "early_minutes", "worked_minutes", "owed_minutes", "bands", "deduction", "reasons"),
]


@pytest.fixture
def terminal(hadir, clock):
    clock.now = at("2026-11-24T09:00+07:00")
    with hadir.database.write() as db:
        db.execute(rule_choice.insert().values(kind="attendance", name="permentan-68-2012", valid_from=date(2026, 1, 1)))
    return Terminal(hadir.settings, clock)


@pytest.fixture
def worked(chat):
    chat("siti").says("/hadir masuk", at=at("2026-11-23T07:46+07:00"))
    chat("siti").says("/hadir pulang", at=at("2026-11-23T15:00+07:00"))


def test_a_day_for_a_program(terminal, worked):
    found = terminal.data("day", "siti", "2026-11-23")
    assert list(found) == KEYS
    assert {name: value for name, value in found.items() if name != "reasons"} == {
        "status": "terlambat",
        "expected_start": "2026-11-23T07:30:00+07:00",
        "expected_end": "2026-11-23T16:00:00+07:00",
        "first_in": "2026-11-23T07:46:00+07:00",
        "last_out": "2026-11-23T15:00:00+07:00",
        "late_minutes": 16,
        "early_minutes": 60,
        "worked_minutes": 374,
        "owed_minutes": 450,
        "bands": ["TL1", "PSW2"],
        "deduction": 1.5,
    }
    assert all(list(reason) == ["rule", "version", "article", "text"] for reason in found["reasons"])
    hours, late, _ = found["reasons"]
    assert hours["text"] == "Jam kerja: 07.30–16.00 WIB."
    assert (late["rule"], late["version"], late["article"]) == ("permentan-68-2012", "1", "Permentan 68/2012")
    assert late["text"].startswith("Masuk pukul 07.46 WIB: terlambat 16 menit dari 07.30 WIB.")


@pytest.mark.parametrize(
    ("username", "day", "status"),
    [
        ("dewi", "2026-11-23", "tanpa keterangan"),
        ("dewi", "2026-11-22", "libur"),
        ("dewi", "2026-11-24", "belum"),
        ("dewi", "2026-12-25", "libur"),
        (NIP["dewi"], "2026-11-23", "tanpa keterangan"),
        ("@DEWI", "2026-11-23", "tanpa keterangan"),
    ],
)
def test_other_days(terminal, username, day, status):
    found = terminal.data("day", username, day)
    assert found["status"] == status
    assert (found["expected_start"] is None) == (status == "libur")
    assert (found["first_in"], found["last_out"], found["worked_minutes"]) == (None, None, 0)


def test_times_are_those_of_the_office(terminal, chat, hadir):
    chat("yosef").says("/hadir masuk", at=at("2026-11-23T07:25+09:00"))
    found = terminal.data("day", "yosef", "2026-11-23")
    assert (found["first_in"], found["status"]) == ("2026-11-23T07:25:00+09:00", "tidak lengkap")


def test_a_night_shift(terminal, chat, hadir):
    change(hadir, "siti", schedule="sif-malam")
    chat("siti").says("/hadir masuk", at=at("2026-11-21T21:50+07:00"))
    chat("siti").says("/hadir pulang", at=at("2026-11-22T06:05+07:00"))
    found = terminal.data("day", "siti", "2026-11-21")
    assert (found["expected_end"], found["last_out"]) == ("2026-11-22T06:00:00+07:00", "2026-11-22T06:05:00+07:00")
    assert found["status"] == "hadir"


def test_a_day_for_people(terminal, worked):
    said = terminal("day", "siti", "2026-11-23").stdout
    assert said.startswith(f"Siti Rahayu ({NIP['siti']}), Monday 2026-11-23: terlambat\n")
    assert "  late minutes    16\n" in said
    assert "  bands           TL1, PSW2\n" in said
    assert "[permentan-68-2012, 1, Permentan 68/2012]" in said


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("siti", "23/11/2026"), "'23/11/2026' is no date: write it like 2026-11-23"),
        (("siti", "2026-02-30"), "'2026-02-30' is no date: write it like 2026-11-23"),
        (("tidakada", "2026-11-23"), "nobody has the username or NIP 'tidakada'. See: hadir people list"),
        (("rahayu", "2026-11-23"), f"did you mean Siti Rahayu ({NIP['siti']})?"),
    ],
)
def test_what_is_wrong_is_said_with_the_cure(terminal, words, error):
    result = terminal("day", *words, "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert error in result.stderr


def test_the_output_is_plain_json(terminal, worked):
    assert json.loads(terminal("day", "siti", "2026-11-23", "--json").stdout)["late_minutes"] == 16
