"""Writing rules: what the package ships, an administrator's files and choices, and re-evaluations. No row is ever changed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from integration import audit
from integration.audit import By
from integration.rulebook.check import Key, key_of
from integration.rulebook.models import MODELS
from integration.rulebook.tables import reevaluation, rule, rule_choice

SHIPPED = Path(__file__).parent / "shipped"
COLUMNS = ("kind", "name", "version", "article", "valid_from", "valid_until", "content", "comment")
_EMPTY: Mapping[str, Any] = {"valid_until": None, "comment": ""}


# ---------------------------------------------------------------- what the package ships


def load(db: Connection, now: datetime | None = None) -> int:
    """Add the shipped versions that are not there yet; how many were added.

    In a new database they are known from the beginning; in one that has rules, from `now` on, so that an upgrade changes no
    day that is over. A version that an administrator wrote or took back stays as it is, and newer ones of ours do not end
    an administrator's version of the same name.
    """
    there = list(db.execute(select(rule.c.kind, rule.c.name, rule.c.version, rule.c.valid_from)))
    keys = {(row.kind, row.name, row.version) for row in there}
    ours = shipped()
    known = {key_of(row) for row in ours}
    theirs = [row for row in there if (row.kind, row.name, row.version) not in known]
    entered_at = now if there else None
    missing = [row | {"entered_at": entered_at} for row in ours if key_of(row) not in keys and not _decided(row, theirs)]
    if missing:
        db.execute(insert(rule), missing)
    return len(missing)


def _decided(ours: Mapping[str, Any], theirs: Iterable[Any]) -> bool:
    """Whether an administrator has a version of that name which begins no later."""
    return any((row.kind, row.name) == key_of(ours)[:2] and row.valid_from <= ours["valid_from"] for row in theirs)


def shipped() -> list[dict[str, Any]]:
    """The rows of the package's own files; raises ValueError if they are wrong."""
    rows = [row for path in sorted(SHIPPED.glob("*.toml")) for row in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]]
    for row in rows:
        MODELS[row["kind"]].model_validate(row["content"])
    return [{**_EMPTY, **row} for row in rows]


# ---------------------------------------------------------------- reading


def present(db: Connection) -> dict[Key, dict[str, Any]]:
    """Every version as known now, by its key, with its id and since when it is known."""
    newest: dict[Key, dict[str, Any]] = {}
    for row in db.execute(select(rule).order_by(rule.c.id)):
        newest[row.kind, row.name, row.version] = dict(row._mapping)
    return {key: row for key, row in newest.items() if not row["removed"]}


def choices(db: Connection) -> list[Any]:
    """Every choice as known now, the first day first."""
    newest = {}
    for row in db.execute(select(rule_choice).order_by(rule_choice.c.id)):
        newest[row.kind, row.unit_id, row.valid_from] = row
    return sorted(newest.values(), key=lambda row: row.valid_from)


# ---------------------------------------------------------------- writing


def enter(db: Connection, row: Mapping[str, Any], before: Mapping[str, Any] | None, by: By, *, removed: bool = False) -> None:
    """Write a version, in the place of `before`, or take it back."""
    values = {name: row[name] for name in COLUMNS} | {"entered_at": by.now, "removed": removed}
    db.execute(insert(rule).values(values))
    done = "removed" if removed else "added" if before is None else "changed"
    after = None if removed else plain(row)
    _audit(db, by, f"rule.{done}", ":".join(key_of(row))[:120], plain(before) if before else None, after)


def choose(db: Connection, kind: str, name: str, unit_id: int | None, first: date, by: By) -> None:
    """From `first` on the unit, or without one the whole office, uses this rule; without a name, a unit the office's."""
    row = {"kind": kind, "unit_id": unit_id, "name": name, "valid_from": first}
    before = [each for each in choices(db) if (each.kind, each.unit_id) == (kind, unit_id) and each.valid_from <= first]
    added = db.execute(insert(rule_choice).values(row | {"entered_at": by.now})).inserted_primary_key
    was = {"name": before[-1].name, "valid_from": before[-1].valid_from.isoformat()} if before else None
    after = row | {"valid_from": first.isoformat()}
    _audit(db, by, "rule.chosen", f"rule_choice:{added[0] if added else 0}", was, after)


def reevaluate(db: Connection, first: date, last: date, unit_id: int | None, person_id: int | None, by: By) -> None:
    """From now on these days are judged by what is known now."""
    who = {"unit_id": unit_id, "person_id": person_id}
    row = {"first": first, "last": last, "at": by.now, "actor": by.actor, "reason": by.reason, **who}
    added = db.execute(insert(reevaluation).values(row)).inserted_primary_key
    after = {"first": first.isoformat(), "last": last.isoformat(), **who}
    _audit(db, by, "rule.reevaluated", f"reevaluation:{added[0] if added else 0}", None, after)


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that say what holds, as JSON."""
    return {name: row[name].isoformat() if isinstance(row[name], date) else row[name] for name in COLUMNS}


def _audit(db: Connection, by: By, action: str, object: str, before: Any, after: Any) -> None:
    audit.record(
        db,
        by.now,
        actor_id=None,
        actor=by.actor,
        action=action,
        object=object,
        before=before,
        after=after,
        reason=by.reason,
    )
