"""What stands in a meeting's documents, read from its rows as they are now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from integration import people
from integration.i18n import Translate
from integration.messages import plain
from integration.people import Person
from integration.plugin import Work
from plugins.rapat import joining, meetings
from plugins.rapat.attending import listing
from plugins.rapat.attending.listing import Absent, Attendance, Present
from plugins.rapat.documents.attendance import Absentee, AttendanceList, Attendee
from plugins.rapat.documents.invitation import Addressee, Date, Undangan
from plugins.rapat.documents.issue import Issue, Signer
from plugins.rapat.documents.minutes_pdf import Action, Minutes
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.minutes import markdown
from plugins.rapat.minutes.versions import Version
from plugins.rapat.tables import meeting_task as _task
from plugins.rapat.wording import away

# The names of so many stand in the minutes themselves; of more, the attendance list has them.
MOST_PRESENT = 40
_MARK = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")


def issue(work: Work, meeting: Meeting, invited: Iterable[Person] = ()) -> Issue:
    """In the office's language; its zones are those of the invited and the meeting's own."""
    zones = tuple(sorted({meeting.zone, *(person.zone for person in invited)}))
    return Issue(work.speak(None), work.settings, meeting.zone, work.now, zones)


def signer(work: Work, person_id: int | None, position: str = "") -> Signer | None:
    person = people.get(work.db, person_id) if person_id is not None else None
    return Signer(person.name, person.nip, position) if person else None


def _invited(work: Work, meeting: Meeting) -> tuple[list[Invitee], dict[int, Person]]:
    """Who is invited, without those of ours who have left; and our people among them."""
    found = meetings.invitees(work.db, meeting.id)
    ids = [each.person_id for each in found if each.person_id is not None]
    known = {person.id: person for person in people.everyone(work.db, work.now.astimezone(meeting.tz).date(), ids)}
    return [each for each in found if each.person_id is None or each.person_id in known], known


# ---------------------------------------------------------------- undangan


def undangan(work: Work, meeting: Meeting) -> Undangan | None:
    """The letter of a meeting that is planned, with its coming dates (all, once they are over); None for any other."""
    dates = [each for each in meetings.occurrences(work.db, meeting.id) if each.state == "planned"]
    if meeting.state != "planned" or not dates:
        return None
    invitees, known = _invited(work, meeting)
    organizer = signer(work, meeting.organizer_id)
    assert organizer is not None  # noqa: S101  # nobody's row is ever deleted
    return Undangan(
        issue=issue(work, meeting, known.values()),
        title=meeting.title,
        number=meeting.number,
        dates=[_date(meeting, each) for each in [each for each in dates if each.ends_at > work.now] or dates],
        addressees=[_addressee(each, known) for each in invitees if each.role != "organizer"],
        organizer=organizer,
        place=meeting.place if meeting.mode != "virtual" else "",
        online=meeting.is_virtual,
        address=joining.address(work, meeting),
        agenda=agenda(meeting),
    )


def _date(meeting: Meeting, occurrence: Occurrence) -> Date:
    return Date(occurrence.span, occurrence.place if occurrence.place != meeting.place else "")


def _addressee(invitee: Invitee, known: dict[int, Person]) -> Addressee:
    person = known.get(invitee.person_id) if invitee.person_id is not None else None
    if person is not None:
        return Addressee(person.name, person.unit, person.nip)
    return Addressee(invitee.name or invitee.email, invitee.office)


def agenda(meeting: Meeting) -> list[str]:
    """A line an item, without the marks that people put before them."""
    lines = (_MARK.sub("", line).strip() for line in meeting.agenda.splitlines())
    return [line for line in lines if line]


# ---------------------------------------------------------------- daftar hadir


def attendance(work: Work, meeting: Meeting, occurrence: Occurrence) -> AttendanceList:
    """Who was there on that date, and who was not; reasons are public words, or what people answered themselves."""
    found = listing.attendance(work, meeting, occurrence)
    _, known = _invited(work, meeting)
    about = issue(work, meeting, known.values())
    organizer = signer(work, meeting.organizer_id, plain(about.t("Chair of the meeting")))
    assert organizer is not None  # noqa: S101  # nobody's row is ever deleted
    return AttendanceList(
        issue=about,
        title=occurrence.title,
        span=occurrence.span,
        place=place(about.t, meeting, occurrence),
        organizer=organizer,
        present=[_attendee(each) for each in found.present],
        absent=[_absentee(about.t, each, over=found.over) for each in found.absent],
        invited=sum(each.invited for each in found.present) + len(found.absent),
        number=meeting.number,
        over=found.over,
    )


def place(t: Translate, meeting: Meeting, occurrence: Occurrence) -> str:
    """`Ruang Garuda; daring`"""
    where = [occurrence.place] if occurrence.place and meeting.mode != "virtual" else []
    return "; ".join([*where, plain(t("online"))] if meeting.is_virtual else where)


def _attendee(someone: Present) -> Attendee:
    return Attendee(
        name=someone.name,
        nip=someone.nip,
        office=someone.office if someone.guest else "",
        position=someone.position or ("" if someone.guest else someone.office),
        online=someone.place == "online",
        came=someone.in_at,
        left=someone.out_at,
        guest=someone.guest,
    )


def _absentee(t: Translate, someone: Absent, *, over: bool) -> Absentee:
    return Absentee(someone.name, someone.nip, someone.office, _reason(t, someone, over=over))


def _reason(t: Translate, someone: Absent, *, over: bool) -> str:
    if someone.excuse:
        return plain(away(t, someone.excuse))
    if someone.answer == "declined":
        return someone.reason or plain(t("declined"))
    return plain(t("no word")) if over else ""


# ---------------------------------------------------------------- notulen


def minutes(work: Work, meeting: Meeting, occurrence: Occurrence, version: Version) -> Minutes:
    """The minutes of that version. Sections that hold nothing but decisions, or action items, become tables."""
    found = listing.attendance(work, meeting, occurrence)
    _, known = _invited(work, meeting)
    about = issue(work, meeting, known.values())
    leader = signer(work, meeting.organizer_id)
    assert leader is not None  # noqa: S101  # nobody's row is ever deleted
    text, decisions, actions = _sections(version.text, _actions(work, occurrence))
    return Minutes(
        issue=about,
        title=occurrence.title,
        number=meeting.number,
        span=occurrence.span,
        place=place(about.t, meeting, occurrence),
        leader=leader,
        writer=signer(work, meeting.secretary_id or version.author_id),
        attendance=_summary(about.t, found),
        present=[each.name for each in found.present] if len(found.present) <= MOST_PRESENT else (),
        agenda=agenda(meeting),
        text=text,
        decisions=decisions,
        actions=actions,
    )


def _summary(t: Translate, found: Attendance) -> str:
    if not found.present:
        return ""
    count, room = len(found.present), found.in_room
    said = t("{count} ({online} online, {room} in the room)", count=count, online=count - room, room=room)
    guests = f"; {plain(t('{count} guests', count=found.guests))}" if found.guests else ""
    away = f"; {plain(t('{count} did not come', count=len(found.absent)))}" if found.absent and found.over else ""
    return plain(said) + guests + away


def _actions(work: Work, occurrence: Occurrence) -> list[Action]:
    query = select(_task.c.text, _task.c.name, _task.c.due_on, _task.c.state, people.person.c.name.label("person"))
    query = query.join_from(_task, people.person, _task.c.person_id == people.person.c.id, isouter=True)
    mine = (_task.c.occurrence_id == occurrence.id, _task.c.state != "dropped")
    rows = work.db.execute(query.where(*mine).order_by(_task.c.id))
    return [Action(row.text, row.person or row.name, row.due_on, row.state == "done") for row in rows]


def _sections(text: str, actions: Sequence[Action]) -> tuple[str, Sequence[str], Sequence[Action]]:
    """The text without the sections that are shown as tables; one that says more than its items stays as it is."""
    found = markdown.parse(text)
    dropped: set[int] = set()
    decisions: Sequence[str] = ()
    talked, asked = found.section("decisions"), found.section("tasks")
    if talked and found.decisions and _only_items(found.body(talked)):
        decisions = found.decisions
        dropped.update(range(talked.start, talked.end))
    shown = bool(asked and actions and _only_items(found.body(asked)))
    if asked and shown:
        dropped.update(range(asked.start, asked.end))
    kept = [line for number, line in enumerate(found.lines) if number not in dropped]
    return "\n".join(kept), decisions, actions if shown else ()


def _only_items(lines: Sequence[str]) -> bool:
    return all(_MARK.match(line) for line in lines if line.strip())
