"""What time and the personnel list do to rotas: days of people who moved or left end, swaps whose day comes expire.

Also swaps that wait for a decision are brought to mind, first to those who were asked, then to who stands in for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, or_, select

from integration import people, reminding
from integration.i18n import Translate
from integration.messages import Reply
from integration.people import Person
from integration.plugin import Job, Run, Work
from integration.workdays import local_day
from plugins.jadwal import service, swaps
from plugins.jadwal.swaps import Exchange, Swap
from plugins.jadwal.swaps import deciders as swap_deciders
from plugins.jadwal.swaps import wording as swap_wording
from plugins.jadwal.tables import ACTIVE, OPEN_SWAP, rota, rota_day, swap

BATCH = 500


def look_after(run: Run) -> None:
    """A short transaction for each batch; what there is to do is looked for before it."""
    found = BATCH
    while found == BATCH:
        with run.read() as work:
            found = len(_days_to_end(work))
        if found:
            with run.begin() as work:
                end_days(work)
    with run.begin() as work:
        expire(work)
    with run.begin() as work:
        remind(work)


# ---------------------------------------------------------------- people who moved or left


def _days_to_end(work: Work) -> list[Row[*tuple[Any, ...]]]:
    """Up to `BATCH` days to come of people who are not of the rota's unit any more."""
    person = people.person.c
    gone = or_(person.unit_id != rota.c.unit_id, person.ended_on < rota_day.c.day)
    query = (
        select(rota_day.c.id, rota_day.c.person_id, rota_day.c.day, person.zone)
        .join(rota, rota.c.id == rota_day.c.rota_id)
        .join(people.person, person.id == rota_day.c.person_id)
        .where(ACTIVE, rota_day.c.day > work.now.date(), gone)
        .order_by(rota_day.c.person_id, rota_day.c.day)
        .limit(BATCH)
    )
    return [row for row in work.db.execute(query) if row.day > work.now.astimezone(ZoneInfo(row.zone)).date()]


def end_days(work: Work) -> int:
    """End up to `BATCH` of these days; how many."""
    found = _days_to_end(work)
    service.deactivate(work, [row.id for row in found])
    for person_id, own in groupby(found, lambda row: row.person_id):
        days = [row.day for row in own]
        after = {"first": days[0].isoformat(), "last": days[-1].isoformat(), "days": len(days)}
        work.audit("rota.days_ended", f"person:{person_id}", after=after, reason="moved to another unit, or left")
    return len(found)


# ---------------------------------------------------------------- swaps whose time is over


def expire(work: Work) -> int:
    """Close open swaps whose first day has come, or whose days the rota has changed; both are told. How many."""
    found = swaps.fetch(work, select(swap).where(OPEN_SWAP).order_by(swap.c.id))
    if not found:
        return 0
    everyone = service.by_id(work.db, {id for each in found for id in (each.requester_id, each.partner_id)})
    exchanges = swaps.exchanges_of(work, found)
    over = [each for each in found if _over(work, each, everyone, exchanges)]
    for each in over:
        if swaps.move(work, each, "expired") is not None:
            _tell_expired(work, each, everyone)
    return len(over)


def _over(work: Work, found: Swap, everyone: dict[int, Person], exchanges: dict[int, list[Exchange]]) -> bool:
    requester, partner = everyone[found.requester_id], everyone[found.partner_id]
    today = local_day(work.now, requester)
    return found.days[0] <= today or found.id not in exchanges or requester.unit_id != partner.unit_id


def _tell_expired(work: Work, found: Swap, everyone: dict[int, Person]) -> None:
    both = (everyone[found.requester_id], everyone[found.partner_id])
    for person, other in (both, both[::-1]):
        work.tell(person, swap_deciders.key(found, "expired", person.id), _expired(found, other))


def _expired(found: Swap, other: Person) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        what = swap_wording.with_whom(t, found, other)
        return Reply(t("Nothing came of the swap of {what}: nobody decided in time, or the rota changed.", what=what))

    return message


# ---------------------------------------------------------------- swaps that wait


@dataclass(frozen=True, slots=True)
class _Waits:
    """A swap as `integration.reminding` sees it: it waits since both agree."""

    id: int
    person_id: int
    requested_at: datetime
    swap: Swap


def remind(work: Work) -> int:
    """Bring agreed swaps to mind; how many messages."""
    old = swap.c.answered_at <= work.now - reminding.REMIND_AFTER
    found = swaps.fetch(work, select(swap).where(swap.c.state == "agreed", old).order_by(swap.c.id))
    waiting = [_Waits(each.id, each.requester_id, each.answered_at, each) for each in found if each.answered_at]
    due = reminding.due(work, waiting, lambda each, what, id: swap_deciders.key(each.id, what, id), _patience)
    exchanges = swaps.exchanges_of(work, found) if due else {}
    everyone = service.by_id(work.db, {each.request.swap.partner_id for each in due}) if due else {}
    count = 0
    for told in due:
        each = told.request.swap
        if told.reader.id != each.partner_id and each.id in exchanges:
            build = _still_waits(each, exchanges[each.id], told.requester, everyone[each.partner_id])
            count += work.tell(told.reader, swap_deciders.key(each, told.what, told.reader.id), build)
    return count


def _patience(_waits: _Waits, _requester: Person) -> timedelta:
    return swap_deciders.PATIENCE


def _still_waits(
    found: Swap, exchanges: Sequence[Exchange], requester: Person, partner: Person
) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        text = swap_wording.for_decider(t, found, exchanges, requester, partner)
        return Reply(text, buttons=swap_wording.decide_buttons(t, found))

    return message


JOBS = (Job("upkeep", "10 * * * *", look_after, catch_up_minutes=120),)
