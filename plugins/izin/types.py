"""Types of absence, from the leave rules in force: found by the words that people use, and named in their language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from integration.dates import Words
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text, quote
from integration.people import Person
from integration.plugin import Work
from integration.rulebook.models import LeaveRules, LeaveType
from plugins.izin.absences import Absence

KINDS = ("cuti", "sakit", "izin", "dinas", "tugas_belajar")


def rules(work: Work, person: Person, day: date) -> LeaveRules:
    """Those that hold for the person on that day; raises `UserError` if none do."""
    try:
        return work.rules().leave(person, day)[1]
    except LookupError:
        t = work.speak(person)
        raise UserError(t("No rules of leave are in force here. Please tell the administrator.")) from None


def of_kind(work: Work, person: Person, kind: str, day: date) -> list[LeaveType]:
    return [each for each in rules(work, person, day).types if each.kind == kind]


def by_code(work: Work, person: Person, code: str, day: date) -> LeaveType | None:
    try:
        return next((each for each in rules(work, person, day).types if each.code == code), None)
    except UserError:
        return None


def take(types: Sequence[LeaveType], words: Words) -> tuple[LeaveType | None, Words]:
    """The type that `words` begin with: its code, an alias or its name, with or without the word for its kind."""
    said = [word.lower().strip(",.:;") for word in words]
    best: tuple[int, LeaveType] | None = None
    for leave in types:
        for name in _names(leave):
            if said[: len(name)] == name and (best is None or len(name) > best[0]):
                best = len(name), leave
    return (best[1], words[best[0] :]) if best else (None, words)


def _names(leave: LeaveType) -> Iterator[list[str]]:
    for name in (leave.code, *leave.aliases, leave.name, leave.name_en):
        parts = name.lower().split()
        yield parts
        if len(parts) > 1 and parts[0] == leave.kind:
            yield parts[1:]


def name(t: Translate, leave: LeaveType) -> Text:
    return quote(leave.name if t.locale == "id" else leave.name_en)


def name_of(work: Work, t: Translate, person: Person, absence: Absence) -> Text:
    """The name of an absence's type; of one that the rules do not know any more, its kind."""
    leave = by_code(work, person, absence.type, absence.first)
    return name(t, leave) if leave else kind(t, absence.kind)


def kind(t: Translate, code: str) -> Text:
    """The public word."""
    return {
        "cuti": t("leave"),
        "sakit": t("ill"),
        "izin": t("permission"),
        "dinas": t("official travel"),
        "tugas_belajar": t("study assignment"),
    }.get(code, quote(code))


def needs_reason(leave: LeaveType) -> bool:
    """What a supervisor cannot decide without being told why."""
    return leave.kind == "izin" or (leave.kind == "cuti" and leave.per == "request")
