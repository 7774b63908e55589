"""Reading a file of hours, seasons and holidays: every problem with its place and its cure, not only the first."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from integration.presets import toml, values
from integration.workdays import holiday, season, work_hours

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 1440

_BARE_DATE = re.compile(r"(?m)^([ \t]*[\w-]+[ \t]*=[ \t]*)(\d+-\d+-\d+)([ \t]*(?:#.*)?)$")
_SINGLE = re.compile(r"(?m)^[ \t]*\[(hours|season|holiday)\](?=[ \t]*(?:#.*)?$)")
_BARE_TIME = re.compile(r"(?m)^([ \t]*[\w-]+[ \t]*=[ \t]*)(\d{1,2}[:.]\d{2})([ \t]*(?:#.*)?)$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row as it shall be, or shall not be any more; `where` names its block. A removal holds the key's columns only."""

    table: Table
    row: Mapping[str, Any]
    where: str
    remove: bool = False


def read(text: str) -> tuple[list[Wanted], list[str]]:
    """The rows of a file, and what is wrong with it; rows are whole only if nothing is wrong."""
    if wrong := toml.too_long(text):
        return [], [wrong]
    problems: list[str] = []
    try:
        content = toml.loads(_prepared(text, problems))
    except ValueError as error:
        return [], [*problems, f"the file is not TOML: {error}"]
    rows: list[Wanted] = []
    for name, blocks in content.items():
        if name not in _BLOCKS:
            problems.append(f"{_line(text, name, 0)}unknown [[{name}]]{values.meant(name, _BLOCKS)}")
        elif not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            problems.append(f"{name}: write every block under a heading [[{name}]], in double brackets")
        else:
            for number, block in enumerate(blocks, 1):
                where = f"{_line(text, name, number)}[[{name}]] {number}"
                rows += _BLOCKS[name](block, where, problems)
    return rows, sorted([*problems, *_twice(rows), *_overlaps(rows)], key=_line_of)


def _prepared(text: str, problems: list[str]) -> str:
    """The text without what TOML would stop at, so that all of it can be checked.

    Dates that do not exist and headings in single brackets are noted; times are put into quotes.
    """

    def date_there_is(match: re.Match[str]) -> str:
        wrong = no_date(match[2])
        if not wrong:
            return match[0]
        problems.append(f"line {_number(match)}: {match[1].strip(' =')}: {wrong}")
        return f'{match[1]}"{values.TOLD}"{match[3]}'

    def double_brackets(match: re.Match[str]) -> str:
        problems.append(f"line {_number(match)}: write [[{match[1]}]], in double brackets, above every block")
        return f"[[{match[1]}]]"

    prepared = _BARE_TIME.sub(r'\1"\2"\3', _BARE_DATE.sub(date_there_is, text))
    return _SINGLE.sub(double_brackets, prepared)


def _number(match: re.Match[str]) -> int:
    """The line on which it was found."""
    return match.string.count("\n", 0, match.start()) + 1


def no_date(words: str) -> str:
    """Why these three numbers are no date; "" if they are one."""
    year, month, day = (int(part) for part in words.split("-"))
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        return f"{words} is no date as TOML writes it: year, month and day like 2026-03-05"
    if not 1 <= month <= 12:
        return f"{words} is no date: there is no month {month}"
    days = monthrange(year, month)[1] if year else 0
    return "" if 1 <= day <= days else f"{words} is no date: that month has {days} days"


def _line(text: str, name: str, number: int) -> str:
    """Where the heading stands, for one that is found as often as it should be."""
    found = list(re.finditer(rf"(?m)^[ \t]*\[\[?[ \t]*{re.escape(name)}[ \t]*\]", text))
    place = found[max(number, 1) - 1 : max(number, 1)]
    return f"line {_number(place[0])}: " if place else ""


def _line_of(problem: str) -> int:
    found = re.match(r"line (\d+)", problem)
    return int(found[1]) if found else 0


# ---------------------------------------------------------------- blocks

_Reader = Callable[[Any], Any]
_HOURS_KEY: Mapping[str, _Reader] = {
    "schedule": values.name(40),
    "season": values.name(20),
    "weekdays": values.weekdays,
    "valid_from": values.day,
}
_HOURS: Mapping[str, _Reader] = {
    "start": values.minute,
    "end": values.minute,
    "break_minutes": values.minutes,
    "on_holidays": values.flag,
    "on_collective": values.flag,
    "dynamic": values.flag,
    "minutes": values.minutes,
    "rest": values.flag,
    "source": values.source,
}
_NORMAL = {"season": "", "on_holidays": False, "on_collective": False, "dynamic": False, "minutes": None, "rest": False}
# A weekday on which nobody works needs no times.
_REST = {"start": 0, "end": 0, "break_minutes": 0}


def _hours(block: Mapping[str, Any], where: str, problems: list[str]) -> Iterator[Wanted]:
    defaults = _NORMAL | _REST if block.get("rest") is True else _NORMAL
    row = _fields(block, where, problems, _HOURS_KEY, _HOURS, defaults)
    if row is None:
        return
    weekdays = row.pop("weekdays")
    if "start" in row:
        problems += _odd_hours(block, row, where)
    for weekday in weekdays:
        yield Wanted(work_hours, row | {"weekday": weekday}, where, "start" not in row)


def _odd_hours(block: Mapping[str, Any], row: dict[str, Any], where: str) -> Iterator[str]:
    """What is wrong with the times; an end at or before the start is moved to the next day."""
    if row["rest"]:
        odd = sorted(set(block) & {"start", "end", "break_minutes", "minutes", "dynamic", "on_holidays", "on_collective"})
        if odd:
            yield f"{where}: a day of rest has no {odd[0]}; take it out, or take out rest = true"
        return
    row["end"] += DAY_MINUTES if row["end"] <= row["start"] else 0
    lasts = row["end"] - row["start"]
    if row["break_minutes"] >= lasts:
        yield f"{where}, break_minutes: the break ({row['break_minutes']}) is longer than the day ({lasts} minutes)"
    if row["dynamic"] and row["minutes"] is None:
        yield f"{where}: minutes is missing: with dynamic hours it says how many are owed a day, like minutes = 450"
    if not row["dynamic"] and row["minutes"] is not None:
        yield f"{where}, minutes: belongs to dynamic = true; else they are what lies between start and end, less the break"
    if row["dynamic"] and (row["minutes"] or 0) > lasts:
        yield f"{where}, minutes: {row['minutes']} do not fit between start and end ({lasts} minutes)"


def _season(block: Mapping[str, Any], where: str, problems: list[str]) -> Iterator[Wanted]:
    row = _fields(block, where, problems, {"name": values.name(20), "first": values.day}, {"last": values.day}, {})
    if row is None:
        return
    if row.get("last", row["first"]) < row["first"]:
        problems.append(f"{where}, last: {row['last']} lies before the first day {row['first']}")
    else:
        yield Wanted(season, row, where, "last" not in row)


def _holiday(block: Mapping[str, Any], where: str, problems: list[str]) -> Iterator[Wanted]:
    row = _fields(block, where, problems, {"day": values.day}, {"name": values.words, "kind": values.kind}, {"kind": "office"})
    if row is not None:
        yield Wanted(holiday, row, where, "name" not in row)


_BLOCKS = {"hours": _hours, "season": _season, "holiday": _holiday}


def _fields(
    block: Mapping[str, Any],
    where: str,
    problems: list[str],
    key: Mapping[str, _Reader],
    more: Mapping[str, _Reader],
    defaults: Mapping[str, Any],
) -> dict[str, Any] | None:
    """The block's values, of `key` alone for a removal; None if something is wrong with them."""
    before = len(problems)
    known = {**key, **more, "remove": values.flag}
    problems += [f"{where}: unknown key {name}{values.meant(name, known)}" for name in block if name not in known]
    wanted = key if block.get("remove") is True else {**key, **more}
    row: dict[str, Any] = {}
    told = False
    for name in (*wanted, *(["remove"] if "remove" in block else [])):
        try:
            row[name] = known[name](block[name]) if name in block else defaults[name]
        except KeyError:
            problems.append(f"{where}: {name} is missing")
        except ValueError as error:
            problems.append(f"{where}, {name}: {error}")
        except values.Known:
            told = True
    row.pop("remove", None)
    return row if len(problems) == before and not told else None


# ---------------------------------------------------------------- what does not go together


def key_of(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a row is known by; an hours' row is one weekday."""
    names = {"work_hours": ("schedule", "season", "weekday", "valid_from"), "season": ("name", "first"), "holiday": ("day",)}
    return (table.name, *(row[name] for name in names[table.name]))


def _twice(rows: list[Wanted]) -> Iterator[str]:
    first: dict[tuple[Any, ...], Wanted] = {}
    for wanted in rows:
        other = first.setdefault(key_of(wanted.table, wanted.row), wanted)
        if other is not wanted:
            yield f"{wanted.where}: {shown_key(wanted.table, wanted.row)} stands in {other.where} already"


def _overlaps(rows: list[Wanted]) -> Iterator[str]:
    seasons = [wanted for wanted in rows if wanted.table is season and not wanted.remove]
    for number, wanted in enumerate(seasons):
        for other in seasons[:number]:
            twice = key_of(season, wanted.row) == key_of(season, other.row)
            if overlap(wanted.row, other.row) and not twice:
                first, second = span(wanted.row), span(other.row)
                yield f"{wanted.where}: {first} overlaps {second} of {other.where}; only one season holds on a day"


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["first"] <= other["last"] and other["first"] <= one["last"])


# ---------------------------------------------------------------- rows in words


def span(row: Mapping[str, Any]) -> str:
    """`ramadan 2026-02-19 to 2026-03-20`"""
    return f"{row['name']} {row['first']} to {row['last']}"


def shown_key(table: Table, row: Mapping[str, Any]) -> str:
    """`standar (ramadan) Mon from 2027-01-01`, `ramadan 2026-02-19`, `2026-12-24`"""
    if table is work_hours:
        during = f" ({row['season']})" if row["season"] else ""
        return f"{row['schedule']}{during} {WEEKDAYS[row['weekday']]} from {row['valid_from']}"
    return f"{row['name']} {row['first']}" if table is season else f"{row['day']}"
