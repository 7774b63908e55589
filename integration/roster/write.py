"""Make the database agree with a plan, in the transaction that is given, with an audit row for every person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, bindparam, delete, select, update

from integration import people
from integration.audit import By, audit
from integration.roster.model import PLATFORMS
from integration.roster.plan import Change, Plan

AT_ONCE = 1_000

# (rows written, rows to write)
Progress = Callable[[int, int], None]


def apply(db: Connection, plan: Plan, by: By, progress: Progress = lambda done, total: None) -> None:
    """1. units  2. new people  3. what changed, supervisors last  4. accounts  5. audit rows."""
    steps = _Steps(db, progress, total=3 * len(plan.changes) + len(plan.dropped))
    steps.run(people.unit.insert(), [{"name": name} for name in plan.new_units])
    units = {row.name: row.id for row in db.execute(select(people.unit))}
    steps.run(people.person.insert(), [_new_row(change, units, by.now) for change in plan.added])
    ids = {row.nip: row.id for row in db.execute(select(people.person.c.id, people.person.c.nip))}
    for columns, rows in _updates(plan, units, ids).items():
        steps.run(_update(columns), rows)
    steps.run(delete(people.account).where(people.account.c.id == bindparam("b_id")), [{"b_id": id} for id in plan.dropped])
    steps.run(people.account.insert(), list(_accounts(plan.changes, ids)))
    steps.run(audit.insert(), [_audit_row(change, ids, by) for change in plan.changes])


class _Steps:
    """Runs statements in batches and says how far it has come."""

    def __init__(self, db: Connection, progress: Progress, total: int) -> None:
        self._db, self._progress, self._total, self._done = db, progress, total, 0

    def run(self, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(rows), AT_ONCE):
            self._db.execute(statement, rows[start : start + AT_ONCE])
            self._done += len(rows[start : start + AT_ONCE])
            self._progress(min(self._done, self._total), self._total)


def _new_row(change: Change, units: dict[str, int], now: datetime) -> dict[str, Any]:
    """Without the supervisor, who may be as new. Nothing is expected of anybody before Hadir knew them."""
    after = change.after
    return {
        "nip": change.nip,
        "name": after["name"],
        "unit_id": units[after["unit"]],
        "email": after["email"],
        "zone": after["zone"],
        "roles": after["roles"],
        "started_on": now.astimezone(ZoneInfo(after["zone"])).date(),
    }


def _updates(plan: Plan, units: dict[str, int], ids: dict[str, int]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """The values to set, by the columns that they belong to, so that each group is one statement."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in plan.changes:
        wanted = {"supervisor": change.after["supervisor"]} if change.person_id is None else change.after
        values = _values(wanted, units, ids)
        if values and not (change.person_id is None and values["supervisor_id"] is None):
            groups.setdefault(tuple(values), []).append({f"b_{k}": v for k, v in values.items()} | {"b_id": ids[change.nip]})
    return groups


def _values(after: Any, units: dict[str, int], ids: dict[str, int]) -> dict[str, Any]:
    values = {name: after[name] for name in ("name", "roles", "email", "zone") if name in after}
    if "unit" in after:
        values["unit_id"] = units[after["unit"]]
    if "supervisor" in after:
        values["supervisor_id"] = ids[after["supervisor"]] if after["supervisor"] else None
    if "ended_on" in after:
        values["ended_on"] = date.fromisoformat(after["ended_on"]) if after["ended_on"] else None
    return values


def _update(columns: Iterable[str]) -> Executable:
    person = people.person
    values = {name: bindparam(f"b_{name}", type_=person.c[name].type) for name in columns}
    return update(person).where(person.c.id == bindparam("b_id")).values(values)


def _accounts(changes: Iterable[Change], ids: dict[str, int]) -> Iterable[dict[str, Any]]:
    """The platform's id stays empty: the username is bound again at the first contact."""
    for change in changes:
        for platform in PLATFORMS:
            if change.after.get(platform):
                yield {
                    "person_id": ids[change.nip],
                    "platform": platform,
                    "username": change.after[platform],
                    "external_id": None,
                }


def _audit_row(change: Change, ids: dict[str, int], by: By) -> dict[str, Any]:
    kind = "added" if change.person_id is None else "ended" if list(change.after) == ["ended_on"] else "changed"
    return {
        "at": by.now,
        "actor_id": None,
        "actor": by.actor[:190],
        "action": f"people.{kind}",
        "object": f"person:{ids[change.nip]}",
        "before": dict(change.before) or None,
        "after": dict(change.after),
        "reason": by.reason[:1000],
    }
