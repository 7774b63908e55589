"""The task `rapat.check`: who is invited and who of them is free; then the invitations go out, or the organiser is asked.

Harmless to repeat: of a meeting that has changed meanwhile, another check is on its way, and of one that is settled nothing
is left to do but to find members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from integration import people
from integration.people import Person
from integration.plugin import Run, Task, Work
from integration.ports import Calendar, Span
from plugins.rapat import asking, busy_calendars, clashes, meetings, moving, planning, proposing, publish, resolving
from plugins.rapat.clashes import Clash
from plugins.rapat.meetings import Invitee, Meeting
from plugins.rapat.planning import Group
from plugins.rapat.polls import asked
from plugins.rapat.proposing import CALENDAR_DATES, Wish
from plugins.rapat.question import Findings
from plugins.rapat.resolving import Resolved

# Of a series so many dates are checked at most, and of one with very many people fewer.
MOST_DATES = 60
_LOOKS = 60_000
# Calendars of so few people are asked about a month at once, so that a weekly series is known for months.
_FEW, _MONTH = 50, timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the check knows of a meeting: `people` who work here, those invited by address, its dates to come. `known` are times
    that may stand in their calendars because of the meeting itself.
    """

    meeting: Meeting
    organizer: Person
    invitees: Sequence[Invitee]
    people: Sequence[Person]
    dates: Sequence[Span]
    coming: int  # how many dates there are still, checked or not
    required: frozenset[str] = field(default_factory=frozenset)
    known: Sequence[Span] = ()

    @property
    def addresses(self) -> list[str]:
        return [invitee.email for invitee in self.invitees if invitee.person_id is None and invitee.email]

    def wish(self) -> Wish:
        """Only those who have to come decide on other times."""
        required = [person for person in self.people if f"p:{person.id}" in self.required]
        guests = [each.email for each in self.invitees if each.person_id is None and each.email and each.role != "optional"]
        found = self.meeting
        return Wish(found.id, self.organizer, required, self.dates, found.zone, guests, found.room_id, self.known)


def check(run: Run, given: Mapping[str, Any]) -> None:
    """`given` is what `planning.check` says; `sure` (ids) may name those who have said that they can come."""
    meeting_id, version = int(given["meeting"]), int(given["version"])
    resolved = resolving.resolve(run, meeting_id, [Group.of(each) for each in given.get("groups", ())])
    with run.read() as work:
        meeting = meetings.get(work.db, meeting_id)
    if meeting is None or meeting.state in ("cancelled", "dropped"):
        return
    if meeting.version == version and meeting.state == "checking" and given.get("ask", True):
        _judge(run, meeting, resolved, frozenset(given.get("sure", ())))
    else:
        new = {"vias": [Group.of(each).via for each in given.get("groups", ())], "since": given.get("since", "")}
        publishes = meeting.version == version and not given.get("ask", True)
        _only_invited(run, meeting, resolved, new, publishes=publishes)


def _only_invited(run: Run, meeting: Meeting, resolved: Resolved, new: Mapping[str, Any], *, publishes: bool) -> None:
    """Nobody is asked about the time: those who were added get what the others got."""
    with run.begin() as work:
        now = meetings.get(work.db, meeting.id)
        if now is None:
            return
        settled = now.state == "checking" and publishes and moving.settle(work, now, "planned")
        if settled or (now.state == "planned" and (publishes or resolved.added)):
            if new["since"] and new["vias"] and not settled:
                planning.look(work, now, new)
            publish.bring(work, now.id)
        elif now.state == "polling":
            asked.queue(work, now)
        asking.tell_notes(work, now, Findings(resolved=resolved))


# ---------------------------------------------------------------- looking


def _judge(run: Run, meeting: Meeting, resolved: Resolved, sure: frozenset[int]) -> None:
    with run.read() as work:
        seen = see(work, meeting)
    if seen is None:
        return
    if not seen.dates:
        with run.begin() as work:
            return asking.too_late(work, meeting)
    if len(seen.invitees) <= 1 and resolved.unread:
        return _ask(run, seen, Findings(resolved=resolved, nobody=True))
    found = findings(run, seen, sure)
    found = replace(found, resolved=resolved)
    if not found.blocking(seen.required):
        return _plan(run, seen, found)
    proposed = proposing.times(run, seen.wish(), calendars=not found.silent)
    _ask(run, seen, replace(found, slots=proposed.slots, silent=found.silent or proposed.silent))


def see(work: Work, meeting: Meeting) -> Seen | None:
    organizer = people.get(work.db, meeting.organizer_id)
    if organizer is None:
        return None
    invitees = meetings.invitees(work.db, meeting.id)
    required = frozenset(each.who for each in invitees if each.role != "optional")
    ids = [each.person_id for each in invitees if each.person_id is not None]
    found = people.everyone(work.db, _day(work, organizer), ids)
    everybody = sorted(found, key=lambda person: (person.id != organizer.id, person.name))
    coming = [
        each.span for each in meetings.occurrences(work.db, meeting.id) if each.state == "planned" and each.ends_at > work.now
    ]
    most = max(1, min(MOST_DATES, _LOOKS // max(1, len(everybody))))
    return Seen(meeting, organizer, invitees, everybody, coming[:most], len(coming), required)


def _day(work: Work, person: Person) -> date:
    return work.now.astimezone(person.tz).date()


def findings(run: Run, seen: Seen, sure: frozenset[int] = frozenset()) -> Findings:
    """Who cannot come to these dates, `sure` (ids) apart. No transaction is open while calendars are asked."""
    with run.read() as work:
        looked = clashes.find(work, seen.people, seen.dates, seen.meeting.mode, seen.meeting.id)
    elsewhere, silent = _in_calendars(run.ports.calendar, seen, looked.known)
    told = {(clash.who, clash.date) for clash in looked.clashes if clash.kind != "home"}
    found = [*looked.clashes, *(clash for clash in elsewhere if (clash.who, clash.date) not in told)]
    place = {each: number for number, each in enumerate(seen.dates)}
    found = sorted((clash for clash in found if clash.who not in {f"p:{id}" for id in sure}), key=lambda c: place[c.date])
    return Findings(
        clashes=found,
        people=len(seen.invitees),
        checked=len(seen.dates),
        coming=seen.coming,
        silent=silent,
        names={**{f"p:{p.id}": p.name for p in seen.people}, **{i.who: i.name or i.email for i in seen.invitees if i.email}},
    )


def _in_calendars(calendar: Calendar | None, seen: Seen, known: Mapping[int, Sequence[Span]]) -> tuple[list[Clash], bool]:
    """What stands in calendars at the first of the dates and is not ours."""
    by_address = {person.email.lower(): (f"p:{person.id}", known.get(person.id, ())) for person in seen.people if person.email}
    by_address |= {address.lower(): (f"m:{address}", ()) for address in seen.addresses}
    found: list[Clash] = []
    for dates in _together(seen.dates, len(by_address))[:CALENDAR_DATES]:
        busy = busy_calendars.ask(calendar, by_address, Span(dates[0].start, max(each.end for each in dates)))
        for each in dates:
            found += _others(seen, each, busy.times, by_address)
        if busy.silent:
            return found, True
    return found, False


def _others(
    seen: Seen,
    date: Span,
    busy: Mapping[str, Sequence[Span]],
    by_address: Mapping[str, tuple[str, Sequence[Span]]],
) -> Iterator[Clash]:
    for address, times in busy.items():
        who, ours = by_address.get(address, ("", ()))
        others = clashes.without(clashes.merged(times, date), [*ours, *seen.known]) if who else []
        if others:
            yield Clash(who, "calendar", date, others[0])


def _together(dates: Sequence[Span], people: int) -> list[list[Span]]:
    """Dates that one question to the calendars answers: those of a month for a few people, of many each alone."""
    groups: list[list[Span]] = []
    for each in dates:
        if groups and people <= _FEW and each.end - groups[-1][0].start <= _MONTH:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


# ---------------------------------------------------------------- how it ends


def _plan(run: Run, seen: Seen, found: Findings) -> None:
    with run.begin() as work:
        if moving.settle(work, seen.meeting, "planned"):
            publish.bring(work, seen.meeting.id)
            asking.tell_notes(work, seen.meeting, found)


def _ask(run: Run, seen: Seen, found: Findings) -> None:
    with run.begin() as work:
        if moving.settle(work, seen.meeting, "asking"):
            asking.ask(work, seen.meeting, found)


TASKS: dict[str, Task] = {"check": check}
