"""Rotas on their way: asked → draft → published, or discarded, failed, replaced, withdrawn. No words here.

A draft's days may be changed; days that were published only make way for others (`service`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from integration import people
from integration.plugin import Context, Work
from plugins.jadwal.rota import request as rota_request
from plugins.jadwal.rota.data import Gathered
from plugins.jadwal.rota.request import Request
from plugins.jadwal.service import RotaDay, RotaDays
from plugins.jadwal.solver.problem import HOME, OFFICE, Cell, Conflict, Solution
from plugins.jadwal.tables import rota, rota_day

TASK = "jadwal.rota"
LEDGER = ("unit_id", "first", "last", "state")
# A rota that nobody made in so long was lost; another may be asked for.
LOST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Rota:
    """One row, and its unit's name; `statement` is plain data: the request, and what was said about its making."""

    id: int
    unit_id: int
    unit: str
    first: date
    last: date
    state: str
    made_by: int | None
    made_at: datetime
    published_by: int | None
    published_at: datetime | None
    statement: Mapping[str, Any]

    @property
    def request(self) -> Request | None:
        """None for a rota that came in as a file."""
        said = self.statement.get("request")
        return rota_request.from_json(said) if said else None


_QUERY = select(
    rota.c.id,
    rota.c.unit_id,
    people.unit.c.name.label("unit"),
    *(rota.c[name] for name in ("first", "last", "state", "made_by", "made_at", "published_by", "published_at", "statement")),
).join(people.unit, people.unit.c.id == rota.c.unit_id)


def get(db: Connection, rota_id: int) -> Rota | None:
    return next(iter(_fetch(db, _QUERY.where(rota.c.id == rota_id))), None)


def _fetch(db: Connection, query: Select[Any]) -> list[Rota]:
    return [Rota(*row) for row in db.execute(query)]


def current(db: Connection, unit_ids: Sequence[int] | None, today: date, limit: int = 10) -> list[Rota]:
    """Rotas of these units (None: of all) that are being made, wait as drafts, or hold; those that wait first."""
    query = _QUERY.where(rota.c.state.in_(("asked", "draft", "published")), rota.c.last >= today)
    if unit_ids is not None:
        query = query.where(rota.c.unit_id.in_(unit_ids))
    order = (rota.c.state == "published", rota.c.first, rota.c.id)
    return _fetch(db, query.order_by(*order).limit(limit))


def overlapping(db: Connection, one: Rota, states: Sequence[str]) -> list[Rota]:
    """Other rotas of its unit that cover some of its days."""
    same = and_(rota.c.unit_id == one.unit_id, rota.c.first <= one.last, rota.c.last >= one.first, rota.c.id != one.id)
    return _fetch(db, _QUERY.where(same, rota.c.state.in_(states)).order_by(rota.c.id))


def waiting(context: Context, request: Request) -> Rota | None:
    """One that was asked for in the same words and is being made."""
    asked = and_(rota.c.unit_id == request.unit_id, rota.c.state == "asked", rota.c.made_at > context.now - LOST)
    return next((one for one in _fetch(context.db, _QUERY.where(asked)) if one.request == request), None)


def ask(context: Context, request: Request, instead_of: int | None) -> int:
    """Queue the making of a rota, perhaps in the place of a draft; its number."""
    row = {
        "unit_id": request.unit_id,
        "first": request.first,
        "last": request.last,
        "state": "asked",
        "made_by": context.person.id,
        "made_at": context.now,
        "statement": {"request": request.to_json(), "instead_of": instead_of},
    }
    [key] = context.db.execute(insert(rota).values(row).returning(rota.c.id)).one()
    last = request.last.isoformat()
    context.audit("rota.asked", f"rota:{key}", after=request.to_json() | {"last": last, "state": "asked"})
    context.later(TASK, f"rota:{request.unit_id}", f"rota:{key}:make", {"rota": key})
    return int(key)


def move(work: Work, one: Rota, state: str, *, told: Mapping[str, Any] | None = None, **values: Any) -> bool:
    """Take it from the state it was read in to another; False if somebody else was first. `told` is for the audit row."""
    still = and_(rota.c.id == one.id, rota.c.state == one.state)
    if work.db.execute(update(rota).where(still).values(state=state, **values)).rowcount != 1:
        return False
    before = {"state": one.state, "first": one.first.isoformat(), "last": one.last.isoformat(), "unit_id": one.unit_id}
    work.audit(f"rota.{state}", f"rota:{one.id}", before=before, after={**before, "state": state, **(told or {})})
    return True


# ---------------------------------------------------------------- a draft


def save(work: Work, one: Rota, gathered: Gathered, solution: Solution) -> bool:
    """Make a draft of what was asked for; False if it is none any more (a repeat, or it was discarded)."""
    beside = [other.id for other in overlapping(work.db, one, ("published",))]
    statement = {**one.statement, **_said(gathered, solution), "beside": beside}
    if not move(work, one, "draft", statement=statement):
        return False
    rows = [_row(one.id, gathered, solution, cell) for cell in _cells(gathered)]
    if rows:
        work.db.execute(insert(rota_day), rows)
    old = get(work.db, one.statement["instead_of"]) if one.statement.get("instead_of") else None
    if old is not None and old.state == "draft":
        move(work, old, "discarded")
    return True


def _cells(gathered: Gathered) -> list[Cell]:
    return sorted((member.id, day) for member in gathered.problem.members for day in member.there)


def _row(rota_id: int, gathered: Gathered, solution: Solution, cell: Cell) -> dict[str, Any]:
    """Absent people have no row: should they be there after all, no place is expected of them."""
    published, by_hand = gathered.published.get(cell), gathered.problem.fixed.get(cell)
    place = _place(gathered, cell) if cell in solution.away else OFFICE
    return {
        "rota_id": rota_id,
        "person_id": cell[0],
        "day": cell[1],
        "place": place,
        "schedule": published.schedule if published else "",
        "standby": cell in solution.standby,
        "source": "hand" if by_hand == place else "solver",
        "active": False,
    }


def _place(gathered: Gathered, cell: Cell) -> str:
    """Elsewhere than at the office: where it was set or wished, else at home."""
    said = gathered.problem.fixed.get(cell) or gathered.problem.wishes.get(cell) or HOME
    return HOME if said == OFFICE else said


def _said(gathered: Gathered, solution: Solution) -> dict[str, Any]:
    """What the draft's maker states, as plain data."""
    members = gathered.problem.members
    could = {(member.id, day) for member in members for day in member.there}
    return {
        "days": len(gathered.problem.days),
        "people": len(members),
        "conflicts": [conflict_to_json(conflict) for conflict in solution.conflicts],
        "given_up": [_cell_to_json(cell) for cell in solution.given_up],
        "wishes": len(could & gathered.problem.wishes.keys()),
        "denied": [[*_cell_to_json(cell), gathered.problem.wishes[cell]] for cell in solution.denied],
        "on_site": [member.id for member in members if not member.remote],
        "proven": solution.proven,
    }


def _cell_to_json(cell: Cell) -> list[Any]:
    return [cell[0], cell[1].isoformat()]


def conflict_to_json(conflict: Conflict) -> dict[str, Any]:
    return {
        "kind": conflict.kind,
        "day": conflict.day.isoformat(),
        "wanted": conflict.wanted,
        "found": conflict.found,
        "person": conflict.person,
        "absent": dict(conflict.absent),
        "fixed": [_cell_to_json(cell) for cell in conflict.fixed],
    } | ({"duty": conflict.duty} if conflict.duty else {})


def conflict_from_json(data: Mapping[str, Any]) -> Conflict:
    """The inverse of `conflict_to_json`."""
    fixed = tuple((person, date.fromisoformat(day)) for person, day in data["fixed"])
    return Conflict(**{**data, "day": date.fromisoformat(data["day"]), "fixed": fixed})


# ---------------------------------------------------------------- days of one rota

_COLUMNS = [rota_day.c[name] for name in ("id", "rota_id", "person_id", "day", "place", "schedule", "standby", "source")]


def days_of(db: Connection, one: Rota) -> RotaDays:
    """The days of a draft, or those of a published rota that hold, by person and day."""
    query = select(*_COLUMNS).where(rota_day.c.rota_id == one.id)
    if one.state != "draft":
        query = query.where(rota_day.c.active)
    return {(row.person_id, row.day): RotaDay(*row) for row in db.execute(query)}


def held_by(db: Connection, unit_id: int, first: date, last: date, but: int) -> list[RotaDay]:
    """Days that hold by other rotas of the unit."""
    query = select(*_COLUMNS).join(rota, rota.c.id == rota_day.c.rota_id)
    query = query.where(rota_day.c.active, rota.c.unit_id == unit_id, rota_day.c.day.between(first, last), rota.c.id != but)
    return [RotaDay(*row) for row in db.execute(query.order_by(rota_day.c.person_id, rota_day.c.day))]


def requests(db: Connection, rota_ids: Iterable[int]) -> dict[int, Request]:
    """What was asked for, by rota; nothing for those that came in as a file. One statement."""
    query = select(rota.c.id, rota.c.statement).where(rota.c.id.in_(set(rota_ids)))
    found = {row.id: row.statement.get("request") for row in db.execute(query)}
    return {id: rota_request.from_json(said) for id, said in found.items() if said}


def holds_from(db: Connection, rota_id: int, day: date) -> bool:
    """Whether any day of the rota from `day` on still holds."""
    query = select(func.count()).where(rota_day.c.rota_id == rota_id, rota_day.c.active, rota_day.c.day >= day)
    return bool(db.scalar(query))
