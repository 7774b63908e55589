"""What a file would change: its rows against those of the database. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table, select

from integration.office_calendar import live_hours
from integration.presets.check import Wanted, key_of, overlap, shown_key, span
from integration.presets.undefined import undefined_days
from integration.workdays import holiday, season, work_hours

TABLES = (work_hours, season, holiday)
_Rows = dict[tuple[Any, ...], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is added (no `before`), changed, or removed (no `after`); `before` holds its whole row, id included."""

    table: Table
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(slots=True)
class Plan:
    """`problems` forbid the whole, `notes` do not. `unchanged` counts the rows that are as the file says."""

    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0


def present(db: Connection) -> _Rows:
    """Every row of the three tables by its key, as known now."""
    rows = [(work_hours, dict(row._mapping)) for row in live_hours(db)]
    rows += [(table, dict(row._mapping)) for table in (season, holiday) for row in db.execute(select(table))]
    return {key_of(table, row): row for table, row in rows}


def compare(wanted: Sequence[Wanted], there: _Rows, shipped: frozenset[tuple[Any, ...]], today: date) -> Plan:
    """What has to be done so that the file's rows are there; `shipped` are the keys that an upgrade would bring back."""
    plan = Plan()
    taken: set[tuple[Any, ...]] = set()
    for each in wanted:
        key = key_of(each.table, each.row)
        if each.remove:
            _remove(plan, each, there.get(key), key in shipped)
        elif each.table is season:
            _season(plan, each, there, taken)
        else:
            _row(plan, each, there.get(key))
    after = _after(there, plan.changes)
    plan.problems += _two_seasons(after, [change.after for change in plan.changes if change.table is season and change.after])
    plan.problems += undefined_days(wanted, after, today)
    plan.notes += _notes(plan, there, after, today)
    return plan


def _row(plan: Plan, wanted: Wanted, before: Mapping[str, Any] | None) -> None:
    if before is not None and all(before[name] == value for name, value in wanted.row.items()):
        plan.unchanged += 1
    else:
        plan.changes.append(Change(wanted.table, before, wanted.row))


def _season(plan: Plan, wanted: Wanted, there: _Rows, taken: set[tuple[Any, ...]]) -> None:
    """A season of the same name that overlaps is the same one with other dates."""
    same = [
        (key, row)
        for key, row in there.items()
        if key[:2] == ("season", wanted.row["name"]) and key not in taken and overlap(row, wanted.row)
    ]
    taken.update(key for key, _ in same)
    _row(plan, wanted, same[0][1] if same else None)
    plan.changes += [Change(season, row, None) for _, row in same[1:]]


def _remove(plan: Plan, wanted: Wanted, before: Mapping[str, Any] | None, shipped: bool) -> None:
    if shipped:
        cure = {
            "work_hours": "write your own hours into it, or a block with a later valid_from",
            "season": "correct its dates: a season of the same name that overlaps is replaced",
            "holiday": 'give it an empty name (name = "") and it is a working day',
        }[wanted.table.name]
        what = shown_key(wanted.table, wanted.row)
        plan.problems.append(f"{wanted.where}: {what} comes with Hadir and would be back after an upgrade; {cure}")
    elif before is None:
        plan.unchanged += 1
    else:
        plan.changes.append(Change(wanted.table, before, None))


def _after(there: _Rows, changes: Iterable[Change]) -> _Rows:
    rows = dict(there)
    for change in changes:
        if change.before:
            rows.pop(key_of(change.table, change.before), None)
    return rows | {key_of(change.table, change.after): change.after for change in changes if change.after}


def _two_seasons(after: _Rows, new: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    seasons = [row for key, row in after.items() if key[0] == "season"]
    for row in new:
        for other in seasons:
            if other["name"] != row["name"] and overlap(row, other):
                yield f"[[season]] {span(row)} overlaps {span(other)} of the database; only one season holds on a day"


# ---------------------------------------------------------------- what is right and yet worth a look


def _notes(plan: Plan, there: _Rows, after: _Rows, today: date) -> Iterator[str]:
    hours = [row for key, row in after.items() if key[0] == "work_hours"]
    seasons = {row["name"] for key, row in after.items() if key[0] == "season"}
    before = {key[1] for key in there if key[0] == "work_hours"}
    new = [change.after for change in plan.changes if change.after is not None and change.table is work_hours]
    for name in sorted({change.after["name"] for change in plan.changes if change.after and change.table is season}):
        if not any(row["season"] == name for row in hours):
            yield f'the season {name} has no hours of its own; [[hours]] with season = "{name}" give it some'
    for name in sorted({row["season"] for row in new if row["season"]} - seasons):
        yield f'there is no season {name} yet; [[season]] with name = "{name}" says when it is'
    for name in sorted({row["schedule"] for row in new} - before):
        yield f"{name} is a new schedule; put people on it with: hadir people schedule NIP {name}"
    for change in plan.changes:
        if change.table is holiday and change.before is None and change.after and not change.after["name"]:
            yield f"{change.after['day']} was no holiday before; nothing follows from its empty name"
    yield from _past(plan, today)


def _past(plan: Plan, today: date) -> Iterator[str]:
    """Hours hold back: a day that is over keeps those that were known then. Holidays and seasons are facts."""
    old = [change for change in plan.changes if _first_day(change) < today]
    facts = [change for change in old if change.table is not work_hours]
    if facts:
        yield f"{len(facts)} of the changes concern days before today ({today}): recaps of those days are judged anew"
    if len(old) > len(facts):
        first = min(_first_day(change) for change in old if change.table is work_hours)
        yield (
            f"days before today ({today}) keep the hours that were known then; to judge them anew: "
            f"hadir reevaluate --from {first} --until {today - timedelta(days=1)} --why TEXT"
        )


def _first_day(change: Change) -> date:
    rows = [row for row in (change.before, change.after) if row]
    days: list[date] = [row[name] for row in rows for name in ("valid_from", "first", "day") if name in row]
    return min(days)
