"""The attendance list (daftar hadir) of one date as plain data: for the chat, the PDF and the workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from integration import people, workdays
from integration.people import Person
from integration.plugin import Work
from plugins.rapat import meetings
from plugins.rapat.attending import presence
from plugins.rapat.attending.presence import Here
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.tables import meeting_answer


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who was there. `who` names the row; `nip` is "" for a guest, `office` their unit or where they come from.

    `out_at` is the end of the meeting if they did not say that they left; None while it goes on. `place`: online | room;
    `how`: button | command | code | provider | organizer. `invited`: they were.
    """

    who: str
    name: str
    nip: str
    office: str
    position: str
    in_at: datetime
    out_at: datetime | None
    place: str
    how: str
    guest: bool
    invited: bool


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody invited who was not there. `excuse`: cuti, sakit, izin, dinas or tugas_belajar, the public word of that day,
    "" for none; `reason`: what they answered to the invitation; `answer`: accepted | declined | tentative | "".
    """

    name: str
    nip: str
    office: str
    excuse: str = ""
    answer: str = ""
    reason: str = ""
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Attendance:
    """Present: those invited and ours first as they came, guests among them; absent by name. As long as it is not `over`
    these may still come.
    """

    present: Sequence[Present]
    absent: Sequence[Absent]
    over: bool = True

    @property
    def guests(self) -> int:
        return sum(each.guest for each in self.present)

    @property
    def in_room(self) -> int:
        return sum(each.place == "room" for each in self.present)


def attendance(work: Work, meeting: Meeting, occurrence: Occurrence) -> Attendance:
    """Who was there and who was not; a handful of statements however many they are."""
    here, invited = presence.of_occurrence(work.db, occurrence.id), meetings.invitees(work.db, meeting.id)
    known = _people(work, {row.person_id for row in here} | {each.person_id for each in invited})
    names = {each.person_id for each in invited}
    end = _end(occurrence, work.now)
    present = [_present(row, known, names, end) for row in here]
    came, guests = {row.who for row in here}, {row.name.casefold() for row in here if row.person_id is None}
    missing = [i for i in invited if i.who not in came and not (i.person_id is None and i.name.casefold() in guests)]
    missing = [i for i in missing if i.person_id is None or _worked_here(known[i.person_id], occurrence)]
    return Attendance(present, _absent(work, occurrence, missing, known), over=end is not None)


def _people(work: Work, ids: set[int | None]) -> dict[int, Person]:
    """Also those who have left since."""
    wanted, found = sorted(id for id in ids if id is not None), dict[int, Person]()
    for start in range(0, len(wanted), 5_000):
        some = people.fetch(work.db, people.people_query().where(people.person.c.id.in_(wanted[start : start + 5_000])))
        found |= {person.id: person for person in some}
    return found


def _worked_here(person: Person, occurrence: Occurrence) -> bool:
    return workdays.works_here(person, occurrence.starts_at.astimezone(person.tz).date())


def _end(occurrence: Occurrence, now: datetime) -> datetime | None:
    """When everybody left who did not say so; None as long as it goes on."""
    end = occurrence.ended_at or occurrence.ends_at
    return end if now >= end else None


def _present(row: Here, known: Mapping[int, Person], invited: set[int | None], end: datetime | None) -> Present:
    person = known.get(row.person_id) if row.person_id is not None else None
    out = row.out_at or (max(end, row.in_at) if end else None)
    return Present(
        who=row.who,
        name=person.name if person else row.name,
        nip=person.nip if person else "",
        office=row.office or (person.unit if person else ""),
        position=row.position,
        in_at=row.in_at,
        out_at=out,
        place=row.place,
        how=row.how,
        guest=row.person_id is None,
        invited=row.person_id in invited if row.person_id is not None else False,
    )


def _absent(work: Work, occurrence: Occurrence, missing: Sequence[Invitee], known: Mapping[int, Person]) -> tuple[Absent, ...]:
    answers = _answers(work, occurrence)
    excuses = _excuses(work, occurrence, [known[i.person_id] for i in missing if i.person_id is not None])
    rows = [_missed(each, known, excuses, answers.get(each.id, ("", ""))) for each in missing]
    return tuple(sorted(rows, key=lambda row: (row.guest, row.name.casefold())))


def _missed(invitee: Invitee, known: Mapping[int, Person], excuses: Mapping[int, str], answer: tuple[str, str]) -> Absent:
    person = known.get(invitee.person_id) if invitee.person_id is not None else None
    if person is None:
        return Absent(invitee.name or invitee.email, "", invitee.office, "", *answer, guest=True)
    return Absent(person.name, person.nip, person.unit, excuses.get(person.id, ""), *answer)


def _answers(work: Work, occurrence: Occurrence) -> dict[int, tuple[str, str]]:
    """By invitee: what they answered to this date, else to all dates."""
    c = meeting_answer.c
    query = select(c.invitee_id, c.answer, c.reason).where(
        c.meeting_id == occurrence.meeting_id, c.occurrence_id.in_((0, occurrence.id))
    )
    return {row.invitee_id: (row.answer, row.reason) for row in work.db.execute(query.order_by(c.occurrence_id))}


def _excuses(work: Work, occurrence: Occurrence, absent: Sequence[Person]) -> dict[int, str]:
    """Why somebody was away on that day: the public word only, never what is written in a request."""
    by_day: dict[date, list[Person]] = {}
    for person in absent:
        by_day.setdefault(occurrence.starts_at.astimezone(person.tz).date(), []).append(person)
    plans = [work.workdays.plans(work.db, some, day, day, work.now) for day, some in by_day.items()]
    return {person_id: plan.excuse for each in plans for (person_id, _), plan in each.items() if plan.excuse}
