"""Whose target of which year is meant by a line, and who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration import find
from integration.errors import UserError
from integration.messages import Command, Reply
from integration.people import Person
from integration.plugin import Context
from integration.workdays import local_day
from plugins.logbook import seeing

SAY = "logbook.say"


@dataclass(frozen=True, slots=True)
class Said:
    """What stands behind `target`: whose, which year (None: this one), and the other words."""

    name: str
    year: int | None
    rest: tuple[str, ...]


def read(words: Sequence[str]) -> Said:
    year = next((word for word in words if len(word) == 4 and word.isascii() and word.isdecimal()), "")
    name = next((word for word in words if word.startswith("@") or _is_nip(word)), "")
    return Said(name, int(year) if year else None, tuple(word for word in words if word not in (year, name)))


def _is_nip(word: str) -> bool:
    return len(word) >= 8 and word.isascii() and word.isdecimal()


def this_year(context: Context) -> int:
    return local_day(context.now, context.person).year


def owner(context: Context, command: Command, name: str, line: str) -> Person | Reply:
    """Whose targets are meant: one's own without a name. Raises `UserError` for somebody who is none of theirs."""
    if not name:
        return context.person
    found = find.person(context, command.mentions, name, lambda nip: line.format(nip=nip), SAY)
    if isinstance(found, Person) and not seeing.may_see(context, context.person, found):
        raise UserError(context.t("You can see your own targets and those of people who report to you."))
    return found
