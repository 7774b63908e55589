"""The room of a meeting at its video provider: made, changed and taken away by the worker, between transactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.plugin import Run, Work
from integration.ports import Room
from plugins.rapat import events, facts, joining, meetings, organizers
from plugins.rapat.meetings import Meeting
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.wording import bold, say

TASK = "rapat.room"
PROVIDERS = {
    "talk": Text("Nextcloud Talk"),
    "jitsi": Text("Jitsi Meet"),
    "bigbluebutton": Text("BigBlueButton"),
    "calls": Text("Mattermost Calls"),
    "zoom": Text("Zoom"),
    "meet": Text("Google Meet"),
}


def called(t: Translate, provider: str) -> Text | None:
    """What people call a provider; None for none."""
    return t("a fixed link") if provider == "link" else PROVIDERS.get(provider)


def bring(run: Run, meeting: Meeting) -> Meeting:
    """The meeting with its room, if the provider gives one now; else the task `rapat.room` goes on trying. Never raises
    `DeliveryError`: a meeting is a meeting without its link too.
    """
    if meeting.state == "cancelled" or not _wanted(meeting):
        _give_up(run, meeting)
        return meeting
    if meeting.provider not in run.ports.videos:
        _tell_missing(run, meeting)
        return meeting
    if _begun(run, meeting):
        return meeting
    try:
        room = ensure(run, meeting)
    except DeliveryError:
        _follow(run, meeting)
        return meeting
    return keep(run, meeting, room) if room else meeting


def _begun(run: Run, meeting: Meeting) -> bool:
    """Whether people are being told of this version already: the worker begins again after a crash, or somebody was added.
    With a link for some of them the others would never hear of it, so that it follows to all.
    """
    with run.read() as work:
        begun = events.are_out(work.db, meeting)
    if begun and (meeting.video is None or meeting.video.provider != meeting.provider):
        with run.begin() as work:
            _later_room(work, meeting)
    return begun


def ensure(run: Run, meeting: Meeting, occurrence_id: int = 0) -> Room | None:
    """The room with the present title, and the time of that date or of the one that comes; None if none does."""
    provider = run.ports.videos[meeting.provider]
    with run.read() as work:
        date = meetings.occurrence(work.db, occurrence_id) if occurrence_id else None
        date = date or meetings.next_one(work.db, meeting.id, work.now)
        told = joining.video_meeting(work, meeting, date) if date else None
    there = meeting.video if meeting.video and meeting.video.provider == meeting.provider else None
    return provider.ensure(told, there) if told else None


def keep(run: Run, meeting: Meeting, room: Room) -> Meeting:
    """Write the room down; what the messages of this version say goes by it."""
    if room == meeting.video:
        return meeting
    with run.begin() as work:
        _replace(work, meeting, room)
        found = meetings.get(work.db, meeting.id)
        if found is None or found.version != meeting.version:
            return meeting
        facts.renew(work.db, found)
    return found


def _replace(work: Work, meeting: Meeting, room: Room | None) -> bool:
    """Whether it could be: meanwhile the meeting may have another provider, or was called off, and then nobody needs a new
    room. That of an earlier provider is taken away.
    """
    same = (_meeting.c.id == meeting.id, _meeting.c.provider == meeting.provider, _meeting.c.state == "planned")
    values = {"video": meetings.room_to_json(room) if room else None}
    done = work.db.execute(update(_meeting).where(*same).values(values)).rowcount == 1
    if not done and room is not None:
        _take_away(work, meeting, room)
    elif done and meeting.video and (room is None or room.provider != meeting.video.provider):
        _take_away(work, meeting, meeting.video)
    return done


def made_late(work: Work, meeting: Meeting, room: Room) -> bool:
    """Write down a room that was made after people were told, as a new version of the meeting; whether they have to be told
    once more.
    """
    if meeting.video == room or not _replace(work, meeting, room):
        return False
    if meeting.video is not None and meeting.video.url == room.url:
        return False
    if not facts.next_version(work, meeting):
        return False
    work.audit("meeting.linked", f"meeting:{meeting.id}", after={"provider": room.provider, "version": meeting.version + 1})
    return True


def can(run: Run, meeting: Meeting) -> bool:
    """Whether there is a room to be made, and somebody who makes it."""
    return meeting.state == "planned" and _wanted(meeting) and meeting.provider in run.ports.videos


def _wanted(meeting: Meeting) -> bool:
    return meeting.is_virtual and bool(meeting.provider)


def _give_up(run: Run, meeting: Meeting) -> None:
    """What was called off, or takes place at the office now, needs its room no more."""
    if meeting.video is None:
        return
    with run.begin() as work:
        if meeting.state == "cancelled":
            _take_away(work, meeting, meeting.video)
        else:
            _replace(work, meeting, None)


def _take_away(work: Work, meeting: Meeting, room: Room) -> None:
    given = {"meeting": meeting.id, "delete": meetings.room_to_json(room)}
    work.later(TASK, stream(meeting), f"meeting:{meeting.id}:{meeting.version}:room-gone:{room.provider}", given)


def delete(run: Run, given: Mapping[str, Any]) -> None:
    """Take a room away; raises `DeliveryError`. That of a provider which is not there any more stays."""
    room = meetings.room_from_json(given)
    if room and (provider := run.ports.videos.get(room.provider)):
        provider.delete(room)


def stream(meeting: Meeting) -> str:
    """Of its own: nobody waits for an invitation because a provider is down."""
    return f"meeting-room:{meeting.id}"


# ---------------------------------------------------------------- when there is none


def _follow(run: Run, meeting: Meeting) -> None:
    with run.begin() as work:
        _later_room(work, meeting)
        if meeting.video is None:
            _tell(work, meeting, "no-room", _later)


def _later_room(work: Work, meeting: Meeting) -> None:
    work.later(TASK, stream(meeting), f"meeting:{meeting.id}:{meeting.version}:room", {"meeting": meeting.id})


def _tell_missing(run: Run, meeting: Meeting) -> None:
    with run.begin() as work:
        _tell(work, meeting, "no-provider", _missing)


def _tell(work: Work, meeting: Meeting, what: str, build: Any) -> None:
    organizer = organizers.of(work, meeting)
    if organizer:
        key = f"meeting:{meeting.id}:{meeting.version}:{what}:{organizer.id}"
        work.tell(organizer, key, lambda t: build(t, meeting), until=meeting.last_end)


def _later(t: Translate, meeting: Meeting) -> Reply:
    text = t(
        "{provider} does not answer, so {title} has no link yet. Everybody is invited now and gets the link as soon as it is "
        "there. You need not do anything.",
        provider=_name(meeting),
        title=bold(meeting.title),
    )
    return Reply(text, (_change(t, meeting),))


def _missing(t: Translate, meeting: Meeting) -> Reply:
    text = t(
        "{title} has no link: {provider} is not connected to Hadir. Choose another one, or ask your administrator.",
        title=bold(meeting.title),
        provider=_name(meeting),
    )
    return Reply(text, (_change(t, meeting),))


def _change(t: Translate, meeting: Meeting) -> Any:
    return say(t("Change"), f"ubah {meeting.id}")


def _name(meeting: Meeting) -> Text:
    return PROVIDERS.get(meeting.provider, Text(meeting.provider))
