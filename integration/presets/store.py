"""Writing hours, seasons and holidays: what the package ships, and what an administrator's file changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from integration import audit
from integration.audit import By
from integration.db import insert_once
from integration.presets.check import Wanted, key_of, overlap, read
from integration.presets.plan import Change, Plan, compare, present
from integration.schedules import people_on
from integration.workdays import season, work_hours

SHIPPED = Path(__file__).parent
LARGEST_FILE = 1 << 20


class FileError(Exception):
    """The file cannot be read at all."""


# ---------------------------------------------------------------- what the package ships


def load(db: Connection, now: datetime | None = None) -> int:
    """Add the shipped rows that are not there yet; how many were added.

    What an administrator decided holds: a row that is there stays as it is, a season that was moved is not put back, and
    newer hours of ours do not end hours of theirs. Hours that reach a database with others are known from `now` on, so
    that an upgrade changes no day that is over; those of a new one, from the beginning.
    """
    ours, there = shipped(), present(db)
    entered_at = now if any(key[0] == work_hours.name for key in there) else None
    missing = [wanted for wanted in ours if key_of(wanted.table, wanted.row) not in there]
    if missing:
        known = {key_of(wanted.table, wanted.row): wanted.row for wanted in ours}
        theirs = [row for key, row in there.items() if key not in known or not known[key].items() <= row.items()]
        missing = [wanted for wanted in missing if not any(_decided(wanted, row) for row in theirs)]
    moment = {work_hours.name: {"entered_at": entered_at}}
    rows = [(wanted.table, {**wanted.row, **moment.get(wanted.table.name, {})}) for wanted in missing]
    return sum(insert_once(db, table, row) is not None for table, row in rows)


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
    wanted, problems = read(text_of(path))
    if problems:
        return Plan(problems=problems)
    plan = compare(wanted, present(db), frozenset(key_of(each.table, each.row) for each in shipped()), today)
    plan.problems += _in_use(db, plan)
    if not plan.problems and not dry_run:
        write(db, plan.changes, by)
    return plan


def _in_use(db: Connection, plan: Plan) -> Iterator[str]:
    """A schedule by which somebody works may not go."""
    removed = [change.before for change in plan.changes if change.table is work_hours and change.before and not change.after]
    keys = {key_of(work_hours, row) for row in removed}
    left = {key[1] for key in present(db) if key[0] == work_hours.name and key not in keys}
    for name in sorted({row["schedule"] for row in removed} - left):
        people = people_on(db, name)
        if people:
            yield (
                f"[[hours]] {name}: {len(people)} people work by it (NIP {', '.join(people[:3])}{' …' if people[3:] else ''}); "
                f"give them another first: hadir people schedule NIP NAME"
            )


def text_of(path: Path) -> str:
    """The text of an administrator's file; raises `FileError`."""
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
        _write(db, change, by.now)
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


def _write(db: Connection, change: Change, now: datetime) -> None:
    table = change.table
    if table is work_hours:
        db.execute(insert(table).values(_superseding(change, now)))
        return
    if change.before is None:
        db.execute(insert(table).values(change.after or {}))
        return
    (column,) = table.primary_key.columns
    mine = column == change.before[column.name]
    db.execute(delete(table).where(mine) if change.after is None else update(table).where(mine).values(change.after))


def _superseding(change: Change, now: datetime) -> dict[str, Any]:
    """Hours are never changed in place: days that are over keep what was known."""
    if change.after is not None:
        return {**change.after, "entered_at": now}
    row = {name: value for name, value in (change.before or {}).items() if name != "id"}
    return row | {"entered_at": now, "removed": True}


def _object(change: Change) -> str:
    row = change.after or change.before or {}
    name = ":".join(str(part) for part in key_of(change.table, row) if part != "")
    return name[:120]


def _plain(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    kept = {name: value for name, value in row.items() if name not in ("id", "entered_at", "removed")}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}
