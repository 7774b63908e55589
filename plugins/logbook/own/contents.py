"""What an entry may say: how long, how much, how far; each with the cure in the person's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integration.errors import UserError
from integration.messages import Text, clean
from integration.people import Person
from integration.phrases import duration
from integration.work import Work
from plugins.logbook import entries
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.entries import Content
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

LONGEST_MEASURE = 40
MOST_QUANTITY = Decimal(1_000_000_000)


class TooMuch(UserError):
    """More time than a day has."""


def check(work: Work, person: Person, day: date, content: Content, target: Target | None = None) -> Content:
    """The content, tidied; its `target` need not be read where the caller has found it among the person's own.

    Raises `UserError` for what is too long, impossible, or another's.
    """
    t = work.speak(person)
    content = replace(
        content,
        activity=clean(content.activity).strip(),
        result=clean(content.result).strip(),
        measure=" ".join(clean(content.measure).split()),
    )
    if not content.activity:
        raise UserError(t("Please say what you did."))
    check_length(work, person, content.activity, entries.LONGEST_ACTIVITY)
    check_length(work, person, content.result, entries.LONGEST_RESULT)
    check_length(work, person, content.measure, LONGEST_MEASURE)
    check_minutes(work, person, content.minutes)
    check_quantity(work, person, content.quantity)
    if content.place and content.place not in entries.PLACES:
        raise UserError(t("The place is one of {places}.", places=Text(", ".join(entries.PLACES))))
    if content.target_id is not None and (target is None or target.id != content.target_id):
        check_target(work, person, day.year, content.target_id)
    return content


def check_target(work: Work, person: Person, year: int, target_id: int) -> Target:
    target = targets.own(work.db, person.id, target_id, year)
    if target is None:
        t = work.speak(person)
        raise UserError(t("This is no target of yours in {year}. Yours: {how}", year=year, how=Text("`/logbook target`")))
    return target


def check_quantity(work: Work, person: Person, quantity: Decimal | None) -> None:
    if quantity is not None and not 0 <= quantity < MOST_QUANTITY:
        t = work.speak(person)
        raise UserError(t("The quantity is a number from 0 up to below {most}.", most=Text("1.000.000.000")))


def check_length(work: Work, person: Person, text: str, longest: int) -> None:
    if len(text) > longest:
        t = work.speak(person)
        raise UserError(t("Too long: {length} of at most {most} characters.", length=len(text), most=longest))


def check_minutes(work: Work, person: Person, minutes: int) -> None:
    if not 0 <= minutes <= entries.MOST_MINUTES:
        t = work.speak(person)
        raise TooMuch(t("{time} do not fit into a day: at most 24 hours.", time=duration(t, minutes)))


def check_complete(work: Work, person: Person, content: Content) -> None:
    """Raises `UserError` for what the supervisor could not judge: no time, or a field of the unit's form that must be there."""
    t = work.speak(person)
    if not content.minutes:
        raise UserError(t("How long did “{activity}” take? Without it a report cannot be sent.", activity=short(content)))
    lacking = lacks(work, person, content)
    if lacking:
        raise UserError(t("“{activity}” still wants: {fields}.", activity=short(content), fields=", ".join(lacking)))


def lacks(work: Work, person: Person, content: Content) -> Sequence[str]:
    """The labels of the unit's own fields that have to be filled, and are not."""
    form = form_fields.of_entry(work.db, person, content.form_id, written=content.fields is not None)
    return form_fields.missing(form, content.fields)


def short(content: Content, longest: int = 60) -> str:
    """The activity in one line, for a sentence about it."""
    line = " ".join(content.activity.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
