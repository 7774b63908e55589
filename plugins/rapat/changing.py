"""A meeting becomes another one: all its dates or one of them, the people in it, or none at all any more.

Every step is a conditional update on `version`, so that of two who change it at once the second hears of the first. SEQUENCE
grows with the times and with what is called off, as RFC 5546 wants; `version` with everything.

Dates that have begun are records: they stay as they were. A series whose times change begins anew for calendars at its
first date to come, because nobody wants an exception for each of fifty dates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, update

from integration.plugin import Work
from integration.ports import Span
from plugins.rapat import meetings, planning, publish
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.planning import Group, Plan, Who
from plugins.rapat.rooms import booking
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence

# In these a meeting can be changed and called off.
LIVE = ("polling", "checking", "asking", "planned")
# Nobody has been told yet.
UNTOLD = ("polling", "checking", "asking")
_FIELDS = ("title", "agenda", "mode", "place", "room_id", "provider", "number")
# So many of the dates that a series had are looked for in calendars.
MOST_KNOWN = 60
# Out of the way while dates change places: no date of a meeting is there.
_ASIDE = timedelta(days=36_500)


class Stale(Exception):
    """Somebody has changed the meeting meanwhile; `now` is how it is, None if it is gone."""

    def __init__(self, now: Meeting | None) -> None:
        super().__init__("the meeting has changed")
        self.now = now


# ---------------------------------------------------------------- all dates


def change(work: Work, found: Meeting, plan: Plan, *, remove: Collection[str] = ()) -> Meeting:
    """Make the meeting what `plan` says: its `invitees` and `groups` come in addition, those in `remove` (`who`) go.

    Gives the meeting as it was if nothing is different. Raises `Stale` and `booking.Taken`.
    """
    values = {name: getattr(plan, name) for name in _FIELDS if getattr(plan, name) != getattr(found, name)}
    times = (plan.span, plan.zone, plan.recurrence) != (found.span, found.zone, found.recurrence)
    if plan.channel is not None and not found.channel_id:
        values |= {"channel_platform": plan.platform, "channel_id": plan.channel.id, "channel_name": plan.channel.name}
    if times:
        values |= _times_of(plan) | {"sequence": found.sequence + (found.state == "planned")}
    if f"p:{found.secretary_id}" in remove:
        values["secretary_id"] = None  # who is taken off leads nothing any more
    added = _new(work, found, plan.invitees)
    if not (values or added or plan.groups or remove):
        return found
    if plan.room_id is not None and (times or "room_id" in values):
        booking.book(work, plan.room_id, _spans(work, found, plan, times=times), except_meeting=found.id)
    known = [each.span for each in coming(work, found.id)] if times else []
    changed = _bump(work, found, values)
    if times:
        _rewrite(work, found, plan)
    planning.invite(work, found.id, added)
    _remove(work, found, remove)
    work.audit(
        "meeting.changed",
        f"meeting:{found.id}",
        before=_shown(found, values),
        after=_shown(changed, values) | _counted(added=len(added), groups=len(plan.groups), removed=len(remove)),
    )
    _look(work, changed, moved=times, known=known, added=bool(added))
    follow(work, changed, plan.groups)
    return changed


def _times_of(plan: Plan) -> dict[str, Any]:
    length = plan.span.end - plan.span.start
    return {
        "starts_at": plan.span.start,
        "ends_at": plan.span.end,
        "last_end": max(plan.starts) + length,
        "zone": plan.zone,
        "recurrence": plan.recurrence,
    }


def _spans(work: Work, found: Meeting, plan: Plan, *, times: bool) -> list[Span]:
    """For when the room is wanted."""
    if not times:
        return [each.span for each in coming(work, found.id)] or [found.span]
    length = plan.span.end - plan.span.start
    return [Span(at, at + length) for at in plan.starts]


def coming(work: Work, meeting_id: int) -> list[Occurrence]:
    """The dates that have not begun and were not called off."""
    return [each for each in meetings.occurrences(work.db, meeting_id) if each.state == "planned" and each.starts_at > work.now]


def _rewrite(work: Work, found: Meeting, plan: Plan) -> None:
    """1. dates of the same day stay themselves, 2. the others take the new ones in order, 3. what is left is called off or
    new. What hangs on a date (agenda, answers) goes with it.
    """
    length = plan.span.end - plan.span.start
    same = frozenset(plan.starts)
    old = [each for each in meetings.occurrences(work.db, found.id) if each.starts_at > work.now or each.original in same]
    pairs, rest = _matched(old, plan)
    moved = [
        {"which": each.id, "original": at, "starts_at": at, "ends_at": at + length, "aside": at - _ASIDE} for each, at in pairs
    ]
    if moved:
        mine = update(_occurrence).where(_occurrence.c.id == bindparam("which"))
        own = {"title": "", "place": "", "room_id": None, "changed": False}
        work.db.execute(mine.values(original=bindparam("aside")), [{"which": m["which"], "aside": m["aside"]} for m in moved])
        new: dict[str, Any] = {name: bindparam(f"to_{name}") for name in ("original", "starts_at", "ends_at")}
        to = [{"which": m["which"], **{f"to_{name}": m[name] for name in new}} for m in moved]
        work.db.execute(mine.values(**new, **own), to)
    used = {each.id for each, _ in pairs}
    gone = [each.id for each in old if each.id not in used and each.state == "planned"]
    if gone:
        work.db.execute(update(_occurrence).where(_occurrence.c.id.in_(gone)).values(state="cancelled"))
    if rest:
        rows = [{"meeting_id": found.id, "original": at, "starts_at": at, "ends_at": at + length} for at in rest]
        work.db.execute(insert(_occurrence), rows)


def _matched(old: Sequence[Occurrence], plan: Plan) -> tuple[list[tuple[Occurrence, datetime]], list[datetime]]:
    tz = ZoneInfo(plan.zone)
    by_day = {each.original.astimezone(tz).date(): each for each in old}
    by_day |= {each.original.astimezone(tz).date(): each for each in old if each.state == "planned"}
    pairs, left = [], []
    for at in plan.starts:
        same = by_day.pop(at.astimezone(tz).date(), None)
        if same is not None:
            pairs.append((same, at))
        else:
            left.append(at)
    free = [each for each in old if each.state == "planned" and each.id not in {same.id for same, _ in pairs}]
    count = min(len(free), len(left))
    return [*pairs, *zip(free[:count], left[:count], strict=True)], left[count:]


# ---------------------------------------------------------------- one date


def change_date(
    work: Work,
    found: Meeting,
    date: Occurrence,
    *,
    span: Span,
    title: str,
    place: str,
    room_id: int | None,
    invitees: Sequence[Who] = (),
    groups: Sequence[Group] = (),
) -> Meeting:
    """One date of a series has its own time, title or place; people who are added are invited to all dates.

    Raises `Stale` and `booking.Taken`.
    """
    values: dict[str, Any] = {"starts_at": span.start, "ends_at": span.end, "title": "" if title == found.title else title}
    values |= {"place": "" if place == found.place else place, "room_id": None if room_id == found.room_id else room_id}
    own = {"starts_at": date.starts_at, "ends_at": date.ends_at, "title": date.title, "place": date.place}
    same = own == {"starts_at": span.start, "ends_at": span.end, "title": title, "place": place}
    added = _new(work, found, invitees)
    if same and not (added or groups):
        return found
    if room_id is not None and not same:
        others = [each.span for each in coming(work, found.id) if each.id != date.id] if room_id == found.room_id else []
        booking.book(work, room_id, [span, *others], except_meeting=found.id)
    moved = span != date.span
    last_end = max(found.last_end, span.end)
    changed = _bump(work, found, {"last_end": last_end, "sequence": found.sequence + (moved and found.state == "planned")})
    if not same:
        work.db.execute(update(_occurrence).where(_occurrence.c.id == date.id).values(**values, changed=True))
    planning.invite(work, found.id, added)
    work.audit(
        "meeting.date_changed",
        f"meeting:{found.id}",
        before={"date": date.id, **_plain(own)},
        after={"date": date.id, **_plain({name: values[name] for name in own}), **_counted(added=len(added))},
    )
    _look(work, changed, moved=moved, known=[date.span], added=bool(added), date=date.id)
    follow(work, changed, groups)
    return changed


def call_off(work: Work, found: Meeting, dates: Sequence[Occurrence], reason: str = "") -> Meeting:
    """Dates of a series do not take place; without any left, neither does the meeting. Raises `Stale`."""
    ids = [date.id for date in dates if date.state == "planned"]
    if not ids:
        return found
    if all(each.id in ids for each in coming(work, found.id)):
        return cancel(work, found, reason)
    changed = _bump(work, found, {"sequence": found.sequence + (found.state == "planned")})
    work.db.execute(update(_occurrence).where(_occurrence.c.id.in_(ids)).values(state="cancelled", cancel_reason=reason))
    starts = [date.original.isoformat() for date in dates if date.id in ids]
    work.audit("meeting.dates_called_off", f"meeting:{found.id}", after={"dates": starts})
    follow(work, changed)
    return changed


# ---------------------------------------------------------------- none


def cancel(work: Work, found: Meeting, reason: str = "") -> Meeting:
    """The meeting does not take place: those who were told of it are told so. Raises `Stale`."""
    state = "dropped" if found.state in UNTOLD else "cancelled"
    values = {"state": state, "cancel_reason": reason, "sequence": found.sequence + (state == "cancelled")}
    changed = _bump(work, found, values)
    work.audit(f"meeting.{state}", f"meeting:{found.id}", before={"state": found.state}, after={"state": state})
    if state == "cancelled":
        publish.bring(work, found.id)
    return changed


# ---------------------------------------------------------------- people


def _new(work: Work, found: Meeting, wanted: Iterable[Who]) -> list[Who]:
    """Those who are not invited yet."""
    wanted = list(wanted)
    known = {each.who for each in meetings.invitees(work.db, found.id)} if wanted else set()
    return [who for who in wanted if who.key not in known]


def _remove(work: Work, found: Meeting, who: Collection[str]) -> None:
    """The organiser stays."""
    if who:
        these = (_invitee.c.meeting_id == found.id, _invitee.c.who.in_(who), _invitee.c.role != "organizer")
        work.db.execute(update(_invitee).where(*these, _invitee.c.removed_at.is_(None)).values(removed_at=work.written_at))


# ---------------------------------------------------------------- the parts


def _bump(work: Work, found: Meeting, values: Mapping[str, Any]) -> Meeting:
    """The next version; what nobody was told of yet is checked again."""
    again = {"state": "checking"} if found.state == "asking" else {}
    still = (_meeting.c.id == found.id, _meeting.c.version == found.version, _meeting.c.state == found.state)
    row = {**again, **values, "version": found.version + 1, "changed_at": work.written_at}
    if work.db.execute(update(_meeting).where(*still).values(row)).rowcount != 1:
        raise Stale(meetings.get(work.db, found.id))
    changed = meetings.get(work.db, found.id)
    assert changed is not None  # noqa: S101  # it was written just now
    return changed


def _look(work: Work, changed: Meeting, *, moved: bool, known: Sequence[Span], added: bool, date: int = 0) -> None:
    """Who of those that know of the meeting, or are new in it, cannot come now: the leader hears of it."""
    if changed.state != "planned":
        return
    if moved:
        spans = [[each.start.isoformat(), each.end.isoformat()] for each in known[:MOST_KNOWN]]
        planning.look(work, changed, {"known": spans, "date": date})
    if added and (date or not moved):  # they are invited to all dates
        planning.look(work, changed, {"vias": [""], "since": work.written_at.isoformat()})


def follow(work: Work, changed: Meeting, groups: Sequence[Group] = ()) -> None:
    """What has to happen outside: the check before anybody was told, else everybody is told."""
    if changed.state == "checking":
        planning.check(work, changed, groups)
        return
    if changed.state == "planned":
        publish.bring(work, changed.id)
    if groups:
        planning.check(work, changed, groups, ask=False)


def _shown(found: Meeting, values: Mapping[str, Any]) -> dict[str, Any]:
    """For the audit; of the agenda only how long it is."""
    shown = {name: getattr(found, name) for name in values if name != "agenda"} | {"version": found.version}
    return _plain(shown) | ({"agenda_length": len(found.agenda)} if "agenda" in values else {})


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _counted(**counts: int) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
