"""Whether the rules by which days are judged are what the package ships or what the audit says that somebody entered.

Rules, who uses which, re-evaluations, hours, seasons, holidays and dated schedules: rows that a plugin's ledger does not
hold, because most of them come with the package and have no audit row. Whoever changes one with SQL changes results that
were told to people, so every row must be explained, and everything that was entered must be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, select

from integration.audit import Problem, audit
from integration.office_calendar import holiday, person_schedule, season, work_hours
from integration.presets import store as presets
from integration.presets.check import key_of
from integration.rulebook import store as rulebook
from integration.rulebook.tables import reevaluation, rule, rule_choice

Values = Mapping[str, Any]
_ACTIONS = ("presets.%", "rule.%", "people.scheduled")
_UNRECORDED = "the row is there, and neither the package nor an audit row says how it came"
_GONE = "the row is gone, and no audit row says so"


def problems(db: Connection) -> Iterator[Problem]:
    """What is not explained. A statement a table, and one for the audit rows about them."""
    said = [row for action in _ACTIONS for row in _audited(db, action)]
    yield from _rules(db, [row for row in said if row.action in ("rule.added", "rule.changed", "rule.removed")])
    for table, moment in ((rule_choice, "entered_at"), (reevaluation, "at")):
        yield from _entered(db, table, moment, [row for row in said if row.object.startswith(f"{table.name}:")])
    entered = [row for row in said if row.action.startswith("presets.")]
    yield from _hours(db, [row for row in entered if row.object.startswith(f"{work_hours.name}:")])
    for table in (season, holiday):
        yield from _standing(db, table, entered)
    yield from _schedules(db, [row for row in said if row.action == "people.scheduled"])


def _audited(db: Connection, action: str) -> list[Row[Any]]:
    return list(db.execute(select(audit).where(audit.c.action.like(action)).order_by(audit.c.id)))


def _rows(db: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.execute(query)]


def _plain(row: Values, *but: str) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items() if name not in but}


def _holds(given: Values, row: Values) -> bool:
    """Whether the row says everything that was given."""
    return all(name in row and row[name] == value for name, value in given.items())


# ---------------------------------------------------------------- rows that are never changed


def _rules(db: Connection, said: list[Row[Any]]) -> Iterator[Problem]:
    shipped = {(row["kind"], row["name"], row["version"]): rulebook.plain(row) for row in rulebook.shipped()}
    entered = {(row.object, row.at): row for row in said}
    there: set[Any] = set()
    for row in _rows(db, select(rule).order_by(rule.c.id)):
        key = row["kind"], row["name"], row["version"]
        object = ":".join(key)[:120]
        there |= {key, (object, row["entered_at"])}
        found, now = entered.get((object, row["entered_at"])), rulebook.plain(row)
        if found is not None:
            explained = found.before == now and found.after is None if row["removed"] else found.after == now
        else:
            explained = shipped.get(key) == now and not row["removed"]
        if not explained:
            yield Problem("differs" if found or key in shipped else "unrecorded", f"rule:{row['id']} ({object})", _UNRECORDED)
    yield from (Problem("deleted", f"rule ({object})", _GONE) for object, at in entered if (object, at) not in there)
    decided = {row.object.rpartition(":")[0] for row in said}
    for key in shipped:
        if key not in there and ":".join(key[:2]) not in decided:
            yield Problem("deleted", f"rule ({':'.join(key)})", _GONE)


def _entered(db: Connection, table: Table, moment: str, said: list[Row[Any]]) -> Iterator[Problem]:
    """Tables of which every row has an audit row of its own, written in the same moment."""
    entered = {row.object: row for row in said}
    for row in _rows(db, select(table).order_by(table.c.id)):
        object = f"{table.name}:{row['id']}"
        found = entered.pop(object, None)
        if found is None:
            yield Problem("unrecorded", object, _UNRECORDED)
        elif found.at != row[moment] or not _holds(found.after or {}, _plain(row)):
            yield Problem("differs", object, "not as the audit has it")
    yield from (Problem("deleted", object, _GONE) for object in entered)


def _hours(db: Connection, said: list[Row[Any]]) -> Iterator[Problem]:
    shipped = {_key(each.table, each.row): _plain(each.row) for each in presets.shipped() if each.table is work_hours}
    entered = {(row.object, row.at): row for row in said}
    there: set[Any] = set()
    for row in _rows(db, select(work_hours).order_by(work_hours.c.id)):
        key, now = _key(work_hours, row), _plain(row, "id", "entered_at", "removed")
        there |= {key, (key, row["entered_at"])}
        found = entered.get((key, row["entered_at"]))
        wanted = (found.before if row["removed"] else found.after) if found else shipped.get(key)
        if wanted is None or not _holds(_without_id(wanted), now) or (row["removed"] and found is None):
            yield Problem("differs" if wanted else "unrecorded", f"work_hours:{row['id']} ({key})", _UNRECORDED)
    yield from (Problem("deleted", key, _GONE) for key, at in entered if (key, at) not in there)
    decided = {key.split(":")[1] for key, _ in entered}
    for key in shipped:
        if key not in there and key.split(":")[1] not in decided:
            yield Problem("deleted", key, _GONE)


def _without_id(row: Values) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "entered_at", "removed")}


def _key(table: Table, row: Values) -> str:
    """As the audit names it."""
    return ":".join(str(part) for part in key_of(table, row) if part != "")[:120]


def _schedules(db: Connection, said: list[Row[Any]]) -> Iterator[Problem]:
    entered = {(row.object, row.at, _said_of(row)): row for row in said}
    for row in _rows(db, select(person_schedule).order_by(person_schedule.c.id)):
        what = (row["valid_from"].isoformat(), row["schedule"], row["removed"])
        if entered.pop((f"person:{row['person_id']}", row["entered_at"], what), None) is None:
            yield Problem("unrecorded", f"person_schedule:{row['id']}", _UNRECORDED)
    yield from (Problem("deleted", f"person_schedule ({object}, {what[0]})", _GONE) for object, _, what in entered)


def _said_of(row: Row[Any]) -> tuple[str, str, bool]:
    removed = row.after is None
    values = (row.before if removed else row.after) or {}
    return str(values.get("from", "")), str(values.get("schedule", "")), removed


# ---------------------------------------------------------------- rows that are changed in place


def _standing(db: Connection, table: Table, said: list[Row[Any]]) -> Iterator[Problem]:
    """Seasons and holidays: as last entered, else as the package has them."""
    expected: dict[str, Values | None] = {
        _key(each.table, each.row): _plain(each.row) for each in presets.shipped() if each.table is table and not each.remove
    }
    for row in said:
        if row.object.startswith(f"{table.name}:"):
            if row.before:
                expected[_key(table, row.before)] = None
            expected[row.object] = row.after
    for found in _rows(db, select(table)):
        key, now = _key(table, found), _plain(found, "id")
        wanted = expected.pop(key, None)
        if wanted is None:
            yield Problem("unrecorded", key, _UNRECORDED)
        elif not _holds(_without_id(wanted), now):
            yield Problem("differs", key, "neither as the package nor as the audit has it")
    if table is holiday:  # of a season that an administrator moved the package's own row is gone
        yield from (Problem("deleted", key, _GONE) for key, wanted in expected.items() if wanted is not None)
