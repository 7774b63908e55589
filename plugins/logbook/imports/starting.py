"""`/logbook impor` and `/logbook target impor`: the form for a file, what the sender confirms, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

from integration import people
from integration.errors import UserError
from integration.form_values import read
from integration.i18n import Translate
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Field,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    plain,
)
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook.imports import fields, opening, store, superior, tasks, telling, undoing
from plugins.logbook.imports.opening import LARGEST_BYTES, Unreadable
from plugins.logbook.imports.store import Import
from plugins.logbook.targets import writing as target_writing

SAY = telling.SAY
_NEW = frozenset({"baru", "berkas", "lagi", "new"})
_TARGET = frozenset({"target", "skp", "rhk"})
_UNDO = frozenset({"batal", "urung", "urungkan", "undo"})
_NONE = "-"


def import_(context: Context, command: Command) -> Answer:
    """`impor [baru | batal | target] [year]`: what is under way, else the form for a file."""
    first = command.words[0].lower() if command.words else ""
    if first in _UNDO:
        return _last(context)
    if first in _TARGET:
        return targets(context, command.words[1:])
    under_way = store.open_of(context.db, context.person.id)
    if under_way is not None and first not in _NEW:
        return _standing(context, under_way)
    return entries_form(context, command.words)


def _standing(context: Context, found: Import) -> Reply:
    """How far it is: being read, waiting for an answer, being taken."""
    t, other = context.t, Button(context.t("Another file"), SAY, "impor baru")
    if found.state == "asked":
        answers = telling.buttons(t, found, clean=found.clean)
        return Reply(Text(found.report), buttons=(*answers, other))
    again = Button(t("How far is it?"), SAY, "impor")
    if found.state == "taking":
        return Reply(
            t("**{name}** is just being taken. The result comes to you in a direct message.", name=found.name), (again,)
        )
    text = t("**{name}** is just being read. What was understood comes to you in a direct message.", name=found.name)
    return Reply(text, buttons=(again, other))


def _last(context: Context) -> Reply:
    """What was brought in last, with the way back; what is under way is left by its own button."""
    t, under_way = context.t, store.open_of(context.db, context.person.id)
    if under_way is not None:
        return _standing(context, under_way)
    found = store.last_taken(context.db, context.person.id, context.now - store.UNDO)
    if found is None:
        return Reply(t("Nothing was brought in during the last day that could be undone."), refused=True)
    undo = Button(t("Undo the import"), "logbook.import_undo", str(found.id), "danger", 1)
    return Reply(t("Brought in last: **{name}**.", name=found.name), buttons=(undo,))


# ---------------------------------------------------------------- the form


def entries_form(context: Context, words: Sequence[str]) -> Form:
    t, this_year = context.t, local_day(context.now, context.person).year
    year = _year_in(words) or str(this_year - 1)
    intro = t(
        "XLSX, XLS, ODS or CSV, at most {most} MB and {rows} rows. You see what was understood before anything is taken.",
        most=LARGEST_BYTES >> 20,
        rows=Text(f"{opening.MOST_ROWS:,}".replace(",", ".")),
    )
    fields_ = (
        Field("file", t("File"), "file", any_type=True),
        Field("year", t("Year"), default=year, required=False, max_length=4, hint=t("Empty: as it stands in the file")),
    )
    return Form(
        "logbook.import_file", plain(t("Bring in past reports")), fields_, value="entries", intro=intro, submit=t("Send")
    )


def targets(context: Context, words: Sequence[str]) -> Answer:
    """`target impor [batal] [year]`"""
    return _last(context) if words and words[0].lower() in _UNDO else targets_form(context, words)


def targets_form(context: Context, words: Sequence[str]) -> Form:
    t, this_year = context.t, local_day(context.now, context.person).year
    intro = t(
        "Your SKP as XLSX, XLS, ODS or CSV: code, what is to be reached, quantity and unit. It is shown before it is taken."
    )
    if people_below(context):
        intro = Text(f"{intro} {t('For several people with a column NIP.')}")
    fields_ = (
        Field("file", t("File"), "file", any_type=True),
        Field("year", t("Year"), default=_year_in(words) or str(this_year), max_length=4),
    )
    return Form(
        "logbook.import_file", plain(t("SKP targets from a file")), fields_, value="targets", intro=intro, submit=t("Send")
    )


def people_below(context: Context) -> bool:
    """Whether this person may bring in anything for others."""
    if "kepegawaian" in context.person.roles:
        return True
    return bool(people.subordinates(context.db, context.person.id, local_day(context.now, context.person)))


def _year_in(words: Sequence[str]) -> str:
    return next((word for word in words if len(word) == 4 and word.isascii() and word.isdecimal()), "")


def sent(context: Context, submission: FormSubmission) -> Answer:
    """The file came: kept, and read by the worker."""
    t, errors, file = context.t, dict[str, str](), submission.files.get("file")
    kind = submission.value
    if kind not in fields.KINDS:
        raise UserError(t("This form is over. Please type the command again."))
    if file is None or not file.content:
        errors["file"] = plain(t("Please choose a file."))
    else:
        try:
            opening.check(file.content, t)
        except Unreadable as why:
            errors["file"] = why.text
    typed = submission.values.get("year", "").strip()
    this_year = local_day(context.now, context.person).year
    year = read(errors, "year", lambda: target_writing.year(t, typed, this_year)) if typed or kind == "targets" else None
    if errors or file is None:
        return FormErrors(errors)
    added = store.new(context, context.person.id, kind, file.name, file.content, year)
    found = store.get(context.db, added)
    assert found is not None  # noqa: S101  # its row has just been written here
    tasks.queue(context, found, tasks.READ)
    return _standing(context, found)


# ---------------------------------------------------------------- confirmed, corrected, left


def _pressed(context: Context, value: str) -> Import:
    """The sender's own import behind a button of its latest reading; raises `UserError`."""
    number, _, round_ = value.partition(":")
    known = number.isascii() and number.isdecimal() and len(number) <= 9
    found = store.get(context.db, int(number)) if known else None
    if found is None or found.person_id != context.person.id:
        raise UserError(context.t("This file is not yours, or it is over."))
    if round_ and round_ != str(found.round) and found.state in store.OPEN:
        how = Text("`/logbook impor`")
        raise UserError(context.t("The file was read anew since. Look at the latest: {how}", how=how))
    return found


def _over(context: Context, found: Import) -> Reply:
    t = context.t
    if found.state in ("reading", "taking"):
        return _standing(context, found)
    if found.state == "taken":
        return Reply(t("**{name}** is taken already.", name=found.name), refused=True)
    if found.state == store.UNDONE:
        return Reply(t("**{name}** was undone already.", name=found.name), refused=True)
    return Reply(
        t("**{name}** was left. Send it again with {how}.", name=found.name, how=Text("`/logbook impor`")), refused=True
    )


def take(context: Context, press: ButtonPress) -> Reply:
    found = _pressed(context, press.value)
    if found.state == "asked" and not found.clean:
        return Reply(context.t("Something is to be mended first: {how}", how=Text("`/logbook impor`")), refused=True)
    if not store.move(context.db, found.id, ("asked",), "taking"):
        return _over(context, found)
    context.audit("logbook.import_confirmed", f"logbook_import:{found.id}", after={"fields": sorted(found.fields)})
    tasks.queue(context, found, tasks.TAKE)
    text = context.t("**{name}** is being taken. The result comes to you in a direct message.", name=found.name)
    return Reply(text, buttons=(Button(context.t("How far is it?"), SAY, "impor"),), replaces=True)


def leave(context: Context, press: ButtonPress) -> Reply:
    found = _pressed(context, press.value)
    if not store.end(context, found.id, ("asked", "reading"), "dropped"):
        return _over(context, found)
    return Reply(context.t("**{name}** was left; nothing was taken.", name=found.name), replaces=True)


def columns(context: Context, press: ButtonPress) -> Answer:
    """A form with a choice of columns for each field."""
    found, t = _pressed(context, press.value), context.t
    if found.state != "asked":
        return _over(context, found)
    if not found.columns:
        raise UserError(
            t("No table was found in the file, so there are no columns. Put headings above them and send it again.")
        )
    choices = ((_NONE, plain(t("not used"))), *((key, shown[:90]) for key, shown in found.columns))
    fields_ = tuple(
        Field(each.name, fields.label(t, each.name), "select", found.fields.get(each.name, _NONE), choices=choices)
        for each in fields.KINDS[found.kind]
    )
    value = f"{found.id}:{found.round}"
    return Form("logbook.import_columns", plain(t("What the columns mean")), fields_, value=value, submit=t("Read again"))


def corrected(context: Context, submission: FormSubmission) -> Answer:
    found, t = _pressed(context, submission.value), context.t
    if found.state != "asked":
        return _over(context, found)
    known = {key for key, _ in found.columns}
    values = {each.name: submission.values.get(each.name, _NONE) for each in fields.KINDS[found.kind]}
    chosen = {name: key for name, key in values.items() if key != _NONE}
    errors = {name: t("Please choose one of the list.") for name, key in chosen.items() if key not in known}
    errors |= {
        each.name: t("This is needed.") for each in fields.KINDS[found.kind] if each.required and each.name not in chosen
    }
    twice = [name for name, key in chosen.items() if list(chosen.values()).count(key) > 1]
    errors |= {name: t("One column cannot mean two things.") for name in twice}
    if errors:
        return FormErrors(errors)
    mapping = {**found.mapping, "chosen": chosen, "round": found.round + 1}
    if not store.move(context.db, found.id, ("asked",), "reading", mapping=mapping, report=""):
        return _over(context, found)
    now = store.get(context.db, found.id)
    assert now is not None  # noqa: S101  # its row has just been changed here
    tasks.queue(context, now, tasks.READ)
    return _standing(context, now)


# ---------------------------------------------------------------- out again


def undo(context: Context, press: ButtonPress) -> Reply:
    t, found = context.t, _pressed(context, press.value)
    if found.state != "taken" or found.ended_at is None:
        return _over(context, found)
    if context.now - found.ended_at > store.UNDO:
        raise UserError(_too_late(t, found))
    if undoing.count(context, found) > tasks.UNDONE_AT_ONCE:
        tasks.queue(context, found, tasks.UNDO)
        return Reply(t("**{name}** is being taken out. You are told when it is done.", name=found.name), replaces=True)
    return undoing.undone(context, t, found, context.person)


def _too_late(t: Translate, found: Import) -> Text:
    if found.kind == "targets":
        return t("An import can be undone for a day; that is over. Single targets: {how}", how=Text("`/logbook target`"))
    return t("An import can be undone for a day; that is over. Single activities: {how}", how=Text("`/logbook hapus`"))


SUBCOMMANDS = (
    Subcommand(
        "impor",
        import_,
        "Bring in past reports from a spreadsheet",
        arguments="[baru | batal | target] [year]",
        example="/logbook impor",
        aliases=("import", "unggah"),
    ),
)
BUTTONS = {
    "import_take": take,
    "import_columns": columns,
    "import_drop": leave,
    "import_undo": undo,
    "import_approve": superior.approve,
    "import_leave": superior.let_through,
}
FORMS = {"import_file": sent, "import_columns": corrected}
TASKS, JOBS = tasks.TASKS, tasks.JOBS
