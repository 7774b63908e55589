"""Who comes: answers from chat, calendars and mail in one list, in which the latest counts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, delete, func, insert, literal, or_, select, update

from integration.db import insert_once
from integration.plugin import Work
from plugins.rapat import facts
from plugins.rapat.facts import Facts
from plugins.rapat.meetings import Invitee, Meeting
from plugins.rapat.tables import meeting_answer as _answer
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence

# None yet to a date whose time has changed since they answered to all.
ASKED = "asked"
ALL = 0  # in the place of a date's id: an answer to all dates


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody has answered; `answer` is "" for those who have not."""

    answer: str = ""
    reason: str = ""
    via: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    accepted: int = 0
    declined: int = 0
    tentative: int = 0
    waiting: int = 0


# ---------------------------------------------------------------- what was said

_own, _general = _answer.alias("own"), _answer.alias("general")
_given = case((_own.c.id.is_not(None), _own.c.answer), else_=func.coalesce(_general.c.answer, literal("")))
_counted = case((_given == ASKED, literal("")), else_=_given)


def _query(meeting_id: int, occurrence_id: int, *columns: Any) -> Select[Any]:
    """Everybody who is invited with what counts of their answers to a date; add a WHERE."""
    own = and_(_own.c.invitee_id == _invitee.c.id, _own.c.occurrence_id == occurrence_id)
    general = and_(_general.c.invitee_id == _invitee.c.id, _general.c.occurrence_id == ALL)
    query = select(*columns).select_from(_invitee).outerjoin(_own, own).outerjoin(_general, general)
    return query.where(_invitee.c.meeting_id == meeting_id, _invitee.c.removed_at.is_(None))


def _whole() -> list[Any]:
    def either(name: str) -> Any:
        return case((_own.c.id.is_not(None), _own.c[name]), else_=_general.c[name]).label(name)

    return [_invitee.c.id, _counted.label("answer"), *(either(name) for name in ("reason", "via", "at"))]


def of(db: Connection, meeting_id: int, occurrence_id: int = ALL) -> dict[int, Said]:
    """What everybody who is invited has said of a date, or of all dates, by the invitee's id."""
    return {row.id: _said(row) for row in db.execute(_query(meeting_id, occurrence_id, *_whole()))}


def mine(db: Connection, invitee: Invitee, occurrence_id: int = ALL) -> Said:
    """What one of them has said."""
    query = _query(invitee.meeting_id, occurrence_id, *_whole()).where(_invitee.c.id == invitee.id)
    row = db.execute(query).first()
    return _said(row) if row else Said()


def some(db: Connection, meeting_id: int, occurrence_id: int, ids: Collection[int]) -> dict[int, str]:
    """What these invitees have answered; those who have not are missing."""
    query = _query(meeting_id, occurrence_id, _invitee.c.id, _counted).where(_invitee.c.id.in_(ids), _counted != "")
    return {row[0]: row[1] for row in db.execute(query)}


def _said(row: Any) -> Said:
    return Said(row.answer, row.reason or "", row.via or "", row.at) if row.answer else Said()


def counts(db: Connection, meeting_id: int, occurrence_id: int = ALL) -> Counts:
    """How many of those invited have said what; the organiser is not counted."""
    query = _query(meeting_id, occurrence_id, _counted.label("answer"), func.count().label("number"))
    query = query.where(_invitee.c.role != "organizer").group_by(_counted)
    found: Mapping[str, int] = {row.answer or "waiting": row.number for row in db.execute(query)}
    return Counts(**found)


# ---------------------------------------------------------------- saying


def record(work: Work, invitee: Invitee, new: Said, occurrence_id: int = ALL) -> bool:
    """Keep an answer in the place of an earlier one; False if it says nothing new. Its reason goes into no audit row."""
    mine = (_answer.c.invitee_id == invitee.id, _answer.c.occurrence_id == occurrence_id)
    old = work.db.execute(select(_answer.c.answer, _answer.c.reason).where(*mine)).first()
    if old and (old.answer, old.reason) == (new.answer, new.reason):
        return False
    values = {"answer": new.answer, "reason": new.reason, "via": new.via, "at": work.written_at}
    row = {"meeting_id": invitee.meeting_id, "invitee_id": invitee.id, "occurrence_id": occurrence_id, **values}
    if old or insert_once(work.db, _answer, row) is None:
        work.db.execute(update(_answer).where(*mine).values(values))
    if occurrence_id == ALL:  # whoever answers to all after a date was moved means that one too
        work.db.execute(delete(_answer).where(_answer.c.invitee_id == invitee.id, _answer.c.answer == ASKED))
    if old is None or old.answer != new.answer:
        _audit(work, invitee, old.answer if old else "", new, occurrence_id)
    return True


def _audit(work: Work, invitee: Invitee, old: str, new: Said, occurrence_id: int) -> None:
    after = {"who": invitee.who, "answer": new.answer, "via": new.via}
    after |= {"date": str(occurrence_id)} if occurrence_id else {}
    before = {"answer": old} if old else None
    work.audit("meeting.answered", f"meeting:{invitee.meeting_id}", before=before, after=after)


# ---------------------------------------------------------------- times that hold no more


def stamp(meeting: Meeting, starts_at: datetime, ends_at: datetime) -> str:
    """Which time an answer is an answer to: another one after every change of it."""
    times = f"{starts_at.timestamp()} {ends_at.timestamp()} {meeting.recurrence}"
    return hashlib.sha256(times.encode()).hexdigest()[:8]


def void(work: Work, meeting: Meeting, old: Facts, new: Facts) -> None:
    """Forget the answers to times that hold no more; everybody is asked again."""
    if old.times != new.times:
        coming = select(_occurrence.c.id).where(_occurrence.c.meeting_id == meeting.id, _occurrence.c.ends_at > work.now)
        open_ones = or_(_answer.c.occurrence_id == ALL, _answer.c.occurrence_id.in_(coming))
        gone = work.db.execute(delete(_answer).where(_answer.c.meeting_id == meeting.id, open_ones)).rowcount
        _audit_void(work, meeting, gone)
        return
    moved = [c.original for c in facts.changes(old, new) if c.what == "date" and _moved(old, new, c.original)]
    if not moved:
        return
    ids = list(
        work.db.scalars(
            select(_occurrence.c.id).where(_occurrence.c.meeting_id == meeting.id, _occurrence.c.original.in_(moved))
        )
    )
    gone = 0
    for occurrence_id in ids:
        here = (_answer.c.meeting_id == meeting.id, _answer.c.occurrence_id == occurrence_id)
        gone += work.db.execute(delete(_answer).where(*here)).rowcount
        general = select(_answer.c.meeting_id, _answer.c.invitee_id, literal(occurrence_id), literal(ASKED), _answer.c.via)
        general = general.add_columns(literal(work.written_at, _answer.c.at.type))
        general = general.where(_answer.c.meeting_id == meeting.id, _answer.c.occurrence_id == ALL)
        names = ["meeting_id", "invitee_id", "occurrence_id", "answer", "via", "at"]
        gone += work.db.execute(insert(_answer).from_select(names, general)).rowcount
    _audit_void(work, meeting, gone)


def _moved(old: Facts, new: Facts, original: datetime | None) -> bool:
    return original is not None and old.date(original).span != new.date(original).span


def _audit_void(work: Work, meeting: Meeting, number: int) -> None:
    if number:
        work.audit("meeting.answers_void", f"meeting:{meeting.id}", after={"answers": number, "version": meeting.version})
