"""Reminders of a date: a day before, a quarter of an hour before, and when it begins; each once, and none that is too late.

A job looks every minute which dates have come near. That everybody was reminded is a row of `meeting_reminder`, with the
start of which it was: a date that is moved is another one, and what was queued for its old time is not sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, select

from integration import batches, people, workdays
from integration.batches import Found
from integration.db import insert_once
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Job, Notice, Run, Work
from plugins.rapat import answering, answers, joining, meetings, video
from plugins.rapat.invitations import cards, channel, reach
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.tables import meeting_reminder as _reminder
from plugins.rapat.wording import bold, when_short

PRESENT = "rapat.present"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """A reminder from `before` the start on; `late` after that it helps nobody any more. Nobody is reminded of what they were
    told less than `fresh` ago.
    """

    name: str
    before: timedelta
    late: timedelta
    fresh: timedelta


KINDS = (
    Kind("day", before=timedelta(days=1), late=timedelta(hours=4), fresh=timedelta(hours=3)),
    Kind("soon", before=timedelta(minutes=15), late=timedelta(minutes=14), fresh=timedelta(minutes=10)),
    Kind("start", before=timedelta(0), late=timedelta(minutes=15), fresh=timedelta(minutes=5)),
)


def remind(run: Run) -> None:
    """What is due now; whatever fell into an outage and helps still is made up for."""
    for kind in KINDS:
        with run.read() as work:
            due = _due(work, kind)
        for occurrence in due:
            _remind(run, kind, occurrence)


def _due(work: Work, kind: Kind) -> list[Occurrence]:
    """Dates for which the time of the reminder has come, and of which nobody was reminded so. By the index on the start."""
    latest = work.now + kind.before
    done = select(_reminder.c.id).where(
        _reminder.c.occurrence_id == _occurrence.c.id,
        _reminder.c.kind == kind.name,
        _reminder.c.starts_at == _occurrence.c.starts_at,
    )
    query = meetings.occurrences_query().where(
        _occurrence.c.starts_at <= latest,
        _occurrence.c.starts_at > latest - kind.late,
        _occurrence.c.state == "planned",
        _occurrence.c.ended_at.is_(None),
        _meeting.c.state == "planned",
        ~exists(done),
    )
    return meetings.fetch(work.db, query.order_by(_occurrence.c.starts_at, _occurrence.c.id))


def _remind(run: Run, kind: Kind, occurrence: Occurrence) -> None:
    """1. for a series the provider's room is set to this date, 2. the channel, 3. everybody, 4. it is written down."""
    with run.begin() as work:
        meeting = meetings.get(work.db, occurrence.meeting_id)
        if meeting is None:
            return
        view = cards.on(work, cards.view(work, meeting), occurrence)
        if kind.name == "soon":
            _set_room(work, run, meeting, occurrence)
        if kind.name == "start":
            _begin_in_channel(work, view, occurrence)
    batches.tell_in_batches(run, lambda work, after: _find(work, kind, view, occurrence, after))
    with run.begin() as work:
        row = {"occurrence_id": occurrence.id, "kind": kind.name, "starts_at": occurrence.starts_at, "at": work.now}
        insert_once(work.db, _reminder, row)


def _set_room(work: Work, run: Run, meeting: Meeting, occurrence: Occurrence) -> None:
    if meeting.is_series and video.can(run, meeting):
        given = {"meeting": meeting.id, "date": occurrence.id}
        key = f"meeting:{meeting.id}:room:{occurrence.id}:{occurrence.starts_at:%Y%m%dT%H%M}"
        work.later(video.TASK, video.stream(meeting), key, given)


# ---------------------------------------------------------------- in the channel


def _begin_in_channel(work: Work, view: View, occurrence: Occurrence) -> None:
    """The post with the button of the attendance list: of a series the thread of this date, else below the announcement."""
    meeting = view.meeting
    if not meeting.channel_id:
        return
    key = f"meeting:{meeting.id}:start:{occurrence.id}"
    under = "" if meeting.is_series else channel.thread(meeting)
    link = joining.address(work, meeting)
    platform, channel_id = meeting.channel_platform, meeting.channel_id
    work.post(platform, channel_id, key, lambda t: _begins(t, view, occurrence, link), under=under)


def _begins(t: Translate, view: View, occurrence: Occurrence, link: str) -> Reply:
    lines = [
        t("{title} begins now.", title=bold(occurrence.title)),
        t("Where: {place}", place=cards.place_of(view, t)),
        *([t("Join: {link}", link=cards.tap(link, t("open the meeting")))] if link else []),
        t("Are you there? Press the button: it writes you into the attendance list."),
    ]
    return Reply(join("\n", lines), (present_button(t, occurrence),))


def present_button(t: Translate, occurrence: Occurrence) -> Button:
    return Button(t("Present"), PRESENT, str(occurrence.id), "good", 1.0)


# ---------------------------------------------------------------- to everybody


def _find(work: Work, kind: Kind, view: View, occurrence: Occurrence, after: int) -> Found:
    """A batch of those who are to be reminded: who declined, is away that day, has left or was told just now is not."""
    now = meetings.occurrence(work.db, occurrence.id)
    if now is None or (now.starts_at, now.state) != (occurrence.starts_at, "planned"):
        return Found(-1, ())
    invitees = _invitees(work, view.meeting, after)
    said = answers.some(work.db, view.meeting.id, occurrence.id, [invitee.id for invitee in invitees])
    coming = [each for each in invitees if said.get(each.id) != "declined"]
    found = _working(work, occurrence, coming)
    there = [(invitee, found[invitee.person_id]) for invitee in coming if invitee.person_id in found]
    notices = list(_notices(work, kind, view, occurrence, there))
    return Found(invitees[-1].id if len(invitees) == _BATCH else -1, notices)


def _invitees(work: Work, meeting: Meeting, after: int) -> list[Invitee]:
    columns = [_invitee.c[name] for name in Invitee.__dataclass_fields__]
    mine = and_(_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None), _invitee.c.person_id.is_not(None))
    query = select(*columns).where(mine, _invitee.c.id > after).order_by(_invitee.c.id).limit(_BATCH)
    return [Invitee(*row) for row in work.db.execute(query)]


def _working(work: Work, occurrence: Occurrence, invitees: Sequence[Invitee]) -> Mapping[int | None, Person]:
    """Those of them who work here on that day, and are not away all of it."""
    ids = [invitee.person_id for invitee in invitees if invitee.person_id is not None]
    found = people.everyone(work.db, occurrence.starts_at.date(), ids) if ids else []
    if not found:
        return {}
    days = {person.id: workdays.local_day(occurrence.starts_at, person) for person in found}
    plans = work.workdays.plans(work.db, found, min(days.values()), max(days.values()), work.now)
    reachable = reach.in_chat(work, ids)
    return {person.id: person for person in found if person.id in reachable and not plans[person.id, days[person.id]].excuse}


def _notices(
    work: Work, kind: Kind, view: View, occurrence: Occurrence, found: Sequence[tuple[Invitee, Person]]
) -> Iterator[Notice]:
    until = occurrence.starts_at - kind.before + kind.late
    fresh = occurrence.starts_at - kind.before - kind.fresh
    invited_at = _invited_at(work, view.meeting, fresh)
    for invitee, person in found:
        if invitee.id in invited_at:
            continue
        link = joining.address(work, view.meeting, invitee, person) if kind.name != "day" else ""
        key = f"meeting:{view.meeting.id}:remind:{occurrence.id}:{kind.name}:{occurrence.starts_at:%Y%m%dT%H%M}:{person.id}"
        yield Notice(person, key, _reminder_of(kind, view, occurrence, person, link, work.now), until=until)


def _invited_at(work: Work, meeting: Meeting, since: datetime) -> set[int]:
    """Who was invited after that, and needs no reminder of what they have just read."""
    query = select(_invitee.c.id).where(_invitee.c.meeting_id == meeting.id, _invitee.c.invited_at > since)
    return set(work.db.scalars(query))


def _reminder_of(kind: Kind, view: View, occurrence: Occurrence, person: Person, link: str, now: datetime) -> Any:
    def build(t: Translate) -> Reply:
        when = when_short(t, occurrence.span, person.zone)
        title = bold(occurrence.title)
        first = {
            "day": t("Tomorrow: {title}, {when}.", title=title, when=when),
            "soon": t("In a quarter of an hour: {title}, {when}.", title=title, when=when),
            "start": t("{title} begins now.", title=title),
        }[kind.name]
        lines: list[Text] = [first, t("Where: {place}", place=cards.place_of(view, t))]
        if link:
            lines.append(t("Join: {link}", link=cards.tap(link, t("open the meeting"))))
        if kind.name == "day" and view.agenda:
            lines.append(fill("{agenda}", agenda=cards.short(view.agenda)))
        return Reply(join("\n", lines), _buttons(t, kind, view, occurrence, now))

    return build


def _buttons(t: Translate, kind: Kind, view: View, occurrence: Occurrence, now: datetime) -> tuple[Button, ...]:
    if kind.name == "day":
        return answering.buttons(t, view.meeting, now, occurrence if view.meeting.is_series else None)
    return (present_button(t, occurrence),)


JOBS = (Job("remind", "* * * * *", remind, catch_up_minutes=5),)
