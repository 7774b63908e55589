"""The form of a new meeting: what is known is filled in, what was typed comes back with what is wrong about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

from integration.dates import parse_day
from integration.errors import UserError
from integration.messages import (
    LONG_TEXT,
    Answer,
    ButtonPress,
    Command,
    Field,
    Form,
    FormErrors,
    FormSubmission,
    Text,
    join,
    plain,
    quote,
)
from integration.plugin import Context
from integration.workdays import local_day
from plugins.rapat import lines, making, reading
from plugins.rapat.lines import FIELDS
from plugins.rapat.reading import Extras, Understood
from plugins.rapat.rooms import booking
from plugins.rapat.times import USUAL_MINUTES, length_said
from plugins.rapat.video import called

NEW = "rapat.new"
# What a chat's own form takes in one line.
LONGEST_LINE = 150
# What a form carries beside its fields travels through the browser.
_LONGEST_VALUE = 1500
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


def new(context: Context, command: Command) -> Answer:
    """`baru`: the form, filled with what the line says; a whole line is planned at once."""
    extras = Extras(command.mentions, dict(command.channels))
    if not command.text.strip():
        return show(context, {}, extras)
    values = split(context, command.text)
    understood = reading.read(context, values, extras)
    if isinstance(understood, Understood):
        return making.plan(context, understood)
    return show(context, values, extras, understood)


def opened(context: Context, press: ButtonPress) -> Answer:
    """A button that opens the form with what was typed: its value is the line."""
    return show(context, split(context, press.value), Extras())


def split(context: Context, text: str) -> dict[str, str]:
    """The fields of a line; the rooms are asked for only where it may name one."""
    named = re.search(r"\b(?:di|ruang|ruangan|aula|at|in|room)\b", text, re.IGNORECASE)
    rooms = [room.name for room in booking.every(context.db)] if named else []
    return lines.split(text, local_day(context.now, context.person), context.t, rooms)


def show(context: Context, values: Mapping[str, str], extras: Extras, errors: Mapping[str, str] | None = None) -> Form:
    """The form with what was said; `errors` stand above it, for a form that opens has no others."""
    fields = [
        title(context, values.get("title", "")),
        *when(context, values),
        invited(context, values.get("invite", "")),
        *where(context, values),
        repeat(context, values.get("repeat", "")),
        agenda(context, values.get("agenda", "")),
        folder(context, values.get("folder", "")),
    ]
    if values.get("number"):
        fields.append(number(context, values["number"]))
    t = context.t
    return Form(NEW, t("New meeting"), tuple(fields), pack(extras), intro=intro(errors or {}), submit=t("Plan it"))


def intro(errors: Mapping[str, str]) -> Text:
    """What is wrong, above a form that opens."""
    return join("\n", [text if isinstance(text, Text) else quote(text) for text in errors.values()])


def submitted(context: Context, form: FormSubmission) -> Answer:
    understood = reading.read(context, said(form), unpack(form.value))
    if isinstance(understood, Understood):
        return making.plan(context, understood)
    return wrong(form, understood)


def said(form: FormSubmission) -> dict[str, str]:
    return {name: str(form.values.get(name, "")) for name in FIELDS}


def wrong(form: FormSubmission, errors: Mapping[str, str]) -> FormErrors:
    """The form stays open; what belongs to a field that it does not have is said of the whole."""
    by_field: dict[str, str] = {}
    for name, text in errors.items():
        key = name if name in form.values else ""
        by_field[key] = f"{by_field[key]} {plain(text)}" if key in by_field else plain(text)
    return FormErrors(by_field)


# ---------------------------------------------------------------- fields


def line(name: str, label: str, given: str, hint: str = "", *, required: bool = True) -> Field:
    """One line; what is longer than a chat's own form takes in one stands in a field for more, whole."""
    long = len(given) > LONGEST_LINE
    return Field(name, label, "textarea" if long else "text", given, hint, required, len(given) if long else LONGEST_LINE)


def title(context: Context, given: str) -> Field:
    return line("title", context.t("Title"), given)


def when(context: Context, values: Mapping[str, str]) -> list[Field]:
    """Day, time and length. What is no date cannot stand in a field for one."""
    t, day = context.t, values.get("day", "")
    day = _iso(context, day)
    hint = t("For example: tomorrow, Monday, {date}", date=Text(f"{local_day(context.now, context.person):%d/%m/%Y}"))
    return [
        _day(t("Day"), day, hint, required=not values.get("repeat")),
        line("time", t("Time"), values.get("time", ""), t("09.00 or 13.00–15.00; another zone: 09.00 WITA")),
        line(
            "length",
            t("Length"),
            values.get("length", "") or plain(length_said(t, USUAL_MINUTES)),
            t("90 minutes, 2 hours; not needed with 13.00–15.00"),
            required=False,
        ),
    ]


def _day(label: str, given: str, hint: str, *, required: bool) -> Field:
    if not given or _ISO.fullmatch(given):
        return Field("day", label, "date", given, hint, required)
    return line("day", label, given, hint, required=required)


def _iso(context: Context, text: str) -> str:
    """A day that can be read as a date's field wants it."""
    if not text:
        return ""
    try:
        day: date = parse_day(text, local_day(context.now, context.person), context.t, "future")
    except UserError:
        return text
    return day.isoformat()


def invited(context: Context, given: str, name: str = "invite", *, required: bool = True) -> Field:
    t = context.t
    hint = t("@name, names, ~channel or ~ini for this one, unit, e-mail addresses of guests; with commas")
    label = t("Invite") if name == "invite" else t("Invite also")
    return Field(name, label, "textarea", given, hint, required, max(LONG_TEXT, len(given)))


def where(context: Context, values: Mapping[str, str]) -> list[Field]:
    t, place = context.t, values.get("place", "")
    mode = values.get("mode", "") or ("virtual" if not place else "both" if values.get("provider") else "room")
    modes = (("virtual", plain(t("Online"))), ("room", plain(t("In a room"))), ("both", plain(t("Both"))))
    names = ", ".join(room.name for room in booking.every(context.db)[:4])
    hint = t("Rooms: {names}", names=names) if names else t("The room or address, if not only online")
    fields = [
        Field("mode", t("Place"), "select", mode, choices=modes),
        line("place", t("Room"), place, hint, required=False),
    ]
    known = reading.providers(context)
    if len(known) > 1:
        chosen = values.get("provider", "") if values.get("provider") in known else known[0]
        choices = tuple((each, plain(called(t, each) or Text(each))) for each in known)
        fields.append(Field("provider", t("Video"), "select", chosen, choices=choices))
    return fields


def repeat(context: Context, given: str) -> Field:
    t = context.t
    hint = t("For example: every Monday; every 2 weeks on Tuesday until 30 June; every month on the 5th, 6 times")
    return line("repeat", t("Repeat"), given, hint, required=False)


def agenda(context: Context, given: str) -> Field:
    longest = max(LONG_TEXT, len(given))
    return Field("agenda", context.t("Agenda"), "textarea", given, required=False, max_length=longest)


def folder(context: Context, given: str) -> Field:
    t = context.t
    hint = t("Where its papers lie, for example SPBE; empty: in the folder of the year")
    return line("folder", t("Folder"), given, hint, required=False)


def number(context: Context, given: str) -> Field:
    return line("number", context.t("Letter number"), given, required=False)


# ---------------------------------------------------------------- what a form carries


def pack(extras: Extras) -> str:
    """The ids of channels, and of people as far as there is room: usernames are found without."""
    mentions = [list(pair) for pair in extras.mentions]
    if not (mentions or extras.channels):
        return "{}"
    packed = json.dumps({"c": dict(extras.channels), "m": mentions}, separators=(",", ":"))
    if len(packed) <= _LONGEST_VALUE:
        return packed
    channels = json.dumps({"c": dict(extras.channels)}, separators=(",", ":"))
    return channels if len(channels) <= _LONGEST_VALUE else "{}"


def unpack(value: str) -> Extras:
    try:
        data = json.loads(value or "{}")
        return Extras(
            [(str(name), str(id)) for name, id in data.get("m", [])], {str(k): str(v) for k, v in data.get("c", {}).items()}
        )
    except (ValueError, AttributeError, TypeError):
        return Extras()


BUTTONS = {"form": opened}
FORMS = {"new": submitted}
