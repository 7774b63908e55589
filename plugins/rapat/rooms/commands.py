"""`/rapat ruang`: which rooms there are and when they are free; administrators add and close them here too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from integration import people, phrases
from integration.audit import By
from integration.dates import at_an_end, take_day
from integration.errors import UserError
from integration.form_values import one_line
from integration.messages import Answer, Command, Reply, Text, fill, join
from integration.plugin import Context, Subcommand
from integration.ports import Span
from integration.workdays import local_day, zone_name
from plugins.rapat import wording
from plugins.rapat.rooms import booking, changing
from plugins.rapat.rooms import wording as room_wording
from plugins.rapat.rooms.booking import Booked, Room
from plugins.rapat.tables import LONGEST_PLACE

NAME = "ruang"
# Rooms are shown as free between these hours; a meeting in the evening is shown as well.
_FROM, _UNTIL = time(7), time(18)
_SHORTEST = timedelta(minutes=15)
_SHOWN = 30
_CHOICES = 5
_ADD = frozenset({"tambah", "baru", "add", "new"})
_CLOSE = frozenset({"tutup", "hapus", "close"})
_OPEN = frozenset({"buka", "open"})
_CAPACITY = re.compile(r"(.+?)[\s,]+(?:kapasitas\s+)?(\d{1,6})(?:\s*(?:orang|kursi|people|seats))?", re.IGNORECASE | re.DOTALL)
_QUOTES = "\"'“”„ "


def room(context: Context, command: Command) -> Answer:
    first = command.words[0].lower() if command.words else ""
    rest = command.text.partition(command.words[0])[2].strip() if command.words else ""
    if first in _ADD and rest:
        return _add(context, rest)
    if first in _CLOSE and rest:
        return _close(context, rest, closed=True)
    if first in _OPEN and rest:
        return _close(context, rest, closed=False)
    today = local_day(context.now, context.person)
    day, words = at_an_end(command.words, lambda words: take_day(words, today, context.t, "future"))
    name, day = " ".join(words).strip(_QUOTES), day or _next_day(context, today)
    return _one(context, name, day) if name else _every(context, day)


def _writes(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[0].lower() in _ADD | _CLOSE | _OPEN


# ---------------------------------------------------------------- looking


def _hours(context: Context, day: date) -> Span:
    """The office's hours of a day; of today what is left of them."""
    zone = context.person.tz
    start, end = (datetime.combine(day, clock, zone) for clock in (_FROM, _UNTIL))
    if day == local_day(context.now, context.person):
        start = min(max(start, context.now.astimezone(zone).replace(second=0, microsecond=0)), end)
    return Span(start, end)


def _next_day(context: Context, today: date) -> date:
    """Today as long as a meeting fits into what is left of its hours, then tomorrow."""
    left = _hours(context, today)
    return today if left.end - left.start >= _SHORTEST else today + timedelta(days=1)


def _day(context: Context, day: date) -> Text:
    """`Senin 23 Nov (WIB)`: the hours below are the reader's."""
    zone = zone_name(context.person.zone, context.now)
    return fill("{day} ({zone})", day=phrases.short_day(context.t, day), zone=Text(zone))


def _every(context: Context, day: date) -> Reply:
    t, hours = context.t, _hours(context, day)
    rooms = booking.every(context.db)
    if not rooms:
        return Reply(t("There are no rooms yet. {how}", how=_how_to_add(context)))
    taken: dict[int, list[Booked]] = {}
    for booked in booking.bookings(context.db, hours):
        taken.setdefault(booked.room_id, []).append(booked)
    lines = [t("Rooms, {day}:", day=_day(context, day))]
    for each in rooms[:_SHOWN]:
        free = _free(context, taken.get(each.id, []), hours)
        lines.append(fill("- {room}: {free}", room=room_wording.room(t, each), free=free))
    if len(rooms) > _SHOWN:
        lines.append(t("… and {count} more", count=len(rooms) - _SHOWN))
    lines.append(t("One room on one day: {command}", command=fill("`/rapat ruang {name} besok`", name=rooms[0].name)))
    return Reply(wording.below(lines))


def _free(context: Context, taken: Sequence[Booked], hours: Span) -> Text:
    t = context.t
    if not taken:
        return t("free")
    gaps = [gap for gap in booking.gaps(taken, hours) if gap.end - gap.start >= _SHORTEST]
    if not gaps:
        return t("not free any more")
    shown = join(", ", [phrases.bare_hours(gap.start, gap.end, context.person) for gap in gaps])
    return t("free {hours}", hours=shown)


def _one(context: Context, name: str, day: date) -> Answer:
    found = _which(context, name)
    if isinstance(found, Reply):
        return found
    t, person = context.t, context.person
    midnight = datetime.combine(day, time(0), person.tz)
    taken = booking.bookings(context.db, Span(midnight, midnight + timedelta(days=1)), room_id=found.id)
    head = t("{room}, {day}:", room=room_wording.room(t, found), day=_day(context, day))
    if found.closed:
        head = join(" ", [head, t("{room} is closed.", room=found.name)])
    names = {each.id: each.name for each in people.everyone(context.db, day, [booked.organizer_id for booked in taken])}
    lines = [
        t(
            "- {hours} taken by {name}",
            hours=phrases.bare_hours(booked.span.start, booked.span.end, person),
            name=names.get(booked.organizer_id, "–"),
        )
        for booked in taken
    ]
    free = fill("- {free}", free=_free(context, taken, _hours(context, day)))
    return Reply(join("\n", [head, *lines, *([] if found.closed else [free])]))


def _which(context: Context, name: str, *, closed: bool = True) -> Room | Reply:
    t, found = context.t, booking.named(context.db, name, closed=closed)
    if len(found) == 1:
        return found[0]
    if not found:
        known = join(", ", [fill("{name}", name=each.name) for each in booking.every(context.db)[:_CHOICES]])
        there = t("There are: {rooms}.", rooms=known) if known else t("There are no rooms yet. {how}", how=_how_to_add(context))
        return Reply(join(" ", [t("There is no room named “{name}”.", name=name[:60]), there]), refused=True)
    buttons = tuple(wording.say(each.name[:40], f"{NAME} {each.name}") for each in found[:_CHOICES])
    names = join(", ", [fill("{name}", name=each.name) for each in found[:_CHOICES]])
    return Reply(t("Which room do you mean: {rooms}?", rooms=names), buttons=buttons, refused=True)


def _how_to_add(context: Context) -> Text:
    t = context.t
    if "admin" in context.person.roles:
        return t("Add one like this: {command}", command=Text('`/rapat ruang tambah "Garuda" 20`'))
    admins = people.with_role(context.db, "admin", local_day(context.now, context.person))
    return t("Ask {name} to add them.", name=phrases.first_names(admins) or t("the administrator"))


# ---------------------------------------------------------------- changing


def _add(context: Context, text: str) -> Reply:
    """`"Garuda" 20`; a name that is known gets another capacity."""
    t = context.t
    _only_admin(context)
    found = _CAPACITY.fullmatch(text.strip())
    name = one_line(found[1] if found else text).strip(_QUOTES)
    capacity = int(found[2]) if found else 0
    if not name or len(name) > LONGEST_PLACE:
        raise UserError(t("A room's name has 1 to {most} characters.", most=LONGEST_PLACE))
    if capacity > changing.MOST_PEOPLE:
        raise UserError(t("No room holds {count} people.", count=capacity))
    known = next((each for each in booking.every(context.db, closed=True) if each.name.casefold() == name.casefold()), None)
    kept = (known.unit_id, known.email) if known else (None, "")
    wanted = Room(0, known.name if known else name, capacity, *kept, closed=False)
    done = changing.put(context.db, _by(context), wanted, context.person.id)
    shown = room_wording.room(t, wanted)
    if done == "same":
        return Reply(t("{room} is in the list already.", room=shown), refused=True)
    return Reply(t("Added: {room}.", room=shown) if done == "added" else t("Changed: {room}.", room=shown))


def _close(context: Context, text: str, *, closed: bool) -> Reply:
    """A closed room takes no new bookings; what is booked stays, and is named."""
    t = context.t
    _only_admin(context)
    found = _which(context, text.strip(_QUOTES))
    if isinstance(found, Reply):
        return found
    if not changing.close(context.db, _by(context), found, closed, context.person.id):
        said = t("{room} is closed.", room=found.name) if closed else t("{room} is open.", room=found.name)
        return Reply(said, refused=True)
    if not closed:
        return Reply(t("{room} can be booked again.", room=found.name))
    ahead = booking.bookings(context.db, Span(context.now, context.now + timedelta(days=366)), room_id=found.id)
    lines = [t("{room} takes no more bookings. It is shown no more.", room=found.name)]
    if ahead:
        first = wording.when_short(t, ahead[0].span, context.person.zone)
        lines.append(t("{count} bookings stay, the first: {when}.", count=len(ahead), when=first))
    return Reply(join("\n", lines))


def _only_admin(context: Context) -> None:
    if "admin" not in context.person.roles:
        raise UserError(context.t("Only an administrator adds and closes rooms. {how}", how=_how_to_add(context)))


def _by(context: Context) -> By:
    return By(context.person.nip, "", context.written_at)


SUBCOMMANDS = (
    Subcommand(
        NAME,
        room,
        "The rooms, and when they are free",
        arguments="[room] [day]",
        example="/rapat ruang",
        aliases=("ruangan", "room", "rooms"),
        writes=_writes,
    ),
)
