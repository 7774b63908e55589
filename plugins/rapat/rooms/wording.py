"""Rooms in words: which they are, why one cannot be had, and which others are free then."""

from __future__ import annotations

from collections.abc import Sequence

from integration import people
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import wording
from plugins.rapat.rooms import booking
from plugins.rapat.rooms.booking import Room, Taken

_OFFERED = 3


def room(t: Translate, found: Room) -> Text:
    """`Garuda (20 orang)`"""
    if not found.capacity:
        return fill("{name}", name=found.name)
    return t("{room} ({count} people)", room=found.name, count=found.capacity)


def taken(
    context: Context, error: Taken, spans: Sequence[Span], people_count: int = 0, *, except_meeting: int | None = None
) -> Text:
    """Why the room cannot be had, and the free ones."""
    t = context.t
    free = booking.free(context.db, spans, people_count, except_meeting=except_meeting)[:_OFFERED]
    rooms = join(", ", [room(t, each) for each in free])
    offer = t("Free then: {rooms}.", rooms=rooms) if free else t("No other room is free then.")
    return join(" ", [_why(context, error), offer])


def _why(context: Context, error: Taken) -> Text:
    t = context.t
    if error.room is None:
        return t("This room does not exist any more.")
    if error.by is None:
        return t("{room} is closed.", room=error.room.name)
    when = wording.when_short(t, error.by.span, context.person.zone)
    who = people.get(context.db, error.by.organizer_id)
    return t("{room} is taken: {when}, by {name}.", room=error.room.name, when=when, name=who.name if who else "–")


def too_small(t: Translate, found: Room, count: int) -> Text | None:
    """A note for whoever books it; nobody is refused for it."""
    if not found.capacity or count <= found.capacity:
        return None
    return t("{room} holds {capacity}, and {count} people are invited.", room=found.name, capacity=found.capacity, count=count)
