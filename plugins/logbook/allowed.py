"""Who of several people may decide on one person's reports: the same as `integration.deciders.may_decide` says of one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from integration import people
from integration.deciders import OFFICER, people_by_id
from integration.people import Person
from integration.work import Work


def may_decide_above(work: Work, requester: Person, ids: Iterable[int]) -> set[int]:
    """Those of them who may decide on what this person asks. Two statements."""
    found = people_by_id(work, set(ids) - {requester.id})
    person = people.person.c
    line = select(person.supervisor_id.label("above")).where(person.id == requester.id).cte("over", recursive=True)
    higher = people.person.alias("higher")
    line = line.union(select(higher.c.supervisor_id).where(higher.c.id == line.c.above))
    above = set(work.db.scalars(select(line.c.above).where(line.c.above.is_not(None))))
    return {id for id, someone in found.items() if id in above or OFFICER in someone.roles}
