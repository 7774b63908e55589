"""Work that comes again: what a template says, and which of a person's templates are due on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from integration.errors import UserError
from integration.people import Person
from integration.work import Work
from integration.workdays import DayPlan
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.entries import Content
from plugins.logbook.own import rhythm
from plugins.logbook.own.rhythm import Rhythm
from plugins.logbook.tables import logbook_template as _template
from plugins.logbook.targets import reading as targets

LONGEST_NAME = 100
MOST = 50
_AROUND = timedelta(days=11)


@dataclass(frozen=True, slots=True)
class Template:
    """A row of `logbook_template`; `rhythm` is None where it is used by hand."""

    id: int
    name: str
    content: Content
    rhythm: Rhythm | None
    made_at: datetime


def of_person(work: Work, person: Person) -> list[Template]:
    """In the order of their making. One statement."""
    mine = _template.c.person_id == person.id, _template.c.removed_at.is_(None)
    rows = work.db.execute(select(_template).where(*mine).order_by(_template.c.id))
    t = work.speak(person)
    return [
        Template(row.id, row.name, _content(row.content), rhythm.parse(row.rhythm, t) if row.rhythm else None, row.made_at)
        for row in rows
    ]


def due(work: Work, person: Person, plan: DayPlan) -> list[tuple[str, Content]]:
    """(key, content) of the templates whose rhythm brings them on that day; none on a day on which the person is away."""
    if not plan.works:
        return []
    found = [each for each in of_person(work, person) if each.rhythm is not None]
    if not found:
        return []
    works = _works(work, person, plan.day, monthly=any(each.rhythm and each.rhythm.kind == "monthly" for each in found))
    today = [each for each in found if each.rhythm and each.rhythm.due(plan.day, works)]
    return [(key(each, plan.day), fitting(work, person, each, plan)) for each in today]


def _works(work: Work, person: Person, day: date, *, monthly: bool) -> rhythm.Works:
    """Days around are only asked for where a date may have fallen on a day off."""
    if not monthly:
        return lambda _day: True
    plans = work.workdays.plans(work.db, [person], day - _AROUND, day + _AROUND, work.now)
    return lambda other: plans[person.id, other].works


def key(template: Template, day: date) -> str:
    """The source of an entry that comes from it on that day."""
    return f"templat:{template.id}:{day}"


def fitting(work: Work, person: Person, template: Template, plan: DayPlan) -> Content:
    """What it says, for a day: with that day's place, and without a target that is not the person's in that year."""
    content = replace(template.content, place=template.content.place or plan.place, source=key(template, plan.day))
    return current(work, person, plan.day, content)


def current(work: Work, person: Person, day: date, content: Content) -> Content:
    """Content of another day as it may be written on this one: an own target of the year, the form of today."""
    target = target_in(work, person, content.target_id, day)
    form = form_fields.current(work.db, person)
    answers = form_fields.repeatable(form, content.fields)
    return replace(content, target_id=target, form_id=form.id if form else None, fields=answers or None)


def target_in(work: Work, person: Person, target_id: int | None, day: date) -> int | None:
    """The person's target as it is called in the year of that day: itself, or that of the same code, None if there is none."""
    if target_id is None or targets.own(work.db, person.id, target_id, day.year) is not None:
        return target_id
    return _same_code(work, person, target_id, day)


def _same_code(work: Work, person: Person, target_id: int, day: date) -> int | None:
    """A target of last year is meant under its code of this year, if there is one."""
    old = targets.by_ids(work.db, [target_id]).get(target_id)
    if old is None or old.person_id != person.id:
        return None
    return next((each.id for each in targets.of_person(work.db, person.id, day.year) if each.code_key == old.code_key), None)


# ---------------------------------------------------------------- making and removing


def make(work: Work, person: Person, name: str, content: Content, comes: Rhythm | None) -> Template:
    """A new template; one of the same name is replaced. Raises `UserError` where there are too many."""
    t, there = work.speak(person), of_person(work, person)
    same = [each for each in there if each.name.casefold() == name.casefold()]
    if len(there) - len(same) >= MOST:
        raise UserError(t("You have {count} templates; remove one first.", count=len(there)))
    for each in same:
        remove(work, each)
    row: dict[str, Any] = {
        "person_id": person.id,
        "name": name[:LONGEST_NAME],
        "content": _plain(replace(content, source="")),
        "rhythm": comes.text if comes else "",
        "made_at": work.now,
    }
    id = work.db.execute(insert(_template).values(row).returning(_template.c.id)).scalar_one()
    work.audit("logbook.template_made", f"logbook_template:{id}", after={"person_id": person.id, "rhythm": row["rhythm"]})
    return Template(id, row["name"], replace(content, source=""), comes, work.now)


def set_rhythm(work: Work, template: Template, comes: Rhythm | None) -> Template:
    said, before = (each.text if each else "" for each in (comes, template.rhythm))
    work.db.execute(update(_template).where(_template.c.id == template.id).values(rhythm=said))
    work.audit("logbook.template_changed", f"logbook_template:{template.id}", before={"rhythm": before}, after={"rhythm": said})
    return replace(template, rhythm=comes)


def remove(work: Work, template: Template) -> None:
    _set_removed(work, template.id, work.now, "logbook.template_removed")


def put_back(work: Work, person: Person, template_id: int) -> Template | None:
    """The undo of `remove`; None if it is none of the person's."""
    mine = select(_template.c.id).where(_template.c.id == template_id, _template.c.person_id == person.id)
    if work.db.scalar(mine) is None:
        return None
    _set_removed(work, template_id, None, "logbook.template_restored")
    return next((each for each in of_person(work, person) if each.id == template_id), None)


def _set_removed(work: Work, template_id: int, at: datetime | None, action: str) -> None:
    still = _template.c.removed_at.is_(None) if at else _template.c.removed_at.is_not(None)
    done = work.db.execute(update(_template).where(_template.c.id == template_id, still).values(removed_at=at))
    if done.rowcount:
        work.audit(action, f"logbook_template:{template_id}", after={"removed": at is not None})


# ---------------------------------------------------------------- as it is kept


def _plain(content: Content) -> dict[str, Any]:
    kept = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    quantity = content.quantity
    fields = dict(content.fields) if content.fields else None
    return kept | {"quantity": None if quantity is None else str(quantity), "fields": fields}


def _content(kept: Mapping[str, Any]) -> Content:
    values = {name: kept[name] for name in Content.__dataclass_fields__ if name in kept}
    quantity = values.get("quantity")
    return Content(**values | {"quantity": None if quantity is None else Decimal(quantity)})
