"""Of whom and of which month a recap is meant: reading `[month] [@person|unit]` in any order, and who may see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from integration import find, people, workdays
from integration.dates import Words, at_an_end, last_of_month, parse_month, show_month, take_month
from integration.errors import UserError
from integration.messages import Button, Command, Reply, Text, fill
from integration.people import Person
from integration.plugin import Context

_SELF = frozenset({"saya", "aku", "sendiri", "me"})
_TEAM = frozenset({"tim", "team", "bawahan"})
_OWN_UNIT = frozenset({"unit", "unit saya"})
_FIGURES = re.compile(r"[\d/.\-]{1,10}")
_FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Target:
    """A person, a unit, or the direct subordinates (`team`) of one; `id` is the person's or the unit's."""

    kind: Literal["person", "unit", "team"]
    id: int
    name: str

    def encode(self, month: date) -> str:
        return f"{month:%Y-%m}:{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Recap:
    """The command that shows it: `Recap("hadir", "rekap")` is `/hadir rekap`."""

    plugin: str
    word: str

    @property
    def command(self) -> str:
        return f"/{self.plugin} {self.word}"

    @property
    def shown(self) -> Text:
        return Text(f"`{self.command}`")

    def read(self, context: Context, command: Command) -> tuple[date, Target | Reply]:
        """The month and whom it is about, or the question which of several is meant. Raises `UserError`."""
        given, words = month_and_rest(context, command.words)
        month = given or workdays.local_day(context.now, context.person).replace(day=1)
        return month, self._target(context, command, words, month)

    def _target(self, context: Context, command: Command, words: Words, month: date) -> Target | Reply:
        text = " ".join(words).strip("\"'“”")
        person = context.person
        if not text or text.lower() in _SELF:
            return _of(person)
        if text.lower() in _TEAM:
            return Target("team", person.id, person.name)
        if text.lower() in _OWN_UNIT:
            return Target("unit", person.unit_id, person.unit)
        mentioned = find.mentioned(context, command.mentions, text)
        return self._named(context, text, month) if mentioned is None else _of(mentioned)

    def _named(self, context: Context, text: str, month: date) -> Target | Reply:
        units = [] if text.startswith("@") else people.units_named(context.db, text)
        if [name for _, name in units if name.lower() == text.lower()]:
            return Target("unit", *units[0])
        found = [_of(person) for person in people.search(context.db, text)]
        targets = found + [Target("unit", *unit) for unit in units]
        if not targets:
            examples = f"`{self.command} nov`, `{self.command} 11/2026 @siti`, `{self.command} bulan lalu Bidang Umum`"
            raise UserError(
                context.t(
                    "“{text}” is neither a person, nor a unit, nor a month. Write for example: {examples}.",
                    text=text[:60],
                    examples=Text(examples),
                )
            )
        return targets[0] if len(targets) == 1 else self._which(context, targets, month)

    def _which(self, context: Context, targets: Sequence[Target], month: date) -> Reply:
        """A name that is several: a choice by buttons."""
        ids = [target.id for target in targets if target.kind == "person"]
        found = people.fetch(context.db, people.people_query().where(people.person.c.id.in_(ids)))
        by_id = {person.id: person for person in found}
        buttons, names = [], []
        for target in targets:
            person = by_id.get(target.id) if target.kind == "person" else None
            words = person.nip if person else target.name
            label = f"{person.name} · {person.unit}" if person else target.name
            buttons.append(Button(label[:60], f"{self.plugin}.say", f"{self.word} {month:%m/%Y} {words}"))
            names.append(find.named(person) if person else fill("{name}", name=target.name))
        return find.which(context, names, buttons)

    def visible(self, context: Context, target: Target, month: date) -> tuple[list[Person], int]:
        """The people of the recap whom the reader may see, and how many others there are. Raises `UserError`."""
        if target.kind == "person":
            person = people.get(context.db, target.id)
            if person is None or not people.may_see_record(context.db, context.person, person):
                raise UserError(self._refusal(context, target))
            return [person], 0
        if target.kind == "team":
            if target.id != context.person.id:
                raise UserError(self._refusal(context, target))
            return self._team(context, month), 0
        found, others = of_unit(context.db, context.person, target.id, month)
        if others and not found:
            raise UserError(self._refusal(context, target))
        return found, others

    def _team(self, context: Context, month: date) -> list[Person]:
        team = people.subordinates(context.db, context.person.id, month)
        if not team:
            said = context.t("Nobody is listed with you as their supervisor. Your own recap: {command}", command=self.shown)
            raise UserError(said)
        return team

    def _refusal(self, context: Context, target: Target) -> Text:
        return context.t(
            "The recap of {name} is seen by the person, the supervisors and the personnel officers. Yours: {command}",
            name=target.name,
            command=self.shown,
        )


def month_and_rest(context: Context, words: Words) -> tuple[date | None, Words]:
    """A month at the beginning or at the end, None without one, and the other words; figures that are no month are
    explained by a `UserError`.
    """
    today = workdays.local_day(context.now, context.person)
    month, rest = at_an_end(words, lambda some: take_month(some, today, context.t))
    if month is not None or not words:
        return month, rest
    if _FIGURES.fullmatch(words[0]):
        return parse_month(words[0], today, context.t), words[1:]
    return None, words


def check_month(context: Context, month: date) -> None:
    """Raises `UserError` for a month that is to come."""
    if month > workdays.local_day(context.now, context.person):
        raise UserError(context.t("{month} has not come yet.", month=show_month(month, context.t)))


def neighbours(context: Context, target: Target, month: date, action: str) -> tuple[Button, ...]:
    """The month before, and the one after if it has begun."""
    before, after = month - timedelta(days=1), last_of_month(month) + timedelta(days=1)
    shown = [before.replace(day=1)] + ([after] if after <= workdays.local_day(context.now, context.person) else [])
    return tuple(
        Button(show_month(first, context.t), action, target.encode(first), days=2)
        for first in shown
        if first.year >= _FIRST_YEAR
    )


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


def _of(person: Person) -> Target:
    return Target("person", person.id, person.name)


# ---------------------------------------------------------------- whom one may see


def of_unit(db: Connection, viewer: Person, unit_id: int, month: date) -> tuple[list[Person], int]:
    """The people of a unit whose record `viewer` may see, by name, and how many others there are."""
    everybody = people.of_unit(db, unit_id, month)
    if viewer.sees_everyone or ("pimpinan" in viewer.roles and viewer.unit_id == unit_id):
        return everybody, 0
    seen = below(db, viewer.id) | {viewer.id}
    visible = [person for person in everybody if person.id in seen]
    return visible, len(everybody) - len(visible)


def below(db: Connection, supervisor_id: int) -> set[int]:
    """Everyone below in line, however far. One statement."""
    person = people.person
    line = select(person.c.id).where(person.c.supervisor_id == supervisor_id).cte("line", recursive=True)
    line = line.union(select(person.c.id).where(person.c.supervisor_id == line.c.id))
    return set(db.scalars(select(line.c.id)))
