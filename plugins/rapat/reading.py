"""What a meeting is to be, read from the texts of the form's fields; every field says what is wrong with it, all at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration import form_values, phrases
from integration.dates import parse_day
from integration.errors import UserError
from integration.messages import Channel, Text, join, quote
from integration.plugin import Context
from integration.ports import Span
from integration.safe_names import safe_name
from plugins.rapat import naming, recurrence, times
from plugins.rapat.meetings import Mode
from plugins.rapat.naming import Named
from plugins.rapat.planning import Group, Plan
from plugins.rapat.recurrence import Rule, Series
from plugins.rapat.rooms import booking
from plugins.rapat.rooms import wording as room_wording
from plugins.rapat.rooms.booking import Room
from plugins.rapat.tables import LONGEST_AGENDA, LONGEST_PLACE, LONGEST_TITLE
from plugins.rapat.video import called

LONGEST_NUMBER = 100
LONGEST_FOLDER, MOST_FOLDERS = 100, 3
# Somebody who typed while the minute passed is not told that it is over.
GRACE = timedelta(minutes=5)
_FURTHEST = timedelta(days=366 * recurrence.MOST_YEARS)


@dataclass(frozen=True, slots=True)
class Extras:
    """What came with the text: the platform's ids of the people and channels that it names."""

    mentions: Sequence[tuple[str, str]] = ()
    channels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """A plan, and what the organiser should hear about it beside."""

    plan: Plan
    series: Series | None
    named: Named
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class When:
    """`span` is the first date, `zone` that in which the organiser speaks of it."""

    span: Span
    zone: str
    series: Series | None


Values = Mapping[str, str]
Errors = dict[str, str]


def read(context: Context, values: Values, extras: Extras) -> Understood | Errors:
    """The meeting, or what is wrong by field."""
    errors: Errors = {}
    title = form_values.read(errors, "title", lambda: read_title(context, values.get("title", "")))
    when = read_when(context, values, errors)
    agenda = form_values.read(errors, "agenda", lambda: read_agenda(context, values.get("agenda", "")))
    number = form_values.read(errors, "number", lambda: read_number(context, values.get("number", "")))
    folder = form_values.read(errors, "folder", lambda: read_folder(context, values.get("folder", "")))
    named = form_values.read(errors, "invite", lambda: read_named(context, values.get("invite", ""), extras))
    placed = form_values.read(errors, "place", lambda: read_place(context, values))
    channel = next((group for group in named.groups.values() if group.kind == "channel"), None) if named else None
    chosen = placed and form_values.read(
        errors,
        "provider",
        lambda: read_provider(context, placed[0], values.get("provider", ""), in_channel=channel is not None),
    )
    if errors or title is None or when is None or named is None or placed is None or chosen is None:
        return errors
    (mode, place, room), (provider, notes) = placed, chosen
    plan = Plan(
        title=title,
        span=when.span,
        zone=when.zone,
        starts=when.series.starts if when.series else (when.span.start,),
        agenda=agenda or "",
        mode=mode,
        place=place,
        room_id=room.id if room else None,
        provider=provider,
        recurrence=when.series.text if when.series else "",
        invitees=named.who(),
        groups=tuple(named.groups.values()),
        platform=channel.platform if channel else "",
        channel=channel_of(channel),
        number=number or "",
        folder=folder or "",
    )
    small = room_wording.too_small(context.t, room, len(plan.invitees) + 1) if room else None
    notes = (*notes, small) if small else notes
    return Understood(plan, when.series, named, notes)


# ---------------------------------------------------------------- title and the like


def read_title(context: Context, text: str) -> str:
    title = form_values.one_line(text)
    if not title:
        raise UserError(context.t("What is the meeting about? Please give it a title."))
    return _at_most(context, title, LONGEST_TITLE)


def read_agenda(context: Context, text: str) -> str:
    return _at_most(context, text.strip(), LONGEST_AGENDA)


def read_number(context: Context, text: str) -> str:
    return _at_most(context, form_values.one_line(text), LONGEST_NUMBER)


def read_folder(context: Context, text: str) -> str:
    """`SPBE/Tahap 1`: folders in one another below the unit's own of meetings; "" for the usual one."""
    given = _at_most(context, form_values.one_line(text), LONGEST_FOLDER)
    names = [name for each in re.split(r"[/\\]", given) if (name := each.strip(" ."))]
    if len(names) > MOST_FOLDERS:
        raise UserError(context.t("At most {most} folders in one another, please.", most=MOST_FOLDERS))
    return "/".join(safe_name(name) for name in names)


def read_minutes(context: Context, text: str) -> int:
    """How long; the usual time if nothing was said."""
    return times.parse_length(text, context.t) if text.strip() else times.USUAL_MINUTES


def channel_of(group: Group | None) -> Channel | None:
    """Where the meeting is announced at once; of any other channel the task first sees whether who invites is in it."""
    return Channel(id=group.id, name=group.name) if group and group.id and not group.by else None


def _at_most(context: Context, text: str, most: int) -> str:
    if len(text) > most:
        raise UserError(context.t("At most {most} characters, please; these are {length}.", most=most, length=len(text)))
    return text


def read_named(context: Context, text: str, extras: Extras) -> Named:
    named = naming.required(context, naming.read(context, text, extras.mentions, extras.channels))
    if not named:
        raise UserError(context.t("Who is invited? Write @names, ~channel, a unit or e-mail addresses."))
    return named


# ---------------------------------------------------------------- when


def read_when(context: Context, values: Values, errors: Errors, *, now: datetime | None = None) -> When | None:
    """The first date and the series; `now` is another moment for what lies in the past."""
    t, now = context.t, now or context.now
    clock = form_values.read(errors, "time", lambda: _clock(context, values.get("time", "")))
    minutes = form_values.read(errors, "length", lambda: read_minutes(context, values.get("length", "")))
    zone = (clock.start.zone if clock else "") or context.person.zone
    today = now.astimezone(ZoneInfo(zone)).date()
    said = values.get("day", "").strip()
    day = form_values.read(errors, "day", lambda: parse_day(said, today, t, "future") if said else None)
    rule = form_values.read(errors, "repeat", lambda: recurrence.parse(values.get("repeat", ""), day or today, t))
    if errors or clock is None or minutes is None:
        return None
    field = "repeat" if rule else "day" if said else "time"
    return form_values.read(
        errors, field, lambda: _when(context, clock, minutes, zone, day or (None if said else today), rule, now)
    )


def _clock(context: Context, text: str) -> times.Clock:
    if not text.strip():
        raise UserError(context.t("At what time? For example 09.00 or 13.00–15.00."))
    return times.parse_clock(text, context.t)


def _when(
    context: Context, clock: times.Clock, minutes: int, zone: str, day: date | None, rule: Rule | None, now: datetime
) -> When:
    t = context.t
    first = day or now.astimezone(ZoneInfo(zone)).date()
    series = recurrence.series(rule, first, clock.start, zone, t, after=now - GRACE) if rule else None
    if series is not None:
        first = series.starts[0].astimezone(ZoneInfo(zone)).date()
    start, end = clock.span(first, zone, minutes, t)
    if start < now - GRACE:
        raise UserError(past(context, start, zone))
    if start > now + _FURTHEST:
        raise UserError(
            t("{day} is too far away. A meeting is planned five years ahead at most.", day=phrases.long_day(t, first))
        )
    if end - start > timedelta(minutes=times.LONGEST_MINUTES):
        raise UserError(
            t("A meeting lasts a day at most. For several days write a repetition, for example: every day, 3 times.")
        )
    return When(Span(start.astimezone(UTC), end.astimezone(UTC)), zone, series)


def past(context: Context, start: datetime, zone: str) -> Text:
    t, local = context.t, start.astimezone(ZoneInfo(zone))
    this_year = local.year == context.now.astimezone(ZoneInfo(zone)).year
    return t(
        "{day} at {clock} is over; it is {now} now. Write a later day or time.",
        day=phrases.short_day(t, local.date()) if this_year else phrases.long_day(t, local.date()),
        clock=Text(f"{local:%H.%M}"),
        now=Text(f"{context.now.astimezone(ZoneInfo(zone)):%H.%M}"),
    )


def holidays(context: Context, starts: Sequence[datetime], zone: str) -> list[tuple[datetime, str]]:
    """The dates that fall on a holiday, and its name."""
    calendar = context.workdays.calendar(context.db, context.now)
    days = [(start, start.astimezone(ZoneInfo(zone)).date()) for start in starts]
    return [(start, name) for start, day in days if (name := calendar.holiday(day)[0])]


# ---------------------------------------------------------------- where


def read_place(context: Context, values: Values) -> tuple[Mode, str, Room | None]:
    """How, where, and the room if it is one that can be booked. A place that was named counts, whatever was chosen."""
    t = context.t
    mode = values.get("mode", "") or ("" if not values.get("place") else "both" if values.get("provider") else "room")
    mode = form_values.one_of(t, mode or "virtual", ("virtual", "room", "both"))
    place = _at_most(context, form_values.one_line(values.get("place", "")), LONGEST_PLACE)
    if place and mode == "virtual":
        mode = "both"
    if mode != "virtual" and not place:
        raise UserError(_where(context))
    room = _room(context, place) if place else None
    found: Mode = "virtual" if mode == "virtual" else "room" if mode == "room" else "both"
    return found, room.name if room else place, room


def _where(context: Context) -> Text:
    t, known = context.t, [quote(room.name) for room in booking.every(context.db)[:8]]
    if known:
        return t("In which room? For example: {rooms}.", rooms=join(", ", known))
    return t("In which room? Please write the place.")


def _room(context: Context, place: str) -> Room | None:
    """The room of just that name, with or without the word for one before it."""
    wanted = _bare(place)
    return next((room for room in booking.every(context.db) if _bare(room.name) == wanted), None)


def _bare(name: str) -> str:
    words = " ".join(name.lower().split())
    for before in ("di ", "ruangan ", "ruang ", "room "):
        words = words.removeprefix(before)
    return words


def providers(context: Context) -> list[str]:
    """The names of the video providers that are set up, the office's own choice first."""
    usual = context.settings.video
    return sorted(context.ports.videos, key=lambda name: (name != usual, name))


def read_provider(context: Context, mode: Mode, text: str, *, in_channel: bool) -> tuple[str, tuple[Text, ...]]:
    """Which provider, "" if none is wanted or set up, and what has to be said about that. Raises `UserError` for one that was
    chosen and needs a channel, which the meeting has not.
    """
    t, known = context.t, providers(context)
    if mode == "room":
        return "", ()
    fit = [name for name in known if in_channel or not context.ports.videos[name].needs_channel]
    if text in known and text not in fit:
        raise UserError(_needs_channel(context, text))
    if text and text not in known:
        note = t("{provider} is not set up here.", provider=called(t, text) or quote(text))
        return (fit[0] if fit else ""), (note,)
    if known and not fit:
        return "", (_needs_channel(context, known[0]),)
    return text or (fit[0] if fit else ""), ()


def _needs_channel(context: Context, name: str) -> Text:
    return context.t(
        "{provider} takes place in a channel: invite one, for example {example}, or choose another video service.",
        provider=called(context.t, name) or quote(name),
        example=Text("`~umum`"),
    )
