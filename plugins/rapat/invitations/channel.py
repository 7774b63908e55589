"""What a meeting's channel reads: the announcement, and below it what changes."""

from __future__ import annotations

from sqlalchemy import exists, select

from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.plugin import Build, Work
from plugins.rapat import facts, joining
from plugins.rapat.invitations import cards
from plugins.rapat.invitations.cards import View
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_invitee as _invitee


def thread(meeting: Meeting, occurrence: Occurrence | None = None) -> str:
    """The key of the post below which those of this date go; see `publish.thread`."""
    if meeting.is_series and occurrence is not None:
        return f"meeting:{meeting.id}:start:{occurrence.id}"
    return _root(meeting)


def _root(meeting: Meeting) -> str:
    return f"meeting:{meeting.id}:channel:{meeting.channel_platform}:{meeting.channel_id}"[:190]


def announce(work: Work, view: View) -> None:
    """The announcement, or what has changed below it; nothing in a channel that was told all of it."""
    meeting = view.meeting
    if not meeting.channel_id:
        return
    if meeting.state == "cancelled":
        if _was_told(work, meeting):
            _below(work, meeting, lambda t: Reply(cards.cancelled(view, t)))
        return
    link = joining.address(work, meeting) if meeting.video else ""
    platform, channel = meeting.channel_platform, meeting.channel_id
    if work.post(platform, channel, _root(meeting), lambda t: Reply(_announcement(view, t, link))):
        return
    old = facts.before(work.db, meeting)
    if old and (changes := facts.changes(old, view.facts)):
        _below(work, meeting, lambda t: Reply(cards.changed(view, t, old, changes, link=link)))


def _announcement(view: View, t: Translate, link: str) -> Text:
    hint = t("Everybody invited gets a direct message to answer.")
    return Text(f"{cards.invitation(view, t, link=link)}\n\n{hint}")


def _below(work: Work, meeting: Meeting, build: Build) -> None:
    key = f"meeting:{meeting.id}:{meeting.version}:channel"
    work.post(meeting.channel_platform, meeting.channel_id, key, build, under=_root(meeting))


def _was_told(work: Work, meeting: Meeting) -> bool:
    told = select(_invitee.c.id).where(_invitee.c.meeting_id == meeting.id, _invitee.c.told > 0)
    return bool(work.db.scalar(select(exists(told))))
