"""Rows of an SKP as targets, and what they would change: each person's targets of a year are those of the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text
from integration.people import Person
from integration.work import Work
from plugins.logbook.imports import checking
from plugins.logbook.imports.entry_rows import Wrong, formula, nip_of, text_of
from plugins.logbook.imports.opening import Cell
from plugins.logbook.imports.problems import Place, Problems
from plugins.logbook.imports.rows import Body, Raw
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets import writing as target_writing
from plugins.logbook.targets.reading import Target
from plugins.logbook.targets.writing import Wanted

_Value = TypeVar("_Value")

CODE = "RHK-{number}"


@dataclass(frozen=True, slots=True)
class Line:
    """A target of a file; `nip` is empty for the sender, `year` None where the file names none."""

    place: Place
    nip: str
    year: int | None
    wanted: Wanted


@dataclass(slots=True)
class Plan:
    """By person and year: what the file wants. `removed` are targets that it does not name; `numbered`: it has no codes."""

    wanted: dict[tuple[int, int], list[Wanted]] = field(default_factory=dict)
    owners: dict[int, Person] = field(default_factory=dict)
    added: int = 0
    changed: int = 0
    same: int = 0
    removed: list[Target] = field(default_factory=list)


def read(t: Translate, body: Body, this_year: int, problems: Problems) -> list[Line]:
    """The targets of a sheet; without codes they are numbered, person by person."""
    numbers: dict[str, int] = {}
    found = [_line(t, body, raw, this_year, numbers, problems) for raw in body.rows]
    for number, column, why in body.bad:
        problems.add(Place(body.sheet.name, number, column), formula(t, why))
    return [line for line in found if line is not None]


def _line(t: Translate, body: Body, raw: Raw, this_year: int, numbers: dict[str, int], problems: Problems) -> Line | None:
    place = Place(body.sheet.name, raw.number)
    wrong: list[tuple[str, Text]] = []
    nip, year = "", None
    try:
        nip = nip_of(t, raw.cells.get("nip"))
    except Wrong as problem:
        wrong.append((problem.name, problem.text))
    numbers[nip] = numbers.get(nip, 0) + 1
    words = {name: text_of(raw.cells.get(name)) for name in ("year", "title", "measure")}
    if words["year"]:
        year = _said(wrong, "year", lambda: target_writing.year(t, words["year"], this_year))
    code = _said(wrong, "code", lambda: target_writing.code(t, code_of(raw.cells.get("code"), numbers[nip])))
    title = _said(wrong, "title", lambda: target_writing.title(t, words["title"]))
    amount = _said(wrong, "quantity", lambda: target_writing.quantity(t, _figures(raw.cells.get("quantity"))))
    measure = _said(wrong, "measure", lambda: target_writing.measure(t, words["measure"] or (amount[1] if amount else "")))
    for name, text in wrong:
        problems.add(Place(body.sheet.name, raw.number, body.columns.get(name)), text)
    if wrong or code is None or title is None or amount is None or measure is None:
        return None
    return Line(place, nip, year, Wanted(code, title, measure, amount[0]))


def _said(wrong: list[tuple[str, Text]], name: str, read: Callable[[], _Value]) -> _Value | None:
    try:
        return read()
    except UserError as error:
        wrong.append((name, error.args[0]))
        return None


def code_of(cell: Cell, number: int) -> str:
    """`RHK-3` for a bare 3, and for the third target of a file without codes."""
    words = text_of(cell).strip(" .)")
    return CODE.format(number=words or number) if not words or words.isdecimal() else words


def _figures(cell: Cell) -> str:
    """A number as people write it, so that it is read again by the same rules."""
    if isinstance(cell, float) and not cell.is_integer():
        return str(cell).replace(".", ",")
    return text_of(cell)


# ---------------------------------------------------------------- against what is known


def check(work: Work, t: Translate, sender: Person | None, lines: Sequence[Line], year: int, problems: Problems) -> Plan:
    """What would change; whatever stands against it goes to `problems`. Without a sender it is an administrator."""
    plan = Plan()
    first = {line.nip: line.place for line in reversed(lines)}
    allowed = checking.owners(work, t, sender, first, problems)
    for line in lines:
        someone = allowed.get(line.nip)
        if someone is None:
            continue
        plan.owners[someone.id] = someone
        _take(t, plan.wanted.setdefault((someone.id, line.year or year), []), line, problems)
    for wanted_year in {each for _, each in plan.wanted}:
        _compare(work, plan, wanted_year)
    return plan


def _take(t: Translate, taken: list[Wanted], line: Line, problems: Problems) -> None:
    """Once; the same code with other words is a question."""
    same = next((each for each in taken if each.key == line.wanted.key), None)
    if same is None:
        taken.append(line.wanted)
        if len(taken) > target_writing.MOST:
            problems.add(line.place, t("A year has at most {most} targets. Take some out first.", most=target_writing.MOST))
    elif same != line.wanted:
        code = line.wanted.code
        problems.add(line.place, t("The code {code} stands for two targets. Give one of them another code.", code=code))


def _compare(work: Work, plan: Plan, year: int) -> None:
    """Counts what is new, other and the same, and finds what the file names no more."""
    ids = [person_id for person_id, each in plan.wanted if each == year]
    known = targets.of_people(work.db, ids, year)
    for person_id in ids:
        there = {each.code_key: each for each in known.get(person_id, ())}
        for wanted in plan.wanted[person_id, year]:
            before = there.pop(wanted.key, None)
            if before is None:
                plan.added += 1
            elif target_writing.wanted_of(before) == wanted:
                plan.same += 1
            else:
                plan.changed += 1
        plan.removed += there.values()
