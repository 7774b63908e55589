"""Who of those invited cannot come to a date, as our own data say: other meetings, absences, free days, hours of work.

As many statements for thousands of people as for one. What is said of colleagues is what they may know of one another: the
public word of an absence, never its reason, and of another meeting only its hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, or_, select

from integration.people import Person
from integration.plugin import Work
from integration.ports import Span
from integration.workdays import DayPlan, Plans, works_here
from plugins.rapat.meetings import Mode
from plugins.rapat.rooms.booking import LONGEST
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_answer as _answer
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence

# meeting: another one; calendar: something else there; away: an absence; holiday: of everybody; off: a free day of theirs;
# hours: they work at other times; home: they are not at the office, and the meeting is only there.
Kind = Literal["meeting", "calendar", "away", "holiday", "off", "hours", "home"]

# More people than this are not named in a statement: the dates of a day are few, and are looked through here.
_NAMED = 1000
_DAY = timedelta(days=1)
_FROM_HOME = frozenset({"wfh", "wfa"})


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody (`who` as in `meeting_invitee`) cannot come to `date`. `span`: what they have then; `word`: the excuse's code
    or the holiday's name.
    """

    who: str
    kind: Kind
    date: Span
    span: Span | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Engaged:
    """Somebody's other meeting. `declined`: they said that they do not come, and so they are free."""

    person_id: int
    span: Span
    declined: bool


@dataclass(frozen=True, slots=True)
class Diary:
    """What is known of people in some days: plans of days (a day before and after too), and other meetings by person."""

    plans: Plans = field(default_factory=dict)
    engaged: Mapping[int, Sequence[Engaged]] = field(default_factory=dict)

    def meetings(self, person_id: int) -> list[Span]:
        """Those to which they may come."""
        return [each.span for each in self.engaged.get(person_id, ()) if not each.declined]


# ---------------------------------------------------------------- reading


def diary(work: Work, people: Sequence[Person], span: Span, except_meeting: int) -> Diary:
    """Everything of these people in `span`, which should be days and not years. A handful of statements."""
    first, last = (span.start - _DAY).date(), (span.end + _DAY).date()
    plans = work.workdays.plans(work.db, people, first, last, work.now)
    return Diary(plans, _by_person(engaged(work, [person.id for person in people], span, except_meeting)))


def engaged(work: Work, person_ids: Sequence[int], span: Span, except_meeting: int) -> list[Engaged]:
    """Other meetings of theirs that touch `span`. One statement.

    One that is being checked counts for those that were planned later, so that of two at once only one asks.
    """
    general, own = _answer.alias(), _answer.alias()
    answer = func.coalesce(own.c.answer, general.c.answer, "")
    query = (
        select(_invitee.c.person_id, _occurrence.c.starts_at, _occurrence.c.ends_at, answer)
        .join_from(_occurrence, _meeting, _occurrence.c.meeting_id == _meeting.c.id)
        .join(_invitee, _invitee.c.meeting_id == _meeting.c.id)
        .outerjoin(general, and_(general.c.invitee_id == _invitee.c.id, general.c.occurrence_id == 0))
        .outerjoin(own, and_(own.c.invitee_id == _invitee.c.id, own.c.occurrence_id == _occurrence.c.id))
        .where(*_touches(span), _counts(except_meeting), _invitee.c.removed_at.is_(None))
    )
    wanted = set(person_ids)
    if len(wanted) <= _NAMED:
        query = query.where(_invitee.c.person_id.in_(wanted))
    rows = work.db.execute(query)
    return [Engaged(row[0], Span(row[1], row[2]), row[3] == "declined") for row in rows if row[0] in wanted]


def _touches(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (
        _occurrence.c.starts_at < span.end,
        _occurrence.c.starts_at > span.start - LONGEST,
        _occurrence.c.ends_at > span.start,
        _occurrence.c.state == "planned",
    )


def _counts(except_meeting: int) -> ColumnElement[bool]:
    earlier = and_(_meeting.c.state == "checking", _meeting.c.id < except_meeting)
    return and_(_meeting.c.id != except_meeting, or_(_meeting.c.state == "planned", earlier))


def _by_person(found: Iterable[Engaged]) -> dict[int, list[Engaged]]:
    by_person: dict[int, list[Engaged]] = {}
    for each in found:
        by_person.setdefault(each.person_id, []).append(each)
    for theirs in by_person.values():
        theirs.sort(key=lambda each: (each.span.start, each.span.end))
    return by_person


# ---------------------------------------------------------------- finding


@dataclass(frozen=True, slots=True)
class Looked:
    """Who cannot come to which date, by date and in the order of the people, one reason for each of them; and of everybody
    the times of meetings of ours, which a calendar may tell once more.
    """

    clashes: list[Clash] = field(default_factory=list)
    known: dict[int, list[Span]] = field(default_factory=dict)


def find(work: Work, people: Sequence[Person], dates: Sequence[Span], mode: Mode, except_meeting: int) -> Looked:
    """Who cannot come to `dates`, which are in order. As many statements for thousands as for one."""
    looked = Looked()
    for group in _near(dates):
        known = diary(work, people, Span(group[0].start, max(each.end for each in group)), except_meeting)
        for each in group:
            found = (of_person(known, person, each, mode) for person in people)
            looked.clashes.extend(clash for clash in found if clash is not None)
        for person_id, theirs in known.engaged.items():
            looked.known.setdefault(person_id, []).extend(one.span for one in theirs)
    return looked


def _near(dates: Sequence[Span]) -> Iterator[list[Span]]:
    """Dates of days that lie together, to be read together."""
    group: list[Span] = []
    for each in dates:
        if group and each.start - group[-1].start > 2 * _DAY:
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def of_person(known: Diary, person: Person, span: Span, mode: Mode) -> Clash | None:
    """Why the person cannot come, the first reason that holds; None if nothing is known against it."""
    who, day = f"p:{person.id}", span.start.astimezone(person.tz).date()
    plan = known.plans.get((person.id, day), DayPlan(day))
    if plan.excuse:
        return Clash(who, "away", span, word=plan.excuse)
    for taken in known.meetings(person.id):
        if overlap(taken, span):
            return Clash(who, "meeting", span, taken)
    for start, end in plan.excused:
        if overlap(Span(start, end), span):
            return Clash(who, "away", span, Span(start, end), "izin")
    if not works_here(person, day):
        return None  # the list of employees is behind: nothing is known of them
    return _by_hours(known, person, span, plan) or _from_home(who, span, plan, mode)


def _by_hours(known: Diary, person: Person, span: Span, plan: DayPlan) -> Clash | None:
    """A night shift of the day before reaches into this one."""
    before = known.plans.get((person.id, plan.day - _DAY), DayPlan(plan.day))
    if any(_within(span, each) for each in (plan, before)):
        return None
    who = f"p:{person.id}"
    if plan.start is None or plan.end is None:
        return Clash(who, "holiday" if plan.free else "off", span, word=plan.free)
    return Clash(who, "hours", span, Span(plan.start, plan.end))


def _within(span: Span, plan: DayPlan) -> bool:
    return plan.start is not None and plan.end is not None and plan.start <= span.start and span.end <= plan.end


def _from_home(who: str, span: Span, plan: DayPlan, mode: Mode) -> Clash | None:
    return Clash(who, "home", span, word=plan.place) if mode == "room" and plan.place in _FROM_HOME else None


def overlap(one: Span, other: Span) -> bool:
    """Whether some time is in both; what touches has none."""
    return one.start < other.end and other.start < one.end


# ---------------------------------------------------------------- times that are taken, for finding others


def taken(known: Diary, person: Person, window: Span) -> list[Span]:
    """All times of `window` in which the person cannot come to any meeting: as `of_person` judges, without the place."""
    if not works_here(person, window.start.astimezone(person.tz).date()):
        return merged(known.meetings(person.id), window)
    worked: list[Span] = []
    away: list[Span] = []
    day, last = (window.start - _DAY).date(), (window.end + _DAY).date()
    while day <= last:
        plan = known.plans.get((person.id, day))
        if plan is not None and plan.works and plan.start is not None and plan.end is not None:
            worked.append(Span(plan.start, plan.end))
            away += (Span(start, end) for start, end in plan.excused)
        day += _DAY
    return merged([*between(worked, window), *away, *known.meetings(person.id)], window)


def between(worked: Sequence[Span], window: Span) -> list[Span]:
    """What of `window` is in none of `worked`."""
    found, at = [], window.start
    for each in sorted(worked, key=lambda span: span.start):
        if each.start > at:
            found.append(Span(at, min(each.start, window.end)))
        at = max(at, each.end)
    if at < window.end:
        found.append(Span(at, window.end))
    return [span for span in found if span.start < span.end]


def merged(spans: Iterable[Span], window: Span) -> list[Span]:
    """`spans` cut to `window`, in order, those together that touch."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        start, end = max(span.start, window.start), min(span.end, window.end)
        if start >= end:
            continue
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Span(start, end))
    return found


def without(spans: Sequence[Span], known: Sequence[Span]) -> list[Span]:
    """What of `spans` is in none of `known`: of a calendar's busy times those that are not ours."""
    return [left for span in spans for left in between([each for each in known if overlap(each, span)], span)]
