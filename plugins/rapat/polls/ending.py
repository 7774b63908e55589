"""How a poll ends: everybody has answered, its time is up, the organiser takes a time, or calls it off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.people import Person
from integration.plugin import Job, Run, Work
from plugins.rapat import meetings, moving, organizers, planning
from plugins.rapat import wording as rapat_wording
from plugins.rapat.meetings import Meeting
from plugins.rapat.polls import asked, store, wording
from plugins.rapat.polls.asked import key
from plugins.rapat.polls.store import Poll, Proposal
from plugins.rapat.rooms import booking

# Nobody is reminded of a poll at night.
_FROM, _UNTIL = time(7), time(20)
# How far back the job looks for searches whose meeting was cancelled.
_DROPPED = timedelta(hours=2)


def take(work: Work, poll: Poll, chosen: Proposal) -> Meeting | None:
    """The meeting is at that time, and is checked like any other; who has said yes need not be. None if somebody was quicker.

    Raises `booking.Taken` where its room is not free then.
    """
    moved = moving.shift(work, poll.meeting, chosen.starts_at)
    if moved is None:
        return None
    moving.stretch(work, moved, chosen.ends_at)
    moved = meetings.get(work.db, moved.id) or moved
    if moved.room_id is not None:
        booking.book(work, moved.room_id, [moved.span], except_meeting=moved.id)
    sure = [person.id for person in poll.of(chosen, "yes")]
    given: dict[str, Any] = {"meeting": moved.id, "version": moved.version, "groups": [], "ask": True, "sure": sure}
    work.later(planning.CHECK, f"meeting:{moved.id}", f"meeting:{moved.id}:{moved.version}:check", given)
    return moved


def drop(work: Work, poll: Poll) -> bool:
    """Call it off and tell those who were asked; False if somebody was quicker."""
    if not moving.settle(work, poll.meeting, "dropped"):
        return False
    _tell_dropped(work, poll)
    return True


def _tell_dropped(work: Work, poll: Poll) -> None:
    told = [person for person in poll.voters if person.id != poll.meeting.organizer_id]
    if poll.proposals:
        work.tell_all((person, key(poll, "dropped", person.id), lambda t: Reply(_dropped(t, poll))) for person in told)


def _dropped(t: Translate, poll: Poll) -> Text:
    return t("The search for a time for “{title}” was cancelled.", title=poll.meeting.title)


# ---------------------------------------------------------------- by itself


def end(work: Work, poll: Poll) -> None:
    """Take the best time; where there are several, or none, the organiser chooses. Told once, harmless to repeat."""
    organizer = organizers.of(work, poll.meeting)
    if organizer is None:
        return
    best = poll.best(work.now)
    if len(best) == 1 and _taken(work, poll, best[0], organizer):
        return
    why = _why(best)
    now = work.now
    work.tell(organizer, key(poll, "ended", organizer.id), lambda t: wording.table(t, poll, organizer, now, why(t)))


def _taken(work: Work, poll: Poll, chosen: Proposal, organizer: Person) -> bool:
    """Whether the meeting is at that time now; a room that is not free then leaves it to the organiser."""
    with work.db.begin_nested() as savepoint:
        try:
            moved = take(work, poll, chosen)
        except booking.Taken:
            savepoint.rollback()
            return False
    if moved is not None:
        work.tell(organizer, key(poll, "taken", organizer.id), lambda t: Reply(chosen_line(t, moved, organizer)))
    return True


def chosen_line(t: Translate, moved: Meeting, reader: Person) -> Text:
    when = rapat_wording.when_short(t, moved.span, reader.zone)
    return t("“{title}” will be {when}. I check who can come, then the invitations go out.", title=moved.title, when=when)


def _why(best: Sequence[Proposal]) -> Callable[[Translate], Text]:
    if len(best) > 1:
        return lambda t: t("Several times suit equally well. Please choose one:")
    if best:
        return lambda t: t("The room is not free at the best time. Please choose:")
    return lambda t: t("The search has ended and no time suits the others. Please choose, or cancel:")


# ---------------------------------------------------------------- the job


def look(run: Run) -> None:
    """Ask who was invited since, remind who is silent, end what is over. A transaction for each poll."""
    with run.read() as work:
        ids, dropped = store.open_ids(work.db), store.dropped_ids(work.db, work.now - _DROPPED)
    for meeting_id in ids:
        with run.begin() as work:
            poll = store.get(work, meeting_id)
            if poll is not None and poll.meeting.state == "polling" and poll.proposals:
                _look(work, poll)
    for meeting_id in dropped:  # the meeting itself was cancelled
        with run.begin() as work:
            poll = store.get(work, meeting_id)
            if poll is not None and poll.meeting.state == "dropped":
                _tell_dropped(work, poll)


def _look(work: Work, poll: Poll) -> None:
    if not poll.ahead(work.now):
        _passed(work, poll)
    elif work.now >= poll.until or not poll.silent(work.now):
        end(work, poll)
    else:
        asked.queue(work, poll.meeting)
        _remind(work, poll)


def _passed(work: Work, poll: Poll) -> None:
    """All times are over and none was taken."""
    organizer = organizers.of(work, poll.meeting)
    if drop(work, poll) and organizer is not None:
        work.tell(organizer, key(poll, "over", organizer.id), lambda t: Reply(_over(t, poll)))


def _over(t: Translate, poll: Poll) -> Text:
    return t("All times for “{title}” have passed and none was taken, so the search is over.", title=poll.meeting.title)


def _remind(work: Work, poll: Poll) -> None:
    """Halfway, by day, once; who was asked only now is asked now."""
    organizer = organizers.of(work, poll.meeting)
    if organizer is None or work.now < poll.created_at + (poll.until - poll.created_at) / 2:
        return
    silent = [person for person in poll.silent(work.now) if person.id != organizer.id and _by_day(work.now, person)]
    now = work.now
    for person in silent:
        work.tell(
            person,
            key(poll, "remind", person.id),
            lambda t, person=person: wording.ballot(t, poll, person, organizer.name, now),  # type: ignore[misc]  # called at once
            until=poll.until,
        )


def _by_day(now: datetime, person: Person) -> bool:
    return _FROM <= now.astimezone(person.tz).time() < _UNTIL


JOBS = (Job("polls", "*/10 * * * *", look, catch_up_minutes=60),)
