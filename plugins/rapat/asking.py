"""The organiser is asked: who cannot come and why, and what is to be done about it. Nobody else was told anything yet."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import ButtonPress, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Handler, Job, Run, Work
from integration.ports import Span
from plugins.rapat import meetings, moving, organizers, planning, publish, question, wording
from plugins.rapat.meetings import Meeting
from plugins.rapat.planning import Group
from plugins.rapat.question import AGAIN, DROP, INVITE, MOVE, Findings
from plugins.rapat.rooms import booking
from plugins.rapat.rooms import wording as room_wording
from plugins.rapat.tables import meeting as _meeting

# The organiser who has not decided by then is reminded once.
PATIENCE = timedelta(hours=4)


def ask(work: Work, meeting: Meeting, found: Findings) -> None:
    organizer = organizers.of(work, meeting)
    if organizer is None:
        return
    key = f"meeting:{meeting.id}:{meeting.version}:clash:{organizer.id}"
    work.tell(organizer, key, lambda t: question.asked(t, meeting, organizer, found))


def tell_notes(work: Work, meeting: Meeting, found: Findings) -> None:
    """What the organiser should know although the invitations go out: silent calendars, channels that could not be read."""
    organizer = organizers.of(work, meeting)
    if organizer is None or not (found.silent or found.resolved.unread or found.resolved.unknown or found.clashes):
        return

    def build(t: Translate) -> Reply:
        head = fill("**{title}**", title=meeting.title)
        lines = [head, *question.dates(t, found, organizer), *question.notes(t, found)]
        return Reply(join("\n", lines), buttons=question.again_buttons(t, meeting, found.resolved))

    what = "-".join(each.group.id for each in found.resolved.unread)[:60]
    work.tell(organizer, f"meeting:{meeting.id}:{meeting.version}:notes:{organizer.id}:{what}", build)


# ---------------------------------------------------------------- the organiser's decision


def invite_anyway(context: Context, press: ButtonPress) -> Reply:
    found, _ = _mine(context, press.value)
    if found.state != "asking":
        return _stands(context, found)
    if found.last_end <= context.now:
        raise UserError(context.t("This time has passed. Choose another one."))
    if not moving.settle(context, found, "planned"):
        return _stands(context, meetings.get(context.db, found.id) or found)
    publish.bring(context, found.id)
    count = len(meetings.invitees(context.db, found.id)) - 1
    text = context.t("The invitations to “{title}” go out now, to {count} people.", title=found.title, count=count)
    return Reply(text, replaces=True)


def take_time(context: Context, press: ButtonPress) -> Reply:
    """The meeting goes to that time, and is checked again: somebody may have taken it meanwhile."""
    found, rest = _mine(context, press.value)
    t, start = context.t, _moment(context, rest)
    if found.state != "asking":
        return _stands(context, found)
    if start <= context.now:
        raise UserError(t("This time has passed. Choose another one."))
    moved = moving.shift(context, found, start)
    if moved is None:
        return _stands(context, meetings.get(context.db, found.id) or found)
    hold_room(context, moved)
    planning.check(context, moved)
    when = wording.when_short(t, moved.span, context.person.zone)
    text = t("“{title}” is now {when}. I check once more, then the invitations go out.", title=moved.title, when=when)
    return Reply(text, replaces=True)


def hold_room(context: Context, moved: Meeting) -> None:
    """Book the rooms for where the dates are now, of which some may have their own; raises `UserError` if one is taken."""
    wanted: dict[int, list[Span]] = {}
    for each in meetings.occurrences(context.db, moved.id):
        if each.state == "planned" and each.room_id is not None:
            wanted.setdefault(each.room_id, []).append(each.span)
    for room_id, spans in sorted(wanted.items()):
        try:
            booking.book(context, room_id, spans, except_meeting=moved.id)
        except booking.Taken as taken:
            raise UserError(room_wording.taken(context, taken, spans, except_meeting=moved.id)) from None


def drop(context: Context, press: ButtonPress) -> Reply:
    found, _ = _mine(context, press.value)
    if found.state != "asking":
        return _stands(context, found)
    if not moving.settle(context, found, "dropped"):
        return _stands(context, meetings.get(context.db, found.id) or found)
    return Reply(context.t("“{title}” was cancelled. Nobody had been invited.", title=found.title), replaces=True)


def again(context: Context, press: ButtonPress) -> Reply:
    """The bot is in the channel now: invite those who are in it."""
    number, _, rest = press.value.partition(" ")
    found = organized(context, number)
    if found.state in ("checking", "cancelled", "dropped"):
        return _stands(context, found)
    groups = [Group.of(["channel", *each[1:]]) for each in _groups(context, rest)]
    moved = moving.shift(context, found, found.starts_at) if found.state == "asking" else None
    if moved is not None:  # with them it is another meeting: who of them is free?
        planning.check(context, moved, groups)
    else:
        plain = [group.plain for group in groups]
        since = context.written_at.isoformat()
        given = {"meeting": found.id, "version": found.version, "groups": plain, "ask": True, "since": since}
        key = f"meeting:{found.id}:{found.version}:again:{context.now:%Y%m%d%H%M}"
        context.later(planning.CHECK, f"meeting:{found.id}", key, given)
    channels = join(", ", [fill("{name}", name=group.via) for group in groups])
    return Reply(context.t("I look again who is in {channels}.", channels=channels), replaces=True)


def _groups(context: Context, text: str) -> list[list[str]]:
    try:
        found = json.loads(text)
        return [[str(part) for part in each] for each in found if len(each) in (4, 5)]
    except (ValueError, TypeError):
        raise UserError(context.t("This meeting does not exist any more.")) from None


# ---------------------------------------------------------------- whose it is


def organized(context: Context, number: str) -> Meeting:
    """The meeting behind a button, if this person leads it; raises `UserError`."""
    known = number.isdecimal() and len(number) <= 9
    found = meetings.get(context.db, int(number)) if known else None
    led = found is not None and organizers.leads(context, found)
    if found is None or not (led or meetings.invited(context.db, found.id, context.person.id)):
        raise UserError(context.t("This meeting does not exist any more."))
    if not led:
        raise UserError(context.t("Only who organises the meeting decides on this."))
    return found


def _mine(context: Context, value: str) -> tuple[Meeting, str]:
    """The meeting as the button's message had it, and what else its value says."""
    number, _, rest = value.partition(" ")
    version, _, rest = rest.partition(" ")
    found = organized(context, number)
    if found.state == "asking" and str(found.version) != version:
        raise UserError(context.t("This is an older message: the meeting has changed since."))
    return found, rest


def _moment(context: Context, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(context.t("This time does not exist any more.")) from None


def _stands(context: Context, found: Meeting) -> Reply:
    """What has become of it, to a button that is late or pressed twice."""
    when = wording.when_short(context.t, found.span, context.person.zone)
    return Reply(state_line(context.t, found, when), replaces=True, refused=True)


def state_line(t: Translate, found: Meeting, when: Text) -> Text:
    said = {
        "polling": t("A time for “{title}” is being looked for.", title=found.title),
        "checking": t("“{title}”, {when}: I am checking who can come.", title=found.title, when=when),
        "asking": t("“{title}”, {when}: I wait for your decision.", title=found.title, when=when),
        "planned": t("“{title}”, {when}: the invitations have gone out.", title=found.title, when=when),
        "cancelled": t("“{title}” was cancelled.", title=found.title),
    }
    return said.get(found.state) or t("“{title}” was cancelled. Nobody had been invited.", title=found.title)


# ---------------------------------------------------------------- who does not answer


def remind(run: Run) -> None:
    """The job: after some hours the organiser is reminded once; when its time is over, the meeting is dropped."""
    with run.read() as work:
        waiting = work.db.execute(select(_meeting.c.id, _meeting.c.changed_at).where(_meeting.c.state == "asking")).all()
    for meeting_id, since in waiting:
        with run.begin() as work:
            found = meetings.get(work.db, meeting_id)
            if found is not None and found.state == "asking":
                _remind(work, found, since)


def too_late(work: Work, found: Meeting) -> None:
    """Its time was over before anybody was invited."""
    organizer = organizers.of(work, found)
    if moving.settle(work, found, "dropped") and organizer is not None:
        key = f"meeting:{found.id}:{found.version}:over:{organizer.id}"
        work.tell(organizer, key, lambda t: Reply(_over(t, found)))


def _remind(work: Work, found: Meeting, since: datetime) -> None:
    organizer = organizers.of(work, found)
    if found.last_end <= work.now:
        too_late(work, found)
    elif organizer is not None and since + PATIENCE <= work.now:
        key = f"meeting:{found.id}:{found.version}:undecided:{organizer.id}"
        work.tell(organizer, key, lambda t: _still(t, found, organizer), until=found.last_end)


def _over(t: Translate, found: Meeting) -> Text:
    return t("“{title}” was dropped: its time has passed and nobody had been invited.", title=found.title)


def _still(t: Translate, found: Meeting, organizer: Person) -> Reply:
    when = wording.when_short(t, found.span, organizer.zone)
    text = t("“{title}”, {when}: nobody is invited yet. I wait for your decision.", title=found.title, when=when)
    return Reply(text, buttons=question.decision_buttons(t, found))


BUTTONS: dict[str, Handler] = {INVITE: invite_anyway, MOVE: take_time, DROP: drop, AGAIN: again}
JOBS = (Job("undecided", "*/15 * * * *", remind, catch_up_minutes=60),)
