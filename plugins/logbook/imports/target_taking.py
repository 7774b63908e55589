"""Targets of a file into the database, in one transaction: as many statements for a thousand people as for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from integration import audit, deciders
from integration.db import insert_or_nothing
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.work import Build, Work
from plugins.logbook.imports.target_rows import Plan
from plugins.logbook.tables import skp_target as _target
from plugins.logbook.targets import writing as target_writing
from plugins.logbook.targets.reading import Target
from plugins.logbook.targets.writing import Wanted

# An audit row: action, object, before, after.
Row = tuple[str, str, Mapping[str, Any] | None, Mapping[str, Any]]
Records = Callable[[Sequence[Row]], None]
Said = Callable[[Translate, Person, Sequence[int]], Reply]
_AT_ONCE = 2_000


def take(db: Connection, records: Records, plan: Plan, now: datetime) -> None:
    """Every person's targets of a year are those of the file; what it does not name is taken out, and stays readable."""
    for year in {each for _, each in plan.wanted}:
        wanted = {person_id: rows for (person_id, each), rows in plan.wanted.items() if each == year}
        _take_year(db, records, year, wanted, now)


def _take_year(db: Connection, records: Records, year: int, wanted: Mapping[int, Sequence[Wanted]], now: datetime) -> None:
    known = {(each.person_id, each.code_key): each for each in _known(db, wanted, year)}
    new, other = list[tuple[int, Wanted]](), list[tuple[Target, Wanted]]()
    for person_id, rows in wanted.items():
        for each in rows:
            before = known.pop((person_id, each.key), None)
            if before is None:
                new.append((person_id, each))
            elif before.removed or target_writing.wanted_of(before) != each:
                other.append((before, each))
    change(db, records, other, now)
    _insert(db, records, year, new, now)
    remove(db, records, [each for each in known.values() if not each.removed], now)


def _known(db: Connection, ids: Iterable[int], year: int) -> list[Target]:
    """Removed ones too."""
    every, found = sorted(ids), list[Target]()
    for start in range(0, len(every), _AT_ONCE):
        found += target_writing.known(db, _target.c.person_id.in_(every[start : start + _AT_ONCE]), _target.c.year == year)
    return found


def _insert(db: Connection, records: Records, year: int, new: Sequence[tuple[int, Wanted]], now: datetime) -> None:
    if not new:
        return
    rows = [_values(each, now) | {"person_id": person_id, "year": year, "code_key": each.key} for person_id, each in new]
    db.execute(insert_or_nothing(db, _target), rows)
    there = {(each.person_id, each.code_key): each.id for each in _known(db, {id for id, _ in new}, year)}
    records(
        [
            ("logbook.target_added", f"skp_target:{there[id, each.key]}", None, target_writing.kept(id, year, each))
            for id, each in new
        ]
    )


def change(db: Connection, records: Records, other: Sequence[tuple[Target, Wanted]], now: datetime) -> None:
    """They stand, as they are wanted."""
    if not other:
        return
    names = ("code", "title", "measure", "quantity", "changed_at", "removed_at")
    statement = update(_target).where(_target.c.id == bindparam("target"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in names})
    values = [
        {"target": before.id} | {f"new_{name}": value for name, value in _values(each, now).items()} for before, each in other
    ]
    db.execute(statement, values)
    records(
        [
            (
                "logbook.target_restored" if before.removed else "logbook.target_changed",
                f"skp_target:{before.id}",
                target_writing.kept_of(before),
                target_writing.kept(before.person_id, before.year, each),
            )
            for before, each in other
        ]
    )


def remove(db: Connection, records: Records, gone: Sequence[Target], now: datetime) -> None:
    """They are taken out, and stay readable."""
    for start in range(0, len(gone), _AT_ONCE):
        ids = [each.id for each in gone[start : start + _AT_ONCE]]
        db.execute(update(_target).where(_target.c.id.in_(ids)).values(removed_at=now, changed_at=now))
    if gone:
        before = {"removed": False}
        records([("logbook.target_removed", f"skp_target:{each.id}", before, _removed(each, now)) for each in gone])


def _removed(target: Target, now: datetime) -> dict[str, Any]:
    return target_writing.kept(target.person_id, target.year, target_writing.wanted_of(target), now)


def _values(wanted: Wanted, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "code": wanted.code,
        "title": wanted.title,
        "measure": wanted.measure,
        "quantity": wanted.quantity,
    }
    return values | {"changed_at": now, "removed_at": None}


# ---------------------------------------------------------------- written down and told


def audit_all(work: Work, actor_id: int | None, actor: str, rows: Sequence[Row], reason: str = "") -> None:
    """The audit rows of all of them, in one statement."""
    by = {"at": work.written_at, "actor_id": actor_id, "actor": actor[:190], "reason": reason[:1000]}
    values = [{**by, "action": row[0], "object": row[1], "before": row[2], "after": row[3]} for row in rows]
    for start in range(0, len(values), _AT_ONCE):
        work.db.execute(insert(audit.audit), values[start : start + _AT_ONCE])


def tell(work: Work, whose: Iterable[tuple[int, int]], sender: Person, key: str, said: Said) -> None:
    """Everybody whose targets of a year (ids of people and years) somebody else has entered, or taken back."""
    years: dict[int, list[int]] = {}
    for person_id, year in sorted(whose):
        years.setdefault(person_id, []).append(year)
    owners = deciders.people_by_id(work, years.keys() - {sender.id})
    work.tell_all((owner, f"{key}:owner:{id}", _told(said, sender, years[id])) for id, owner in owners.items())


def _told(said: Said, sender: Person, years: Sequence[int]) -> Build:
    return lambda t: said(t, sender, years)
