"""Files of an administrator that keep the reader busy or say what cannot be, and words that attack who opens a file of ours."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.documents import dataset
from integration.documents.dataset import Dataset, Origin, Variable, Written
from integration.presets.check import read as read_presets
from integration.presets.toml import MOST_BLOCKS, MOST_PROBLEMS
from integration.rulebook.check import read
from integration.rulebook.plan import compare

HEAD = """[[rule]]
kind = "compliance"
name = "{name}"
version = "{version}"
article = "SK 1"
valid_from = {first}
[rule.content]
"""


def rule(content: str = "", *, name: str = "uji", version: str = "1", first: str = "2026-01-01") -> str:
    return HEAD.format(name=name, version=version, first=first) + content + "\n"


HOSTILE = {
    "arrays in arrays": ("a = " + "[\n" * 3_000, "nested too deeply"),
    "tables in tables": ("[[rule]]\na = " + "{a=" * 1_300, "nested too deeply"),
    "a key of many parts": ("[[rule]]\n" + "a." * 50_000 + "a = 1", "line 2: is longer than 4,000 characters"),
    "a heading of many parts": ("[" + "a." * 50_000 + "a]", "line 1: is longer than 4,000 characters"),
    "a line without an end": ("a" * 1_000_000, "line 1: is longer than 4,000 characters"),
    "a number of many digits": (rule("missing_days = " + "9" * 3_900), "is too much"),
    "a longer number": (rule("missing_days = " + "9" * 4_500), "longer than 4,000"),
    "many rules": ("[[rule]]\n" * (MOST_BLOCKS + 1), "too many"),
    "an unknown key": (rule("mising_days = 3"), "unknown key mising_days; is it missing_days?"),
    "no such day": (rule(first="2026-02-31"), "line 6"),
    "year nought": (rule(first="0000-01-01"), "line 6"),
    "year ten thousand": (rule(first="10000-01-01"), "line 6"),
    "endless": (rule("same_minute_share = inf"), "line 8"),
    "no number": (rule("attendance_least = nan"), "line 8"),
    "more than all": (rule("attendance_least = 1.01"), "line 8"),
    "a name that turns round": (rule(name="x\u202ey"), "is not a name"),
    "a kind in a list": ('[[rule]]\nkind = ["compliance"]\ncontent = {}', "unknown kind"),
    "a kind in a table": ("[[rule]]\nkind = { a = 1 }\ncontent = {}", "unknown kind"),
    "a zero byte": ('[[rule]]\nkind = "\x00"', "not TOML"),
    "half a character": ('[[rule]]\nkind = "\\ud800"', "not TOML"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_of_rules_is_refused_whole_with_the_place(what: str) -> None:
    text, told = HOSTILE[what]
    _, problems = read(text)
    assert any(told in problem for problem in problems), problems[:3]
    assert len(problems) <= MOST_PROBLEMS + 1


@pytest.mark.parametrize("what", ["arrays in arrays", "tables in tables", "a key of many parts", "a line without an end"])
def test_a_file_of_hours_is_refused_the_same_way(what: str) -> None:
    rows, problems = read_presets(HOSTILE[what][0].replace("[[rule]]", "[[hours]]"))
    assert rows == []
    assert problems


def test_thousands_of_mistakes_are_not_all_told() -> None:
    _, problems = read("[[rule]]\n" + "".join(f"k{number} = 1\n" for number in range(3_000)))
    assert len(problems) == MOST_PROBLEMS + 1
    assert "there may be more" in problems[-1]


def test_versions_that_all_overlap_are_told_once_each() -> None:
    """Each pair would be half a million sentences."""
    wanted, problems = read("".join(rule(version=str(number)) for number in range(MOST_BLOCKS)))
    assert problems == []
    told = compare(wanted, {}, [], date(2026, 11, 22)).problems
    assert len(told) == MOST_BLOCKS - 1
    assert all("overlaps version" in problem and "valid_until" in problem for problem in told)


@given(st.text(max_size=200))
def test_whatever_stands_in_a_file_is_read_or_refused(text: str) -> None:
    for read_any in (read, read_presets):
        _, problems = read_any(text)
        assert all(isinstance(problem, str) for problem in problems)


# ---------------------------------------------------------------- exports

WORDS = ("nama", "alasan")
VARIABLES = tuple(Variable(name, name, "string", name) for name in WORDS)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
ATTACKS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!A0", "＝1+1", "a\r\nb", 'a"b', 'a","b',
    "\u202e=1", "\ufeff=1", "\x00=1", "a\u2028b", "'", ";=1", ",=1", '"=1', "\ud800=1",
]  # fmt: skip


def written(*rows: tuple[str, ...]) -> list[list[str]]:
    target = io.BytesIO()
    dataset.write_csv(target, VARIABLES, rows)
    return list(csv.reader(io.StringIO(target.getvalue().decode("utf-8"), newline="")))


def harmless(cell: str) -> bool:
    """Nothing that a spreadsheet computes, also behind what it skips; nothing that turns the line round."""
    return not cell.lstrip(" \t\r\n").startswith(("=", "+", "-", "@")) and not set(cell) & set(BIDI + "\x00\ufeff")


@pytest.mark.parametrize("attack", ATTACKS)
def test_words_of_people_stay_one_harmless_cell(attack: str) -> None:
    head, row = written((attack, "b"))
    assert head == list(WORDS)
    assert len(row) == 2
    assert row[1] == "b"
    assert harmless(row[0]), row


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_rows_stay_rows_whatever_is_in_them(rows: list[tuple[str, str]]) -> None:
    found = written(*rows)[1:]
    assert [len(row) for row in found] == [2] * len(rows)
    assert all(harmless(cell) for row in found for cell in row)


@pytest.mark.parametrize("attack", [*ATTACKS[:20], '"}], "x": [{"', "</script>"])
def test_the_description_is_json_whatever_the_titles_say(attack: str) -> None:
    origin = Origin("Dinas", "a@b.example", "Terbatas")
    given = Dataset(
        "rekap",
        "Rekap",
        "x",
        VARIABLES,
        date(2026, 11, 1),
        date(2026, 11, 30),
        datetime(2026, 12, 1, tzinfo=UTC),
        origin,
        "x",
        "x",
    )
    described = json.loads(dataset.describe(replace(given, title=attack), "rekap.csv", Written(1, 2, "ab")))
    assert described["title"] == attack
    assert set(described) == set(json.loads(dataset.describe(given, "rekap.csv", Written(1, 2, "ab"))))
