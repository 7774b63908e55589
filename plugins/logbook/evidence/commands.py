"""`/logbook bukti`: files and links of an entry, shown, added, taken away and sent. Whatever the storage has to be asked for
is the worker's (`evidence_tasks`): nobody waits for it, and its answer comes in a direct message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from integration import approval
from integration.dates import Words, show_day, take_day
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
)
from integration.plugin import Context, Subcommand
from integration.uploads import LARGEST_BYTES
from integration.workdays import local_day
from plugins.logbook import entries, seeing, writing
from plugins.logbook.entries import Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.evidence import links as evidence_links
from plugins.logbook.evidence import removing as evidence_removing
from plugins.logbook.evidence import tasks as evidence_tasks
from plugins.logbook.evidence import wording
from plugins.logbook.evidence.keeping import Added, Evidence
from plugins.logbook.own import drafting

Line = Entry | drafting.Draft

FILES = ("file1", "file2", "file3")
_LONGEST_WORDS = 200


# ---------------------------------------------------------------- /logbook bukti


def show(context: Context, command: Command) -> Answer:
    """`bukti [day] [number] [link | name of a file]`"""
    day, number, rest = _read(context, command.words)
    found = drafting.of_day(context, context.person, day)
    if not found.lines:
        raise UserError(_no_entries(context, day))
    if number is None and len(found.lines) > 1:
        if rest:
            raise UserError(_which(context, day))
        return _overview(context, found)
    line = drafting.numbered(context, context.person, found, number or 1)
    if not rest:
        return _of_line(context, day, line)
    entry = _taken(context, day, line)
    if evidence_links.is_link(rest[0]):
        return _added(context, [evidence.add_link(context, context.person, entry, rest[0], " ".join(rest[1:]))])
    return _look_for(context, entry, " ".join(rest))


def _taken(context: Context, day: date, line: Line) -> Entry:
    """What is known and was not reported yet becomes a draft of the person's by its evidence."""
    return line if isinstance(line, Entry) else drafting.take(context, context.person, day, line)


def _read(context: Context, words: Words) -> tuple[date, int | None, Words]:
    """The day (today without one), the number of the entry, and what else was said; day and number in either order."""
    today, t = local_day(context.now, context.person), context.t
    day, rest = take_day(words, today, t)
    number, rest = _number(rest)
    if day is None and number is not None:
        day, rest = take_day(rest, today, t)
    return day or today, number, rest


def _number(words: Words) -> tuple[int | None, Words]:
    first = words[0].rstrip(".").removeprefix("#") if words else ""
    return (int(first), words[1:]) if first.isascii() and first.isdigit() and len(first) < 4 else (None, words)


def _no_entries(context: Context, day: date) -> Text:
    said = context.t("There is no entry on {day} that evidence could belong to.", day=_day(context, day))
    return fill("{said} {cure}", said=said, cure=context.t("Report the work first: {command}", command=Text("`/logbook`")))


def _which(context: Context, day: date) -> Text:
    example = Text(f"`/logbook bukti {day:%d/%m} 1 https://…`")
    return context.t("To which entry does it belong? Put its number before it: {example}", example=example)


def _day(context: Context, day: date) -> Text:
    return show_day(day, context.t, "EEEE d MMM")


# ---------------------------------------------------------------- what is there


def _overview(context: Context, found: drafting.Day) -> Reply:
    t, day = context.t, found.day
    kept = evidence.of_entries(context.db, [each.id for each in found.entries])
    lines, buttons = [t("**Evidence of {day}**", day=_day(context, day))], []
    for number, each in enumerate(found.lines, 1):
        count = len(kept.get(each.id, ())) if isinstance(each, Entry) else len(each.files)
        said = t("{count} pieces of evidence", count=count) if count else t("no evidence yet")
        what = writing.short(each.content)
        lines.append(fill("{number}. {what} — {said}", number=number, what=what, said=said))
        buttons.append(Button(wording.label(f"{number}. {what}"), "logbook.evidence", drafting.reference(day, each)))
    lines.append(t("Add to one of them: {example}", example=Text(f"`/logbook bukti {day:%d/%m} 1`")))
    return Reply(join("\n", lines), buttons=tuple(buttons[:5]))


def _of_line(context: Context, day: date, line: Line) -> Answer:
    """What there is; the form at once where there is nothing."""
    kept = evidence.of_entry(context.db, line.id) if isinstance(line, Entry) else []
    return _listed(context, line, kept) if isinstance(line, Entry) and kept else form(context, day, line)


def _listed(context: Context, entry: Entry, kept: Sequence[Evidence], first: Text | None = None) -> Reply:
    t = context.t
    title = t("**Evidence of “{activity}”**, {day}", activity=writing.short(entry.content), day=_day(context, entry.day))
    lines = [*([first] if first else []), title, *(wording.line(t, each) for each in kept)]
    if entry.state == "approved":
        lines.append(t("It is approved: a change makes a new version, which your supervisor is asked about again."))
    buttons = [Button(t("Add evidence"), "logbook.evidence_add", str(entry.id))]
    if any(each.kind == "file" for each in kept):
        buttons.append(Button(t("Send me the files"), "logbook.evidence_see", str(entry.id), days=7))
    drop = [wording.drop_button(t, entry.id, each) for each in kept[:5]]
    return Reply(join("\n", lines), buttons=(*buttons, *drop))


# ---------------------------------------------------------------- the form


def form(context: Context, day: date, line: Line) -> Form:
    t, most = context.t, LARGEST_BYTES >> 20
    hint = t("A photo, PDF, Word, Excel, PowerPoint or LibreOffice file of at most {most} MB", most=most)
    labels = (t("File"), t("Another file"), t("Another file"))
    fields = [
        Field(name, label, "file", hint=hint if name == FILES[0] else "", required=False, documents=True)
        for name, label in zip(FILES, labels, strict=True)
    ]
    fields.append(Field("link", t("Or a link"), required=False, max_length=evidence_links.LONGEST, hint="https://…"))
    intro = t("“{activity}”, {day}", activity=writing.short(line.content), day=_day(context, day))
    return Form("logbook.evidence", t("Evidence"), tuple(fields), drafting.reference(day, line), intro, t("Send"))


def submitted(context: Context, given: FormSubmission) -> Answer:
    t, person = context.t, context.person
    day, line = drafting.named(context, person, given.value)
    files = [(name, given.files[name]) for name in FILES if name in given.files]
    link = given.values.get("link", "").strip()
    if not files and not link:
        return FormErrors({FILES[0]: t("Please choose a file or paste a link.")})
    entry, added = _taken(context, day, line), list[Added]()
    if link:
        try:
            added.append(evidence.add_link(context, person, entry, link))
        except UserError as error:
            return FormErrors({"link": error.args[0]})
    for _, file in files:
        added.append(evidence.add_file(context, person, added[-1].entry if added else entry, file))
    return _added(context, added)


def _added(context: Context, added: Sequence[Added]) -> Reply:
    t, entry = context.t, added[-1].entry
    fresh = [each.evidence for each in added if each.fresh]
    known = [each.evidence for each in added if not each.fresh]
    lines = []
    if fresh:
        what, names = writing.short(entry.content), wording.names(fresh)
        lines.append(t("Evidence of “{activity}” is kept: {names}.", activity=what, names=names))
    if known:
        lines.append(t("Already there, so not kept twice: {names}.", names=wording.names(known)))
    if fresh and entry.revises_id is not None:
        lines.append(t("The entry was approved, so this is a new version; your supervisor is asked again."))
    buttons = [Button(t("Add evidence"), "logbook.evidence_add", str(entry.id))]
    buttons += [wording.drop_button(t, entry.id, each) for each in fresh[:3]]
    return Reply(join("\n", lines), buttons=tuple(buttons))


# ---------------------------------------------------------------- a file that lies in the storage


def _look_for(context: Context, entry: Entry, words: str) -> Reply:
    """By its path, or by words of its name; the worker looks."""
    evidence.check(context, context.person, entry)
    words, asked = words.strip("\"'“”`")[:_LONGEST_WORDS], context.now.isoformat()
    given = {"person": context.person.id, "entry": entry.id, "words": words, "asked": asked}
    stream = f"logbook:evidence:{context.person.id}"
    context.later(
        f"logbook.{evidence_tasks.FIND}", stream, f"{stream}:find:{entry.id}:{evidence_tasks.mark(words, asked)}", given
    )
    text = context.t(
        "I am looking for “{words}” in the shared folder. The result comes to you in a direct message.", words=words
    )
    return Reply(text)


# ---------------------------------------------------------------- buttons


def pressed(context: Context, press: ButtonPress) -> Answer:
    """One of the day's lines."""
    return _of_line(context, *drafting.named(context, context.person, press.value))


def add(context: Context, press: ButtonPress) -> Form:
    return form(context, *drafting.named(context, context.person, press.value))


def use(context: Context, press: ButtonPress) -> Reply:
    """One of several files that were found."""
    entry_id, _, path = press.value.partition(" ")
    entry = entries.mine(context, context.person, approval.number(context, entry_id))
    if not evidence_tasks.may_use(context, context.person, entry, path):
        raise UserError(evidence_tasks.none(context.t, path))
    return _added(context, [evidence.add_stored(context, context.person, entry, path)])


def drop(context: Context, press: ButtonPress) -> Reply:
    entry, meant = _meant(context, press.value)
    gone = evidence_removing.remove(context, context.person, entry, meant)
    if gone is None:
        return Reply(context.t("“{name}” was removed already.", name=meant.name), refused=True)
    said = context.t("Removed: {name}.", name=meant.name)
    undo = Button(context.t("Put it back"), "logbook.evidence_back", f"{gone.entry_id} {gone.id}", days=1)
    return Reply(said, buttons=(undo,), replaces=True)


def back(context: Context, press: ButtonPress) -> Reply:
    entry, meant = _meant(context, press.value)
    if evidence_removing.put_back(context, context.person, meant.id) is None:
        command = Text("`/logbook bukti`")
        said = context.t("“{name}” can no longer be put back. Please add it again: {command}", name=meant.name, command=command)
        return Reply(said, refused=True)
    return Reply(context.t("“{name}” is back.", name=meant.name), replaces=True)


def _meant(context: Context, value: str) -> tuple[Entry, Evidence]:
    entry_id, _, evidence_id = value.partition(" ")
    entry = entries.mine(context, context.person, approval.number(context, entry_id))
    found = evidence_removing.find(context.db, approval.number(context, evidence_id))
    if found is None or found[0].entry_id not in (entry.id, entry.revises_id):
        raise UserError(context.t("This evidence does not exist any more."))
    return entry, found[0]


def see(context: Context, press: ButtonPress) -> Reply:
    """Send the evidence of an entry to whoever may see the entry."""
    entry, owner = seeing.opened(context, press.value)
    if not evidence.of_entry(context.db, entry.id):
        return Reply(context.t("There is no evidence with this entry."), refused=True)
    stream = f"logbook:evidence:{context.person.id}"
    given = {"person": context.person.id, "entry": entry.id, "asked": context.now.isoformat()}
    context.later(f"logbook.{evidence_tasks.SEND}", stream, f"{stream}:send:{entry.id}:{context.now.isoformat()}", given)
    context.audit("logbook.evidence_seen", f"logbook_entry:{entry.id}", after={"person": owner.id})
    return Reply(context.t("The evidence is on its way to you in a direct message."))


SUBCOMMANDS = (
    Subcommand(
        "bukti",
        show,
        "Add a file or link as evidence; by number of the day's list",
        arguments="[day] [number] [link|file]",
        example="/logbook bukti 1",
        aliases=("lampiran", "evidence"),
        writes=True,
    ),
)
BUTTONS = {
    "evidence": pressed,
    "evidence_add": add,
    "evidence_use": use,
    "evidence_drop": drop,
    "evidence_back": back,
    "evidence_see": see,
}
FORMS = {"evidence": submitted}
TASKS = evidence_tasks.TASKS
JOBS = evidence_tasks.JOBS
