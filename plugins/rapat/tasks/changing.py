"""A task that those who lead the meeting change: another day, done, or not done after all."""

from __future__ import annotations

from datetime import date

from integration import people, phrases
from integration.dates import parse_day
from integration.errors import UserError
from integration.form_values import one_of, read
from integration.i18n import Translate
from integration.messages import Answer, ButtonPress, Field, Form, FormErrors, FormSubmission, Reply, plain
from integration.people import Person
from integration.plugin import Context
from integration.workdays import local_day
from plugins.rapat import meetings, which
from plugins.rapat.meetings import Meeting
from plugins.rapat.minutes import chosen
from plugins.rapat.tasks import commands, keeping, wording
from plugins.rapat.tasks.matching import Task


def change(context: Context, press: ButtonPress) -> Answer:
    """A form: which one, and what becomes of it."""
    t = context.t
    meeting = _led(context, press.value)
    found = keeping.of_meeting(context.db, meeting.id)[: commands.SHOWN]
    if not found:
        return Reply(t("The minutes of “{title}” name no action items.", title=meeting.title), refused=True)
    names = wording.names(context.db, found)
    choices = tuple((str(row.id), plain(wording.line(t, row, names))[:90]) for row in found)
    return Form(
        "rapat.task_change",
        t("Change an action item"),
        (
            Field("task", t("Action item"), "select", choices[0][0], choices=choices),
            Field("what", t("What"), "select", "due", choices=_what(t)),
            Field("due", t("Until"), "date", hint=t("Only for another day, for example Friday or 30/11"), required=False),
        ),
        value=str(meeting.id),
        submit=t("Save"),
    )


def _what(t: Translate) -> tuple[tuple[str, str], ...]:
    return (("due", plain(t("Another day"))), ("done", plain(t("It is done"))), ("open", plain(t("It is not done after all"))))


def _led(context: Context, value: str) -> Meeting:
    meeting = meetings.get(context.db, meetings.id_of(value))
    if meeting is None or not which.may_see(context, meeting):
        raise UserError(context.t("This is for those who are invited to the meeting. Its organiser can invite you."))
    chosen.must_lead(context, meeting)
    return meeting


def changed(context: Context, submission: FormSubmission) -> Answer:
    t, values, errors = context.t, submission.values, dict[str, str]()
    meeting = _led(context, submission.value)
    row = keeping.get(context.db, meetings.id_of(values.get("task", "")))
    if row is None or row.meeting_id != meeting.id:
        return FormErrors({"task": t("Please choose one of the list.")})
    what = read(errors, "what", lambda: one_of(t, values.get("what", ""), ("due", "done", "open")))
    due = read(errors, "due", lambda: _new_day(context, values.get("due", ""))) if what == "due" else None
    if errors:
        return FormErrors(errors)
    if what != "due":
        press = ButtonPress("", str(row.id))
        return commands.done(context, press) if what == "done" else commands.undo(context, press)
    assert due is not None  # noqa: S101  # it was read without an error
    return _moved(context, meeting, row, due)


def _new_day(context: Context, said: str) -> date:
    t, today = context.t, local_day(context.now, context.person)
    if not said.strip():
        raise UserError(t("Please fill this in."))
    day = parse_day(said, today, t, "future")
    if day < today:
        raise UserError(t("That day is over. Choose today or a later one."))
    return day


def _moved(context: Context, meeting: Meeting, row: Task, due: date) -> Reply:
    """Those who share one line of the minutes share its day."""
    t = context.t
    same = [each for each in keeping.of_occurrence(context.db, row.occurrence_id) if each.text == row.text]
    moved = [each for each in same if keeping.move(context, each, due)]
    day, words = phrases.day_name(t, due), row.text[: wording.LONGEST]
    if not moved:
        return Reply(t("Nothing was changed: {task}, until {day}.", task=words, day=day), refused=row.state != "open")
    commands.follow(context, meeting, row)
    concerned = {each.person_id for each in moved if each.person_id not in (None, context.person.id) and each.published_at}
    for reader in people.everyone(context.db, context.now.date(), [id for id in concerned if id is not None]):
        _tell_moved(context, meeting, row, due, reader)
    return Reply(t("{task}: until {day} now.", task=words, day=day))


def _tell_moved(context: Context, meeting: Meeting, row: Task, due: date, reader: Person) -> None:
    def build(t: Translate) -> Reply:
        text = t(
            "{name} has set another day for your action item of “{title}”: {task}, until {day}.",
            name=context.person.name,
            title=meeting.title,
            task=row.text[: wording.LONGEST],
            day=phrases.day_name(t, due),
        )
        return Reply(text, buttons=wording.done_buttons(t, [row]))

    context.tell(reader, f"rapat:task:{row.id}:moved:{context.now.isoformat()}:{reader.id}", build)


BUTTONS = {"task_change": change}
FORMS = {"task_change": changed}
