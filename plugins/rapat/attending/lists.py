"""`/rapat daftar-hadir`: the list, its files, and who is put on it or taken off it by the organiser's hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from integration import form_values, people, workdays
from integration.dates.times import parse_time
from integration.errors import Refused, UserError
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
    join,
    quote,
)
from integration.people import Person
from integration.plugin import Context, Subcommand
from plugins.rapat import meetings, organizers
from plugins.rapat import which as of_meeting
from plugins.rapat.attending import closing, commands, listing, presence, which, wording
from plugins.rapat.attending.presence import Here
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.wording import say

LIST, FILES, ADD, REMOVE, UNDO = (f"rapat.attendance{name}" for name in ("", "_pdf", "_add", "_remove", "_undo"))
LONGEST_REASON = 300


# ---------------------------------------------------------------- the list


def attendance(context: Context, command: Command) -> Reply:
    """`/rapat daftar-hadir [meeting] [day]`: of the meeting that is on, else the last one; of a series its last date."""
    latest = which.begun(context.db, context.person, context.now)
    if command.words:
        found = of_meeting.one(context, command.words, lambda meeting: f"daftar-hadir {meeting.id}")
        if isinstance(found, Reply):
            return found
        begun = next((each for each in latest if each.meeting_id == found.meeting.id), found.date)
        return _listed(context, found.date if found.named_date else begun)
    if latest:
        return _listed(context, latest[0])
    text = context.t("None of your meetings was in the last month.")
    return Reply(text, buttons=(say(context.t("My meetings"), "daftar"),), refused=True)


def pressed(context: Context, press: ButtonPress) -> Reply:
    return _listed(context, commands.of_press(context, press))


def _listed(context: Context, occurrence: Occurrence) -> Reply:
    meeting = _readable(context, occurrence)
    listed = listing.attendance(context, meeting, occurrence)
    if context.now < occurrence.starts_at:
        listed = replace(listed, absent=())  # nobody is missing yet
    value = str(occurrence.id)
    buttons = [Button(context.t("Send PDF and Excel"), FILES, value)] if context.now >= occurrence.starts_at else []
    if organizers.leads(context, meeting):
        buttons.append(Button(context.t("Add somebody"), ADD, value))
        buttons += [Button(context.t("Take somebody off"), REMOVE, value)] if listed.present else []
    return Reply(wording.shown(context.t, meeting, occurrence, listed, context.person.zone), tuple(buttons))


def files(context: Context, press: ButtonPress) -> Reply:
    """Made by the worker: a long list takes seconds."""
    occurrence = commands.of_press(context, press)
    _readable(context, occurrence)
    closing.send(context, occurrence, context.person)
    return Reply(context.t("The list is being made and comes to you as a message."))


def _readable(context: Context, occurrence: Occurrence) -> Meeting:
    """Who was invited, or was there, reads the list; others learn nothing of the meeting."""
    meeting = commands.meeting_of(context, occurrence)
    was_there = presence.find(context.db, occurrence.id, f"p:{context.person.id}") is not None
    if not (was_there or of_meeting.may_see(context, meeting)):
        raise UserError(context.t("Only those who are invited can see this list."))
    return meeting


# ---------------------------------------------------------------- by hand


def open_add(context: Context, press: ButtonPress) -> Form:
    occurrence, _ = _led(context, press.value)
    t = context.t
    fields = (
        Field("who", t("Who"), hint=t("@name, name or NIP; a guest by name"), max_length=100),
        Field("office", t("Office or company"), hint=t("Only for a guest"), required=False, max_length=100),
        Field("position", t("Position"), hint=t("Only for a guest"), required=False, max_length=100),
        Field("came", t("Came at"), "time", default=_local(occurrence.starts_at, context.person)),
        Field("reason", t("Reason"), hint=t("For example: the phone was empty"), max_length=LONGEST_REASON),
    )
    return Form(ADD, t("Add to the attendance list"), fields, str(occurrence.id), submit=t("Add"))


def added(context: Context, submission: FormSubmission) -> Answer:
    occurrence, meeting = _led(context, submission.value)
    errors: dict[str, str] = {}
    who = form_values.read(errors, "who", lambda: _who(context, submission.values, occurrence))
    at = form_values.read(errors, "came", lambda: _came(context, submission.values.get("came", ""), occurrence))
    reason = form_values.read(errors, "reason", lambda: _reason(context, submission.values.get("reason", "")))
    if errors or who is None or at is None or reason is None:
        return FormErrors(errors)
    row = {**who, "in_at": at, "place": presence.place_of(meeting, "organizer")}
    here, changed = presence.put(context, occurrence, row, reason)
    if changed:
        _tell(context, occurrence, here, reason)
        closing.redraw(context, occurrence)
    text = context.t(
        "{name} is on the attendance list of “{title}” since {clock}.",
        name=here.name,
        title=occurrence.title,
        clock=commands.clock(context, here.in_at),
    )
    return Reply(text, (Button(context.t("Undo"), UNDO, f"{occurrence.id} {here.id} off"),))


def open_remove(context: Context, press: ButtonPress) -> Form:
    occurrence, _ = _led(context, press.value)
    t = context.t
    fields = (
        Field("who", t("Who"), hint=t("Name or number on the list"), max_length=100),
        Field("reason", t("Reason"), max_length=LONGEST_REASON),
    )
    shown = _state(presence.of_occurrence(context.db, occurrence.id))
    return Form(REMOVE, t("Take off the attendance list"), fields, f"{occurrence.id} {shown}", submit=t("Take off"))


def removed(context: Context, submission: FormSubmission) -> Answer:
    occurrence, _ = _led(context, submission.value)
    errors: dict[str, str] = {}
    here = form_values.read(errors, "who", lambda: _on_the_list(context, submission, occurrence))
    reason = form_values.read(errors, "reason", lambda: _reason(context, submission.values.get("reason", "")))
    if errors or here is None or reason is None:
        return FormErrors(errors)
    presence.remove(context, here, reason)
    _tell(context, occurrence, here, reason, on=False)
    closing.redraw(context, occurrence)
    text = context.t("{name} is off the attendance list of “{title}”.", name=here.name, title=occurrence.title)
    return Reply(text, (Button(context.t("Undo"), UNDO, f"{occurrence.id} {here.id} on"),))


def undo(context: Context, press: ButtonPress) -> Reply:
    """Take off who was added, put back who was taken off; a second press changes nothing more."""
    occurrence, _ = _led(context, press.value)
    number, _, way = press.value.partition(" ")[2].partition(" ")
    here = presence.get(context.db, meetings.id_of(number))
    if here is None or here.occurrence_id != occurrence.id or way not in ("on", "off"):
        raise Refused("no such row")
    if (here.removed_at is None) == (way == "off"):
        change = presence.remove if way == "off" else presence.restore
        change(context, here, context.t("Undo"))
        closing.redraw(context, occurrence)
    if way == "off":
        text = context.t("{name} is off the attendance list of “{title}”.", name=here.name, title=occurrence.title)
    else:
        text = context.t("{name} is on the attendance list of “{title}” again.", name=here.name, title=occurrence.title)
    return Reply(text, replaces=True)


def _tell(context: Context, occurrence: Occurrence, here: Here, reason: str, *, on: bool = True) -> None:
    """Nobody's presence is changed behind their back."""
    person = people.get(context.db, here.person_id) if here.person_id is not None else None
    if (
        person is None
        or person.id == context.person.id
        or not workdays.works_here(person, workdays.local_day(context.now, person))
    ):
        return
    values = {"boss": context.person.name, "title": occurrence.title, "reason": reason}

    def build(t: Translate) -> Reply:
        if on:
            return Reply(t("{boss} has put you on the attendance list of “{title}”: {reason}", **values))
        return Reply(t("{boss} has taken you off the attendance list of “{title}”: {reason}", **values))

    context.tell(person, f"occurrence:{occurrence.id}:by_hand:{uuid.uuid4().hex}", build)


def _led(context: Context, value: str) -> tuple[Occurrence, Meeting]:
    """The date whose list the person may change; raises `UserError`."""
    occurrence = commands.of_press(context, ButtonPress("", value))
    meeting = commands.meeting_of(context, occurrence)
    if not organizers.leads(context, meeting):
        raise UserError(context.t("Only the organiser changes the attendance list."))
    if context.now < presence.window(occurrence).start:
        opens = presence.window(occurrence).start
        raise UserError(context.t("The list opens at {clock}.", clock=commands.clock(context, opens)))
    return occurrence, meeting


def _who(context: Context, values: Mapping[str, str], occurrence: Occurrence) -> dict[str, object]:
    """One of ours, or a guest if an office was given and nobody of ours is meant."""
    name, office, position = (form_values.one_line(values.get(each, "")) for each in ("who", "office", "position"))
    if not name:
        raise UserError(context.t("Please fill this in."))
    if office:
        return {"who": presence.guest_key(name, office, position), "name": name, "office": office, "position": position}
    found = people.search(context.db, name)
    if not found:
        text = context.t("There is nobody named “{name}” here. For a guest, fill in the office too.", name=name)
        raise UserError(text)
    if len(found) > 1:
        several = join(", ", [quote(f"{each.name} ({each.nip})") for each in found[:5]])
        raise UserError(context.t("Several are called so: {several}. Please write the NIP.", several=several))
    return {"who": f"p:{found[0].id}", "person_id": found[0].id, "name": found[0].name, "office": found[0].unit}


def _state(here: Sequence[Here]) -> str:
    """Another one whenever numbers of the list may mean others."""
    return f"{len(here)}.{max((each.id for each in here), default=0)}"


def _on_the_list(context: Context, submission: FormSubmission, occurrence: Occurrence) -> Here:
    here = presence.of_occurrence(context.db, occurrence.id)
    wanted = form_values.one_line(submission.values.get("who", "")).casefold().lstrip("@")
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(here):
        if submission.value.partition(" ")[2] != _state(here):
            raise UserError(context.t("The list has changed meanwhile, and so have its numbers. Please write the name."))
        return here[int(wanted) - 1]
    found = [each for each in here if wanted and wanted in each.name.casefold()]
    exact = [each for each in found if each.name.casefold() == wanted]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise UserError(context.t("Nobody called so is on the list."))
    names = join(", ", [quote(f"{here.index(each) + 1}. {each.name}") for each in found[:5]])
    raise UserError(context.t("Several are called so: {several}. Please write the number.", several=names))


def _came(context: Context, text: str, occurrence: Occurrence) -> datetime:
    """Within the time in which one could have come, which may go over midnight."""
    zone, span, said = context.person.zone, presence.window(occurrence), parse_time(text, context.t)
    days = dict.fromkeys(moment.astimezone(context.person.tz).date() for moment in (occurrence.starts_at, span.start, span.end))
    at = next((at for day in days if span.start <= (at := said.on(day, zone)) < span.end), None)
    if at is None:
        first, last = commands.clock(context, span.start), commands.clock(context, span.end)
        raise UserError(context.t("Please give a time from {first} to {last}.", first=first, last=last))
    return at


def _reason(context: Context, text: str) -> str:
    reason = form_values.one_line(text)
    if not reason:
        raise UserError(context.t("Please fill this in."))
    return reason[:LONGEST_REASON]


def _local(moment: datetime, person: Person) -> str:
    return f"{moment.astimezone(person.tz):%H.%M}"


SUBCOMMANDS = (
    Subcommand(
        "daftar-hadir",
        attendance,
        "Who is or was at the meeting; as PDF and Excel too",
        arguments="[meeting]",
        example="/rapat daftar-hadir",
        aliases=("daftarhadir", "attendance", "absensi"),
    ),
)
BUTTONS = {
    "attendance": pressed,
    "attendance_pdf": files,
    "attendance_add": open_add,
    "attendance_remove": open_remove,
    "attendance_undo": undo,
}
FORMS = {"attendance_add": added, "attendance_remove": removed}
