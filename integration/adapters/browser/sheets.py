"""A form handed to one person, once, as a signed token: the page and the room's window read it back from there."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from integration import uploads
from integration.core import Hadir
from integration.dispatch import Once, used_nonce
from integration.i18n import Translate
from integration.messages import Answer, Field, File, Form, FormErrors, FormSubmission, Reply, Sender, bare, plain
from integration.signing import BadToken

VALID = timedelta(hours=1)
# Whoever writes a long text does other things meanwhile.
VALID_LONG = timedelta(hours=12)
_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """`message` is the room's message whose button opened the form, 0 if there is none."""

    form: Form
    sender: Sender
    nonce: str
    message: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission; `again`: nothing was stored and the same sheet can be sent again."""

    answer: Answer
    again: bool


def issue(hadir: Hadir, form: Form, sender: Sender, *, message: int = 0) -> str:
    """The token of a new sheet."""
    who = [sender.platform, sender.id, sender.name]
    data = {"f": _packed(form), "u": who, "n": secrets.token_urlsafe(12), "m": message}
    return hadir.signer.sign("form", data, now=hadir.clock(), valid=valid(form))


def valid(form: Form) -> timedelta:
    """How long a sheet of it can be sent."""
    return VALID_LONG if form.is_long else VALID


def read(hadir: Hadir, token: str) -> Sheet:
    """The sheet that `issue` made; raises `BadToken`."""
    data = hadir.signer.read("form", token, now=hadir.clock())
    try:
        return Sheet(_unpacked(data["f"]), Sender(*data["u"]), data["n"], data["m"])
    except (KeyError, TypeError, ValueError):  # signed by us, but by another version
        raise BadToken("forged") from None


Chosen = Mapping[str, tuple[str, bytes]]  # by field: the file's name and what is in it


def submit(hadir: Hadir, sheet: Sheet, typed: Mapping[str, str], t: Translate, chosen: Chosen | None = None) -> Outcome:
    """Hand what was typed and chosen to the handler; raises `Refused` if the sheet was sent before."""
    files, errors = _files(sheet.form, chosen or {}, t)
    values = {field.name: _text(typed.get(field.name, "")) for field in sheet.form.fields if field.kind != "file"}
    values |= {field.name: files[field.name].name if field.name in files else "" for field in _file_fields(sheet.form)}
    errors = check(sheet.form, values, t) | errors
    if errors:
        return Outcome(FormErrors(_choose_again(errors, files, t)), again=True)
    now = hadir.clock()
    submission = FormSubmission(sheet.form.action, values, sheet.form.value, files=files)
    answer = hadir.dispatcher.handle(sheet.sender, submission, now, Once(sheet.nonce, now + valid(sheet.form)))
    if isinstance(answer, Reply) and answer.refused:
        return _refused(hadir, sheet, answer, files, t)
    if isinstance(answer, FormErrors):
        return Outcome(FormErrors(_choose_again(answer.by_field, files, t)), again=True)
    return Outcome(answer, again=False)


def _refused(hadir: Hadir, sheet: Sheet, answer: Reply, files: Mapping[str, File], t: Translate) -> Outcome:
    """The sheet can be sent again if the refusal undid everything."""
    with hadir.database.read() as db:
        again = not is_used(db, sheet)
    if again and files:
        return Outcome(FormErrors(_choose_again({"": bare(answer.text)}, files, t)), again=True)
    return Outcome(answer, again=again)


def _file_fields(form: Form) -> list[Field]:
    return [field for field in form.fields if field.kind == "file"]


def _files(form: Form, chosen: Chosen, t: Translate) -> tuple[dict[str, File], dict[str, str]]:
    """The usable files, and what is wrong with the others, by field."""
    files: dict[str, File] = {}
    errors: dict[str, str] = {}
    for field in _file_fields(form):
        name, content = chosen.get(field.name, ("", b""))
        if name:
            try:
                files[field.name] = uploads.receiver(field)(name, content, t)
            except uploads.Unusable as error:
                errors[field.name] = plain(error.text)
    return files, errors


def _choose_again(errors: Mapping[str, str], files: Mapping[str, File], t: Translate) -> dict[str, str]:
    """A browser forgets a chosen file when the page comes back: say so."""
    return {name: plain(t("Please choose the file again.")) for name in files} | dict(errors)


def is_used(db: Connection, sheet: Sheet) -> bool:
    return db.execute(select(used_nonce.c.nonce).where(used_nonce.c.nonce == sheet.nonce)).first() is not None


def check(form: Form, values: Mapping[str, str], t: Translate) -> dict[str, str]:
    """What any form can be wrong about, by field; what a browser promises to check is checked here again."""
    found = {field.name: _wrong(field, values[field.name], t) for field in form.fields}
    return {name: text for name, text in found.items() if text}


def _wrong(field: Field, value: str, t: Translate) -> str:
    if field.required and not value:
        return t("Please fill this in.")
    if len(value) > field.max_length and field.kind != "file":
        return plain(t("Too long: {length} of at most {most} characters.", length=len(value), most=field.max_length))
    if value and field.kind == "select" and value not in dict(field.choices):
        return t("Please pick one of the choices.")
    return ""


def _text(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


def errors_of(outcome: Outcome) -> dict[str, str]:
    """By field; what a handler refused as a whole stands under ""."""
    if isinstance(outcome.answer, FormErrors):
        return {name: bare(text) for name, text in outcome.answer.by_field.items()}
    assert isinstance(outcome.answer, Reply)  # noqa: S101  # a Form is never sent again
    return {"": bare(outcome.answer.text)}


# ---------------------------------------------------------------- how a field is shown


@dataclass(frozen=True, slots=True)
class Input:
    """A field with what stands in it; `kind` is the HTML type, plain text if the value would not fit a picker."""

    field: Field
    value: str
    error: str
    kind: str

    @property
    def hint(self) -> str:
        """How to type a day or a time helps nobody who picks one."""
        return "" if self.kind in ("date", "time") else self.field.hint


def inputs(form: Form, values: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> list[Input]:
    return [
        _input(field, (values or {}).get(field.name, field.default), (errors or {}).get(field.name, ""))
        for field in form.fields
    ]


def _input(field: Field, value: str, error: str) -> Input:
    if field.kind == "time":
        clock = _CLOCK.fullmatch(value.strip())
        value = f"{int(clock[1]):02}:{clock[2]}" if clock else value
        return Input(field, value, error, "time" if clock or not value else "text")
    if field.kind == "date":
        return Input(field, value, error, "date" if not value or _ISO_DAY.fullmatch(value) else "text")
    return Input(field, value, error, field.kind)


# ---------------------------------------------------------------- a form in few characters


def _packed(form: Form) -> list[Any]:
    fields = [
        [f.name, f.label, f.kind, f.default, f.hint, int(f.required), f.max_length, [list(pair) for pair in f.choices]]
        + ([2] if f.documents else [1] * f.any_type)
        for f in form.fields
    ]
    return [form.action, form.title, fields, form.value, form.intro, form.submit]


def _unpacked(packed: Sequence[Any]) -> Form:
    action, title, fields, value, intro, submit = packed
    return Form(action, title, tuple(_field(*field) for field in fields), value, intro, submit)


def _field(
    name: str,
    label: str,
    kind: Any,
    default: str,
    hint: str,
    required: int,
    max_length: int,
    choices: list[list[str]],
    takes: int = 0,
) -> Field:
    pairs = tuple((pair[0], pair[1]) for pair in choices)
    return Field(name, label, kind, default, hint, bool(required), max_length, pairs, takes == 1, takes == 2)
