"""Who decides on a swap: the requester's supervisor, or whoever stands in; never one of the two who swap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, select

from integration import deciders, people
from integration.people import Person
from integration.plugin import Context, Work
from integration.workdays import local_day
from plugins.jadwal import swaps
from plugins.jadwal.swaps import Swap
from plugins.jadwal.tables import swap

# A rota is near: others see a swap that waits sooner than a correction.
PATIENCE = timedelta(days=2)


def key(found: Swap | int, what: str, person_id: int) -> str:
    """The outbox key of a message about a swap."""
    return f"swap:{found if isinstance(found, int) else found.id}:{what}:{person_id}"


def asked(work: Work, requester: Person, partner: Person) -> list[Person]:
    """Those who are asked once both agree, perhaps nobody. A partner who is the supervisor does not decide too."""
    found = [someone for someone in deciders.asked_now(work, requester).people if someone.id != partner.id]
    if found:
        return found
    today = local_day(work.now, requester)
    above = people.get(work.db, partner.supervisor_id) if partner.supervisor_id else None
    if above is not None and deciders.is_there(above, requester, today):
        return [above]
    officers = people.with_role(work.db, deciders.OFFICER, today)
    return [someone for someone in officers if someone.id not in (requester.id, partner.id)]


def may_decide(work: Work, decider: Person, requester: Person, partner: Person) -> bool:
    return decider.id != partner.id and deciders.may_decide(work, decider, requester)


def told(work: Work, found: Swap, requester: Person, partner: Person) -> list[Person]:
    """Those who got it with its buttons."""
    candidates = {someone.id: someone for someone in _candidates(work, requester, partner)}
    keys = {key(found, what, id): id for id in candidates for what in deciders.ASKING}
    return [candidates[id] for id in sorted({keys[each] for each in deciders.queued(work, keys)})]


def _candidates(work: Work, requester: Person, partner: Person) -> list[Person]:
    today = local_day(work.now, requester)
    line: list[Person] = people.with_role(work.db, deciders.OFFICER, today)
    for someone in (requester, partner):
        for _ in range(2):
            above = people.get(work.db, someone.supervisor_id) if someone.supervisor_id else None
            if above is None:
                break
            line.append(above)
            someone = above
    return [each for each in line if each.id not in (requester.id, partner.id)]


def to_decide(context: Context, limit: int = 20) -> list[Swap]:
    """What waits for this person's decision, the oldest first. One statement."""

    def told_as(what: str) -> ColumnElement[str]:
        return literal("swap:") + cast(swap.c.id, String) + literal(f":{what}:{context.person.id}")

    answered: ColumnElement[Any] = swap.c.answered_at
    concerned = deciders.concerns(context, answered, PATIENCE, told_as)
    query = (
        select(swap)
        .join(people.person, people.person.c.id == swap.c.requester_id)
        .outerjoin(deciders.SUPERIOR, deciders.SUPERIOR.c.id == people.person.c.supervisor_id)
        .where(swap.c.state == "agreed", swap.c.partner_id != context.person.id, concerned)
        .order_by(swap.c.id)
        .limit(limit)
    )
    return swaps.fetch(context, query)
