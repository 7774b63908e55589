"""Who may see a person's reports, and who may say something of them: the person, the line above, and nobody beyond it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_

from integration import deciders, people
from integration.errors import UserError
from integration.messages import Text
from integration.people import Person
from integration.work import Context, Work
from plugins.logbook import entries
from plugins.logbook.entries import Entry

_LONGEST_NUMBER = 9


def may_see(work: Work, viewer: Person, person: Person) -> bool:
    """One's own; those below in line; the unit's others for its leader; everybody for personnel and compliance.

    A leader does not see those above in their own line, though they are of the same unit.
    """
    if not people.may_see_record(work.db, viewer, person):
        return False
    if viewer.id == person.id or viewer.sees_everyone or people.is_above(work.db, viewer.id, person.id):
        return True
    return not people.is_above(work.db, person.id, viewer.id)


def led(viewer: Person) -> ColumnElement[bool]:
    """Those below the viewer, of a unit's leader its others too: a condition on `people.person`."""
    person, below = people.person.c, people.person.c.id.in_(deciders.below(viewer.id))
    if "pimpinan" not in viewer.roles:
        return below
    return or_(below, and_(person.unit_id == viewer.unit_id, person.id.not_in(deciders.above(viewer.id))))


def may_speak(work: Work, viewer: Person, person: Person) -> bool:
    """Whether this person may comment on those reports: whose they are, and whoever may decide on them."""
    return viewer.id == person.id or deciders.may_decide(work, viewer, person)


def check(context: Context, person: Person) -> None:
    """Raises `UserError` if this person's reports are not for the reader."""
    if not may_see(context, context.person, person):
        raise UserError(
            context.t(
                "The reports of {name} are seen by the person, the supervisors and the personnel officers. Yours: {how}",
                name=person.name,
                how=Text("`/logbook`"),
            )
        )


def opened(context: Context, value: str) -> tuple[Entry, Person]:
    """The entry behind a button and whose it is, if this person may see it at this moment; raises `UserError`.

    A draft is nobody's but its writer's.
    """
    known = value.isdecimal() and len(value) <= _LONGEST_NUMBER
    entry = entries.get(context.db, int(value)) if known else None
    person = people.get(context.db, entry.person_id) if entry else None
    if entry is None or person is None or (person.id != context.person.id and not reported(entry)):
        raise gone(context)
    if not may_see(context, context.person, person):
        raise gone(context)
    return entry, person


def reported(entry: Entry) -> bool:
    """Whether others than the writer may know of it: it was sent once, and is not taken back."""
    return entry.state in (*entries.REPORTED, "replaced")


def gone(context: Context) -> UserError:
    """The same for what is not there and for what is not theirs to know of."""
    return UserError(context.t("This report does not exist any more, or it is not yours to see."))
