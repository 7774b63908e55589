"""One date of a series gets a time, a title or a place of its own."""

from __future__ import annotations

from collections.abc import Mapping

from integration import form_values, phrases
from integration.errors import UserError
from integration.messages import Answer, ButtonPress, Form, FormSubmission, Reply, Text, join, plain
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import as_typed, changing, forms, making, meetings, reading, wording
from plugins.rapat.changing import Stale
from plugins.rapat.invitations import cards
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.rooms import booking
from plugins.rapat.rooms import wording as room_wording

DATE, OPEN_DATE = "rapat.change_date", "rapat.date_open"
_FIELDS = ("title", "day", "time", "length", "place")


def opened(context: Context, press: ButtonPress) -> Answer:
    found, date = _date_of(context, press.value)
    return as_typed.refused(context, found) or form(context, found, date, {})


def _date_of(context: Context, value: str) -> tuple[Meeting, Occurrence]:
    found = making.own(context, value)
    date = meetings.occurrence(context.db, meetings.id_of(value.split(" ")[-1]))
    if date is None or date.meeting_id != found.id:
        raise UserError(context.t("This date does not exist."))
    if date.state != "planned" or date.ends_at <= context.now:
        raise UserError(context.t("This date is over or does not take place; it cannot be changed."))
    return found, date


def form(context: Context, found: Meeting, date: Occurrence, new: Mapping[str, str], note: Text | None = None) -> Form:
    t = context.t
    values = {"title": date.title, **as_typed.when_of(context, date.span, found.zone), "place": date.place} | dict(new)
    place = forms.where(context, {**values, "mode": found.mode})[1]
    fields = (forms.title(context, values["title"]), *forms.when(context, values), place)
    day = phrases.day_name(t, date.starts_at.astimezone(found.tz).date())
    said = [*([note] if note else []), t("This changes only {day}.", day=day)]
    value = f"{found.id} {found.version} {date.id}"
    return Form(DATE, t("Change one date"), fields, value, intro=join("\n", said), submit=t("Change"))


def submitted(context: Context, submission: FormSubmission) -> Answer:
    found, date = _date_of(context, submission.value)
    if refusal := as_typed.refused(context, found):
        return refusal
    typed = {name: str(submission.values.get(name, "")) for name in _FIELDS}
    if submission.value.split(" ")[1:2] != [str(found.version)]:
        note = context.t("The meeting was changed meanwhile. What you typed stands here; please look at it again.")
        return form(context, found, date, typed, note)
    errors: dict[str, str] = {}
    title = form_values.read(errors, "title", lambda: reading.read_title(context, typed["title"]))
    when = _when(context, found, date, typed, errors)
    placed = form_values.read(errors, "place", lambda: reading.read_place(context, {**typed, "mode": found.mode}))
    if errors or title is None or when is None or placed is None:
        return forms.wrong(submission, errors)
    _, place, room = placed
    try:
        changed = changing.change_date(
            context, found, date, span=when, title=title, place=place, room_id=room.id if room else None
        )
    except booking.Taken as taken:
        return forms.wrong(submission, {"place": room_wording.taken(context, taken, [when], except_meeting=found.id)})
    except Stale as stale:
        note = context.t("The meeting was changed meanwhile. What you typed stands here; please look at it again.")
        return form(context, stale.now or found, date, typed, note)
    return _date_done(context, found, changed, when)


def _when(context: Context, found: Meeting, date: Occurrence, typed: Mapping[str, str], errors: dict[str, str]) -> Span | None:
    known = as_typed.when_of(context, date.span, found.zone)
    if all(as_typed.same(name, typed[name], known[name]) for name in known):
        return date.span
    when = as_typed.when(context, found.zone, date.span, typed, errors)
    return when.span if when else None


def _date_done(context: Context, found: Meeting, changed: Meeting, span: Span) -> Reply:
    t = context.t
    show = (wording.say(plain(t("Show")), f"lihat {changed.id}"),)
    if changed.version == found.version:
        return Reply(t("Nothing was different, so nobody is told."), buttons=show)
    when = wording.when(t, span, cards.zones(context, changed), first=context.person.zone)
    said = [t("Changed: **{title}**", title=changed.title), when, t("The other dates stay.")]
    return Reply(join("\n", said), buttons=show)


BUTTONS = {"date_open": opened}
FORMS = {"change_date": submitted}
