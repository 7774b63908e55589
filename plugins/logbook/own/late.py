"""`/logbook susulan`: leave to write of a day that is past the time for reports. The supervisor gives it, once for the day.

The reason is in the row and in the messages to those who decide, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, cast, literal, select, text, update

from integration import deciders, people, phrases, reminding
from integration.db import insert_once
from integration.errors import UserError
from integration.messages import Text
from integration.people import Person
from integration.plugin import Context
from integration.work import Work
from integration.workdays import local_day
from plugins.logbook import limits, locking
from plugins.logbook.tables import logbook_late as _late

LEDGER = ("person_id", "day", "state", "decider_id")
REASON_LENGTH = 500
# Written out, because SQLite takes a partial index only for the very words of its condition.
WAITING = text("logbook_late.state = 'waiting'")
_OPEN = text("state in ('waiting', 'approved')")

Decision = Literal["approved", "rejected", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Late:
    """A row of `logbook_late`; `state` one of waiting, approved, rejected, withdrawn."""

    id: int
    person_id: int
    day: date
    reason: str
    state: str
    requested_at: datetime
    decider_id: int | None
    decided_at: datetime | None
    decision_note: str


# ---------------------------------------------------------------- asking


def check_day(context: Context, day: date) -> None:
    """Raises `UserError` for a day of which one may write without asking, or not at all."""
    t, person = context.t, context.person
    shown = phrases.day_name(t, day)
    if day > local_day(context.now, person):
        raise UserError(t("{day} is still to come.", day=shown))
    if person.started_on is not None and day < person.started_on:
        raise UserError(t("Your service here began on {day}.", day=phrases.long_day(t, person.started_on)))
    locking.refuse(context, person, day)
    if day >= limits.first_free(context, person):
        how = Text(f"`/logbook tambah {day:%d/%m/%Y}`")
        raise UserError(t("You may write of {day} without asking: {how}", day=shown, how=how))


def ask(context: Context, day: date, reason: str) -> tuple[Late, bool]:
    """Record the request; what is open for that day already and False, if there is anything."""
    check_day(context, day)
    row: dict[str, Any] = {
        "person_id": context.person.id,
        "day": day,
        "reason": reason,
        "state": "waiting",
        "requested_at": context.now,
    }
    new = insert_once(context.db, _late, row)
    if new is None:
        there = open_for(context, context.person, day)
        if there is None:
            raise UserError(context.t("Somebody else is changing the same record. Please try again."))
        return there, False
    late = Late(new[0], **row, decider_id=None, decided_at=None, decision_note="")
    _audit(context, "logbook.late_requested", late)
    return late, True


def open_for(work: Work, person: Person, day: date) -> Late | None:
    """What waits or was approved for that day."""
    found = select(_late).where(_late.c.person_id == person.id, _late.c.day == day, _OPEN)
    return next(iter(_fetch(work, found)), None)


# ---------------------------------------------------------------- deciding


def get(work: Work, late_id: int) -> Late | None:
    return next(iter(_fetch(work, select(_late).where(_late.c.id == late_id))), None)


def decide(context: Context, late: Late, state: Decision, note: str = "") -> Late | None:
    """Take the decision if it still waits, else None: whoever comes first decides, and only once."""
    values: dict[str, Any] = {"state": state, "decided_at": context.now, "decision_note": note}
    if state != "withdrawn":
        values["decider_id"] = context.person.id
    still = _late.c.id == late.id, _late.c.state == "waiting"
    if context.db.execute(update(_late).where(*still).values(values)).rowcount != 1:
        return None
    decided = replace(late, **values)
    _audit(context, f"logbook.late_{state}", decided, late)
    return decided


def _audit(context: Context, action: str, late: Late, before: Late | None = None) -> None:
    context.audit(action, f"logbook_late:{late.id}", before=_kept(before) if before else None, after=_kept(late))


def _kept(late: Late) -> Mapping[str, Any]:
    return {name: getattr(late, name) for name in LEDGER} | {"day": late.day.isoformat()}


# ---------------------------------------------------------------- who is told, and what waits for whom


def key(late: Late, what: str, person_id: int) -> str:
    """The outbox key of a message about a request; `what` is asked, reminded, escalated, decided or withdrawn."""
    return f"logbook_late:{late.id}:{what}:{person_id}"


def told(work: Work, late: Late, requester: Person) -> list[Person]:
    """Those who got the request with its buttons."""
    return deciders.told(work, requester, lambda what, person_id: key(late, what, person_id))


def to_decide(context: Context, limit: int = 50) -> list[tuple[Late, Person]]:
    """What waits for this person, the oldest first. Two statements."""

    def told_as(what: str) -> ColumnElement[str]:
        return literal("logbook_late:") + cast(_late.c.id, String) + literal(f":{what}:{context.person.id}")

    concerned = deciders.concerns(context, _late.c.requested_at, reminding.REMIND_AFTER * 3, told_as)
    query = (
        select(_late)
        .join(people.person, people.person.c.id == _late.c.person_id)
        .outerjoin(deciders.SUPERIOR, deciders.SUPERIOR.c.id == people.person.c.supervisor_id)
        .where(WAITING, concerned)
        .order_by(_late.c.requested_at, _late.c.id)
        .limit(limit)
    )
    found = _fetch(context, query)
    by_id = deciders.people_by_id(context, {late.person_id for late in found})
    return [(late, by_id[late.person_id]) for late in found]


def waiting(work: Work, before: datetime, after: int, limit: int) -> list[Late]:
    """Requests that have waited since `before`, in the order of their ids, from the one behind `after` on."""
    query = select(_late).where(WAITING, _late.c.requested_at <= before, _late.c.id > after)
    return _fetch(work, query.order_by(_late.c.id).limit(limit))


def still_waiting(work: Work, ids: set[int]) -> set[int]:
    return set(work.db.scalars(select(_late.c.id).where(WAITING, _late.c.id.in_(ids))))


def _fetch(work: Work, query: Any) -> list[Late]:
    return [Late(**row._mapping) for row in work.db.execute(query)]


def own(context: Context, limit: int = 10) -> list[Late]:
    """The person's own requests, those that wait first, then the newest."""
    query = select(_late).where(_late.c.person_id == context.person.id)
    return _fetch(context, query.order_by(_late.c.state != "waiting", _late.c.id.desc()).limit(limit))
