"""What an office or a unit asks of an entry beside what every entry has: declared fields, in versions that stay.

`current` is the form of today; an entry keeps the version that it was written with (`of_entry`), and is shown under that
version's labels (`shown`). Answers are text by field name: a number as `1250.5`, a date as `2026-11-20`, a person by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select

from integration import find, people, phrases
from integration.dates import parse_day
from integration.db import insert_once
from integration.errors import UserError
from integration.form_values import one_line, one_of
from integration.i18n import Translate
from integration.messages import Field, File, Text, clean, fill, join, plain
from integration.people import Person
from integration.plugin import Context
from integration.workdays import local_day
from plugins.logbook.declared.fields import SHORT, Declared, decimals_of, from_json, number_range, to_json, written
from plugins.logbook.tables import logbook_form as _form

OFFICE = "office"
LONGEST_FILE = 500
# Columns that the audit row repeats: a version is never changed.
LEDGER = ("scope", "version", "fields")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_WITH_NIP = re.compile(r".*\((?:NIP )?(\d{5,30})\)")


@dataclass(frozen=True, slots=True)
class FormVersion:
    """`scope` is `office` or `unit:<id>`. `as_office`: from this version on the unit has no form of its own any more."""

    id: int
    scope: str
    version: int
    fields: tuple[Declared, ...]
    as_office: bool = False

    def field(self, name: str) -> Declared | None:
        return next((each for each in self.fields if each.name == name), None)


# ---------------------------------------------------------------- which form


_newer = _form.alias()
_NEWEST = _form.c.version == select(func.max(_newer.c.version)).where(_newer.c.scope == _form.c.scope).scalar_subquery()
# Built once: this is asked for every entry that is written.
_OF_UNIT = select(_form).where(or_(_form.c.scope == OFFICE, _form.c.scope == bindparam("unit")), _NEWEST)


def current(db: Connection, person: Person) -> FormVersion | None:
    """The form of the person's unit, else of the office; None where nothing more is asked. One statement."""
    unit = scope_of_unit(person.unit_id)
    found = {row.scope: row for row in db.execute(_OF_UNIT, {"unit": unit})}
    own = found.get(unit)
    row = own if own is not None and own.fields is not None else found.get(OFFICE)
    return _version(row) if row is not None and row.fields else None


def of_entry(db: Connection, person: Person, form_id: int | None, *, written: bool) -> FormVersion | None:
    """The form of an entry that was `written` with `form_id`; of a new one, that of today."""
    if not written:
        return current(db, person)
    return by_ids(db, [form_id]).get(form_id) if form_id is not None else None


def by_ids(db: Connection, ids: Collection[int | None]) -> dict[int, FormVersion]:
    """Forms of entries, by `Content.form_id`. One statement, none where no entry has a form."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return {row.id: _version(row) for row in db.execute(select(_form).where(_form.c.id.in_(wanted)))}


def latest(db: Connection, scopes: Sequence[str]) -> dict[str, FormVersion]:
    """The highest version of each scope."""
    return {row.scope: _version(row) for row in db.execute(select(_form).where(_form.c.scope.in_(scopes), _NEWEST))}


def scope_of_unit(unit_id: int) -> str:
    return f"unit:{unit_id}"


def _version(row: Row[Any]) -> FormVersion:
    fields = tuple(map(from_json, row.fields or ()))
    return FormVersion(row.id, row.scope, row.version, fields, as_office=row.fields is None)


# ---------------------------------------------------------------- in the chat


def to_fields(form: FormVersion | None, t: Translate, answers: Mapping[str, str] | None = None) -> tuple[Field, ...]:
    """The form's fields for the chat, named by `Declared.key`; `answers` (by field name) stand in them."""
    return tuple(_field(each, t, (answers or {}).get(each.name, "")) for each in form.fields) if form else ()


def _field(each: Declared, t: Translate, answer: str) -> Field:
    if each.kind == "file":
        return _file_field(each, t, answer)
    given = written(t, each, answer)
    hint = each.hint or plain(_hint(each, t))
    choices = tuple((choice, choice) for choice in each.choices)
    if each.kind == "choice":
        return Field(
            each.key, each.label, "select", given if given in each.choices else "", hint, each.required, choices=choices
        )
    longest = _longest(each)
    if longest > SHORT:  # a chat's one-line field takes no more
        return Field(each.key, each.label, "textarea", given, hint, each.required, longest)
    return Field(each.key, each.label, "date" if each.kind == "date" else "text", given, hint, each.required, longest)


def _file_field(each: Declared, t: Translate, name: str) -> Field:
    """What was sent before is kept, and counts as the answer until another file is chosen."""
    hint = plain(t("There is {name} already. Leave this empty to keep it.", name=name)) if name else each.hint
    return Field(each.key, each.label, "file", hint=hint, required=each.required and not name, documents=True)


def _longest(each: Declared) -> int:
    return {"text": each.longest, "file": LONGEST_FILE}.get(each.kind, SHORT)


def _hint(each: Declared, t: Translate) -> Text:
    if each.kind == "number":
        return number_range(t, each)
    return {
        "date": t("For example 20/11 or yesterday."),
        "person": t("A name, an NIP or @name."),
    }.get(each.kind, Text(""))


def read(
    form: FormVersion | None,
    context: Context,
    values: Mapping[str, str],
    files: Mapping[str, File] | None = None,
    before: Mapping[str, str] | None = None,
) -> tuple[dict[str, str], dict[str, str]]:
    """What came back (`FormSubmission.values` and `files`) as (answers by field name, problems by the field's key in the
    chat). The answer to a file is its name, and stays as it was `before` where none was chosen; `chosen` has the files.

    Whoever opens the entry's form with `to_fields` hands the values of all fields here; others among them are ignored.
    """
    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    for each in form.fields if form else ():
        given = values.get(each.key, "")
        if each.kind == "file":
            given = files[each.key].name if files and each.key in files else (before or {}).get(each.name, "")
        try:
            answers[each.name] = _read(each, context, given)
        except UserError as error:
            problems[each.key] = plain(error.args[0])
    return answers, problems


def chosen(form: FormVersion | None, files: Mapping[str, File]) -> list[File]:
    """The files that came with the form; they become evidence of its entry."""
    return [files[each.key] for each in (form.fields if form else ()) if each.kind == "file" and each.key in files]


def repeatable(form: FormVersion | None, answers: Mapping[str, str] | None) -> dict[str, str]:
    """Answers that another entry may begin with: those that the form asks for, but no files, which prove this one."""
    names = {each.name for each in (form.fields if form else ()) if each.kind != "file"}
    return {name: answer for name, answer in (answers or {}).items() if name in names}


def missing(form: FormVersion | None, answers: Mapping[str, str] | None) -> list[str]:
    """The labels of required fields without an answer: what a single line could not say, and sending has to ask for."""
    return [each.label for each in (form.fields if form else ()) if each.required and not (answers or {}).get(each.name)]


def shown(form: FormVersion | None, t: Translate, answers: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """(label, answer as people write it) of what was answered, under the labels of this version."""
    given = answers or {}
    return [(each.label, written(t, each, given[each.name])) for each in (form.fields if form else ()) if given.get(each.name)]


# ---------------------------------------------------------------- one answer


def _read(each: Declared, context: Context, value: str) -> str:
    given = clean(value).strip() if each.kind == "text" and each.longest > SHORT else one_line(clean(value))
    if not given:
        if each.required:
            raise UserError(context.t("Please fill this in."))
        return ""
    longest = _longest(each)
    if len(given) > longest:
        raise UserError(context.t("Too long: {length} of at most {most} characters.", length=len(given), most=longest))
    if each.kind == "choice":
        return one_of(context.t, given, each.choices)
    if each.kind == "number":
        return _number(each, context.t, given)
    if each.kind == "date":
        return parse_day(given, local_day(context.now, context.person), context.t).isoformat()
    return _person(context, given) if each.kind == "person" else given


def _number(each: Declared, t: Translate, given: str) -> str:
    """Accepts `1.250,5` and `1250.5`; stores `1250.5`."""
    plain_ = _plain_number(given.replace(" ", ""))
    try:
        number = Decimal(plain_) if _NUMBER.fullmatch(plain_) else None
    except InvalidOperation:
        number = None
    if number is None:
        raise UserError(t("“{text}” cannot be read as a number. {range}", text=given[:60], range=number_range(t, each)))
    fits = (each.least is None or number >= each.least) and (each.most is None or number <= each.most)
    if not fits or decimals_of(number) > each.decimals:
        raise UserError(t("{text} does not fit. {range}", text=given, range=number_range(t, each)))
    return f"{number.normalize():f}"


def _plain_number(given: str) -> str:
    """`1.250,5`, `1,250.5` and `1250,5` as `1250.5`; thousands come in threes, so `1.250` is a thousand and more."""
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", given):
        return given.replace(".", "").replace(",", ".")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+\.\d+", given):
        return given.replace(",", "")
    return given.replace(",", ".")


def _person(context: Context, given: str) -> str:
    """The name; with the NIP where several have it. Raises `UserError` if nobody is meant, or more than one."""
    with_nip = _WITH_NIP.fullmatch(given)
    meant = find.mentioned(context, (), given)
    found = [meant] if meant else people.search(context.db, with_nip[1] if with_nip else given)
    if not found:
        raise UserError(context.t("There is nobody named “{name}” in the list.", name=given[: find.LONGEST]))
    exact = [each for each in found if each.name.lower() == given.lower()]
    if len(found) > 1 and len(exact) != 1:
        several = join(
            ", ", [fill("{name} ({nip})", name=each.name, nip=Text(each.nip)) for each in found[: phrases.NAMES_SHOWN]]
        )
        raise UserError(context.t("Whom do you mean: {names}? Please write the NIP.", names=several))
    one = (exact or found)[0]
    same = [each for each in people.search(context.db, one.name) if each.name == one.name]
    return one.name if len(same) < 2 else f"{one.name} (NIP {one.nip})"


# ---------------------------------------------------------------- as they are kept


def put(db: Connection, scope: str, fields: Sequence[Declared] | None, now: Any, by: int | None = None) -> FormVersion | None:
    """The next version of a scope's form, None for fields: as the office. None comes back if somebody else was quicker."""
    before = latest(db, [scope]).get(scope)
    version = before.version + 1 if before else 1
    kept = None if fields is None else [to_json(each) for each in fields]
    row = {"scope": scope, "version": version, "fields": kept, "made_at": now, "made_by": by}
    new = insert_once(db, _form, row)
    return None if new is None else FormVersion(new[0], scope, version, tuple(fields or ()), as_office=fields is None)
