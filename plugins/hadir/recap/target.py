"""Of whom and of which month a recap is meant: reading `[month] [@person|unit]` in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select

from integration import find, people, workdays
from integration.dates import Words, at_an_end, parse_month, take_month
from integration.errors import UserError
from integration.messages import Button, Command, Reply, Text, fill
from integration.people import Person
from integration.plugin import Context
from plugins.hadir import recap

_SELF = frozenset({"saya", "aku", "sendiri", "me"})
_TEAM = frozenset({"tim", "team", "bawahan"})
_OWN_UNIT = frozenset({"unit", "unit saya"})
_FIGURES = re.compile(r"[\d/.\-]{1,10}")


@dataclass(frozen=True, slots=True)
class Target:
    """A person, a unit, or the direct subordinates (`team`) of one; `id` is the person's or the unit's."""

    kind: Literal["person", "unit", "team"]
    id: int
    name: str

    def encode(self, month: date) -> str:
        return f"{month:%Y-%m}:{self.kind}:{self.id}"


def read(context: Context, command: Command) -> tuple[date, Target | Reply]:
    """The month and whom it is about, or the question which of several is meant. Raises `UserError`."""
    month, words = _month(context, command.words)
    today = workdays.local_day(context.now, context.person)
    return month or today.replace(day=1), _target(context, command, words, month or today.replace(day=1))


def _month(context: Context, words: Words) -> tuple[date | None, Words]:
    """A month at the beginning or at the end; figures that are no month are explained."""
    today = workdays.local_day(context.now, context.person)
    month, rest = at_an_end(words, lambda some: take_month(some, today, context.t))
    if month is not None or not words:
        return month, rest
    if _FIGURES.fullmatch(words[0]):
        return parse_month(words[0], today, context.t), words[1:]
    return None, words


def _target(context: Context, command: Command, words: Words, month: date) -> Target | Reply:
    text = " ".join(words).strip("\"'“”")
    person = context.person
    if not text or text.lower() in _SELF:
        return _of(person)
    if text.lower() in _TEAM:
        return Target("team", person.id, person.name)
    if text.lower() in _OWN_UNIT:
        return Target("unit", person.unit_id, person.unit)
    mentioned = find.mentioned(context, command.mentions, text)
    if mentioned is not None:
        return _of(mentioned)
    return _named(context, text, month)


def _of(person: Person) -> Target:
    return Target("person", person.id, person.name)


def _named(context: Context, text: str, month: date) -> Target | Reply:
    units = [] if text.startswith("@") else people.units_named(context.db, text)
    if [name for _, name in units if name.lower() == text.lower()]:
        return Target("unit", *units[0])
    found = [_of(person) for person in people.search(context.db, text)]
    targets = found + [Target("unit", *unit) for unit in units]
    if not targets:
        raise UserError(
            context.t(
                "“{text}” is neither a person, nor a unit, nor a month. Write for example: {examples}.",
                text=text[:60],
                examples=Text("`/hadir rekap nov`, `/hadir rekap 11/2026 @siti`, `/hadir rekap bulan lalu Bidang Umum`"),
            )
        )
    return targets[0] if len(targets) == 1 else _which(context, targets, month)


def _which(context: Context, targets: Sequence[Target], month: date) -> Reply:
    """A name that is several: a choice by buttons."""
    ids = [target.id for target in targets if target.kind == "person"]
    by_id = {person.id: person for person in people.fetch(context.db, people.people_query().where(people.person.c.id.in_(ids)))}
    buttons, names = [], []
    for target in targets:
        person = by_id.get(target.id) if target.kind == "person" else None
        words = person.nip if person else target.name
        label = f"{person.name} · {person.unit}" if person else target.name
        buttons.append(Button(label[:60], "hadir.say", f"rekap {month:%m/%Y} {words}"))
        names.append(find.named(person) if person else fill("{name}", name=target.name))
    return find.which(context, names, buttons)


def decode(context: Context, value: str) -> tuple[date, Target]:
    """What a button carries; raises `UserError`."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2]):(person|unit|team):(\d{1,9})", value)
    name = _name(context, found[3], int(found[4])) if found else None
    if found is None or name is None:
        raise UserError(context.t("This recap does not exist any more."))
    kind: Literal["person", "unit", "team"] = found[3]  # type: ignore[assignment]  # the pattern knows no other
    return date(int(found[1]), int(found[2]), 1), Target(kind, int(found[4]), name)


def _name(context: Context, kind: str, id: int) -> str | None:
    if kind == "unit":
        name: str | None = context.db.scalar(select(people.unit.c.name).where(people.unit.c.id == id))
        return name
    person = people.get(context.db, id)
    return person.name if person else None


def visible(context: Context, target: Target, month: date) -> tuple[list[Person], int]:
    """The people of the recap whom the reader may see, and how many others there are. Raises `UserError`."""
    if target.kind == "person":
        person = people.get(context.db, target.id)
        if person is None or not people.may_see_record(context.db, context.person, person):
            raise UserError(_refusal(context, target))
        return [person], 0
    if target.kind == "team":
        if target.id != context.person.id:
            raise UserError(_refusal(context, target))
        return _team(context, month), 0
    found, others = recap.of_unit(context.db, context.person, target.id, month)
    if others and not found:
        raise UserError(_refusal(context, target))
    return found, others


def _team(context: Context, month: date) -> list[Person]:
    team = people.subordinates(context.db, context.person.id, month)
    if not team:
        command = Text("`/hadir rekap`")
        raise UserError(context.t("Nobody is listed with you as their supervisor. Your own recap: {command}", command=command))
    return team


def _refusal(context: Context, target: Target) -> Text:
    return context.t(
        "The recap of {name} is seen by the person, the supervisors and the personnel officers. Yours: {command}",
        name=target.name,
        command=Text("`/hadir rekap`"),
    )
