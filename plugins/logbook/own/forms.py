"""The form of one activity: a new one, one that was drafted, or one that is changed. What was typed always comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from integration.dates import show_day
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Answer, Field, Form, FormErrors, FormSubmission, Text, join, plain, quote
from integration.phrases import place as place_name
from integration.plugin import Context
from integration.workdays import local_day
from plugins.logbook import entries, limits, wording, writing
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.forms import FormVersion
from plugins.logbook.entries import Content, Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.own import amounts, asking, contents, drafting, form_reading, telling
from plugins.logbook.own.drafting import Draft
from plugins.logbook.own.form_reading import KEEP, NOBODY, SEND, Read
from plugins.logbook.own.lines import Line
from plugins.logbook.targets import reading as targets

FORM, NEW = "logbook.entry", "new"
_LONGEST_LINK = 2000


# ---------------------------------------------------------------- shown


def new(context: Context, day: date, line: Line | None = None, note: Text | None = None) -> Form:
    """An empty form for that day, or with what a line has said."""
    if note is None and day != local_day(context.now, context.person):
        closed = limits.why_closed(context, context.person, day)
        note = quote(closed.args[0]) if closed else None
    content = Content("", place=drafting.place_of(context, context.person, day))
    typed: dict[str, str] = {}
    if line is not None:
        target = _of_codes(context, line, day)
        content = replace(
            content,
            activity=line.activity,
            result=line.result,
            quantity=line.quantity,
            measure=line.measure,
            minutes=line.minutes,
            place=line.place or content.place,
            target_id=target,
        )
        typed = {"link": " ".join(line.links)}
    form = form_fields.current(context.db, context.person)
    return _form(context, f"{NEW} {day}", day, content, form, typed, note, fresh=True)


def _of_codes(context: Context, line: Line, day: date) -> int | None:
    found = targets.find(targets.of_person(context.db, context.person.id, day.year), line.codes[0]) if line.codes else []
    return found[0].id if len(found) == 1 else None


def typed_of(context: Context, line: Line, day: date) -> dict[str, str]:
    """What a line has said beside the activity, by field."""
    target = _of_codes(context, line, day)
    said = {
        "time": _time(context.t, line.minutes),
        "result": line.result,
        "quantity": amounts.show_quantity(line.quantity, line.measure, context.t.locale),
        "target": str(target) if target is not None else "",
        "place": line.place,
        "link": " ".join(line.links),
    }
    return {name: value for name, value in said.items() if value}


def of_line(
    context: Context, day: date, line: Entry | Draft, typed: Mapping[str, str] | None = None, note: Text | None = None
) -> Form:
    """What stands there, to be changed; with what was `typed`, by field."""
    written = isinstance(line, Entry) and line.content.fields is not None
    form = form_fields.of_entry(context.db, context.person, line.content.form_id, written=written)
    said = [*([note] if note else []), *_notes(context.t, line)]
    value = f"{drafting.reference(day, line)} {stamp(line)}"
    return _form(context, value, day, line.content, form, typed or {}, join("\n", said) if said else None, fresh=False)


def _notes(t: Translate, line: Entry | Draft) -> list[Text]:
    if isinstance(line, Draft):
        return []
    if line.state == "returned" and line.note:
        return [t("Your supervisor: “{note}”", note=line.note)]
    if line.state == "approved":
        return [t("This was approved. Your supervisor is asked again; until then what was approved counts.")]
    if line.revises_id is not None:
        return [t("This is a change of what was approved; until your supervisor has seen it, the old one counts.")]
    return []


def stamp(line: Entry | Draft) -> str:
    """What a form was made from; another one means that somebody, in another window, was quicker."""
    state = (line.state, line.round, line.day, line.content) if isinstance(line, Entry) else (line.key,)
    return hashlib.sha256(repr(state).encode()).hexdigest()[:12]


def _form(
    context: Context,
    value: str,
    day: date,
    content: Content,
    form: FormVersion | None,
    typed: Mapping[str, str],
    note: Text | None,
    *,
    fresh: bool,
) -> Form:
    t = context.t
    title = t("New activity") if fresh else t("Change the activity")
    dated = t("Day: {day}", day=show_day(day, t, "EEEE, d MMMM y"))
    intro = join("\n", [*([note] if note else []), *([] if fresh else [dated])])
    return Form(
        FORM,
        title,
        tuple(_typed(each, typed) for each in _fields(context, day, content, form)),
        value,
        intro=intro,
        submit=t("Save"),
    )


def _typed(field: Field, typed: Mapping[str, str]) -> Field:
    return replace(field, default=typed[field.name]) if field.name in typed else field


def _fields(context: Context, day: date, content: Content, form: FormVersion | None) -> list[Field]:
    t = context.t
    quantity = amounts.show_quantity(content.quantity, content.measure, t.locale)
    fields = [
        Field("activity", t("What did you do?"), "textarea", content.activity, max_length=entries.LONGEST_ACTIVITY),
        Field(
            "time",
            t("How long?"),
            "text",
            _time(t, content.minutes),
            t("For example: {examples}. Of a draft you may write 0: not known yet.", examples=_EXAMPLES),
        ),
        Field("day", t("Day"), "date", day.isoformat(), t("For example: today, yesterday, 24/11")),
        Field("result", t("Result"), "textarea", content.result, required=False, max_length=entries.LONGEST_RESULT),
        Field("quantity", t("Quantity"), "text", quantity, t("For example: 3 laporan"), required=False),
        *_choices(context, day, content),
        Field("link", t("Link to evidence"), "text", "", t("Files: /logbook bukti"), False, _LONGEST_LINK),
        *form_fields.to_fields(form, t, content.fields),
        Field(
            "then", t("And then"), "select", SEND, choices=((SEND, t("Send to my supervisor")), (KEEP, t("Keep as a draft")))
        ),
    ]
    return [replace(each, hint=plain(each.hint)) for each in fields]


_EXAMPLES = Text(amounts.EXAMPLES)


def _time(t: Translate, minutes: int) -> str:
    """`2 jam 30 menit`, in words that the form reads again."""
    whole, rest = divmod(minutes, 60)
    return " ".join([*([f"{whole} jam"] if whole else []), *([f"{rest} menit"] if rest else [])])


def _choices(context: Context, day: date, content: Content) -> list[Field]:
    """With a choice of none, so that nobody has to guess what leaving it open means."""
    t = context.t
    own = targets.of_person(context.db, context.person.id, day.year)
    places = ((NOBODY, t("not said")), *((code, place_name(code)) for code in entries.PLACES))
    fields = [Field("place", t("Place"), "select", content.place or NOBODY, choices=places)]
    if own or content.target_id is not None:
        chosen = next((str(each.id) for each in own if each.id == content.target_id), NOBODY)
        codes = ((NOBODY, t("no target")), *((str(each.id), f"{each.code} {each.title}"[:90]) for each in own))
        fields.insert(0, Field("target", t("Target (RHK)"), "select", chosen, choices=codes))
    return fields


# ---------------------------------------------------------------- read


def submitted(context: Context, submission: FormSubmission) -> Answer:
    ref, _, mark = submission.value.partition(" ")
    if ref == NEW:
        read = form_reading.read(context, submission, drafting.day_of(mark), None)
        return read if isinstance(read, FormErrors) else _added(context, read)
    try:
        day, line = drafting.named(context, context.person, ref)
    except UserError:
        if ref.isdecimal():
            raise  # an entry never goes away: it is somebody else's
        return _again_as_new(context, submission)
    if isinstance(line, Entry) and line.state in ("dropped", "replaced"):
        return _again_as_new(context, submission)
    if stamp(line) != mark:
        return _meanwhile(context, submission, day, line)
    read = form_reading.read(context, submission, day, line)
    return read if isinstance(read, FormErrors) else _changed(context, day, line, read)


def _meanwhile(context: Context, submission: FormSubmission, day: date, line: Entry | Draft) -> Answer:
    """Somebody was quicker, in another window: what stands now is named, and what was typed stands in the form."""
    details = wording.details(context.t, line.content, targets.by_ids(context.db, [line.content.target_id]))
    note = context.t(
        "This was changed meanwhile; now it reads: “{what}” ({details}). What you typed stands here: save it to replace that.",
        what=wording.activity(line.content),
        details=details,
    )
    return of_line(context, day, line, form_reading.values_of(submission), note)


def _again_as_new(context: Context, submission: FormSubmission) -> Answer:
    note = context.t("This entry does not exist any more. What you typed stands here: save it as a new one.")
    today = local_day(context.now, context.person)
    form = new(context, today, note=note)
    return replace(form, fields=tuple(_typed(each, form_reading.values_of(submission)) for each in form.fields))


# ---------------------------------------------------------------- written


def _added(context: Context, read: Read) -> Answer:
    try:
        before = telling.before(context, read.day)
        seen, state = writing.Seen(before.there, read.target, complete=read.whole), "sent" if read.whole else "draft"
        entry = writing.add(context, context.person, read.day, read.content, state=state, seen=seen)
    except UserError as error:
        return FormErrors({_field_of(error): error.args[0]})
    return _finish(context, entry, read, known=replace(before, target=read.target))


def _changed(context: Context, day: date, line: Entry | Draft, read: Read) -> Answer:
    before = line.state if isinstance(line, Entry) else ""
    left = day if read.day != day else None
    try:
        if isinstance(line, Draft):
            entry = drafting.take(context, context.person, read.day, line, content=read.content)
        else:
            same = line.content == read.content and left is None
            entry = line if same else writing.change(context, line, read.content, read.day)
    except UserError as error:
        return FormErrors({_field_of(error): error.args[0]})
    return _finish(context, entry, read, unchanged=entry == line, before=before, left=left)


def _field_of(error: UserError) -> str:
    return "time" if isinstance(error, contents.TooMuch) else ""


def _finish(
    context: Context,
    entry: Entry,
    read: Read,
    *,
    unchanged: bool = False,
    before: str = "",
    known: telling.Known | None = None,
    left: date | None = None,
) -> Answer:
    for link in read.link.split():
        entry = evidence.add_link(context, context.person, entry, link).entry
    for file in read.files:
        entry = evidence.add_file(context, context.person, entry, file).entry
    if unchanged and not read.link and not read.files and not (read.send and entry.open):
        return telling.nothing_changed(context, entry)
    return asking.finished(context, entry, send=read.send, before=before, known=known, left=left)
