"""`hadir leave …` at a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from integration.cli import hadir as command_line
from tests.cast import NIP
from tests.conftest import SECRET
from tests.plugins.izin.post import problems, rows
from tests.post import audited, inbox, texts

SITI = NIP["siti"]


@pytest.fixture
def leave(hadir, settings) -> Callable[..., Result]:
    home = {"HADIR_HOME": str(settings.home), "HADIR_SECRET_KEY": SECRET, "HADIR_DATABASE_URL": settings.database_url}
    return lambda *words: CliRunner().invoke(command_line, ["leave", *words], env=home)


def test_an_opening_balance_is_what_people_then_see(hadir, chat, leave):
    done = leave("balance", SITI, "2026", "--days", "4", "--carried", "3")
    assert (done.exit_code, "2026: 4 own, 3 carried" in done.output) == (0, True)
    assert "Cuti tahunan 2026: sisa 7 hari (hak 4, bawaan 3)." in chat("siti").says("/izin saldo")
    assert "no change" in leave("balance", SITI, "2026", "--days", "4", "--carried", "3").output
    leave("balance", SITI, "2026", "--days", "5", "--carried", "3")
    first, second = audited(hadir, "leave.opening")
    assert (first.before, first.after["days"], second.before["days"], second.after["days"]) == (None, 4, 4, 5)
    assert first.actor.startswith("terminal")
    assert problems(hadir) == []


def test_a_balance_for_programs(leave, chat):
    chat("siti").says("/izin cuti 1-3 des")
    [row] = json.loads(leave("balance", SITI, "2026", "--json").output)
    assert row == {
        "type": "tahunan",
        "year": 2026,
        "granted": 12,
        "carried": 0,
        "taken": 0,
        "waiting": 3,
        "left": 9,
        "complete": False,
    }


def test_what_was_approved_on_paper_is_entered_also_for_the_past(hadir, chat, leave):
    done = leave("add", SITI, "sakit", "2026-10-05", "2026-10-06", "--number", "SK-7/X/2026")
    assert (done.exit_code, "2 working days" in done.output) == (0, True), done.output
    assert rows(hadir) == [("sakit", "05/10", "06/10", "approved")]
    assert texts(inbox(hadir, "siti")) == ["Pengelola kepegawaian mencatat: Cuti sakit, Senin 5 – Selasa 6 Okt 2026."]
    [row] = audited(hadir, "absence.entered")
    assert (row.actor.startswith("terminal"), row.after["source"], row.after["state"]) == (True, "officer", "approved")
    assert problems(hadir) == []
    assert "something else then" in leave("add", SITI, "tahunan", "2026-10-06", "2026-10-07").output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["add", SITI, "libur", "2026-12-01", "2026-12-02"], "there are: tahunan"),
        (["add", SITI, "tahunan", "2026-12-03", "2026-12-01"], "lies before the first"),
        (["add", SITI, "tahunan", "2026-12-26", "2026-12-27"], "do not work then"),
        (["add", "1234", "tahunan", "2026-12-01", "2026-12-01"], "nobody has the NIP 1234"),
        (["add", SITI, "tahunan", "1 Des", "2026-12-01"], "does not match the format"),
        (["balance", SITI, "2026", "--days", "4"], "give both"),
        (["balance", SITI, "2026", "--days", "-1", "--carried", "0"], "not in the range"),
        (["list", "--from", "2026-12-03", "--to", "2026-12-01"], "lies before"),
    ],
)
def test_a_mistake_is_one_clear_line(hadir, leave, words, why):
    done = leave(*words)
    assert done.exit_code != 0
    assert why in done.output
    assert rows(hadir) == []


def test_the_list_shows_who_is_away_and_no_reasons(chat, leave):
    assert "Nobody is away." in leave("list", "--from", "2026-12-01").output
    chat("siti").says("/izin cuti 1-3 des rahasia")
    shown = leave("list", "--from", "2026-12-02").output
    assert "Siti Rahayu" in shown
    assert "rahasia" not in shown
    [row] = json.loads(leave("list", "--from", "2026-11-30", "--to", "2026-12-31", "--json").output)
    assert (row["nip"], row["type"], row["first"], row["last"], row["state"]) == (
        SITI,
        "tahunan",
        "2026-12-01",
        "2026-12-03",
        "waiting",
    )
