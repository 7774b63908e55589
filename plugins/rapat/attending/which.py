"""Which date of which meeting somebody means who checks in or out, or wants its list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select

from integration.messages import Button, Reply, Text
from integration.people import Person
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import meetings, organizers
from plugins.rapat.attending import presence
from plugins.rapat.meetings import Occurrence
from plugins.rapat.tables import meeting, meeting_occurrence, meeting_presence
from plugins.rapat.wording import when_short

_LATELY = timedelta(days=31)
MOST_CHOICES = 5


def open_now(db: Connection, person: Person, now: datetime) -> list[Occurrence]:
    """The dates to which the person is invited and can check in, in order."""
    near = meetings.of_person(db, person.id, Span(now - presence.LATE, now + timedelta(hours=1)))
    return [each for each in near if presence.is_open(each, now)]


def not_yet(db: Connection, person: Person, found: Sequence[Occurrence]) -> list[Occurrence]:
    """Those of them at which the person has not been yet: who goes from one meeting to the next means the next."""
    c = meeting_presence.c
    been = select(c.occurrence_id).where(c.person_id == person.id, c.removed_at.is_(None))
    ids = set(db.scalars(been.where(c.occurrence_id.in_([each.id for each in found]))))
    return [each for each in found if each.id not in ids]


def coming(db: Connection, person: Person, now: datetime) -> Occurrence | None:
    """The person's next date within a day, at which one cannot check in yet."""
    near = meetings.of_person(db, person.id, Span(now, now + timedelta(days=1)))
    return next((each for each in near if now < presence.window(each).start), None)


def everywhere(db: Connection, now: datetime) -> list[Occurrence]:
    """All dates of the office at which one can check in now."""
    times = (meeting_occurrence.c.starts_at < now + timedelta(hours=1), meeting_occurrence.c.ends_at > now - presence.LATE)
    query = meetings.occurrences_query().where(*times, *_planned()).order_by(meeting_occurrence.c.starts_at)
    return [each for each in meetings.fetch(db, query.limit(2_000)) if presence.is_open(each, now)]


def here_now(db: Connection, person: Person, now: datetime) -> list[Occurrence]:
    """Where the person is checked in and has not left."""
    return _checked_in(db, person, now, meeting_presence.c.out_at.is_(None))


def left_now(db: Connection, person: Person, now: datetime) -> list[Occurrence]:
    """What the person has left that goes on still, the last one first."""
    return _checked_in(db, person, now, meeting_presence.c.out_at.is_not(None))


def _checked_in(db: Connection, person: Person, now: datetime, out: ColumnElement[bool]) -> list[Occurrence]:
    c = meeting_presence.c
    mine = select(c.occurrence_id).where(c.person_id == person.id, c.removed_at.is_(None), out)
    late = meeting_occurrence.c.ends_at > now - presence.LATE
    query = meetings.occurrences_query().where(meeting_occurrence.c.id.in_(mine), late)
    return meetings.fetch(db, query.order_by(meeting_occurrence.c.starts_at.desc()))


def organized(context: Context) -> list[Occurrence]:
    """The dates of the meetings that the person leads, as far as they are not over, in order."""
    ahead = meeting_occurrence.c.ends_at > context.now - presence.LATE
    query = meetings.occurrences_query().where(organizers.led_by(context), ahead, *_planned())
    return meetings.fetch(context.db, query.order_by(meeting_occurrence.c.starts_at).limit(50))


def begun(db: Connection, person: Person, now: datetime) -> list[Occurrence]:
    """The person's meetings of the last month, the last one first; one about to begin is among them."""
    lately = meetings.of_person(db, person.id, Span(now - _LATELY, now + presence.EARLY))
    return lately[::-1]


def _planned() -> tuple[ColumnElement[bool], ...]:
    return meeting_occurrence.c.state == "planned", meeting.c.state == "planned"


# ---------------------------------------------------------------- the one that is meant


def named(found: Sequence[Occurrence], words: Sequence[str]) -> list[Occurrence]:
    """Those that the words can mean: a meeting's number, else words of the title."""
    if len(words) == 1 and (number := words[0].strip("#[]")).isascii() and number.isdigit():
        return [each for each in found if str(each.meeting_id) == number.lstrip("0")]
    wanted = [word.casefold().strip("\"'“”") for word in words]
    return [each for each in found if all(word in each.title.casefold() for word in wanted)]


def ask(context: Context, found: Sequence[Occurrence], action: str) -> Reply:
    """The question which is meant, a button for each."""
    buttons = tuple(Button(_label(context, each), action, str(each.id)) for each in found[:MOST_CHOICES])
    return Reply(context.t("Which meeting do you mean?"), buttons=buttons, refused=True)


def _label(context: Context, occurrence: Occurrence) -> Text:
    when = when_short(context.t, occurrence.span, context.person.zone)
    return context.t("{title} · {when}", title=occurrence.title[:40], when=when)
