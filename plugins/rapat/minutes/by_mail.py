"""Guests who were invited by their address alone have no chat in which to read minutes: they get them by mail, once."""

from __future__ import annotations

from collections.abc import Sequence

from integration import people
from integration.messages import Text, plain
from integration.plugin import Context, Worded, Work
from integration.ports import Letter
from plugins.rapat import meetings
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.minutes import merging, showing
from plugins.rapat.minutes.versions import Version


def letters(work: Work, meeting: Meeting, occurrence: Occurrence, version: Version) -> list[Worded]:
    """Rows for `Work.queue`; none without a mail server. Who has had the minutes of this date gets no later version."""
    if work.ports.mail is None:
        return []
    return [_letter(work, meeting, occurrence, version, guest) for guest in _guests(work, meeting)]


def _guests(work: Work, meeting: Meeting) -> Sequence[Invitee]:
    return [each for each in meetings.invitees(work.db, meeting.id) if each.person_id is None and each.email]


def _letter(work: Work, meeting: Meeting, occurrence: Occurrence, version: Version, guest: Invitee) -> Worded:
    t, organizer = work.speak(None), people.get(work.db, meeting.organizer_id)
    title = showing.title(t, occurrence, meeting.zone)
    head = t("Dear {name},", name=guest.name or guest.email)
    first = t("these are the minutes of {title}.", title=title)
    last = t("Sent by Hadir for {name}, who invited you.", name=organizer.name if organizer else "–")
    text = "\n\n".join([plain(head), plain(first), "\n".join(merging.without_title(version.text)).strip(), plain(last)])
    key = f"meeting:{meeting.id}:minutes:{occurrence.id}:mail:{guest.id}"
    subject = plain(t("Minutes of {title}", title=title))
    return work.letter(Letter(guest.email, subject, text, key), f"mail:{guest.email}"[:190])


def told(context: Context, meeting: Meeting) -> list[Text]:
    """What whoever publishes minutes hears of it; nothing where there are no such guests."""
    t, count = context.t, len(_guests(context, meeting))
    if not count:
        return []
    if context.ports.mail is None:
        return [t("{count} guests have no account here. Send them the PDF, which lies in the meeting's folder.", count=count)]
    return [t("{count} guests get them by mail.", count=count)]
