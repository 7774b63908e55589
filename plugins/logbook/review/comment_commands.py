"""`/logbook komentar 2 terima kasih`, the button *Komentar* or *Balas*, and the thread of an entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from integration import deciders, find
from integration.dates import take_day
from integration.errors import UserError
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
    fill,
    join,
    plain,
)
from integration.people import Person
from integration.phrases import day_name, short_day
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import entries, seeing, writing
from plugins.logbook.entries import LIVE, REPORTED, Entry
from plugins.logbook.review import comments, digest
from plugins.logbook.review.comments import COMMENT, DAYS, LONGEST

_SHOWN = 10
_SAY = "logbook.say"
_EXAMPLE = Text("`/logbook komentar 2 tolong lampirkan notulennya`")
_LONGEST_NUMBER = 3


def command(context: Context, command: Command) -> Answer:
    """`komentar [@person | name] [day] [number] [text]`: without a text the thread, without a number the day's reports."""
    name, words = _name(context, command.words)
    person = _person(context, command, name, words)
    if isinstance(person, Reply):
        return person
    seeing.check(context, person)
    named, words = _day(context, person, words)
    day = named or local_day(context.now, person)
    found = of_day(context, person, day) if named or not (waits := _waiting(context, person)) else waits
    if not words:
        return _list(context, person, day, found)
    entry = _numbered(context, person, day, found, words[0])
    if len(words) == 1:
        return thread(context, entry, person)
    return _added(context, entry, person, _behind(command, words[1:]))


def _name(context: Context, words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The words before a day or a number, "" for one's own; and the rest. A mention is one word."""
    if words and words[0].startswith("@"):
        return words[0], words[1:]
    starts = (n for n in range(len(words)) if _is_number(words[n]) or _day(context, context.person, words[n:])[0] is not None)
    first = next(starts, len(words))
    return " ".join(words[:first]), words[first:]


def _person(context: Context, command: Command, name: str, rest: Sequence[str]) -> Person | Reply:
    """Whose report it is, or the question. What names nobody, not even nearly, was to be a comment without a number."""
    if not name:
        return context.person
    found = find.person(context, command.mentions, name, lambda nip: f"komentar {nip} {_behind(command, rest)}", _SAY)
    if isinstance(found, Reply) and not found.buttons and not name.startswith("@"):
        raise UserError(context.t("Write the report's number before the comment: {example}", example=_EXAMPLE))
    return found


def _behind(command: Command, words: Sequence[str]) -> str:
    """These last words of the command as they were typed, line breaks and all."""
    return command.text.split(maxsplit=len(command.words) - len(words))[-1] if words else ""


def _day(context: Context, person: Person, words: Sequence[str]) -> tuple[date | None, Sequence[str]]:
    """A day in front; a bare number is an entry's."""
    if not words or _is_number(words[0]):
        return None, words
    return take_day(tuple(words), local_day(context.now, person), context.t)


def _is_number(word: str) -> bool:
    return word.isdecimal() and len(word) <= _LONGEST_NUMBER


def _waiting(context: Context, person: Person) -> list[Entry]:
    """What `periksa @person` shows, under its numbers: what waits for the reader, of whatever day."""
    if person.id == context.person.id or not deciders.may_decide(context, context.person, person):
        return []
    return digest.of_person(context, person)


def of_day(context: Context, person: Person, day: date) -> list[Entry]:
    """The day's entries under the numbers of the person's own list; of others only what was sent, as `periksa` shows it."""
    own = person.id == context.person.id
    return entries.standing(entries.of_day(context.db, person.id, day, LIVE if own else REPORTED))


def _numbered(context: Context, person: Person, day: date, found: Sequence[Entry], word: str) -> Entry:
    t = context.t
    if not _is_number(word):
        raise UserError(t("Write the report's number before the comment: {example}", example=_EXAMPLE))
    if not 1 <= int(word) <= len(found):
        raise UserError(
            t(
                "{day} has {count} reports, so there is no number {number}. See them: {how}",
                day=day_name(t, day),
                count=len(found),
                number=int(word),
                how=_how(context, person, day),
            )
        )
    return found[int(word) - 1]


def _how(context: Context, person: Person, day: date) -> Text:
    if person.id == context.person.id:
        return Text(f"`/logbook lihat {day:%d/%m/%Y}`")
    return Text(f"`/logbook periksa {person.nip} {day:%d/%m/%Y}`")


def _list(context: Context, person: Person, day: date, found: Sequence[Entry]) -> Reply:
    """Which report is meant: a button for each that others can see."""
    t = context.t
    buttons = [
        Button(t("Comment {number}", number=number), COMMENT, str(each.id), days=1)
        for number, each in enumerate(found, 1)
        if seeing.reported(each)
    ]
    if not buttons:
        raise UserError(t("Nothing was sent of {day} yet, so there is nothing to comment on.", day=day_name(t, day)))
    lines = [t("Which report do you mean? Or write: {example}", example=_EXAMPLE)]
    lines += [fill("{n}. {what}", n=number, what=writing.short(each.content)) for number, each in enumerate(found[:_SHOWN], 1)]
    return Reply(join("\n", lines), tuple(buttons[:_SHOWN]))


# ---------------------------------------------------------------- one entry's thread


def thread(context: Context, entry: Entry, person: Person, said: Text | None = None, *, replaces: bool = False) -> Reply:
    """Everything that was said of an entry, and the way to say more."""
    t, own = context.t, person.id == context.person.id
    found = comments.of_versions(context.db, [entry]).get(entry.id, [])
    what = fill("{day}: “{activity}”", day=short_day(t, entry.day), activity=writing.short(entry.content))
    lines = [*([said] if said else []), what if own else fill("{name}, {what}", name=person.name, what=what)]
    lines += comments.lines(t, found, context.person, context.now) or [t("No comments yet.")]
    may = seeing.reported(entry) and seeing.may_speak(context, context.person, person)
    buttons = (Button(t("Comment"), COMMENT, str(entry.id), days=DAYS),) if may else ()
    return Reply(join("\n", lines), buttons, replaces=replaces)


def ask(context: Context, press: ButtonPress) -> Answer:
    entry, person = _opened(context, press.value)
    t = context.t
    hint = t("{name} reads it.", name=person.name) if person.id != context.person.id else t("Your supervisor reads it.")
    field = Field("text", t("Comment"), "textarea", hint=plain(hint), max_length=LONGEST)
    intro = fill("{day}: “{activity}”", day=short_day(t, entry.day), activity=writing.short(entry.content))
    return Form(COMMENT, t("Comment on a report"), (field,), str(entry.id), intro, t("Send"))


def submitted(context: Context, submission: FormSubmission) -> Answer:
    entry, person = _opened(context, submission.value)
    try:
        return _added(context, entry, person, submission.values.get("text", ""))
    except UserError as error:
        return FormErrors({"text": plain(error.args[0])})


def _opened(context: Context, value: str) -> tuple[Entry, Person]:
    """The entry, for those who may comment on it; raises `UserError`."""
    entry, person = seeing.opened(context, value)
    if not seeing.may_speak(context, context.person, person):
        t = context.t
        raise UserError(t("On the reports of {name} only the person and the supervisors comment.", name=person.name))
    if not seeing.reported(entry):
        raise UserError(context.t("This is still a draft: nobody else can see it. Send it first."))
    return entry, person


def _added(context: Context, entry: Entry, person: Person, text: str) -> Reply:
    comments.add(context, context.person, entry, person, text)
    return thread(context, entry, person, context.t("Comment sent."))


SUBCOMMANDS = (
    Subcommand(
        "komentar",
        command,
        "Comment on a report by its number; without a text: the thread",
        arguments="[@person] [day] [number] [text]",
        example="/logbook komentar 2 sudah saya lampirkan",
        aliases=("comment", "tanggapan"),
        writes=True,
    ),
)
BUTTONS = {"comment": ask}
FORMS = {"comment": submitted}
