"""The buttons of a poll: looking at it, answering, and what only who leads it does."""

from __future__ import annotations

from integration.errors import UserError
from integration.messages import ButtonPress, Reply
from integration.people import get as person_of
from integration.plugin import Context, Handler
from plugins.rapat import organizers
from plugins.rapat import wording as rapat_wording
from plugins.rapat.polls import ending, store, wording
from plugins.rapat.polls.store import VOTES, Poll, Proposal
from plugins.rapat.rooms import booking
from plugins.rapat.rooms import wording as room_wording


def show(context: Context, press: ButtonPress) -> Reply:
    return shown(context, _number(context, press.value))


def shown(context: Context, meeting_id: int) -> Reply:
    poll, leads = _seen(context, meeting_id)
    if poll.meeting.state != "polling":
        return _stands(context, poll)
    if leads:
        return wording.table(context.t, _all(context, poll), context.person, context.now)
    return _ballot(context, poll, replaces=False)


def _ballot(context: Context, poll: Poll, *, replaces: bool) -> Reply:
    organizer = person_of(context.db, poll.meeting.organizer_id)
    name = organizer.name if organizer else "–"
    return wording.ballot(context.t, poll, context.person, name, context.now, replaces=replaces)


# ---------------------------------------------------------------- answering


def vote(context: Context, press: ButtonPress) -> Reply:
    """One word on one time; who was the last to answer ends the search."""
    number, _, said = press.value.partition(" ")
    chosen = _proposal(context, number)
    word = next((each for each in VOTES if each == said), None)
    poll = _poll(context, chosen.meeting_id)
    if word is None:
        raise UserError(context.t("This time does not exist any more."))
    if poll.meeting.state != "polling":
        return _stands(context, poll)
    if chosen.starts_at <= context.now:
        raise UserError(context.t("This time has passed. Choose another one."))
    store.vote(context, poll, chosen, context.person, word)
    return _voted(context, poll.meeting.id)


def vote_all(context: Context, press: ButtonPress) -> Reply:
    """Every time that has not passed suits."""
    poll = _poll(context, _number(context, press.value))
    if poll.meeting.state != "polling":
        return _stands(context, poll)
    for each in poll.ahead(context.now):
        store.vote(context, poll, each, context.person, "yes")
    return _voted(context, poll.meeting.id)


def _voted(context: Context, meeting_id: int) -> Reply:
    poll = _poll(context, meeting_id)
    if not poll.silent(context.now) and store.all_answered(context, meeting_id, poll.ahead(context.now)):
        ending.end(context, _all(context, poll))
    return _ballot(context, poll, replaces=True)


# ---------------------------------------------------------------- who leads it


def pick(context: Context, press: ButtonPress) -> Reply:
    """They take a time, whoever has answered."""
    chosen = _proposal(context, press.value)
    poll = _mine(context, chosen.meeting_id)
    if poll.meeting.state != "polling":
        return _stands(context, poll)
    if chosen.starts_at <= context.now:
        raise UserError(context.t("This time has passed. Choose another one."))
    try:
        moved = ending.take(context, poll, chosen)
    except booking.Taken as error:
        raise UserError(room_wording.taken(context, error, [chosen.span], except_meeting=poll.meeting.id)) from None
    if moved is None:
        return _stands(context, _poll(context, poll.meeting.id))
    return Reply(ending.chosen_line(context.t, moved, context.person), replaces=True)


def drop(context: Context, press: ButtonPress) -> Reply:
    poll = _mine(context, _number(context, press.value))
    if poll.meeting.state != "polling" or not ending.drop(context, poll):
        return _stands(context, _poll(context, poll.meeting.id))
    text = context.t("The search for a time for “{title}” was cancelled.", title=poll.meeting.title)
    return Reply(text, replaces=True)


# ---------------------------------------------------------------- whose it is


def _number(context: Context, value: str) -> int:
    if not value.isdecimal() or len(value) > 9:
        raise _gone(context)
    return int(value)


def _gone(context: Context) -> UserError:
    return UserError(context.t("This meeting does not exist any more."))


def _poll(context: Context, meeting_id: int) -> Poll:
    """With nobody in it but this person; for whoever is not asked there is no such meeting."""
    poll = store.get(context, meeting_id, only=context.person.id)
    if poll is None or not poll.voters:
        raise _gone(context)
    return poll


def _seen(context: Context, meeting_id: int) -> tuple[Poll, bool]:
    """The same for who leads it too, whether asked or not; and whether the person does."""
    poll = store.get(context, meeting_id, only=context.person.id)
    leads = poll is not None and organizers.leads(context, poll.meeting)
    if poll is None or not (poll.voters or leads):
        raise _gone(context)
    return poll, leads


def _all(context: Context, poll: Poll) -> Poll:
    """The same with everybody."""
    return store.get(context, poll.meeting.id) or poll


def _mine(context: Context, meeting_id: int) -> Poll:
    poll, leads = _seen(context, meeting_id)
    if not leads:
        raise UserError(context.t("Only who organises the meeting decides on this."))
    return _all(context, poll)


def _proposal(context: Context, value: str) -> Proposal:
    found = store.proposal(context.db, _number(context, value))
    if found is None:
        raise UserError(context.t("This time does not exist any more."))
    return found


def _stands(context: Context, poll: Poll) -> Reply:
    """What has become of it, to a button that is late or pressed twice."""
    t, found = context.t, poll.meeting
    if found.state in ("dropped", "cancelled"):
        text = t("The search for a time for “{title}” was cancelled.", title=found.title)
    else:
        when = rapat_wording.when_short(t, found.span, context.person.zone)
        text = t("The time for “{title}” is settled: {when}.", title=found.title, when=when)
    return Reply(text, replaces=True, refused=True)


BUTTONS: dict[str, Handler] = {
    wording.VOTE: vote,
    wording.ALL: vote_all,
    wording.PICK: pick,
    wording.DROP: drop,
    wording.SHOW: show,
}
