"""Swaps: who asked whom for which days, and how that ended. No replies here, but for the line that a week shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Select, and_, or_, select, update

from integration.db import insert_once
from integration.messages import Text
from integration.people import Person
from integration.plugin import Context, Work
from plugins.jadwal import service
from plugins.jadwal.service import RotaDay
from plugins.jadwal.tables import OPEN_SWAP, swap
from plugins.jadwal.wording import days as shown_days

NOTE_LENGTH = 200
SHOWN_AT_ONCE = 5

State = Literal["agreed", "approved", "refused", "rejected", "withdrawn", "expired"]
# Columns that every audit row repeats, so that a change behind the service's back shows. Notes are not among them.
LEDGER = ("requester_id", "partner_id", "day", "other_day", "state", "decider_id")


@dataclass(frozen=True, slots=True)
class Swap:
    """One row of `swap`."""

    id: int
    requester_id: int
    partner_id: int
    day: date
    other_day: date | None
    note: str
    rota_days: Sequence[int]
    state: str
    requested_at: datetime
    answered_at: datetime | None
    decider_id: int | None
    decided_at: datetime | None
    decision_note: str

    @property
    def days(self) -> tuple[date, ...]:
        """One day or two, the earlier first."""
        return tuple(sorted({self.day, self.other_day or self.day}))

    @property
    def is_open(self) -> bool:
        return self.state in ("asked", "agreed")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the rota has for the two on a day, before they exchange it."""

    day: date
    requester: RotaDay
    partner: RotaDay


def ids(exchanges: Sequence[Exchange]) -> list[int]:
    """Which days of rotas are exchanged."""
    return [day.id for exchange in exchanges for day in (exchange.requester, exchange.partner)]


def get(work: Work, swap_id: int) -> Swap | None:
    found = fetch(work, select(swap).where(swap.c.id == swap_id))
    return found[0] if found else None


def fetch(work: Work, query: Select[Any]) -> list[Swap]:
    """The rows of a query of whole swaps."""
    return [Swap(**row._mapping) for row in work.db.execute(query)]


def open_of(work: Work, person_ids: Collection[int], days: Collection[date] = ()) -> list[Swap]:
    """Swaps of these people that are not decided yet, the oldest first; of `days` only, if there are any."""
    query = select(swap).where(OPEN_SWAP, or_(swap.c.requester_id.in_(person_ids), swap.c.partner_id.in_(person_ids)))
    if days:
        query = query.where(or_(swap.c.day.in_(days), swap.c.other_day.in_(days)))
    return fetch(work, query.order_by(swap.c.id))


def exchanges_of(work: Work, found: Sequence[Swap]) -> dict[int, list[Exchange]]:
    """What each swap would exchange now, by its id; those are left out whose days the rota has changed."""
    days = [day for each in found for day in each.days]
    people = {id for each in found for id in (each.requester_id, each.partner_id)}
    rota_days = service.days(work.db, people, min(days), max(days)) if days else {}
    result: dict[int, list[Exchange]] = {}
    for each in found:
        pairs = [(day, rota_days.get((each.requester_id, day)), rota_days.get((each.partner_id, day))) for day in each.days]
        exchanges = [Exchange(day, mine, theirs) for day, mine, theirs in pairs if mine and theirs and not mine.same_as(theirs)]
        if ids(exchanges) == list(each.rota_days):
            result[each.id] = exchanges
    return result


def ask(context: Context, partner: Person, exchanges: Sequence[Exchange], note: str) -> Swap | None:
    """Record the request; None if one of the same day waits already."""
    row: dict[str, Any] = {
        "requester_id": context.person.id,
        "partner_id": partner.id,
        "day": exchanges[0].day,
        "other_day": exchanges[1].day if len(exchanges) > 1 else None,
        "note": note,
        "rota_days": ids(exchanges),
        "requested_at": context.now,
    }
    key = insert_once(context.db, swap, row)
    if key is None:
        return None
    asked = Swap(**row, id=key[0], state="asked", answered_at=None, decider_id=None, decided_at=None, decision_note="")
    _audit(context, "swap.asked", asked)
    return asked


def move(
    work: Work, found: Swap, state: State, *, decider: Person | None = None, note: str = "", days: Sequence[Exchange] = ()
) -> Swap | None:
    """Bring the swap into another state if it is still in the one that was read, else None: whoever comes first decides."""
    values: dict[str, Any] = {"state": state}
    if state in ("agreed", "refused"):
        values["answered_at"] = work.now
    else:
        values |= {"decided_at": work.now, "decider_id": decider.id if decider else None, "decision_note": note}
    still = and_(swap.c.id == found.id, swap.c.state == found.state)
    if work.db.execute(update(swap).where(still).values(values)).rowcount != 1:
        return None
    moved = get(work, found.id)
    assert moved is not None  # noqa: S101  # its row has just been changed here
    _audit(work, f"swap.{state}", moved, found, days)
    return moved


def apply(work: Work, found: Swap, exchanges: Sequence[Exchange]) -> bool:
    """Exchange the days; False if one of them holds no more."""
    old = [day for exchange in exchanges for day in (exchange.requester, exchange.partner)]
    new = [day for exchange in exchanges for day in exchanged(exchange)]
    return service.replace_days(work, new, old, found.id)


def exchanged(exchange: Exchange) -> tuple[RotaDay, RotaDay]:
    """The requester's and the partner's day after it."""
    return _as(exchange.requester, exchange.partner), _as(exchange.partner, exchange.requester)


def _as(own: RotaDay, other: RotaDay) -> RotaDay:
    return RotaDay(0, own.rota_id, own.person_id, own.day, other.place, other.schedule, other.standby, "swap")


def _audit(work: Work, action: str, found: Swap, before: Swap | None = None, days: Sequence[Exchange] = ()) -> None:
    after = _kept(found)
    if days:
        after["exchanged"] = [_exchange(exchange) for exchange in days]
    work.audit(action, f"swap:{found.id}", before=_kept(before) if before else None, after=after)


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "day": exchange.day.isoformat(),
        "requester": [exchange.requester.place, exchange.partner.place],
        "rota_days": [exchange.requester.id, exchange.partner.id],
    }


def _kept(found: Swap) -> dict[str, Any]:
    kept = {name: getattr(found, name) for name in LEDGER}
    other = found.other_day.isoformat() if found.other_day else None
    return kept | {"day": found.day.isoformat(), "other_day": other}


def open_lines(context: Context, first: date, last: date) -> list[Text]:
    """What waits of the person's own swaps in these days, for the week's view. One statement."""
    mine = or_(swap.c.requester_id == context.person.id, swap.c.partner_id == context.person.id)
    touches = or_(swap.c.day.between(first, last), swap.c.other_day.between(first, last))
    found = fetch(context, select(swap).where(OPEN_SWAP, mine, touches).order_by(swap.c.day))
    return [context.t("A swap waits: {days}. See `/jadwal tukar`", days=shown_days(context.t, each.days)) for each in found]
