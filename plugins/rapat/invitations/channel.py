"""What a meeting's channel reads: the announcement, and below it what changes."""

from __future__ import annotations

from sqlalchemy import exists, select

from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.outbox import outbox
from integration.plugin import Build, Work
from plugins.rapat import facts, joining
from plugins.rapat.facts import Facts
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
    """The announcement, which from then on says what holds now; below it what has changed, because nobody is told of an edit.

    Nothing in a channel that was told all of it. Where the announcement cannot be edited any more, it stays as it was.
    """
    meeting = view.meeting
    if not meeting.channel_id:
        return
    if meeting.state == "cancelled":
        if _was_told(work, meeting):
            _now(work, meeting, lambda t: Reply(cards.cancelled(view, t)))
            _below(work, meeting, lambda t: Reply(cards.cancelled(view, t)))
        return
    link = joining.address(work, meeting) if meeting.video else ""
    platform, channel = meeting.channel_platform, meeting.channel_id
    if work.post(platform, channel, _root(meeting), lambda t: Reply(_announcement(view, t, link))):
        return
    old = _told(work, meeting)
    if old and (changes := facts.changes(old, view.facts)):
        _now(work, meeting, lambda t: Reply(_announcement(view, t, link)))
        _below(work, meeting, lambda t: Reply(cards.changed(view, t, old, changes, link=link)))


def _told(work: Work, meeting: Meeting) -> Facts | None:
    """The version of which the channel was told last: of two changes in one moment it hears only the second."""
    versions = facts.versions(work.db, meeting.id)
    keys = {_key(meeting, version): version for version in versions if version < meeting.version}
    query = select(outbox.c.key, outbox.c.created_at).where(outbox.c.key.in_([_root(meeting), *keys]))
    posted = {row.key: row.created_at for row in work.db.execute(query)}
    told = [keys[key] for key in posted if key in keys]
    if not told and _root(meeting) in posted:
        told = facts.kept_until(work.db, meeting, posted[_root(meeting)])
    return versions[max(told)] if told else facts.before(work.db, meeting)


def _announcement(view: View, t: Translate, link: str) -> Text:
    hint = t("Everybody invited gets a direct message to answer.")
    return Text(f"{cards.invitation(view, t, link=link)}\n\n{hint}")


def _now(work: Work, meeting: Meeting, build: Build) -> None:
    key = f"{_key(meeting, meeting.version)}:now"
    work.post(meeting.channel_platform, meeting.channel_id, key, build, instead_of=_root(meeting))


def _below(work: Work, meeting: Meeting, build: Build) -> None:
    work.post(meeting.channel_platform, meeting.channel_id, _key(meeting, meeting.version), build, under=_root(meeting))


def _key(meeting: Meeting, version: int) -> str:
    return f"meeting:{meeting.id}:{version}:channel"


def _was_told(work: Work, meeting: Meeting) -> bool:
    told = select(_invitee.c.id).where(_invitee.c.meeting_id == meeting.id, _invitee.c.told > 0)
    return bool(work.db.scalar(select(exists(told))))
