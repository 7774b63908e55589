"""`/jadwal daftar-wfh`: who may work from home; everybody sees their own entry, personnel officers keep the register."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from integration import approval, find, people
from integration.dates import Words, parse_day, take_day
from integration.deciders import OFFICER
from integration.errors import UserError
from integration.form_values import one_line, read
from integration.i18n import Translate
from integration.messages import Answer, Command, Field, Form, FormErrors, FormSubmission, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.jadwal import register, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.register import BASIS_LENGTH, DUTIES_LENGTH, Entry

_ADD = frozenset({"tambah", "daftarkan", "add"})
_REMOVE = frozenset({"hapus", "cabut", "keluarkan", "remove"})
_QUOTED = re.compile(r"[\"“„']([^\"”“']+)[\"”']")
_FROM, _UNTIL = frozenset({"mulai", "dari", "sejak", "from"}), frozenset({"sampai", "hingga", "until", "s.d.", "sd"})
_BASIS, _BY = frozenset({"sk", "nomor", "no", "no."}), frozenset({"oleh", "by"})
_WORDS = _FROM | _UNTIL | _BASIS | _BY
LONGEST_LIST = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What a line has said so far; no `first` means today, no `last` for good."""

    name: str = ""
    duties: str = ""
    first: date | None = None
    last: date | None = None
    basis: str = ""
    decided_by: str = ""


def entries(context: Context, command: Command) -> Answer:
    """`daftar-wfh`, `daftar-wfh tambah @siti "menyusun laporan" sampai 31/12 SK 12/2026`, `daftar-wfh hapus @siti`."""
    word = command.words[0].lower() if command.words else ""
    if OFFICER not in context.person.roles:
        if word:
            return Reply(wording.blocks([_officers_only(context)], [_own(context).text]), refused=True)
        return _own(context)
    if word in _ADD:
        return _add(context, command)
    if word in _REMOVE:
        return _remove(context, command)
    return _listed(context, " ".join(command.words))


def _officers_only(context: Context) -> Text:
    return context.t("The register is kept by the personnel officers.")


# ---------------------------------------------------------------- seeing


def _own(context: Context) -> Reply:
    t, found = context.t, register.current(context.db, [context.person.id], local_day(context.now, context.person))
    if not found:
        return Reply(t("You are not in the register of those who may work from home. Questions? Ask a personnel officer."))
    return Reply(join("\n", [t("**You may work from home**"), *(fill("- {what}", what=_what(t, each)) for each in found)]))


def _what(t: Translate, entry: Entry) -> Text:
    """`menyusun laporan · 1 Des 2026–31 Des 2026 · SK 12/2026 (Kepala Biro)`"""
    parts = [fill("{duties}", duties=entry.duties), _span(t, entry)]
    if entry.basis:
        parts.append(fill("SK {basis}", basis=entry.basis))
    if entry.decided_by:
        parts.append(t("decided by {name}", name=entry.decided_by))
    return join(" · ", parts)


def _span(t: Translate, entry: Entry) -> Text:
    first = wording.date_in(t, entry.valid_from)
    if entry.valid_until is None:
        return t("from {day}", day=first)
    return Text(f"{first}–{wording.date_in(t, entry.valid_until)}")


def _listed(context: Context, name: str) -> Reply:
    """Everybody of a unit who is registered; without a name of the officer's own."""
    t, today = context.t, local_day(context.now, context.person)
    unit = find.unit(context, name, lambda whole: f"daftar-wfh {whole}", SAY) if name else _own_unit(context)
    if isinstance(unit, Reply):
        return unit
    everyone = {person.id: person for person in people.of_unit(context.db, unit[0], today)}
    found = register.current(context.db, everyone, today)
    how = t("To add: {command}", command=Text('`/jadwal daftar-wfh tambah @siti "menyusun laporan" sampai 31/12 SK 12/2026`'))
    if not found:
        return Reply(join("\n", [t("Nobody of {unit} is in the register.", unit=unit[1]), how]))
    lines = [t("**Who may work from home** — {unit}", unit=unit[1])]
    found.sort(key=lambda entry: (everyone[entry.person_id].name, entry.valid_from))
    lines += [
        fill("- {name}: {what}", name=everyone[each.person_id].name, what=_what(t, each)) for each in found[:LONGEST_LIST]
    ]
    lines += approval.more_of_list(t, len(found) - LONGEST_LIST)
    return Reply(wording.blocks(lines, [how]))


def _own_unit(context: Context) -> tuple[int, str]:
    return context.person.unit_id, context.person.unit


# ---------------------------------------------------------------- adding


def _add(context: Context, command: Command) -> Answer:
    said = _read(context, command)
    if not said.name or not said.duties:
        return _form(context, said)
    rest = command.text.split(maxsplit=1)[1].replace(said.name, "", 1)
    person = find.person(context, command.mentions, said.name, lambda nip: f"daftar-wfh tambah {nip} {rest}"[:190], SAY)
    return person if isinstance(person, Reply) else _enter(context, person, said)


def _read(context: Context, command: Command) -> Said:
    """The name before the duties, which stand in quotation marks; then from when, until when, by which letter, by whom."""
    text = command.text.split(maxsplit=1)[1] if len(command.words) > 1 else ""
    quoted = _QUOTED.search(text)
    words: Words = tuple((text[: quoted.start()] + " " + text[quoted.end() :] if quoted else text).split())
    today = local_day(context.now, context.person)
    name, words = _until_word(words)
    found: dict[str, date | str | None] = {}
    while words:
        word, words = words[0].lower(), words[1:]
        if word in _FROM | _UNTIL:
            day, words = take_day(words, today, context.t, "future")
            if day is None:
                raise UserError(context.t("“{word}” which day? For example: {example}", word=word, example=Text("31/12/2026")))
            found["first" if word in _FROM else "last"] = day
        elif word in _BASIS | _BY:
            value, words = _until_word(words)
            found["basis" if word in _BASIS else "decided_by"] = " ".join(value)[:BASIS_LENGTH]
    duties = " ".join(quoted[1].split())[:DUTIES_LENGTH] if quoted else ""
    return Said(" ".join(name), duties, **found)  # type: ignore[arg-type]  # dates and words, each under its own name


def _until_word(words: Words) -> tuple[Words, Words]:
    """The words before the next one that begins something else."""
    end = next((n for n, word in enumerate(words) if word.lower() in _WORDS), len(words))
    return words[:end], words[end:]


def _form(context: Context, said: Said) -> Form:
    t = context.t
    first, last = (day.isoformat() if day else "" for day in (said.first, said.last))
    return Form(
        action="jadwal.register",
        title=t("May work from home"),
        submit=t("Enter"),
        fields=(
            Field("person", t("Who"), default=said.name, hint=t("@username, name or NIP")),
            Field(
                "duties",
                t("Duties that can be done at home"),
                "textarea",
                said.duties,
                hint=t("Several with commas between them: {example}", example=Text("menyusun laporan, arsip")),
                max_length=DUTIES_LENGTH,
            ),
            Field("first", t("From"), "date", first, required=False, hint=t("Empty: from today")),
            Field("last", t("Until"), "date", last, required=False, hint=t("Empty: for good")),
            Field("basis", t("Number of the letter (SK)"), default=said.basis, required=False),
            Field("decided_by", t("Decided by"), default=said.decided_by, required=False),
        ),
    )


def submitted(context: Context, submission: FormSubmission) -> Answer:
    _must_be_officer(context)
    errors: dict[str, str] = {}
    values = {name: one_line(text) for name, text in submission.values.items()}
    person = find.person(context, (), values.get("person", ""), lambda nip: f"daftar-wfh tambah {nip}", SAY)
    if isinstance(person, Reply):
        errors["person"] = person.text
    if not values.get("duties"):
        errors["duties"] = context.t("Please write which duties.")
    first, last = (_day(context, errors, name, values.get(name, "")) for name in ("first", "last"))
    if errors or isinstance(person, Reply):
        return FormErrors(errors)
    basis, by = (values.get(name, "")[:BASIS_LENGTH] for name in ("basis", "decided_by"))
    try:
        return _enter(context, person, Said("", values["duties"][:DUTIES_LENGTH], first, last, basis, by))
    except UserError as error:
        return FormErrors({"last": error.args[0]})


def _must_be_officer(context: Context) -> None:
    if OFFICER not in context.person.roles:
        raise UserError(_officers_only(context))


def _day(context: Context, errors: dict[str, str], name: str, text: str) -> date | None:
    if not text:
        return None
    return read(errors, name, lambda: parse_day(text, local_day(context.now, context.person), context.t, "future"))


def _enter(context: Context, person: Person, said: Said) -> Reply:
    t, today = context.t, local_day(context.now, context.person)
    first = said.first or today
    if said.last is not None and said.last < max(first, today):
        raise UserError(t("Until {last} is before it begins or past already.", last=wording.date_in(t, said.last)))
    if person.ended_on is not None and person.ended_on < first:
        raise UserError(t("{name} does not work here any more.", name=person.name))
    entry = register.add(context, person.id, said.duties, first, said.last, said.decided_by, said.basis, context.person.id)
    context.tell(
        person,
        f"remote_register:{entry.id}:added",
        lambda t: Reply(t("You are registered for working from home: {what}.", what=_what(t, entry))),
    )
    return Reply(t("Registered: {name}, {what}.", name=person.name, what=_what(t, entry)))


# ---------------------------------------------------------------- taking back


def _remove(context: Context, command: Command) -> Reply:
    name = " ".join(command.words[1:])
    t, today = context.t, local_day(context.now, context.person)
    if not name:
        example = Text("`/jadwal daftar-wfh hapus @siti`")
        return Reply(t("Who is to be removed? For example: {example}", example=example), refused=True)
    person = find.person(context, command.mentions, name, lambda nip: f"daftar-wfh hapus {nip}", SAY)
    if isinstance(person, Reply):
        return person
    found = register.current(context.db, [person.id], today)
    if not found:
        return Reply(t("{name} is not in the register; nothing was changed.", name=person.name), refused=True)
    for entry in found:
        register.end(context, entry, today)
    context.tell(person, f"remote_register:{found[-1].id}:ended:{context.now:%Y%m%d%H%M%S}", _ended)
    text = t("{name} is not registered any more, as from today. A published rota stays as it is.", name=person.name)
    return Reply(text)


_ended: Callable[[Translate], Reply] = lambda t: Reply(  # noqa: E731
    t("You are not registered for working from home any more. Questions? Ask a personnel officer.")
)


SUBCOMMANDS = (
    Subcommand(
        "daftar-wfh",
        entries,
        "Who may work from home, and for which duties",
        arguments="[unit] | tambah [@person] | hapus [@person]",
        aliases=("daftarwfh", "register"),
        writes=True,
    ),
)
FORMS = {"register": submitted}
