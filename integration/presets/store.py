"""Writing hours, seasons and holidays: what the package ships, and what an administrator's file changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from integration import audit
from integration.db import insert_once
from integration.presets.check import Wanted, key_of, overlap, read
from integration.presets.plan import Change, Plan, compare, present
from integration.workdays import season

SHIPPED = Path(__file__).parent
LARGEST_FILE = 1 << 20


class FileError(Exception):
    """The file cannot be read at all."""


@dataclass(frozen=True, slots=True)
class By:
    """Who changes the calendar, from which file, when."""

    actor: str
    reason: str
    now: datetime


# ---------------------------------------------------------------- what the package ships


def load(db: Connection) -> int:
    """Add the shipped rows that are not there yet; how many were added.

    What an administrator decided holds: a row that is there stays as it is, a season that was moved is not put back, and
    newer hours of ours do not end hours of theirs.
    """
    ours, there = shipped(), present(db)
    missing = [wanted for wanted in ours if key_of(wanted.table, wanted.row) not in there]
    if missing:
        known = {key_of(wanted.table, wanted.row): wanted.row for wanted in ours}
        theirs = [row for key, row in there.items() if key not in known or not known[key].items() <= row.items()]
        missing = [wanted for wanted in missing if not any(_decided(wanted, row) for row in theirs)]
    return sum(insert_once(db, wanted.table, wanted.row) is not None for wanted in missing)


def _decided(wanted: Wanted, theirs: Mapping[str, Any]) -> bool:
    """Whether an administrator's row says what this shipped row would say."""
    ours = wanted.row
    if wanted.table is season:
        return theirs.get("name") == ours["name"] and "first" in theirs and overlap(theirs, ours)
    same = all(theirs.get(name) == ours[name] for name in ("schedule", "season", "weekday")) if "schedule" in ours else False
    return same and theirs["valid_from"] <= ours["valid_from"]


def shipped() -> list[Wanted]:
    """The rows of the package's own files; raises ValueError if they are wrong."""
    rows: list[Wanted] = []
    for path in sorted(SHIPPED.glob("*.toml")):
        found, problems = read(path.read_text(encoding="utf-8"))
        if problems:
            raise ValueError(f"{path.name}: {problems[0]}")
        rows += found
    return rows


# ---------------------------------------------------------------- an administrator's file


def bring(db: Connection, path: Path, by: By, today: date, *, dry_run: bool) -> Plan:
    """Make the database say what the file says; nothing at all if anything is wrong with it. Raises `FileError`."""
    wanted, problems = read(_text(path))
    if problems:
        return Plan(problems=problems)
    plan = compare(wanted, present(db), frozenset(key_of(each.table, each.row) for each in shipped()), today)
    if not plan.problems and not dry_run:
        write(db, plan.changes, by)
    return plan


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FileError(f"{path} is larger than 1 MiB: is it the right file?")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileError(f"{path} is not UTF-8 text: save it as UTF-8") from None


def write(db: Connection, changes: Iterable[Change], by: By) -> None:
    """Removals first: their keys may be taken by what comes after."""
    for change in sorted(changes, key=lambda change: change.after is not None):
        _write(db, change)
        audit.record(
            db,
            by.now,
            actor_id=None,
            actor=by.actor,
            action=f"presets.{_done(change)}",
            object=_object(change),
            before=_plain(change.before),
            after=_plain(change.after),
            reason=by.reason,
        )


def _done(change: Change) -> str:
    return "added" if change.before is None else "removed" if change.after is None else "changed"


def _write(db: Connection, change: Change) -> None:
    table = change.table
    if change.before is None:
        db.execute(insert(table).values(change.after or {}))
        return
    (column,) = table.primary_key.columns
    mine = column == change.before[column.name]
    db.execute(delete(table).where(mine) if change.after is None else update(table).where(mine).values(change.after))


def _object(change: Change) -> str:
    row = change.after or change.before or {}
    name = ":".join(str(part) for part in key_of(change.table, row) if part != "")
    return name[:120]


def _plain(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items() if name != "id"}
