"""Who has said what: an answer in a word, how many there are, and the organiser's list with everybody's reasons."""

from __future__ import annotations

from sqlalchemy import select

from integration import people
from integration.errors import Refused, UserError
from integration.i18n import Translate
from integration.messages import ButtonPress, Reply, Text, fill, join
from integration.plugin import Context, Handler, Work
from plugins.rapat import answers, meetings, organizers
from plugins.rapat.answers import ALL, Counts, Said
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.wording import bold

LIST = "rapat.answers"
_MOST_NAMES = 100


def word(t: Translate, answer: str) -> Text:
    """An answer in a word or two; "" for none."""
    words = {"accepted": t("coming"), "declined": t("not coming"), "tentative": t("maybe")}
    return words.get(answer) or t("no answer yet")


def numbers(t: Translate, found: Counts) -> Text:
    """`12 hadir, 2 tidak, 1 ragu, 5 belum menjawab`"""
    return t(
        "{accepted} coming, {declined} not coming, {tentative} maybe, {waiting} no answer yet",
        accepted=found.accepted,
        declined=found.declined,
        tentative=found.tentative,
        waiting=found.waiting,
    )


# ---------------------------------------------------------------- for the organiser


def show_list(context: Context, pressed: ButtonPress) -> Reply:
    """For the organiser: who comes and who does not, with their reasons."""
    meeting = meetings.get(context.db, meetings.id_of(pressed.value))
    if meeting is None:
        raise Refused("no such meeting")
    if not organizers.leads(context, meeting):
        raise UserError(context.t("Only the organiser sees who has answered what."))
    date = meetings.next_one(context.db, meeting.id, context.now)
    return Reply(listed(context, meeting, date))


def listed(work: Context, meeting: Meeting, occurrence: Occurrence | None) -> Text:
    """A line for each answer, with the names of those who gave it."""
    t, date = work.t, occurrence.id if occurrence else ALL
    said, named = answers.of(work.db, meeting.id, date), names(work, meeting)
    lines = [bold(meeting.title), numbers(t, answers.counts(work.db, meeting.id, date))]
    for answer in ("accepted", "declined", "tentative", ""):
        found = [(named[id], each) for id, each in said.items() if each.answer == answer and id in named]
        if found:
            lines.append(Text(f"**{word(t, answer)}** ({len(found)}): ") + _names(t, found))  # type: ignore[arg-type]
    return join("\n", [Text(line) for line in lines])


def _names(t: Translate, found: list[tuple[str, Said]]) -> Text:
    shown = [fill("{name} ({reason})", name=n, reason=s.reason) if s.reason else fill("{name}", name=n) for n, s in found]
    more = len(shown) - _MOST_NAMES
    joined = join(", ", shown[:_MOST_NAMES])
    return t("{names} and {count} more", names=joined, count=more) if more > 0 else joined


def names(work: Work, meeting: Meeting) -> dict[int, str]:
    """What those invited are called, by the invitee's id; without the organiser."""
    person = people.person.c
    query = select(_invitee.c.id, person.name, _invitee.c.name, _invitee.c.email)
    query = query.join_from(_invitee, people.person, _invitee.c.person_id == person.id, isouter=True)
    mine = (_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None), _invitee.c.role != "organizer")
    rows = work.db.execute(query.where(*mine).order_by(person.name, _invitee.c.id))
    return {row[0]: row[1] or row[2] or row[3] for row in rows}


BUTTONS: dict[str, Handler] = {"answers": show_list}
