"""Brings everything outside in step with a meeting's record: video room, calendar, invitations, channel.

Whoever has changed a meeting calls `bring` in the same transaction; the work itself is the task `rapat.publish`, which may be
begun again after a crash at any point and tells nobody twice: every event, post and message has a key of its own, and
`meeting_invitee.told` says how far it came. A later version takes over in the middle of an earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from integration.plugin import Run, Work
from plugins.rapat import answers, events, facts, filing, folder_link, meetings, video
from plugins.rapat.invitations import cards, channel, sending
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_invitee as _invitee

TASK = "rapat.publish"
OUTSIDE = ("planned", "cancelled")


def bring(work: Work, meeting_id: int) -> None:
    """Queue what has to follow a change of a meeting that is planned or cancelled: for each of its versions, and again when
    people were added to it.

    Answers to a time that holds no more are void from here on. A meeting that was cancelled before anybody could have been
    told of it is not spoken of.
    """
    meeting = meetings.get(work.db, meeting_id)
    if meeting is None or meeting.state not in OUTSIDE:
        return
    before, now = facts.before(work.db, meeting), facts.of(work.db, meeting)
    if before is None and meeting.state == "cancelled":
        return
    if facts.keep(work.db, meeting, now, work.written_at) and before is not None:
        answers.void(work, meeting, before, now)
    last = work.db.scalar(select(func.max(_invitee.c.id)).where(_invitee.c.meeting_id == meeting.id)) or 0
    key = f"meeting:{meeting.id}:{meeting.version}:publish:{last}"
    work.later(TASK, f"meeting:{meeting.id}", key, {"meeting": meeting.id, "version": meeting.version})


def thread(meeting: Meeting, occurrence: Occurrence | None = None) -> str:
    """The key of the channel's post below which posts of this date go (`Work.post(…, under=…)`): of a single meeting its
    announcement, of a series the one at the date's start.
    """
    return channel.thread(meeting, occurrence)


# ---------------------------------------------------------------- the task


def publish(run: Run, given: Mapping[str, Any]) -> None:
    """1. video room, 2. folder, 3. calendar, 4. channel, 5. everybody, 6. the organiser, 7. the invitation's letter.

    Of an older version than the meeting's nothing is done: the later one says it all.
    """
    with run.read() as work:
        meeting = meetings.get(work.db, int(given["meeting"]))
    if meeting is None or meeting.version != int(given["version"]) or meeting.state not in OUTSIDE:
        return
    meeting = video.bring(run, meeting)
    view = view_of(run, meeting)
    _to_calendar(run, view)
    with run.begin() as work:
        channel.announce(work, view)
    if not sending.tell(run, view):
        return  # a later version's task is next in the stream
    sending.sum_up(run, view)
    if meeting.state == "planned":
        filing.file_undangan(run, meeting)


def view_of(run: Run, meeting: Meeting) -> View:
    """With the folder of its papers, and the address that opens it."""
    with run.read() as work:
        view = cards.view(work, meeting)
    path = view.next.folder if view.next else ""
    if view.next and not path and meeting.state == "planned":  # what is called off gets no folder for that
        with run.begin() as work:
            path = filing.folder(work, meeting, view.next)
    if meeting.state != "planned":
        return cards.with_papers(view, path, "")
    known = folder_link.bring(run, meeting, view.facts, path)
    return cards.with_papers(replace(view, facts=known), path, known.opens(path))


def _to_calendar(run: Run, view: View) -> None:
    """A part after the other, each in a transaction: names of thousands take a while to write."""
    meeting = view.meeting
    with run.read() as work:
        shown = cards.shown(view, work.speak(None), sending.link(work, meeting))
        today = work.now.astimezone(meeting.tz).date()
        divided = events.parts(work.db, meeting, shown, today)
    for number, event in divided:
        with run.begin() as work:
            work.schedule(event, events.key(meeting, number, event), cancel=meeting.state == "cancelled")


# ---------------------------------------------------------------- the room that was missing, or has to be changed


def room(run: Run, given: Mapping[str, Any]) -> None:
    """The task `rapat.room`: make or change the room of a meeting at its provider, and let the link follow to everybody;
    or take one away. Raises `DeliveryError`, so that the outbox tries again.
    """
    if "delete" in given:
        return video.delete(run, given["delete"])
    with run.read() as work:
        meeting = meetings.get(work.db, int(given["meeting"]))
        over = meeting is None or meeting.last_end < work.now
    if meeting is None or over or not video.can(run, meeting):
        return None
    made = video.ensure(run, meeting, int(given.get("date", 0)))
    with run.begin() as work:
        if made and video.made_late(work, meeting, made):
            bring(work, meeting.id)
    return None


def folder(run: Run, given: Mapping[str, Any]) -> None:
    """The task `rapat.folder`: as soon as the storage tells a folder's address, it follows to everybody. Raises
    `DeliveryError`, so that the outbox tries again.
    """
    with run.read() as work:
        meeting = meetings.get(work.db, int(given["meeting"]))
        wanted = meeting is not None and meeting.version == int(given["version"]) and meeting.last_end > work.now
    if meeting is None or not wanted or meeting.state != "planned" or not folder_link.found(run, str(given["folder"])):
        return  # of a later version the address was asked for again
    with run.begin() as work:
        if folder_link.made_late(work, meeting, str(given["folder"])):
            bring(work, meeting.id)


TASKS = {"publish": publish, "room": room, "folder": folder}
