"""`/rapat tugas`: what one has to do, what a meeting has left to do, and what one's team has; done, undone, another day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from integration import people
from integration.activities import Activity
from integration.errors import UserError
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Reply,
    fill,
    join,
)
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.rapat import meetings, organizers
from plugins.rapat.meetings import Meeting
from plugins.rapat.minutes import chosen, following, reading, versions
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_task as _task
from plugins.rapat.tasks import keeping, wording
from plugins.rapat.tasks.matching import Task
from plugins.rapat.wording import below, say

SHOWN = 20
TEAM_SHOWN = 40
_TEAM = frozenset({"tim", "team", "unit"})
_MINE = frozenset({"saya", "mine", "ku", "my"})
_MEETING = frozenset({"rapat", "meeting"})


def tasks(context: Context, command: Command) -> Answer:
    """`tugas [saya | rapat n | tim]`"""
    first = command.words[0].lower() if command.words else ""
    if not first or first in _MINE:
        return _own(context)
    if first in _TEAM:
        return _team(context)
    words = command.words[1:] if first in _MEETING else command.words
    found = chosen.chosen(context, words, chosen.begun, "tugas rapat")
    return found if isinstance(found, Reply) else _of_meeting(context, found[0])


# ---------------------------------------------------------------- lists


def _own(context: Context) -> Reply:
    t, today = context.t, local_day(context.now, context.person)
    found = keeping.of_person(context.db, context.person.id, SHOWN + 1)
    if not found:
        return Reply(t("You have no open action items of meetings."), buttons=_others(context))
    titles = _titles(context.db, found)
    lines = [t("**Your action items**")]
    for number, row in enumerate(found[:SHOWN], 1):
        line = wording.line(t, row, today=today)
        lines.append(fill("{number}. {line} · {title}", number=number, line=line, title=titles[row.meeting_id]))
    if len(found) > SHOWN:
        lines.append(t("There are more; these come first."))
    return Reply(join("\n", lines), buttons=(*wording.done_buttons(t, found), *_others(context)))


def _others(context: Context) -> tuple[Button, ...]:
    leads = people.subordinates(context.db, context.person.id, context.now.date())
    return (say(context.t("My team's"), "tugas tim"),) if leads else ()


def _titles(db: Connection, found: Sequence[Task]) -> dict[int, str]:
    return {id: each.title for id, each in meetings.many(db, list({row.meeting_id for row in found})).items()}


def _of_meeting(context: Context, meeting: Meeting) -> Reply:
    """All of a meeting's, of every date; drafts for those who write them."""
    t, leads = context.t, organizers.leads(context, meeting)
    found = [row for row in keeping.of_meeting(context.db, meeting.id) if leads or row.published_at]
    if not found:
        return Reply(t("The minutes of “{title}” name no action items.", title=meeting.title))
    open_ones = [row for row in found if row.state == "open"]
    done = [row for row in found if row.state == "done"]
    counts = t("{open} open, {done} done", open=len(open_ones), done=len(done))
    lines = [t("**Action items** of “{title}”: {counts}", title=meeting.title, counts=counts)]
    names, today = wording.names(context.db, found), local_day(context.now, context.person)
    shown = [*open_ones, *done][:SHOWN]
    for number, row in enumerate(shown, 1):
        lines.append(fill("{number}. {line}", number=number, line=wording.line(t, row, names, today)))
    if len(found) > SHOWN:
        lines.append(t("… and {count} more", count=len(found) - SHOWN))
    mine = [row if leads or row.person_id == context.person.id else None for row in shown]
    buttons = _done_of(context, mine)
    if leads:
        buttons.append(Button(t("Change one"), "rapat.task_change", str(meeting.id), days=14))
    return Reply(join("\n", lines), buttons=tuple(buttons))


def _done_of(context: Context, shown: Sequence[Task | None]) -> list[Button]:
    found = [(number, row) for number, row in enumerate(shown, 1) if row is not None and row.state == "open"]
    t = context.t
    return [
        Button(t("Done {number}", number=number), "rapat.task_done", str(row.id), "good", 14)
        for number, row in found[: wording.MOST_BUTTONS]
    ]


def _team(context: Context) -> Reply:
    """Of those who report to this person. Of meetings to which one is not invited only how many there are."""
    t, today = context.t, local_day(context.now, context.person)
    staff = {each.id: each for each in people.subordinates(context.db, context.person.id, today)}
    if not staff:
        return Reply(t("Nobody reports to you in the list of employees."), refused=True)
    waiting = (_task.c.person_id.in_(staff), _task.c.state == "open", _task.c.published_at.is_not(None))
    found = keeping.fetch(context.db, *waiting)
    if not found:
        return Reply(t("Your team has no open action items of meetings."))
    seen = _seen(context, {row.meeting_id for row in found})
    titles = _titles(context.db, found)
    lines = [t("**Your team's action items**")]
    shown = 0
    for person_id, someone in staff.items():
        rows = [row for row in found if row.person_id == person_id]
        if not rows or shown >= TEAM_SHOWN:
            continue
        lines.append(fill("**{name}**", name=someone.name))
        for row in [row for row in rows if row.meeting_id in seen][: TEAM_SHOWN - shown]:
            lines.append(fill("- {line} · {title}", line=wording.line(t, row, today=today), title=titles[row.meeting_id]))
            shown += 1
        if hidden := sum(row.meeting_id not in seen for row in rows):
            lines.append(t("- {count} of meetings to which you are not invited", count=hidden))
    return Reply(below(lines))


def _seen(context: Context, ids: set[int]) -> set[int]:
    mine = (_invitee.c.person_id == context.person.id, _invitee.c.removed_at.is_(None), _invitee.c.meeting_id.in_(ids))
    return set(context.db.scalars(select(_invitee.c.meeting_id).where(*mine)))


# ---------------------------------------------------------------- done, and not done after all


def _task_of(context: Context, value: str) -> tuple[Task, Meeting]:
    """The task, for whoever has to do it or leads the meeting; raises `UserError`."""
    row = keeping.get(context.db, meetings.id_of(value))
    meeting = meetings.get(context.db, row.meeting_id) if row else None
    if row is None or meeting is None or not (row.person_id == context.person.id or organizers.leads(context, meeting)):
        raise UserError(context.t("This action item is not yours."))
    return row, meeting


def done(context: Context, press: ButtonPress) -> Reply:
    t = context.t
    row, meeting = _task_of(context, press.value)
    undo = Button(t("Not done after all"), "rapat.task_undo", str(row.id), days=14)
    if keeping.close(context, row, context.person.id):
        follow(context, meeting, row)
        return Reply(t("Done: {task}", task=row.text[: wording.LONGEST]), buttons=(undo,))
    return _as_it_is(context, row.id, undo)


def undo(context: Context, press: ButtonPress) -> Reply:
    t = context.t
    row, meeting = _task_of(context, press.value)
    again = Button(t("Done"), "rapat.task_done", str(row.id), "good", 14)
    if keeping.reopen(context, row):
        follow(context, meeting, row)
        return Reply(t("Open again: {task}", task=row.text[: wording.LONGEST]), buttons=(again,))
    return _as_it_is(context, row.id, again)


def _as_it_is(context: Context, task_id: int, button: Button) -> Reply:
    """A second press, or the minutes have changed meanwhile: nothing is done, and how it stands is said."""
    t, row = context.t, keeping.get(context.db, task_id)
    words = row.text[: wording.LONGEST] if row else ""
    if row is None or row.state == "dropped":
        return Reply(t("The minutes do not name this action item any more: {task}", task=words), refused=True)
    if row.state == "done":
        return Reply(t("It is done already: {task}", task=words), buttons=(button,) if button.action.endswith("undo") else ())
    return Reply(t("It is open already: {task}", task=words), buttons=(button,) if button.action.endswith("done") else ())


def follow(context: Context, meeting: Meeting, row: Task) -> None:
    """The minutes say so too, and their file."""
    for occurrence_id in following.follow(context, meeting, row, context.person):
        occurrence, version = meetings.occurrence(context.db, occurrence_id), versions.latest(context.db, occurrence_id)
        if occurrence and version:
            reading.to_file(context, occurrence, version.version)


# ---------------------------------------------------------------- for the logbook


def closed_tasks(db: Connection, person: Person, day: date) -> list[Activity]:
    """What a person has done of meetings' tasks on a day, in Indonesian, the language of the record."""
    start = datetime.combine(day, time(), person.tz)
    found = keeping.closed_between(db, person.id, start, start + timedelta(days=1))
    titles = _titles(db, found) if found else {}
    return [
        Activity(f"tugas:{row.id}", f"Menyelesaikan tindak lanjut rapat “{titles[row.meeting_id]}”: {row.text}")
        for row in found
    ]


SUBCOMMANDS = (
    Subcommand(
        "tugas",
        tasks,
        "Action items of meetings: yours, a meeting's, your team's",
        arguments="[saya | rapat number | tim]",
        example="/rapat tugas",
        aliases=("tasks", "todo"),
    ),
)
BUTTONS = {"task_done": done, "task_undo": undo}
