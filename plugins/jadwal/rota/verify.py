"""Whether the days that hold are those that the audit says were published, exchanged or set by hand, for the same demands.

A month of a unit is hundreds of rows, explained by one audit row: that of publishing names every day that is not simply one
at the office. What was exchanged or set by hand afterwards has audit rows of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from integration import people
from integration.audit import Problem, audit
from plugins.jadwal.solver.problem import OFFICE
from plugins.jadwal.tables import rota, rota_day

# What `rota.asked` says beside the request.
_NO_DEMAND = ("last", "state")
_ACTIONS = ("rota.published", "rota.day_set", "swap.approved")
# Rota, person, day → place, standby.
_Said = dict[tuple[int, int, str], tuple[str, bool]]


def problems(db: Connection) -> Iterator[Problem]:
    """Days that hold and were not agreed so, and published ones that hold no more though nothing took their place."""
    rows = {row.id: row for row in db.execute(select(rota_day))}
    said, published = _said(db, rows)
    held = {(row.person_id, row.day.isoformat()) for row in rows.values() if row.active}
    for row in rows.values():
        if not row.active:
            continue
        wanted = said.get((row.rota_id, row.person_id, row.day.isoformat()), (OFFICE, False))
        if row.rota_id not in published:
            yield Problem(
                "unrecorded", f"rota_day:{row.id}", "the day holds, and no audit row says that its rota was published"
            )
        elif (row.place, row.standby) != wanted:
            yield Problem("differs", f"rota_day:{row.id}", f"not as the audit has it: {wanted[0]}")
    yield from _gone(db, said, published, held)
    yield from _other_demands(db)


def _other_demands(db: Connection) -> Iterator[Problem]:
    """Limits and duties are looked at again when a day is swapped or set: they are those that were asked for."""
    asked = {
        row.object: row.after or {}
        for row in db.execute(select(audit.c.object, audit.c.after).where(audit.c.action == "rota.asked"))
    }
    for number, statement in db.execute(select(rota.c.id, rota.c.statement).order_by(rota.c.id)):
        after = asked.get(f"rota:{number}")
        request = (statement or {}).get("request")
        if after is None or request is None:
            continue
        wanted = {name: value for name, value in after.items() if name not in _NO_DEMAND}
        if wanted != request:
            names = sorted(name for name in wanted.keys() | request.keys() if wanted.get(name) != request.get(name))
            yield Problem("differs", f"rota:{number}", f"not what the audit says was asked for: {', '.join(names)}")


def _said(db: Connection, rows: Mapping[int, Row[Any]]) -> tuple[_Said, list[int]]:
    """What the audit rows say, in their order, and which rotas were published, the latest last."""
    said: _Said = {}
    published: list[int] = []
    for row in db.execute(select(audit).where(audit.c.action.in_(_ACTIONS)).order_by(audit.c.id)):
        after, number = row.after or {}, int(row.object.partition(":")[2])
        if row.action == "rota.published":
            published.append(number)
            said |= dict(_published(number, after.get("days", {})))
        elif row.action == "rota.day_set" and after.get("state") == "published":
            said[after["rota"], number, after["day"]] = (after["place"], after["standby"])
        elif row.action == "swap.approved":
            for each in after.get("exchanged", ()):
                _exchange(said, rows, each)
    return said, published


def _published(rota_id: int, days: Mapping[str, list[str]]) -> Iterator[tuple[tuple[int, int, str], tuple[str, bool]]]:
    for person, each in days.items():
        for text in each:
            day, place, *standby = text.split()
            yield (rota_id, int(person), day), (place, bool(standby))


def _exchange(said: _Said, rows: Mapping[int, Row[Any]], exchanged: Mapping[str, Any]) -> None:
    """Each of the two has now what the other had."""
    both = [rows.get(id) for id in exchanged["rota_days"]]
    if None in both:
        return
    keys = [(row.rota_id, row.person_id, row.day.isoformat()) for row in both if row is not None]
    first, second = (said.get(key, (OFFICE, False)) for key in keys)
    said[keys[0]], said[keys[1]] = second, first


def _gone(db: Connection, said: _Said, published: list[int], held: set[tuple[int, str]]) -> Iterator[Problem]:
    """Of rotas that hold, and that no later one of their unit covers. Of who moved or left nothing is looked for."""
    rotas = {row.id: row for row in db.execute(select(rota.c.id, rota.c.unit_id, rota.c.first, rota.c.last, rota.c.state))}
    units = {
        row.id: row.unit_id
        for row in db.execute(select(people.person.c.id, people.person.c.unit_id).where(people.person.c.ended_on.is_(None)))
    }
    for number, person, day in said:
        one = rotas.get(number)
        if one is None or one.state != "published" or (person, day) in held or units.get(person) != one.unit_id:
            continue
        later = (rotas[other] for other in published[published.index(number) + 1 :] if other in rotas)
        at = date.fromisoformat(day)
        if not any(other.unit_id == one.unit_id and other.first <= at <= other.last for other in later):
            yield Problem(
                "deleted", f"rota:{number}", f"the day {day} of person:{person} holds no more, and no audit row says so"
            )
