"""`/rapat ubah`: the form with the meeting as it is; of a series all its dates to come, or only one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from integration import form_values, phrases
from integration.errors import UserError
from integration.messages import Answer, Button, ButtonPress, Command, Field, Form, FormSubmission, Reply, Text, join, plain
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import (
    as_typed,
    changing,
    forms,
    lines,
    making,
    meetings,
    naming,
    one_date,
    organizers,
    reading,
    which,
    wording,
)
from plugins.rapat.changing import Stale
from plugins.rapat.invitations import cards
from plugins.rapat.meetings import Invitee, Meeting
from plugins.rapat.naming import Named
from plugins.rapat.planning import Plan, Who
from plugins.rapat.reading import Extras, When
from plugins.rapat.rooms import booking
from plugins.rapat.rooms import wording as room_wording

ALL, OPEN_ALL = "rapat.change", "rapat.change_open"
_WHEN = ("day", "time", "length", "repeat")


def change(context: Context, command: Command) -> Answer:
    """`ubah [number | words] [day] [what is new]`: the form, with what was said in it."""
    more = " ".join(command.words[1:])
    found = which.one(context, command.words, lambda each: f"ubah {each.id} {more}".strip(), organized=True, past=False)
    if isinstance(found, Reply):
        return found
    if refusal := as_typed.refused(context, found.meeting):
        return refusal
    new = forms.split(context, " ".join(found.rest)) if found.rest else {}
    if not found.meeting.is_series or len(changing.coming(context, found.meeting.id)) < 2:
        extras = Extras(command.mentions, dict(command.channels))
        return _form(context, found.meeting, new, extras=extras)
    if found.named_date:
        return one_date.form(context, found.meeting, found.date, new)
    return _which_dates(context, found)


def _which_dates(context: Context, found: which.Found) -> Reply:
    t, meeting = context.t, found.meeting
    day = phrases.short_day(t, found.date.starts_at.astimezone(meeting.tz).date())
    buttons = (
        Button(plain(t("Only {day}", day=day)), one_date.OPEN_DATE, f"{meeting.id} {found.date.id}"),
        Button(plain(t("All dates to come")), OPEN_ALL, str(meeting.id)),
    )
    example = Text(f"`/rapat ubah {meeting.id} {day}`")
    text = t("“{title}” is a series. What is to change? Another date: {example}", title=meeting.title, example=example)
    return Reply(text, buttons=buttons)


def open_all(context: Context, press: ButtonPress) -> Answer:
    found = making.own(context, press.value)
    return as_typed.refused(context, found) or _form(context, found, {})


# ---------------------------------------------------------------- the forms


def _form(
    context: Context, found: Meeting, new: Mapping[str, str], *, note: Text | None = None, extras: Extras | None = None
) -> Form:
    t, values = context.t, as_typed.values_of(context, found) | dict(new)
    fields = [
        forms.title(context, values["title"]),
        *forms.when(context, values),
        forms.repeat(context, values["repeat"]),
        *forms.where(context, values),
        forms.agenda(context, values["agenda"]),
        forms.invited(context, values.get("invite", ""), required=False),
        _removal(context, values.get("remove", "")),
        forms.number(context, values["number"]),
    ]
    fields = [replace(each, label=t("Invite also")) if each.name == "invite" else each for each in fields]
    said = [*([note] if note else []), *organizers.note(context, found)]
    if found.is_series:
        said.append(t("This changes all dates to come; those that are over stay as they were."))
    return Form(
        ALL,
        t("Change the meeting"),
        tuple(fields),
        f"{found.id} {found.version} {forms.pack(extras or Extras())}",
        intro=join("\n", said),
        submit=t("Change"),
    )


def _removal(context: Context, given: str) -> Field:
    t = context.t
    hint = t("Who is no longer invited: @name, names, addresses")
    return forms.line("remove", t("Take off"), given, hint, required=False)


# ---------------------------------------------------------------- they come back


def submitted(context: Context, form: FormSubmission) -> Answer:
    found, version = making.own(context, form.value), form.value.split(" ")[1:2]
    if refusal := as_typed.refused(context, found):
        return refusal
    typed = {name: str(form.values.get(name, "")) for name in (*lines.FIELDS, "remove")}
    extras = forms.unpack(form.value.partition("{")[1] + form.value.partition("{")[2])
    if version != [str(found.version)]:
        return _again(context, found, typed, extras)
    errors: dict[str, str] = {}
    wanted = _plan(context, found, typed, extras, errors)
    gone = form_values.read(errors, "remove", lambda: _gone(context, found, typed["remove"]))
    if errors or wanted is None or gone is None:
        return forms.wrong(form, errors)
    try:
        changed = changing.change(context, found, wanted[0], remove=[each.who for each in gone])
    except booking.Taken as taken:
        return forms.wrong(form, {"place": _taken(context, taken, wanted[0], found)})
    except Stale as stale:
        return _again(context, stale.now or found, typed, extras)
    return _done(context, found, changed, wanted[1])


def _again(context: Context, found: Meeting, typed: Mapping[str, str], extras: Extras) -> Form:
    """Somebody changed it while the form was open: what was typed stands in a new one."""
    note = context.t("The meeting was changed meanwhile ({when}). What you typed stands here; please look at it again.",
                     when=wording.when_short(context.t, found.span, context.person.zone))  # fmt: skip
    return _form(context, found, typed, note=note, extras=extras)


def _plan(
    context: Context, found: Meeting, typed: Mapping[str, str], extras: Extras, errors: dict[str, str]
) -> tuple[Plan, tuple[Text, ...]] | None:
    title = form_values.read(errors, "title", lambda: reading.read_title(context, typed["title"]))
    known = as_typed.values_of(context, found)
    kept = all(as_typed.same(name, typed[name], known[name]) for name in _WHEN)
    when = (
        When(found.span, found.zone, None)
        if kept
        else as_typed.when(context, found.zone, as_typed.span_of(context, found), typed, errors)
    )
    agenda = form_values.read(errors, "agenda", lambda: reading.read_agenda(context, typed["agenda"]))
    number = form_values.read(errors, "number", lambda: reading.read_number(context, typed["number"]))
    named = form_values.read(errors, "invite", lambda: _added(context, typed["invite"], extras))
    placed = form_values.read(errors, "place", lambda: reading.read_place(context, _placed(found, typed)))
    channel = next((group for group in named.groups.values() if group.kind == "channel"), None) if named else None
    chosen = placed and form_values.read(
        errors,
        "provider",
        lambda: reading.read_provider(
            context, placed[0], typed["provider"] or found.provider, in_channel=bool(channel or found.channel_id)
        ),
    )
    if title is None or when is None or agenda is None or number is None or named is None or placed is None or chosen is None:
        return None
    (mode, place, room), (provider, notes) = placed, chosen
    series = [] if when.series is None else making.series(context, when.series, when.zone)
    wanted = Plan(
        title=title,
        span=when.span,
        zone=when.zone,
        starts=when.series.starts if when.series else (when.span.start,),
        agenda=agenda,
        mode=mode,
        place=place,
        room_id=room.id if room else None,
        provider=provider,
        recurrence=when.series.text if when.series else found.recurrence if kept else "",
        invitees=named.who(),
        groups=tuple(named.groups.values()),
        platform=channel.platform if channel else "",
        channel=reading.channel_of(channel),
        number=number,
    )
    return wanted, (*notes, *series)


def _added(context: Context, text: str, extras: Extras) -> Named:
    found = naming.read(context, text, extras.mentions, extras.channels) if text.strip() else Named()
    return naming.required(context, found)


def _placed(found: Meeting, typed: Mapping[str, str]) -> Mapping[str, str]:
    """Who chooses *online* and leaves the old room in its field does not want the room."""
    leaves = typed["mode"] == "virtual" and found.mode != "virtual" and form_values.one_line(typed["place"]) == found.place
    return {**typed, "place": ""} if leaves else typed


def _gone(context: Context, found: Meeting, text: str) -> list[Invitee]:
    """Who is taken off: those that are named and invited."""
    if not text.strip():
        return []
    t, named = context.t, naming.required(context, naming.read(context, text))
    if named.groups:
        raise UserError(t("Only single people can be taken off. Write their names."))
    wanted = {who.key: who for who in named.who()}
    there = [each for each in meetings.invitees(context.db, found.id) if each.who in wanted]
    if len(there) < len(wanted):
        known = {each.who for each in there}
        missing = [_name(named, who) for key, who in wanted.items() if key not in known]
        raise UserError(t("Not invited anyway: {names}.", names=phrases.names(t, missing, 5)))
    return there


def _name(named: Named, who: Who) -> str:
    return named.people[who.person_id].name if who.person_id is not None else who.email


def _taken(context: Context, taken: booking.Taken, plan: Plan, found: Meeting) -> Text:
    length = plan.span.end - plan.span.start
    return room_wording.taken(context, taken, [Span(at, at + length) for at in plan.starts], except_meeting=found.id)


def _done(context: Context, found: Meeting, changed: Meeting, notes: tuple[Text, ...] = ()) -> Reply:
    t = context.t
    show = (wording.say(plain(t("Show")), f"lihat {changed.id}"),)
    if changed.version == found.version:
        return Reply(t("Nothing was different, so nobody is told."), buttons=show)
    zones = cards.zones(context, changed)
    said = [
        t("Changed: **{title}**", title=changed.title),
        wording.when(t, changed.span, zones, first=context.person.zone),
        *notes,
    ]
    if changed.state == "planned":
        said.append(t("Everybody invited is told."))
        if changed.span != found.span or changed.recurrence != found.recurrence:
            said.append(t("If somebody cannot come then, I tell you."))
    else:
        said.append(t("I check who is free; then the invitations go out. If somebody is not, I ask you first."))
    return Reply(join("\n", said), buttons=show)


BUTTONS = {"change_open": open_all, **one_date.BUTTONS}
FORMS = {"change": submitted, **one_date.FORMS}
