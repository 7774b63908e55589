"""When the video provider saw whom, and who is on the list because of it.

A provider that keeps its own records is believed on the times; one that only tells who is there now is asked every five
minutes, and somebody comes and goes when they are first seen and missed. Somebody is matched by what the provider gives back
of ours: our id, the e-mail address, or their account there; never by a name, which anybody can type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from integration import people
from integration.messages import clean
from integration.people import Person
from integration.plugin import Run, Work
from integration.ports import Room, Span, Stay, VideoProvider
from plugins.rapat import meetings
from plugins.rapat.attending import presence
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_presence, meeting_stay

# Who was in the room for less than this has looked in; of a short meeting half of it is enough.
LEAST = timedelta(minutes=5)
# Of which platform a provider's accounts are.
_PLATFORMS = {"talk": "nextcloud", "calls": "mattermost"}
_LONGEST_NAME = 200
# Our id as a provider gives it back; of more stays than this a meeting is none.
_MEMBER = re.compile(r"p([0-9]{1,9})")
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """Somebody's time in the room; `who` is `p:<person id>`, or a guest's key."""

    who: str
    person: Person | None
    name: str
    joined: datetime
    left: datetime | None


def collect(run: Run, occurrence_id: int) -> int:
    """Ask the provider and keep what it says; how many are on the list by that only. Raises `DeliveryError`."""
    with run.read() as work:
        found = _asked(work, occurrence_id)
    if found is None:
        return 0
    meeting, occurrence, room, provider = found
    stays = provider.attended(room, presence.window(occurrence))
    with run.begin() as work:
        return keep(work, meeting, occurrence, stays)


def _asked(work: Work, occurrence_id: int) -> tuple[Meeting, Occurrence, Room, VideoProvider] | None:
    occurrence = meetings.occurrence(work.db, occurrence_id)
    meeting = meetings.get(work.db, occurrence.meeting_id) if occurrence else None
    if occurrence is None or meeting is None or meeting.video is None or occurrence.state != "planned":
        return None
    provider = work.ports.videos.get(meeting.video.provider)
    return (meeting, occurrence, meeting.video, provider) if provider and provider.reports_attendance else None


def keep(work: Work, meeting: Meeting, occurrence: Occurrence, stays: Sequence[Stay]) -> int:
    """Write the stays down, and put on the list whoever was there long enough; how many came onto it."""
    stays = stays[:_MOST]
    find = _finder(work, meeting, stays)
    span = presence.window(occurrence)
    seen = [_seen(stay, find, work.now, span) for stay in stays if stay.joined < span.end]
    _write(work, occurrence, [each for each in seen if each.person or each.name])
    return _onto_the_list(work, occurrence, {each.who: each for each in seen})


def _seen(stay: Stay, find: Callable[[Stay], Person | None], now: datetime, span: Span) -> _Seen:
    person = find(stay)
    name = " ".join(clean(stay.name).split())[:_LONGEST_NAME]
    who = f"p:{person.id}" if person else presence.guest_key(name, "", "")
    joined = stay.joined if stay.exact else min(now, span.end)
    return _Seen(who, person, person.name if person else name, joined, stay.left)


def _finder(work: Work, meeting: Meeting, stays: Sequence[Stay]) -> Callable[[Stay], Person | None]:
    """Who of ours is meant by a stay, by three statements for all of them."""
    query, c = people.people_query(), people.person.c
    ids = [int(member[1]) for stay in stays if (member := _MEMBER.fullmatch(stay.member))]
    emails = [stay.email.lower() for stay in stays if stay.email]
    by_id = {each.id: each for each in people.fetch(work.db, query.where(c.id.in_(ids)))} if ids else {}
    by_email = {each.email: each for each in people.fetch(work.db, query.where(c.email.in_(emails)))} if emails else {}
    by_account = _by_account(work, meeting, [stay.account for stay in stays if stay.account])

    def find(stay: Stay) -> Person | None:
        member = _MEMBER.fullmatch(stay.member)
        found = by_id.get(int(member[1])) if member else None
        return found or by_account.get(stay.account) or (by_email.get(stay.email.lower()) if stay.email else None)

    return find


def _by_account(work: Work, meeting: Meeting, accounts: Sequence[str]) -> Mapping[str, Person]:
    platform = _PLATFORMS.get(meeting.video.provider if meeting.video else "", "")
    if not (platform and accounts):
        return {}
    a = people.account.c
    rows = work.db.execute(select(a.external_id, a.person_id).where(a.platform == platform, a.external_id.in_(accounts)))
    persons = {row.external_id: row.person_id for row in rows}
    found = people.fetch(work.db, people.people_query().where(people.person.c.id.in_(persons.values())))
    known = {each.id: each for each in found}
    return {account: known[person_id] for account, person_id in persons.items() if person_id in known}


# ---------------------------------------------------------------- the stays


def _write(work: Work, occurrence: Occurrence, seen: Sequence[_Seen]) -> None:
    """What is known already is completed; who was there and is missing now has gone."""
    known: dict[str, list[Row[Any]]] = {}
    for row in work.db.execute(select(meeting_stay).where(meeting_stay.c.occurrence_id == occurrence.id)):
        known.setdefault(row.who, []).append(row)
    still: set[int] = set()
    fresh: dict[tuple[str, datetime], dict[str, Any]] = {}
    for each in seen:
        same = _same(known.get(each.who, ()), each)
        if same is not None:
            still.add(same.id)
            if same.left_at != each.left:
                _left(work, same.id, each.left)
        else:
            fresh[each.who, each.joined] = _row(occurrence, each)
    if fresh:
        work.db.execute(insert(meeting_stay), list(fresh.values()))
    for missing in (row for rows in known.values() for row in rows if row.left_at is None and row.id not in still):
        _left(work, missing.id, min(work.now, presence.window(occurrence).end))


def _same(rows: Sequence[Row[Any]], seen: _Seen) -> Row[Any] | None:
    """The row of the same stay: of the same moment, or both still there."""
    exact = next((row for row in rows if row.joined_at == seen.joined), None)
    return exact or next((row for row in rows if row.left_at is None and seen.left is None), None)


def _left(work: Work, id: int, at: datetime | None) -> None:
    work.db.execute(update(meeting_stay).where(meeting_stay.c.id == id).values(left_at=at))


def _row(occurrence: Occurrence, seen: _Seen) -> dict[str, Any]:
    return {
        "occurrence_id": occurrence.id,
        "who": seen.who,
        "person_id": seen.person.id if seen.person else None,
        "name": seen.name,
        "joined_at": seen.joined,
        "left_at": seen.left,
    }


# ---------------------------------------------------------------- the list


def _onto_the_list(work: Work, occurrence: Occurrence, seen: Mapping[str, _Seen]) -> int:
    span, over = presence.window(occurrence), work.now >= occurrence.ends_at
    end = min(work.now, span.end)
    stays: dict[str, list[Row[Any]]] = {}
    query = select(meeting_stay).where(meeting_stay.c.occurrence_id == occurrence.id).order_by(meeting_stay.c.joined_at)
    for row in work.db.execute(query):
        stays.setdefault(row.who, []).append(row)
    rows = work.db.execute(select(meeting_presence).where(meeting_presence.c.occurrence_id == occurrence.id)).all()
    known, names = {row.who: row for row in rows}, {row.name.casefold() for row in rows}
    fresh = []
    for who, times in stays.items():
        joined, left = max(times[0].joined_at, span.start), max((row.left_at or end for row in times), default=end)
        if who in known:
            _completed(work, presence.Here(**_here(known[who])), left if over and left < occurrence.ends_at else None)
        elif _long_enough(occurrence, times, end) and not (times[0].person_id is None and times[0].name.casefold() in names):
            person = seen[who].person if who in seen else None
            fresh.append(_present(occurrence, times[0], person, joined, left if over and left < occurrence.ends_at else None))
    presence.add_all(work, fresh)
    if fresh:
        work.audit("meeting.presence", f"meeting_occurrence:{occurrence.id}", after={"by_provider": len(fresh)})
    return len(fresh)


def _completed(work: Work, here: presence.Here, left: datetime | None) -> None:
    """Only who is there through the provider leaves through it: who is in the room may close the laptop."""
    if here.place == "online" and here.removed_at is None:
        presence.times(work, here, left)


def _here(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in presence.Here.__dataclass_fields__}


def _long_enough(occurrence: Occurrence, times: Sequence[Row[Any]], end: datetime) -> bool:
    total = sum(((row.left_at or end) - row.joined_at for row in times), timedelta())
    return total >= min(LEAST, (occurrence.ends_at - occurrence.starts_at) / 2)


def _present(
    occurrence: Occurrence, stay: Row[Any], person: Person | None, joined: datetime, left: datetime | None
) -> dict[str, Any]:
    return {
        "occurrence_id": occurrence.id,
        "who": stay.who,
        "person_id": stay.person_id,
        "name": stay.name,
        "office": person.unit if person else "",
        "place": "online",
        "how": "provider",
        "in_at": joined,
        "out_at": left,
    }
